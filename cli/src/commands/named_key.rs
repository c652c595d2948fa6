//! Which key a command is about: people know addresses, the device knows ids.

use serde_json::{Map, Value, json};

use crate::cli::OfKey;
use crate::device::Terminal;
use crate::error::Error;

/// `{key}` or `{account}`, as the device takes them.
pub async fn params(device: &Terminal, named: &OfKey) -> Result<Map<String, Value>, Error> {
    if let Some(key) = &named.key {
        return Ok(Map::from_iter([("key".to_owned(), json!(key))]));
    }
    let account = named.account.as_deref().unwrap_or_default();
    let accounts = device.request("keyring_listAccounts", json!({})).await?;
    let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).map(str::to_owned);
    let found = accounts.as_array().into_iter().flatten().find(|found| {
        text(found, "address").is_some_and(|address| address.eq_ignore_ascii_case(account))
    });
    let id = found.and_then(|found| text(found, "id"));
    let id = id.unwrap_or_else(|| account.to_owned());
    Ok(Map::from_iter([("account".to_owned(), json!(id))]))
}
