//! `tandem_status`: what the companion page shows.

use serde_json::Value;
use tandem_ethereum::json_object;

use super::recovery::recovery_status;
use crate::Device;
use crate::error::Error;
use crate::offline;

impl Device {
    pub(super) async fn status(&self) -> Result<Value, Error> {
        let state = self.load().await?;
        let now = self.host.now().await;
        let accounts: Vec<Value> = state
            .accounts
            .iter()
            .map(|account| {
                json_object([
                    ("id", account.id.as_str().into()),
                    ("address", account.address.as_str().into()),
                    ("index", account.index.into()),
                ])
            })
            .collect();
        let server_of = |key| {
            let enrolment = state.enrolment_of(key).ok();
            enrolment.map(|enrolment| enrolment.server.as_str())
        };
        let keys: Vec<Value> = state
            .keys
            .iter()
            .map(|key| {
                let standing = if key.frozen { "frozen" } else { "active" };
                json_object([
                    ("keyId", key.id.as_str().into()),
                    ("state", standing.into()),
                    ("server", server_of(key).into()),
                    ("createdAt", key.created_at.into()),
                    ("refreshedAt", key.refreshed_at.into()),
                    ("exportedAt", key.exported_at.into()),
                    ("refreshDue", key.is_refresh_due(now).into()),
                    ("recovery", recovery_status(key)),
                ])
            })
            .collect();
        let server = state
            .enrolment
            .as_ref()
            .map(|enrolment| enrolment.server.as_str());
        Ok(json_object([
            ("version", offline::version()),
            ("enrolled", state.enrolment.is_some().into()),
            ("server", server.into()),
            ("accounts", accounts.into()),
            ("keys", keys.into()),
        ]))
    }
}
