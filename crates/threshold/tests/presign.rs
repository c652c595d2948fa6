//! Presignatures of SPEC.md section 12: two honest sides, and every way in which one
//! of them lies that a changed byte (`tests/tamper.rs`) does not already reach.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod fields;
mod pair;

use k256::ecdsa::{RecoveryId, Signature, VerifyingKey, signature::hazmat::PrehashVerifier};
use k256::elliptic_curve::point::AffineCoordinates;
use pair::{Presigned, old_shares};
use sha2::{Digest, Sha256};
use tandem_threshold::{
    Abort, Ceremony, KeyId, KeyShare, Kind, Reason, Releases, Role, Verdict, presign, sign,
};

const DIGEST: [u8; 32] = [0xd3; 32];
const OTHER_DIGEST: [u8; 32] = [0xd4; 32];

fn retry(reason: Reason) -> Abort {
    Abort {
        verdict: Verdict::Retry,
        reason,
    }
}

fn used_for_something_else() -> Abort {
    retry(Reason::WrongCeremony(
        "the presignature is used for something else",
    ))
}

#[test]
fn a_prepared_signature_is_low_and_k256_recovers_the_accounts_key() {
    let (device, server) = old_shares();
    let mut parities = [false; 2];
    for number in 0..64_u8 {
        let account = u32::from(number % 3);
        let digest = [number; 32];
        let (signature, r) = pair::spend(pair::presign(&device, &server, account, 0), &digest);
        let judged = Signature::from_scalars(signature.r, signature.s).unwrap();
        assert_eq!(judged, judged.normalize_s(), "s is in the lower half");
        let public_key = device.account(account).unwrap().public_key();
        let key = VerifyingKey::from_sec1_bytes(&public_key).unwrap();
        key.verify_prehash(&digest, &judged).unwrap();
        let recovery = RecoveryId::new(signature.y_parity, false);
        let recovered = VerifyingKey::recover_from_prehash(&digest, &judged, recovery).unwrap();
        assert_eq!(recovered, key);
        assert_eq!(r, signature.r, "what the server records is what was signed");
        parities[usize::from(signature.y_parity)] = true;
        if number > 8 && parities == [true; 2] {
            return;
        }
    }
    panic!("64 signatures had the same parity");
}

#[test]
fn both_sides_know_whose_presignature_it_is() {
    let (device, server) = old_shares();
    let releases = pair::releases();
    let expected = pair::presigning(&device, 7, 3, &releases).id();
    let Presigned {
        device: ours,
        server: theirs,
    } = pair::presign(&device, &server, 7, 3);
    let public_key = device.account(7).unwrap().public_key();
    assert_eq!(
        (*ours.id(), ours.public_key(), ours.epoch(), ours.account()),
        (expected, public_key, 0, 7)
    );
    assert_eq!(
        (
            *theirs.id(),
            theirs.public_key(),
            theirs.epoch(),
            theirs.account()
        ),
        (expected, public_key, 0, 7)
    );
}

#[test]
fn printing_a_presignature_shows_nothing_of_it() {
    let (device, server) = old_shares();
    let Presigned { device, server } = pair::presign(&device, &server, 0, 0);
    assert_eq!(format!("{device:?}"), "Presignature { .. }");
    assert_eq!(format!("{server:?}"), "Presignature { .. }");
}

// 12.4 to 12.6: what a presignature is used for.

#[test]
fn two_presignatures_of_a_batch_cannot_be_swapped_by_the_device() {
    let (device, server) = old_shares();
    let (first, second) = (
        pair::presign(&device, &server, 0, 0),
        pair::presign(&device, &server, 0, 1),
    );
    let (_, message) = first.device.spend(&DIGEST, &pair::USE_NONCE).unwrap();
    let refused = second.server.spend(&DIGEST, &message).err();
    assert_eq!(refused, Some(used_for_something_else()));
}

#[test]
fn two_presignatures_of_a_batch_cannot_be_swapped_by_the_server() {
    let (device, server) = old_shares();
    let (first, second) = (
        pair::presign(&device, &server, 0, 0),
        pair::presign(&device, &server, 0, 1),
    );
    let (first_device, _) = first.device.spend(&DIGEST, &pair::USE_NONCE).unwrap();
    let (_, message) = second.device.spend(&DIGEST, &pair::USE_NONCE).unwrap();
    let partial = second.server.spend(&DIGEST, &message).unwrap();
    let refused = first_device.receive(&partial.message).err();
    assert_eq!(refused, Some(retry(Reason::CommitmentMismatch)));
}

#[test]
fn a_server_that_sees_another_digest_gives_no_half() {
    let (device, server) = old_shares();
    let presigned = pair::presign(&device, &server, 0, 0);
    let (_, message) = presigned.device.spend(&DIGEST, &pair::USE_NONCE).unwrap();
    let refused = presigned.server.spend(&OTHER_DIGEST, &message).err();
    assert_eq!(refused, Some(used_for_something_else()));
}

/// Section "Notation".
fn h(fields: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for field in fields {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field);
    }
    hasher.finalize().into()
}

/// A use of the presignature that was made by these messages for something that the
/// device did not agree to, with a binding that fits.
fn forged_use(sent: &[Vec<u8>], digest: &[u8; 32], nonce: &[u8; 32]) -> Vec<u8> {
    let (device, _) = old_shares();
    let releases = pair::releases();
    let id = pair::presigning(&device, 0, 0, &releases).id();
    let x: [u8; 32] = fields::nonce_point(&sent[1], &sent[2]).x().into();
    let binding = h(&[
        b"tandem/presign/use/v1",
        id.as_bytes(),
        &device.account(0).unwrap().public_key(),
        &[&[2_u8][..], &x].concat(),
        digest,
        nonce,
    ]);
    [&[0x64_u8][..], nonce, &binding].concat()
}

#[test]
fn a_half_for_another_digest_or_another_device_nonce_gives_no_signature() {
    let (device, server) = old_shares();
    for (digest, nonce, fits) in [
        (DIGEST, pair::USE_NONCE, true),
        (OTHER_DIGEST, pair::USE_NONCE, false),
        (DIGEST, [9; 32], false),
    ] {
        let (presigned, sent) = pair::presign_recorded(&device, &server, 0, 0);
        let (state, _) = presigned.device.spend(&DIGEST, &pair::USE_NONCE).unwrap();
        let message = forged_use(&sent, &digest, &nonce);
        let partial = presigned.server.spend(&digest, &message).unwrap();
        match state.receive(&partial.message) {
            Ok(_) => assert!(fits),
            Err(abort) => {
                assert!(!fits, "the forgery itself is wrong");
                assert_eq!(
                    fields::reason_name(&abort.reason),
                    "SignatureVerificationFailed"
                );
                assert_eq!(abort.verdict, Verdict::Retry);
            }
        }
    }
}

#[test]
fn a_message_of_an_earlier_use_gives_no_signature_even_with_the_same_nonces() {
    let (device, server) = old_shares();
    let mut recorded = Vec::new();
    pair::presign_with(&device, &server, &DIGEST, &mut |_, message| {
        recorded.push(message.clone());
    })
    .unwrap();
    for (number, expected, found_in) in [
        (1, "SessionBindingMismatch", 2),
        (2, "SessionBindingMismatch", 2),
        (3, "SessionBindingMismatch", 3),
        (4, "WrongCeremony", 4),
        (5, "SignatureVerificationFailed", 5),
    ] {
        let failure = pair::presign_with(&device, &server, &DIGEST, &mut |at, message| {
            if at == number {
                message.clone_from(&recorded[at - 1]);
            }
        })
        .expect_err("an earlier message gave a signature");
        assert_eq!(
            (
                fields::reason_name(&failure.abort.reason).as_str(),
                failure.message
            ),
            (expected, found_in)
        );
        assert_eq!(failure.abort.verdict, Verdict::Retry);
    }
}

// 12.1 to 12.3: the ceremony.

/// The same share, as if it had been refreshed once.
fn refreshed(share: &KeyShare, role: Role) -> KeyShare {
    let mut bytes = share.to_bytes().unwrap();
    assert_eq!(bytes[1], 0, "the epoch follows the version");
    bytes[1] = 1;
    KeyShare::load(role, &bytes).unwrap()
}

#[test]
fn a_message_of_another_place_in_the_batch_epoch_account_or_session_is_refused() {
    let (device, server) = old_shares();
    let (newer_device, newer_server) = (
        refreshed(&device, Role::Device),
        refreshed(&server, Role::Server),
    );
    let releases = pair::releases();
    let newer = Releases {
        server: "server 0.2.0".into(),
        ..pair::releases()
    };
    let base = pair::presigning(&device, 0, 0, &releases);
    let others = [
        (&device, &server, pair::presigning(&device, 0, 1, &releases)),
        (&device, &server, pair::presigning(&device, 1, 0, &releases)),
        (
            &newer_device,
            &newer_server,
            pair::presigning(&newer_device, 0, 0, &releases),
        ),
        (
            &device,
            &server,
            Ceremony {
                device_nonce: &[9; 32],
                ..base
            },
        ),
        (
            &device,
            &server,
            Ceremony {
                server_nonce: &[9; 32],
                ..base
            },
        ),
        (&device, &server, pair::presigning(&device, 0, 0, &newer)),
    ];
    let nonce = &pair::PRESIGN_SERVER_NONCE;
    for (other_device, other_server, other) in others {
        let Kind::Presign { account, .. } = other.kind else {
            panic!("not presigning")
        };
        let expected = |abort: Option<Abort>| {
            let abort = abort.expect("a message of another ceremony was accepted");
            assert_eq!(fields::reason_name(&abort.reason), "SessionBindingMismatch");
            assert_eq!(abort.verdict, Verdict::Retry);
        };
        let share = |share: &KeyShare, account| share.account(account).unwrap();
        let (ours, opening) = presign::device::open(share(&device, 0), &base).unwrap();
        let (theirs, other_opening) =
            presign::device::open(share(other_device, account), &other).unwrap();
        // Damaged too: no check that could freeze may run.
        let mut damaged = other_opening.clone();
        *damaged.last_mut().unwrap() ^= 1;
        expected(presign::server::reply(share(&server, 0), &base, nonce, &damaged).err());

        let (server_state, _) =
            presign::server::reply(share(&server, 0), &base, nonce, &opening).unwrap();
        let (_, other_reply) =
            presign::server::reply(share(other_server, account), &other, nonce, &other_opening)
                .unwrap();
        expected(ours.receive(&other_reply).err());
        let (_, other_answer) = theirs.receive(&other_reply).unwrap();
        expected(server_state.receive(&other_answer).err());
    }
}

#[test]
fn a_share_prepares_nothing_in_a_ceremony_about_something_else() {
    let (device, server) = old_shares();
    let releases = pair::releases();
    let kind = |key, epoch, account| Kind::Presign {
        key,
        epoch,
        account,
        index: 0,
    };
    let signing = Kind::Sign {
        key: device.id(),
        epoch: 0,
        account: 0,
        digest: &DIGEST,
    };
    let other_key = KeyId::from_bytes([9; 32]);
    let base = pair::presigning(&device, 0, 0, &releases);
    let wrong = |detail| Some(retry(Reason::WrongCeremony(detail)));
    let nonce = &pair::PRESIGN_SERVER_NONCE;
    for (kind, detail) in [
        (Kind::Keygen, "it is not presigning"),
        (signing, "it is not presigning"),
        (kind(&other_key, 0, 0), "the share is of another key"),
        (kind(device.id(), 1, 0), "the share is of another epoch"),
        (kind(device.id(), 0, 1), "the share is of another account"),
    ] {
        let ceremony = Ceremony { kind, ..base };
        let opened = presign::device::open(device.account(0).unwrap(), &ceremony);
        assert_eq!(opened.err(), wrong(detail));
        let replied = presign::server::reply(server.account(0).unwrap(), &ceremony, nonce, &[]);
        assert_eq!(replied.err(), wrong(detail));
    }
    let others = "the share is the other party's";
    let opened = presign::device::open(server.account(0).unwrap(), &base);
    assert_eq!(opened.err(), wrong(others));
    let replied = presign::server::reply(device.account(0).unwrap(), &base, nonce, &[]);
    assert_eq!(replied.err(), wrong(others));
    let signed = sign::device::open(device.account(0).unwrap(), &base);
    assert_eq!(signed.err(), wrong("it is not signing"));
}
