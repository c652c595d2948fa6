//! Keys: shares, freezes and strikes.

use rusqlite::{Connection, OptionalExtension, params};
use tandem_threshold::KeyId;
use tandem_wire::DeviceId;

use crate::store::{MAX_STRIKES, NewKey, Standing, StoreError, StoredKey, UnixMillis};

/// Reason of a freeze that no check found.
const STRUCK_OUT: &str = "too many checks were cut short";

pub(super) fn count(connection: &Connection, device: &DeviceId) -> Result<u32, StoreError> {
    Ok(connection.query_row(
        "SELECT count(*) FROM keys WHERE device = ?1",
        params![device.0],
        |row| row.get(0),
    )?)
}

pub(super) fn add(connection: &Connection, key: &NewKey<'_>) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO keys
             (id, device, epoch, sealed_share, device_release, server_release, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            key.id.as_bytes(),
            key.device.0,
            key.epoch,
            key.sealed_share,
            key.releases.device,
            key.releases.server,
            key.created_at.0,
        ],
    )?;
    Ok(())
}

pub(super) fn find(
    connection: &Connection,
    device: &DeviceId,
    key: &KeyId,
) -> Result<Option<StoredKey>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT epoch, sealed_share, frozen_at IS NOT NULL FROM keys
         WHERE id = ?1 AND device = ?2",
    )?;
    let found = statement.query_row(params![key.as_bytes(), device.0], |row| {
        Ok(StoredKey {
            epoch: row.get(0)?,
            sealed_share: row.get(1)?,
            frozen: row.get(2)?,
        })
    });
    Ok(found.optional()?)
}

pub(super) fn freeze(
    connection: &Connection,
    key: &KeyId,
    reason: &str,
    at: UnixMillis,
) -> Result<(), StoreError> {
    // The first reason is the one that matters.
    let changed = connection.execute(
        "UPDATE keys SET frozen_at = coalesce(frozen_at, ?2),
                         frozen_reason = coalesce(frozen_reason, ?3)
         WHERE id = ?1",
        params![key.as_bytes(), at.0, reason],
    )?;
    one(changed)
}

pub(super) fn begin_check(
    connection: &Connection,
    key: &KeyId,
    at: UnixMillis,
) -> Result<Standing, StoreError> {
    let changed = connection
        .prepare_cached(
            "UPDATE keys SET strikes = strikes + 1
             WHERE id = ?1 AND frozen_at IS NULL AND strikes < ?2",
        )?
        .execute(params![key.as_bytes(), MAX_STRIKES])?;
    if changed == 1 {
        return Ok(Standing::Active);
    }
    freeze(connection, key, STRUCK_OUT, at)?;
    Ok(Standing::Frozen)
}

pub(super) fn end_check(connection: &Connection, key: &KeyId) -> Result<(), StoreError> {
    let changed = connection
        .prepare_cached("UPDATE keys SET strikes = max(strikes - 1, 0) WHERE id = ?1")?
        .execute(params![key.as_bytes()])?;
    one(changed)
}

fn one(changed: usize) -> Result<(), StoreError> {
    if changed == 1 {
        Ok(())
    } else {
        Err(StoreError::NoSuchKey)
    }
}
