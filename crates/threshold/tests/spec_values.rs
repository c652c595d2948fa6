//! The values of SPEC.md 1.2, 2.2 and 2.5, computed a second time from its text.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod pair;

use sha2::{Digest, Sha256};
use tandem_threshold::{Ceremony, KeyId, Kind};

/// Section "Notation".
fn h(fields: &[&[u8]]) -> [u8; 32] {
    let mut input = Vec::new();
    for field in fields {
        input.extend((field.len() as u64).to_be_bytes());
        input.extend_from_slice(field);
    }
    Sha256::digest(&input).into()
}

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
