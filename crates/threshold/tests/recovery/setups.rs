//! SPEC.md 11.5: the ceremony that makes a kit.

use tandem_threshold::recovery::{KitError, setup};
use tandem_threshold::{Abort, Ceremony, KeyId, Kind, Reason, Role, Verdict};

use crate::pair::{self, old_shares};
use crate::support::{DEVICE_RANDOMNESS, SERVER_RANDOMNESS, ceremony, key, setup, setup_with};

fn retry(reason: Reason) -> Abort {
    Abort {
        verdict: Verdict::Retry,
        reason,
    }
}

#[test]
fn both_sides_of_a_fresh_key_end_with_one_kit_and_the_words_open_it() {
    let (device, server) = pair::keygen();
    let (at_device, at_server) = setup_with(&device, &server, &key(1), &mut |_, _| {}).unwrap();
    assert_eq!(at_device, at_server);
    assert_eq!(at_device.fingerprint(), at_server.fingerprint());
    let kit = at_device;
    assert_eq!(kit.key(), device.id());
    assert_eq!(kit.public_key(), device.public_key());
    assert_eq!(kit.chain_code(), device.chain_code());
    assert_eq!(kit.recovery(), key(1).public_key());
    assert_eq!(kit.releases(), &pair::releases());
    assert_eq!((kit.epoch(), kit.deltas()), (0, 0));
    assert_eq!(kit.fits(&device), Ok(()));
    assert_eq!(kit.fits(&server), Ok(()));
    let share = kit.open(&key(1)).unwrap();
    assert_eq!((share.key(), share.epoch()), (device.id(), 0));
}

#[test]
fn a_kit_of_another_key_or_epoch_does_not_fit_a_share() {
    let (device, server) = old_shares();
    let kit = setup(&device, &server, &key(1));
    let (other, _) = crate::support::other_pair();
    let refreshed = crate::support::refresh(1).of_share(&device);
    assert_eq!(
        kit.fits(&other),
        Err(KitError::DoesNotFit("they are of different keys"))
    );
    assert_eq!(
        kit.fits(&refreshed),
        Err(KitError::DoesNotFit("they are of different epochs"))
    );
}

#[test]
fn every_change_of_a_message_is_found() {
    let (device, server) = old_shares();
    let mut sizes = Vec::new();
    setup_with(&device, &server, &key(1), &mut |_, m| sizes.push(m.len())).unwrap();
    assert_eq!(sizes, [115, 147]);
    for (number, size) in [(1, sizes[0]), (2, sizes[1])] {
        for offset in 0..size {
            let (found_by, abort) = setup_with(&device, &server, &key(1), &mut |at, message| {
                if at == number {
                    message[offset] ^= 1;
                }
            })
            .expect_err("a changed message made a kit");
            // 11.5: the server cannot read the device's term, so what changed in it
            // is found when the kits are compared.
            let in_term = offset > 32 && offset < 115;
            let malformed = matches!(abort.reason, Reason::Malformed { .. });
            let finder = if number == 1 && (!in_term || malformed) {
                Role::Server
            } else {
                Role::Device
            };
            assert_eq!(found_by, finder, "message {number}, byte {offset}");
            assert_eq!(abort.verdict, Verdict::Retry);
            if malformed {
                continue;
            }
            let expected = if offset <= 32 {
                Reason::WrongCeremony("the peer speaks of another one")
            } else {
                Reason::KitMismatch
            };
            assert_eq!(abort.reason, expected, "message {number}, byte {offset}");
        }
    }
}

#[test]
fn a_misshapen_message_is_malformed() {
    let (device, server) = old_shares();
    let mut sent = Vec::new();
    setup_with(&device, &server, &key(1), &mut |_, m| sent.push(m.clone())).unwrap();
    for number in [1, 2] {
        let right = sent[number - 1].clone();
        for wrong in [
            Vec::new(),
            right[..right.len() - 1].to_vec(),
            [right.as_slice(), &[0]].concat(),
            vec![right[0]; 1000],
            sent[2 - number].clone(),
        ] {
            let (_, abort) = setup_with(&device, &server, &key(1), &mut |at, message| {
                if at == number {
                    message.clone_from(&wrong);
                }
            })
            .unwrap_err();
            assert!(matches!(abort.reason, Reason::Malformed { .. }), "{abort}");
        }
    }
}

#[test]
fn a_message_of_another_setup_is_refused() {
    let (device, server) = old_shares();
    let mut other = Vec::new();
    setup_with(&device, &server, &key(2), &mut |_, m| other.push(m.clone())).unwrap();
    for (number, finder) in [(1, Role::Server), (2, Role::Device)] {
        let failure = setup_with(&device, &server, &key(1), &mut |at, message| {
            if at == number {
                message.clone_from(&other[number - 1]);
            }
        });
        let mismatch = retry(Reason::WrongCeremony("the peer speaks of another one"));
        assert_eq!(failure, Err((finder, mismatch)));
    }
}

#[test]
fn a_ceremony_that_is_not_this_setup_is_refused_by_both_sides() {
    let (device, server) = old_shares();
    let words = key(1);
    let (other_key, releases) = (KeyId::from_bytes([9; 32]), pair::releases());
    let recovery = |key, epoch| Kind::Recovery {
        key,
        epoch,
        recovery: words.public_key(),
    };
    for (kind, why) in [
        (Kind::Keygen, "it is not a recovery setup"),
        (recovery(&other_key, 0), "the share is of another key"),
        (recovery(device.id(), 1), "the share is of another epoch"),
    ] {
        let ceremony = Ceremony {
            kind,
            releases: &releases,
            device_nonce: &[5; 32],
            server_nonce: &[6; 32],
        };
        let refused = retry(Reason::WrongCeremony(why));
        let offer = setup::device::offer(&device, &ceremony, &DEVICE_RANDOMNESS);
        assert_eq!(offer.map(|_| ()), Err(refused.clone()));
        let complete = setup::server::complete(&server, &ceremony, &SERVER_RANDOMNESS, &[]);
        assert_eq!(complete.map(|_| ()), Err(refused));
    }
    ceremony(&device, &words, |ceremony| {
        let refused = retry(Reason::WrongCeremony("the share is the other party's"));
        let offer = setup::device::offer(&server, ceremony, &DEVICE_RANDOMNESS);
        assert_eq!(offer.map(|_| ()), Err(refused.clone()));
        let complete = setup::server::complete(&device, ceremony, &SERVER_RANDOMNESS, &[]);
        assert_eq!(complete.map(|_| ()), Err(refused));
    });
}

/// Two sides whose lines differ (one of them has a share of a refresh that the other
/// did not take part in) cannot end with a kit.
#[test]
fn a_pair_that_does_not_share_a_line_makes_no_kit() {
    let (device, server) = old_shares();
    let device = crate::support::refresh(1).of_share(&device);
    let server = crate::support::refresh(2).of_share(&server);
    let failure = setup_with(&device, &server, &key(1), &mut |_, _| {});
    assert_eq!(failure, Err((Role::Device, retry(Reason::KitMismatch))));
}

#[test]
fn a_term_that_is_not_the_peers_share_is_found_when_the_kit_is_opened() {
    let (device, server) = old_shares();
    // Same ceremony, same line, but each side's seed is its own: the masks do not
    // cancel. That is what a peer that lies about its term looks like.
    let liar = crate::support::with_seed(&server, [0xee; 32]);
    let (kit, _) = setup_with(&device, &liar, &key(1), &mut |_, _| {}).unwrap();
    assert_eq!(kit.open(&key(1)).unwrap_err(), KitError::WrongShare);
}

#[test]
fn fresh_randomness_hides_that_a_setup_was_repeated() {
    let (device, server) = old_shares();
    let first = setup(&device, &server, &key(1));
    let again = ceremony(&device, &key(1), |ceremony| {
        let (state, message) = setup::device::offer(&device, ceremony, &[0x33; 32]).unwrap();
        let (_, message) =
            setup::server::complete(&server, ceremony, &[0x44; 32], &message).unwrap();
        state.receive(&message).unwrap()
    });
    assert_ne!(first, again);
    again.open(&key(1)).unwrap();
}
