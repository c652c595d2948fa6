//! A party that lies in a refresh, and pieces that do not fit: one test for each
//! check of SPEC.md section 10 that a changed byte (`tests/tamper.rs`) does not
//! already reach.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod fields;
mod pair;
mod raw;

use k256::elliptic_curve::PrimeField;
use k256::elliptic_curve::sec1::ToSec1Point;
use k256::{ProjectivePoint, Scalar};
use pair::{Failure, old_shares, refresh_ceremony};
use tandem_threshold::refresh::{self, Base};
use tandem_threshold::{
    Abort, Basis, Ceremony, KeyId, KeyShare, Kind, Reason, Role, Verdict, confirm,
};

const FRESH: [u8; 32] = [0x31; 32];

fn reason(failure: &Failure) -> String {
    fields::reason_name(&failure.abort.reason)
}

fn retry(reason: Reason) -> Abort {
    Abort {
        verdict: Verdict::Retry,
        reason,
    }
}

fn wrong(detail: &'static str) -> Option<Abort> {
    Some(retry(Reason::WrongCeremony(detail)))
}

fn field(message: &[u8], name: &str) -> std::ops::Range<usize> {
    let fields = fields::of(message);
    fields.into_iter().find(|f| f.name == name).unwrap().range
}

/// Runs a refresh in which `lie` may replace each message, given all before it.
fn lying(lie: impl Fn(usize, &mut Vec<u8>, &[Vec<u8>])) -> Failure {
    let (device, server) = old_shares();
    let mut sent: Vec<Vec<u8>> = Vec::new();
    pair::refresh_with(device, server, &mut |number, message| {
        lie(number, message, &sent);
        sent.push(message.clone());
    })
    .expect_err("the lie was believed")
}

fn recorded() -> Vec<Vec<u8>> {
    let (device, server) = old_shares();
    let mut sent = Vec::new();
    pair::refresh_with(device, server, &mut |_, message| sent.push(message.clone())).unwrap();
    sent
}

// 10.3: commitments.

#[test]
fn a_server_that_echoes_commitments_is_refused() {
    // With its outer commitment, it opens to the right one under the wrong index;
    // without, to another one than it committed to.
    for echoed in [&[4, 6, 8][..], &[6]] {
        let failure = lying(|number, message, sent| {
            if echoed.contains(&number) {
                message.clone_from(sent.last().unwrap());
            }
        });
        assert_eq!((failure.found_by, failure.message), (Role::Device, 6));
        assert_eq!(failure.abort, retry(Reason::CommitmentMismatch));
    }
}

#[test]
fn a_server_that_copies_the_commitment_to_the_seed_is_refused() {
    let failure = lying(|number, message, sent| {
        if number == 6 {
            let range = field(message, "zero_seed");
            message[range.clone()].copy_from_slice(&sent[4][range]);
        }
    });
    assert_eq!((failure.found_by, failure.message), (Role::Device, 6));
    assert_eq!(failure.abort, retry(Reason::EqualCommitments));
}

#[test]
fn a_server_that_opens_or_proves_what_it_did_not_commit_to_is_refused() {
    let recorded = recorded();
    for (at, expected) in [(6, "CommitmentMismatch"), (8, "ProofVerificationFailed")] {
        let failure = lying(|number, message, _| {
            if number == at {
                message.clone_from(&recorded[at - 1]);
            }
        });
        assert_eq!((failure.found_by, failure.message), (Role::Device, at));
        assert_eq!(reason(&failure), expected);
        assert_eq!(failure.abort.verdict, Verdict::Retry);
    }
}

#[test]
fn messages_of_an_earlier_refresh_are_refused_even_with_the_same_nonces() {
    let recorded = recorded();
    let replay = |first: usize| {
        lying(|number, message, _| {
            if number >= first && number % 2 == 0 {
                message.clone_from(&recorded[number - 1]);
            }
        })
    };
    // The recorded server's line through 0 is not the one that the device's fragment
    // and its own give.
    assert_eq!(reason(&replay(2)), "PolynomialInconsistency");
    assert_eq!(replay(10).abort, retry(Reason::TranscriptMismatch));
    assert_eq!(reason(&replay(12)), "SignatureVerificationFailed");
}

// 10.4: the key stays, and the line changes.

#[test]
fn a_server_that_would_change_the_key_is_refused() {
    // Its own part of the line does not go through 0: it changes its share by more
    // than it tells the device.
    let failure = lying(|number, message, _| {
        if number == 2 {
            let range = field(message, "fragment");
            let told = Scalar::from_repr(
                <[u8; 32]>::try_from(&message[range.clone()])
                    .unwrap()
                    .into(),
            );
            let lie = told.unwrap() + Scalar::ONE;
            message[range].copy_from_slice(&lie.to_repr());
        }
    });
    assert_eq!(failure.found_by, Role::Server);
    assert_eq!(reason(&failure), "PolynomialInconsistency");
    assert_eq!(failure.abort.verdict, Verdict::Retry);
}

#[test]
fn a_peer_that_cancels_our_line_is_refused() {
    // The device waits for the server's fragment and answers with its negation, so
    // that neither share would change. The library alone would accept it.
    let (device, server) = old_shares();
    let releases = pair::releases();
    let key = *device.id();
    let ceremony = refresh_ceremony(&key, 0, Basis::Shares, &releases);
    let mut server_share = raw::stored(&server);
    let (server, s1) = refresh::start(Base::from_share(server), &ceremony).unwrap();
    // f_2(1) = b_2: the device sends f_1(2) = -2 b_2.
    let range = field(&s1, "fragment");
    let told = Scalar::from_repr(<[u8; 32]>::try_from(&s1[range.clone()]).unwrap().into()).unwrap();
    let mut d1 = s1.clone();
    d1[range].copy_from_slice(&(-(told + told)).to_repr());
    let (server, _) = server.receive(&d1).unwrap();
    // The rest of the device's part, by the raw library. 2 z_1 G - z_2 G = 0 with
    // z_1 = z_2 = 0: the proof is about the point at infinity.
    server_share.party = raw::party(&device);
    let id = ceremony.id();
    let (_, proof, zero, zero_commitment) = server_share
        .party
        .refresh_complete_phase2(id.as_bytes(), &[told, -told]);
    let mut outer = vec![0x12];
    outer.extend(raw::hash(&[
        b"tandem/refresh/outer-commitment/v1",
        id.as_bytes(),
        &[1],
        &proof.commitment,
    ]));
    let (server, _) = server.receive(&outer).unwrap();
    let opening = [
        &[0x33][..],
        &proof.commitment,
        &zero_commitment[0].commitment,
    ]
    .concat();
    let (server, _) = server.receive(&opening).unwrap();
    let (_, seed, _, transfers) = server_share
        .party
        .refresh_complete_phase3(id.as_bytes(), &zero);
    let setup = (&proof.proof, seed[0].seed, &seed[0].salt, &transfers[0]);
    let setup = postcard::to_extend(&setup, vec![0x34]).unwrap();
    let abort = server.receive(&setup).err().unwrap();
    assert_eq!(fields::reason_name(&abort.reason), "TrivialKeyShare");
    assert_eq!(abort.verdict, Verdict::Retry);
}

// 10.5: the proof.

#[test]
fn a_half_that_is_not_of_the_new_pair_leaves_the_device_with_no_proof() {
    let failure = lying(|number, message, _| {
        if number == 12 {
            let last = message.len() - 1;
            message[last] ^= 1;
        }
    });
    assert_eq!((failure.found_by, failure.message), (Role::Device, 12));
    assert_eq!(reason(&failure), "SignatureVerificationFailed");
    assert_eq!(failure.abort.verdict, Verdict::Retry);
}

#[test]
fn sides_that_start_from_different_shares_do_not_finish() {
    // One more refresh at the device than at the server, both said to be epoch 1.
    let (device, server) = old_shares();
    let (newer, _) = pair::refresh(device, server);
    let (device, server) = old_shares();
    drop(device);
    let [device, server] = raw::at_epoch([&newer.share, &server], 1);
    let failure = pair::refresh_with(device, server, &mut |_, _| {}).unwrap_err();
    // The session ids are part of what the seeds are committed to.
    assert_eq!((failure.found_by, failure.message), (Role::Server, 7));
    assert_eq!(reason(&failure), "ZeroShareDecommitFailed");
}

// 10.1: the ceremony.

#[test]
fn a_base_is_not_used_in_a_ceremony_about_something_else() {
    let releases = pair::releases();
    let key = *old_shares().0.id();
    let other = KeyId::from_bytes([9; 32]);
    let refresh = |key, from_epoch, basis| refresh_ceremony(key, from_epoch, basis, &releases);
    let keygen = Ceremony {
        kind: Kind::Keygen,
        ..refresh(&key, 0, Basis::Shares)
    };
    let cases = [
        (keygen, "it is not a refresh"),
        (
            refresh(&other, 0, Basis::Shares),
            "the share is of another key",
        ),
        (
            refresh(&key, 1, Basis::Shares),
            "the share is of another epoch",
        ),
        (
            refresh(&key, 0, Basis::Recovery),
            "the new pair is made from something else",
        ),
    ];
    for (ceremony, detail) in cases {
        let (device, server) = old_shares();
        for share in [device, server] {
            let started = refresh::start(Base::from_share(share), &ceremony);
            assert_eq!(started.err(), wrong(detail));
        }
    }
    let (device, server) = old_shares();
    let [device, _] = raw::at_epoch([&device, &server], u32::MAX);
    let last = refresh(&key, u32::MAX, Basis::Shares);
    let started = refresh::start(Base::from_share(device), &last);
    assert_eq!(started.err(), wrong("there is no epoch after this one"));
}

#[test]
fn a_share_is_not_used_in_a_confirmation_about_something_else() {
    let (device, server) = old_shares();
    let releases = pair::releases();
    let (key, other) = (*device.id(), KeyId::from_bytes([9; 32]));
    let base = refresh_ceremony(&key, 0, Basis::Shares, &releases);
    let confirm = |key, epoch| Kind::Confirm { key, epoch };
    let cases = [
        (base.kind, "it is not a confirmation"),
        (confirm(&other, 0), "the share is of another key"),
        (confirm(&key, 1), "the share is of another epoch"),
    ];
    for (kind, detail) in cases {
        let ceremony = Ceremony { kind, ..base };
        let (device, server) = old_shares();
        assert_eq!(confirm::open(device, &ceremony).err(), wrong(detail));
        assert_eq!(confirm::reply(server, &ceremony, &[]).err(), wrong(detail));
    }
    let ceremony = Ceremony {
        kind: confirm(&key, 0),
        ..base
    };
    let detail = "the share is the other party's";
    assert_eq!(confirm::open(server, &ceremony).err(), wrong(detail));
    assert_eq!(confirm::reply(device, &ceremony, &[]).err(), wrong(detail));
}

#[test]
fn a_confirmation_is_not_a_signature_of_an_account() {
    // The same messages, but another digest and another key: a device that confirms
    // cannot be used to sign, nor the other way round.
    let (device, server) = old_shares();
    let releases = pair::releases();
    let key = *device.id();
    let base = refresh_ceremony(&key, 0, Basis::Shares, &releases);
    let confirming = Ceremony {
        kind: Kind::Confirm {
            key: &key,
            epoch: 0,
        },
        ..base
    };
    let account = server.account(0).unwrap();
    let (_, opening) = confirm::open(device, &confirming).unwrap();
    let signing = Ceremony {
        kind: Kind::Sign {
            key: &key,
            epoch: 0,
            account: 0,
            digest: &[1; 32],
        },
        ..base
    };
    let abort = tandem_threshold::sign::server::reply(account, &signing, &opening)
        .err()
        .unwrap();
    assert_eq!(fields::reason_name(&abort.reason), "SessionBindingMismatch");
}

// 10.1 (b), 10.2: pieces.

fn point(share: &KeyShare) -> Scalar {
    raw::party(share).poly_point
}

fn third_point() -> [u8; 32] {
    let (device, server) = old_shares();
    let third = point(&server) + point(&server) - point(&device);
    third.to_repr().into()
}

const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
    0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
];

#[test]
fn pieces_that_are_no_scalars_or_points_are_refused() {
    let (device, _) = old_shares();
    let (key, code) = (device.public_key(), *device.chain_code());
    let refused = Some(retry(Reason::WrongPieces));
    for bad in [[0; 32], ORDER, [0xff; 32]] {
        let recovered = Base::recover_with_third_point(&bad, &key, &code);
        assert_eq!(recovered.err(), refused);
        assert_eq!(Base::deal_from_key(&bad, &FRESH).err(), refused);
        assert_eq!(Base::deal_from_pieces(&device, &bad, &FRESH).err(), refused);
    }
    for bad in [[0; 33], [0xff; 33]] {
        let recovered = Base::recover_with_third_point(&third_point(), &bad, &code);
        assert_eq!(recovered.err(), refused);
    }
}

#[test]
fn each_way_of_starting_belongs_to_one_role() {
    let (device, server) = old_shares();
    let dealt = Base::deal_from_pieces(&server, &third_point(), &FRESH);
    assert_eq!(dealt.err(), wrong("the share is the other party's"));
    let recovered = Base::recover_with_share(device);
    assert_eq!(recovered.err(), wrong("the share is the other party's"));
}

#[test]
fn another_keys_third_point_is_refused_before_anything_is_dealt() {
    let (device, _) = old_shares();
    let mut third = third_point();
    third[31] ^= 1;
    let dealt = Base::deal_from_pieces(&device, &third, &FRESH);
    assert_eq!(dealt.err(), Some(retry(Reason::WrongPieces)));
}

#[test]
fn another_keys_third_point_recovers_nothing() {
    let (device, server) = old_shares();
    let mut third = third_point();
    third[31] ^= 1;
    let releases = pair::releases();
    let ceremony = refresh_ceremony(device.id(), 0, Basis::Recovery, &releases);
    let (key, code) = (device.public_key(), *device.chain_code());
    let lost = Base::recover_with_third_point(&third, &key, &code).unwrap();
    let server = Base::recover_with_share(server).unwrap();
    let failure = pair::new_pair_with(lost, server, &ceremony, &mut |_, _| {}).unwrap_err();
    assert_eq!((failure.found_by, failure.message), (Role::Device, 10));
    assert_eq!(reason(&failure), "PolynomialInconsistency");
    assert_eq!(failure.abort.verdict, Verdict::Retry);
}

#[test]
fn every_change_of_a_deal_is_refused() {
    let (device, _) = old_shares();
    let releases = pair::releases();
    let ceremony = refresh_ceremony(device.id(), 0, Basis::Deal, &releases);
    let (_, message) = Base::deal_from_pieces(&device, &third_point(), &FRESH).unwrap();
    assert!(Base::accept_deal(&ceremony, &message).is_ok());
    for field in fields::of(&message) {
        for at in field.range.clone() {
            let mut changed = message.clone();
            changed[at] ^= 1;
            let abort = Base::accept_deal(&ceremony, &changed).err().unwrap();
            assert_eq!(abort.verdict, Verdict::Retry);
            assert!(
                abort.reason == Reason::WrongPieces
                    || matches!(abort.reason, Reason::Malformed { .. }),
                "{} {abort}",
                field.name
            );
        }
    }
    let mut longer = message.clone();
    longer.push(0);
    for wrong in [&message[..message.len() - 1], &longer, &[], &[0x32; 4096]] {
        let abort = Base::accept_deal(&ceremony, wrong).err().unwrap();
        assert!(matches!(abort.reason, Reason::Malformed { .. }), "{abort}");
    }
}

/// A deal whose parts are `point`, `device_point` G and the key that follows.
fn forged(point: Scalar, device_point: Scalar) -> (KeyId, Vec<u8>) {
    // Infinity is one byte.
    let encode = |scalar: &Scalar| {
        let point = ProjectivePoint::mul_by_generator(scalar).to_affine();
        point.to_sec1_point(true).as_bytes().to_vec()
    };
    let public_key = encode(&(device_point + device_point - point));
    let device_point = encode(&device_point);
    let length = |bytes: &[u8]| [u8::try_from(bytes.len()).unwrap()];
    let message = [
        &[0x32, 32][..],
        &point.to_repr(),
        &length(&public_key),
        &public_key,
        &[7; 32],
        &length(&device_point),
        &device_point,
    ]
    .concat();
    let named = <[u8; 33]>::try_from(public_key).unwrap_or([0; 33]);
    (KeyId::of(&named, &[7; 32]), message)
}

#[test]
fn a_deal_of_another_key_or_of_nothing_is_refused() {
    let releases = pair::releases();
    let (five, six) = (Scalar::from(5_u64), Scalar::from(6_u64));
    let (key, message) = forged(five, six);
    let dealt = |key: &KeyId, message: &[u8]| {
        let ceremony = refresh_ceremony(key, 0, Basis::Deal, &releases);
        Base::accept_deal(&ceremony, message).map(|_| ())
    };
    assert_eq!(dealt(&key, &message), Ok(()));
    let refused = Err(retry(Reason::WrongPieces));
    assert_eq!(dealt(&KeyId::from_bytes([9; 32]), &message), refused);
    // With a point of 0 one side alone would have the key, and with two nobody one.
    for (point, device_point) in [(Scalar::ZERO, six), (five, Scalar::ZERO), (six + six, six)] {
        let (key, message) = forged(point, device_point);
        assert_eq!(dealt(&key, &message), refused);
    }
    let ceremony = Ceremony {
        kind: Kind::Keygen,
        ..refresh_ceremony(&key, 0, Basis::Deal, &releases)
    };
    let accepted = Base::accept_deal(&ceremony, &message);
    assert_eq!(accepted.err(), wrong("it is not a refresh"));
}

#[test]
fn a_deal_that_was_exchanged_on_the_way_is_found_in_the_transcript() {
    // Another deal of the same key, so that every check of the receiver passes.
    let (device, _) = old_shares();
    let releases = pair::releases();
    let ceremony = refresh_ceremony(device.id(), 0, Basis::Deal, &releases);
    let (base, _) = Base::deal_from_pieces(&device, &third_point(), &FRESH).unwrap();
    let (_, other) = Base::deal_from_pieces(&device, &third_point(), &[0x32; 32]).unwrap();
    let server = Base::accept_deal(&ceremony, &other).unwrap();
    let failure = pair::new_pair_with(base, server, &ceremony, &mut |_, _| {}).unwrap_err();
    assert_eq!((failure.found_by, failure.message), (Role::Server, 9));
    assert_eq!(failure.abort, retry(Reason::TranscriptMismatch));
}
