//! Enrolment tokens and devices.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use tandem_wire::DeviceId;

use crate::store::{Enrolment, NewDevice, NewToken, StoreError};

pub(super) fn add_token(connection: &Connection, token: &NewToken) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO enrolment_tokens (hash, name, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4)",
        params![
            token.hash,
            token.name,
            token.created_at.0,
            token.expires_at.0
        ],
    )?;
    Ok(())
}

pub(super) fn enrol(
    connection: &mut Connection,
    token: &[u8; 32],
    device: &NewDevice<'_>,
) -> Result<Enrolment, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let name: Option<Option<String>> = transaction
        .query_row(
            "SELECT name FROM enrolment_tokens
             WHERE hash = ?1 AND used_at IS NULL AND expires_at > ?2",
            params![token, device.at.0],
            |row| row.get(0),
        )
        .optional()?;
    let Some(name) = name else {
        return Ok(Enrolment::Refused);
    };
    transaction.execute(
        "INSERT INTO devices (id, name, release, enrolled_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO NOTHING",
        params![device.id.0, name, device.release, device.at.0],
    )?;
    transaction.execute(
        "UPDATE enrolment_tokens SET used_at = ?2, used_by = ?3 WHERE hash = ?1",
        params![token, device.at.0, device.id.0],
    )?;
    transaction.commit()?;
    Ok(Enrolment::Done)
}

pub(super) fn is_enrolled(connection: &Connection, device: &DeviceId) -> Result<bool, StoreError> {
    Ok(connection
        .prepare_cached("SELECT 1 FROM devices WHERE id = ?1")?
        .exists(params![device.0])?)
}
