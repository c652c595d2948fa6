//! Step 2.4: proofs are verified, the seeds opened, the transfers finished.

use std::collections::BTreeMap;

use dkls23::protocols::dkg::{
    self, BroadcastDerivationPhase2to4, BroadcastDerivationPhase3to4, ProofCommitment,
};
use k256::{Scalar, Secp256k1};
use zeroize::{Zeroize, Zeroizing};

use super::messages::{Commitments, Setup};
use super::session;
use super::unproven::Unproven;
use crate::context::Context;
use crate::kept::{OpenedSeeds, Transfers};
use crate::{Abort, codec};

/// What phase 3 of the library keeps, and the commitments of both sides.
pub(super) struct Kept {
    pub share: Zeroizing<Scalar>,
    pub proof: ProofCommitment<Secp256k1>,
    pub zero: OpenedSeeds,
    pub multiplication: Transfers,
    pub own_derivation: BroadcastDerivationPhase3to4,
    pub own: Commitments,
    pub peer: Commitments,
}

/// After step 2.4: waits for the peer's setup.
pub struct AwaitSetup {
    context: Context,
    kept: Kept,
    sent: Zeroizing<Vec<u8>>,
}

impl AwaitSetup {
    pub(super) fn new(context: Context, kept: Kept, sent: Vec<u8>) -> Self {
        Self {
            context,
            kept,
            sent: Zeroizing::new(sent),
        }
    }

    /// Ends step 2.4: a share that nobody may use before it is proved.
    ///
    /// The proof is checked against the commitment that was opened in step 2.3,
    /// a round before the proof itself was sent: the message of this round has no
    /// commitment of its own that could replace it.
    ///
    /// # Errors
    /// [`Abort`]; all are [`Verdict::Retry`](crate::Verdict::Retry), because no
    /// key exists yet.
    pub fn receive(mut self, message: &[u8]) -> Result<Unproven, Abort> {
        let setup: Setup = codec::decode(message)?;
        let Kept { own, peer, .. } = &self.kept;
        let own_index = self.context.role.party_index();
        let peer_index = self.context.role.peer().party_index();
        let proofs = self
            .context
            .proofs(&self.kept.proof, setup.proof, peer.proof);
        let (zero_commitment, mut zero_opening) =
            self.context
                .zero_messages(peer.zero_seed, setup.zero_seed, setup.zero_salt);
        let committed = |sender_index, cc_commitment| BroadcastDerivationPhase2to4 {
            sender_index,
            cc_commitment,
        };
        let derivation_commitments = BTreeMap::from([
            (own_index, committed(own_index, own.chain_code)),
            (peer_index, committed(peer_index, peer.chain_code)),
        ]);
        let derivation_openings = BTreeMap::from([
            (own_index, self.kept.own_derivation.clone()),
            (
                peer_index,
                BroadcastDerivationPhase3to4 {
                    sender_index: peer_index,
                    aux_chain_code: setup.chain_code,
                    cc_salt: setup.chain_code_salt,
                },
            ),
        ]);

        // 2.4: > verify both proofs against the opened commitments, the seed and the
        // > chain code against theirs, and finish the base transfers.
        let finished = dkg::phase4::<Secp256k1>(
            &session(&self.context),
            &self.kept.share,
            &proofs,
            &self.kept.zero.0,
            &[zero_commitment],
            std::slice::from_ref(&zero_opening),
            &self.kept.multiplication.0,
            &[setup.multiplication],
            &derivation_commitments,
            &derivation_openings,
            |_| String::new(),
        );
        zero_opening.seed.zeroize();
        let (party, _public) = finished?;
        self.context.add_round(&self.sent, message);
        Ok(Unproven::new(self.context, party))
    }
}
