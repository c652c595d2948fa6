//! The device's side of signing: it opens and it gets the signature.

use super::engine::{Committed, Half, Run};
use super::messages::{Answer, Opening, Partial, Reply};
use crate::{Abort, AccountShare, Ceremony, Kind, Reason, Role, Signature, codec};

/// After step 3.1: waits for the server's reply.
pub struct AwaitReply {
    run: Run,
    committed: Committed,
}

/// After step 3.3: waits for the server's half.
pub struct AwaitPartial {
    run: Run,
    half: Half,
}

/// Step 3.1. Returns the opening to send.
///
/// # Errors
/// [`Reason::WrongCeremony`] if `ceremony` is not signing with this account.
pub fn open(share: AccountShare, ceremony: &Ceremony) -> Result<(AwaitReply, Vec<u8>), Abort> {
    open_run(run(share, ceremony, Role::Device)?)
}

pub(crate) fn open_run(run: Run) -> Result<(AwaitReply, Vec<u8>), Abort> {
    let (committed, opening) = run.commit()?;
    let message = codec::encode(&Opening(opening))?;
    Ok((AwaitReply { run, committed }, message))
}

impl AwaitReply {
    /// Step 3.3. Returns the answer to send.
    ///
    /// # Errors
    /// [`Abort`]; obey its verdict.
    pub fn receive(self, message: &[u8]) -> Result<(AwaitPartial, Vec<u8>), Abort> {
        let reply: Reply = codec::decode(message)?;
        let (multiplied, answer) = self.run.multiply(self.committed, reply.opening)?;
        let half = self.run.check(multiplied, reply.answer)?;
        let message = codec::encode(&Answer(answer))?;
        Ok((
            AwaitPartial {
                run: self.run,
                half,
            },
            message,
        ))
    }
}

impl AwaitPartial {
    /// Step 3.4: the finished signature, low s, verified under the account's key.
    ///
    /// # Errors
    /// [`Abort`]; obey its verdict.
    pub fn receive(self, message: &[u8]) -> Result<Signature, Abort> {
        let Partial(peer) = codec::decode(message)?;
        self.run.combine(self.half, peer)
    }
}

/// A run for an account, after checking that the ceremony is about this account.
pub(super) fn run(share: AccountShare, ceremony: &Ceremony, role: Role) -> Result<Run, Abort> {
    let Kind::Sign {
        key,
        epoch,
        account,
        digest,
    } = ceremony.kind
    else {
        return Err(Abort::retry(Reason::WrongCeremony("it is not signing")));
    };
    share.expect(role, key, epoch, account)?;
    Ok(Run::new(share.into_party(), role, &ceremony.id(), *digest))
}

/// Else the share is not the one that the ceremony is about.
pub(crate) fn fits(ok: bool, what: &'static str) -> Result<(), Abort> {
    if ok {
        Ok(())
    } else {
        Err(Abort::retry(Reason::WrongCeremony(what)))
    }
}
