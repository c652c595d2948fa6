//! Two honest parties.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod pair;

use k256::ecdsa::{RecoveryId, Signature, VerifyingKey, signature::hazmat::PrehashVerifier};
use tandem_threshold::{DeriveError, KeyShare, Role, ShareError};

const DIGEST: [u8; 32] = [0x5a; 32];

#[test]
fn an_account_signs_and_k256_recovers_its_key() {
    let (device, server) = pair::keygen();
    assert_eq!(device.id(), server.id());
    assert_eq!(device.public_key(), server.public_key());
    for account in [0, 1, 7] {
        let signature = pair::sign(&device, &server, account, &DIGEST);
        let public_key = device.account(account).unwrap().public_key();
        assert_eq!(public_key, server.account(account).unwrap().public_key());
        let judged = Signature::from_scalars(signature.r, signature.s).unwrap();
        assert_eq!(judged, judged.normalize_s(), "s is in the lower half");
        let key = VerifyingKey::from_sec1_bytes(&public_key).unwrap();
        key.verify_prehash(&DIGEST, &judged).unwrap();
        let recovered = VerifyingKey::recover_from_prehash(
            &DIGEST,
            &judged,
            RecoveryId::new(signature.y_parity, false),
        )
        .unwrap();
        assert_eq!(recovered, key);
    }
}

#[test]
fn both_parities_occur_and_both_recover() {
    let (device, server) = pair::keygen();
    let mut seen = [false; 2];
    for i in 0..64_u8 {
        let signature = pair::sign(&device, &server, 0, &[i; 32]);
        seen[usize::from(signature.y_parity)] = true;
        if seen == [true; 2] {
            return;
        }
    }
    panic!("64 signatures had the same parity");
}

#[test]
fn a_stored_share_loads_and_signs() {
    let (device, server) = pair::keygen();
    let device = KeyShare::load(Role::Device, &device.to_bytes().unwrap()).unwrap();
    let server = KeyShare::load(Role::Server, &server.to_bytes().unwrap()).unwrap();
    assert_eq!(device.releases(), &pair::releases());
    pair::sign(&device, &server, 0, &DIGEST);
}

#[test]
fn a_share_of_the_other_role_or_with_bytes_missing_does_not_load() {
    let (device, _) = pair::keygen();
    let bytes = device.to_bytes().unwrap();
    assert_eq!(
        KeyShare::load(Role::Server, &bytes).unwrap_err(),
        ShareError::Inconsistent("it is the other party's")
    );
    for cut in [0, 1, 40, bytes.len() - 1] {
        assert_eq!(
            KeyShare::load(Role::Device, &bytes[..cut]).unwrap_err(),
            ShareError::Undecodable
        );
    }
    let mut newer = bytes.to_vec();
    newer[0] = 2;
    assert_eq!(
        KeyShare::load(Role::Device, &newer).unwrap_err(),
        ShareError::Undecodable
    );
}

#[test]
fn a_hardened_account_is_refused() {
    let (device, _) = pair::keygen();
    assert_eq!(
        device.account(1 << 31).unwrap_err(),
        DeriveError::Hardened(1 << 31)
    );
}

#[test]
fn two_keygens_give_two_keys() {
    let (first, _) = pair::keygen();
    let (second, _) = pair::keygen();
    assert_ne!(first.id(), second.id());
}

#[test]
fn printing_a_share_shows_no_secret() {
    let (device, _) = pair::keygen();
    let printed = format!("{device:?} {:?}", device.account(0).unwrap());
    assert!(printed.len() < 600, "{printed}");
    assert!(printed.contains("KeyShare") && printed.contains(".."));
}
