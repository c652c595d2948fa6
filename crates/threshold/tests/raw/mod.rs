//! The inside of a stored share (SPEC.md 1.4): to look at what a test must not
//! get from the crate, and to build a party that cheats consistently.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "shared by several test programs"
)]

use dkls23::secp256k1::Party;
use serde::{Deserialize, Serialize};
use tandem_threshold::KeyShare;

/// The stored form, behind its version byte.
#[derive(Serialize, Deserialize)]
pub struct Stored {
    pub epoch: u32,
    pub releases: (String, String),
    pub session: [u8; 32],
    pub party: Party,
}

pub fn stored(share: &KeyShare) -> Stored {
    postcard::from_bytes(&share.to_bytes().unwrap()[1..]).unwrap()
}

pub fn party(share: &KeyShare) -> Party {
    stored(share).party
}

pub fn bytes(stored: &Stored) -> Vec<u8> {
    postcard::to_extend(stored, vec![1]).unwrap()
}

/// The same shares under another epoch.
pub fn at_epoch(shares: [&KeyShare; 2], epoch: u32) -> [KeyShare; 2] {
    shares.map(|share| {
        let mut stored = stored(share);
        stored.epoch = epoch;
        KeyShare::load(share.role(), &bytes(&stored)).unwrap()
    })
}

/// H of SPEC.md, section "Notation".
pub fn hash(fields: &[&[u8]]) -> [u8; 32] {
    let mut input = Vec::new();
    for field in fields {
        input.extend((field.len() as u64).to_be_bytes());
        input.extend_from_slice(field);
    }
    <sha2::Sha256 as sha2::Digest>::digest(&input).into()
}
