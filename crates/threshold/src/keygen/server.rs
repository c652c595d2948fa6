//! The server's side of the joint test signature: step 2.6.

use super::unproven::Proof;
use crate::sign::engine::Multiplied;
use crate::sign::messages::{AnswerWithPartial, Partial};
use crate::{Abort, KeyShare, codec};

/// After step 2.6.2: waits for the device's answer and half.
pub struct AwaitAnswer {
    proof: Proof,
    multiplied: Multiplied,
}

impl AwaitAnswer {
    pub(super) fn new(proof: Proof, multiplied: Multiplied) -> Self {
        Self { proof, multiplied }
    }

    /// Step 2.6.4: the test signature verifies, so the share is real.
    ///
    /// # Security
    /// The caller MUST store the share durably before it sends the message,
    /// because the message lets the device finish and show the address.
    ///
    /// # Errors
    /// [`Abort`]; obey its verdict.
    pub fn receive(self, message: &[u8]) -> Result<(KeyShare, Vec<u8>), Abort> {
        let peer: AnswerWithPartial = codec::decode(message)?;
        let half = self.proof.run.check(self.multiplied, peer.answer)?;
        let partial = codec::encode(&Partial(half.share()))?;
        Ok((self.proof.finish(half, peer.partial)?, partial))
    }
}
