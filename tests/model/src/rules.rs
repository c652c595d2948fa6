//! The rules that the two sides follow, and the mistakes that can be made in them.
//!
//! [`Rules::TANDEM`] makes none. Each [`Mistake`] switches one rule to a wrong variant,
//! which `tests/mistakes.rs` expects some property to find.

/// A rule that is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Mistake {
    /// The device stores the next share in place of the current one.
    DeviceDeletesBeforeProof,
    /// A word stands where a half of the joint signature should: the peer says that it has
    /// finished, and nothing shows that it could.
    BareAcknowledgement,
    /// The server's half leaves before the next share is on its disk.
    ServerPreparesAfterItsHalf,
    /// The device goes on as soon as MetaMask has taken a write, without waiting until it is
    /// on disk.
    DeviceDoesNotWaitForItsWrites,
    /// The floor is part of what an operator restores.
    FloorInTheSnapshot,
    /// The server promotes, and deletes the old share, on the proof itself.
    ServerPromotesOnTheProof,
    /// A session names its share by the epoch alone; that two shares of one epoch come from
    /// different refreshes is found inside the ceremony, as an abort like any other.
    OpeningNamesTheEpochOnly,
    /// As above, and the ceremony is not bound to the share either.
    NothingBindsTheShare,
    /// The server runs two sessions with one key side by side.
    TwoSessionsAtOnce,
    /// A refresh may start from the server's current share only, not from its proved next one.
    RefreshFromCurrentOnly,
    /// The device promotes at the end of a Confirm, when the server has promoted, and not on
    /// the server's reply.
    ConfirmPromotesAtItsEnd,
    /// A Confirm is a joint signature with the next share, in place of the proof that the
    /// server keeps: it has checks that can fail and be cut short, and a freeze stops it.
    ConfirmUsesTheTransferState,
    /// Such a Confirm is run with a frozen share, too.
    ConfirmIgnoresTheFreeze,
    /// The answer to a failed check leaves before the freeze is on disk.
    AnswersBeforeTheFreeze,
    /// The strike is written after the check, not before.
    StrikeAfterTheCheck,
    /// Equal commitments are accepted.
    AcceptsEqualCommitments,
    /// The device keeps a presignature that it sent for use, if the use is aborted or the
    /// device restarts.
    DeviceKeepsPresignatures,
    /// The server keeps a presignature that it used, also over a restart.
    ServerKeepsPresignatures,
    /// Presignatures outlive other sessions, and their use does not look at the epoch again.
    PresignaturesOutliveTheEpoch,
    /// A request that comes again is computed again, with the nonce it had.
    RecomputesARepeatedRequest,
    /// Whether a request was signed before is looked up when its session opens, and not again
    /// with the record.
    LooksAtTheRecordOnlyOnce,
    /// The server's half leaves before it is on record.
    RecordsAfterRelease,
    /// The recovery ciphertexts of the next epoch are written after the promotion, in a
    /// write of their own.
    CiphertextsAfterPromotion,
}

/// A set of [`Mistake`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules(u32);

impl Rules {
    /// Tandem's rules.
    pub const TANDEM: Self = Self(0);

    /// These rules with one more mistake.
    #[must_use]
    pub const fn but(self, mistake: Mistake) -> Self {
        Self(self.0 | 1 << mistake as u8)
    }

    pub(crate) const fn have(self, mistake: Mistake) -> bool {
        self.0 & 1 << mistake as u8 != 0
    }
}
