//! The device's side of the joint test signature: step 10.5.

use dkls23::secp256k1::Party;
use zeroize::Zeroizing;

use super::Refreshed;
use super::unproven::{Record, unusable};
use crate::proof::Test;
use crate::sign::engine::{Committed, Half};
use crate::{Abort, share};

/// After step 10.5.1: waits for the server's reply.
pub struct AwaitReply {
    test: Test,
    record: Record,
    committed: Committed,
}

/// Before step 10.5.3: the answer is made, and does not leave before the new share
/// is stored.
pub struct Unstored {
    waiting: AwaitPartial,
    message: Vec<u8>,
}

/// After step 10.5.3: waits for the server's half.
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

    /// Checks the reply and makes our answer and half.
    ///
    /// # Errors
    /// [`Abort`]; obey its verdict.
    pub fn receive(self, message: &[u8]) -> Result<Unstored, Abort> {
        let (half, message) = self.test.answer(self.committed, message)?;
        Ok(Unstored {
            waiting: AwaitPartial {
                test: self.test,
                record: self.record,
                half,
            },
            message,
        })
    }
}

impl Unstored {
    /// The new share, in the form of [`KeyShare::to_bytes`](crate::KeyShare::to_bytes).
    ///
    /// # Security
    /// It is not proved. The caller MUST store it beside the share of the old epoch
    /// and not in its place, and use it only in a confirmation until either that or
    /// [`AwaitPartial::receive`] has succeeded.
    ///
    /// # Errors
    /// [`Abort`] if it does not encode.
    pub fn bytes(&self) -> Result<Zeroizing<Vec<u8>>, Abort> {
        self.waiting.record.unproved_bytes(self.party())
    }

    /// The slope of [`Refreshed::slope`], which the stored share does not hold: what
    /// is to be made of it must be stored with the share.
    #[must_use]
    pub const fn slope(&self) -> &Zeroizing<[u8; 32]> {
        self.waiting.record.slope()
    }

    /// The secret of [`Refreshed::pair_secret`].
    ///
    /// # Errors
    /// [`Abort`] if the share has none.
    pub fn pair_secret(&self) -> Result<Zeroizing<[u8; 32]>, Abort> {
        share::pair_secret(self.party()).map_err(|_| unusable())
    }

    /// Step 10.5.3. Returns our answer and half to send.
    ///
    /// # Security
    /// The caller MUST have stored [`Unstored::bytes`] durably: this message lets
    /// the server finish, and a later session lets it forget the old epoch.
    #[must_use]
    pub fn stored(self) -> (AwaitPartial, Vec<u8>) {
        (self.waiting, self.message)
    }

    const fn party(&self) -> &Party {
        self.waiting.test.party()
    }
}

impl AwaitPartial {
    /// Step 10.5.5: the test signature verifies, so both sides have the new epoch.
    ///
    /// # Security
    /// Only now may the share of the old epoch be replaced.
    ///
    /// # Errors
    /// [`Abort`]; obey its verdict. Both shares MUST then be kept.
    pub fn receive(self, message: &[u8]) -> Result<Refreshed, Abort> {
        let (party, proof) = self.test.finish_device(self.half, message)?;
        self.record.refreshed(party, proof)
    }
}
