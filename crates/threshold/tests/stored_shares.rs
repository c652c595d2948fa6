//! Stored shares that were damaged or mixed up: SPEC.md 1.4.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod pair;
mod raw;

use dkls23::protocols::PartyIndex;
use pair::old_shares;
use tandem_threshold::{KeyShare, MAX_ACCOUNT_INDEX, Role, ShareError};

fn load_changed(change: impl Fn(&mut raw::Stored)) -> ShareError {
    let (device, _) = old_shares();
    let mut stored = raw::stored(&device);
    change(&mut stored);
    KeyShare::load(Role::Device, &raw::bytes(&stored)).expect_err("it loaded")
}

type Change<'a> = &'a dyn Fn(&mut raw::Stored);

#[test]
fn a_stored_share_whose_parts_contradict_each_other_does_not_load() {
    let two = PartyIndex::new(2).unwrap();
    let three = PartyIndex::new(3).unwrap();
    let cases: [(&str, Change); 11] = [
        ("it is the other party's", &|s| s.party.party_index = two),
        ("it is not two of two", &|s| {
            s.party.parameters.share_count = 3
        }),
        ("its pairwise state is not with the other party", &|s| {
            s.party.mul_senders.clear();
        }),
        ("its pairwise state is not with the other party", &|s| {
            let state = s.party.mul_receivers[&two].clone();
            s.party.mul_receivers.insert(three, state);
        }),
        ("its pairwise state is not with the other party", &|s| {
            s.party.zero_share.seeds.clear();
        }),
        ("its pairwise state is malformed", &|s| {
            s.party.zero_share.seeds[0].lowest_index = false;
        }),
        ("its pairwise state is malformed", &|s| {
            let sender = s.party.mul_senders.get_mut(&two).unwrap();
            sender.ote_sender.seeds.pop();
        }),
        ("its pairwise state is malformed", &|s| {
            let receiver = s.party.mul_receivers.get_mut(&two).unwrap();
            receiver.public_gadget.pop();
        }),
        ("it was not made by the ceremony it names", &|s| {
            s.session[0] ^= 1;
        }),
        ("its derivation data is not the master key's", &|s| {
            s.party.derivation_data.depth = 1;
        }),
        ("its public key is the point at infinity", &|s| {
            s.party.pk = k256::AffinePoint::IDENTITY;
            s.party.derivation_data.pk = s.party.pk;
        }),
    ];
    for (detail, change) in cases {
        assert_eq!(load_changed(change), ShareError::Inconsistent(detail));
    }
}

/// SPEC.md 4.1, judged by another implementation of BIP-32, from the public key and chain code.
#[test]
fn accounts_are_the_children_that_another_bip_32_derives() {
    let (device, server) = old_shares();
    let master = bip32::XPub::new(
        bip32::PublicKey::from_bytes(device.public_key()).unwrap(),
        bip32::ExtendedKeyAttrs {
            depth: 0,
            parent_fingerprint: [0; 4],
            child_number: bip32::ChildNumber(0),
            chain_code: *device.chain_code(),
        },
    );
    for index in [0, 1, 2, 1_000, MAX_ACCOUNT_INDEX] {
        let child = master.derive_child(bip32::ChildNumber(index)).unwrap();
        for share in [&device, &server] {
            assert_eq!(
                share.account(index).unwrap().public_key(),
                child.to_bytes(),
                "m/{index}"
            );
        }
    }
}
