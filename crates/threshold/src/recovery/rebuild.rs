//! The private key, from any two of the three shares: SPEC.md 11.12. For a person
//! who has lost one of the three and wants out, offline.

use std::fmt;

use k256::elliptic_curve::PrimeField;
use k256::{AffinePoint, ProjectivePoint, Scalar};
use zeroize::Zeroizing;

use super::{Backup, RecoveryShare};
use crate::derive::child;
use crate::{DeriveError, KeyId, PublicKey};

/// The whole private key, in one place.
///
/// # Security
///
/// After this the key is an ordinary one: whoever has it signs alone. It is neither
/// `Clone` nor printable.
pub struct MasterKey {
    secret: Zeroizing<Scalar>,
    point: AffinePoint,
    chain_code: [u8; 32],
    key: KeyId,
    public_key: PublicKey,
}

/// The private key of one account.
///
/// # Security
///
/// With the chain code, which a kit and a backup carry, the private key of any one
/// account gives the master key and so all accounts.
pub struct AccountKey {
    secret: Zeroizing<[u8; 32]>,
    public_key: PublicKey,
}

/// Two shares that do not give the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RebuildError {
    /// Both are the same party's.
    #[error("both shares are the same party's: two different ones are needed")]
    SameParty,
    /// They are of two keys.
    #[error("the two shares are of different keys")]
    DifferentKeys,
    /// One was refreshed more often than the other. No two epochs give a key.
    #[error("the two shares are of different epochs ({0} and {1}): a refresh lies between them")]
    DifferentEpochs(u32, u32),
    /// The result is not the private key of the public key.
    #[error("the two shares do not give the key: one of them is not genuine")]
    NotTheKey,
}

/// One point of the line: f(`index`).
struct Point<'a> {
    index: u64,
    value: &'a Scalar,
    key: &'a KeyId,
    epoch: u32,
}

impl<'a> Point<'a> {
    fn of_backup(backup: &'a Backup) -> Self {
        Self {
            index: u64::from(backup.role().index()),
            value: backup.secret(),
            key: backup.key(),
            epoch: backup.epoch(),
        }
    }
}

impl MasterKey {
    /// From the shares of both parties.
    ///
    /// # Errors
    /// [`RebuildError`].
    pub fn from_backups(one: &Backup, other: &Backup) -> Result<Self, RebuildError> {
        Self::interpolate(one, &Point::of_backup(other))
    }

    /// From the share of one party and the share that the words opened.
    ///
    /// # Errors
    /// [`RebuildError`].
    pub fn from_words(backup: &Backup, words: &RecoveryShare) -> Result<Self, RebuildError> {
        let third = Point {
            index: 3,
            value: &words.secret,
            key: words.key(),
            epoch: words.epoch(),
        };
        Self::interpolate(backup, &third)
    }

    fn interpolate(backup: &Backup, other: &Point) -> Result<Self, RebuildError> {
        let own = Point::of_backup(backup);
        if own.key != other.key {
            return Err(RebuildError::DifferentKeys);
        }
        if own.epoch != other.epoch {
            return Err(RebuildError::DifferentEpochs(own.epoch, other.epoch));
        }
        // 11.12: > f(0) = (j f(i) - i f(j)) / (j - i), for i and j of 1, 2, 3, i not j.
        let (i, j) = (Scalar::from(own.index), Scalar::from(other.index));
        let distance: Option<Scalar> = (j - i).invert().into();
        let inverse = distance.ok_or(RebuildError::SameParty)?;
        let secret = Zeroizing::new((j * own.value - i * other.value) * inverse);
        // 11.12: > and f(0) G is X.
        if ProjectivePoint::mul_by_generator(&secret) != ProjectivePoint::from(*backup.master()) {
            return Err(RebuildError::NotTheKey);
        }
        Ok(Self {
            secret,
            point: *backup.master(),
            chain_code: *backup.chain_code(),
            key: *backup.key(),
            public_key: backup.public_key(),
        })
    }

    /// The private key of account `m/index`: BIP-32, as signing derives it.
    ///
    /// # Errors
    /// [`DeriveError`] if the index is hardened or gives no valid key.
    pub fn account(&self, index: u32) -> Result<AccountKey, DeriveError> {
        let child = child(&self.secret, &self.point, &self.chain_code, index)?;
        Ok(AccountKey {
            secret: bytes(&child.secret),
            public_key: child.public_key,
        })
    }

    /// The 32 bytes of the master private key.
    #[must_use]
    pub fn secret(&self) -> Zeroizing<[u8; 32]> {
        bytes(&self.secret)
    }

    /// The chain code: with the master private key it makes every account.
    #[must_use]
    pub const fn chain_code(&self) -> &[u8; 32] {
        &self.chain_code
    }

    /// The key's name.
    #[must_use]
    pub const fn key(&self) -> &KeyId {
        &self.key
    }

    /// The master public key.
    #[must_use]
    pub const fn public_key(&self) -> PublicKey {
        self.public_key
    }
}

impl AccountKey {
    /// The 32 bytes of the private key.
    #[must_use]
    pub fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// The public key.
    #[must_use]
    pub const fn public_key(&self) -> PublicKey {
        self.public_key
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MasterKey")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountKey").finish_non_exhaustive()
    }
}

fn bytes(scalar: &Scalar) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(scalar.to_repr().into())
}
