//! Step 2.3: opening the outer commitments, and the check against echoes.

use dkls23::protocols::dkg;
use k256::Secp256k1;
use zeroize::Zeroize;

use super::messages::{Commitments, Setup};
use super::round2::Kept;
use super::round4::{self, AwaitSetup};
use super::session;
use crate::context::{Context, only};
use crate::kept::{OpenedSeeds, Transfers};
use crate::{Abort, Reason, codec};

/// After step 2.3: waits for the peer's opening.
pub struct AwaitOpening {
    context: Context,
    kept: Kept,
    peer_outer: [u8; 32],
    sent: Vec<u8>,
}

impl AwaitOpening {
    pub(super) fn new(context: Context, kept: Kept, peer_outer: [u8; 32], sent: Vec<u8>) -> Self {
        Self {
            context,
            kept,
            peer_outer,
            sent,
        }
    }

    /// Step 2.4. Returns the setup to send: our proof, seeds and base transfers.
    ///
    /// # Errors
    /// [`Reason::CommitmentMismatch`] if the peer opened something else than it
    /// committed to, [`Reason::EqualCommitments`] if it echoes ours.
    pub fn receive(mut self, message: &[u8]) -> Result<(AwaitSetup, Vec<u8>), Abort> {
        let peer: Commitments = codec::decode(message)?;
        // 2.3: > o_j is the commitment to c_j, and none of the three commitments
        // > equals ours.
        self.context
            .expect_committed(&self.peer_outer, &peer.proof)?;
        let own = &self.kept.own;
        if peer.proof == own.proof
            || peer.zero_seed == own.zero_seed
            || peer.chain_code == own.chain_code
        {
            return Err(Abort::retry(Reason::EqualCommitments));
        }
        self.context.add_round(&self.sent, message);

        // 2.4: > open all commitments; start the base transfers of both directions.
        let (zero, zero_messages, multiplication, multiplication_messages, derivation) =
            dkg::phase3::<Secp256k1>(
                &session(&self.context),
                &self.kept.zero.0,
                &self.kept.derivation,
            );
        let (zero, multiplication) = (OpenedSeeds(zero), Transfers(multiplication));
        let mut zero_message = only(zero_messages)?;
        let mut setup = Setup {
            proof: self.kept.proof.proof.clone(),
            zero_seed: zero_message.seed,
            zero_salt: std::mem::take(&mut zero_message.salt),
            chain_code: derivation.aux_chain_code,
            chain_code_salt: derivation.cc_salt.clone(),
            multiplication: only(multiplication_messages)?,
        };
        let sent = codec::encode(&setup);
        setup.zero_seed.zeroize();
        zero_message.seed.zeroize();
        let sent = sent?;
        let kept = round4::Kept {
            share: self.kept.share,
            proof: self.kept.proof,
            zero,
            multiplication,
            own_derivation: derivation,
            own: self.kept.own,
            peer,
        };
        Ok((AwaitSetup::new(self.context, kept, sent.clone()), sent))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use k256::Scalar;

    use super::*;
    use crate::keygen::{messages::Fragment, messages::OuterCommitment, start};
    use crate::{Ceremony, Kind, Releases, Role};

    #[test]
    fn a_peer_that_could_commit_to_our_commitment_is_still_refused() {
        let releases = Releases {
            device: "d".into(),
            server: "s".into(),
        };
        let ceremony = Ceremony {
            kind: Kind::Keygen,
            releases: &releases,
            device_nonce: &[1; 32],
            server_nonce: &[2; 32],
        };
        let (state, _) = start(Role::Device, &ceremony).unwrap();
        let fragment = codec::encode(&Fragment(Scalar::from(5_u64))).unwrap();
        let (state, _) = state.receive(&fragment).unwrap();
        let outer = codec::encode(&OuterCommitment([0; 32])).unwrap();
        let (mut state, _) = state.receive(&outer).unwrap();
        // Not possible for a real peer: it would have to know our commitment
        // before we open it.
        let proof = state.kept.own.proof;
        state.peer_outer = state.context.outer_commitment(Role::Server, &proof);
        let message = codec::encode(&Commitments {
            proof,
            zero_seed: [3; 32],
            chain_code: [4; 32],
        })
        .unwrap();
        assert_eq!(
            state.receive(&message).err(),
            Some(Abort::retry(Reason::EqualCommitments))
        );
    }
}
