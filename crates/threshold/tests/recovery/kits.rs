//! SPEC.md 11.4, 11.6, 11.8: the stored kit, opening and compaction.

use k256::{AffinePoint, ProjectivePoint, Scalar};
use serde::{Deserialize, Serialize};
use tandem_threshold::Releases;
use tandem_threshold::recovery::{Kit, KitError, MAX_DELTAS};

use crate::pair::old_shares;
use crate::support::{key, refresh, setup};

/// The stored kit of SPEC.md 11.4, written down a second time.
#[derive(Clone, Serialize, Deserialize)]
pub struct Rewritten {
    pub recovery: AffinePoint,
    pub public_key: AffinePoint,
    pub chain_code: [u8; 32],
    pub epoch: u32,
    pub device_point: AffinePoint,
    pub base: Vec<Sealed>,
    pub deltas: Vec<Sealed>,
    pub releases: Releases,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Sealed {
    pub ephemeral: AffinePoint,
    pub masked: [u8; 32],
    pub tag: [u8; 16],
}

pub fn read(kit: &Kit) -> Rewritten {
    postcard::from_bytes(&kit.to_bytes().unwrap()[1..]).unwrap()
}

fn write(kit: &Rewritten) -> Result<Kit, KitError> {
    Kit::from_bytes(&postcard::to_extend(kit, vec![1]).unwrap())
}

/// A kit of epoch 2, with two deltas.
fn kit() -> Kit {
    let (device, server) = old_shares();
    let kit = setup(&device, &server, &key(1));
    refresh(2).of_kit(&refresh(1).of_kit(&kit))
}

fn changed(change: impl Fn(&mut Rewritten)) -> Result<Kit, KitError> {
    let mut kit = read(&kit());
    change(&mut kit);
    write(&kit)
}

#[test]
fn only_its_words_open_a_kit() {
    kit().open(&key(1)).unwrap();
    for entropy in [0, 2, 3, 0xff] {
        assert_eq!(kit().open(&key(entropy)).unwrap_err(), KitError::OtherWords);
    }
}

#[test]
fn a_kit_whose_parts_contradict_each_other_does_not_load() {
    type Change<'a> = &'a dyn Fn(&mut Rewritten);
    let infinity = AffinePoint::IDENTITY;
    let cases: [(&str, Change); 9] = [
        ("a point of it is at infinity", &|k| k.recovery = infinity),
        ("a point of it is at infinity", &|k| k.public_key = infinity),
        ("a point of it is at infinity", &|k| {
            k.device_point = infinity;
        }),
        ("it has neither terms nor a share", &|k| k.base.clear()),
        ("it has neither terms nor a share", &|k| {
            k.base.push(k.base[0].clone());
        }),
        ("a release in it is too long", &|k| {
            k.releases.device = "x".repeat(513);
        }),
        ("a release in it is too long", &|k| {
            k.releases.server = "x".repeat(513);
        }),
        ("it has more deltas than epochs", &|k| k.epoch = 1),
        ("it has more deltas than allowed", &|k| {
            k.epoch = 1000;
            k.deltas = vec![k.deltas[0].clone(); MAX_DELTAS + 1];
        }),
    ];
    for (why, change) in cases {
        assert_eq!(changed(change), Err(KitError::Inconsistent(why)));
    }
}

#[test]
fn a_kit_whose_ciphertexts_were_changed_or_moved_does_not_open() {
    type Change<'a> = &'a dyn Fn(&mut Rewritten);
    let flipped = |sealed: &Sealed| Sealed {
        ephemeral: (-ProjectivePoint::from(sealed.ephemeral)).to_affine(),
        ..sealed.clone()
    };
    let cases: [Change; 12] = [
        &|k| k.base[0].masked[7] ^= 1,
        &|k| k.base[1].tag[0] ^= 0x80,
        &|k| k.deltas[1].masked[31] ^= 1,
        &|k| k.deltas[0].tag[15] ^= 1,
        // The same x coordinate: only the hash over E tells.
        &|k| k.base[0] = flipped(&k.base[0]),
        &|k| k.base[0].ephemeral = k.base[1].ephemeral,
        &|k| k.base[0].ephemeral = AffinePoint::IDENTITY,
        &|k| k.base.swap(0, 1),
        &|k| k.deltas.swap(0, 1),
        &|k| k.deltas[1] = k.deltas[0].clone(),
        &|k| k.base.truncate(1),
        // All epochs shift by one.
        &|k| k.epoch += 1,
    ];
    for (number, change) in cases.into_iter().enumerate() {
        let kit = changed(change).unwrap();
        assert_eq!(
            kit.open(&key(1)).unwrap_err(),
            KitError::Damaged,
            "{number}"
        );
    }
}

#[test]
fn a_kit_of_another_key_does_not_open() {
    let other = (ProjectivePoint::GENERATOR * Scalar::from(5_u64)).to_affine();
    // The key id covers both; every ciphertext is bound to the key id.
    for change in [
        &(|k: &mut Rewritten| k.public_key = other) as &dyn Fn(&mut Rewritten),
        &|k| k.chain_code[0] ^= 1,
    ] {
        let kit = changed(change).unwrap();
        assert_eq!(kit.open(&key(1)).unwrap_err(), KitError::Damaged);
    }
}

#[test]
fn a_kit_with_another_point_of_the_device_or_a_refresh_missing_does_not_open() {
    let other = (ProjectivePoint::GENERATOR * Scalar::from(5_u64)).to_affine();
    for change in [
        &(|k: &mut Rewritten| k.device_point = other) as &dyn Fn(&mut Rewritten),
        &|k| {
            k.deltas.pop();
            k.epoch = 1;
        },
    ] {
        let kit = changed(change).unwrap();
        assert_eq!(kit.open(&key(1)).unwrap_err(), KitError::WrongShare);
    }
}

#[test]
fn a_stored_kit_has_one_form() {
    let bytes = kit().to_bytes().unwrap();
    let undecodable = |bytes: &[u8]| match Kit::from_bytes(bytes) {
        Err(KitError::Undecodable(why)) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(undecodable(&[]), "it is empty");
    assert_eq!(undecodable(&bytes[..bytes.len() - 1]), "it does not decode");
    assert_eq!(
        undecodable(&[&bytes[..], &[0]].concat()),
        "bytes follow its end"
    );
    assert_eq!(
        undecodable(&vec![1; 24 * 1024 + 1]),
        "it is longer than allowed"
    );
    let mut newer = bytes.clone();
    newer[0] = 2;
    assert_eq!(
        undecodable(&newer),
        "this release does not know its version"
    );
}

#[test]
fn a_compacted_kit_opens_to_the_same_share_and_follows_refreshes() {
    let (device, server) = old_shares();
    let kit = setup(&device, &server, &key(1));
    let kit = refresh(1).of_kit(&kit);
    let share = kit.open(&key(1)).unwrap();
    let compact = crate::support::stored(&kit.compact(&share, &[7; 32]).unwrap());
    assert_eq!((compact.deltas(), compact.epoch()), (0, 1));
    assert!(compact.to_bytes().unwrap().len() < kit.to_bytes().unwrap().len());
    let device = refresh(1).of_share(&device);
    compact.fits(&device).unwrap();
    compact.open(&key(1)).unwrap();
    assert_eq!(compact.open(&key(2)).unwrap_err(), KitError::OtherWords);
    let later = refresh(2).of_kit(&compact);
    later.fits(&refresh(2).of_share(&device)).unwrap();
    later.open(&key(1)).unwrap();
}

#[test]
fn a_share_of_another_kit_does_not_compact_this_one() {
    let (device, server) = old_shares();
    let kit = setup(&device, &server, &key(1));
    let share = kit.open(&key(1)).unwrap();
    let later = refresh(1).of_kit(&kit);
    assert_eq!(
        later.compact(&share, &[7; 32]),
        Err(KitError::DoesNotFit("they are of different epochs"))
    );
    let forked = refresh(2).of_kit(&kit).open(&key(1)).unwrap();
    assert_eq!(
        later.compact(&forked, &[7; 32]),
        Err(KitError::DoesNotFit("they are of different lines"))
    );
    let (other_device, other_server) = crate::support::other_pair();
    let other = setup(&other_device, &other_server, &key(1));
    assert_eq!(
        other.compact(&share, &[7; 32]),
        Err(KitError::DoesNotFit("they are of different keys"))
    );
}

#[test]
fn printing_a_kit_or_an_opened_share_shows_no_secret() {
    let kit = kit();
    let share = kit.open(&key(1)).unwrap();
    let id = kit.key();
    assert_eq!(
        format!("{kit:?} {share:?}"),
        format!(
            "Kit {{ key: {id:?}, epoch: 2, .. }} RecoveryShare {{ key: {id:?}, epoch: 2, .. }}"
        )
    );
}
