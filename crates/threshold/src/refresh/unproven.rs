//! Step 10.5: the new pair is proved by a joint test signature, before it takes
//! the place of the old one.

use dkls23::secp256k1::Party;
use k256::Scalar;
use k256::elliptic_curve::PrimeField;
use zeroize::Zeroizing;

use super::{Refreshed, device, server};
use crate::context::Context;
use crate::proof::Test;
use crate::{Abort, KeyShare, Reason, Releases, Role, Signature, share};

/// A new share that no signature has proved yet; it can only go on to the proof.
pub struct Unproven {
    test: Test,
    record: Record,
}

/// What goes with a new share.
pub(super) struct Record {
    role: Role,
    to_epoch: u32,
    releases: Releases,
    slope: Zeroizing<[u8; 32]>,
}

impl Record {
    /// 1.4: the stored form of a share that is not proved yet.
    pub fn unproved_bytes(&self, party: &Party) -> Result<Zeroizing<Vec<u8>>, Abort> {
        share::encode(party, self.to_epoch, &self.releases).map_err(|_| unusable())
    }

    pub const fn slope(&self) -> &Zeroizing<[u8; 32]> {
        &self.slope
    }

    pub fn refreshed(self, party: Party, proof: Signature) -> Result<Refreshed, Abort> {
        let share = KeyShare::new(party, self.role, self.to_epoch, self.releases)
            .map_err(|_| unusable())?;
        Ok(Refreshed {
            pair_secret: share.pair_secret().map_err(|_| unusable())?,
            share,
            slope: self.slope,
            proof,
        })
    }
}

/// Not possible for a share that went through the rounds.
pub(super) const fn unusable() -> Abort {
    Abort::retry(Reason::InvalidSignature)
}

impl Unproven {
    pub(super) fn new(context: Context, party: Party, to_epoch: u32, slope: &Scalar) -> Self {
        Self {
            test: Test::new(&context, party),
            record: Record {
                role: context.role,
                to_epoch,
                releases: context.releases,
                slope: Zeroizing::new(slope.to_repr().into()),
            },
        }
    }

    /// Step 10.5.1, device only. Returns the opening to send.
    ///
    /// # Errors
    /// [`Reason::WrongCeremony`] if this is the server's share.
    pub fn open(self) -> Result<(device::AwaitReply, Vec<u8>), Abort> {
        let (committed, message) = self.test.open()?;
        let state = device::AwaitReply::new(self.test, self.record, committed);
        Ok((state, message))
    }

    /// Step 10.5.2, server only. Returns the reply to send.
    ///
    /// # Errors
    /// [`Reason::TranscriptMismatch`] if the device saw another refresh, found
    /// before any of its proof message is used.
    pub fn reply(self, message: &[u8]) -> Result<(server::AwaitAnswer, Vec<u8>), Abort> {
        let (multiplied, message) = self.test.reply(message)?;
        let state = server::AwaitAnswer::new(self.test, self.record, multiplied);
        Ok((state, message))
    }
}
