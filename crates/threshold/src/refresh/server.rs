//! The server's side of the joint test signature: step 10.5.

use super::Refreshed;
use super::unproven::Record;
use crate::Abort;
use crate::proof::Test;
use crate::sign::engine::Multiplied;

/// After step 10.5.2: waits for the device's answer and half.
pub struct AwaitAnswer {
    test: Test,
    record: Record,
    multiplied: Multiplied,
}

impl AwaitAnswer {
    pub(super) const fn new(test: Test, record: Record, multiplied: Multiplied) -> Self {
        Self {
            test,
            record,
            multiplied,
        }
    }

    /// Step 10.5.4: the test signature verifies, so the device has the new epoch.
    ///
    /// # Security
    /// The caller MUST store the share and the proof durably, beside the share of the
    /// old epoch, before it sends the message. It MUST keep the old one until a later
    /// session has proved the new epoch: the device's storage may still lose it.
    ///
    /// # Errors
    /// [`Abort`]; obey its verdict.
    pub fn receive(self, message: &[u8]) -> Result<(Refreshed, Vec<u8>), Abort> {
        let (party, proof, partial) = self.test.finish_server(self.multiplied, message)?;
        Ok((self.record.refreshed(party, proof)?, partial))
    }
}
