//! SPEC.md 11.7: a kit follows the refreshes of its key.

use tandem_threshold::recovery::{Backup, KitError, MAX_DELTAS, MasterKey};

use crate::pair::old_shares;
use crate::support::{key, refresh, scalar, setup};

#[test]
fn the_words_follow_any_number_of_refreshes() {
    let (mut device, mut server) = old_shares();
    let mut kit = setup(&device, &server, &key(1));
    let master = {
        let (one, other) = (
            Backup::new(&device, None).unwrap(),
            Backup::new(&server, None).unwrap(),
        );
        MasterKey::from_backups(&one, &other).unwrap().secret()
    };
    for number in 1..=12 {
        let refresh = refresh(number);
        (device, server) = (refresh.of_share(&device), refresh.of_share(&server));
        kit = refresh.of_kit(&kit);
        kit.fits(&device).unwrap();
        kit.fits(&server).unwrap();
        let share = kit.open(&key(1)).unwrap();
        assert_eq!(share.epoch(), u32::from(number));
        for side in [&device, &server] {
            let backup = Backup::new(side, Some(kit.clone())).unwrap();
            let rebuilt = MasterKey::from_words(&backup, &share).unwrap();
            assert_eq!(*rebuilt.secret(), *master);
        }
    }
    assert_eq!(kit.deltas(), 12);
}

/// Neither side sends its delta: what both compute is the same, byte for byte, and
/// nobody without the new seed computes it.
#[test]
fn both_sides_compute_the_same_delta_and_nobody_else_does() {
    let (device, server) = old_shares();
    let kit = setup(&device, &server, &key(1));
    let change = refresh(1);
    assert_eq!(change.of_kit(&kit), change.of_kit(&kit));
    let mut other = refresh(1);
    other.seed[0] ^= 1;
    assert_ne!(other.of_kit(&kit), change.of_kit(&kit));
    let mut other = refresh(1);
    other.ceremony = refresh(2).ceremony;
    assert_ne!(other.of_kit(&kit), change.of_kit(&kit));
    let mut other = refresh(1);
    other.slope = scalar("another");
    assert_ne!(other.of_kit(&kit), change.of_kit(&kit));
}

/// A side that put another slope into its kit has a kit that fits neither share, and
/// that does not open to a share of this key's line.
#[test]
fn a_delta_of_another_slope_is_found() {
    let (device, server) = old_shares();
    let kit = setup(&device, &server, &key(1));
    let device = refresh(1).of_share(&device);
    let server = refresh(1).of_share(&server);
    let wrong = refresh(2).of_kit(&kit);
    for side in [&device, &server] {
        assert_eq!(
            wrong.fits(side),
            Err(KitError::DoesNotFit("they are of different lines"))
        );
    }
}

#[test]
fn a_refresh_that_does_not_follow_the_kit_is_refused() {
    let (device, server) = old_shares();
    let kit = setup(&device, &server, &key(1));
    let r = refresh(1);
    for epoch in [0, 2, u32::MAX] {
        assert_eq!(r.apply(&kit, epoch), Err(KitError::WrongEpoch));
    }
}

#[test]
fn a_kit_that_is_full_says_so_and_compaction_makes_room() {
    let (device, server) = old_shares();
    let mut kit = setup(&device, &server, &key(1));
    let r = refresh(1);
    for epoch in 1..=u32::try_from(MAX_DELTAS).unwrap() {
        kit = r.apply(&kit, epoch).unwrap();
    }
    let kit = crate::support::stored(&kit);
    let next = kit.epoch() + 1;
    let full = r.apply(&kit, next);
    assert_eq!(full, Err(KitError::Full));
    // Nothing waits for the words: it is kept as it is, and says so by its epoch.
    let behind = kit.follow(&[1; 32], &[1; 32], next, &r.ceremony);
    assert_eq!(behind, kit);
    assert_eq!(
        behind.follow(&[1; 32], &[1; 32], next + 1, &r.ceremony),
        kit
    );
    let share = kit.open(&key(1)).unwrap();
    let compact = kit.compact(&share, &[7; 32]).unwrap();
    let next = r.apply(&compact, next);
    next.unwrap().open(&key(1)).unwrap();
}

#[test]
fn a_slope_that_is_no_scalar_or_0_is_refused() {
    let (device, server) = old_shares();
    let kit = setup(&device, &server, &key(1));
    let ceremony = refresh(1).ceremony;
    for slope in [[0; 32], [0xff; 32]] {
        assert_eq!(
            kit.with_delta(&slope, &[1; 32], 1, &ceremony),
            Err(KitError::InvalidSlope)
        );
    }
}
