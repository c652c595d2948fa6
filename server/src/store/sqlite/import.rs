//! Keys that existed before, and permits to bring them here.

use rusqlite::{Connection, TransactionBehavior, params};

use super::key;
use crate::store::{NewKey, Permission, StoreError, UnixMillis};

pub(super) fn add_permit(
    connection: &Connection,
    hash: &[u8; 32],
    created_at: UnixMillis,
    expires_at: UnixMillis,
) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO import_permits (hash, created_at, expires_at) VALUES (?1, ?2, ?3)",
        params![hash, created_at.0, expires_at.0],
    )?;
    Ok(())
}

pub(super) fn import(
    connection: &mut Connection,
    new: &NewKey<'_>,
    permit: Option<&[u8; 32]>,
) -> Result<Permission, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let used = transaction.execute(
        "UPDATE import_permits SET used_at = ?2
         WHERE hash = ?1 AND used_at IS NULL AND expires_at > ?2",
        params![permit, new.created_at.0],
    )?;
    if used != 1 {
        return Ok(Permission::Required);
    }
    match key::device_of(&transaction, new.id)? {
        None => key::add(&transaction, new)?,
        // An import that was cut off before its device had stored it. What that left here
        // signs nothing: the other half of it is nowhere.
        Some(device) if device == *new.device => replace(&transaction, new)?,
        Some(_) => return Err(StoreError::KeyInUse),
    }
    transaction.execute(
        "UPDATE keys SET imported_at = ?2 WHERE id = ?1",
        params![new.id.as_bytes(), new.created_at.0],
    )?;
    transaction.commit()?;
    Ok(Permission::Granted)
}

/// The new pair in the place of one that never signed. One that did is not given up: its
/// device has it, and would lose it.
fn replace(transaction: &Connection, new: &NewKey<'_>) -> Result<(), StoreError> {
    let replaced = transaction.execute(
        "UPDATE keys SET sealed_share = ?3, epoch = ?2, strikes = 0, frozen_at = NULL,
             frozen_reason = NULL, device_release = ?4, server_release = ?5, created_at = ?6
         WHERE id = ?1 AND epoch <= ?2
             AND NOT EXISTS (SELECT 1 FROM signatures WHERE key = ?1)
             AND NOT EXISTS (SELECT 1 FROM next_shares WHERE key = ?1)",
        params![
            new.id.as_bytes(),
            new.epoch,
            new.sealed_share,
            new.releases.device,
            new.releases.server,
            new.created_at.0,
        ],
    )?;
    if replaced != 1 {
        return Err(StoreError::KeyInUse);
    }
    // Those that were made of the share that is gone.
    transaction.execute("DELETE FROM kits WHERE key = ?1", [new.id.as_bytes()])?;
    Ok(())
}
