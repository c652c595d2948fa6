//! The keyring that MetaMask talks to: version 1 of its keyring protocol, one
//! file per method that does something.

mod account;
mod approve_request;
mod consent;
mod create_account;
mod delete_account;
mod filter_account_chains;
mod list_accounts;
pub(crate) mod params;
mod resolve_account_address;
mod set_selected_accounts;
mod submit_request;
mod update_account;

pub(crate) use account::address_of_kit;
pub use consent::Approved;

use serde_json::Value;

use crate::Device;
use crate::error::Error;

impl Device {
    /// Does one `keyring_*` request. The caller has checked the origin.
    pub(crate) async fn keyring(
        &self,
        origin: &str,
        method: &str,
        params: &Value,
    ) -> Result<Value, Error> {
        match method {
            "keyring_listAccounts" => self.list_accounts().await,
            "keyring_getAccount" => self.get_account(params).await,
            "keyring_createAccount" => self.create_account(origin, params).await,
            "keyring_deleteAccount" => self.delete_account(origin, params).await,
            "keyring_updateAccount" => self.update_account(params).await,
            "keyring_filterAccountChains" => self.filter_account_chains(params).await,
            "keyring_submitRequest" => self.submit_request(origin, params).await,
            "keyring_setSelectedAccounts" => self.set_selected_accounts(params).await,
            "keyring_resolveAccountAddress" => self.resolve_account_address(params).await,
            // Requests are answered at once, so none is ever pending.
            "keyring_listRequests" => Ok(Value::Array(Vec::new())),
            "keyring_getRequest" | "keyring_approveRequest" | "keyring_rejectRequest" => {
                approve_request::no_pending_request(params)
            }
            // No other chain's accounts can be found from this key.
            "keyring_discoverAccounts" => Ok(Value::Array(Vec::new())),
            // A share cannot sign alone, and balances are MetaMask's business.
            "keyring_exportAccount"
            | "keyring_createAccounts"
            | "keyring_getAccountBalances"
            | "keyring_listAccountAssets"
            | "keyring_listAccountTransactions" => {
                Err(Error::MethodNotSupported(method.to_owned()))
            }
            _ => Err(Error::MethodNotFound(method.to_owned())),
        }
    }
}
