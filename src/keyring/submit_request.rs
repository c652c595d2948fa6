//! `keyring_submitRequest`: signs, after consent, at once.

use serde_json::Value;
use tandem_ethereum::{Request, Signature, json_object};
use tandem_wire::request_id;

use super::consent::Approved;
use super::params::Params;
use crate::Device;
use crate::error::Error;

impl Device {
    pub(super) async fn submit_request(
        &self,
        origin: &str,
        params: &Value,
    ) -> Result<Value, Error> {
        let mut reader = Params::read(params);
        // MetaMask's name for it, the same however often it asks.
        let name = reader.text("id");
        let id = reader.text("account");
        let scope = reader.get("scope").cloned().unwrap_or(Value::Null);
        let request = reader.get("request").cloned().unwrap_or(Value::Null);
        if !request.is_object() {
            reader.problem("request", "must be an object");
        }
        // Who asked MetaMask; only MetaMask itself reaches this method.
        let asked_by = match reader.get("origin") {
            None => origin,
            Some(Value::String(asked_by)) => asked_by,
            Some(_) => {
                reader.problem("origin", "must be a string");
                origin
            }
        };
        reader.finish()?;

        let state = self.load().await?;
        let account = state.account(id)?;
        if state.key(&account.key)?.frozen {
            return Err(Error::KeyFrozen);
        }
        let request = Request::from_value(json_object([
            ("method", request.get("method").cloned().into()),
            ("params", request.get("params").cloned().into()),
            ("scope", scope),
            ("account", account.address.as_str().into()),
        ]))?;
        let approved =
            Approved::ask(&self.host, asked_by, request_id(name), request, Vec::new()).await?;
        let signature = self.run_sign(account, &approved).await?;
        let signature = Signature {
            r: signature.r,
            s: signature.s,
            y_parity: signature.y_parity,
        };
        let mut result = approved.finish(&signature, &account.address()?)?.result;
        if let Some(fields) = result.as_object_mut() {
            // MetaMask takes r, s and v and builds the transaction itself.
            fields.retain(|name, _| matches!(name.as_str(), "r" | "s" | "v"));
        }
        Ok(json_object([("pending", false.into()), ("result", result)]))
    }
}
