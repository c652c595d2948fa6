//! Keys whose private key a device was given the means to compute.

use rusqlite::{Connection, TransactionBehavior, params};
use tandem_threshold::KeyId;

use super::{key, recovery, refresh};
use crate::store::{Operation, Permission, Standing, StoreError, UnixMillis};

pub(super) fn export(
    connection: &mut Connection,
    key: &KeyId,
    epoch: u32,
    permit: Option<&[u8; 32]>,
    at: UnixMillis,
) -> Result<(Standing, Permission), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // True whatever becomes of the permit: the device has shown its share.
    let standing = refresh::prove(&transaction, key, epoch, at)?;
    let permission = if standing == Standing::Active
        && recovery::use_permit(&transaction, permit, key, Operation::Export, at)?
    {
        key::one(transaction.execute(
            "UPDATE keys SET exported_at = ?2 WHERE id = ?1",
            params![key.as_bytes(), at.0],
        )?)?;
        Permission::Granted
    } else {
        Permission::Required
    };
    transaction.commit()?;
    Ok((standing, permission))
}
