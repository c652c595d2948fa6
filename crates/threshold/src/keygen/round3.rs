//! Step 2.3: opening the outer commitments, and the check against echoes.

use dkls23::protocols::dkg;
use k256::Secp256k1;

use super::Context;
use super::messages::{Commitments, Setup};
use super::round2::{Kept, outer_commitment};
use super::round4::{self, AwaitSetup};
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
        let context = &mut self.context;
        let expected = outer_commitment(&context.ceremony, context.role.peer(), &peer.proof);
        if expected != self.peer_outer {
            return Err(Abort::retry(Reason::CommitmentMismatch));
        }
        let own = &self.kept.own;
        if peer.proof == own.proof
            || peer.zero_seed == own.zero_seed
            || peer.chain_code == own.chain_code
        {
            return Err(Abort::retry(Reason::EqualCommitments));
        }
        context
            .transcript
            .add_round(context.role, &self.sent, message);

        let (zero, zero_messages, multiplication, multiplication_messages, derivation) =
            dkg::phase3::<Secp256k1>(&context.session(), &self.kept.zero, &self.kept.derivation);
        let ([zero_message], [multiplication_message]) =
            (zero_messages.as_slice(), multiplication_messages.as_slice())
        else {
            return Err(Abort::retry(Reason::WrongCeremony(
                "it is not between two parties",
            )));
        };
        let sent = codec::encode(&Setup {
            proof: self.kept.proof.proof.clone(),
            zero_seed: zero_message.seed,
            zero_salt: zero_message.salt.clone(),
            chain_code: derivation.aux_chain_code,
            chain_code_salt: derivation.cc_salt.clone(),
            multiplication: multiplication_message.clone(),
        })?;
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
