//! The device's side of a recovery setup: it names the recovery public key.

use super::Draft;
use super::messages::{Completion, Offer};
use crate::recovery::Kit;
use crate::{Abort, Ceremony, KeyShare, Reason, Role, codec};

/// After step 11.5.1: waits for the server's term.
pub struct AwaitCompletion(Draft);

/// Step 11.5.1. Returns the offer to send. `randomness` is 32 fresh random bytes.
///
/// # Errors
/// [`Reason::WrongCeremony`] if `ceremony` is not a recovery setup of this share.
pub fn offer(
    share: &KeyShare,
    ceremony: &Ceremony,
    randomness: &[u8; 32],
) -> Result<(AwaitCompletion, Vec<u8>), Abort> {
    let draft = Draft::new(share, Role::Device, ceremony, randomness)?;
    let message = codec::encode(&Offer {
        ceremony: *draft.ceremony.as_bytes(),
        term: draft.own.clone(),
    })?;
    Ok((AwaitCompletion(draft), message))
}

impl AwaitCompletion {
    /// Step 11.5.3: the kit, the same as the server's.
    ///
    /// # Security
    /// That both have the same kit does not mean that it opens. A device that made
    /// the words MUST open it ([`Kit::open`]) before it tells anybody that the key can
    /// be recovered. With words made elsewhere only a drill can tell.
    ///
    /// # Errors
    /// [`Abort`]; all are [`Verdict::Retry`](crate::Verdict::Retry).
    pub fn receive(self, message: &[u8]) -> Result<Kit, Abort> {
        let Self(draft) = self;
        let peer: Completion = codec::decode(message)?;
        draft.expect_ceremony(&peer.ceremony)?;
        let own = draft.own.clone();
        let (kit, fingerprint) = draft.finish(own, peer.term)?;
        // 11.5.3: > the fingerprints are equal.
        if fingerprint == peer.kit {
            Ok(kit)
        } else {
            Err(Abort::retry(Reason::KitMismatch))
        }
    }
}
