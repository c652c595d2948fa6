//! The server's side of the joint test signature: step 2.6.

use super::unproven::Record;
use crate::proof::Test;
use crate::sign::engine::Multiplied;
use crate::{Abort, KeyShare};

/// After step 2.6.2: waits for the device's answer and half.
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

    /// Step 2.6.4: the test signature verifies, so the share is real.
    ///
    /// # Security
    /// The caller MUST store the share durably before it sends the message,
    /// because the message lets the device finish and show the address.
    ///
    /// # Errors
    /// [`Abort`]; obey its verdict.
    pub fn receive(self, message: &[u8]) -> Result<(KeyShare, Vec<u8>), Abort> {
        let (party, _, partial) = self.test.finish_server(self.multiplied, message)?;
        Ok((self.record.share(party)?, partial))
    }
}
