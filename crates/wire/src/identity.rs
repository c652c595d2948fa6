//! The device's identity: a secp256k1 key made at enrolment, with which the
//! device signs the first message of every session (FORMAT.md section 3).
//!
//! It says who asks. It is not a share and cannot move money: the server's half
//! of a signature is worth nothing without the device's share.

use std::fmt;

use k256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use k256::ecdsa::{Signature, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const TAG: &[u8] = b"tandem/wire/open/v1";

/// The public half: names a device. SEC1 compressed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeviceId(pub [u8; 33]);

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceId({self})")
    }
}

/// The secret half, at the device only. Wiped when dropped.
pub struct DeviceKey(SigningKey);

/// A device key or its signature that is no good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// Not 32 bytes of a secp256k1 scalar in range.
    #[error("the device key is not a valid secp256k1 key")]
    InvalidKey,
    /// The public key is not a point.
    #[error("the device id is not a valid secp256k1 public key")]
    InvalidId,
    /// The signature is not by this device over this message.
    #[error("the device's signature does not verify")]
    InvalidSignature,
}

impl DeviceKey {
    /// Makes a key of 32 random bytes.
    ///
    /// # Errors
    /// [`IdentityError::InvalidKey`] if they are not a scalar (probability 2^-128):
    /// draw again.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, IdentityError> {
        SigningKey::from_slice(bytes)
            .map(Self)
            .map_err(|_| IdentityError::InvalidKey)
    }

    /// The 32 secret bytes, to be stored encrypted.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes().into())
    }

    /// The public half.
    #[must_use]
    pub fn id(&self) -> DeviceId {
        let mut id = [0; 33];
        let point = self.0.verifying_key().to_sec1_point(true);
        // A verifying key is never the identity, so this is always 33 bytes.
        if let Some(bytes) = point.as_bytes().first_chunk() {
            id = *bytes;
        }
        DeviceId(id)
    }

    /// Signs the body of an `Open` for the session that `server_nonce` began.
    ///
    /// # Errors
    /// [`IdentityError::InvalidKey`] if the library cannot sign.
    pub(crate) fn sign(
        &self,
        server_nonce: &[u8; 32],
        body: &[u8],
    ) -> Result<[u8; 64], IdentityError> {
        let signature: Signature = self
            .0
            .sign_prehash(&digest(server_nonce, body))
            .map_err(|_| IdentityError::InvalidKey)?;
        Ok(signature.to_bytes().into())
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DeviceKey").field(&self.id()).finish()
    }
}

impl DeviceId {
    pub(crate) fn verify(
        &self,
        server_nonce: &[u8; 32],
        body: &[u8],
        signature: &[u8],
    ) -> Result<(), IdentityError> {
        let key = VerifyingKey::from_sec1_bytes(&self.0).map_err(|_| IdentityError::InvalidId)?;
        Signature::from_slice(signature)
            .and_then(|signature| key.verify_prehash(&digest(server_nonce, body), &signature))
            .map_err(|_| IdentityError::InvalidSignature)
    }
}

fn digest(server_nonce: &[u8; 32], body: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(TAG)
        .chain_update(server_nonce)
        .chain_update(body)
        .finalize()
        .into()
}
