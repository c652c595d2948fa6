//! What a refresh ends with.

use std::fmt;

use zeroize::Zeroizing;

use crate::{KeyShare, Signature};

/// One side's new share, proved by a joint signature, and what both sides know
/// about the step that led to it.
///
/// # Security
///
/// Slope and pair secret are secret. Neither is needed to sign; they are there so
/// that the third point can follow (SPEC.md 10.6).
pub struct Refreshed {
    /// The share of the new epoch.
    pub share: KeyShare,
    /// The slope a of the line that was added, 32 bytes big-endian: share i changed
    /// by a i. Meaningless to a third point of an older line if the basis was not
    /// the shares.
    pub slope: Zeroizing<[u8; 32]>,
    /// 32 bytes that both sides of this pair have, and nobody else.
    pub pair_secret: Zeroizing<[u8; 32]>,
    /// The joint test signature under the master key.
    pub proof: Signature,
}

impl fmt::Debug for Refreshed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refreshed")
            .field("share", &self.share)
            .field("proof", &self.proof)
            .finish_non_exhaustive()
    }
}
