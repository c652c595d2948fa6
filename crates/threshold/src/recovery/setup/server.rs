//! The server's side of a recovery setup.

use super::Draft;
use super::messages::{Completion, Offer};
use crate::recovery::Kit;
use crate::{Abort, Ceremony, KeyShare, Role, codec};

/// Step 11.5.2. Returns the kit, and the completion to send. `randomness` is 32
/// fresh random bytes.
///
/// # Security
/// Whoever knows the words behind the ceremony's recovery public key *and* the
/// device's share learns the whole key from this answer. The device names that
/// public key, so for whoever controls the device this call is an export of the
/// key. The caller MUST treat it as one (SPEC.md 11.10), and MUST have stored the kit
/// durably before it sends the message.
///
/// # Errors
/// [`Abort`]; all are [`Verdict::Retry`](crate::Verdict::Retry).
pub fn complete(
    share: &KeyShare,
    ceremony: &Ceremony,
    randomness: &[u8; 32],
    message: &[u8],
) -> Result<(Kit, Vec<u8>), Abort> {
    let draft = Draft::new(share, Role::Server, ceremony, randomness)?;
    let peer: Offer = codec::decode(message)?;
    draft.expect_ceremony(&peer.ceremony)?;
    let (ceremony, own) = (*draft.ceremony.as_bytes(), draft.own.clone());
    let (kit, fingerprint) = draft.finish(peer.term, own.clone())?;
    let message = codec::encode(&Completion {
        ceremony,
        term: own,
        kit: fingerprint,
    })?;
    Ok((kit, message))
}
