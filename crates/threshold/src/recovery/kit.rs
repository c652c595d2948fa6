//! The recovery kit: everything but the words and a share that it takes to recover
//! a key. SPEC.md 11.4 to 11.8.

use std::fmt;

use k256::elliptic_curve::PrimeField;
use k256::{AffinePoint, ProjectivePoint, Scalar};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::cipher::{Content, Place, Sealed};
use super::{RecoveryKey, RecoveryPublicKey, RecoveryShare};
use crate::derive::child;
use crate::share::compressed;
use crate::{CeremonyId, DeriveError, KeyId, KeyShare, PublicKey, Releases, Role, codec, domain};

/// First byte of a stored kit. Version 1 must load for ever.
const STORED_VERSION: u8 = 1;

/// Longest kit that is looked at, in bytes.
pub(super) const MAX_LEN: usize = 24 * 1024;

/// Longest name of a release, in bytes: with it the fullest kit is within its limit.
const MAX_RELEASE_LEN: usize = 512;

/// How many refreshes a kit can follow before [`Kit::compact`] must shorten it.
pub const MAX_DELTAS: usize = 256;

/// Key and epoch agree, the shares do not: one side's refresh was not the other's.
const OTHER_LINE: &str = "they are of different lines";

/// Ciphertexts that lead the holder of the words to f(3), and what they are
/// checked against. Not secret, but it names the key: who sees it knows its
/// addresses.
///
/// # Security
///
/// A kit is not authenticated. Whoever can replace a stored kit can make it
/// useless, or make it open to a wrong f(3) that fits the wrong points beside it.
/// Whoever has a share MUST call [`Kit::fits`] before it relies on a kit; whoever
/// rebuilds a key MUST compare its address.
#[derive(Clone, PartialEq, Eq)]
pub struct Kit {
    body: Body,
    key: KeyId,
    public_key: PublicKey,
    recovery: RecoveryPublicKey,
}

/// The stored form, behind its version byte.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Body {
    pub recovery: AffinePoint,
    pub public_key: AffinePoint,
    pub chain_code: [u8; 32],
    pub epoch: u32,
    /// X_1 at `epoch`.
    pub device_point: AffinePoint,
    /// The two terms, or f(3) itself; of the epoch before the first delta.
    pub base: Vec<Sealed>,
    /// 3a of every refresh since, oldest first.
    pub deltas: Vec<Sealed>,
    pub releases: Releases,
}

/// A kit that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KitError {
    /// Not the bytes of a kit of a version this release knows.
    #[error("the recovery kit does not decode: {0}")]
    Undecodable(&'static str),
    /// It decodes, but its parts contradict each other.
    #[error("the recovery kit is inconsistent: {0}")]
    Inconsistent(&'static str),
    /// The words are right in themselves, but this kit is not for them.
    #[error("the recovery words are not those of this kit")]
    OtherWords,
    /// A ciphertext was damaged, or moved here from elsewhere.
    #[error("a ciphertext of the recovery kit is damaged")]
    Damaged,
    /// What the ciphertexts hold is not the third share of this key and epoch.
    #[error("what the recovery kit holds is not the third share of its key")]
    WrongShare,
    /// The share of a party, or the opened third share, is not of this kit.
    #[error("the share and the recovery kit do not belong together: {0}")]
    DoesNotFit(&'static str),
    /// The refresh does not follow the kit's epoch.
    #[error("the refresh does not lead from the recovery kit's epoch to the next")]
    WrongEpoch,
    /// 0, or not below the order.
    #[error("the slope of the refresh is not a scalar other than 0")]
    InvalidSlope,
    /// [`MAX_DELTAS`] refreshes without a drill.
    #[error("the recovery kit has followed {MAX_DELTAS} refreshes: a drill must compact it first")]
    Full,
}

impl Kit {
    /// Checks that the parts fit together. The points are all there: none is the
    /// point at infinity.
    pub(super) fn new(body: Body) -> Result<Self, KitError> {
        let point =
            |point| compressed(point).ok_or(KitError::Inconsistent("a point of it is at infinity"));
        let public_key = point(&body.public_key)?;
        point(&body.device_point)?;
        let recovery = RecoveryPublicKey::from_point(body.recovery)
            .ok_or(KitError::Inconsistent("a point of it is at infinity"))?;
        let kit = Self {
            key: KeyId::of(&public_key, &body.chain_code),
            public_key,
            recovery,
            body,
        };
        if !matches!(kit.body.base.len(), 1 | 2) {
            return Err(KitError::Inconsistent("it has neither terms nor a share"));
        }
        if kit.body.deltas.len() > MAX_DELTAS {
            return Err(KitError::Inconsistent("it has more deltas than allowed"));
        }
        let Releases { device, server } = &kit.body.releases;
        if device.len() > MAX_RELEASE_LEN || server.len() > MAX_RELEASE_LEN {
            return Err(KitError::Inconsistent("a release in it is too long"));
        }
        kit.first_epoch()
            .map(|_| kit)
            .ok_or(KitError::Inconsistent("it has more deltas than epochs"))
    }

    /// Reads a kit back and checks that its parts fit together. Whether the
    /// ciphertexts are good only the words can tell.
    ///
    /// # Errors
    /// [`KitError::Undecodable`], [`KitError::Inconsistent`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KitError> {
        codec::decode_record(STORED_VERSION, MAX_LEN, bytes)
            .map_err(KitError::Undecodable)
            .and_then(Self::new)
    }

    /// The bytes to store, at most 24 KiB. Not secret.
    ///
    /// # Errors
    /// [`KitError::Undecodable`] if the kit cannot be encoded within its limit.
    pub fn to_bytes(&self) -> Result<Vec<u8>, KitError> {
        codec::encode_secret(STORED_VERSION, &self.body)
            .filter(|bytes| bytes.len() <= MAX_LEN)
            .map(|mut bytes| std::mem::take(&mut *bytes))
            .ok_or(KitError::Undecodable("it is longer than allowed"))
    }

    /// 11.4: > the fingerprint is H(kit tag, bytes of the kit). Two sides that have
    /// the same fingerprint have the same kit.
    ///
    /// # Errors
    /// As [`Kit::to_bytes`].
    pub fn fingerprint(&self) -> Result<[u8; 32], KitError> {
        Ok(domain::hash(domain::RECOVERY_KIT, &[&self.to_bytes()?]))
    }

    /// Opens the kit: f(3), checked against the key's public points.
    ///
    /// # Errors
    /// [`KitError::OtherWords`], [`KitError::Damaged`], [`KitError::WrongShare`].
    pub fn open(&self, key: &RecoveryKey) -> Result<RecoveryShare, KitError> {
        if *key.public_key() != self.recovery {
            return Err(KitError::OtherWords);
        }
        let mut secret = Zeroizing::new(Scalar::ZERO);
        // 11.6: > f(3) is the sum of what the ciphertexts hold.
        for (sealed, epoch, content) in self.ciphertexts() {
            let place = Place {
                key: &self.key,
                epoch,
                content,
            };
            *secret += &*sealed.open(key, &place).ok_or(KitError::Damaged)?;
        }
        let share = RecoveryShare {
            key: self.key,
            epoch: self.body.epoch,
            secret,
        };
        // 11.6: > and it is f(3): its point is 3 X_1 - 2 X.
        if share.is_of(&self.body.public_key, &self.body.device_point) {
            Ok(share)
        } else {
            Err(KitError::WrongShare)
        }
    }

    /// Whether this is the kit of the key and epoch of a share that we hold: key,
    /// epoch, and the points of the line.
    ///
    /// # Errors
    /// [`KitError::DoesNotFit`] says what differs.
    pub fn fits(&self, share: &KeyShare) -> Result<(), KitError> {
        let own = device_point(share.role(), share.secret(), &share.party().pk);
        self.expect(share.id(), share.epoch(), &own)
    }

    /// The kit after a refresh that added the line `slope * x`. Both parties know
    /// slope and pair secret, so both compute the same bytes, and neither has to trust what
    /// the other would have sent.
    ///
    /// The slope is 32 bytes, big-endian; `pair_secret` is that of the *new* pair,
    /// `ceremony` the refresh.
    ///
    /// # Security
    /// The slope MUST be forgotten afterwards: with it a stolen share of one epoch
    /// becomes a share of the other (SPEC.md 11.7). Only for a refresh whose basis was
    /// the shares: after any other the line is another one, and needs a setup.
    ///
    /// # Errors
    /// [`KitError::WrongEpoch`], [`KitError::Full`], [`KitError::InvalidSlope`].
    pub fn with_delta(
        &self,
        slope: &[u8; 32],
        pair_secret: &[u8; 32],
        new_epoch: u32,
        ceremony: &CeremonyId,
    ) -> Result<Self, KitError> {
        if self.body.epoch.checked_add(1) != Some(new_epoch) {
            return Err(KitError::WrongEpoch);
        }
        if self.body.deltas.len() >= MAX_DELTAS {
            return Err(KitError::Full);
        }
        let slope = Scalar::from_repr((*slope).into())
            .into_option()
            .filter(|slope| *slope != Scalar::ZERO)
            .map(Zeroizing::new)
            .ok_or(KitError::InvalidSlope)?;
        // 11.7: > f'(3) = f(3) + 3a; the randomness of the delta is
        // > H(delta tag, pair secret, ceremony id).
        let change = Zeroizing::new(*slope + *slope + *slope);
        let randomness = Zeroizing::new(domain::hash(
            domain::RECOVERY_DELTA,
            &[pair_secret, ceremony.as_bytes()],
        ));
        let delta = self.seal(new_epoch, Content::Delta, &change, &randomness)?;
        let mut body = self.body.clone();
        body.epoch = new_epoch;
        // 11.7: > X_1' = X_1 + a G.
        body.device_point =
            (ProjectivePoint::mul_by_generator(&slope) + body.device_point).to_affine();
        body.deltas.push(delta);
        Self::new(body)
    }

    /// The kit to keep beside the share that a refresh made: [`Kit::with_delta`], or
    /// the same kit where it cannot follow. A refresh never waits for the words: a kit
    /// that fell behind says so by its epoch, and a setup for the same words replaces
    /// it.
    ///
    /// # Security
    /// As [`Kit::with_delta`].
    #[must_use]
    pub fn follow(
        &self,
        slope: &[u8; 32],
        pair_secret: &[u8; 32],
        new_epoch: u32,
        ceremony: &CeremonyId,
    ) -> Self {
        self.with_delta(slope, pair_secret, new_epoch, ceremony)
            .unwrap_or_else(|_| self.clone())
    }

    /// The kit with all its ciphertexts replaced by one, of f(3) itself. For whoever
    /// has just opened it with the words.
    ///
    /// # Security
    /// `randomness` MUST be 32 fresh random bytes. A party that receives a compacted
    /// kit cannot see whether it is good: it MUST keep the kit it had as well.
    ///
    /// # Errors
    /// [`KitError::DoesNotFit`] if `share` was not opened from this kit.
    pub fn compact(&self, share: &RecoveryShare, randomness: &[u8; 32]) -> Result<Self, KitError> {
        self.expect(share.key(), share.epoch(), &self.body.device_point)?;
        if !share.is_of(&self.body.public_key, &self.body.device_point) {
            return Err(KitError::DoesNotFit(OTHER_LINE));
        }
        // 11.8: > one ciphertext of f(3), and no deltas.
        let sealed = self.seal(self.body.epoch, Content::Share, &share.secret, randomness)?;
        let mut body = self.body.clone();
        body.base = vec![sealed];
        body.deltas.clear();
        Self::new(body)
    }

    /// The key this kit recovers.
    #[must_use]
    pub const fn key(&self) -> &KeyId {
        &self.key
    }

    /// The epoch of the share it opens to.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        self.body.epoch
    }

    /// The master public key.
    #[must_use]
    pub const fn public_key(&self) -> PublicKey {
        self.public_key
    }

    /// The chain code of the master key.
    #[must_use]
    pub const fn chain_code(&self) -> &[u8; 32] {
        &self.body.chain_code
    }

    /// The public key of account `m/index`.
    ///
    /// # Errors
    /// [`DeriveError`] if the index is hardened or gives no valid key.
    pub fn account(&self, index: u32) -> Result<PublicKey, DeriveError> {
        let Body {
            public_key,
            chain_code,
            ..
        } = &self.body;
        Ok(child(&Scalar::ZERO, public_key, chain_code, index)?.public_key)
    }

    /// The public key of the words.
    #[must_use]
    pub const fn recovery(&self) -> &RecoveryPublicKey {
        &self.recovery
    }

    /// The releases whose setup made it.
    #[must_use]
    pub const fn releases(&self) -> &Releases {
        &self.body.releases
    }

    /// How many refreshes it has followed since setup or the last compaction.
    #[must_use]
    pub const fn deltas(&self) -> usize {
        self.body.deltas.len()
    }

    /// Key (which covers X and the chain code), epoch, and X_1.
    pub(super) fn expect(
        &self,
        key: &KeyId,
        epoch: u32,
        device_point: &AffinePoint,
    ) -> Result<(), KitError> {
        if *key != self.key {
            return Err(KitError::DoesNotFit("they are of different keys"));
        }
        if epoch != self.body.epoch {
            return Err(KitError::DoesNotFit("they are of different epochs"));
        }
        if *device_point != self.body.device_point {
            return Err(KitError::DoesNotFit(OTHER_LINE));
        }
        Ok(())
    }

    fn seal(
        &self,
        epoch: u32,
        content: Content,
        scalar: &Scalar,
        randomness: &[u8; 32],
    ) -> Result<Sealed, KitError> {
        let place = Place {
            key: &self.key,
            epoch,
            content,
        };
        Sealed::seal(&self.recovery, &place, scalar, randomness)
            .ok_or(KitError::Inconsistent("a point of it is at infinity"))
    }

    /// The epoch of the base.
    fn first_epoch(&self) -> Option<u32> {
        let deltas = u32::try_from(self.body.deltas.len()).ok()?;
        self.body.epoch.checked_sub(deltas)
    }

    /// Every ciphertext with the epoch and content that it must be sealed for.
    fn ciphertexts(&self) -> impl Iterator<Item = (&Sealed, u32, Content)> {
        let first = self.first_epoch().unwrap_or_default();
        let contents = match self.body.base.len() {
            1 => [Content::Share; 2],
            _ => [Content::DeviceTerm, Content::ServerTerm],
        };
        let base = self.body.base.iter().zip(contents);
        let deltas = (first..).skip(1).zip(&self.body.deltas);
        base.map(move |(sealed, content)| (sealed, first, content))
            .chain(deltas.map(|(epoch, sealed)| (sealed, epoch, Content::Delta)))
    }
}

impl fmt::Debug for Kit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kit")
            .field("key", &self.key)
            .field("epoch", &self.body.epoch)
            .finish_non_exhaustive()
    }
}

/// X_1, from either share: x_1 G, or (X + x_2 G) / 2.
pub(super) fn device_point(role: Role, secret: &Scalar, public_key: &AffinePoint) -> AffinePoint {
    let own = ProjectivePoint::mul_by_generator(secret);
    match role {
        Role::Device => own.to_affine(),
        Role::Server => ((own + public_key) * Scalar::TWO_INV).to_affine(),
    }
}
