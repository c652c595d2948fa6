//! SPEC.md 11.14: what one holder alone has leads nowhere. That ciphertexts hide and
//! masks are uniform is argued there and tested where the terms can be seen
//! (`src/recovery/setup/tests.rs`); here are the ways that the code itself could open.

use k256::Scalar;
use tandem_threshold::recovery::{Backup, KitError, MasterKey, RebuildError, RecoveryShare};

use super::kits::{Rewritten, read};
use crate::pair::old_shares;
use crate::support::{key, secret, seed_and_chain_code, setup, words};

fn bytes(scalar: &Scalar) -> [u8; 32] {
    scalar.to_bytes().into()
}

/// Everything one party knows, taken for the words, opens nothing.
#[test]
fn what_a_party_knows_is_not_the_words() {
    let (device, server) = old_shares();
    let kit = setup(&device, &server, &key(1));
    let (seed, chain_code) = seed_and_chain_code(&device);
    for known in [
        bytes(&secret(&device)),
        bytes(&secret(&server)),
        seed,
        chain_code,
        *device.id().as_bytes(),
    ] {
        let guess = tandem_threshold::recovery::Words::from_entropy(zeroize::Zeroizing::new(known));
        assert_eq!(kit.open(&guess.key()).unwrap_err(), KitError::OtherWords);
    }
}

/// No stored byte of a kit or of the other side's messages is one of the secrets.
#[test]
fn a_kit_shows_no_share_and_no_seed() {
    let (device, server) = old_shares();
    let kit = setup(&device, &server, &key(1));
    let share = kit.open(&key(1)).unwrap();
    let kit = [
        kit.to_bytes().unwrap(),
        kit.compact(&share, &[7; 32]).unwrap().to_bytes().unwrap(),
    ]
    .concat();
    let (x_1, x_2) = (secret(&device), secret(&server));
    for hidden in [
        bytes(&x_1),
        bytes(&x_2),
        bytes(&-x_1),
        bytes(&(x_2 + x_2)),
        bytes(&(x_2 + x_2 - x_1)),
        bytes(&(x_1 + x_1 - x_2)),
        seed_and_chain_code(&device).0,
    ] {
        assert!(!kit.windows(32).any(|window| window == hidden));
    }
}

/// With one of the two ciphertexts gone the words open nothing, not even a wrong value.
#[test]
fn the_words_and_one_ciphertext_open_nothing() {
    let (device, server) = old_shares();
    let kit = setup(&device, &server, &key(1));
    for kept in [0, 1] {
        let mut one: Rewritten = read(&kit);
        one.base = vec![one.base[kept].clone()];
        let bytes = postcard::to_extend(&one, vec![1]).unwrap();
        let one = tandem_threshold::recovery::Kit::from_bytes(&bytes).unwrap();
        assert_eq!(one.open(&key(1)).unwrap_err(), KitError::Damaged);
    }
}

/// A share and a kit, without the words: a third share that is guessed is not the key's.
#[test]
fn one_share_needs_the_right_second_one() {
    let (device, server) = old_shares();
    let kit = setup(&device, &server, &key(1));
    let device_backup = Backup::new(&device, Some(kit)).unwrap();
    // The third share of the same key under the same words, from another line.
    let forked = crate::support::refresh(1);
    let kit = setup(
        &forked.of_share(&device),
        &forked.of_share(&server),
        &key(1),
    );
    let other: RecoveryShare = kit.open(&key(1)).unwrap();
    assert_eq!(
        MasterKey::from_words(&device_backup, &other).unwrap_err(),
        RebuildError::DifferentEpochs(0, 1)
    );
    let own = Backup::new(&device, None).unwrap();
    assert_eq!(
        MasterKey::from_backups(&own, &device_backup).unwrap_err(),
        RebuildError::SameParty
    );
}

#[test]
fn the_words_are_no_key_of_the_account() {
    let words = words(1);
    let proof = words.key().sign(&[1; 32], b"device").unwrap();
    words
        .key()
        .public_key()
        .verify(&[1; 32], b"device", &proof)
        .unwrap();
    let (device, _) = old_shares();
    assert_ne!(*words.key().public_key().as_bytes(), device.public_key());
}
