//! `tandem_status`: what the companion page shows.

use serde_json::{Value, json};

use crate::Device;
use crate::error::Error;
use crate::offline;

impl Device {
    pub(super) async fn status(&self) -> Result<Value, Error> {
        let state = self.load().await?;
        let accounts: Vec<Value> = state
            .accounts
            .iter()
            .map(|account| {
                json!({"id": account.id, "address": account.address, "index": account.index})
            })
            .collect();
        let keys: Vec<Value> = state
            .keys
            .iter()
            .map(|key| {
                let state = if key.frozen { "frozen" } else { "active" };
                json!({"keyId": key.id, "state": state})
            })
            .collect();
        Ok(json!({
            "version": offline::version(),
            "enrolled": state.enrolment.is_some(),
            "server": state.enrolment.as_ref().map(|enrolment| &enrolment.server),
            "accounts": accounts,
            "keys": keys,
        }))
    }
}
