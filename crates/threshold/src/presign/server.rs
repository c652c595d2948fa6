//! The server's side of a presignature: it commits to a nonce before there is a
//! digest, and gives its half for one digest.

use std::fmt;

use zeroize::Zeroizing;

use super::messages::{ANSWER, OPENING, Partial, Reply, Use};
use super::rerandomise::{Origin, Prepared, Purpose, commitment};
use super::run;
use crate::sign::PartialSignature;
use crate::sign::engine::{Multiplied, Run};
use crate::sign::messages::{self as body, Answer, Opening};
use crate::{Abort, AccountShare, Ceremony, CeremonyId, Nonce, PublicKey, Reason, Role, codec};

/// After step 12.2: waits for the device's answer.
pub struct AwaitAnswer {
    run: Run,
    origin: Origin,
    multiplied: Multiplied,
    nonce: Zeroizing<Nonce>,
}

/// After step 12.3: the server's half of one signature with one account, prepared.
/// Lives in memory only.
///
/// # Security
///
/// Using it consumes it. It is neither `Clone` nor printable, cannot be stored, and
/// is wiped when dropped. See [`super`] for when a caller MUST drop it.
pub struct Presignature {
    prepared: Prepared,
    nonce: Zeroizing<Nonce>,
}

/// Step 12.2. Returns the reply to send.
///
/// # Security
/// `nonce` MUST be 32 fresh random bytes for every presignature, and MUST NOT leave
/// the server but in the message of step 12.5.
///
/// # Errors
/// [`Abort`]; obey its verdict.
pub fn reply(
    share: AccountShare,
    ceremony: &Ceremony,
    nonce: &Nonce,
    message: &[u8],
) -> Result<(AwaitAnswer, Vec<u8>), Abort> {
    let (run, origin) = run(share, ceremony, Role::Server)?;
    let Opening(peer) = codec::decode_as(&OPENING, message)?;
    let (committed, opening) = run.commit()?;
    let (multiplied, answer) = run.multiply(committed, peer)?;
    let message = Reply {
        reply: body::Reply { opening, answer },
        nonce_commitment: commitment(&origin.id, nonce),
    }
    .encode()?;
    let state = AwaitAnswer {
        run,
        origin,
        multiplied,
        nonce: Zeroizing::new(*nonce),
    };
    Ok((state, message))
}

impl AwaitAnswer {
    /// Step 12.3: the device passed every check.
    ///
    /// # Errors
    /// [`Abort`]; obey its verdict.
    pub fn receive(self, message: &[u8]) -> Result<Presignature, Abort> {
        let Answer(peer) = codec::decode_as(&ANSWER, message)?;
        let mask = self.multiplied.inversion_mask();
        let half = self.run.check(self.multiplied, peer)?;
        Ok(Presignature {
            prepared: Prepared::new(self.origin, half, mask)?,
            nonce: self.nonce,
        })
    }
}

impl Presignature {
    /// Step 12.5. Returns the server's half, with which the device has the signature.
    ///
    /// # Security
    /// The caller MUST have decoded the request, computed `digest` from it itself,
    /// and applied its policy, as in signing. It MUST have recorded durably, before
    /// it sends the message, which digest was signed with which account under which
    /// presignature and r, and these very bytes.
    ///
    /// # Errors
    /// [`Reason::WrongCeremony`] if the device uses it for another digest, or uses
    /// another presignature; else [`Abort`]; obey its verdict. The presignature is
    /// gone in any case.
    pub fn spend(self, digest: &[u8; 32], message: &[u8]) -> Result<PartialSignature, Abort> {
        let peer = Use::decode(message)?;
        // 12.5: > the binding is the one of this presignature and this digest.
        if self.prepared.binding(digest, &peer.nonce)? != peer.binding {
            return Err(Abort::retry(Reason::WrongCeremony(
                "the presignature is used for something else",
            )));
        }
        let half = self.prepared.rerandomise(&Purpose {
            digest,
            device_nonce: &peer.nonce,
            server_nonce: &self.nonce,
        })?;
        Ok(PartialSignature {
            r: half.x_coordinate,
            message: Partial {
                partial: body::Partial(half.release()),
                nonce: *self.nonce,
            }
            .encode()?,
        })
    }

    /// The id of the ceremony that made it: its name on both sides.
    #[must_use]
    pub const fn id(&self) -> &CeremonyId {
        &self.prepared.origin.id
    }

    /// The public key of the account it signs for.
    #[must_use]
    pub const fn public_key(&self) -> PublicKey {
        self.prepared.origin.public_key
    }

    /// The epoch of the shares that made it.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        self.prepared.origin.epoch
    }

    /// The index of the account it signs for.
    #[must_use]
    pub const fn account(&self) -> u32 {
        self.prepared.origin.account
    }
}

impl fmt::Debug for Presignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presignature").finish_non_exhaustive()
    }
}
