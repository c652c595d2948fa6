//! Recovery kits, and the permits that replacing one takes (SPEC.md 11.5, 11.10).

use rusqlite::{Connection, TransactionBehavior, params};
use tandem_threshold::KeyId;
use tandem_wire::DeviceId;

use super::key;
use crate::store::{
    NewKit, NewPermit, NextKit, Operation, Permission, Recoverable, StoreError, StoredKit,
    StoredShare, UnixMillis,
};

pub(super) fn kits(
    connection: &Connection,
    key: &KeyId,
    epoch: u32,
) -> Result<Vec<StoredKit>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT recovery_key, sealed_kit FROM kits WHERE key = ?1 AND epoch = ?2
         ORDER BY stored_at IS NULL, made_at",
    )?;
    let rows = statement.query_map(params![key.as_bytes(), epoch], |row| {
        Ok(StoredKit {
            recovery_key: row.get(0)?,
            sealed: row.get(1)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn recoverable(
    connection: &Connection,
    recovery_key: &[u8; 33],
) -> Result<Vec<Recoverable>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT k.id, k.device, k.epoch, k.sealed_share, k.frozen_at IS NOT NULL, r.sealed_kit
         FROM kits r JOIN keys k ON k.id = r.key AND k.epoch = r.epoch
         WHERE r.recovery_key = ?1 ORDER BY k.created_at",
    )?;
    let rows = statement.query_map(params![recovery_key], |row| {
        Ok(Recoverable {
            key: KeyId::from_bytes(row.get(0)?),
            device: DeviceId(row.get(1)?),
            share: StoredShare {
                epoch: row.get(2)?,
                sealed: row.get(3)?,
                frozen: row.get(4)?,
            },
            sealed_kit: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn add_kit(
    connection: &mut Connection,
    kit: &NewKit<'_>,
) -> Result<Permission, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let permitted = || {
        use_permit(
            &transaction,
            kit.permit,
            kit.key,
            Operation::Recovery,
            kit.made_at,
        )
    };
    if !is_free(&transaction, kit)? && !permitted()? {
        return Ok(Permission::Required);
    }
    // What no device ever said that it has stored.
    transaction.execute(
        "DELETE FROM kits WHERE key = ?1 AND epoch = ?2 AND stored_at IS NULL",
        params![kit.key.as_bytes(), kit.epoch],
    )?;
    // A setup again for the same words leaves them as good as they were.
    transaction.execute(
        "INSERT INTO kits (key, epoch, recovery_key, sealed_kit, made_at)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET sealed_kit = excluded.sealed_kit, made_at = excluded.made_at",
        params![
            kit.key.as_bytes(),
            kit.epoch,
            kit.recovery_key,
            kit.sealed,
            kit.made_at.0
        ],
    )?;
    transaction.commit()?;
    Ok(Permission::Granted)
}

/// Whether a thief of the device alone gains nothing by it. For the words that the key
/// has anyway it takes the words: the thief would learn nothing, but could put a kit that
/// does not open in the place of one that does. For a key that never signed there is
/// nothing to steal yet.
fn is_free(transaction: &Connection, kit: &NewKit<'_>) -> Result<bool, StoreError> {
    Ok(transaction.query_row(
        "SELECT (?3 AND EXISTS (SELECT 1 FROM kits WHERE key = ?1 AND recovery_key = ?2))
             OR (NOT EXISTS (SELECT 1 FROM kits WHERE key = ?1 AND stored_at IS NOT NULL)
                 AND NOT EXISTS (SELECT 1 FROM signatures WHERE key = ?1))",
        params![kit.key.as_bytes(), kit.recovery_key, kit.words_proved],
        |row| row.get(0),
    )?)
}

/// Whether there was a permit that was good for this; now it is not any more.
pub(super) fn use_permit(
    transaction: &Connection,
    permit: Option<&[u8; 32]>,
    key: &KeyId,
    operation: Operation,
    at: UnixMillis,
) -> Result<bool, StoreError> {
    let used = transaction.execute(
        "UPDATE permits SET used_at = ?4
         WHERE hash = ?1 AND key = ?2 AND operation = ?3
             AND used_at IS NULL AND expires_at > ?4",
        params![permit, key.as_bytes(), operation.name(), at.0],
    )?;
    Ok(used == 1)
}

pub(super) fn device_has_kit(
    connection: &mut Connection,
    key: &KeyId,
    epoch: u32,
    recovery_key: &[u8; 33],
    at: UnixMillis,
) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let values = params![key.as_bytes(), epoch, recovery_key, at.0];
    key::one(transaction.execute(
        "UPDATE kits SET stored_at = ?4 WHERE key = ?1 AND epoch = ?2 AND recovery_key = ?3",
        values,
    )?)?;
    transaction.execute(
        "DELETE FROM kits WHERE key = ?1 AND epoch = ?2 AND recovery_key <> ?3",
        params![key.as_bytes(), epoch, recovery_key],
    )?;
    Ok(transaction.commit()?)
}

/// The kits of a next share. Those of an earlier next share are gone.
pub(super) fn follow(
    transaction: &Connection,
    key: &KeyId,
    from_epoch: u32,
    kits: &[NextKit<'_>],
) -> Result<(), StoreError> {
    transaction.execute(
        "DELETE FROM kits WHERE key = ?1 AND epoch > ?2",
        params![key.as_bytes(), from_epoch],
    )?;
    for kit in kits {
        key::one(transaction.execute(
            "INSERT INTO kits (key, epoch, recovery_key, sealed_kit, made_at, stored_at)
             SELECT key, epoch + 1, recovery_key, ?4, made_at, stored_at FROM kits
             WHERE key = ?1 AND epoch = ?2 AND recovery_key = ?3",
            params![key.as_bytes(), from_epoch, kit.recovery_key, kit.sealed],
        )?)?;
    }
    Ok(())
}

/// The share of this epoch is the current one: what belongs to older ones goes.
pub(super) fn drop_older(
    transaction: &Connection,
    key: &KeyId,
    epoch: u32,
) -> Result<(), StoreError> {
    transaction.execute(
        "DELETE FROM kits WHERE key = ?1 AND epoch < ?2",
        params![key.as_bytes(), epoch],
    )?;
    Ok(())
}

pub(super) fn add_permit(
    connection: &Connection,
    permit: &NewPermit<'_>,
) -> Result<(), StoreError> {
    key::one(connection.execute(
        "INSERT INTO permits (hash, key, operation, created_at, expires_at)
         SELECT ?1, id, ?3, ?4, ?5 FROM keys WHERE id = ?2",
        params![
            permit.hash,
            permit.key.as_bytes(),
            permit.operation.name(),
            permit.created_at.0,
            permit.expires_at.0,
        ],
    )?)
}
