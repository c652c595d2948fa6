//! The device's side of the joint test signature: step 2.6.

use super::messages::ProofReply;
use super::unproven::{Proof, compare};
use crate::sign::engine::{Committed, Half};
use crate::sign::messages::{AnswerWithPartial, Partial};
use crate::{Abort, KeyShare, codec};

/// After step 2.6.1: waits for the server's reply.
pub struct AwaitReply {
    proof: Proof,
    committed: Committed,
    transcript: [u8; 32],
}

/// After step 2.6.3: waits for the server's half.
pub struct AwaitPartial {
    proof: Proof,
    half: Half,
}

impl AwaitReply {
    pub(super) fn new(proof: Proof, committed: Committed, transcript: [u8; 32]) -> Self {
        Self {
            proof,
            committed,
            transcript,
        }
    }

    /// Step 2.6.3. Returns our answer and half to send.
    ///
    /// # Errors
    /// [`Abort`]; obey its verdict.
    pub fn receive(self, message: &[u8]) -> Result<(AwaitPartial, Vec<u8>), Abort> {
        let reply: ProofReply = codec::decode(message)?;
        compare(&self.transcript, &reply.transcript)?;
        let run = &self.proof.run;
        let (multiplied, answer) = run.multiply(self.committed, reply.opening)?;
        let half = run.check(multiplied, reply.answer)?;
        let message = codec::encode(&AnswerWithPartial {
            answer,
            partial: half.share(),
        })?;
        let state = AwaitPartial {
            proof: self.proof,
            half,
        };
        Ok((state, message))
    }
}

impl AwaitPartial {
    /// Step 2.6.5: the test signature verifies, so the share is real.
    ///
    /// # Security
    /// The server has stored its share before it sent this message. The caller
    /// MUST store ours durably before it shows an address.
    ///
    /// # Errors
    /// [`Abort`]; obey its verdict.
    pub fn receive(self, message: &[u8]) -> Result<KeyShare, Abort> {
        let Partial(peer) = codec::decode(message)?;
        self.proof.finish(self.half, peer)
    }
}
