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
use tandem_wire::{DeviceId, RequestId, SignatureBytes};

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
    /// The share that a session with the device has proved.
    pub current: StoredShare,
    /// The share of a refresh that no later session has proved yet.
    pub next: Option<StoredShare>,
    /// The operator wants a refresh before the current share signs again.
    pub refresh_wanted: bool,
}

/// The server's share of one epoch.
#[derive(Debug)]
pub struct StoredShare {
    /// How often the key's shares were refreshed.
    pub epoch: u32,
    /// The share, sealed.
    pub sealed: Vec<u8>,
    /// Whether a check failed with it: it takes part in no signature.
    pub frozen: bool,
}

impl StoredKey {
    /// The share of this epoch.
    #[must_use]
    pub fn share(&self, epoch: u32) -> Option<&StoredShare> {
        let both = [Some(&self.current), self.next.as_ref()];
        both.into_iter()
            .flatten()
            .find(|share| share.epoch == epoch)
    }
}

/// A share whose joint test signature was verified, of a key that is there.
#[derive(Debug)]
pub struct NextShare<'a> {
    /// The key.
    pub key: &'a KeyId,
    /// The epoch that it was made from; its own is the one after that.
    pub from_epoch: u32,
    /// The share, sealed.
    pub sealed: &'a [u8],
    /// What made it.
    pub releases: &'a Releases,
    /// The joint test signature: r, then s.
    pub proof: &'a [u8; 64],
    /// The device that has the other half: the key's, or one that recovered it and will
    /// have the key when it has proved this share.
    pub device: &'a DeviceId,
    /// The kits of the epoch that it was made from, after the refresh.
    pub kits: &'a [NextKit<'a>],
    /// Now.
    pub made_at: UnixMillis,
}

/// A recovery kit as it is stored.
#[derive(Debug)]
pub struct StoredKit {
    /// The public key of the words.
    pub recovery_key: [u8; 33],
    /// The kit, sealed.
    pub sealed: Vec<u8>,
}

/// A key that words recover: its current share, and the kit of that.
#[derive(Debug)]
pub struct Recoverable {
    /// The key.
    pub key: KeyId,
    /// Whose it is until it is recovered.
    pub device: DeviceId,
    /// The current share.
    pub share: StoredShare,
    /// The kit, sealed.
    pub sealed_kit: Vec<u8>,
}

/// A recovery kit that goes with the next share.
#[derive(Debug)]
pub struct NextKit<'a> {
    /// The public key of the words.
    pub recovery_key: &'a [u8; 33],
    /// The kit, sealed.
    pub sealed: &'a [u8],
}

/// A recovery kit that a setup made.
#[derive(Debug)]
pub struct NewKit<'a> {
    /// The key.
    pub key: &'a KeyId,
    /// Of the share.
    pub epoch: u32,
    /// The public key of the words.
    pub recovery_key: &'a [u8; 33],
    /// The kit, sealed.
    pub sealed: &'a [u8],
    /// The device has just proved that it has the words.
    pub words_proved: bool,
    /// `Token::hash` of the permit that the device has, if any.
    pub permit: Option<&'a [u8; 32]>,
    /// Now.
    pub made_at: UnixMillis,
}

/// What a device may do only with a permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Setting other recovery words for a key in use.
    Recovery,
    /// Giving the server's share to the device, which then has the private key.
    Export,
}

impl Operation {
    /// As the store and the command line name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recovery => "recovery",
            Self::Export => "export",
        }
    }
}

/// A permit that was given out.
#[derive(Debug)]
pub struct NewPermit<'a> {
    /// `Token::hash`: the token itself is never stored.
    pub hash: [u8; 32],
    /// The key that it is for.
    pub key: &'a KeyId,
    /// What it permits.
    pub operation: Operation,
    /// When it was made.
    pub created_at: UnixMillis,
    /// From when on it is refused.
    pub expires_at: UnixMillis,
}

/// Whether an operation may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// It needed no permit, or used one. What was asked for is written.
    Granted,
    /// It needs a permit that is good, and there was none. Nothing is written.
    Required,
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
    /// The request's id.
    pub request_id: &'a RequestId,
    /// The whole request, as the device sent it.
    pub request: &'a str,
    /// Now.
    pub released_at: UnixMillis,
}

/// What a request was answered before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Earlier {
    /// Nothing: no request had this id.
    Nothing,
    /// The server's half left, and nothing is known of the signature.
    Released {
        /// Id of the last ceremony about it.
        ceremony: [u8; 32],
        /// The server's half, as it was sent.
        partial: Vec<u8>,
    },
    /// It was signed.
    Signed(SignatureBytes),
    /// The id stands for another digest, was used more than an hour ago, or had as many halves
    /// as it may have.
    Conflict,
}

/// Whether a key may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// What was asked for is written: go on.
    Active,
    /// The key is frozen: nothing may leave.
    Frozen,
}

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

    /// Remembers a key that was imported, in the place of one that the same device imported
    /// before and lost, and uses the permit, in the same step. `permit` is `Token::hash` of the
    /// one that the device has, if any.
    ///
    /// # Errors
    /// As above; [`StoreError::KeyInUse`] if another device has the key, or this one has
    /// used it.
    fn import_key(
        &self,
        key: &NewKey<'_>,
        permit: Option<&[u8; 32]>,
    ) -> Result<Permission, StoreError>;

    /// Remembers a permit to import a key: its hash, and from when on it is refused.
    ///
    /// # Errors
    /// As above.
    fn add_import_permit(
        &self,
        hash: &[u8; 32],
        created_at: UnixMillis,
        expires_at: UnixMillis,
    ) -> Result<(), StoreError>;

    /// The key, if this device has it.
    ///
    /// # Errors
    /// As above.
    fn find_key(&self, device: &DeviceId, key: &KeyId) -> Result<Option<StoredKey>, StoreError>;

    /// Whose the key is.
    ///
    /// # Errors
    /// As above.
    fn device_of(&self, key: &KeyId) -> Result<Option<DeviceId>, StoreError>;

    /// Freezes a key for good, as far as its share of this epoch goes. Freezing
    /// what is frozen changes nothing.
    ///
    /// # Errors
    /// As above.
    fn freeze(
        &self,
        key: &KeyId,
        epoch: u32,
        reason: &str,
        at: UnixMillis,
    ) -> Result<(), StoreError>;

    /// Counts a strike before a check begins, so that a crash during the check
    /// leaves it behind: it could have failed, and the peer that caused the crash
    /// would have its answer. Freezes the key instead at
    /// [`MAX_STRIKES`](tandem_threshold::MAX_STRIKES).
    ///
    /// # Errors
    /// As above.
    fn begin_check(&self, key: &KeyId, epoch: u32, at: UnixMillis) -> Result<Standing, StoreError>;

    /// Takes the strike back: the check came to an end.
    ///
    /// # Errors
    /// As above.
    fn end_check(&self, key: &KeyId, epoch: u32) -> Result<(), StoreError>;

    /// Counts a strike that stays, because of an abort that no honest device causes
    /// ([`Abort::is_strike`](tandem_threshold::Abort::is_strike)), and freezes the
    /// key with the last one it may have. If a check was `begun` for it, that one's
    /// strike is the one that stays.
    ///
    /// # Errors
    /// As above.
    fn strike(
        &self,
        key: &KeyId,
        epoch: u32,
        begun: bool,
        reason: &str,
        at: UnixMillis,
    ) -> Result<(), StoreError>;

    /// Records a signature and ends its check, in one step, unless the key is
    /// frozen or of another epoch. Unless it was prepared, the device has then proved
    /// that it has the share of this epoch: if it is the next one it takes the place of
    /// the current one, which is deleted.
    ///
    /// # Errors
    /// As above; also if its ceremony or its r was recorded before, and then
    /// nothing is.
    fn record_signature(&self, signature: &NewSignature<'_>) -> Result<Standing, StoreError>;

    /// What was released for a request of this key: the same again, or nothing.
    ///
    /// # Errors
    /// As above.
    fn earlier(
        &self,
        key: &KeyId,
        request: &RequestId,
        digest: &[u8; 32],
        now: UnixMillis,
    ) -> Result<Earlier, StoreError>;

    /// Adds the signature that the device made of the half with the same r. Says whether
    /// there is such a half of this request.
    ///
    /// # Errors
    /// As above.
    fn complete_signature(
        &self,
        key: &KeyId,
        request: &RequestId,
        signature: &SignatureBytes,
    ) -> Result<bool, StoreError>;

    /// The same as [`record_signature`](Self::record_signature) for a confirmation, which leaves no record of its own.
    ///
    /// # Errors
    /// As above.
    fn confirm(&self, key: &KeyId, epoch: u32, at: UnixMillis) -> Result<Standing, StoreError>;

    /// The same for an export, which also uses the permit (`Token::hash` of the one that the
    /// device has, if any) and leaves its time with the key.
    ///
    /// # Errors
    /// As above.
    fn export(
        &self,
        key: &KeyId,
        epoch: u32,
        permit: Option<&[u8; 32]>,
        at: UnixMillis,
    ) -> Result<(Standing, Permission), StoreError>;

    /// Remembers the share of a refresh beside the current one. It takes the place of
    /// a next share that nothing has proved; if it was made from that one, that one
    /// is proved by it and becomes the current share first.
    ///
    /// # Errors
    /// As above; [`StoreError::NoSuchKey`] if the key has no share of the epoch that
    /// it was made from.
    fn add_next_share(&self, next: &NextShare<'_>) -> Result<(), StoreError>;

    /// From now on the current share of this key, or of every key, signs nothing
    /// before it was refreshed. Returns how many keys that are.
    ///
    /// # Errors
    /// As above.
    fn want_refresh(&self, key: Option<&KeyId>, at: UnixMillis) -> Result<usize, StoreError>;

    /// The recovery kits of the share of an epoch: none, one, or after it a second one that
    /// no device has said to have stored.
    ///
    /// # Errors
    /// As above.
    fn kits(&self, key: &KeyId, epoch: u32) -> Result<Vec<StoredKit>, StoreError>;

    /// All keys that these words recover, oldest first.
    ///
    /// # Errors
    /// As above.
    fn recoverable(&self, recovery_key: &[u8; 33]) -> Result<Vec<Recoverable>, StoreError>;

    /// Remembers a kit beside one for other words, in the place of one for the same.
    /// That needs no permit if the key has a kit for these words and they were proved, or
    /// if it has released no signature and has no kit that a device has stored. Otherwise
    /// the permit is used, in the same step.
    ///
    /// # Errors
    /// As above.
    fn add_kit(&self, kit: &NewKit<'_>) -> Result<Permission, StoreError>;

    /// The device has stored the kit for these words: those for others go.
    ///
    /// # Errors
    /// As above; [`StoreError::NoSuchKey`] if there is no such kit.
    fn device_has_kit(
        &self,
        key: &KeyId,
        epoch: u32,
        recovery_key: &[u8; 33],
        at: UnixMillis,
    ) -> Result<(), StoreError>;

    /// Remembers a permit.
    ///
    /// # Errors
    /// As above; [`StoreError::NoSuchKey`] if the key is not there.
    fn add_permit(&self, permit: &NewPermit<'_>) -> Result<(), StoreError>;

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
    /// Another device has the key, or it was used.
    #[error("the key is in the database already, and in use")]
    KeyInUse,
}
