//! `keyring_setSelectedAccounts`: MetaMask tells which accounts the user looks
//! at. Nothing here depends on it, so it is checked and acknowledged.

use serde_json::Value;

use super::params::Params;
use crate::Device;
use crate::error::Error;

impl Device {
    pub(super) async fn set_selected_accounts(&self, params: &Value) -> Result<Value, Error> {
        let mut params = Params::read(params);
        let ids = params.texts("accounts");
        params.finish()?;
        let state = self.load().await?;
        for id in ids {
            state.account(id)?;
        }
        Ok(Value::Null)
    }
}
