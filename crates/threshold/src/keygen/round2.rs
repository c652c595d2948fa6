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

use super::Context;
use super::kept::SealedSeeds;
use super::messages::{Commitments, OuterCommitment};
use super::round3::AwaitOpening;
use crate::{Abort, CeremonyId, Reason, Role, codec, domain};

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
        dkg::phase2::<Secp256k1>(&context.session(), fragments);
    let (share, zero) = (Zeroizing::new(share), SealedSeeds(zero));
    let [zero_message] = zero_messages.as_slice() else {
        return Err(Abort::retry(Reason::WrongCeremony(
            "it is not between two parties",
        )));
    };
    let own = Commitments {
        proof: proof.commitment,
        zero_seed: zero_message.commitment,
        chain_code: derivation_message.cc_commitment,
    };
    let outer = outer_commitment(&context.ceremony, context.role, &own.proof);
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
        let context = &mut self.context;
        context
            .transcript
            .add_round(context.role, &self.sent, message);
        let sent = codec::encode(&self.kept.own)?;
        let state = AwaitOpening::new(self.context, self.kept, peer, sent.clone());
        Ok((state, sent))
    }
}

/// H(tag, ceremony id, own index, proof commitment).
pub(super) fn outer_commitment(
    ceremony: &CeremonyId,
    role: Role,
    proof_commitment: &[u8; 32],
) -> [u8; 32] {
    domain::hash(
        domain::OUTER_COMMITMENT,
        &[ceremony.as_bytes(), &[role.index()], proof_commitment],
    )
}
