//! `prepare` and `finish`: the pure part of signing, for tools and tests. Given a
//! request they tell what would be signed; given a signature they assemble what
//! MetaMask expects.

use serde_json::Value;
use tandem_ethereum::{Prepared, Request, json_object};
use tandem_wire::{WIRE_VERSION, release};

use crate::error::Error;

/// `{"method","params","scope","account"?}` to the text of `{"digest","payload","summary"}`: a
/// summary can be long, so it is written once, without a tree of values in between.
///
/// # Errors
/// [`Error::Ethereum`] with every problem.
pub fn prepare(request: &str) -> Result<String, Error> {
    let prepared = Request::from_json(request)?.prepare()?;
    Ok(format!(
        r#"{{"digest":"{}","payload":"{}","summary":{}}}"#,
        hex_text(&prepared.digest()),
        hex_text(prepared.payload()),
        summary_text(&prepared)?,
    ))
}

/// The summary as JSON text.
pub(crate) fn summary_text(prepared: &Prepared) -> Result<String, Error> {
    serde_json::to_string(prepared.summary())
        .map_err(|_| Error::Internal("the summary does not encode"))
}

/// The input of [`prepare`] with `"signature":{"r","s","yParity"}` and an account,
/// to what MetaMask expects for the method.
///
/// # Errors
/// [`Error::Ethereum`] with every problem, also if the signature does not recover
/// to the account.
pub fn finish(request: &str) -> Result<Value, Error> {
    let (request, signature) = Request::from_signed_json(request)?;
    let prepared = request.prepare()?;
    let account = prepared
        .account()
        .ok_or_else(|| Error::field("account", "is missing"))?;
    Ok(prepared.finish(&signature, account)?.result)
}

/// What this build is.
#[must_use]
pub fn version() -> Value {
    let release = release();
    json_object([
        ("release", release.version.into()),
        ("commit", release.commit.into()),
        ("dependencies", release.dependencies.into()),
        ("wire", WIRE_VERSION.into()),
        ("state", crate::state::VERSION.into()),
    ])
}

pub(crate) fn hex_text(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}
