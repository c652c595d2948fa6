//! The share of a refresh, beside the current one until a later session proves it
//! (SPEC.md 10.8).

use rusqlite::{Connection, TransactionBehavior, params};
use tandem_threshold::KeyId;

use super::{key, recovery};
use crate::store::{NextShare, Standing, StoreError, UnixMillis};

pub(super) fn add(connection: &mut Connection, next: &NextShare<'_>) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Whoever made a share from the next one has that one.
    promote(&transaction, next.key, next.from_epoch, next.made_at)?;
    let inserted = transaction.execute(
        "INSERT OR REPLACE INTO next_shares
             (key, epoch, sealed_share, device_release, server_release, proof, made_at, device)
         SELECT id, epoch + 1, ?3, ?4, ?5, ?6, ?7, nullif(?8, device)
         FROM keys WHERE id = ?1 AND epoch = ?2",
        params![
            next.key.as_bytes(),
            next.from_epoch,
            next.sealed,
            next.releases.device,
            next.releases.server,
            next.proof,
            next.made_at.0,
            next.device.0,
        ],
    )?;
    key::one(inserted)?;
    recovery::follow(&transaction, next.key, next.from_epoch, next.kits)?;
    Ok(transaction.commit()?)
}

pub(super) fn confirm(
    connection: &mut Connection,
    key: &KeyId,
    epoch: u32,
    at: UnixMillis,
) -> Result<Standing, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let standing = prove(&transaction, key, epoch, at)?;
    transaction.commit()?;
    Ok(standing)
}

/// The device has shown that it has the share of this epoch: ends the check of that,
/// and makes the share the current one.
pub(super) fn prove(
    transaction: &Connection,
    key: &KeyId,
    epoch: u32,
    at: UnixMillis,
) -> Result<Standing, StoreError> {
    key::end_check(transaction, key, epoch)?;
    promote(transaction, key, epoch, at)?;
    let active = transaction
        .prepare_cached("SELECT 1 FROM keys WHERE id = ?1 AND epoch = ?2 AND frozen_at IS NULL")?
        .exists(params![key.as_bytes(), epoch])?;
    Ok(if active {
        Standing::Active
    } else {
        Standing::Frozen
    })
}

/// Puts the next share in the place of the current one, if it is of this epoch. The
/// old share is gone then, and with it its freeze and its strikes; and if the key was
/// recovered, the device that had it.
fn promote(
    transaction: &Connection,
    key: &KeyId,
    epoch: u32,
    at: UnixMillis,
) -> Result<(), StoreError> {
    let promoted = transaction.execute(
        "UPDATE keys SET epoch = n.epoch, sealed_share = n.sealed_share, strikes = n.strikes,
             frozen_at = n.frozen_at, frozen_reason = n.frozen_reason,
             device = coalesce(n.device, keys.device),
             refresh_wanted_at =
                 CASE WHEN refresh_wanted_at > n.made_at THEN refresh_wanted_at END
         FROM next_shares n
         WHERE id = ?1 AND n.key = ?1 AND n.epoch = ?2",
        params![key.as_bytes(), epoch],
    )?;
    if promoted == 0 {
        return Ok(());
    }
    transaction.execute(
        "INSERT INTO refreshes
             (key, epoch, device_release, server_release, proof, made_at, promoted_at)
         SELECT key, epoch, device_release, server_release, proof, made_at, ?2
         FROM next_shares WHERE key = ?1",
        params![key.as_bytes(), at.0],
    )?;
    let deleted = transaction.execute(
        "DELETE FROM next_shares WHERE key = ?1",
        params![key.as_bytes()],
    )?;
    key::one(deleted)?;
    recovery::drop_older(transaction, key, epoch)
}

pub(super) fn want(
    connection: &Connection,
    key: Option<&KeyId>,
    at: UnixMillis,
) -> Result<usize, StoreError> {
    Ok(connection.execute(
        "UPDATE keys SET refresh_wanted_at = ?2 WHERE ?1 IS NULL OR id = ?1",
        params![key.map(KeyId::as_bytes), at.0],
    )?)
}
