//! SPEC.md 10 and 11 together: kits follow refreshes, words make a new pair.

use tandem_threshold::recovery::{Backup, Kit, KitError, MasterKey};
use tandem_threshold::refresh::{Base, Refreshed};
use tandem_threshold::{Basis, CeremonyId};

use crate::pair::{self, old_shares, refresh_ceremony};
use crate::support::{key, setup, stored};

/// The kit that a side makes of what it knows after a refresh.
fn follow(kit: &Kit, side: &Refreshed, ceremony: &CeremonyId) -> Kit {
    let next = kit
        .with_delta(&side.slope, &side.pair_secret, side.share.epoch(), ceremony)
        .unwrap();
    stored(&next)
}

#[test]
fn a_kit_follows_real_refreshes_without_a_message() {
    let (mut device, mut server) = old_shares();
    let mut kit = setup(&device, &server, &key(1));
    for epoch in 1..=3 {
        let releases = pair::releases();
        let id = *device.id();
        let ceremony = refresh_ceremony(&id, epoch - 1, Basis::Shares, &releases).id();
        let (d, s) = pair::refresh(device, server);
        let (at_device, at_server) = (follow(&kit, &d, &ceremony), follow(&kit, &s, &ceremony));
        assert_eq!(at_device, at_server);
        assert_eq!(
            kit.fits(&d.share).unwrap_err(),
            KitError::DoesNotFit("they are of different epochs")
        );
        kit = at_device;
        (device, server) = (d.share, s.share);
        kit.fits(&device).unwrap();
        kit.fits(&server).unwrap();
        let third = kit.open(&key(1)).unwrap();
        let backup = Backup::new(&server, Some(kit.clone())).unwrap();
        let master = MasterKey::from_words(&backup, &third).unwrap();
        assert_eq!(master.public_key(), device.public_key());
    }
}

#[test]
fn the_words_and_the_server_make_a_new_pair_and_a_new_kit() {
    let (device, server) = old_shares();
    let kit = setup(&device, &server, &key(1));
    let third = kit.open(&key(1)).unwrap();
    let (id, releases) = (*device.id(), pair::releases());
    let account = device.account(3).unwrap().public_key();
    let ceremony = refresh_ceremony(&id, 0, Basis::Recovery, &releases);
    let base =
        Base::recover_with_third_point(&third.to_bytes(), &kit.public_key(), kit.chain_code())
            .unwrap();
    let other = Base::recover_with_share(server).unwrap();
    let (d, s) = pair::new_pair_with(base, other, &ceremony, &mut |_, _| {}).unwrap();
    assert_eq!(d.share.account(3).unwrap().public_key(), account);
    pair::sign(&d.share, &s.share, 3, &[9; 32]);
    // The old kit followed by this delta is of no line at all.
    let wrong = follow(&kit, &d, &ceremony.id());
    assert_eq!(
        wrong.fits(&d.share).unwrap_err(),
        KitError::DoesNotFit("they are of different lines")
    );
    let kit = setup(&d.share, &s.share, &key(1));
    let third = kit.open(&key(1)).unwrap();
    let master = MasterKey::from_words(&Backup::new(&d.share, None).unwrap(), &third).unwrap();
    assert_eq!(master.account(3).unwrap().public_key(), account);
}
