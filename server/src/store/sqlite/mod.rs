//! The store in one SQLite file. Several processes may use it at once: the
//! server, and the commands that an operator runs beside it.

mod enrolment;
mod export;
mod import;
mod key;
mod recovery;
mod refresh;
mod schema;
mod signature;

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};
use tandem_threshold::KeyId;
use tandem_wire::{DeviceId, RequestId, SignatureBytes};

use crate::seal::SealingKey;
use crate::store::{
    Earlier, Enrolment, NewDevice, NewKey, NewKit, NewPermit, NewSignature, NewToken, NextShare,
    Permission, Recoverable, Standing, Store, StoreError, StoredKey, StoredKit, UnixMillis,
};

/// How long to wait while another process writes.
const BUSY: Duration = Duration::from_secs(10);
/// The same, for one try where SQLite does not wait itself.
const BUSY_STEP: Duration = Duration::from_millis(20);

/// A store in a file.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Mutex<Connection>,
}

/// Whether there is anything in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// No file, or one without tables: nothing can be lost.
    New,
    /// A database.
    Existing,
}

impl SqliteStore {
    /// Looks at the file without changing it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn freshness(path: &Path) -> Result<Freshness, StoreError> {
        if !path.exists() {
            return Ok(Freshness::New);
        }
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.busy_timeout(BUSY)?;
        match schema::version(&connection).map_err(foreign)? {
            0 => Ok(Freshness::New),
            _ => Ok(Freshness::Existing),
        }
    }

    /// Opens the file; makes or migrates its tables.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        make_private(path)?;
        let mut connection = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        schema::migrate(&mut connection)?;
        Ok(Self::of(connection))
    }

    /// Opens a file that must be there and of this release, and makes nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open_existing(path: &Path) -> Result<Self, StoreError> {
        let connection = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        schema::refuse_newer(&connection)?;
        Ok(Self::of(connection))
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY)?;
        // Full: a commit that returned survives a power cut.
        write_ahead(&connection)
            .and_then(|()| connection.pragma_update(None, "synchronous", "full"))
            .and_then(|()| connection.pragma_update(None, "foreign_keys", true))
            .and_then(|()| connection.pragma_update(None, "trusted_schema", false))
            // A share that a refresh replaced is overwritten, not only forgotten.
            .and_then(|()| connection.pragma_update(None, "secure_delete", true))
            .map_err(|error| foreign(error.into()))?;
        Ok(connection)
    }

    fn of(connection: Connection) -> Self {
        Self {
            connection: Mutex::new(connection),
        }
    }

    /// A panic while the lock was held has rolled its transaction back, so the
    /// connection is as good as before.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Turns the file to write-ahead logging. Several processes may do so with a new file at the same
/// moment; SQLite then says that it is busy without having waited.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let deadline = Instant::now() + BUSY;
    loop {
        match connection.pragma_update(None, "journal_mode", "wal") {
            Err(error)
                if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
                    && Instant::now() < deadline =>
            {
                thread::sleep(BUSY_STEP);
            }
            outcome => return outcome,
        }
    }
}

/// Makes the file, if there is none, for its owner only; SQLite gives its
/// companions the same permissions. The requests in it are nobody else's business.
fn make_private(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(source) => Err(StoreError::File {
            path: path.to_owned(),
            source,
        }),
    }
}

fn foreign(error: StoreError) -> StoreError {
    match error {
        StoreError::Database(error)
            if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) =>
        {
            StoreError::Foreign
        }
        other => other,
    }
}

impl Store for SqliteStore {
    fn add_token(&self, token: &NewToken) -> Result<(), StoreError> {
        enrolment::add_token(&self.lock(), token)
    }

    fn enrol(&self, token: &[u8; 32], device: &NewDevice<'_>) -> Result<Enrolment, StoreError> {
        enrolment::enrol(&mut self.lock(), token, device)
    }

    fn is_enrolled(&self, device: &DeviceId) -> Result<bool, StoreError> {
        enrolment::is_enrolled(&self.lock(), device)
    }

    fn count_keys(&self, device: &DeviceId) -> Result<u32, StoreError> {
        key::count(&self.lock(), device)
    }

    fn add_key(&self, key: &NewKey<'_>) -> Result<(), StoreError> {
        key::add(&self.lock(), key)
    }

    fn import_key(
        &self,
        key: &NewKey<'_>,
        permit: Option<&[u8; 32]>,
    ) -> Result<Permission, StoreError> {
        import::import(&mut self.lock(), key, permit)
    }

    fn add_import_permit(
        &self,
        hash: &[u8; 32],
        created_at: UnixMillis,
        expires_at: UnixMillis,
    ) -> Result<(), StoreError> {
        import::add_permit(&self.lock(), hash, created_at, expires_at)
    }

    fn find_key(&self, device: &DeviceId, key: &KeyId) -> Result<Option<StoredKey>, StoreError> {
        key::find(&self.lock(), device, key)
    }

    fn device_of(&self, key: &KeyId) -> Result<Option<DeviceId>, StoreError> {
        key::device_of(&self.lock(), key)
    }

    fn freeze(
        &self,
        key: &KeyId,
        epoch: u32,
        reason: &str,
        at: UnixMillis,
    ) -> Result<(), StoreError> {
        key::freeze(&self.lock(), key, epoch, reason, at)
    }

    fn begin_check(&self, key: &KeyId, epoch: u32, at: UnixMillis) -> Result<Standing, StoreError> {
        key::begin_check(&self.lock(), key, epoch, at)
    }

    fn end_check(&self, key: &KeyId, epoch: u32) -> Result<(), StoreError> {
        key::end_check(&self.lock(), key, epoch)
    }

    fn strike(
        &self,
        key: &KeyId,
        epoch: u32,
        begun: bool,
        reason: &str,
        at: UnixMillis,
    ) -> Result<(), StoreError> {
        key::strike(&self.lock(), key, epoch, begun, reason, at)
    }

    fn record_signature(&self, signature: &NewSignature<'_>) -> Result<Standing, StoreError> {
        signature::record(&mut self.lock(), signature)
    }

    fn earlier(
        &self,
        key: &KeyId,
        request: &RequestId,
        digest: &[u8; 32],
        now: UnixMillis,
    ) -> Result<Earlier, StoreError> {
        signature::earlier(&self.lock(), key, request, digest, now)
    }

    fn complete_signature(
        &self,
        key: &KeyId,
        request: &RequestId,
        signature: &SignatureBytes,
    ) -> Result<bool, StoreError> {
        signature::complete(&self.lock(), key, request, signature)
    }

    fn confirm(&self, key: &KeyId, epoch: u32, at: UnixMillis) -> Result<Standing, StoreError> {
        refresh::confirm(&mut self.lock(), key, epoch, at)
    }

    fn export(
        &self,
        key: &KeyId,
        epoch: u32,
        permit: Option<&[u8; 32]>,
        at: UnixMillis,
    ) -> Result<(Standing, Permission), StoreError> {
        export::export(&mut self.lock(), key, epoch, permit, at)
    }

    fn add_next_share(&self, next: &NextShare<'_>) -> Result<(), StoreError> {
        refresh::add(&mut self.lock(), next)
    }

    fn want_refresh(&self, key: Option<&KeyId>, at: UnixMillis) -> Result<usize, StoreError> {
        refresh::want(&self.lock(), key, at)
    }

    fn kits(&self, key: &KeyId, epoch: u32) -> Result<Vec<StoredKit>, StoreError> {
        recovery::kits(&self.lock(), key, epoch)
    }

    fn recoverable(&self, recovery_key: &[u8; 33]) -> Result<Vec<Recoverable>, StoreError> {
        recovery::recoverable(&self.lock(), recovery_key)
    }

    fn add_kit(&self, kit: &NewKit<'_>) -> Result<Permission, StoreError> {
        recovery::add_kit(&mut self.lock(), kit)
    }

    fn device_has_kit(
        &self,
        key: &KeyId,
        epoch: u32,
        recovery_key: &[u8; 33],
        at: UnixMillis,
    ) -> Result<(), StoreError> {
        recovery::device_has_kit(&mut self.lock(), key, epoch, recovery_key, at)
    }

    fn add_permit(&self, permit: &NewPermit<'_>) -> Result<(), StoreError> {
        recovery::add_permit(&self.lock(), permit)
    }

    fn probe(&self, now: UnixMillis) -> Result<(), StoreError> {
        self.lock().execute(
            "INSERT INTO meta (name, value) VALUES ('probe', ?1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            params![now.0.to_be_bytes()],
        )?;
        Ok(())
    }

    fn check_sealing_key(&self, key: &SealingKey) -> Result<(), StoreError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let stored: Option<Vec<u8>> = transaction
            .query_row(
                "SELECT value FROM meta WHERE name = 'sealing_key_check'",
                [],
                |row| row.get(0),
            )
            .optional()?;
        match stored {
            Some(value) if key.recognises(&value) => Ok(()),
            Some(_) => Err(StoreError::WrongSealingKey),
            None => {
                transaction.execute(
                    "INSERT INTO meta (name, value) VALUES ('sealing_key_check', ?1)",
                    params![key.check_value()?],
                )?;
                Ok(transaction.commit()?)
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
