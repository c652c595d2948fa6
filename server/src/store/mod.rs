//! What the server remembers, without SQL. The only implementation today is
//! [`sqlite`].
//!
//! Calls block, and when one returns, what it wrote is on the disk. Callers run
//! them off the async threads, together with the calculation they belong to, so
//! that a session that goes away cannot separate a failed check from its freeze.

pub mod sqlite;

use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use tandem_threshold::{KeyId, Releases};
use tandem_wire::DeviceId;

use crate::seal::SealingKey;

/// Milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixMillis(pub i64);

impl UnixMillis {
    /// Now, by the system's clock.
    #[must_use]
    pub fn now() -> Self {
        let elapsed = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        Self(0).plus(elapsed)
    }

    /// Later by `duration`.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(millis))
    }
}

/// An enrolment token that was given out.
#[derive(Debug)]
pub struct NewToken {
    /// `Token::hash`: the token itself is never stored.
    pub hash: [u8; 32],
    /// What the operator calls the device.
    pub name: Option<String>,
    /// When it was made.
    pub created_at: UnixMillis,
    /// From when on it is refused.
    pub expires_at: UnixMillis,
}

/// A device that wants to be enrolled.
#[derive(Debug)]
pub struct NewDevice<'a> {
    /// Its identity.
    pub id: &'a DeviceId,
    /// Its program.
    pub release: &'a str,
    /// Now.
    pub at: UnixMillis,
}

/// What became of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enrolment {
    /// It was good and is now used; the device is known.
    Done,
    /// Unknown, used or expired. Which of them is nobody's business.
    Refused,
}

/// A key whose joint test signature was verified.
#[derive(Debug)]
pub struct NewKey<'a> {
    /// Its name.
    pub id: &'a KeyId,
    /// Whose it is.
    pub device: &'a DeviceId,
    /// How often its shares were refreshed.
    pub epoch: u32,
    /// The server's share, sealed.
    pub sealed_share: &'a [u8],
    /// What made it.
    pub releases: &'a Releases,
    /// Now.
    pub created_at: UnixMillis,
}

/// A key as it is stored.
#[derive(Debug)]
pub struct StoredKey {
    /// How often its shares were refreshed.
    pub epoch: u32,
    /// The server's share, sealed.
    pub sealed_share: Vec<u8>,
    /// Whether it may sign.
    pub frozen: bool,
}

/// A signature that is about to be released.
#[derive(Debug)]
pub struct NewSignature<'a> {
    /// The key.
    pub key: &'a KeyId,
    /// Of the share that signs.
    pub epoch: u32,
    /// The account.
    pub account: u32,
    /// JSON-RPC method.
    pub method: &'a str,
    /// What is signed.
    pub digest: &'a [u8; 32],
    /// Id of the ceremony. No two signatures have the same.
    pub ceremony: &'a [u8; 32],
    /// The server's half, as it will be sent.
    pub partial: &'a [u8],
    /// The signature's r. No two signatures have the same.
    pub r: &'a [u8; 32],
    /// Whether a check was begun for it, which ends with it.
    pub ends_check: bool,
    /// The whole request, as the device sent it.
    pub request: &'a str,
    /// Now.
    pub released_at: UnixMillis,
}

/// Whether a key may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// What was asked for is written: go on.
    Active,
    /// The key is frozen: nothing may leave.
    Frozen,
}

/// How many checks of one key may be cut short before the key freezes.
///
/// A check that a crash cuts short could have failed, and the peer that caused
/// the crash would have its answer: about one bit of the oblivious-transfer
/// state of several hundred bits that all signatures share. A few such bits are
/// no danger and power cuts happen, so it takes more than one.
pub const MAX_STRIKES: u32 = 8;

/// The server's memory.
pub trait Store: Send + Sync {
    /// Remembers a token.
    ///
    /// # Errors
    /// [`StoreError`], here and below.
    fn add_token(&self, token: &NewToken) -> Result<(), StoreError>;

    /// Uses a token for a device, both or neither.
    ///
    /// # Errors
    /// As above.
    fn enrol(&self, token: &[u8; 32], device: &NewDevice<'_>) -> Result<Enrolment, StoreError>;

    /// Whether the device is known.
    ///
    /// # Errors
    /// As above.
    fn is_enrolled(&self, device: &DeviceId) -> Result<bool, StoreError>;

    /// How many keys the device has.
    ///
    /// # Errors
    /// As above.
    fn count_keys(&self, device: &DeviceId) -> Result<u32, StoreError>;

    /// Remembers a key.
    ///
    /// # Errors
    /// As above.
    fn add_key(&self, key: &NewKey<'_>) -> Result<(), StoreError>;

    /// The key, if this device has it.
    ///
    /// # Errors
    /// As above.
    fn find_key(&self, device: &DeviceId, key: &KeyId) -> Result<Option<StoredKey>, StoreError>;

    /// Freezes a key for good. Freezing a frozen key changes nothing.
    ///
    /// # Errors
    /// As above.
    fn freeze(&self, key: &KeyId, reason: &str, at: UnixMillis) -> Result<(), StoreError>;

    /// Counts a strike before a check begins, so that a crash during the check
    /// leaves it behind. Freezes the key instead at [`MAX_STRIKES`].
    ///
    /// # Errors
    /// As above.
    fn begin_check(&self, key: &KeyId, at: UnixMillis) -> Result<Standing, StoreError>;

    /// Takes the strike back: the check came to an end.
    ///
    /// # Errors
    /// As above.
    fn end_check(&self, key: &KeyId) -> Result<(), StoreError>;

    /// Records a signature and ends its check, in one step, unless the key is
    /// frozen or of another epoch.
    ///
    /// # Errors
    /// As above; also if its ceremony or its r was recorded before, and then
    /// nothing is.
    fn record_signature(&self, signature: &NewSignature<'_>) -> Result<Standing, StoreError>;

    /// Binds a new store to the key, or checks that it is the one.
    ///
    /// # Errors
    /// [`StoreError::WrongSealingKey`], and as above.
    fn check_sealing_key(&self, key: &SealingKey) -> Result<(), StoreError>;

    /// Whether it can be written to: writes something.
    ///
    /// # Errors
    /// As above.
    fn probe(&self, now: UnixMillis) -> Result<(), StoreError>;
}

/// The store does not work. For the operator; a device hears `Unavailable`.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] rusqlite::Error),
    /// The database file cannot be made.
    #[error("the database {} cannot be made: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Made by a later release.
    #[error(
        "the database has schema version {found}, this release knows {known}: \
         run the release that made it, or a later one"
    )]
    NewerSchema {
        /// What the database says.
        found: i64,
        /// What this release knows.
        known: i64,
    },
    /// A file that is not ours.
    #[error("tandem.sqlite in data_dir is not a database of tandem-server")]
    Foreign,
    /// The sealing key is another one.
    #[error("the sealing key is not the one this database was made with")]
    WrongSealingKey,
    /// The check value could not be made.
    #[error(transparent)]
    Seal(#[from] crate::seal::SealError),
    /// The row is not there.
    #[error("the key is not in the database")]
    NoSuchKey,
}
