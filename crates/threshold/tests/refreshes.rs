//! New pairs for a key that exists, between two honest parties: SPEC.md section 10.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod pair;
mod raw;

use k256::Scalar;
use k256::ecdsa::signature::hazmat::PrehashVerifier;
use k256::elliptic_curve::PrimeField;
use pair::{old_shares, refresh_ceremony};
use tandem_threshold::recovery::{Backup, MasterKey};
use tandem_threshold::refresh::{Base, Refreshed};
use tandem_threshold::{
    Basis, DeriveError, KeyId, KeyShare, PublicKey, Reason, Role, Signature, Verdict,
};

const DIGEST: [u8; 32] = [0x5b; 32];
const FRESH: [u8; 32] = [0x31; 32];

fn judge(public_key: &PublicKey, digest: &[u8; 32], signature: &Signature) {
    let judged = k256::ecdsa::Signature::from_scalars(signature.r, signature.s).unwrap();
    k256::ecdsa::VerifyingKey::from_sec1_bytes(public_key)
        .unwrap()
        .verify_prehash(digest, &judged)
        .unwrap();
}

/// Signs with a pair, for an account whose key is known from before.
fn signs_for(device: &KeyShare, server: &KeyShare, account: u32, public_key: &PublicKey) {
    let signature = pair::sign(device, server, account, &DIGEST);
    judge(public_key, &DIGEST, &signature);
}

fn scalar(bytes: &[u8; 32]) -> Scalar {
    Scalar::from_repr((*bytes).into()).unwrap()
}

/// f(3) = 2 f(2) - f(1): what the recovery words stand for.
fn third_point(device: &KeyShare, server: &KeyShare) -> [u8; 32] {
    let [first, second] = [device, server].map(|share| raw::party(share).poly_point);
    (second + second - first).to_repr().into()
}

fn secret_key(device: &KeyShare, server: &KeyShare) -> [u8; 32] {
    let [first, second] = [device, server].map(|share| raw::party(share).poly_point);
    (first + first - second).to_repr().into()
}

#[test]
fn a_refreshed_pair_signs_for_the_same_accounts() {
    let (device, server) = old_shares();
    let (key, master) = (*device.id(), device.public_key());
    let account = device.account(7).unwrap().public_key();
    signs_for(&device, &server, 7, &account);
    let (device, server) = pair::refresh(device, server);
    for new in [&device, &server] {
        assert_eq!((new.share.id(), new.share.public_key()), (&key, master));
        assert_eq!(new.share.epoch(), 1);
    }
    assert_eq!(device.proof, server.proof);
    signs_for(&device.share, &server.share, 7, &account);

    // And once more, from what was stored.
    let reload = |refreshed: &Refreshed| {
        let bytes = refreshed.share.to_bytes().unwrap();
        KeyShare::load(refreshed.share.role(), &bytes).unwrap()
    };
    let (device, server) = pair::refresh(reload(&device), reload(&server));
    assert_eq!((device.share.epoch(), server.share.epoch()), (2, 2));
    signs_for(&device.share, &server.share, 7, &account);
}

#[test]
fn a_refresh_changes_both_shares_along_one_line_and_both_sides_know_its_slope() {
    let (device, server) = old_shares();
    let before = [&device, &server].map(raw::party);
    let secret = secret_key(&device, &server);
    let (device, server) = pair::refresh(device, server);
    assert_eq!(device.slope, server.slope);
    let after = [&device.share, &server.share].map(raw::party);
    let slope = scalar(&device.slope);
    assert_ne!(slope, Scalar::ZERO);
    assert_eq!(after[0].poly_point - before[0].poly_point, slope);
    assert_eq!(after[1].poly_point - before[1].poly_point, slope + slope);
    assert_eq!(secret_key(&device.share, &server.share), secret);
}

#[test]
fn a_refresh_makes_all_pairwise_state_anew_and_a_secret_that_both_sides_share() {
    let (device, server) = old_shares();
    let before = raw::party(&device);
    let (device, server) = pair::refresh(device, server);
    let after = raw::party(&device.share);
    let two = after.mul_senders.keys().next().unwrap();
    assert_ne!(
        before.zero_share.seeds[0].seed,
        after.zero_share.seeds[0].seed
    );
    assert_ne!(
        before.mul_senders[two].ote_sender.seeds,
        after.mul_senders[two].ote_sender.seeds
    );
    assert_eq!(device.pair_secret, server.pair_secret);
    let again = pair::refresh(device.share, server.share);
    assert_ne!(again.0.pair_secret, device.pair_secret);
}

#[test]
fn shares_of_two_epochs_do_not_sign_together() {
    let (old_device, old_server) = old_shares();
    let (device, server) = pair::refresh(old_device, old_server);
    let (old_device, old_server) = old_shares();
    // Whatever epoch is claimed, in either direction.
    for (device, server) in [(&old_device, &server.share), (&device.share, &old_server)] {
        let [device, server] = raw::at_epoch([device, server], 5);
        let failure = pair::sign_with(&device, &server, 0, &DIGEST, &mut |_, _| {}).unwrap_err();
        assert_eq!((failure.found_by, failure.message), (Role::Server, 1));
        let reason = format!("{:?}", failure.abort.reason);
        assert!(reason.contains("SessionBindingMismatch"), "{reason}");
    }
}

#[test]
fn two_refreshes_of_one_pair_do_not_mix() {
    let (device, server) = old_shares();
    let (first, _) = pair::refresh(device, server);
    let (device, server) = old_shares();
    let (_, second) = pair::refresh(device, server);
    let failure = pair::confirm(first.share, second.share).unwrap_err();
    assert_eq!((failure.found_by, failure.message), (Role::Server, 1));
    assert_eq!(failure.abort.reason, Reason::OtherShare);
    assert_eq!(failure.abort.verdict, Verdict::Retry);
}

#[test]
fn the_proof_of_a_refresh_is_a_signature_under_the_master_key() {
    let (device, server) = old_shares();
    let mut sent = Vec::new();
    let refreshed = pair::refresh_with(device, server, &mut |_, message| {
        sent.push(message.clone());
    });
    let (device, _) = refreshed.unwrap();
    let mut message = vec![0x80];
    message.extend(b"tandem/refresh/proof/v1");
    message.extend(&sent[8][1..33]);
    let digest = <sha3::Keccak256 as sha3::Digest>::digest(&message).into();
    judge(&device.share.public_key(), &digest, &device.proof);
}

#[test]
fn a_confirmation_signs_under_the_master_key() {
    let (device, server) = old_shares();
    let (device, server) = pair::refresh(device, server);
    let public_key = device.share.public_key();
    let releases = pair::releases();
    let ceremony = tandem_threshold::Ceremony {
        kind: tandem_threshold::Kind::Confirm {
            key: &device.share.id().to_owned(),
            epoch: 1,
        },
        releases: &releases,
        device_nonce: &[7; 32],
        server_nonce: &[8; 32],
    };
    let mut message = vec![0x80];
    message.extend(b"tandem/confirm/v1");
    message.extend(ceremony.id().as_bytes());
    let digest = <sha3::Keccak256 as sha3::Digest>::digest(&message).into();
    let signature = pair::confirm(device.share, server.share).unwrap();
    judge(&public_key, &digest, &signature);
}

// 10.1 (b): the device is lost.

fn recover(server: KeyShare, third: &[u8; 32], key: &KeyId) -> (Refreshed, Refreshed) {
    let releases = pair::releases();
    let ceremony = refresh_ceremony(key, server.epoch(), Basis::Recovery, &releases);
    let (public_key, chain_code) = (server.public_key(), *server.chain_code());
    let device = Base::recover_with_third_point(third, &public_key, &chain_code).unwrap();
    let server = Base::recover_with_share(server).unwrap();
    pair::new_pair_with(device, server, &ceremony, &mut |_, _| {}).unwrap()
}

#[test]
fn words_and_server_give_a_pair_of_the_same_accounts() {
    let (device, server) = old_shares();
    let third = third_point(&device, &server);
    let account = device.account(0).unwrap().public_key();
    let (new_device, new_server) = recover(server, &third, device.id());
    assert_eq!(new_device.share.id(), device.id());
    assert_eq!((new_device.share.epoch(), new_server.share.epoch()), (1, 1));
    signs_for(&new_device.share, &new_server.share, 0, &account);
}

#[test]
fn the_old_device_does_not_sign_with_the_recovered_server() {
    let (device, server) = old_shares();
    let third = third_point(&device, &server);
    let (_, new_server) = recover(server, &third, device.id());
    let [device, server] = raw::at_epoch([&device, &new_server.share], 1);
    let failure = pair::sign_with(&device, &server, 0, &DIGEST, &mut |_, _| {}).unwrap_err();
    let reason = format!("{:?}", failure.abort.reason);
    assert!(reason.contains("SessionBindingMismatch"), "{reason}");
    // Nor do the two points lie on a line through the key.
    let (old_device, old_server) = old_shares();
    assert_ne!(
        secret_key(&old_device, &new_server.share),
        secret_key(&old_device, &old_server)
    );
}

// 10.2: one side has the whole key.

fn deal(dealt: (Base, Vec<u8>), key: &KeyId, from_epoch: u32) -> (Refreshed, Refreshed) {
    let releases = pair::releases();
    let ceremony = refresh_ceremony(key, from_epoch, Basis::Deal, &releases);
    let (device, message) = dealt;
    let server = Base::accept_deal(&ceremony, &message).unwrap();
    pair::new_pair_with(device, server, &ceremony, &mut |_, _| {}).unwrap()
}

#[test]
fn words_and_device_give_a_pair_with_another_server() {
    let (device, server) = old_shares();
    let third = third_point(&device, &server);
    let account = device.account(3).unwrap().public_key();
    let dealt = Base::deal_from_pieces(&device, &third, &FRESH).unwrap();
    let (new_device, new_server) = deal(dealt, device.id(), 0);
    assert_eq!(new_server.share.id(), device.id());
    assert_eq!(new_server.share.epoch(), 1);
    signs_for(&new_device.share, &new_server.share, 3, &account);
    // The old server's share is of no use any more.
    let [_, old_server] = raw::at_epoch([&device, &server], 1);
    let failure = pair::confirm(new_device.share, old_server).unwrap_err();
    assert_eq!(failure.abort.reason, Reason::OtherShare);
}

#[test]
fn an_imported_key_has_one_account_and_that_is_the_key_itself() {
    let (device, server) = old_shares();
    let key = secret_key(&device, &server);
    let (base, message) = Base::deal_from_key(&key, &FRESH).unwrap();
    let id = *base.key();
    let (new_device, new_server) = deal((base, message), &id, 0);
    let shares = [&new_device.share, &new_server.share];
    for share in shares {
        assert!(share.is_imported());
        assert_eq!(share.public_key(), device.public_key());
        assert_eq!(share.account(0).unwrap().public_key(), device.public_key());
        for index in [1, (1 << 31) - 1] {
            let refused = share.account(index).map(|_| ());
            assert_eq!(refused, Err(DeriveError::Imported(index)));
        }
    }
    signs_for(shares[0], shares[1], 0, &device.public_key());
    assert!(!device.is_imported() && !server.is_imported());
}

#[test]
fn an_imported_key_stays_one_through_refreshes_and_rebuilding() {
    let (device, server) = old_shares();
    let key = secret_key(&device, &server);
    let (base, message) = Base::deal_from_key(&key, &FRESH).unwrap();
    let id = *base.key();
    let (device, server) = deal((base, message), &id, 0);
    let backup = |share| Backup::new(share, None).unwrap();
    let rebuilt = MasterKey::from_backups(&backup(&device.share), &backup(&server.share));
    let account = rebuilt.unwrap().account(0).unwrap();
    assert_eq!(*account.secret(), key);
    assert_eq!(account.public_key(), device.share.public_key());
    let public = device.share.public_key();
    let (device, server) = pair::refresh(device.share, server.share);
    assert!(device.share.is_imported());
    signs_for(&device.share, &server.share, 0, &public);
}

#[test]
fn a_deal_hides_the_third_point_and_the_key() {
    let (device, server) = old_shares();
    let third = third_point(&device, &server);
    let (_, first) = Base::deal_from_pieces(&device, &third, &FRESH).unwrap();
    let (_, second) = Base::deal_from_pieces(&device, &third, &[0x32; 32]).unwrap();
    assert_eq!(first.len(), 134);
    // tag, length, the server's point.
    assert_ne!(first[2..34], second[2..34]);
    for secret in [third, secret_key(&device, &server)] {
        assert!(!first.windows(32).any(|window| window == secret));
    }
}
