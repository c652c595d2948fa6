//! The server's side of signing: it answers, and gives its half only after the
//! device passed every check.

use super::PartialSignature;
use super::device::run;
use super::engine::{Multiplied, Run};
use super::messages::{Answer, Opening, Partial, Reply};
use crate::{Abort, AccountShare, Ceremony, Role, codec};

/// After step 3.2: waits for the device's answer.
pub struct AwaitAnswer {
    run: Run,
    multiplied: Multiplied,
}

/// Step 3.2. Returns the reply to send.
///
/// # Security
/// The caller MUST have decoded the request and computed the ceremony's digest
/// from it itself, and MUST have applied its policy.
///
/// # Errors
/// [`Abort`]; obey its verdict.
pub fn reply(
    share: AccountShare,
    ceremony: &Ceremony,
    message: &[u8],
) -> Result<(AwaitAnswer, Vec<u8>), Abort> {
    reply_run(run(share, ceremony, Role::Server)?, message)
}

pub(crate) fn reply_run(run: Run, message: &[u8]) -> Result<(AwaitAnswer, Vec<u8>), Abort> {
    let Opening(peer) = codec::decode(message)?;
    let (committed, opening) = run.commit()?;
    let (multiplied, answer) = run.multiply(committed, peer)?;
    let message = codec::encode(&Reply { opening, answer })?;
    Ok((AwaitAnswer { run, multiplied }, message))
}

impl AwaitAnswer {
    /// Step 3.4. Returns the server's half, with which the device has the
    /// signature.
    ///
    /// # Security
    /// The server does not learn the signature. The caller MUST have recorded
    /// durably, before it sends this, which digest was signed with which account
    /// in which ceremony, and these very bytes: a repeated request gets the same
    /// bytes again, never a second half.
    ///
    /// # Errors
    /// [`Abort`]; obey its verdict.
    pub fn receive(self, message: &[u8]) -> Result<PartialSignature, Abort> {
        let Answer(peer) = codec::decode(message)?;
        let half = self.run.check(self.multiplied, peer)?;
        Ok(PartialSignature {
            r: half.x_coordinate,
            message: codec::encode(&Partial(half.release()))?,
        })
    }
}
