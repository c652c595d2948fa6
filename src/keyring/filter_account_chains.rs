//! `keyring_filterAccountChains`: an account works on every EVM chain.

use serde_json::Value;

use super::params::Params;
use crate::Device;
use crate::error::Error;

impl Device {
    pub(super) async fn filter_account_chains(&self, params: &Value) -> Result<Value, Error> {
        let mut params = Params::read(params);
        let id = params.text("id");
        let chains = params.texts("chains");
        params.finish()?;
        self.load().await?.account(id)?;
        let ours: Vec<&str> = chains
            .into_iter()
            .filter(|chain| chain.starts_with("eip155:"))
            .collect();
        Ok(ours.into())
    }
}
