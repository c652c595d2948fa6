//! The record of what was signed.

use rusqlite::{Connection, TransactionBehavior, params};

use super::key;
use crate::store::{NewSignature, Standing, StoreError};

pub(super) fn record(
    connection: &mut Connection,
    signature: &NewSignature<'_>,
) -> Result<Standing, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let inserted = transaction.execute(
        "INSERT INTO signatures
             (key, epoch, account, method, digest, ceremony, partial, request, released_at, r)
         SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM keys
         WHERE id = ?1 AND frozen_at IS NULL AND epoch = ?2",
        params![
            signature.key.as_bytes(),
            signature.epoch,
            signature.account,
            signature.method,
            signature.digest,
            signature.ceremony,
            signature.partial,
            signature.request,
            signature.released_at.0,
            signature.r,
        ],
    )?;
    if signature.ends_check {
        key::end_check(&transaction, signature.key)?;
    }
    transaction.commit()?;
    Ok(match inserted {
        0 => Standing::Frozen,
        _ => Standing::Active,
    })
}
