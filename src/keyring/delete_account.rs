//! `keyring_deleteAccount`: the account goes, its key's share stays. Creating an
//! account again brings the same one back, so nothing can be lost here.

use serde_json::Value;
use tandem_ethereum::json_object;

use super::params::Params;
use crate::Device;
use crate::error::Error;
use crate::rpc::METAMASK;

impl Device {
    pub(super) async fn delete_account(
        &self,
        origin: &str,
        params: &Value,
    ) -> Result<Value, Error> {
        let mut params = Params::read(params);
        let id = params.text("id").to_owned();
        params.finish()?;
        // MetaMask asks once more after it heard that an account is gone.
        let address = match self.load().await?.account(&id) {
            Ok(account) => account.address.clone(),
            Err(_) => return Ok(Value::Null),
        };
        // MetaMask has asked its user already; a page has not.
        if origin != METAMASK {
            let summary = json_object([("origin", origin.into()), ("address", address.into())]);
            if self.host.dialog("deleteAccount", summary).await? != Value::Bool(true) {
                return Err(Error::UserRejected);
            }
        }
        let removed = id.clone();
        self.update(Box::new(move |state| {
            state.accounts.retain(|account| account.id != removed);
            Ok(())
        }))
        .await?;
        self.host
            .emit("notify:accountDeleted", json_object([("id", id.into())]))
            .await?;
        Ok(Value::Null)
    }
}
