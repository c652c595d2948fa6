//! The store's promises that no session shows.

use super::*;
use crate::store::MAX_STRIKES;
use tandem_threshold::Releases;

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
    sign_with(store, ceremony, ceremony, true)
}

fn sign_with(
    store: &SqliteStore,
    ceremony: [u8; 32],
    r: [u8; 32],
    ends_check: bool,
) -> Result<Standing, StoreError> {
    let signature = NewSignature {
        key: &KEY,
        epoch: 0,
        account: 0,
        method: "personal_sign",
        digest: &[5; 32],
        ceremony: &ceremony,
        partial: b"partial",
        r: &r,
        ends_check,
        request: "{}",
        released_at: NOW,
    };
    store.record_signature(&signature)
}

fn frozen(store: &SqliteStore) -> bool {
    store.find_key(&DEVICE, &KEY).unwrap().unwrap().frozen
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
        assert_eq!(store.begin_check(&KEY, NOW).unwrap(), Standing::Active);
        store.end_check(&KEY).unwrap();
        assert_eq!(store.begin_check(&KEY, NOW).unwrap(), Standing::Active);
        let signed = sign_in(&store, [number; 32]).unwrap();
        assert_eq!(signed, Standing::Active);
    }
    assert!(!frozen(&store));
}

#[test]
fn too_many_checks_that_never_end_freeze_the_key() {
    let store = with_key();
    for _ in 0..MAX_STRIKES {
        assert_eq!(store.begin_check(&KEY, NOW).unwrap(), Standing::Active);
    }
    assert!(!frozen(&store));
    assert_eq!(store.begin_check(&KEY, NOW).unwrap(), Standing::Frozen);
    assert!(frozen(&store));
}

#[test]
fn nothing_is_recorded_for_a_key_that_froze_meanwhile() {
    let store = with_key();
    assert_eq!(store.begin_check(&KEY, NOW).unwrap(), Standing::Active);
    store.freeze(&KEY, "first reason", NOW).unwrap();
    assert_eq!(sign(&store), Standing::Frozen);
    let count: u32 = store
        .lock()
        .query_row("SELECT count(*) FROM signatures", [], |row| row.get(0))
        .unwrap();
    assert_eq!(count, 0);
    assert_eq!(store.begin_check(&KEY, NOW).unwrap(), Standing::Frozen);
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
        sign_with(&store, [6; 32], [7; 32], true).unwrap(),
        Standing::Active
    );
    assert!(sign_with(&store, [8; 32], [7; 32], true).is_err());
    assert_eq!(
        sign_with(&store, [8; 32], [9; 32], true).unwrap(),
        Standing::Active
    );
}

#[test]
fn a_signature_that_needed_no_check_takes_no_strike_back() {
    let store = with_key();
    for _ in 0..MAX_STRIKES {
        store.begin_check(&KEY, NOW).unwrap();
    }
    assert_eq!(
        sign_with(&store, [6; 32], [6; 32], false).unwrap(),
        Standing::Active
    );
    assert_eq!(store.begin_check(&KEY, NOW).unwrap(), Standing::Frozen);
}

#[test]
fn a_freeze_keeps_its_first_reason_and_needs_a_key() {
    let store = with_key();
    store.freeze(&KEY, "first", NOW).unwrap();
    store.freeze(&KEY, "second", NOW).unwrap();
    let reason: String = store
        .lock()
        .query_row("SELECT frozen_reason FROM keys", [], |row| row.get(0))
        .unwrap();
    assert_eq!(reason, "first");
    let unknown = KeyId::from_bytes([9; 32]);
    assert!(matches!(
        store.freeze(&unknown, "x", NOW),
        Err(StoreError::NoSuchKey)
    ));
}
