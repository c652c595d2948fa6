//! `tandem_prepare`: a signature with an account is to be expected, so that what can
//! be computed before its request is known is.

use serde_json::{Value, json};
use tandem_wire::PRESIGN_MAX;

use crate::Device;
use crate::error::Error;
use crate::keyring::params::Params;

impl Device {
    /// Answers how many signatures are ready. That none could be made is no error:
    /// every signature can do without.
    pub(super) async fn prepare(&self, params: &Value) -> Result<Value, Error> {
        let mut reader = Params::read(params);
        let account = reader.text("account");
        let count = match reader.get("count") {
            None => Some(1),
            Some(count) => count.as_u64().and_then(|count| u8::try_from(count).ok()),
        };
        let count = count.filter(|count| (1..=PRESIGN_MAX).contains(&usize::from(*count)));
        if count.is_none() {
            reader.problem("count", "must be a whole number from 1 to 4");
        }
        reader.finish()?;
        let ready = self.try_prepare(account, count.unwrap_or(1)).await;
        Ok(json!({"ready": ready.unwrap_or(0)}))
    }

    async fn try_prepare(&self, account: &str, count: u8) -> Result<usize, Error> {
        let state = self.load().await?;
        let account = match state.account(account) {
            Ok(account) => account,
            Err(_) => state.account_at(&account.to_ascii_lowercase())?,
        };
        self.run_presign(account, count).await
    }
}
