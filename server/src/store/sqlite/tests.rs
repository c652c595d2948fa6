//! The store's promises that no session shows.

use super::*;
use tandem_threshold::{MAX_STRIKES, Releases};

const DEVICE: DeviceId = DeviceId([2; 33]);
const KEY: KeyId = KeyId::from_bytes([3; 32]);
const TOKEN: [u8; 32] = [4; 32];
const NOW: UnixMillis = UnixMillis(1_000);

fn store() -> SqliteStore {
    let mut connection = Connection::open_in_memory().unwrap();
    schema::migrate(&mut connection).unwrap();
    connection
        .pragma_update(None, "foreign_keys", true)
        .unwrap();
    SqliteStore::of(connection)
}

fn with_token(expires_at: UnixMillis) -> SqliteStore {
    let store = store();
    store
        .add_token(&NewToken {
            hash: TOKEN,
            name: None,
            created_at: NOW,
            expires_at,
        })
        .unwrap();
    store
}

fn enrol(store: &SqliteStore, at: UnixMillis) -> Enrolment {
    let device = NewDevice {
        id: &DEVICE,
        release: "r",
        at,
    };
    store.enrol(&TOKEN, &device).unwrap()
}

fn with_key() -> SqliteStore {
    let store = with_token(NOW.plus(Duration::from_secs(1)));
    assert_eq!(enrol(&store, NOW), Enrolment::Done);
    store
        .add_key(&NewKey {
            id: &KEY,
            device: &DEVICE,
            epoch: 0,
            sealed_share: b"sealed",
            releases: &Releases {
                device: "d".into(),
                server: "s".into(),
            },
            created_at: NOW,
        })
        .unwrap();
    store
}

fn sign(store: &SqliteStore) -> Standing {
    sign_in(store, [6; 32]).unwrap()
}

/// As if every ceremony made an r of its own.
fn sign_in(store: &SqliteStore, ceremony: [u8; 32]) -> Result<Standing, StoreError> {
    sign_with(store, 0, ceremony, ceremony, true)
}

fn sign_at(store: &SqliteStore, epoch: u32, ceremony: [u8; 32]) -> Result<Standing, StoreError> {
    sign_with(store, epoch, ceremony, ceremony, true)
}

fn sign_with(
    store: &SqliteStore,
    epoch: u32,
    ceremony: [u8; 32],
    r: [u8; 32],
    ends_check: bool,
) -> Result<Standing, StoreError> {
    let mut request = RequestId::default();
    request.copy_from_slice(&ceremony[..16]);
    sign_request(store, epoch, ceremony, r, ends_check, &request)
}

fn sign_request(
    store: &SqliteStore,
    epoch: u32,
    ceremony: [u8; 32],
    r: [u8; 32],
    ends_check: bool,
    request_id: &RequestId,
) -> Result<Standing, StoreError> {
    let signature = NewSignature {
        key: &KEY,
        epoch,
        account: 0,
        method: "personal_sign",
        digest: &[5; 32],
        ceremony: &ceremony,
        partial: b"partial",
        r: &r,
        ends_check,
        request_id,
        request: "{}",
        released_at: NOW,
    };
    store.record_signature(&signature)
}

fn find(store: &SqliteStore) -> StoredKey {
    store.find_key(&DEVICE, &KEY).unwrap().unwrap()
}

fn frozen(store: &SqliteStore) -> bool {
    find(store).current.frozen
}

#[test]
fn a_token_works_until_the_moment_it_expires() {
    let expires = NOW.plus(Duration::from_secs(60));
    assert_eq!(enrol(&with_token(expires), expires), Enrolment::Refused);
    let store = with_token(expires);
    assert_eq!(enrol(&store, UnixMillis(expires.0 - 1)), Enrolment::Done);
    assert!(store.is_enrolled(&DEVICE).unwrap());
    assert_eq!(enrol(&store, NOW), Enrolment::Refused, "used");
}

#[test]
fn a_key_is_found_by_its_device_only() {
    let store = with_key();
    assert!(store.find_key(&DEVICE, &KEY).unwrap().is_some());
    let other = DeviceId([9; 33]);
    assert!(store.find_key(&other, &KEY).unwrap().is_none());
}

#[test]
fn a_key_of_an_unknown_device_is_not_stored() {
    let store = store();
    let result = store.add_key(&NewKey {
        id: &KEY,
        device: &DEVICE,
        epoch: 0,
        sealed_share: b"sealed",
        releases: &Releases {
            device: "d".into(),
            server: "s".into(),
        },
        created_at: NOW,
    });
    assert!(result.is_err());
}

#[test]
fn checks_that_end_leave_nothing_behind() {
    let store = with_key();
    for number in 0..24_u8 {
        assert_eq!(store.begin_check(&KEY, 0, NOW).unwrap(), Standing::Active);
        store.end_check(&KEY, 0).unwrap();
        assert_eq!(store.begin_check(&KEY, 0, NOW).unwrap(), Standing::Active);
        let signed = sign_in(&store, [number; 32]).unwrap();
        assert_eq!(signed, Standing::Active);
    }
    assert!(!frozen(&store));
}

#[test]
fn too_many_checks_that_never_end_freeze_the_key() {
    let store = with_key();
    for _ in 0..MAX_STRIKES {
        assert_eq!(store.begin_check(&KEY, 0, NOW).unwrap(), Standing::Active);
    }
    assert!(!frozen(&store));
    assert_eq!(store.begin_check(&KEY, 0, NOW).unwrap(), Standing::Frozen);
    assert!(frozen(&store));
}

#[test]
fn the_last_strike_freezes_the_key_and_none_before() {
    // A check was begun for the strike, or not, as in a refresh.
    for begun in [true, false] {
        let store = with_key();
        for _ in 0..MAX_STRIKES {
            assert!(!frozen(&store));
            if begun {
                assert_eq!(store.begin_check(&KEY, 0, NOW).unwrap(), Standing::Active);
            }
            store.strike(&KEY, 0, begun, "a bad half", NOW).unwrap();
        }
        assert!(frozen(&store));
        let reason: String = store
            .lock()
            .query_row("SELECT frozen_reason FROM keys", [], |row| row.get(0))
            .unwrap();
        assert_eq!(reason, "too many strikes, at last: a bad half");
    }
}

#[test]
fn a_strike_counts_together_with_checks_that_were_cut_short() {
    let store = with_key();
    for _ in 1..MAX_STRIKES {
        store.begin_check(&KEY, 0, NOW).unwrap();
    }
    assert!(!frozen(&store));
    store.strike(&KEY, 0, false, "a bad half", NOW).unwrap();
    assert!(frozen(&store));
}

#[test]
fn a_strike_stays_when_later_checks_end_well() {
    let store = with_key();
    for number in 1..MAX_STRIKES {
        store.strike(&KEY, 0, false, "a bad half", NOW).unwrap();
        assert_eq!(store.begin_check(&KEY, 0, NOW).unwrap(), Standing::Active);
        let signed = sign_in(&store, [u8::try_from(number).unwrap(); 32]).unwrap();
        assert_eq!(signed, Standing::Active);
    }
    store.strike(&KEY, 0, false, "a bad half", NOW).unwrap();
    assert!(frozen(&store));
}

#[test]
fn a_strike_keeps_the_first_reason_of_a_freeze_and_needs_a_share() {
    let store = with_key();
    store.freeze(&KEY, 0, "first reason", NOW).unwrap();
    for _ in 0..=MAX_STRIKES {
        store.strike(&KEY, 0, false, "a bad half", NOW).unwrap();
    }
    let reason: String = store
        .lock()
        .query_row("SELECT frozen_reason FROM keys", [], |row| row.get(0))
        .unwrap();
    assert_eq!(reason, "first reason");
    let none = store.strike(&KEY, 1, false, "a bad half", NOW);
    assert!(matches!(none, Err(StoreError::NoSuchKey)));
}

#[test]
fn nothing_is_recorded_for_a_key_that_froze_meanwhile() {
    let store = with_key();
    assert_eq!(store.begin_check(&KEY, 0, NOW).unwrap(), Standing::Active);
    store.freeze(&KEY, 0, "first reason", NOW).unwrap();
    assert_eq!(sign(&store), Standing::Frozen);
    let count: u32 = store
        .lock()
        .query_row("SELECT count(*) FROM signatures", [], |row| row.get(0))
        .unwrap();
    assert_eq!(count, 0);
    assert_eq!(store.begin_check(&KEY, 0, NOW).unwrap(), Standing::Frozen);
}

#[test]
fn a_ceremony_releases_one_half() {
    let store = with_key();
    assert_eq!(sign(&store), Standing::Active);
    assert!(sign_in(&store, [6; 32]).is_err());
}

#[test]
fn a_nonce_releases_one_half() {
    let store = with_key();
    assert_eq!(
        sign_with(&store, 0, [6; 32], [7; 32], true).unwrap(),
        Standing::Active
    );
    assert!(sign_with(&store, 0, [8; 32], [7; 32], true).is_err());
    assert_eq!(
        sign_with(&store, 0, [8; 32], [9; 32], true).unwrap(),
        Standing::Active
    );
}

#[test]
fn a_signature_that_needed_no_check_takes_no_strike_back() {
    let store = with_key();
    for _ in 0..MAX_STRIKES {
        store.begin_check(&KEY, 0, NOW).unwrap();
    }
    assert_eq!(
        sign_with(&store, 0, [6; 32], [6; 32], false).unwrap(),
        Standing::Active
    );
    assert_eq!(store.begin_check(&KEY, 0, NOW).unwrap(), Standing::Frozen);
}

#[test]
fn a_freeze_keeps_its_first_reason_and_needs_a_key() {
    let store = with_key();
    store.freeze(&KEY, 0, "first", NOW).unwrap();
    store.freeze(&KEY, 0, "second", NOW).unwrap();
    let reason: String = store
        .lock()
        .query_row("SELECT frozen_reason FROM keys", [], |row| row.get(0))
        .unwrap();
    assert_eq!(reason, "first");
    let unknown = KeyId::from_bytes([9; 32]);
    assert!(matches!(
        store.freeze(&unknown, 0, "x", NOW),
        Err(StoreError::NoSuchKey)
    ));
}

// Refresh: SPEC.md 10.8.

fn refresh(store: &SqliteStore, from_epoch: u32, sealed: &[u8]) -> Result<(), StoreError> {
    store.add_next_share(&NextShare {
        key: &KEY,
        from_epoch,
        sealed,
        releases: &Releases {
            device: "d2".into(),
            server: "s2".into(),
        },
        proof: &[7; 64],
        device: &DEVICE,
        kits: &[],
        made_at: NOW,
    })
}

fn epochs(store: &SqliteStore) -> (u32, Option<u32>) {
    let key = find(store);
    (key.current.epoch, key.next.map(|next| next.epoch))
}

#[test]
fn a_refreshed_share_waits_beside_the_current_one_until_it_is_proved() {
    let store = with_key();
    refresh(&store, 0, b"next").unwrap();
    assert_eq!(epochs(&store), (0, Some(1)));
    assert_eq!(
        sign(&store),
        Standing::Active,
        "the current one still signs"
    );
    assert_eq!(
        epochs(&store),
        (0, Some(1)),
        "that proved nothing about the next"
    );
    assert_eq!(store.begin_check(&KEY, 1, NOW).unwrap(), Standing::Active);
    assert_eq!(store.confirm(&KEY, 1, NOW).unwrap(), Standing::Active);
    assert_eq!(epochs(&store), (1, None));
    assert_eq!(find(&store).current.sealed, b"next");
    assert_eq!(
        sign_in(&store, [8; 32]).ok(),
        None,
        "no such epoch any more"
    );
    // A second confirmation finds everything as it is.
    assert_eq!(store.confirm(&KEY, 1, NOW).unwrap(), Standing::Active);
}

#[test]
fn a_signature_at_the_next_epoch_proves_it() {
    let store = with_key();
    refresh(&store, 0, b"next").unwrap();
    assert_eq!(store.begin_check(&KEY, 1, NOW).unwrap(), Standing::Active);
    assert_eq!(sign_at(&store, 1, [8; 32]).unwrap(), Standing::Active);
    assert_eq!(epochs(&store), (1, None));
}

#[test]
fn an_unproved_share_gives_way_to_another_of_the_same_epoch() {
    let store = with_key();
    refresh(&store, 0, b"first").unwrap();
    refresh(&store, 0, b"second").unwrap();
    assert_eq!(epochs(&store), (0, Some(1)));
    assert_eq!(find(&store).next.unwrap().sealed, b"second");
}

#[test]
fn a_refresh_from_the_next_share_proves_that_one() {
    let store = with_key();
    refresh(&store, 0, b"first").unwrap();
    refresh(&store, 1, b"second").unwrap();
    assert_eq!(epochs(&store), (1, Some(2)));
    assert_eq!(find(&store).current.sealed, b"first");
}

#[test]
fn a_refresh_from_an_epoch_that_is_not_there_changes_nothing() {
    let store = with_key();
    assert!(matches!(
        refresh(&store, 1, b"x"),
        Err(StoreError::NoSuchKey)
    ));
    assert_eq!(epochs(&store), (0, None));
}

#[test]
fn each_epoch_is_frozen_and_struck_by_itself() {
    let store = with_key();
    store.freeze(&KEY, 0, "first", NOW).unwrap();
    refresh(&store, 0, b"next").unwrap();
    assert!(find(&store).current.frozen);
    assert!(!find(&store).next.unwrap().frozen);
    for _ in 0..MAX_STRIKES {
        assert_eq!(store.begin_check(&KEY, 1, NOW).unwrap(), Standing::Active);
    }
    assert_eq!(store.begin_check(&KEY, 1, NOW).unwrap(), Standing::Frozen);
    assert!(find(&store).next.unwrap().frozen);
    // Both are frozen: only another refresh helps, from either.
    refresh(&store, 1, b"after").unwrap();
    assert!(find(&store).current.frozen);
    assert_eq!(store.begin_check(&KEY, 2, NOW).unwrap(), Standing::Active);
    assert_eq!(store.confirm(&KEY, 2, NOW).unwrap(), Standing::Active);
    assert_eq!(epochs(&store), (2, None));
    assert!(!frozen(&store), "new transfer state");
    store.strike(&KEY, 2, false, "a bad half", NOW).unwrap();
    assert!(!frozen(&store), "and no strikes of the old one");
}

#[test]
fn a_frozen_share_that_is_proved_releases_nothing() {
    let store = with_key();
    refresh(&store, 0, b"next").unwrap();
    assert_eq!(store.begin_check(&KEY, 1, NOW).unwrap(), Standing::Active);
    store.freeze(&KEY, 1, "meanwhile", NOW).unwrap();
    assert_eq!(store.confirm(&KEY, 1, NOW).unwrap(), Standing::Frozen);
    let store = with_key();
    refresh(&store, 0, b"next").unwrap();
    store.freeze(&KEY, 1, "meanwhile", NOW).unwrap();
    assert_eq!(sign_at(&store, 1, [8; 32]).unwrap(), Standing::Frozen);
}

#[test]
fn a_wish_for_a_refresh_ends_with_the_one_that_came_after_it() {
    let store = with_key();
    assert_eq!(store.want_refresh(None, UnixMillis(NOW.0 - 1)).unwrap(), 1);
    assert!(find(&store).refresh_wanted);
    refresh(&store, 0, b"next").unwrap();
    assert!(find(&store).refresh_wanted, "it is not proved yet");
    store.confirm(&KEY, 1, NOW).unwrap();
    assert!(!find(&store).refresh_wanted);
    // One that was made before the wish does not grant it.
    refresh(&store, 1, b"next").unwrap();
    let later = UnixMillis(NOW.0 + 1);
    assert_eq!(store.want_refresh(Some(&KEY), later).unwrap(), 1);
    store.confirm(&KEY, 2, later).unwrap();
    assert!(find(&store).refresh_wanted);
    let unknown = KeyId::from_bytes([9; 32]);
    assert_eq!(store.want_refresh(Some(&unknown), later).unwrap(), 0);
}

#[test]
fn every_pair_that_was_proved_leaves_its_releases_and_its_proof() {
    let store = with_key();
    refresh(&store, 0, b"next").unwrap();
    let count = || -> u32 {
        store
            .lock()
            .query_row(
                "SELECT count(*) FROM refreshes WHERE epoch = 1 AND server_release = 's2'",
                [],
                |row| row.get(0),
            )
            .unwrap()
    };
    assert_eq!(count(), 0);
    store.confirm(&KEY, 1, NOW).unwrap();
    assert_eq!(count(), 1);
}

/// A request that was released in the ceremony `[6; 32]`.
const REQUEST: RequestId = [6; 16];

fn earlier(store: &SqliteStore, digest: u8, now: UnixMillis) -> Earlier {
    store.earlier(&KEY, &REQUEST, &[digest; 32], now).unwrap()
}

#[test]
fn a_request_is_answered_with_what_was_released_for_it_and_with_nothing_else() {
    let store = with_key();
    assert_eq!(earlier(&store, 5, NOW), Earlier::Nothing);
    sign(&store);
    let released = Earlier::Released {
        ceremony: [6; 32],
        partial: b"partial".to_vec(),
    };
    assert_eq!(earlier(&store, 5, NOW), released);
    assert_eq!(earlier(&store, 4, NOW), Earlier::Conflict, "another digest");
    let other = store.earlier(&KEY, &[7; 16], &[5; 32], NOW).unwrap();
    assert_eq!(other, Earlier::Nothing);

    let signature = SignatureBytes {
        r: [6; 32],
        s: [1; 32],
        y_is_odd: true,
    };
    let of_another_r = SignatureBytes {
        r: [8; 32],
        ..signature
    };
    let told = |signature| store.complete_signature(&KEY, &REQUEST, signature).unwrap();
    assert!(!told(&of_another_r));
    assert_eq!(earlier(&store, 5, NOW), released);
    assert!(told(&signature));
    assert_eq!(earlier(&store, 5, NOW), Earlier::Signed(signature));
    assert_eq!(earlier(&store, 4, NOW), Earlier::Conflict);
}

#[test]
fn a_request_is_answered_again_for_an_hour() {
    let store = with_key();
    sign(&store);
    let last = NOW.plus(Duration::from_secs(3600));
    assert!(matches!(earlier(&store, 5, last), Earlier::Released { .. }));
    assert_eq!(
        earlier(&store, 5, UnixMillis(last.0 + 1)),
        Earlier::Conflict
    );
}

#[test]
fn a_request_has_eight_halves_at_most() {
    let store = with_key();
    for number in 0..8 {
        assert_ne!(earlier(&store, 5, NOW), Earlier::Conflict, "{number}");
        let id = [number; 32];
        sign_request(&store, 0, id, id, true, &REQUEST).unwrap();
    }
    assert_eq!(earlier(&store, 5, NOW), Earlier::Conflict);
}
