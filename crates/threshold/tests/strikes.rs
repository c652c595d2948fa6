//! Which aborts count against a share: SPEC.md section 5, column "strike".

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use dkls23::protocols::{AbortReason, PartyIndex};
use tandem_threshold::{Abort, Reason, Verdict};

fn peer() -> PartyIndex {
    PartyIndex::new(2).unwrap()
}

fn abort(reason: Reason) -> Abort {
    Abort {
        verdict: Verdict::Retry,
        reason,
    }
}

#[test]
fn what_no_honest_peer_causes_is_a_strike() {
    let counterparty = peer();
    let of_the_library = [
        AbortReason::ProofVerificationFailed { counterparty },
        AbortReason::CommitmentMismatch { counterparty },
        AbortReason::PolynomialInconsistency,
        AbortReason::TrivialInstancePoint { counterparty },
        AbortReason::TrivialPublicKey,
        AbortReason::TrivialKeyShare,
        AbortReason::OtConsistencyCheckFailed { counterparty },
        AbortReason::MultiplicationVerificationFailed {
            counterparty,
            detail: String::new(),
        },
        AbortReason::GammaUInconsistency { counterparty },
        AbortReason::SignatureVerificationFailed,
        AbortReason::ZeroDenominator,
        AbortReason::ZeroShareDecommitFailed { counterparty },
        AbortReason::ChainCodeCommitmentFailed {
            party: counterparty,
        },
    ];
    let ours = [
        Reason::EqualCommitments,
        Reason::CommitmentMismatch,
        Reason::TranscriptMismatch,
        Reason::KitMismatch,
        Reason::InvalidSignature,
    ];
    for reason in of_the_library.into_iter().map(Reason::Check).chain(ours) {
        assert!(abort(reason.clone()).is_strike(), "{reason:?}");
    }
}

#[test]
fn what_an_honest_peer_may_cause_or_we_ourselves_is_no_strike() {
    let counterparty = peer();
    let of_the_library = [
        AbortReason::SessionBindingMismatch { counterparty },
        AbortReason::UnexpectedSender {
            sender: counterparty,
        },
        AbortReason::MisroutedMessage {
            expected_receiver: counterparty,
            actual_receiver: counterparty,
        },
        AbortReason::MissingMulState { counterparty },
        AbortReason::InvalidLocalState {
            counterparty,
            detail: String::new(),
        },
    ];
    let ours = [
        Reason::Malformed {
            message: "m",
            detail: "d",
        },
        Reason::WrongCeremony("it is not signing"),
        Reason::WrongPieces,
        Reason::OtherShare,
    ];
    for reason in of_the_library.into_iter().map(Reason::Check).chain(ours) {
        assert!(!abort(reason.clone()).is_strike(), "{reason:?}");
    }
}

#[test]
fn every_freeze_is_a_strike_where_there_is_nothing_to_freeze() {
    let frozen = Abort {
        verdict: Verdict::Freeze,
        reason: Reason::WrongCeremony("whatever the reason"),
    };
    assert!(frozen.is_strike());
}
