//! One entry for everything that MetaMask and pages ask: who may call what, and
//! where it goes.

mod backup;
mod enrol;
mod export_key;
mod import_key;
mod move_key;
mod named_key;
mod origins;
mod prepare;
mod recover;
mod recovery;
mod refresh;
mod send_transaction;
mod status;
mod transaction_status;

pub use origins::{COMPANION_ORIGINS, METAMASK, TERMINAL};
pub(crate) use recovery::{Asked, NOT_A_PUBLIC_KEY, read_public_key};

use serde_json::Value;
use tandem_ethereum::json_object;

use crate::Device;
use crate::error::Error;
use crate::offline;

impl Device {
    /// `{"origin","request": <JSON-RPC 2.0>}` to a JSON-RPC response. Never fails:
    /// every error is inside the response.
    pub async fn handle(&self, text: &str) -> String {
        let envelope: Value = match tandem_ethereum::parse_json(text) {
            Ok(envelope) => envelope,
            Err(_) => return respond(&Value::Null, Err(Error::field("request", "is not JSON"))),
        };
        let request = envelope.get("request").unwrap_or(&Value::Null);
        let id = request.get("id").unwrap_or(&Value::Null);
        respond(id, self.dispatch(&envelope).await)
    }

    async fn dispatch<'a>(&self, envelope: &'a Value) -> Result<Value, Error> {
        let mut problems = Vec::new();
        let mut text = |value: Option<&'a Value>, field: &str| {
            let found = value.and_then(Value::as_str);
            if found.is_none() {
                problems.push(crate::error::Problem {
                    field: field.to_owned(),
                    reason: "is missing or not a string".to_owned(),
                    code: None,
                });
            }
            found.unwrap_or_default()
        };
        let request = envelope.get("request").unwrap_or(&Value::Null);
        let origin = text(envelope.get("origin"), "origin");
        let method = text(request.get("method"), "request.method");
        if !problems.is_empty() {
            return Err(Error::InvalidRequest(problems));
        }
        origins::check(origin, method)?;
        let no_params = json_object([]);
        let params = request
            .get("params")
            .filter(|params| !params.is_null())
            .unwrap_or(&no_params);
        match method {
            "tandem_version" => Ok(offline::version()),
            "tandem_status" => self.status().await,
            "tandem_enrol" => self.enrol().await,
            "tandem_prepare" => self.prepare(params).await,
            "tandem_refresh" => self.refresh(origin, params).await,
            "tandem_setRecovery" => self.set_recovery(origin, params).await,
            "tandem_recover" => self.recover(origin).await,
            "tandem_drill" => self.drill(origin, params).await,
            "tandem_importKey" => self.import_key(origin).await,
            "tandem_exportKey" => self.export_key(origin, params).await,
            "tandem_move" => self.move_key(origin, params).await,
            "tandem_backup" => self.backup(origin, params).await,
            "tandem_kit" => self.kit(params).await,
            "tandem_sendTransaction" => self.send_transaction(origin, params).await,
            "tandem_transactionStatus" => self.transaction_status(origin, params).await,
            _ => self.keyring(origin, method, params).await,
        }
    }
}

fn respond(id: &Value, outcome: Result<Value, Error>) -> String {
    let (name, value) = match outcome {
        Ok(result) => ("result", result),
        Err(error) => ("error", error.to_json()),
    };
    json_object([("jsonrpc", "2.0".into()), ("id", id.clone()), (name, value)]).to_string()
}
