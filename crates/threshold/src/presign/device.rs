//! The device's side of a presignature: it opens, it says what for, and it gets the
//! signature.

use std::fmt;

use dkls23::secp256k1::Party;

use super::messages::{ANSWER, OPENING, Partial, Reply, Use};
use super::rerandomise::{Origin, Prepared, Purpose, commitment};
use super::run;
use crate::sign::engine::{Committed, Run};
use crate::sign::messages::{self as body, Answer, Opening};
use crate::{
    Abort, AccountShare, Ceremony, CeremonyId, Nonce, PublicKey, Reason, Role, Signature, codec,
};

/// After step 12.1: waits for the server's reply.
pub struct AwaitReply {
    run: Run,
    origin: Origin,
    committed: Committed,
}

/// After step 12.3: one signature with one account, prepared. Lives in memory only.
///
/// # Security
///
/// Using it consumes it. It is neither `Clone` nor printable, cannot be stored, and
/// is wiped when dropped. See [`super`] for when a caller MUST drop it.
pub struct Presignature {
    prepared: Prepared,
    nonce_commitment: [u8; 32],
    /// Public parts only: what combining needs.
    party: Party,
}

/// After step 12.4: waits for the server's half.
pub struct AwaitPartial {
    presignature: Presignature,
    digest: [u8; 32],
    nonce: Nonce,
}

/// Step 12.1. Returns the opening to send.
///
/// # Errors
/// [`Reason::WrongCeremony`] if `ceremony` is not presigning with this account.
pub fn open(share: AccountShare, ceremony: &Ceremony) -> Result<(AwaitReply, Vec<u8>), Abort> {
    let (run, origin) = run(share, ceremony, Role::Device)?;
    let (committed, opening) = run.commit()?;
    let message = codec::encode_as(&OPENING, &Opening(opening))?;
    let state = AwaitReply {
        run,
        origin,
        committed,
    };
    Ok((state, message))
}

impl AwaitReply {
    /// Step 12.3. Returns the answer to send.
    ///
    /// # Security
    /// That the server accepts the answer is not known yet. Until it was sent there
    /// is nothing to use.
    ///
    /// # Errors
    /// [`Abort`]; obey its verdict.
    pub fn receive(self, message: &[u8]) -> Result<(Presignature, Vec<u8>), Abort> {
        let Reply {
            reply,
            nonce_commitment,
        } = Reply::decode(message)?;
        let (multiplied, answer) = self.run.multiply(self.committed, reply.opening)?;
        let mask = multiplied.inversion_mask();
        let half = self.run.check(multiplied, reply.answer)?;
        let message = codec::encode_as(&ANSWER, &Answer(answer))?;
        let presignature = Presignature {
            prepared: Prepared::new(self.origin, half, mask)?,
            nonce_commitment,
            party: self.run.into_public_party(),
        };
        Ok((presignature, message))
    }
}

impl Presignature {
    /// Step 12.4. Returns the message to send: from now on the presignature is
    /// spent, whatever becomes of it.
    ///
    /// # Security
    /// `nonce` MUST be 32 fresh random bytes, drawn after `digest` was fixed and
    /// approved. The digest MUST be one that the caller computed itself from the
    /// full request.
    ///
    /// # Errors
    /// [`Abort`]; obey its verdict.
    pub fn spend(self, digest: &[u8; 32], nonce: &Nonce) -> Result<(AwaitPartial, Vec<u8>), Abort> {
        let message = Use {
            nonce: *nonce,
            binding: self.prepared.binding(digest, nonce)?,
        }
        .encode();
        let state = AwaitPartial {
            presignature: self,
            digest: *digest,
            nonce: *nonce,
        };
        Ok((state, message))
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

impl AwaitPartial {
    /// Step 12.6: the finished signature, low s, verified under the account's key.
    ///
    /// # Errors
    /// [`Reason::CommitmentMismatch`] if the server's nonce is not the one it
    /// committed to, found before anything is computed with it; else [`Abort`];
    /// obey its verdict.
    pub fn receive(self, message: &[u8]) -> Result<Signature, Abort> {
        let Partial {
            partial: body::Partial(peer),
            nonce,
        } = Partial::decode(message)?;
        let Presignature {
            prepared,
            nonce_commitment,
            party,
        } = self.presignature;
        let id = prepared.origin.id;
        // 12.6: > the server's nonce opens the commitment of 12.2.
        if commitment(&id, &nonce) != nonce_commitment {
            return Err(Abort::retry(Reason::CommitmentMismatch));
        }
        let half = prepared.rerandomise(&Purpose {
            digest: &self.digest,
            device_nonce: &self.nonce,
            server_nonce: &nonce,
        })?;
        Run::new(party, Role::Device, &id, self.digest).combine(half, peer)
    }
}

impl fmt::Debug for Presignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presignature").finish_non_exhaustive()
    }
}
