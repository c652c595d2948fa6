//! The tables, and how older ones become these. A migration is never changed
//! once it was released; a new one is added at the end.

use rusqlite::{Connection, TransactionBehavior};

use crate::store::StoreError;

/// Marks the file as ours: "TNDM".
const APPLICATION_ID: i64 = 0x544e_444d;

/// Migration `n` leads from version `n` to `n + 1`.
const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE meta (
        name TEXT PRIMARY KEY,
        value BLOB NOT NULL
    ) STRICT;

    CREATE TABLE devices (
        id BLOB PRIMARY KEY CHECK (length(id) = 33),
        name TEXT,
        release TEXT NOT NULL,
        enrolled_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE enrolment_tokens (
        hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
        name TEXT,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        used_at INTEGER,
        used_by BLOB REFERENCES devices (id),
        CHECK ((used_at IS NULL) = (used_by IS NULL))
    ) STRICT;

    CREATE TABLE keys (
        id BLOB PRIMARY KEY CHECK (length(id) = 32),
        device BLOB NOT NULL REFERENCES devices (id),
        epoch INTEGER NOT NULL,
        sealed_share BLOB NOT NULL,
        device_release TEXT NOT NULL,
        server_release TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        strikes INTEGER NOT NULL DEFAULT 0 CHECK (strikes >= 0),
        frozen_at INTEGER,
        frozen_reason TEXT,
        CHECK ((frozen_at IS NULL) = (frozen_reason IS NULL))
    ) STRICT;
    CREATE INDEX keys_by_device ON keys (device);

    CREATE TABLE signatures (
        id INTEGER PRIMARY KEY,
        key BLOB NOT NULL REFERENCES keys (id),
        epoch INTEGER NOT NULL,
        account INTEGER NOT NULL,
        method TEXT NOT NULL,
        digest BLOB NOT NULL CHECK (length(digest) = 32),
        ceremony BLOB NOT NULL UNIQUE CHECK (length(ceremony) = 32),
        partial BLOB NOT NULL,
        request TEXT NOT NULL,
        released_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX signatures_by_key ON signatures (key, released_at);
",
    // Null for what was signed before. Two signatures with one r would be two uses of
    // one nonce, which give the key away: the second is not recorded, so not released.
    "
    ALTER TABLE signatures ADD COLUMN r BLOB CHECK (length(r) = 32);
    CREATE UNIQUE INDEX signatures_by_r ON signatures (r);
",
    // A row of `keys` keeps the releases and the time of its keygen; `refreshes` has
    // those of every later pair that was proved, without the share.
    "
    ALTER TABLE keys ADD COLUMN refresh_wanted_at INTEGER;

    CREATE TABLE next_shares (
        key BLOB PRIMARY KEY REFERENCES keys (id),
        epoch INTEGER NOT NULL,
        sealed_share BLOB NOT NULL,
        device_release TEXT NOT NULL,
        server_release TEXT NOT NULL,
        proof BLOB NOT NULL CHECK (length(proof) = 64),
        made_at INTEGER NOT NULL,
        strikes INTEGER NOT NULL DEFAULT 0 CHECK (strikes >= 0),
        frozen_at INTEGER,
        frozen_reason TEXT,
        CHECK ((frozen_at IS NULL) = (frozen_reason IS NULL))
    ) STRICT;

    CREATE TABLE refreshes (
        key BLOB NOT NULL REFERENCES keys (id),
        epoch INTEGER NOT NULL,
        device_release TEXT NOT NULL,
        server_release TEXT NOT NULL,
        proof BLOB NOT NULL CHECK (length(proof) = 64),
        made_at INTEGER NOT NULL,
        promoted_at INTEGER NOT NULL,
        PRIMARY KEY (key, epoch)
    ) STRICT;
",
    // The device of a next share is null, or the one that recovered the key with its
    // words: it has the key once it has proved that share.
    //
    // A key has a kit for each epoch that it has a share of, and for a moment two: the
    // one that is, until the device has said that it has stored the new one.
    "
    CREATE TABLE kits (
        key BLOB NOT NULL REFERENCES keys (id),
        epoch INTEGER NOT NULL,
        recovery_key BLOB NOT NULL CHECK (length(recovery_key) = 33),
        sealed_kit BLOB NOT NULL,
        made_at INTEGER NOT NULL,
        stored_at INTEGER,
        PRIMARY KEY (key, epoch, recovery_key)
    ) STRICT;
    CREATE INDEX kits_by_recovery_key ON kits (recovery_key);
    ALTER TABLE next_shares ADD COLUMN device BLOB REFERENCES devices (id);
    CREATE TABLE permits (
        hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
        key BLOB NOT NULL REFERENCES keys (id),
        operation TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        used_at INTEGER
    ) STRICT;
",
    // Null for what was signed before. A request has several halves if its device lost its
    // memory before it made a signature of one; the signature, r, s and parity, is null until
    // the device has told it.
    "
    ALTER TABLE signatures ADD COLUMN request_id BLOB CHECK (length(request_id) = 16);
    ALTER TABLE signatures ADD COLUMN signature BLOB CHECK (length(signature) = 65);
    CREATE INDEX signatures_by_request ON signatures (key, request_id);
",
    // A permit to import a key is for no key that is here.
    "
    CREATE TABLE import_permits (
        hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        used_at INTEGER
    ) STRICT;
    ALTER TABLE keys ADD COLUMN imported_at INTEGER;
    ALTER TABLE keys ADD COLUMN exported_at INTEGER;
",
];

/// 0 for a file without tables.
pub(super) fn version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Refuses a file of a later release, which may rely on what this one would not do.
pub(super) fn refuse_newer(connection: &Connection) -> Result<i64, StoreError> {
    let found = version(connection)?;
    let application: i64 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let empty = found == 0 && tables == 0;
    if !empty && application != APPLICATION_ID {
        return Err(StoreError::Foreign);
    }
    if found > known() {
        return Err(StoreError::NewerSchema {
            found,
            known: known(),
        });
    }
    Ok(found)
}

/// Brings the tables to this release's version, all of it or nothing.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = refuse_newer(&transaction)?;
    if found == known() {
        return Ok(());
    }
    let done = usize::try_from(found).unwrap_or(0);
    for migration in MIGRATIONS.iter().skip(done) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", known())?;
    Ok(transaction.commit()?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn a_new_file_is_migrated_once_and_then_left_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        assert_eq!(version(&connection).unwrap(), known());
        migrate(&mut connection).unwrap();
    }

    #[test]
    fn signatures_of_an_older_database_stay_and_have_no_r() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(MIGRATIONS[0]).unwrap();
        connection
            .execute_batch(
                "PRAGMA foreign_keys = off;
                 PRAGMA application_id = 1414415437;
                 PRAGMA user_version = 1;
                 INSERT INTO signatures
                     (key, epoch, account, method, digest, ceremony, partial, request, released_at)
                 SELECT x'01', 0, 0, 'personal_sign', zeroblob(32), randomblob(32), x'', '{}', 0
                 FROM (VALUES (1), (2));",
            )
            .unwrap();
        migrate(&mut connection).unwrap();
        assert_eq!(version(&connection).unwrap(), known());
        let without: u32 = connection
            .query_row(
                "SELECT count(*) FROM signatures WHERE r IS NULL",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(without, 2);
    }

    #[test]
    fn a_database_of_the_first_version_keeps_its_keys() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(MIGRATIONS.first().unwrap())
            .unwrap();
        connection
            .execute_batch(
                "INSERT INTO devices VALUES (zeroblob(33), NULL, 'r', 1);
                 INSERT INTO keys (id, device, epoch, sealed_share, device_release,
                                   server_release, created_at, strikes, frozen_at, frozen_reason)
                 VALUES (zeroblob(32), zeroblob(33), 0, x'0102', 'd', 's', 1, 3, 4, 'why');",
            )
            .unwrap();
        let pragma = |name, value: i64| connection.pragma_update(None, name, value).unwrap();
        pragma("user_version", 1);
        pragma("application_id", APPLICATION_ID);
        migrate(&mut connection).unwrap();
        let kept: (Vec<u8>, u32, String, Option<i64>) = connection
            .query_row(
                "SELECT sealed_share, strikes, frozen_reason, refresh_wanted_at FROM keys",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
            )
            .unwrap();
        assert_eq!(kept, (vec![1, 2], 3, "why".to_owned(), None));
        assert_eq!(version(&connection).unwrap(), known());
    }

    #[test]
    fn a_database_of_a_later_release_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        connection
            .pragma_update(None, "user_version", known() + 1)
            .unwrap();
        let error = migrate(&mut connection).unwrap_err().to_string();
        let expected = format!(
            "schema version {}, this release knows {}",
            known() + 1,
            known()
        );
        assert!(error.contains(&expected), "{error}");
    }

    #[test]
    fn a_database_of_another_program_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE theirs (a)").unwrap();
        assert!(matches!(
            migrate(&mut connection).unwrap_err(),
            StoreError::Foreign
        ));
    }
}
