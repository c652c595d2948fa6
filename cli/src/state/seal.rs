//! The sealed state: the device's JSON under a passphrase. README.md has the table of its bytes.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

/// First bytes of every state file, of all versions.
const MAGIC: &[u8; 14] = b"tandem device\n";
/// Version 1 must open for ever. It also stands for the parameters of Argon2id, so a file
/// cannot ask for others.
const VERSION: u8 = 1;
const SALT: usize = 16;
const NONCE: usize = 24;
const HEADER: usize = MAGIC.len() + 1 + SALT + NONCE;

/// RFC 9106, section 4, the second recommended choice: 64 MiB, three passes, four lanes.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 4;

/// A state that could not be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Other first bytes, or too few.
    #[error("this is not the state of a device, or its beginning is damaged")]
    NotAState,
    /// Of a later release.
    #[error("the state has version {0}, which this release cannot read")]
    UnknownVersion(u8),
    /// The tag does not fit.
    #[error("the state does not open: another passphrase, or the file is damaged")]
    Closed,
    /// It was opened before, and is another one now.
    #[error("the file was replaced while it was in use")]
    Replaced,
    /// The cipher or the passphrase function refused.
    #[error("the state cannot be sealed")]
    Seal,
    /// The operating system gave no randomness.
    #[error("the operating system gives no random bytes")]
    Random,
}

impl SealError {
    /// The stable name that scripts may compare.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotAState | Self::UnknownVersion(_) | Self::Replaced => "StateUnreadable",
            Self::Closed => "WrongPassphrase",
            Self::Seal | Self::Random => "Internal",
        }
    }
}

/// A passphrase, stretched for one file. Wiped when dropped.
pub struct SealingKey {
    key: Zeroizing<[u8; 32]>,
    salt: [u8; SALT],
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(..)")
    }
}

/// The parts of a file.
struct Parts<'a> {
    /// Authenticated with the rest.
    header: &'a [u8],
    salt: [u8; SALT],
    nonce: [u8; NONCE],
    sealed: &'a [u8],
}

impl<'a> Parts<'a> {
    fn read(file: &'a [u8]) -> Result<Self, SealError> {
        let (header, sealed) = file.split_at_checked(HEADER).ok_or(SealError::NotAState)?;
        let rest = header.strip_prefix(MAGIC).ok_or(SealError::NotAState)?;
        let (version, rest) = rest.split_first().ok_or(SealError::NotAState)?;
        if *version != VERSION {
            return Err(SealError::UnknownVersion(*version));
        }
        let (salt, nonce) = rest.split_first_chunk().ok_or(SealError::NotAState)?;
        Ok(Self {
            header,
            salt: *salt,
            nonce: nonce.try_into().map_err(|_| SealError::NotAState)?,
            sealed,
        })
    }
}

impl SealingKey {
    /// For a new file.
    pub fn new(passphrase: &str) -> Result<Self, SealError> {
        let mut salt = [0; SALT];
        getrandom::fill(&mut salt).map_err(|_| SealError::Random)?;
        Self::derive(passphrase, salt)
    }

    /// For a file that is there, which it opens.
    pub fn of(passphrase: &str, file: &[u8]) -> Result<Self, SealError> {
        let key = Self::derive(passphrase, Parts::read(file)?.salt)?;
        key.open(file)?;
        Ok(key)
    }

    fn derive(passphrase: &str, salt: [u8; SALT]) -> Result<Self, SealError> {
        let mut key = Zeroizing::new([0; 32]);
        let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(key.len()));
        let params = params.map_err(|_| SealError::Seal)?;
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), &salt, &mut *key)
            .map_err(|_| SealError::Seal)?;
        Ok(Self { key, salt })
    }

    /// What a file of this key holds.
    pub fn open(&self, file: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let parts = Parts::read(file)?;
        if parts.salt != self.salt {
            return Err(SealError::Replaced);
        }
        let payload = Payload {
            msg: parts.sealed,
            aad: parts.header,
        };
        self.cipher()
            .decrypt(&XNonce::from(parts.nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| SealError::Closed)
    }

    /// A whole file.
    pub fn seal(&self, state: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| SealError::Random)?;
        let mut file = Vec::with_capacity(HEADER + state.len() + 16);
        file.extend_from_slice(MAGIC);
        file.push(VERSION);
        file.extend_from_slice(&self.salt);
        file.extend_from_slice(&nonce);
        let payload = Payload {
            msg: state,
            aad: &file,
        };
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| SealError::Seal)?;
        file.extend_from_slice(&sealed);
        Ok(file)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.key))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    const STATE: &[u8] = br#"{"version":1}"#;

    #[test]
    fn what_was_sealed_opens_with_the_same_passphrase_and_no_other() {
        let file = SealingKey::new("a passphrase")
            .unwrap()
            .seal(STATE)
            .unwrap();
        let key = SealingKey::of("a passphrase", &file).unwrap();
        assert_eq!(*key.open(&file).unwrap(), STATE);
        assert_eq!(
            SealingKey::of("A passphrase", &file).unwrap_err(),
            SealError::Closed
        );
        assert_eq!(format!("{key:?}"), "SealingKey(..)");
    }

    #[test]
    fn no_changed_byte_opens_and_no_missing_end() {
        let key = SealingKey::new("a passphrase").unwrap();
        let file = key.seal(STATE).unwrap();
        for at in 0..file.len() {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert!(key.open(&changed).is_err(), "byte {at}");
            assert!(key.open(&file[..at]).is_err(), "{at} bytes");
        }
    }

    #[test]
    fn the_version_is_part_of_what_is_authenticated() {
        let key = SealingKey::new("a passphrase").unwrap();
        let mut file = key.seal(STATE).unwrap();
        file[MAGIC.len()] = 2;
        assert_eq!(key.open(&file).unwrap_err(), SealError::UnknownVersion(2));
        let parts = Parts {
            header: &file[..HEADER],
            salt: key.salt,
            nonce: file[MAGIC.len() + 1 + SALT..HEADER].try_into().unwrap(),
            sealed: &file[HEADER..],
        };
        let payload = Payload {
            msg: parts.sealed,
            aad: parts.header,
        };
        let opened = key.cipher().decrypt(&XNonce::from(parts.nonce), payload);
        assert!(opened.is_err());
    }

    #[test]
    fn a_file_of_another_device_is_not_taken_for_this_one() {
        let (one, other) = ("a passphrase", "a passphrase");
        let one = SealingKey::new(one).unwrap();
        let other = SealingKey::new(other).unwrap().seal(STATE).unwrap();
        assert_eq!(one.open(&other).unwrap_err(), SealError::Replaced);
    }

    #[test]
    fn two_files_of_one_state_have_nothing_in_common_but_the_salt() {
        let key = SealingKey::new("a passphrase").unwrap();
        let [one, two] = [key.seal(STATE).unwrap(), key.seal(STATE).unwrap()];
        assert_ne!(one[HEADER..], two[HEADER..]);
        assert_ne!(one[HEADER - NONCE..HEADER], two[HEADER - NONCE..HEADER]);
    }
}
