//! `keyring_listAccounts` and `keyring_getAccount`.

use serde_json::Value;

use super::params::Params;
use crate::Device;
use crate::error::Error;
use crate::state::Account;

impl Device {
    pub(super) async fn list_accounts(&self) -> Result<Value, Error> {
        let state = self.load().await?;
        Ok(state.accounts.iter().map(Account::to_json).collect())
    }

    /// Null for an account that is not there, as the protocol has it.
    pub(super) async fn get_account(&self, params: &Value) -> Result<Value, Error> {
        let mut params = Params::read(params);
        let id = params.text("id");
        params.finish()?;
        let state = self.load().await?;
        Ok(state.account(id).map_or(Value::Null, Account::to_json))
    }
}
