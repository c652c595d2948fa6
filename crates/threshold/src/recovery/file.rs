//! Kits and backups as text files: JSON, with a few fields for people and the bytes
//! in base64. SPEC.md 11.13.

use base64ct::{Base64, Encoding};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{Backup, BackupError, Kit, KitError};
use crate::{DeriveError, KeyId, PublicKey, Role};

/// Longest file that is looked at, in bytes.
pub const MAX_FILE_LEN: usize = 64 * 1024;

const KIT: &str = "recovery kit";
const DEVICE: &str = "backup of the device";
const SERVER: &str = "backup of the server";

const ABOUT_KIT: &str = "With the recovery words and the device's or the server's share, this \
                         restores the account. Not secret, but private.";
const ABOUT_BACKUP: &str = "SECRET: one share of an account's key, in the clear. Two of device, \
                            server and recovery words are the whole key.";

/// What a file holds.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub enum File {
    /// Not secret.
    Kit(Kit),
    /// Secret.
    Backup(Backup),
}

/// A file that is not a kit or a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// Above [`MAX_FILE_LEN`].
    #[error("the file is longer than {MAX_FILE_LEN} bytes")]
    TooLong,
    /// Not the JSON object that it should be.
    #[error("the file is not a JSON object with the fields of a recovery kit or a backup")]
    NotOurs,
    /// `tandem` names something else.
    #[error("the file is neither a recovery kit nor a backup")]
    UnknownKind,
    /// A later version of the format.
    #[error("the file is of version {0} of its format; this release knows version 1")]
    UnknownVersion(u32),
    /// `data` is not base64.
    #[error("the data in the file is not base64")]
    NotBase64,
    /// The fields for people and the data disagree.
    #[error("the field \"{0}\" of the file says something else than its data")]
    Contradiction(&'static str),
    /// The data is not a good kit.
    #[error(transparent)]
    Kit(#[from] KitError),
    /// The data is not a good backup.
    #[error(transparent)]
    Backup(#[from] BackupError),
}

/// The text, without a copy of anything in it: `data` may be secret.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Text<'a> {
    tandem: &'a str,
    version: u32,
    #[serde(rename = "about")]
    _about: &'a str,
    key: &'a str,
    public_key: &'a str,
    epoch: u32,
    data: &'a str,
}

impl File {
    /// Reads a file, and checks that what it says to people is what its data says.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn read(text: &str) -> Result<Self, FileError> {
        if text.len() > MAX_FILE_LEN {
            return Err(FileError::TooLong);
        }
        let text: Text = serde_json::from_str(text).map_err(|_| FileError::NotOurs)?;
        if ![KIT, DEVICE, SERVER].contains(&text.tandem) {
            return Err(FileError::UnknownKind);
        }
        if text.version != 1 {
            return Err(FileError::UnknownVersion(text.version));
        }
        let data = Base64::decode_vec(text.data).map_err(|_| FileError::NotBase64)?;
        let data = Zeroizing::new(data);
        let file = if text.tandem == KIT {
            Self::Kit(Kit::from_bytes(&data)?)
        } else {
            Self::Backup(Backup::load(&data)?)
        };
        let says = |ok: bool, field| {
            if ok {
                Ok(())
            } else {
                Err(FileError::Contradiction(field))
            }
        };
        says(text.tandem == file.kind(), "tandem")?;
        says(text.key == file.key().to_string(), "key")?;
        says(text.public_key == hex(&file.public_key()), "publicKey")?;
        says(text.epoch == file.epoch(), "epoch")?;
        Ok(file)
    }

    /// The text to write to a file: secret if this is a backup.
    ///
    /// # Errors
    /// [`FileError`] if the content cannot be encoded.
    pub fn to_text(&self) -> Result<Zeroizing<String>, FileError> {
        let (about, bytes) = match self {
            Self::Kit(kit) => (ABOUT_KIT, Zeroizing::new(kit.to_bytes()?)),
            Self::Backup(backup) => (ABOUT_BACKUP, backup.to_bytes()?),
        };
        let data = Zeroizing::new(Base64::encode_string(&bytes));
        // Long enough never to move, so that no copy of the data is left behind.
        let mut text = Zeroizing::new(String::with_capacity(data.len() + 1024));
        for part in [
            "{\n  \"tandem\": \"",
            self.kind(),
            "\",\n  \"version\": 1,\n  \"about\": \"",
            about,
            "\",\n  \"key\": \"",
            &self.key().to_string(),
            "\",\n  \"publicKey\": \"",
            &hex(&self.public_key()),
            "\",\n  \"epoch\": ",
            &self.epoch().to_string(),
            ",\n  \"data\": \"",
            &data,
            "\"\n}\n",
        ] {
            text.push_str(part);
        }
        Ok(text)
    }

    /// The key it belongs to.
    #[must_use]
    pub const fn key(&self) -> &KeyId {
        match self {
            Self::Kit(kit) => kit.key(),
            Self::Backup(backup) => backup.key(),
        }
    }

    /// The epoch it belongs to.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        match self {
            Self::Kit(kit) => kit.epoch(),
            Self::Backup(backup) => backup.epoch(),
        }
    }

    /// The master public key.
    #[must_use]
    pub const fn public_key(&self) -> PublicKey {
        match self {
            Self::Kit(kit) => kit.public_key(),
            Self::Backup(backup) => backup.public_key(),
        }
    }

    /// The public key of account `m/index`.
    ///
    /// # Errors
    /// [`DeriveError`] if the index is hardened or gives no valid key.
    pub fn account(&self, index: u32) -> Result<PublicKey, DeriveError> {
        match self {
            Self::Kit(kit) => kit.account(index),
            Self::Backup(backup) => backup.account(index),
        }
    }

    /// What the file calls itself.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Kit(_) => KIT,
            Self::Backup(backup) => Self::kind_of(backup),
        }
    }

    /// What the file of a backup calls itself.
    #[must_use]
    pub const fn kind_of(backup: &Backup) -> &'static str {
        match backup.role() {
            Role::Device => DEVICE,
            Role::Server => SERVER,
        }
    }
}

fn hex(key: &PublicKey) -> String {
    key.iter().map(|byte| format!("{byte:02x}")).collect()
}
