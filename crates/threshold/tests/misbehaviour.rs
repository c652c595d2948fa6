//! A party that lies: one test for each check of SPEC.md section 5 that a
//! changed byte (`tests/tamper.rs`) does not already reach.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod fields;
mod pair;
mod raw;

use std::collections::BTreeMap;

use dkls23::protocols::dkg::{self, ProofCommitment, SessionData};
use dkls23::protocols::signing::{Broadcast3to4, SignData, TransmitPhase1to2, TransmitPhase2to3};
use dkls23::protocols::{Parameters, PartyIndex};
use k256::{ProjectivePoint, Scalar, Secp256k1};
use pair::{Failure, old_shares};
use serde::{Serialize, de::DeserializeOwned};
use tandem_threshold::{Abort, Ceremony, Kind, Reason, Releases, Role, Verdict, keygen, sign};

const DIGEST: [u8; 32] = [0xd2; 32];

fn reason(failure: &Failure) -> String {
    fields::reason_name(&failure.abort.reason)
}

fn retry(reason: Reason) -> Abort {
    Abort {
        verdict: Verdict::Retry,
        reason,
    }
}

fn field(message: &[u8], name: &str) -> std::ops::Range<usize> {
    let fields = fields::of(message);
    fields.into_iter().find(|f| f.name == name).unwrap().range
}

// 2.2 to 2.4: commitments.

/// Runs a keygen in which `lie` may replace each message of the server, given
/// all messages so far.
fn lying_server(lie: impl Fn(usize, &[Vec<u8>]) -> Option<Vec<u8>>) -> Failure {
    let mut sent: Vec<Vec<u8>> = Vec::new();
    pair::keygen_with(&mut |number, message| {
        if let Some(replaced) = lie(number, &sent) {
            *message = replaced;
        }
        sent.push(message.clone());
    })
    .expect_err("the lie was believed")
}

/// The device's message of the same round.
fn echo(sent: &[Vec<u8>]) -> Option<Vec<u8>> {
    sent.last().cloned()
}

#[test]
fn a_server_that_echoes_the_outer_commitment_and_its_opening_is_refused() {
    let failure = lying_server(|number, sent| match number {
        4 | 6 | 8 => echo(sent),
        _ => None,
    });
    // The echo opens to the right commitment, but under the wrong index.
    assert_eq!((failure.found_by, failure.message), (Role::Device, 6));
    assert_eq!(failure.abort, retry(Reason::CommitmentMismatch));
}

#[test]
fn a_server_that_echoes_the_opening_only_is_refused() {
    let failure = lying_server(|number, sent| if number == 6 { echo(sent) } else { None });
    assert_eq!((failure.found_by, failure.message), (Role::Device, 6));
    assert_eq!(failure.abort, retry(Reason::CommitmentMismatch));
}

/// The server's own commitments, with one of the other two copied from the device.
fn copied_commitment(name: &'static str) -> Failure {
    let mut sent: Vec<Vec<u8>> = Vec::new();
    pair::keygen_with(&mut |number, message| {
        if number == 6 {
            let range = field(message, name);
            message[range.clone()].copy_from_slice(&sent[4][range]);
        }
        sent.push(message.clone());
    })
    .expect_err("a copied commitment was accepted")
}

#[test]
fn a_server_that_copies_another_commitment_is_refused() {
    for name in ["zero_seed", "chain_code"] {
        let failure = copied_commitment(name);
        assert_eq!((failure.found_by, failure.message), (Role::Device, 6));
        assert_eq!(failure.abort, retry(Reason::EqualCommitments), "{name}");
    }
}

#[test]
fn a_server_that_opens_another_commitment_than_it_committed_to_is_refused() {
    let mut recorded = Vec::new();
    pair::keygen_with(&mut |_, message| recorded.push(message.clone())).unwrap();
    // Same ceremony id, other run: a valid message in itself.
    let failure = lying_server(|number, _| (number == 6).then(|| recorded[5].clone()));
    assert_eq!((failure.found_by, failure.message), (Role::Device, 6));
    assert_eq!(failure.abort, retry(Reason::CommitmentMismatch));
}

#[test]
fn a_server_that_sends_a_valid_proof_that_was_not_committed_to_is_refused() {
    let mut recorded = Vec::new();
    pair::keygen_with(&mut |_, message| recorded.push(message.clone())).unwrap();
    let failure = lying_server(|number, _| (number == 8).then(|| recorded[7].clone()));
    assert_eq!((failure.found_by, failure.message), (Role::Device, 8));
    assert_eq!(reason(&failure), "ProofVerificationFailed");
    assert_eq!(failure.abort.verdict, Verdict::Retry);
}

#[test]
fn a_server_that_echoes_the_setup_or_its_transfers_is_refused() {
    let failure = lying_server(|number, sent| if number == 8 { echo(sent) } else { None });
    assert_eq!((failure.found_by, failure.message), (Role::Device, 8));
    assert_eq!(reason(&failure), "ProofVerificationFailed");

    // Its own proof, seeds and chain code, but the device's base transfers.
    let mut sent: Vec<Vec<u8>> = Vec::new();
    let failure = pair::keygen_with(&mut |number, message| {
        if number == 8 {
            let start = field(message, "multiplication.parties.sender").start;
            message[start + 2..].copy_from_slice(&sent[6][start + 2..]);
        }
        sent.push(message.clone());
    })
    .expect_err("echoed transfers were accepted");
    assert_eq!((failure.found_by, failure.message), (Role::Device, 8));
    assert_eq!(reason(&failure), "MultiplicationVerificationFailed");
}

/// Phase 4 of the raw library at the device, against a server that echoes the
/// device's proof and commitment (and its chain code).
#[test]
fn the_library_alone_accepts_an_echo_and_one_share_is_then_the_whole_key() {
    let index = |i| PartyIndex::new(i).unwrap();
    let session = |i| SessionData {
        parameters: Parameters::new(2, 2).unwrap(),
        party_index: index(i),
        session_id: vec![9; 32],
    };
    let (device, server) = (session(1), session(2));
    let own = dkg::phase1::<Secp256k1>(&device);
    let fragments = [own[0], Scalar::from(7_u64)];
    let (share, proof, zero, _, chain, committed) = dkg::phase2::<Secp256k1>(&device, &fragments);
    let (zero, _, transfers, _, opened) = dkg::phase3::<Secp256k1>(&device, &zero, &chain);
    // The server knows no share: it runs the parts that need none.
    let (_, _, its_zero, its_seed, its_chain, _) =
        dkg::phase2::<Secp256k1>(&server, &[Scalar::ONE, Scalar::ONE]);
    let (_, its_seed_opening, _, its_transfers, _) =
        dkg::phase3::<Secp256k1>(&server, &its_zero, &its_chain);

    let echoed = ProofCommitment {
        index: index(2),
        ..proof.clone()
    };
    let (party, _) = dkg::phase4::<Secp256k1>(
        &device,
        &share,
        &[proof, echoed],
        &zero,
        &its_seed,
        &its_seed_opening,
        &transfers,
        &its_transfers,
        &BTreeMap::from([1, 2].map(|i| (index(i), committed.clone()))),
        &BTreeMap::from([1, 2].map(|i| (index(i), opened.clone()))),
        |_| String::new(),
    )
    .expect("the library was changed: it refuses the echo now");
    let of_own_share = (ProjectivePoint::GENERATOR * share).to_affine();
    assert_eq!(
        party.pk, of_own_share,
        "the device's share is the whole key"
    );
    assert_eq!(party.chain_code(), &[0; 32], "both halves cancel");
}

// 2.5: what the two sides saw.

#[test]
fn two_sides_with_different_keygen_ceremonies_do_not_meet() {
    let start = |role, server_nonce: &[u8; 32], server: &str| {
        let releases = Releases {
            device: "d".into(),
            server: server.into(),
        };
        let ceremony = Ceremony {
            kind: Kind::Keygen,
            releases: &releases,
            device_nonce: &[1; 32],
            server_nonce,
        };
        keygen::start(role, &ceremony).unwrap()
    };
    for (nonce, release) in [([3; 32], "s"), ([2; 32], "t")] {
        let (device, d) = start(Role::Device, &[2; 32], "s");
        let (server, s) = start(Role::Server, &nonce, release);
        let (device, _) = device.receive(&s).unwrap();
        let (server, s) = server.receive(&d).unwrap();
        let (device, d) = device.receive(&s).unwrap();
        // What the device would send next is not needed: the server's opening is
        // of a commitment under another ceremony id.
        let (_, s) = server.receive(&d_outer(&d)).unwrap();
        assert_eq!(
            device.receive(&s).err(),
            Some(retry(Reason::CommitmentMismatch))
        );
    }
}

/// Any well-formed outer commitment.
fn d_outer(commitments: &[u8]) -> Vec<u8> {
    let mut outer = vec![0x12];
    outer.extend_from_slice(&commitments[1..33]);
    outer
}

#[test]
fn messages_of_an_earlier_keygen_are_refused() {
    let mut recorded = Vec::new();
    pair::keygen_with(&mut |_, message| recorded.push(message.clone())).unwrap();
    // The worst case: even the nonces are the same, so everything up to the
    // transcript fits. The recorded server then fails the comparison.
    let failure = lying_server(|number, _| (number % 2 == 0).then(|| recorded[number - 1].clone()));
    assert_eq!(failure.abort, retry(Reason::TranscriptMismatch));
    let failure = lying_server(|number, _| (number == 10).then(|| recorded[9].clone()));
    assert_eq!((failure.found_by, failure.message), (Role::Device, 10));
    assert_eq!(failure.abort, retry(Reason::TranscriptMismatch));
    let failure = lying_server(|number, _| (number == 12).then(|| recorded[11].clone()));
    assert_eq!((failure.found_by, failure.message), (Role::Device, 12));
    assert_eq!(reason(&failure), "SignatureVerificationFailed");
}

// 1.2, 3.1, 3.2: the ceremony.

fn ceremony<'a>(kind: Kind<'a>, releases: &'a Releases) -> Ceremony<'a> {
    Ceremony {
        kind,
        releases,
        device_nonce: &[3; 32],
        server_nonce: &[4; 32],
    }
}

#[test]
fn a_share_is_not_used_in_a_ceremony_about_something_else() {
    let (device, server) = old_shares();
    let releases = pair::releases();
    let kind = |key, epoch, account| Kind::Sign {
        key,
        epoch,
        account,
        digest: &DIGEST,
    };
    let other_key = tandem_threshold::KeyId::from_bytes([9; 32]);
    let cases = [
        (Kind::Keygen, "it is not signing"),
        (kind(&other_key, 0, 0), "the share is of another key"),
        (kind(device.id(), 1, 0), "the share is of another epoch"),
        (kind(device.id(), 0, 1), "the share is of another account"),
    ];
    for (kind, detail) in cases {
        let expected = Some(retry(Reason::WrongCeremony(detail)));
        let ceremony = ceremony(kind, &releases);
        let opened = sign::device::open(device.account(0).unwrap(), &ceremony);
        assert_eq!(opened.err(), expected);
        let replied = sign::server::reply(server.account(0).unwrap(), &ceremony, &[]);
        assert_eq!(replied.err(), expected);
    }
    let ceremony = ceremony(kind(device.id(), 0, 0), &releases);
    let expected = Some(retry(Reason::WrongCeremony(
        "the share is the other party's",
    )));
    let opened = sign::device::open(server.account(0).unwrap(), &ceremony);
    assert_eq!(opened.err(), expected);
    let replied = sign::server::reply(device.account(0).unwrap(), &ceremony, &[]);
    assert_eq!(replied.err(), expected);
    assert_eq!(
        keygen::start(Role::Device, &ceremony).err(),
        Some(retry(Reason::WrongCeremony("it is not a keygen")))
    );
}

#[test]
fn a_server_that_sees_another_request_finds_it_before_it_uses_the_opening() {
    let (device, server) = old_shares();
    let releases = pair::releases();
    let newer = Releases {
        device: "device 0.2.0".into(),
        ..pair::releases()
    };
    let sign = |account, digest| Kind::Sign {
        key: device.id(),
        epoch: 0,
        account,
        digest,
    };
    let base = ceremony(sign(0, &DIGEST), &releases);
    let (_, mut opening) = sign::device::open(device.account(0).unwrap(), &base).unwrap();
    // Damaged too: no oblivious-transfer check may run, it would be a freeze.
    let last = opening.len() - 1;
    opening[last] ^= 1;
    let others = [
        ceremony(sign(0, &[0; 32]), &releases),
        ceremony(sign(1, &DIGEST), &releases),
        ceremony(sign(0, &DIGEST), &newer),
        Ceremony {
            device_nonce: &[5; 32],
            ..base
        },
        Ceremony {
            server_nonce: &[5; 32],
            ..base
        },
    ];
    for other in others {
        let account = if other.id() == others[1].id() { 1 } else { 0 };
        let abort = sign::server::reply(server.account(account).unwrap(), &other, &opening)
            .err()
            .unwrap();
        assert_eq!(abort.verdict, Verdict::Retry);
        assert_eq!(fields::reason_name(&abort.reason), "SessionBindingMismatch");
    }
}

#[test]
fn messages_of_an_earlier_signature_are_refused_even_with_the_same_nonces() {
    let (device, server) = old_shares();
    for (earlier, found_in_opening) in [(DIGEST, 2), ([0; 32], 1)] {
        let mut recorded = Vec::new();
        pair::sign_with(&device, &server, 0, &earlier, &mut |_, message| {
            recorded.push(message.clone());
        })
        .unwrap();
        for number in 1..=pair::SIGN_MESSAGES {
            let failure = pair::sign_with(&device, &server, 0, &DIGEST, &mut |at, message| {
                if at == number {
                    message.clone_from(&recorded[at - 1]);
                }
            })
            .expect_err("an earlier message gave a signature");
            let (expected, at) = match number {
                1 => ("SessionBindingMismatch", found_in_opening),
                4 => ("SignatureVerificationFailed", 4),
                _ => ("SessionBindingMismatch", number),
            };
            assert_eq!((reason(&failure).as_str(), failure.message), (expected, at));
            assert_eq!(failure.abort.verdict, Verdict::Retry);
        }
    }
}

// 3.3, 3.4: halves.

type Lie<'a> = &'a dyn Fn(&mut Vec<u8>);

#[test]
fn a_bad_half_gives_no_signature() {
    let (device, server) = old_shares();
    let zero = [0_u8; 32];
    let lies: [Lie; 4] = [
        &|m| m[2..34].copy_from_slice(&zero),
        &|m| m[35..67].copy_from_slice(&zero),
        &|m| {
            let (u, w) = (m[2..34].to_vec(), m[35..67].to_vec());
            m[2..34].copy_from_slice(&w);
            m[35..67].copy_from_slice(&u);
        },
        &|m| m.copy_within(1..34, 34),
    ];
    for lie in lies {
        let failure = pair::sign_with(&device, &server, 0, &DIGEST, &mut |at, message| {
            if at == 4 {
                lie(message);
            }
        });
        let Err(failure) = failure else {
            panic!("a bad half gave a signature")
        };
        assert_eq!((failure.found_by, failure.message), (Role::Device, 4));
        assert_eq!(failure.abort.verdict, Verdict::Retry);
    }
}

fn encode<T: Serialize>(tag: u8, message: &T) -> Vec<u8> {
    postcard::to_extend(message, vec![tag]).unwrap()
}

fn decode<T: DeserializeOwned>(message: &[u8]) -> T {
    postcard::from_bytes(&message[1..]).unwrap()
}

#[test]
fn a_device_that_uses_another_key_share_gets_no_half() {
    let (device, server) = old_shares();
    let releases = pair::releases();
    let kind = Kind::Sign {
        key: device.id(),
        epoch: 0,
        account: 0,
        digest: &DIGEST,
    };
    let ceremony = ceremony(kind, &releases);
    for (offset, expected) in [
        (Scalar::ZERO, None),
        (Scalar::ONE, Some("PolynomialInconsistency")),
    ] {
        let mut cheat = raw::party(&device)
            .derive_child(0, |_| String::new())
            .unwrap();
        cheat.poly_point += offset;
        let data = SignData {
            sign_id: ceremony.id().as_bytes().to_vec(),
            counterparties: vec![PartyIndex::new(2).unwrap()],
            message_hash: DIGEST,
        };
        let (unique, kept, mut opening) = cheat.sign_phase1(&data).unwrap();
        let opening = encode(0x21, &opening.remove(0));
        let (state, reply) =
            sign::server::reply(server.account(0).unwrap(), &ceremony, &opening).unwrap();
        let (its_opening, _): (TransmitPhase1to2, TransmitPhase2to3<Secp256k1>) = decode(&reply);
        let (_, _, mut answer) = cheat
            .sign_phase2(&data, unique, kept, &[its_opening])
            .unwrap();
        let answer = encode(0x23, &answer.remove(0));
        match (state.receive(&answer), expected) {
            (Ok(half), None) => {
                let _: Broadcast3to4<Secp256k1> = decode(&half.message);
            }
            (Err(abort), Some(expected)) => {
                assert_eq!(fields::reason_name(&abort.reason), expected);
                assert_eq!(abort.verdict, Verdict::Retry);
            }
            (got, _) => panic!("offset {offset:?}: {:?}", got.is_ok()),
        }
    }
}

#[test]
fn a_pair_of_halves_of_two_keys_does_not_sign() {
    let (device, _) = old_shares();
    let (_, server) = pair::keygen();
    let releases = pair::releases();
    let kind = |key| Kind::Sign {
        key,
        epoch: 0,
        account: 0,
        digest: &DIGEST,
    };
    let (_, opening) = sign::device::open(
        device.account(0).unwrap(),
        &ceremony(kind(device.id()), &releases),
    )
    .unwrap();
    let abort = sign::server::reply(
        server.account(0).unwrap(),
        &ceremony(kind(server.id()), &releases),
        &opening,
    )
    .err()
    .unwrap();
    assert_eq!(fields::reason_name(&abort.reason), "SessionBindingMismatch");
}
