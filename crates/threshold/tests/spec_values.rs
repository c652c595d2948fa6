//! The values of SPEC.md 1.2, 2.2, 2.5 and section 12, computed a second time from its text.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod fields;
mod pair;
mod raw;

use k256::Scalar;
use k256::elliptic_curve::PrimeField;
use k256::elliptic_curve::point::AffineCoordinates;
use raw::hash as h;
use tandem_threshold::{Basis, Ceremony, KeyId, Kind};

#[test]
fn a_keygen_sends_the_commitments_and_the_transcript_of_the_specification() {
    let mut sent = Vec::new();
    pair::keygen_with(&mut |_, message| sent.push(message.clone())).unwrap();
    let id = h(&[
        b"tandem/ceremony/v1",
        b"keygen",
        &[0, 1],
        b"device 0.1.0",
        b"server 0.1.0",
        &pair::DEVICE_NONCE,
        &pair::SERVER_NONCE,
    ]);
    for (index, outer, opening) in [(1_u8, &sent[2], &sent[4]), (2, &sent[3], &sent[5])] {
        let tag: &[u8] = b"tandem/keygen/outer-commitment/v1";
        assert_eq!(outer[1..], h(&[tag, &id, &[index], &opening[1..33]]));
    }
    let tag: &[u8] = b"tandem/keygen/transcript/v1";
    let mut transcript = h(&[tag, &id]);
    for round in sent[..8].chunks(2) {
        transcript = h(&[tag, &transcript, &round[0], &round[1]]);
    }
    assert_eq!(sent[8][1..33], transcript, "the device's");
    assert_eq!(sent[9][1..33], transcript, "the server's");
}

#[test]
fn the_id_of_a_signature_is_the_one_of_the_specification() {
    let releases = pair::releases();
    let ceremony = Ceremony {
        kind: Kind::Sign {
            key: &KeyId::from_bytes([7; 32]),
            epoch: 1,
            account: 0x0203_0405,
            digest: &[8; 32],
        },
        releases: &releases,
        device_nonce: &[1; 32],
        server_nonce: &[2; 32],
    };
    let expected = h(&[
        b"tandem/ceremony/v1",
        b"sign",
        &[0, 1],
        b"device 0.1.0",
        b"server 0.1.0",
        &[1; 32],
        &[2; 32],
        &[7; 32],
        &[0, 0, 0, 1],
        &[2, 3, 4, 5],
        &[8; 32],
    ]);
    assert_eq!(ceremony.id().as_bytes(), &expected);
}

#[test]
fn the_id_of_a_presignature_is_the_one_of_the_specification() {
    let releases = pair::releases();
    let ceremony = Ceremony {
        kind: Kind::Presign {
            key: &KeyId::from_bytes([7; 32]),
            epoch: 1,
            account: 0x0203_0405,
            index: 6,
        },
        releases: &releases,
        device_nonce: &[1; 32],
        server_nonce: &[2; 32],
    };
    let expected = h(&[
        b"tandem/ceremony/v1",
        b"presign",
        &[0, 1],
        b"device 0.1.0",
        b"server 0.1.0",
        &[1; 32],
        &[2; 32],
        &[7; 32],
        &[0, 0, 0, 1],
        &[2, 3, 4, 5],
        &[6],
    ]);
    assert_eq!(ceremony.id().as_bytes(), &expected);
}

#[test]
fn a_presignature_sends_the_values_of_the_specification_and_signs_with_another_r() {
    let (device, server) = pair::old_shares();
    let releases = pair::releases();
    let id = *pair::presigning(&device, 0, 0, &releases).id().as_bytes();
    let public_key = device.account(0).unwrap().public_key();
    let digest = [0x3c; 32];
    let mut sent = Vec::new();
    let (signature, r) = pair::presign_with(&device, &server, &digest, &mut |_, message| {
        sent.push(message.clone());
    })
    .unwrap();

    let nonce = &pair::PRESIGN_SERVER_NONCE;
    let commitment = h(&[b"tandem/presign/server-nonce/v1", &id, nonce]);
    assert_eq!(sent[1][sent[1].len() - 32..], commitment);
    assert_eq!(&sent[4][67..], nonce);

    let nonce_point = fields::nonce_point(&sent[1], &sent[2]);
    let x: [u8; 32] = nonce_point.x().into();
    let lifted = [&[2_u8][..], &x].concat();
    let (device_nonce, shared) = (&pair::USE_NONCE, [&id[..], &public_key, &lifted, &digest]);
    let [a, b, c, d] = shared;
    let binding = h(&[b"tandem/presign/use/v1", a, b, c, d, device_nonce]);
    assert_eq!(&sent[3][1..33], device_nonce);
    assert_eq!(sent[3][33..], binding);

    let tag: &[u8] = b"tandem/presign/rerandomiser/v1";
    let delta = h(&[tag, a, b, c, d, device_nonce, nonce]);
    let delta = Scalar::from_repr(delta.into()).unwrap();
    let rerandomised: [u8; 32] = (nonce_point * delta).to_affine().x().into();
    assert_eq!(signature.r, rerandomised);
    assert_eq!(r, rerandomised, "the r that the server records");
    assert_ne!(signature.r, x, "the r that was known before the digest");
}

#[test]
fn a_refresh_sends_the_commitments_and_the_transcript_of_the_specification() {
    let (device, server) = pair::old_shares();
    let key = *device.id();
    let mut sent = Vec::new();
    pair::refresh_with(device, server, &mut |_, message| sent.push(message.clone())).unwrap();
    let lengths = [
        34, 34, 33, 33, 65, 65, 147_695, 147_695, 26_786, 82_173, 55_454, 67,
    ];
    assert!(sent.iter().map(Vec::len).eq(lengths));
    let id = h(&[
        b"tandem/ceremony/v1",
        b"refresh",
        &[0, 1],
        b"device 0.1.0",
        b"server 0.1.0",
        &[5; 32],
        &[6; 32],
        key.as_bytes(),
        &[0; 4],
        &[1],
    ]);
    for (index, outer, opening) in [(1_u8, &sent[2], &sent[4]), (2, &sent[3], &sent[5])] {
        let tag: &[u8] = b"tandem/refresh/outer-commitment/v1";
        assert_eq!(outer[1..], h(&[tag, &id, &[index], &opening[1..33]]));
    }
    let tag: &[u8] = b"tandem/refresh/transcript/v1";
    let mut transcript = h(&[tag, &id]);
    for round in sent[..8].chunks(2) {
        transcript = h(&[tag, &transcript, &round[0], &round[1]]);
    }
    assert_eq!(sent[8][1..33], transcript, "the device's");
    assert_eq!(sent[9][1..33], transcript, "the server's");
}

#[test]
fn the_ids_of_a_refresh_and_a_confirmation_are_those_of_the_specification() {
    let releases = pair::releases();
    let key = KeyId::from_bytes([7; 32]);
    let base = Ceremony {
        kind: Kind::Confirm {
            key: &key,
            epoch: 0x0203_0405,
        },
        releases: &releases,
        device_nonce: &[1; 32],
        server_nonce: &[2; 32],
    };
    let id = |kind: &[u8], bound: &[&[u8]]| {
        let head: [&[u8]; 7] = [
            b"tandem/ceremony/v1",
            kind,
            &[0, 1],
            b"device 0.1.0",
            b"server 0.1.0",
            &[1; 32],
            &[2; 32],
        ];
        h(&[&head, bound].concat())
    };
    let expected = id(b"confirm", &[&[7; 32], &[2, 3, 4, 5]]);
    assert_eq!(base.id().as_bytes(), &expected);
    for (basis, byte) in [(Basis::Shares, 1), (Basis::Recovery, 2), (Basis::Deal, 3)] {
        let kind = Kind::Refresh {
            key: &key,
            from_epoch: 0x0203_0405,
            basis,
        };
        let expected = id(b"refresh", &[&[7; 32], &[2, 3, 4, 5], &[byte]]);
        assert_eq!(Ceremony { kind, ..base }.id().as_bytes(), &expected);
    }
}

#[test]
fn a_new_pair_and_the_secret_of_a_pair_have_the_session_id_of_the_specification() {
    let (device, server) = pair::old_shares();
    let (refreshed, _) = pair::refresh(device, server);
    let stored = raw::stored(&refreshed.share);
    let tag: &[u8] = b"tandem/refresh/pair-secret/v1";
    let seed = &stored.party.zero_share.seeds[0].seed;
    assert_eq!(stored.session.as_slice(), stored.party.session_id);
    assert_eq!(*refreshed.pair_secret, h(&[tag, &stored.session, seed]));
}
