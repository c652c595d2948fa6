//! `keyring_resolveAccountAddress`: which of our accounts a request is for, as a
//! CAIP-10 address, or null if it is not for one of ours.

use serde_json::Value;
use tandem_ethereum::json_object;

use super::params::Params;
use crate::Device;
use crate::error::Error;

impl Device {
    pub(super) async fn resolve_account_address(&self, params: &Value) -> Result<Value, Error> {
        let mut reader = Params::read(params);
        let scope = reader.text("scope");
        let request = reader.get("request").cloned().unwrap_or(Value::Null);
        let method = request.get("method").and_then(Value::as_str);
        if method.is_none() {
            reader.problem("request.method", "is missing");
        }
        reader.finish()?;
        // Where each method has its account.
        let pointer = match method.unwrap_or_default() {
            "eth_signTransaction" | "eth_sendTransaction" => "/params/0/from",
            "personal_sign" => "/params/1",
            "eth_signTypedData_v1" | "eth_signTypedData_v3" | "eth_signTypedData_v4" => "/params/0",
            _ => return Ok(Value::Null),
        };
        let named = request
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_ascii_lowercase();
        let state = self.load().await?;
        let ours = state
            .accounts
            .iter()
            .any(|account| account.address == named);
        if ours && scope.starts_with("eip155:") {
            Ok(json_object([(
                "address",
                format!("{scope}:{named}").into(),
            )]))
        } else {
            Ok(Value::Null)
        }
    }
}
