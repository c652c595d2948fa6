//! SPEC.md 11.2 to 11.8, computed a second time from its text.

use k256::elliptic_curve::ops::Reduce;
use k256::elliptic_curve::sec1::ToSec1Point;
use k256::{AffinePoint, ProjectivePoint, Scalar, U256};
use sha2::{Digest, Sha256};
use tandem_threshold::KeyShare;

use super::kits::{Sealed, read};
use crate::pair::old_shares;
use crate::support::{
    DEVICE_RANDOMNESS, SERVER_RANDOMNESS, key, pair_secret, refresh, secret, seed_and_chain_code,
    session, setup,
};

fn h(fields: &[&[u8]]) -> [u8; 32] {
    let mut input = Vec::new();
    for field in fields {
        input.extend((field.len() as u64).to_be_bytes());
        input.extend_from_slice(field);
    }
    Sha256::digest(&input).into()
}

/// Section 11: S(..) = 1 + (H(..) mod (n - 1)).
fn s(fields: &[&[u8]]) -> Scalar {
    let order_less_one = -Scalar::ONE;
    let hash = U256::from_be_slice(&h(fields));
    let modulus = U256::from_be_slice(&order_less_one.to_bytes());
    let reduced = if hash >= modulus {
        hash.wrapping_sub(&modulus)
    } else {
        hash
    };
    Scalar::reduce(&reduced) + Scalar::ONE
}

fn point(point: impl Into<AffinePoint>) -> [u8; 33] {
    let point: AffinePoint = point.into();
    point.to_sec1_point(true).as_bytes().try_into().unwrap()
}

fn g(scalar: Scalar) -> [u8; 33] {
    point(ProjectivePoint::GENERATOR * scalar)
}

/// 11.3, by the side that seals.
fn seal(
    share: &KeyShare,
    epoch: u32,
    content: u8,
    scalar: Scalar,
    randomness: &[u8; 32],
) -> Sealed {
    let rk = s(&[b"tandem/recovery/key/v1", &[1; 32]]);
    let (id, epoch) = (share.id().as_bytes(), epoch.to_be_bytes());
    let recipient = g(rk);
    let plain: [u8; 32] = scalar.to_bytes().into();
    let e = s(&[
        b"tandem/recovery/ephemeral/v1",
        randomness,
        id,
        &epoch,
        &[content],
        &recipient,
        &plain,
    ]);
    // Z by the other side's formula: rk E.
    let shared = &point(ProjectivePoint::GENERATOR * e * rk)[1..];
    let pad = h(&[
        b"tandem/recovery/pad/v1",
        shared,
        &g(e),
        &recipient,
        id,
        &epoch,
        &[content],
        &[],
    ]);
    let masked: [u8; 32] = std::array::from_fn(|i| plain[i] ^ pad[i]);
    let tag = h(&[
        b"tandem/recovery/tag/v1",
        shared,
        &g(e),
        &recipient,
        id,
        &epoch,
        &[content],
        &masked,
    ]);
    Sealed {
        ephemeral: (ProjectivePoint::GENERATOR * e).to_affine(),
        masked,
        tag: tag[..16].try_into().unwrap(),
    }
}

fn assert_sealed(ours: &Sealed, specified: &Sealed) {
    assert_eq!(ours.ephemeral, specified.ephemeral);
    assert_eq!(ours.masked, specified.masked);
    assert_eq!(ours.tag, specified.tag);
}

#[test]
fn the_recovery_key_is_the_one_of_the_specification() {
    let rk = s(&[b"tandem/recovery/key/v1", &[1; 32]]);
    assert_eq!(*key(1).public_key().as_bytes(), g(rk));
}

#[test]
fn a_kit_holds_the_terms_the_deltas_and_the_points_of_the_specification() {
    let (device, server) = old_shares();
    let kit = setup(&device, &server, &key(1));
    let refreshed = refresh(1).of_kit(&kit);
    let (seed, chain_code) = seed_and_chain_code(&device);
    let (x_1, x_2) = (secret(&device), secret(&server));
    let recipient = *key(1).public_key().as_bytes();
    let m = s(&[
        b"tandem/recovery/mask/v1",
        &pair_secret(&session(&device), &seed),
        device.id().as_bytes(),
        &[0; 4],
        &recipient,
    ]);

    let body = read(&kit);
    assert_sealed(
        &body.base[0],
        &seal(&device, 0, 1, m - x_1, &DEVICE_RANDOMNESS),
    );
    assert_sealed(
        &body.base[1],
        &seal(&device, 0, 2, x_2 + x_2 - m, &SERVER_RANDOMNESS),
    );
    assert_eq!(point(body.recovery), recipient);
    assert_eq!(point(body.public_key), device.public_key());
    assert_eq!(point(body.device_point), g(x_1));
    assert_eq!(body.chain_code, chain_code);

    let a = refresh(1).slope;
    let randomness = h(&[
        b"tandem/recovery/delta/v1",
        &refresh(1).pair_secret(),
        refresh(1).ceremony.as_bytes(),
    ]);
    let body = read(&refreshed);
    assert_eq!(body.epoch, 1);
    assert_sealed(
        &body.deltas[0],
        &seal(&device, 1, 3, a + a + a, &randomness),
    );
    assert_eq!(point(body.device_point), g(x_1 + a));

    let share = refreshed.open(&key(1)).unwrap();
    let compact = read(&refreshed.compact(&share, &[9; 32]).unwrap());
    let third = x_2 + x_2 - x_1 + a + a + a;
    assert_sealed(&compact.base[0], &seal(&device, 1, 4, third, &[9; 32]));
    assert_eq!((compact.base.len(), compact.deltas.len()), (1, 0));
}

#[test]
fn the_fingerprint_and_the_proof_are_over_what_the_specification_says() {
    let (device, server) = old_shares();
    let kit = setup(&device, &server, &key(1));
    let bytes = kit.to_bytes().unwrap();
    assert_eq!(
        kit.fingerprint().unwrap(),
        h(&[b"tandem/recovery/kit/v1", &bytes])
    );
    use k256::ecdsa::{Signature, VerifyingKey, signature::hazmat::PrehashVerifier};
    let proof = key(1).sign(&[1; 32], b"device").unwrap();
    let digest = h(&[b"tandem/recovery/proof-of-words/v1", &[1; 32], b"device"]);
    VerifyingKey::from_sec1_bytes(key(1).public_key().as_bytes())
        .unwrap()
        .verify_prehash(&digest, &Signature::from_slice(&proof).unwrap())
        .unwrap();
}
