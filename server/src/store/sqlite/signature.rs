//! The record of what was signed.

use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior, params};
use tandem_threshold::KeyId;
use tandem_wire::{RequestId, SignatureBytes};

use super::refresh;
use crate::store::{Earlier, NewSignature, Standing, StoreError, UnixMillis};

/// How many halves one request may have: as many as a device loses, with its memory, before it
/// has made a signature of one.
const HALVES_MAX: u32 = 8;

/// For how long a request is answered with what it was answered before.
const ANSWERED_AGAIN: Duration = Duration::from_secs(60 * 60);

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
             (key, epoch, account, method, digest, ceremony, partial, request, released_at, r,
              request_id)
         SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 FROM keys
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
            signature.request_id,
        ],
    )?;
    transaction.commit()?;
    Ok(match inserted {
        0 => Standing::Frozen,
        _ => Standing::Active,
    })
}

/// What was released for a request, judged by its digest and age.
pub(super) fn earlier(
    connection: &Connection,
    key: &KeyId,
    request: &RequestId,
    digest: &[u8; 32],
    now: UnixMillis,
) -> Result<Earlier, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT digest, ceremony, partial, signature, released_at FROM signatures
         WHERE key = ?1 AND request_id = ?2 ORDER BY id",
    )?;
    let mut rows = statement.query(params![key.as_bytes(), request])?;
    let (mut halves, mut earlier) = (0, Earlier::Nothing);
    while let Some(row) = rows.next()? {
        let released_at = UnixMillis(row.get(4)?);
        if row.get::<_, [u8; 32]>(0)? != *digest || released_at.plus(ANSWERED_AGAIN) < now {
            return Ok(Earlier::Conflict);
        }
        if let Some(signature) = row.get::<_, Option<[u8; 65]>>(3)? {
            return Ok(Earlier::Signed(unpack(&signature)));
        }
        halves += 1;
        earlier = Earlier::Released {
            ceremony: row.get(1)?,
            partial: row.get(2)?,
        };
    }
    Ok(if halves < HALVES_MAX {
        earlier
    } else {
        Earlier::Conflict
    })
}

/// Adds the signature that the device made of the half with this r. False if there is no such
/// half of this request.
pub(super) fn complete(
    connection: &Connection,
    key: &KeyId,
    request: &RequestId,
    signature: &SignatureBytes,
) -> Result<bool, StoreError> {
    let changed = connection.execute(
        "UPDATE signatures SET signature = ?4 WHERE key = ?1 AND request_id = ?2 AND r = ?3",
        params![key.as_bytes(), request, signature.r, pack(signature)],
    )?;
    Ok(changed == 1)
}

fn pack(signature: &SignatureBytes) -> [u8; 65] {
    let mut bytes = [0; 65];
    let (r, rest) = bytes.split_at_mut(32);
    let (s, parity) = rest.split_at_mut(32);
    r.copy_from_slice(&signature.r);
    s.copy_from_slice(&signature.s);
    parity.copy_from_slice(&[signature.y_is_odd.into()]);
    bytes
}

fn unpack(bytes: &[u8; 65]) -> SignatureBytes {
    let (mut r, mut s) = ([0; 32], [0; 32]);
    let (first, rest) = bytes.split_at(32);
    let (second, parity) = rest.split_at(32);
    r.copy_from_slice(first);
    s.copy_from_slice(second);
    SignatureBytes {
        r,
        s,
        y_is_odd: parity == [1],
    }
}
