//! Step 10.3, second round: a commitment to the commitment, as in keygen.

use dkls23::protocols::dkg::ProofCommitment;
use k256::{Scalar, Secp256k1};
use zeroize::Zeroizing;

use super::Refresh;
use super::messages::Commitments;
use super::round3::AwaitOpening;
use crate::context::only;
use crate::kept::SealedSeeds;
use crate::keygen::messages::OuterCommitment;
use crate::{Abort, codec};

/// What phase 2 of the library keeps.
pub(super) struct Kept {
    /// What our share changes by.
    pub change: Zeroizing<Scalar>,
    pub proof: ProofCommitment<Secp256k1>,
    pub zero: SealedSeeds,
    pub own: Commitments,
}

/// After round 2: waits for the peer's outer commitment.
pub struct AwaitCommitment {
    refresh: Refresh,
    kept: Kept,
    sent: Vec<u8>,
}

/// Round 2: sums the fragments to what our share changes by, proves knowledge of
/// it, and commits to that proof's commitment.
pub(super) fn commit(
    refresh: Refresh,
    fragments: &[Scalar; 2],
) -> Result<(AwaitCommitment, Vec<u8>), Abort> {
    // 10.3: > z_i = f_1(i) + f_2(i); prove knowledge of z_i; c_i is a hash of that
    // > proof; send H(outer tag, ceremony id, i, c_i).
    let context = &refresh.context;
    let (change, proof, zero, zero_messages) = refresh
        .party
        .refresh_complete_phase2(context.ceremony.as_bytes(), fragments);
    let (change, zero) = (Zeroizing::new(change), SealedSeeds(zero));
    let own = Commitments {
        proof: proof.commitment,
        zero_seed: only(zero_messages)?.commitment,
    };
    let outer = context.outer_commitment(context.role, &own.proof);
    let sent = codec::encode(&OuterCommitment(outer))?;
    let kept = Kept {
        change,
        proof,
        zero,
        own,
    };
    let state = AwaitCommitment {
        refresh,
        kept,
        sent: sent.clone(),
    };
    Ok((state, sent))
}

impl AwaitCommitment {
    /// Round 3: now that the peer is committed, opens ours.
    ///
    /// # Errors
    /// [`Abort`] if the message is malformed.
    pub fn receive(mut self, message: &[u8]) -> Result<(AwaitOpening, Vec<u8>), Abort> {
        let OuterCommitment(peer) = codec::decode(message)?;
        self.refresh.context.add_round(&self.sent, message);
        let sent = codec::encode(&self.kept.own)?;
        let state = AwaitOpening::new(self.refresh, self.kept, peer, sent.clone());
        Ok((state, sent))
    }
}
