//! What the offline tool needs of one party: SPEC.md 11.11. A few hundred bytes,
//! where a stored share has 53 KB of transfer state that recovery has no use for.

use std::fmt;

use k256::{AffinePoint, Scalar};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::kit::{self, Kit, KitError, device_point};
use crate::derive::child;
use crate::share::compressed;
use crate::{DeriveError, KeyId, KeyShare, PublicKey, Releases, Role, codec};

/// First byte of a stored backup. Version 1 must load for ever.
const STORED_VERSION: u8 = 1;

/// Longest backup that is looked at, in bytes: a kit, and as much again as the rest
/// can need.
const MAX_LEN: usize = kit::MAX_LEN + 1024;

/// One party's x_i with what it takes to rebuild the key.
///
/// # Security
///
/// [`Backup::to_bytes`] is the secret share in the clear: two such files, or one and
/// the words, are the key. It is neither `Clone` nor printable.
pub struct Backup {
    role: Role,
    epoch: u32,
    key: KeyId,
    public_key: PublicKey,
    master: AffinePoint,
    chain_code: [u8; 32],
    secret: Zeroizing<Scalar>,
    device_point: AffinePoint,
    releases: Releases,
    kit: Option<Kit>,
}

/// A backup that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BackupError {
    /// Not the bytes of a backup of a version this release knows.
    #[error("the backup does not decode: {0}")]
    Undecodable(&'static str),
    /// It decodes, but its parts contradict each other.
    #[error("the backup is inconsistent: {0}")]
    Inconsistent(&'static str),
    /// The kit in it is no good, or not of its share.
    #[error("in the backup: {0}")]
    Kit(#[from] KitError),
}

/// The stored form, behind its version byte.
#[derive(Serialize, Deserialize)]
struct Stored {
    role: u8,
    epoch: u32,
    public_key: AffinePoint,
    chain_code: [u8; 32],
    share: Zeroizing<Scalar>,
    /// X_1 at `epoch`: what a damaged share is found by.
    device_point: AffinePoint,
    releases: Releases,
    /// [`Kit::to_bytes`], or nothing.
    kit: Vec<u8>,
}

impl Backup {
    /// The backup of a share, with the kit of the same epoch if there is one.
    ///
    /// # Errors
    /// [`BackupError::Kit`] if the kit does not fit the share.
    pub fn new(share: &KeyShare, kit: Option<Kit>) -> Result<Self, BackupError> {
        if let Some(kit) = &kit {
            kit.fits(share)?;
        }
        let master = share.party().pk;
        Ok(Self {
            role: share.role(),
            epoch: share.epoch(),
            key: *share.id(),
            public_key: share.public_key(),
            master,
            chain_code: *share.chain_code(),
            secret: Zeroizing::new(*share.secret()),
            device_point: device_point(share.role(), share.secret(), &master),
            releases: share.releases().clone(),
            kit,
        })
    }

    /// The bytes to keep. About 160 without a kit, 500 with a new one.
    ///
    /// # Errors
    /// [`BackupError::Undecodable`] if the backup cannot be encoded within its limit.
    pub fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>, BackupError> {
        let kit = match &self.kit {
            Some(kit) => kit.to_bytes()?,
            None => Vec::new(),
        };
        let stored = Stored {
            role: self.role.index(),
            epoch: self.epoch,
            public_key: self.master,
            chain_code: self.chain_code,
            share: self.secret.clone(),
            device_point: self.device_point,
            releases: self.releases.clone(),
            kit,
        };
        codec::encode_secret(STORED_VERSION, &stored)
            .filter(|bytes| bytes.len() <= MAX_LEN)
            .ok_or(BackupError::Undecodable("it is longer than allowed"))
    }

    /// Reads a backup back and checks that its parts fit together.
    ///
    /// # Errors
    /// [`BackupError`].
    pub fn load(bytes: &[u8]) -> Result<Self, BackupError> {
        let stored: Stored = codec::decode_record(STORED_VERSION, MAX_LEN, bytes)
            .map_err(BackupError::Undecodable)?;
        let role = match stored.role {
            1 => Role::Device,
            2 => Role::Server,
            _ => return Err(BackupError::Inconsistent("it is of neither party")),
        };
        let master = stored.public_key;
        let public_key = compressed(&master).ok_or(BackupError::Inconsistent(
            "its public key is the point at infinity",
        ))?;
        if device_point(role, &stored.share, &master) != stored.device_point {
            return Err(BackupError::Inconsistent(
                "its share does not belong to its points",
            ));
        }
        let kit = match stored.kit.as_slice() {
            [] => None,
            bytes => Some(Kit::from_bytes(bytes)?),
        };
        let backup = Self {
            role,
            epoch: stored.epoch,
            key: KeyId::of(&public_key, &stored.chain_code),
            public_key,
            master,
            chain_code: stored.chain_code,
            secret: stored.share,
            device_point: stored.device_point,
            releases: stored.releases,
            kit,
        };
        if let Some(kit) = &backup.kit {
            backup.expect_kit(kit)?;
        }
        Ok(backup)
    }

    /// Whether a kit that lies elsewhere is of this share.
    ///
    /// # Errors
    /// [`KitError::DoesNotFit`] says what differs.
    pub fn expect_kit(&self, kit: &Kit) -> Result<(), KitError> {
        kit.expect(&self.key, self.epoch, &self.device_point)
    }

    /// Whose share it is.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// The key.
    #[must_use]
    pub const fn key(&self) -> &KeyId {
        &self.key
    }

    /// How often the key's shares had been refreshed.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The master public key.
    #[must_use]
    pub const fn public_key(&self) -> PublicKey {
        self.public_key
    }

    /// The public key of account `m/index`.
    ///
    /// # Errors
    /// [`DeriveError`] if the index is hardened or gives no valid key.
    pub fn account(&self, index: u32) -> Result<PublicKey, DeriveError> {
        Ok(child(&Scalar::ZERO, &self.master, &self.chain_code, index)?.public_key)
    }

    /// The releases that made the share.
    #[must_use]
    pub const fn releases(&self) -> &Releases {
        &self.releases
    }

    /// The kit in it.
    #[must_use]
    pub const fn kit(&self) -> Option<&Kit> {
        self.kit.as_ref()
    }

    pub(super) const fn master(&self) -> &AffinePoint {
        &self.master
    }

    pub(super) const fn chain_code(&self) -> &[u8; 32] {
        &self.chain_code
    }

    pub(super) fn secret(&self) -> &Scalar {
        &self.secret
    }
}

impl fmt::Debug for Backup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backup")
            .field("key", &self.key)
            .field("role", &self.role)
            .field("epoch", &self.epoch)
            .finish_non_exhaustive()
    }
}
