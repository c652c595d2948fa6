//! SPEC.md 11.12: any two of the three shares give the key.

use k256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use k256::ecdsa::{Signature, SigningKey, VerifyingKey};
use k256::{AffinePoint, Scalar};
use tandem_threshold::recovery::{Backup, Kit, MasterKey, RebuildError};
use tandem_threshold::{DeriveError, KeyShare, MAX_ACCOUNT_INDEX};

use crate::pair::{self, old_shares};
use crate::support::{key, other_pair, refresh, seed_and_chain_code, setup};

fn backup(share: &KeyShare) -> Backup {
    let backup = Backup::new(share, None).unwrap();
    Backup::load(&backup.to_bytes().unwrap()).unwrap()
}

/// By each pair of shares.
fn rebuild_all(device: &KeyShare, server: &KeyShare, kit: &Kit) -> [MasterKey; 4] {
    let words = kit.open(&key(1)).unwrap();
    let (device, server) = (backup(device), backup(server));
    [
        MasterKey::from_backups(&device, &server).unwrap(),
        MasterKey::from_backups(&server, &device).unwrap(),
        MasterKey::from_words(&device, &words).unwrap(),
        MasterKey::from_words(&server, &words).unwrap(),
    ]
}

#[test]
fn any_two_shares_give_the_key_that_the_pair_signs_with() {
    let (device, server) = pair::keygen();
    let kit = setup(&device, &server, &key(1));
    let digest = [0x77; 32];
    for master in rebuild_all(&device, &server, &kit) {
        assert_eq!(master.key(), device.id());
        assert_eq!(master.public_key(), device.public_key());
        for index in [0, 1, MAX_ACCOUNT_INDEX] {
            let account = master.account(index).unwrap();
            let public_key = device.account(index).unwrap().public_key();
            assert_eq!(account.public_key(), public_key);
            let signer = SigningKey::from_slice(account.secret()).unwrap();
            let signature: Signature = signer.sign_prehash(&digest).unwrap();
            VerifyingKey::from_sec1_bytes(&public_key)
                .unwrap()
                .verify_prehash(&digest, &signature)
                .unwrap();
        }
    }
}

#[test]
fn another_bip_32_derives_the_same_private_keys() {
    let (device, server) = old_shares();
    let kit = setup(&device, &server, &key(1));
    let [master, ..] = rebuild_all(&device, &server, &kit);
    assert_eq!(*master.chain_code(), seed_and_chain_code(&device).1);
    let mut key_bytes = [0; 33];
    key_bytes[1..].copy_from_slice(&*master.secret());
    let theirs = bip32::XPrv::try_from(bip32::ExtendedKey {
        prefix: bip32::Prefix::XPRV,
        attrs: bip32::ExtendedKeyAttrs {
            depth: 0,
            parent_fingerprint: [0; 4],
            child_number: bip32::ChildNumber(0),
            chain_code: *master.chain_code(),
        },
        key_bytes,
    })
    .unwrap();
    for index in [0, 1, 2, 1_000, MAX_ACCOUNT_INDEX] {
        let child = theirs.derive_child(bip32::ChildNumber(index)).unwrap();
        let ours = master.account(index).unwrap();
        assert_eq!(
            *ours.secret(),
            child.private_key().to_bytes()[..],
            "m/{index}"
        );
    }
}

#[test]
fn a_hardened_account_is_refused() {
    let (device, server) = old_shares();
    let [master, ..] = rebuild_all(&device, &server, &setup(&device, &server, &key(1)));
    assert_eq!(
        master.account(1 << 31).map(|_| ()),
        Err(DeriveError::Hardened(1 << 31))
    );
}

#[test]
fn shares_of_different_epochs_are_refused() {
    let (device, server) = old_shares();
    let kit = setup(&device, &server, &key(1));
    let later = refresh(1).of_share(&device);
    let mixed = RebuildError::DifferentEpochs;
    assert_eq!(
        MasterKey::from_backups(&backup(&later), &backup(&server)).unwrap_err(),
        mixed(1, 0)
    );
    let words = kit.open(&key(1)).unwrap();
    assert_eq!(
        MasterKey::from_words(&backup(&later), &words).unwrap_err(),
        mixed(1, 0)
    );
    let words = refresh(1).of_kit(&kit).open(&key(1)).unwrap();
    assert_eq!(
        MasterKey::from_words(&backup(&server), &words).unwrap_err(),
        mixed(0, 1)
    );
}

#[test]
fn shares_of_different_keys_or_of_one_party_are_refused() {
    let (device, server) = old_shares();
    let (other_device, other_server) = other_pair();
    let words = setup(&device, &server, &key(1)).open(&key(1)).unwrap();
    let different = RebuildError::DifferentKeys;
    assert_eq!(
        MasterKey::from_backups(&backup(&device), &backup(&other_server)).unwrap_err(),
        different
    );
    assert_eq!(
        MasterKey::from_words(&backup(&other_device), &words).unwrap_err(),
        different
    );
    assert_eq!(
        MasterKey::from_backups(&backup(&device), &backup(&device)).unwrap_err(),
        RebuildError::SameParty
    );
}

/// Same key, same epoch, other line: two refreshes that started from the same shares.
#[test]
fn a_share_that_is_not_genuine_gives_no_key() {
    let (device, server) = old_shares();
    let device = refresh(1).of_share(&device);
    let server = refresh(2).of_share(&server);
    assert_eq!(
        MasterKey::from_backups(&backup(&device), &backup(&server)).unwrap_err(),
        RebuildError::NotTheKey
    );
}

#[test]
fn printing_a_rebuilt_key_shows_no_secret() {
    let (device, server) = old_shares();
    let [master, ..] = rebuild_all(&device, &server, &setup(&device, &server, &key(1)));
    let account = master.account(0).unwrap();
    assert_eq!(
        format!("{master:?} {account:?}"),
        format!(
            "MasterKey {{ key: {:?}, .. }} AccountKey {{ .. }}",
            device.id()
        )
    );
}

/// The rebuilt key is the discrete logarithm of the public key and of nothing else.
#[test]
fn the_master_key_is_the_private_key_of_the_public_key() {
    let (device, server) = old_shares();
    let [master, ..] = rebuild_all(&device, &server, &setup(&device, &server, &key(1)));
    let signer = SigningKey::from_slice(&*master.secret()).unwrap();
    let point: AffinePoint = *signer.verifying_key().as_affine();
    let generated = k256::ProjectivePoint::GENERATOR * *signer.as_nonzero_scalar().as_ref();
    assert_eq!(generated.to_affine(), point);
    assert_ne!(*signer.as_nonzero_scalar().as_ref(), Scalar::ONE);
    assert_eq!(
        signer.verifying_key(),
        &VerifyingKey::from_sec1_bytes(&device.public_key()).unwrap()
    );
}
