//! The recovery key: what the words stand for, and its public half.

use std::fmt;

use k256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use k256::ecdsa::{Signature, SigningKey, VerifyingKey};
use k256::elliptic_curve::sec1::FromSec1Point;
use k256::{AffinePoint, NonZeroScalar, ProjectivePoint, Scalar, Sec1Point};
use zeroize::Zeroizing;

use crate::{PublicKey, domain, share};

/// The private key rk of the recovery words.
///
/// # Security
///
/// It is the words. Neither `Clone` nor printable; wiped when dropped.
pub struct RecoveryKey {
    secret: Zeroizing<Scalar>,
    public: RecoveryPublicKey,
}

/// The public key RK of the recovery words: a checked point. Not secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RecoveryPublicKey {
    point: AffinePoint,
    bytes: PublicKey,
}

/// A signature by the recovery key, r then s.
pub type ProofOfWords = [u8; 64];

/// A recovery public key or a proof of words that is no good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecoveryKeyError {
    /// Not a point of the curve in compressed form.
    #[error("the recovery public key is not a compressed secp256k1 point")]
    InvalidPublicKey,
    /// The proof is not by the words, or not for this server and device.
    #[error("the proof of the recovery words does not verify")]
    InvalidProof,
    /// The library cannot sign.
    #[error("the recovery key cannot sign")]
    CannotSign,
}

impl RecoveryKey {
    /// 11.2: > rk = S(key tag, entropy), RK = rk G.
    pub(crate) fn from_entropy(entropy: &[u8; 32]) -> Self {
        let secret = domain::scalar(domain::RECOVERY_KEY, &[entropy]);
        let point = ProjectivePoint::mul_by_generator(&secret).to_affine();
        // rk is from 1 to n - 1, so RK is not the point at infinity and always
        // has 33 bytes.
        let bytes = share::compressed(&point).unwrap_or([0; 33]);
        let public = RecoveryPublicKey { point, bytes };
        Self { secret, public }
    }

    /// The public half.
    #[must_use]
    pub const fn public_key(&self) -> &RecoveryPublicKey {
        &self.public
    }

    /// 11.9: proves to a server that asked with `server_nonce` that whoever speaks
    /// for the device `device_id` has the words. Deterministic (RFC 6979).
    ///
    /// # Errors
    /// [`RecoveryKeyError::CannotSign`] if the library refuses.
    pub fn sign(
        &self,
        server_nonce: &[u8; 32],
        device_id: &[u8],
    ) -> Result<ProofOfWords, RecoveryKeyError> {
        let cannot = RecoveryKeyError::CannotSign;
        let secret: NonZeroScalar = Option::from(NonZeroScalar::new(*self.secret)).ok_or(cannot)?;
        let signature: Signature = SigningKey::from(secret)
            .sign_prehash(&proof_digest(server_nonce, device_id))
            .map_err(|_| cannot)?;
        Ok(signature.to_bytes().into())
    }

    pub(super) fn secret(&self) -> &Scalar {
        &self.secret
    }
}

impl RecoveryPublicKey {
    /// Reads a public key, SEC1 compressed.
    ///
    /// # Errors
    /// [`RecoveryKeyError::InvalidPublicKey`] if it is not a point.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RecoveryKeyError> {
        Sec1Point::from_bytes(bytes)
            .ok()
            .and_then(|encoded| Option::from(AffinePoint::from_sec1_point(&encoded)))
            .and_then(Self::from_point)
            // SEC1 has four ways to write a point. Only one is accepted.
            .filter(|key| key.bytes == bytes)
            .ok_or(RecoveryKeyError::InvalidPublicKey)
    }

    /// None for the point at infinity.
    pub(super) fn from_point(point: AffinePoint) -> Option<Self> {
        let bytes = share::compressed(&point)?;
        Some(Self { point, bytes })
    }

    /// The 33 bytes, SEC1 compressed.
    #[must_use]
    pub const fn as_bytes(&self) -> &PublicKey {
        &self.bytes
    }

    /// Checks a proof made by [`RecoveryKey::sign`].
    ///
    /// # Security
    /// `server_nonce` MUST be one that this server just drew for this session.
    ///
    /// # Errors
    /// [`RecoveryKeyError::InvalidProof`].
    pub fn verify(
        &self,
        server_nonce: &[u8; 32],
        device_id: &[u8],
        proof: &[u8],
    ) -> Result<(), RecoveryKeyError> {
        let digest = proof_digest(server_nonce, device_id);
        Signature::from_slice(proof)
            .and_then(|signature| {
                VerifyingKey::from_affine(self.point)?.verify_prehash(&digest, &signature)
            })
            .map_err(|_| RecoveryKeyError::InvalidProof)
    }

    pub(super) const fn point(&self) -> &AffinePoint {
        &self.point
    }
}

fn proof_digest(server_nonce: &[u8; 32], device_id: &[u8]) -> [u8; 32] {
    domain::hash(domain::RECOVERY_PROOF, &[server_nonce, device_id])
}

impl fmt::Display for RecoveryPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for RecoveryPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecoveryPublicKey({self})")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_proof_holds_for_its_words_nonce_and_device_only() {
        let (words, other) = (
            RecoveryKey::from_entropy(&[1; 32]),
            RecoveryKey::from_entropy(&[2; 32]),
        );
        let proof = words.sign(&[3; 32], &[4; 33]).unwrap();
        let invalid = Err(RecoveryKeyError::InvalidProof);
        let public = words.public_key();
        assert_eq!(public.verify(&[3; 32], &[4; 33], &proof), Ok(()));
        assert_eq!(public.verify(&[5; 32], &[4; 33], &proof), invalid);
        assert_eq!(public.verify(&[3; 32], &[5; 33], &proof), invalid);
        assert_eq!(public.verify(&[3; 32], &[4; 32], &proof), invalid);
        assert_eq!(
            other.public_key().verify(&[3; 32], &[4; 33], &proof),
            invalid
        );
        let mut changed = proof;
        changed.iter_mut().for_each(|byte| *byte ^= 1);
        assert_eq!(public.verify(&[3; 32], &[4; 33], &changed), invalid);
        assert_eq!(public.verify(&[3; 32], &[4; 33], &[]), invalid);
    }

    #[test]
    fn a_public_key_is_read_in_its_one_form_only() {
        let key = *RecoveryKey::from_entropy(&[1; 32]).public_key();
        assert_eq!(RecoveryPublicKey::from_bytes(key.as_bytes()), Ok(key));
        let uncompressed =
            k256::elliptic_curve::sec1::ToSec1Point::to_sec1_point(&key.point, false);
        let mut off_curve = *key.as_bytes();
        off_curve.iter_mut().skip(1).for_each(|byte| *byte = 0xff);
        for wrong in [&[][..], &[0], uncompressed.as_bytes(), &off_curve] {
            assert_eq!(
                RecoveryPublicKey::from_bytes(wrong),
                Err(RecoveryKeyError::InvalidPublicKey)
            );
        }
    }
}
