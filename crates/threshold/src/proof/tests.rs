//! The joint test signature under tampering and misbehaviour: SPEC.md 2.5 and
//! 2.6. The stored test shares stand for what rounds 1 to 4 make, so that a run
//! costs a signature and not a keygen.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

#[path = "../../tests/fields/mod.rs"]
mod fields;

use dkls23::secp256k1::Party;
use k256::Scalar;
use sha3::{Digest, Keccak256};

use super::{Test, digest};
use crate::context::Context;
use crate::transcript::Transcript;
use crate::{Abort, CeremonyId, KeyShare, Reason, Role, Signature, Verdict, domain};

/// What one side of a run is made of.
struct Side {
    party: Party,
    transcript: Transcript,
}

fn side(role: Role) -> Side {
    let bytes: &[u8] = match role {
        Role::Device => include_bytes!("../../tests/old_shares/v1/device.share"),
        Role::Server => include_bytes!("../../tests/old_shares/v1/server.share"),
    };
    Side {
        party: KeyShare::load(role, bytes).unwrap().party().clone(),
        transcript: Transcript::new(domain::KEYGEN.transcript, &CeremonyId([7; 32])),
    }
}

fn test(role: Role, side: Side) -> Test {
    let context = Context {
        role,
        ceremony: CeremonyId([7; 32]),
        releases: crate::Releases {
            device: "d".into(),
            server: "s".into(),
        },
        transcript: side.transcript,
        tags: &domain::KEYGEN,
    };
    Test::new(&context, side.party)
}

/// Who found it, in which of the twelve keygen messages.
type Found = (Role, usize, Abort);
type Proved = (Party, Signature);

fn prove(
    device: Side,
    server: Side,
    hook: &mut dyn FnMut(usize, &mut Vec<u8>),
) -> Result<(Proved, Proved), Found> {
    let at = |role, number| move |abort| (role, number, abort);
    let (device, server) = (test(Role::Device, device), test(Role::Server, server));
    let (committed, mut message) = device.open().map_err(at(Role::Device, 0))?;
    hook(9, &mut message);
    let (multiplied, mut message) = server.reply(&message).map_err(at(Role::Server, 9))?;
    hook(10, &mut message);
    let (half, mut message) = device
        .answer(committed, &message)
        .map_err(at(Role::Device, 10))?;
    hook(11, &mut message);
    let (party, signature, mut message) = server
        .finish_server(multiplied, &message)
        .map_err(at(Role::Server, 11))?;
    hook(12, &mut message);
    let device = device
        .finish_device(half, &message)
        .map_err(at(Role::Device, 12))?;
    Ok((device, (party, signature)))
}

fn honest(hook: &mut dyn FnMut(usize, &mut Vec<u8>)) -> Result<(Proved, Proved), Found> {
    prove(side(Role::Device), side(Role::Server), hook)
}

fn message(number: usize) -> Vec<u8> {
    let mut sent = Vec::new();
    honest(&mut |_, message| sent.push(message.clone())).unwrap();
    sent.swap_remove(number - 9)
}

fn rows(number: usize, stride: usize) {
    let tried = fields::check_signing_rows(&message(number), stride, &mut |change| {
        let (found_by, found_at, abort) = honest(&mut |at, message| {
            if at == number {
                message[change.offset] ^= change.mask;
            }
        })
        .expect_err("a changed message proved a key");
        let receiver = if number % 2 == 1 {
            Role::Server
        } else {
            Role::Device
        };
        let expected = if number == 9 && change.field.name == "opening.commitment" {
            11
        } else {
            number
        };
        assert_eq!((found_by, found_at), (receiver, expected));
        let freeze = abort.verdict == Verdict::Freeze;
        (fields::reason_name(&abort.reason), freeze)
    });
    println!("keygen message {number}: {tried} changes");
}

#[test]
fn every_change_of_the_proof_opening_is_found_by_the_server() {
    rows(9, 499);
}

#[test]
fn every_change_of_the_proof_reply_is_found_by_the_device() {
    rows(10, 1999);
}

#[test]
fn every_change_of_the_proof_answer_is_found_by_the_server() {
    rows(11, 1999);
}

#[test]
fn every_change_of_the_last_message_is_found_by_the_device() {
    rows(12, 1);
}

#[test]
fn a_misshapen_proof_message_is_malformed() {
    let all: Vec<_> = (9..=12).map(message).collect();
    for number in 9..=12 {
        let right = &all[number - 9];
        let mut wrong = vec![
            Vec::new(),
            right[..right.len() - 1].to_vec(),
            [right.as_slice(), &[0]].concat(),
            vec![right[0]; 200 * 1024],
        ];
        wrong.extend(all.iter().filter(|o| o[0] != right[0]).cloned());
        for wrong in wrong {
            let (_, found_at, abort) = honest(&mut |at, message| {
                if at == number {
                    message.clone_from(&wrong);
                }
            })
            .unwrap_err();
            assert_eq!(found_at, number);
            assert!(matches!(abort.reason, Reason::Malformed { .. }), "{abort}");
        }
    }
}

#[test]
fn the_server_compares_transcripts_before_it_uses_the_opening() {
    let mut other = side(Role::Device);
    other.transcript.add_round(Role::Device, b"x", b"y");
    // The opening is damaged too: only the transcript may be looked at.
    let (found_by, number, abort) = prove(other, side(Role::Server), &mut |_, message| {
        let last = message.len() - 1;
        message[last] ^= 1;
    })
    .unwrap_err();
    assert_eq!((found_by, number), (Role::Server, 9));
    assert_eq!(abort, Abort::retry(Reason::TranscriptMismatch));
}

#[test]
fn the_device_compares_transcripts_before_it_uses_the_reply() {
    let (found_by, number, abort) = honest(&mut |at, message| {
        if at == 10 {
            message[1] ^= 1;
            let last = message.len() - 1;
            message[last] ^= 1;
        }
    })
    .unwrap_err();
    assert_eq!((found_by, number), (Role::Device, 10));
    assert_eq!(abort, Abort::retry(Reason::TranscriptMismatch));
}

#[test]
fn a_side_whose_share_is_not_of_the_key_proves_nothing() {
    let mut wrong = side(Role::Server);
    wrong.party.poly_point += Scalar::ONE;
    let (found_by, number, abort) = prove(side(Role::Device), wrong, &mut |_, _| {}).unwrap_err();
    assert_eq!((found_by, number), (Role::Device, 10));
    assert_eq!(
        fields::reason_name(&abort.reason),
        "PolynomialInconsistency"
    );

    let mut wrong = side(Role::Device);
    wrong.party.poly_point += Scalar::ONE;
    // The device finds that its own share does not fit before the server does.
    let (found_by, number, _) = prove(wrong, side(Role::Server), &mut |_, _| {}).unwrap_err();
    assert_eq!((found_by, number), (Role::Device, 10));
}

#[test]
fn a_key_that_is_one_sides_share_alone_is_not_proved() {
    // What an echo leads to where nothing stops it (SPEC.md 2.7): the public key
    // is the device's own point, and the server has a share that is not its.
    let mut device = side(Role::Device);
    let own = k256::ProjectivePoint::GENERATOR * device.party.poly_point;
    device.party.pk = own.to_affine();
    device.party.derivation_data.pk = device.party.pk;
    let mut server = side(Role::Server);
    server.party.pk = device.party.pk;
    server.party.derivation_data.pk = device.party.pk;
    let (found_by, number, abort) = prove(device, server, &mut |_, _| {}).unwrap_err();
    assert_eq!((found_by, number), (Role::Device, 10));
    assert_eq!(
        fields::reason_name(&abort.reason),
        "PolynomialInconsistency"
    );
}

#[test]
fn each_proof_step_belongs_to_one_role() {
    let abort = test(Role::Server, side(Role::Server)).open().err();
    let other = Abort::retry(Reason::WrongCeremony(
        "this step belongs to the other party",
    ));
    assert_eq!(abort, Some(other.clone()));
    let opening = message(9);
    let abort = test(Role::Device, side(Role::Device)).reply(&opening).err();
    assert_eq!(abort, Some(other));
}

#[test]
fn a_proved_share_is_the_one_that_signed() {
    let ((device, by_device), (server, by_server)) = honest(&mut |_, _| {}).unwrap();
    assert_eq!(device.pk, server.pk);
    assert_eq!(device.poly_point, side(Role::Device).party.poly_point);
    assert_eq!(server.poly_point, side(Role::Server).party.poly_point);
    assert_eq!(by_device, by_server);
}

#[test]
fn the_test_signature_signs_nothing_that_ethereum_would_hash() {
    for (tag, text) in [
        (domain::KEYGEN.proof, "tandem/keygen/proof/v1"),
        (domain::REFRESH.proof, "tandem/refresh/proof/v1"),
        (domain::CONFIRM, "tandem/confirm/v1"),
    ] {
        let mut message = vec![0x80];
        message.extend(text.as_bytes());
        message.extend([0x11; 32]);
        let expected: [u8; 32] = Keccak256::digest(&message).into();
        assert_eq!(digest(tag, &[0x11; 32]), expected);
        assert!((0x80..0xc0).contains(&message[0]));
    }
}
