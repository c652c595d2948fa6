//! Keys: shares, freezes and strikes.

use rusqlite::{Connection, OptionalExtension, ToSql, params};
use tandem_threshold::{KeyId, MAX_STRIKES};
use tandem_wire::DeviceId;

use crate::store::{NewKey, Standing, StoreError, StoredKey, StoredShare, UnixMillis};

/// Reason of a freeze that no failed check made.
const STRUCK_OUT: &str = "too many strikes";

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

pub(super) fn device_of(
    connection: &Connection,
    key: &KeyId,
) -> Result<Option<DeviceId>, StoreError> {
    let device = connection.query_row(
        "SELECT device FROM keys WHERE id = ?1",
        [key.as_bytes()],
        |row| row.get(0),
    );
    Ok(device.optional()?.map(DeviceId))
}

pub(super) fn find(
    connection: &Connection,
    device: &DeviceId,
    key: &KeyId,
) -> Result<Option<StoredKey>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT k.epoch, k.sealed_share, k.frozen_at IS NOT NULL,
                k.refresh_wanted_at IS NOT NULL,
                n.epoch, n.sealed_share, n.frozen_at IS NOT NULL
         FROM keys k LEFT JOIN next_shares n ON n.key = k.id AND n.device IS NULL
         WHERE k.id = ?1 AND k.device = ?2",
    )?;
    let found = statement.query_row(params![key.as_bytes(), device.0], |row| {
        let next = match row.get(4)? {
            None => None,
            Some(epoch) => Some(StoredShare {
                epoch,
                sealed: row.get(5)?,
                frozen: row.get(6)?,
            }),
        };
        Ok(StoredKey {
            current: StoredShare {
                epoch: row.get(0)?,
                sealed: row.get(1)?,
                frozen: row.get(2)?,
            },
            next,
            refresh_wanted: row.get(3)?,
        })
    });
    match found.optional()? {
        Some(found) => Ok(Some(found)),
        None => find_recovered(connection, device, key),
    }
}

/// What a device has that recovered the key and did not prove it yet: the new share, and
/// nothing of what the other device still has.
fn find_recovered(
    connection: &Connection,
    device: &DeviceId,
    key: &KeyId,
) -> Result<Option<StoredKey>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT epoch, sealed_share, frozen_at IS NOT NULL FROM next_shares
         WHERE key = ?1 AND device = ?2",
    )?;
    let found = statement.query_row(params![key.as_bytes(), device.0], |row| {
        Ok(StoredKey {
            current: StoredShare {
                epoch: row.get(0)?,
                sealed: row.get(1)?,
                frozen: row.get(2)?,
            },
            next: None,
            refresh_wanted: false,
        })
    });
    Ok(found.optional()?)
}

pub(super) fn freeze(
    connection: &Connection,
    key: &KeyId,
    epoch: u32,
    reason: &str,
    at: UnixMillis,
) -> Result<(), StoreError> {
    // The first reason is the one that matters.
    let set = "frozen_at = coalesce(frozen_at, ?3), frozen_reason = coalesce(frozen_reason, ?4)";
    let values = params![key.as_bytes(), epoch, at.0, reason];
    one(update_share(connection, set, "", values)?)
}

pub(super) fn begin_check(
    connection: &Connection,
    key: &KeyId,
    epoch: u32,
    at: UnixMillis,
) -> Result<Standing, StoreError> {
    let values = params![key.as_bytes(), epoch, MAX_STRIKES];
    let active = "AND frozen_at IS NULL AND strikes < ?3";
    if update_share(connection, "strikes = strikes + 1", active, values)? == 1 {
        return Ok(Standing::Active);
    }
    freeze(connection, key, epoch, STRUCK_OUT, at)?;
    Ok(Standing::Frozen)
}

pub(super) fn end_check(
    connection: &Connection,
    key: &KeyId,
    epoch: u32,
) -> Result<(), StoreError> {
    let values = params![key.as_bytes(), epoch];
    one(update_share(
        connection,
        "strikes = max(strikes - 1, 0)",
        "",
        values,
    )?)
}

pub(super) fn strike(
    connection: &Connection,
    key: &KeyId,
    epoch: u32,
    begun: bool,
    reason: &str,
    at: UnixMillis,
) -> Result<(), StoreError> {
    // On the right are the values before the change, in every column.
    let set = "strikes = strikes + ?3,
         frozen_reason = CASE WHEN frozen_at IS NULL AND strikes + ?3 >= ?4 THEN ?5
                         ELSE frozen_reason END,
         frozen_at = CASE WHEN frozen_at IS NULL AND strikes + ?3 >= ?4 THEN ?6
                     ELSE frozen_at END";
    let reason = format!("{STRUCK_OUT}, at last: {reason}");
    let values = params![
        key.as_bytes(),
        epoch,
        u32::from(!begun),
        MAX_STRIKES,
        reason,
        at.0
    ];
    one(update_share(connection, set, "", values)?)
}

/// Changes the share of an epoch, the current or the next one. `set` and `condition`
/// use the columns that both have; ?1 is the key, ?2 the epoch.
fn update_share(
    connection: &Connection,
    set: &str,
    condition: &str,
    values: &[&dyn ToSql],
) -> Result<usize, StoreError> {
    let mut changed = 0;
    for (table, key) in [("keys", "id"), ("next_shares", "key")] {
        changed += connection
            .prepare_cached(&format!(
                "UPDATE {table} SET {set} WHERE {key} = ?1 AND epoch = ?2 {condition}"
            ))?
            .execute(values)?;
    }
    Ok(changed)
}

pub(super) fn one(changed: usize) -> Result<(), StoreError> {
    if changed == 1 {
        Ok(())
    } else {
        Err(StoreError::NoSuchKey)
    }
}
