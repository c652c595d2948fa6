//! `keyring_getRequest`, `keyring_approveRequest`, `keyring_rejectRequest`.

use serde_json::Value;

use super::params::Params;
use crate::error::Error;

/// Requests are answered at once, so there is none with this id.
pub fn no_pending_request(params: &Value) -> Result<Value, Error> {
    let mut params = Params::read(params);
    let id = params.text("id").to_owned();
    params.finish()?;
    Err(Error::RequestNotFound(id))
}
