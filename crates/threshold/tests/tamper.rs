//! One changed byte anywhere in a message: SPEC.md section 6. Every field of
//! every message of signing and presigning, and of rounds 1 to 4 of keygen and refresh. The
//! joint test signature has the same test in `src/proof/tests.rs`, where its states can be made
//! without running a whole keygen for each byte.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod fields;
mod pair;

use fields::{Change, Field, Shape};
use pair::{Failure, old_shares};
use tandem_threshold::{Abort, Ceremony, Kind, Reason, Role, Verdict, keygen};

const DIGEST: [u8; 32] = [0xd1; 32];

fn found(abort: &Abort) -> (String, bool) {
    let freeze = abort.verdict == Verdict::Freeze;
    (fields::reason_name(&abort.reason), freeze)
}

/// The two ways to a signature.
#[derive(Debug, Clone, Copy)]
enum Way {
    Sign,
    Presign,
}

impl Way {
    /// Signs, while `hook` sees every message.
    fn run(self, hook: &mut dyn FnMut(usize, &mut Vec<u8>)) -> Result<(), Failure> {
        let (device, server) = old_shares();
        match self {
            Self::Sign => pair::sign_with(&device, &server, 0, &DIGEST, hook).map(|_| ()),
            Self::Presign => pair::presign_with(&device, &server, &DIGEST, hook).map(|_| ()),
        }
    }

    /// Signs with message `number` changed by `change`.
    fn changed(self, number: usize, change: &mut dyn FnMut(&mut Vec<u8>)) -> Failure {
        self.run(&mut |at, message| {
            if at == number {
                change(message);
            }
        })
        .expect_err("a changed message gave a signature")
    }

    fn messages(self) -> Vec<Vec<u8>> {
        let mut sent = Vec::new();
        self.run(&mut |_, message| sent.push(message.clone()))
            .unwrap();
        sent
    }
}

fn sign_changed(number: usize, change: &mut dyn FnMut(&mut Vec<u8>)) -> Failure {
    Way::Sign.changed(number, change)
}

fn signing_message(number: usize) -> Vec<u8> {
    Way::Sign.messages().swap_remove(number - 1)
}

/// Every change of a message is found by the side and at the message that SPEC.md
/// says.
fn rows(way: Way, number: usize, stride: usize) {
    let message = way.messages().swap_remove(number - 1);
    let tried = fields::check_signing_rows(&message, stride, &mut |change: &Change| {
        let failure = way.changed(number, &mut |m| m[change.offset] ^= change.mask);
        // Commitments are opened only later.
        let at = match (number, change.field.name.as_str()) {
            (1, "opening.commitment") => 3,
            (2, "nonce_commitment") => 5,
            _ => number,
        };
        let presign_use = matches!(way, Way::Presign) && at == 4;
        let receiver = if at % 2 == 1 && !matches!((way, at), (Way::Presign, 5)) || presign_use {
            Role::Server
        } else {
            Role::Device
        };
        assert_eq!((failure.found_by, failure.message), (receiver, at));
        // SPEC.md section 5: a lie counts, a message that is not of this ceremony does not.
        let harmless = [
            "Malformed",
            "UnexpectedSender",
            "MisroutedMessage",
            "SessionBindingMismatch",
            "WrongCeremony",
        ];
        let name = fields::reason_name(&failure.abort.reason);
        let strike = !harmless.contains(&name.as_str());
        assert_eq!(failure.abort.is_strike(), strike, "{name}");
        found(&failure.abort)
    });
    println!("{way:?} message {number}: {tried} changes");
}

#[test]
fn every_change_of_the_sign_opening_is_found_by_the_server() {
    rows(Way::Sign, 1, 211);
}

#[test]
fn every_change_of_the_sign_reply_is_found_by_the_device() {
    rows(Way::Sign, 2, 797);
}

#[test]
fn every_change_of_the_sign_answer_is_found_by_the_server() {
    rows(Way::Sign, 3, 797);
}

#[test]
fn every_change_of_the_sign_partial_is_found_by_the_device() {
    rows(Way::Sign, 4, 1);
}

#[test]
fn every_change_of_the_presign_opening_is_found_by_the_server() {
    rows(Way::Presign, 1, 1999);
}

#[test]
fn every_change_of_the_presign_reply_is_found_by_the_device() {
    rows(Way::Presign, 2, 1999);
}

#[test]
fn every_change_of_the_presign_answer_is_found_by_the_server() {
    rows(Way::Presign, 3, 1999);
}

#[test]
fn every_change_of_a_presignatures_use_is_found_by_the_server() {
    rows(Way::Presign, 4, 1);
}

#[test]
fn every_change_of_a_presignatures_partial_is_found_by_the_device() {
    rows(Way::Presign, 5, 1);
}

#[test]
fn a_point_written_in_another_way_is_malformed() {
    // 0x05 is SEC1's compact tag. One of the two points with this x decodes from
    // it, so about half of these would otherwise be the very same message.
    let fields = fields::of(&signing_message(2));
    let point = fields.iter().find(|f| f.name == "answer.gamma_u").unwrap();
    for _ in 0..8 {
        let failure = sign_changed(2, &mut |m| m[point.range.start] = 0x05);
        assert_malformed(&failure.abort);
    }
}

#[test]
fn a_length_written_in_two_bytes_instead_of_one_is_malformed() {
    let fields = fields::of(&signing_message(4));
    let length = &fields[1];
    assert_eq!(length.shape, Shape::Length);
    let failure = sign_changed(4, &mut |m| {
        m[length.range.start] |= 0x80;
        m.insert(length.range.end, 0);
    });
    assert_malformed(&failure.abort);
}

fn assert_malformed(abort: &Abort) {
    assert!(
        matches!(abort.reason, Reason::Malformed { .. }),
        "{abort:?}"
    );
    assert_eq!(abort.verdict, Verdict::Retry);
}

/// Truncated, extended, empty, oversize, and another round's messages.
fn misshapen(message: &[u8], others: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new(), vec![message[0]], vec![0xff; 200 * 1024]];
    for cut in [message.len() / 2, message.len() - 1] {
        all.push(message[..cut].to_vec());
    }
    for tail in [&[0_u8][..], &[0xff; 33][..]] {
        all.push([message, tail].concat());
    }
    let mut oversize = message.to_vec();
    oversize.resize(200 * 1024, 0);
    all.push(oversize);
    all.extend(others.iter().filter(|o| o[0] != message[0]).cloned());
    all
}

fn assert_misshapen_messages_are_malformed(way: Way) {
    let all = way.messages();
    for number in 1..=all.len() {
        for wrong in misshapen(&all[number - 1], &all) {
            let failure = way.changed(number, &mut |m| m.clone_from(&wrong));
            assert_eq!(failure.message, number);
            assert_malformed(&failure.abort);
        }
    }
}

#[test]
fn a_misshapen_signing_message_is_malformed() {
    assert_misshapen_messages_are_malformed(Way::Sign);
}

#[test]
fn a_misshapen_presigning_message_is_malformed() {
    assert_misshapen_messages_are_malformed(Way::Presign);
}

#[test]
fn the_messages_of_signing_and_of_presigning_do_not_stand_for_each_other() {
    let (signing, presigning) = (Way::Sign.messages(), Way::Presign.messages());
    for (way, others) in [(Way::Sign, presigning), (Way::Presign, signing)] {
        for (at, other) in others.iter().enumerate().take(3) {
            let failure = way.changed(at + 1, &mut |m| m.clone_from(other));
            assert_malformed(&failure.abort);
        }
    }
}

// Keygen and refresh. In a keygen a side's messages of rounds 1 to 4 depend on the
// ceremony id and on its own randomness only, so one recorded peer serves any number
// of fresh receivers with the same nonces. (In production the receiver's nonce is
// fresh, so a recording fits no other ceremony.) In a refresh they depend on each
// other, so each change takes a run of its own.

#[derive(Clone, Copy, PartialEq)]
enum Making {
    Keygen,
    Refresh,
}
use Making::{Keygen, Refresh};

struct Peer {
    making: Making,
    /// Fragment, outer commitment, commitments, setup.
    messages: [Vec<u8>; 4],
}

fn record(making: Making) -> [Peer; 2] {
    let mut sent = Vec::new();
    let mut hook = |_: usize, message: &mut Vec<u8>| sent.push(message.clone());
    match making {
        Keygen => drop(pair::keygen_with(&mut hook).unwrap()),
        Refresh => {
            let (device, server) = old_shares();
            drop(pair::refresh_with(device, server, &mut hook).unwrap());
        }
    }
    let of = |first: usize| Peer {
        making,
        messages: [0, 2, 4, 6].map(|at| sent[first + at].clone()),
    };
    [of(0), of(1)]
}

/// A change of a message on its way.
type Changing<'a> = &'a dyn Fn(&mut Vec<u8>);

/// What a receiver finds when the peer's message `round` (1 to 4) is changed, and at
/// which round it finds it. `None` when a keygen gets through to the comparison of
/// transcripts.
fn receive(role: Role, peer: &Peer, round: usize, change: Changing) -> Option<(usize, Abort)> {
    match peer.making {
        Keygen => receive_keygen(role, peer, round, change),
        Refresh => {
            // The odd messages are the device's.
            let number = 2 * round - usize::from(role == Role::Server);
            let (device, server) = old_shares();
            let mut hook = |at, message: &mut Vec<u8>| {
                if at == number {
                    change(message);
                }
            };
            let failure = pair::refresh_with(device, server, &mut hook).err()?;
            Some((failure.message.div_ceil(2), failure.abort))
        }
    }
}

fn receive_keygen(
    role: Role,
    peer: &Peer,
    round: usize,
    change: Changing,
) -> Option<(usize, Abort)> {
    let releases = pair::releases();
    let ceremony = Ceremony {
        kind: Kind::Keygen,
        releases: &releases,
        device_nonce: &pair::DEVICE_NONCE,
        server_nonce: &pair::SERVER_NONCE,
    };
    let mut messages = peer.messages.clone();
    change(&mut messages[round - 1]);
    let run = || {
        let (state, _) = keygen::start(role, &ceremony).map_err(|a| (0, a))?;
        let (state, _) = state.receive(&messages[0]).map_err(|a| (1, a))?;
        let (state, _) = state.receive(&messages[1]).map_err(|a| (2, a))?;
        let (state, _) = state.receive(&messages[2]).map_err(|a| (3, a))?;
        state.receive(&messages[3]).map_err(|a| (4, a))
    };
    run().err()
}

/// SPEC.md section 6: the reason, and the round at which it is found
/// (5: when the transcripts are compared).
fn round_row(making: Making, row: &str, round: usize) -> (&'static str, usize) {
    match (round, row) {
        // 10.4: the change of the share is then not on a line through 0.
        (1, "fragment") if making == Refresh => ("PolynomialInconsistency", 4),
        (1, "fragment") | (4, "multiplication.nonce") => ("TranscriptMismatch", 5),
        (2, "outer") | (3, "proof") => ("CommitmentMismatch", 3),
        (3, "zero_seed") | (4, "zero_seed" | "zero_salt") => ("ZeroShareDecommitFailed", 4),
        (3, "chain_code") | (4, "chain_code" | "chain_code_salt") => {
            ("ChainCodeCommitmentFailed", 4)
        }
        (4, "multiplication.parties.sender") => ("UnexpectedSender", 4),
        (4, "multiplication.parties.receiver") => ("MisroutedMessage", 4),
        (4, row) if row.starts_with("multiplication.") => ("MultiplicationVerificationFailed", 4),
        (4, row) if row.starts_with("proof.") => ("ProofVerificationFailed", 4),
        _ => panic!("SPEC.md has no row {row} in round {round}"),
    }
}

fn check_round_change(role: Role, peer: &Peer, round: usize, field: &Field, at: usize, mask: u8) {
    let (reason, found_at) = match receive(role, peer, round, &|m| m[at] ^= mask) {
        None => ("TranscriptMismatch".to_owned(), 5),
        Some((found_at, abort)) => {
            assert_eq!(
                abort.verdict,
                Verdict::Retry,
                "no state that stays was touched"
            );
            (fields::reason_name(&abort.reason), found_at)
        }
    };
    let here = format!("{role:?} {} at {at} with mask {mask:#04x}", field.name);
    if reason == "Malformed" {
        assert_ne!(field.shape, Shape::Bytes, "{here}");
        assert_eq!(found_at, round, "{here}");
    } else {
        assert!(
            !matches!(field.shape, Shape::Tag | Shape::Length),
            "{here} is {reason}"
        );
        let expected = round_row(peer.making, &field.row(), round);
        assert_eq!((reason.as_str(), found_at), expected, "{here}");
    }
}

#[test]
fn every_change_of_the_short_keygen_messages_is_found() {
    short_rows(Keygen);
}

#[test]
fn every_change_of_the_short_refresh_messages_is_found() {
    short_rows(Refresh);
}

fn short_rows(making: Making) {
    let peers = record(making);
    for (role, peer) in [(Role::Device, &peers[1]), (Role::Server, &peers[0])] {
        for round in 1..=3 {
            for field in &fields::of(&peer.messages[round - 1]) {
                for at in field.ends_and_middle() {
                    check_round_change(role, peer, round, field, at, 0x01);
                }
            }
        }
    }
}

/// Every field of the 148 KB setup: all three offsets in the entry in the middle
/// of a list, the middle of the first and last entries.
fn setup_changes(fields: &[Field]) -> Vec<(Field, usize)> {
    let mut changes = Vec::new();
    for row in fields::rows(fields) {
        let entries: Vec<_> = fields.iter().filter(|f| f.row() == row).collect();
        let middle = entries[entries.len() / 2];
        changes.extend(
            middle
                .ends_and_middle()
                .into_iter()
                .map(|at| (middle.clone(), at)),
        );
        // Points and scalars of a proof are all checked by one equation.
        if middle.shape != Shape::Length && row.contains("response") || row.contains("rc_h") {
            let (first, last) = (entries[0], entries[entries.len() - 1]);
            changes.push((first.clone(), first.middle()));
            changes.push((last.clone(), last.middle()));
        }
    }
    changes
}

fn setup_rows(role: Role, peer: &Peer, keep: impl Fn(usize) -> bool) {
    let fields = fields::of(&peer.messages[3]);
    let mut tried = 0;
    for (i, (field, at)) in setup_changes(&fields).into_iter().enumerate() {
        if keep(i) {
            let mask = fields::masks(&field, at)[0];
            check_round_change(role, peer, 4, &field, at, mask);
            tried += 1;
        }
    }
    println!("setup received by {role:?}: {tried} changes");
}

#[test]
fn every_field_of_the_servers_setup_is_checked_by_the_device() {
    let [_, server] = record(Keygen);
    setup_rows(Role::Device, &server, |i| i % 3 == 0);
}

#[test]
fn every_field_of_the_devices_setup_is_checked_by_the_server() {
    let [device, _] = record(Keygen);
    setup_rows(Role::Server, &device, |i| i % 3 == 1);
}

// The fields of a refresh's setup are those of keygen's, so half as many do.

#[test]
fn every_field_of_the_servers_refresh_setup_is_checked_by_the_device() {
    let [_, server] = record(Refresh);
    setup_rows(Role::Device, &server, |i| i % 6 == 2);
}

#[test]
fn every_field_of_the_devices_refresh_setup_is_checked_by_the_server() {
    let [device, _] = record(Refresh);
    setup_rows(Role::Server, &device, |i| i % 6 == 5);
}

#[test]
fn a_misrouted_setup_is_refused() {
    let (made, refreshed) = (record(Keygen), record(Refresh));
    for (role, peer) in [
        (Role::Device, &made[1]),
        (Role::Server, &made[0]),
        (Role::Device, &refreshed[1]),
        (Role::Server, &refreshed[0]),
    ] {
        let fields = fields::of(&peer.messages[3]);
        for field in fields.iter().filter(|f| f.shape == Shape::Index) {
            // 1 becomes 2 and 2 becomes 1: the message of the other direction.
            check_round_change(role, peer, 4, field, field.range.start, 0x03);
        }
    }
}

#[test]
fn what_no_check_of_rounds_1_to_4_sees_is_seen_in_the_transcript() {
    for (making, number, name) in [
        (Keygen, 1, "fragment"),
        (Keygen, 2, "fragment"),
        (Keygen, 7, "multiplication.nonce"),
        (Keygen, 8, "multiplication.nonce"),
        (Refresh, 7, "multiplication.nonce"),
        (Refresh, 8, "multiplication.nonce"),
    ] {
        let mut hook = |at: usize, message: &mut Vec<u8>| {
            if at == number {
                let fields = fields::of(message);
                let field = fields.iter().find(|f| f.name == name).unwrap();
                message[field.range.end - 1] ^= 1;
            }
        };
        let (device, server) = old_shares();
        let failure = match making {
            Keygen => pair::keygen_with(&mut hook).err().unwrap(),
            Refresh => pair::refresh_with(device, server, &mut hook).err().unwrap(),
        };
        // The server compares first, on the device's opening of the test signature.
        assert_eq!((failure.found_by, failure.message), (Role::Server, 9));
        assert_eq!(
            failure.abort,
            Abort {
                verdict: Verdict::Retry,
                reason: Reason::TranscriptMismatch
            }
        );
    }
}

#[test]
fn a_misshapen_keygen_message_is_malformed() {
    misshapen_rounds(Keygen);
}

#[test]
fn a_misshapen_refresh_message_is_malformed() {
    misshapen_rounds(Refresh);
}

fn misshapen_rounds(making: Making) {
    let [device, server] = record(making);
    let all: Vec<_> = server.messages.to_vec();
    for round in 1..=4 {
        for wrong in misshapen(&all[round - 1], &all) {
            let (at, abort) =
                receive(Role::Device, &server, round, &|m| m.clone_from(&wrong)).unwrap();
            assert_eq!(at, round);
            assert_malformed(&abort);
            if round < 4 {
                let (at, abort) =
                    receive(Role::Server, &device, round, &|m| m.clone_from(&wrong)).unwrap();
                assert_eq!(at, round);
                assert_malformed(&abort);
            }
        }
    }
}
