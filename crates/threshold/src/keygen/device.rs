//! The device's side of the joint test signature: step 2.6.

use super::unproven::Record;
use crate::proof::Test;
use crate::sign::engine::{Committed, Half};
use crate::{Abort, KeyShare};

/// After step 2.6.1: waits for the server's reply.
pub struct AwaitReply {
    test: Test,
    record: Record,
    committed: Committed,
}

/// After step 2.6.3: waits for the server's half.
pub struct AwaitPartial {
    test: Test,
    record: Record,
    half: Half,
}

impl AwaitReply {
    pub(super) const fn new(test: Test, record: Record, committed: Committed) -> Self {
        Self {
            test,
            record,
            committed,
        }
    }

    /// Step 2.6.3. Returns our answer and half to send.
    ///
    /// # Errors
    /// [`Abort`]; obey its verdict.
    pub fn receive(self, message: &[u8]) -> Result<(AwaitPartial, Vec<u8>), Abort> {
        let (half, message) = self.test.answer(self.committed, message)?;
        let state = AwaitPartial {
            test: self.test,
            record: self.record,
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
        let (party, _) = self.test.finish_device(self.half, message)?;
        self.record.share(party)
    }
}
