//! The record of what was signed.

use rusqlite::{Connection, TransactionBehavior, params};

use super::refresh;
use crate::store::{NewSignature, Standing, StoreError};

pub(super) fn record(
    connection: &mut Connection,
    signature: &NewSignature<'_>,
) -> Result<Standing, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (key, at) = (signature.key, signature.released_at);
    if signature.ends_check {
        refresh::prove(&transaction, key, signature.epoch, at)?;
    }
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
    transaction.commit()?;
    Ok(match inserted {
        0 => Standing::Frozen,
        _ => Standing::Active,
    })
}
