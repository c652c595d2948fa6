//! Steps 2.5 and 2.6: the key is proved by a joint test signature, before
//! anybody shows an address.

use dkls23::secp256k1::Party;

use super::{device, server};
use crate::context::Context;
use crate::proof::Test;
use crate::{Abort, KeyShare, Reason, Releases, Role};

/// A share that no signature has proved yet. It cannot be stored or used; it can
/// only go on to the proof.
pub struct Unproven {
    test: Test,
    record: Record,
}

/// What is written down beside a proved share.
pub(super) struct Record {
    role: Role,
    releases: Releases,
}

impl Record {
    /// A share of epoch 0.
    pub fn share(self, proved: Party) -> Result<KeyShare, Abort> {
        KeyShare::new(proved, self.role, 0, self.releases)
            .map_err(|_| Abort::retry(Reason::InvalidSignature))
    }
}

impl Unproven {
    pub(super) fn new(context: Context, party: Party) -> Self {
        Self {
            test: Test::new(&context, party),
            record: Record {
                role: context.role,
                releases: context.releases,
            },
        }
    }

    /// Step 2.6.1, device only. Returns the opening to send.
    ///
    /// # Errors
    /// [`Reason::WrongCeremony`] if this is the server's share.
    pub fn open(self) -> Result<(device::AwaitReply, Vec<u8>), Abort> {
        let (committed, message) = self.test.open()?;
        let state = device::AwaitReply::new(self.test, self.record, committed);
        Ok((state, message))
    }

    /// Step 2.6.2, server only. Returns the reply to send.
    ///
    /// # Errors
    /// [`Reason::TranscriptMismatch`] if the device saw another keygen, found
    /// before any of its proof message is used.
    pub fn reply(self, message: &[u8]) -> Result<(server::AwaitAnswer, Vec<u8>), Abort> {
        let (multiplied, message) = self.test.reply(message)?;
        let state = server::AwaitAnswer::new(self.test, self.record, multiplied);
        Ok((state, message))
    }
}
