//! Step 2.2: a commitment to the commitment.
//!
//! The library binds neither its proof nor its commitment to the party's index,
//! so with two parties a peer that echoes ours would be accepted, with a key of
//! which our share is the whole. Each side therefore first commits to its proof
//! commitment together with its own index, and opens only after it holds the
//! peer's: an echo then has nothing to copy in time.

use dkls23::protocols::dkg::{self, ProofCommitment, UniqueKeepDerivationPhase2to3};
use k256::{Scalar, Secp256k1};
use zeroize::Zeroizing;

use super::messages::{Commitments, OuterCommitment};
use super::round3::AwaitOpening;
use super::session;
use crate::context::{Context, only};
use crate::kept::SealedSeeds;
use crate::{Abort, codec};

/// What phase 2 of the library keeps.
pub(super) struct Kept {
    pub share: Zeroizing<Scalar>,
    pub proof: ProofCommitment<Secp256k1>,
    pub zero: SealedSeeds,
    pub derivation: UniqueKeepDerivationPhase2to3,
    pub own: Commitments,
}

/// After step 2.2: waits for the peer's outer commitment.
pub struct AwaitCommitment {
    context: Context,
    kept: Kept,
    sent: Vec<u8>,
}

/// Step 2.2: sums the fragments to our share, proves knowledge of it, and
/// commits to that proof's commitment.
pub(super) fn commit(
    context: Context,
    fragments: &[Scalar; 2],
) -> Result<(AwaitCommitment, Vec<u8>), Abort> {
    // 2.2: > x_i = f_1(i) + f_2(i); prove knowledge of x_i; the proof commitment
    // > c_i is a hash of that proof; send H(outer tag, ceremony id, i, c_i).
    let (share, proof, zero, zero_messages, derivation, derivation_message) =
        dkg::phase2::<Secp256k1>(&session(&context), fragments);
    let (share, zero) = (Zeroizing::new(share), SealedSeeds(zero));
    let own = Commitments {
        proof: proof.commitment,
        zero_seed: only(zero_messages)?.commitment,
        chain_code: derivation_message.cc_commitment,
    };
    let outer = context.outer_commitment(context.role, &own.proof);
    let sent = codec::encode(&OuterCommitment(outer))?;
    let kept = Kept {
        share,
        proof,
        zero,
        derivation,
        own,
    };
    let state = AwaitCommitment {
        context,
        kept,
        sent: sent.clone(),
    };
    Ok((state, sent))
}

impl AwaitCommitment {
    /// Step 2.3: now that the peer is committed, opens ours.
    ///
    /// # Errors
    /// [`Abort`] if the message is malformed.
    pub fn receive(mut self, message: &[u8]) -> Result<(AwaitOpening, Vec<u8>), Abort> {
        let OuterCommitment(peer) = codec::decode(message)?;
        self.context.add_round(&self.sent, message);
        let sent = codec::encode(&self.kept.own)?;
        let state = AwaitOpening::new(self.context, self.kept, peer, sent.clone());
        Ok((state, sent))
    }
}
