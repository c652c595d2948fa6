//! SPEC.md 11.11: backups that were damaged or mixed up.

use k256::{AffinePoint, Scalar};
use serde::{Deserialize, Serialize};
use tandem_threshold::recovery::{Backup, BackupError, Kit, KitError};
use tandem_threshold::{Releases, Role};

use crate::pair::old_shares;
use crate::support::{key, other_pair, refresh, setup};

/// The stored backup, behind its version byte.
#[derive(Serialize, Deserialize)]
struct Rewritten {
    role: u8,
    epoch: u32,
    public_key: AffinePoint,
    chain_code: [u8; 32],
    share: Scalar,
    device_point: AffinePoint,
    releases: Releases,
    kit: Vec<u8>,
}

fn backups() -> [Backup; 2] {
    let (device, server) = old_shares();
    let kit = setup(&device, &server, &key(1));
    [
        Backup::new(&device, Some(kit.clone())).unwrap(),
        Backup::new(&server, Some(kit)).unwrap(),
    ]
}

#[test]
fn a_backup_is_read_back_as_it_was() {
    let (device, server) = old_shares();
    for (backup, share) in backups().iter().zip([&device, &server]) {
        let bytes = backup.to_bytes().unwrap();
        let read = Backup::load(&bytes).unwrap();
        assert_eq!(read.role(), share.role());
        assert_eq!(read.key(), share.id());
        assert_eq!(read.epoch(), share.epoch());
        assert_eq!(read.public_key(), share.public_key());
        assert_eq!(read.releases(), share.releases());
        assert_eq!(read.kit(), backup.kit());
        assert_eq!(*read.to_bytes().unwrap(), *bytes);
        assert!(bytes.len() < 700, "{}", bytes.len());
    }
    let bare = Backup::new(&device, None).unwrap().to_bytes().unwrap();
    assert!(bare.len() < 250, "{}", bare.len());
    assert_eq!(Backup::load(&bare).unwrap().kit(), None);
}

type Change<'a> = &'a dyn Fn(&mut Rewritten);

#[test]
fn a_backup_whose_parts_contradict_each_other_does_not_load() {
    let later: Kit = refresh(1).of_kit(backups()[0].kit().unwrap());
    let (other_device, other_server) = other_pair();
    let foreign = setup(&other_device, &other_server, &key(1));
    let inconsistent = BackupError::Inconsistent;
    let does_not_fit = |why| BackupError::Kit(KitError::DoesNotFit(why));
    let damaged = "its share does not belong to its points";
    let cases: [(BackupError, Change); 10] = [
        (inconsistent("it is of neither party"), &|b| b.role = 3),
        (inconsistent("it is of neither party"), &|b| b.role = 0),
        (inconsistent(damaged), &|b| b.role = 3 - b.role),
        (inconsistent(damaged), &|b| b.share += Scalar::ONE),
        (inconsistent(damaged), &|b| {
            b.device_point = AffinePoint::GENERATOR;
        }),
        (
            inconsistent("its public key is the point at infinity"),
            &|b| b.public_key = AffinePoint::IDENTITY,
        ),
        (does_not_fit("they are of different epochs"), &|b| {
            b.epoch += 1;
        }),
        (does_not_fit("they are of different keys"), &|b| {
            b.chain_code[0] ^= 1;
        }),
        (does_not_fit("they are of different epochs"), &|b| {
            b.kit = later.to_bytes().unwrap();
        }),
        (does_not_fit("they are of different keys"), &|b| {
            b.kit = foreign.to_bytes().unwrap();
        }),
    ];
    for backup in backups() {
        for (error, change) in &cases {
            let bytes = backup.to_bytes().unwrap();
            let mut stored: Rewritten = postcard::from_bytes(&bytes[1..]).unwrap();
            change(&mut stored);
            let changed = postcard::to_extend(&stored, vec![1]).unwrap();
            assert_eq!(Backup::load(&changed).unwrap_err(), *error);
        }
    }
}

#[test]
fn a_backup_that_is_cut_or_newer_or_has_a_damaged_kit_does_not_load() {
    let bytes = backups()[0].to_bytes().unwrap();
    let why = |bytes: &[u8]| Backup::load(bytes).unwrap_err();
    let undecodable = BackupError::Undecodable;
    assert_eq!(why(&bytes[..40]), undecodable("it does not decode"));
    let mut newer = bytes.to_vec();
    newer[0] = 2;
    assert_eq!(
        why(&newer),
        undecodable("this release does not know its version")
    );
    let mut stored: Rewritten = postcard::from_bytes(&bytes[1..]).unwrap();
    stored.kit.pop();
    let cut = postcard::to_extend(&stored, vec![1]).unwrap();
    assert_eq!(
        why(&cut),
        BackupError::Kit(KitError::Undecodable("it does not decode"))
    );
}

#[test]
fn a_kit_of_another_epoch_is_not_put_into_a_backup() {
    let (device, server) = old_shares();
    let kit = setup(&device, &server, &key(1));
    let device = refresh(1).of_share(&device);
    assert_eq!(
        Backup::new(&device, Some(kit)).unwrap_err(),
        BackupError::Kit(KitError::DoesNotFit("they are of different epochs"))
    );
}

#[test]
fn printing_a_backup_shows_no_secret() {
    let [device, _] = backups();
    let id = device.key();
    assert_eq!(
        format!("{device:?}"),
        format!(
            "Backup {{ key: {id:?}, role: {:?}, epoch: 0, .. }}",
            Role::Device
        )
    );
}
