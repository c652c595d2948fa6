//! One side's share of a key, and the record that travels with it.

use std::fmt;

use dkls23::secp256k1::Party;
use k256::Scalar;
use k256::elliptic_curve::sec1::ToSec1Point;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::derive::is_imported;
use crate::{AccountShare, DeriveError, Role, codec, domain};

/// First byte of a stored share. Version 1 must load for ever.
const STORED_VERSION: u8 = 1;

/// A public key, SEC1 compressed.
pub type PublicKey = [u8; 33];

/// The public key of a private key, 32 bytes big-endian; none if that is no scalar from 1 to
/// n - 1.
#[must_use]
pub fn public_key(secret: &[u8; 32]) -> Option<PublicKey> {
    let secret = k256::SecretKey::from_slice(secret).ok()?;
    compressed(secret.public_key().as_affine())
}

/// Names a key: SPEC.md 1.3. Both sides compute the same one. Not secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 32]);

impl KeyId {
    /// A key id read back from storage or the wire.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 1.3: > key id = H(key id tag, public key, chain code).
    #[must_use]
    pub fn of(public_key: &PublicKey, chain_code: &[u8; 32]) -> Self {
        Self(domain::hash(domain::KEY_ID, &[public_key, chain_code]))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// The releases of the two programs that made a share: version, commit and
/// dependency digest, as `tandem-wire` prints them. Kept with the share for
/// ever, so "was any key made with package X?" has an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Releases {
    /// The device's program.
    pub device: String,
    /// The server's program.
    pub server: String,
}

/// One side's share of a key whose joint test signature was verified.
///
/// The only ways to get one are a keygen or a refresh that was proved and
/// [`KeyShare::load`].
///
/// # Security
///
/// [`KeyShare::to_bytes`] is the secret itself: callers MUST encrypt it before
/// it reaches a disk. It is neither `Clone` nor printable.
pub struct KeyShare {
    party: Party,
    role: Role,
    epoch: u32,
    id: KeyId,
    public_key: PublicKey,
    releases: Releases,
}

/// A stored share that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// Not the bytes of a share of a version this release knows.
    #[error("the stored share does not decode")]
    Undecodable,
    /// It decodes, but its parts contradict each other.
    #[error("the stored share is inconsistent: {0}")]
    Inconsistent(&'static str),
}

#[derive(Serialize)]
struct StoredRef<'a> {
    epoch: u32,
    releases: &'a Releases,
    session: &'a [u8; 32],
    party: &'a Party,
}

#[derive(Deserialize)]
struct Stored {
    epoch: u32,
    releases: Releases,
    session: [u8; 32],
    party: Party,
}

impl KeyShare {
    pub(crate) fn new(
        party: Party,
        role: Role,
        epoch: u32,
        releases: Releases,
    ) -> Result<Self, ShareError> {
        let public_key = compressed(&party.pk).ok_or(ShareError::Inconsistent(
            "its public key is the point at infinity",
        ))?;
        Ok(Self {
            id: KeyId::of(&public_key, &party.derivation_data.chain_code),
            party,
            role,
            epoch,
            public_key,
            releases,
        })
    }

    /// The bytes to encrypt and store. About 53 KB.
    ///
    /// # Errors
    /// [`ShareError::Undecodable`] if the share cannot be encoded.
    pub fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>, ShareError> {
        encode(&self.party, self.epoch, &self.releases)
    }

    /// Reads a share back and checks that its parts fit together.
    ///
    /// # Errors
    /// [`ShareError`] if the bytes are not a share of `role`.
    pub fn load(role: Role, bytes: &[u8]) -> Result<Self, ShareError> {
        let stored: Stored =
            codec::decode_secret(STORED_VERSION, bytes).ok_or(ShareError::Undecodable)?;
        let party = stored.party;
        let peer = role.peer().party_index();
        let check = |ok: bool, what: &'static str| {
            if ok {
                Ok(())
            } else {
                Err(ShareError::Inconsistent(what))
            }
        };
        check(
            party.party_index == role.party_index(),
            "it is the other party's",
        )?;
        check(
            party.parameters.threshold == 2 && party.parameters.share_count == 2,
            "it is not two of two",
        )?;
        check(
            party.mul_senders.keys().eq([&peer])
                && party.mul_receivers.keys().eq([&peer])
                && party
                    .zero_share
                    .seeds
                    .iter()
                    .map(|pair| pair.index_counterparty)
                    .eq([peer]),
            "its pairwise state is not with the other party",
        )?;
        check(
            party
                .zero_share
                .seeds
                .iter()
                .all(|pair| pair.lowest_index == (role == Role::Device))
                && party
                    .mul_senders
                    .values()
                    .all(|state| state.check_state().is_ok())
                && party
                    .mul_receivers
                    .values()
                    .all(|state| state.check_state(None).is_ok()),
            "its pairwise state is malformed",
        )?;
        check(
            party.session_id == stored.session,
            "it was not made by the ceremony it names",
        )?;
        let derivation = &party.derivation_data;
        check(
            derivation.depth == 0
                && derivation.pk == party.pk
                && derivation.poly_point == party.poly_point,
            "its derivation data is not the master key's",
        )?;
        Self::new(party, role, stored.epoch, stored.releases)
    }

    /// The share of account `m/index`, ready to sign.
    ///
    /// # Errors
    /// [`DeriveError`] if the index is hardened or gives no valid key.
    pub fn account(&self, index: u32) -> Result<AccountShare, DeriveError> {
        AccountShare::derive(self, index)
    }

    /// Whether the key was imported: it has one account, itself. SPEC.md 4.2.
    #[must_use]
    pub fn is_imported(&self) -> bool {
        is_imported(&self.public_key(), self.chain_code())
    }

    /// Which share this is.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// How often this key's shares were refreshed.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The key's name.
    #[must_use]
    pub const fn id(&self) -> &KeyId {
        &self.id
    }

    /// The releases that made this share.
    #[must_use]
    pub const fn releases(&self) -> &Releases {
        &self.releases
    }

    /// The master public key `m`. Accounts have keys of their own.
    #[must_use]
    pub const fn public_key(&self) -> PublicKey {
        self.public_key
    }

    /// The chain code of the master key (BIP-32). Not secret, but it links the
    /// accounts.
    #[must_use]
    pub const fn chain_code(&self) -> &[u8; 32] {
        &self.party.derivation_data.chain_code
    }

    pub(crate) const fn party(&self) -> &Party {
        &self.party
    }

    pub(crate) fn into_party(self) -> Party {
        self.party
    }

    /// 10.6: > a secret of this pair, the same at both sides.
    pub(crate) fn pair_secret(&self) -> Result<Zeroizing<[u8; 32]>, ShareError> {
        pair_secret(&self.party)
    }

    /// The secret x_i. For recovery (SPEC.md section 11) only.
    pub(crate) const fn secret(&self) -> &Scalar {
        &self.party.poly_point
    }
}

impl fmt::Debug for KeyShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyShare")
            .field("id", &self.id)
            .field("role", &self.role)
            .field("epoch", &self.epoch)
            .finish_non_exhaustive()
    }
}

/// 1.4: the stored form.
pub(crate) fn encode(
    party: &Party,
    epoch: u32,
    releases: &Releases,
) -> Result<Zeroizing<Vec<u8>>, ShareError> {
    let session = party.session_id.as_slice().try_into();
    let stored = StoredRef {
        epoch,
        releases,
        session: session.map_err(|_| ShareError::Undecodable)?,
        party,
    };
    codec::encode_secret(STORED_VERSION, &stored).ok_or(ShareError::Undecodable)
}

/// 10.6: > H(pair secret tag, session id, seed of the zero shares).
pub(crate) fn pair_secret(party: &Party) -> Result<Zeroizing<[u8; 32]>, ShareError> {
    let [pair] = party.zero_share.seeds.as_slice() else {
        return Err(ShareError::Inconsistent(
            "its pairwise state is not with the other party",
        ));
    };
    Ok(Zeroizing::new(domain::hash(
        domain::PAIR_SECRET,
        &[&party.session_id, &pair.seed],
    )))
}

/// SEC1 compressed form; none for the point at infinity.
pub(crate) fn compressed(point: &k256::AffinePoint) -> Option<PublicKey> {
    point.to_sec1_point(true).as_bytes().try_into().ok()
}
