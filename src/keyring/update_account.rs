//! `keyring_updateAccount`: nothing about an account can be changed by a caller,
//! so this accepts the account as it is and refuses every other.

use serde_json::Value;
use tandem_ethereum::json_object;

use super::params::Params;
use crate::Device;
use crate::error::Error;

impl Device {
    pub(super) async fn update_account(&self, params: &Value) -> Result<Value, Error> {
        let mut reader = Params::read(params);
        let given = reader.get("account").cloned().unwrap_or(Value::Null);
        let Some(id) = given.get("id").and_then(Value::as_str) else {
            reader.problem("account.id", "is missing");
            reader.finish()?;
            return Err(Error::Internal("a missing account id was not reported"));
        };
        let account = self.load().await?.account(id)?.to_json();
        for field in ["type", "address", "scopes", "methods", "options"] {
            if given
                .get(field)
                .is_some_and(|value| Some(value) != account.get(field))
            {
                reader.problem(&format!("account.{field}"), "cannot be changed");
            }
        }
        reader.finish()?;
        self.host
            .emit("notify:accountUpdated", json_object([("account", account)]))
            .await?;
        Ok(Value::Null)
    }
}
