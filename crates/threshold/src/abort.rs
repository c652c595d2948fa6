//! Why a ceremony ended without a result, and what must happen next.

use dkls23::protocols::{Abort as LibraryAbort, AbortKind, AbortReason};

/// A ceremony that ended early.
///
/// # Security
///
/// [`Abort::verdict`] MUST be obeyed before anything is answered. The reason is
/// for our own log: the peer gets one and the same opaque error for every abort.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Abort {
    /// What to do about it.
    pub verdict: Verdict,
    /// What was found.
    pub reason: Reason,
}

/// What an abort obliges its receiver to do: SPEC.md section 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing that outlives the ceremony was touched. A new ceremony, with new
    /// nonces, may be started.
    Retry,
    /// The peer failed a check on oblivious-transfer state that later signatures
    /// would use again. The key MUST be frozen durably before anything is
    /// answered; another attempt could cost the key. In the joint test signature
    /// of keygen and of refresh that state is new, and dropped instead.
    Freeze,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// A message that does not decode, is too long, or belongs to another round.
    #[error("the {message} message is malformed: {detail}")]
    Malformed {
        /// Which message of SPEC.md.
        message: &'static str,
        /// What is wrong with it.
        detail: &'static str,
    },
    /// Both sides sent the same commitment: the peer echoes us (SPEC.md 2.3).
    #[error("the peer's commitment equals ours")]
    EqualCommitments,
    /// What was opened is not what was committed to (SPEC.md 2.3, 12.6).
    #[error("what was opened is not what was committed to")]
    CommitmentMismatch,
    /// The two sides saw different keygens or refreshes (SPEC.md 2.5).
    #[error("the transcripts of the two sides differ")]
    TranscriptMismatch,
    /// The ceremony was set up for another digest, kind or key.
    #[error("the ceremony does not fit: {0}")]
    WrongCeremony(&'static str),
    /// What a dealer deals, or has, is not of the key it names (SPEC.md 10.2).
    #[error("the pieces are not of this key")]
    WrongPieces,
    /// The two sides have shares of this epoch, but of two refreshes (SPEC.md 10.7).
    #[error("the peer's share of this epoch is of another refresh")]
    OtherShare,
    /// A check inside the threshold library failed.
    #[error("protocol check failed: {0}")]
    Check(AbortReason),
    /// The two sides of a recovery setup made different kits (SPEC.md 11.5).
    #[error("the recovery kits of the two sides differ")]
    KitMismatch,
    /// A finished signature is not one by this key (SPEC.md 3.4).
    #[error("the finished signature is not valid")]
    InvalidSignature,
}

/// How many strikes ([`Abort::is_strike`], and at the server checks that a crash cut
/// short) a share may have: with the last of them it freezes.
///
/// Each could have told the peer about one bit of the oblivious-transfer state of
/// several hundred bits that all signatures share. A few such bits are no danger, and
/// power cuts and bad memory happen, so it takes more than one.
pub const MAX_STRIKES: u32 = 8;

impl Abort {
    /// Whether it counts against the share: no honest peer that has the same release
    /// and the same epoch causes it (SPEC.md section 5, column "strike").
    ///
    /// # Security
    /// The caller MUST count it durably before anything is answered, and freeze the
    /// key with the strike that makes [`MAX_STRIKES`].
    #[must_use]
    pub const fn is_strike(&self) -> bool {
        if matches!(self.verdict, Verdict::Freeze) {
            return true;
        }
        match &self.reason {
            Reason::EqualCommitments
            | Reason::CommitmentMismatch
            | Reason::TranscriptMismatch
            | Reason::KitMismatch
            | Reason::InvalidSignature => true,
            // Another release, another epoch, a side that was rolled back, or the words
            // of another key; nothing secret of ours was used.
            Reason::Malformed { .. }
            | Reason::WrongCeremony(_)
            | Reason::WrongPieces
            | Reason::OtherShare => false,
            // Of the library's reasons those that are about what the peer computed, not
            // those about sessions, addresses and our own state.
            Reason::Check(reason) => matches!(
                reason,
                AbortReason::ProofVerificationFailed { .. }
                    | AbortReason::CommitmentMismatch { .. }
                    | AbortReason::PolynomialInconsistency
                    | AbortReason::TrivialInstancePoint { .. }
                    | AbortReason::TrivialPublicKey
                    | AbortReason::TrivialKeyShare
                    | AbortReason::OtConsistencyCheckFailed { .. }
                    | AbortReason::MultiplicationVerificationFailed { .. }
                    | AbortReason::GammaUInconsistency { .. }
                    | AbortReason::SignatureVerificationFailed
                    | AbortReason::ZeroDenominator
                    | AbortReason::ZeroShareDecommitFailed { .. }
                    | AbortReason::ChainCodeCommitmentFailed { .. }
            ),
        }
    }

    pub(crate) const fn retry(reason: Reason) -> Self {
        Self {
            verdict: Verdict::Retry,
            reason,
        }
    }

    pub(crate) const fn malformed(message: &'static str, detail: &'static str) -> Self {
        Self::retry(Reason::Malformed { message, detail })
    }
}

impl From<LibraryAbort> for Abort {
    fn from(abort: LibraryAbort) -> Self {
        let verdict = match abort.kind {
            AbortKind::Recoverable => Verdict::Retry,
            AbortKind::BanCounterparty(_) => Verdict::Freeze,
        };
        Self {
            verdict,
            reason: Reason::Check(abort.reason),
        }
    }
}
