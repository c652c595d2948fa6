//! Sealing: shares are encrypted before they reach the store, each record by
//! itself, bound to the place it belongs to.
//!
//! ```text
//! byte 0       record version, 1
//! bytes 1-24   nonce, random for every record
//! bytes 25-    XChaCha20-Poly1305 ciphertext and tag
//! ```
//!
//! The associated data names the record: a row that is moved to another device,
//! key or epoch no longer opens.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use tandem_threshold::{KeyId, Role};
use tandem_wire::DeviceId;
use zeroize::{Zeroize, Zeroizing};

/// First byte of a sealed record. Version 1 must open for ever.
const RECORD_VERSION: u8 = 1;
const NONCE: usize = 24;
const SHARE_DOMAIN: &[u8] = b"tandem/server/sealed-share/v1";
const KIT_DOMAIN: &[u8] = b"tandem/server/sealed-kit/v1";
const CHECK_DOMAIN: &[u8] = b"tandem/server/sealing-key-check/v1";
const CHECK_VALUE: &[u8] = b"this database belongs to this key";

/// The key that seals every record of one database. Wiped when dropped.
pub struct SealingKey(Zeroizing<[u8; 32]>);

/// Which share a sealed record holds. The party is always the server.
#[derive(Debug, Clone, Copy)]
pub struct ShareLabel<'a> {
    /// Whose key it is.
    pub device: &'a DeviceId,
    /// The key.
    pub key: &'a KeyId,
    /// How often its shares were refreshed.
    pub epoch: u32,
}

/// Which recovery kit a sealed record holds. A kit is not secret, but it names every
/// address of its key, and nothing in it shows whether somebody replaced it: the seal
/// keeps both from whoever has the database alone.
#[derive(Debug, Clone, Copy)]
pub struct KitLabel<'a> {
    /// The key.
    pub key: &'a KeyId,
    /// Of the share that it is stored with.
    pub epoch: u32,
    /// The public key of the words.
    pub recovery_key: &'a [u8; 33],
}

/// A record that could not be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The operating system gave no randomness.
    #[error("the operating system gives no random numbers")]
    Random,
    /// The cipher refused.
    #[error("the record could not be sealed")]
    Seal,
    /// Sealed by a later release, or not a sealed record.
    #[error("the record is not one this release can open")]
    UnknownVersion,
    /// Another key, another place, or damaged.
    #[error("the sealed record does not open: wrong sealing key, moved or damaged")]
    Open,
}

impl SealingKey {
    /// A key of 32 bytes; the argument is wiped.
    #[must_use]
    pub fn new(mut bytes: [u8; 32]) -> Self {
        let key = Self(Zeroizing::new(bytes));
        bytes.zeroize();
        key
    }

    /// Seals a share.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn seal_share(&self, label: ShareLabel<'_>, share: &[u8]) -> Result<Vec<u8>, SealError> {
        self.seal(&label.associated_data(), share)
    }

    /// Opens a share that was sealed under the same label.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn open_share(
        &self,
        label: ShareLabel<'_>,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        self.open(&label.associated_data(), sealed)
    }

    /// Seals a recovery kit.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn seal_kit(&self, label: KitLabel<'_>, kit: &[u8]) -> Result<Vec<u8>, SealError> {
        self.seal(&label.associated_data(), kit)
    }

    /// Opens a recovery kit that was sealed under the same label.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn open_kit(
        &self,
        label: KitLabel<'_>,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        self.open(&label.associated_data(), sealed)
    }

    /// A record by which this key is recognised later.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn check_value(&self) -> Result<Vec<u8>, SealError> {
        self.seal(CHECK_DOMAIN, CHECK_VALUE)
    }

    /// Whether `value` was made by this key's [`SealingKey::check_value`].
    #[must_use]
    pub fn recognises(&self, value: &[u8]) -> bool {
        self.open(CHECK_DOMAIN, value)
            .is_ok_and(|opened| *opened == CHECK_VALUE)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.0))
    }

    fn seal(&self, associated_data: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| SealError::Random)?;
        let payload = Payload {
            msg: plaintext,
            aad: associated_data,
        };
        let ciphertext = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| SealError::Seal)?;
        Ok([&[RECORD_VERSION], nonce.as_slice(), &ciphertext].concat())
    }

    fn open(&self, associated_data: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let Some((&RECORD_VERSION, rest)) = sealed.split_first() else {
            return Err(SealError::UnknownVersion);
        };
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE>().ok_or(SealError::Open)?;
        let payload = Payload {
            msg: ciphertext,
            aad: associated_data,
        };
        self.cipher()
            .decrypt(&XNonce::from(*nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| SealError::Open)
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(..)")
    }
}

impl ShareLabel<'_> {
    /// Every part has a fixed length, so no two labels give the same bytes.
    fn associated_data(&self) -> Vec<u8> {
        [
            SHARE_DOMAIN,
            &[RECORD_VERSION, Role::Server.index()],
            &self.device.0,
            self.key.as_bytes(),
            &self.epoch.to_be_bytes(),
        ]
        .concat()
    }
}

impl KitLabel<'_> {
    /// Every part has a fixed length here as well.
    fn associated_data(&self) -> Vec<u8> {
        [
            KIT_DOMAIN,
            &[RECORD_VERSION],
            self.key.as_bytes(),
            &self.epoch.to_be_bytes(),
            self.recovery_key,
        ]
        .concat()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    const DEVICE: DeviceId = DeviceId([2; 33]);
    const KEY: KeyId = KeyId::from_bytes([3; 32]);

    fn label() -> ShareLabel<'static> {
        ShareLabel {
            device: &DEVICE,
            key: &KEY,
            epoch: 0,
        }
    }

    #[test]
    fn a_sealed_share_opens_under_its_own_label_only() {
        let key = SealingKey::new([7; 32]);
        let sealed = key.seal_share(label(), b"share").unwrap();
        assert_eq!(*key.open_share(label(), &sealed).unwrap(), b"share");
        let (device, id) = (DeviceId([9; 33]), KeyId::from_bytes([9; 32]));
        for other in [
            ShareLabel {
                device: &device,
                ..label()
            },
            ShareLabel {
                key: &id,
                ..label()
            },
            ShareLabel {
                epoch: 1,
                ..label()
            },
        ] {
            assert_eq!(
                key.open_share(other, &sealed).unwrap_err(),
                SealError::Open,
                "{other:?}"
            );
        }
        assert!(!key.recognises(&sealed), "a share is no check value");
    }

    #[test]
    fn a_sealed_kit_opens_under_its_own_label_only() {
        let key = SealingKey::new([7; 32]);
        let label = KitLabel {
            key: &KEY,
            epoch: 0,
            recovery_key: &[4; 33],
        };
        let sealed = key.seal_kit(label, b"kit").unwrap();
        assert_eq!(*key.open_kit(label, &sealed).unwrap(), b"kit");
        let id = KeyId::from_bytes([9; 32]);
        for other in [
            KitLabel { key: &id, ..label },
            KitLabel { epoch: 1, ..label },
            KitLabel {
                recovery_key: &[9; 33],
                ..label
            },
        ] {
            let opened = key.open_kit(other, &sealed);
            assert_eq!(opened.unwrap_err(), SealError::Open, "{other:?}");
        }
    }

    #[test]
    fn every_changed_or_missing_byte_is_noticed() {
        let key = SealingKey::new([7; 32]);
        let sealed = key.seal_share(label(), b"share").unwrap();
        for i in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[i] ^= 1;
            assert!(key.open_share(label(), &changed).is_err(), "byte {i}");
            assert!(key.open_share(label(), &sealed[..i]).is_err(), "cut at {i}");
        }
    }

    #[test]
    fn two_sealings_of_one_share_differ() {
        let key = SealingKey::new([7; 32]);
        let seal = || key.seal_share(label(), b"share").unwrap();
        assert_ne!(seal(), seal());
    }

    #[test]
    fn a_key_recognises_its_own_check_value_only() {
        let key = SealingKey::new([7; 32]);
        let value = key.check_value().unwrap();
        assert!(key.recognises(&value));
        assert!(!SealingKey::new([8; 32]).recognises(&value));
        assert!(!key.recognises(&[]));
    }

    #[test]
    fn printing_a_key_shows_nothing() {
        assert_eq!(format!("{:?}", SealingKey::new([7; 32])), "SealingKey(..)");
    }
}
