//! The third share, while somebody holds it.

use std::fmt;

use k256::elliptic_curve::PrimeField;
use k256::{AffinePoint, ProjectivePoint, Scalar};
use zeroize::Zeroizing;

use crate::KeyId;

/// f(3) of one key at one epoch, checked against the key's public points.
///
/// Comes only from [`Kit::open`](super::Kit::open).
///
/// # Security
///
/// With the share of either party it is the key. It lives in memory for as long as
/// it is needed, and is neither `Clone` nor printable.
pub struct RecoveryShare {
    pub(super) key: KeyId,
    pub(super) epoch: u32,
    pub(super) secret: Zeroizing<Scalar>,
}

impl RecoveryShare {
    /// The key it belongs to.
    #[must_use]
    pub const fn key(&self) -> &KeyId {
        &self.key
    }

    /// The epoch that it belongs to.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The 32 bytes of f(3), big-endian, for a refresh that starts from it.
    ///
    /// # Security
    /// The secret itself. MUST NOT be stored or sent.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.secret.to_repr().into())
    }

    /// 11.1: > f(3) G = 3 X_1 - 2 X.
    pub(super) fn is_of(&self, public_key: &AffinePoint, device_point: &AffinePoint) -> bool {
        let device_point = ProjectivePoint::from(*device_point);
        let expected =
            device_point.double() + device_point - ProjectivePoint::from(*public_key).double();
        ProjectivePoint::mul_by_generator(&self.secret) == expected
    }
}

impl fmt::Debug for RecoveryShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecoveryShare")
            .field("key", &self.key)
            .field("epoch", &self.epoch)
            .finish_non_exhaustive()
    }
}
