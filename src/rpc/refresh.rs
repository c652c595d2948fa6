//! `tandem_refresh`: new shares for a key that exists, after consent. The addresses
//! stay; a frozen key signs again.

use serde_json::{Value, json};

use super::named_key::{NamedKey, shown};
use crate::Device;
use crate::error::Error;
use crate::keyring::params::Params;
use crate::state::Key;

/// A share that is older should be refreshed.
const DUE_AFTER_MS: u64 = 30 * 24 * 60 * 60 * 1000;

impl Device {
    pub(super) async fn refresh(&self, origin: &str, params: &Value) -> Result<Value, Error> {
        let mut reader = Params::read(params);
        let named = NamedKey::read(&mut reader);
        reader.finish()?;
        let key = named.find(&self.load().await?)?;
        self.ask_to_refresh(&key, Some(origin)).await?;
        self.run_refresh(&key).await?;
        let share = self.load().await?.key(&key)?.share()?;
        Ok(json!({"keyId": key, "epoch": share.epoch()}))
    }

    /// Shows what a refresh is and waits for the user. Without an origin the signing
    /// server asks.
    pub(crate) async fn ask_to_refresh(
        &self,
        key: &str,
        origin: Option<&str>,
    ) -> Result<(), Error> {
        let state = self.load().await?;
        let mut summary = shown(&state, key, origin)?;
        if let Some(fields) = summary.as_object_mut() {
            fields.insert("frozen".to_owned(), state.key(key)?.frozen.into());
        }
        if self.host.dialog("refresh", summary).await? == json!(true) {
            Ok(())
        } else {
            Err(Error::UserRejected)
        }
    }
}

impl Key {
    /// Whether its shares should be refreshed. A clock that is out of order says
    /// nothing.
    pub(super) fn is_refresh_due(&self, now: u64) -> bool {
        let since = self.refreshed_at.unwrap_or(self.created_at);
        self.refresh_wanted || now.saturating_sub(since) > DUE_AFTER_MS
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::state::State;

    #[test]
    fn shares_are_due_after_30_days_or_when_the_server_says_so() {
        let stored = include_str!("../../tests/old_states/version-1-refresh.json");
        let mut state = State::from_json(serde_json::from_str(stored).unwrap()).unwrap();
        let key = state.keys.first_mut().unwrap();
        assert!(key.is_refresh_due(0), "the server wants it");
        key.refresh_wanted = false;
        key.refreshed_at = Some(1_000);
        assert!(!key.is_refresh_due(1_000 + DUE_AFTER_MS));
        assert!(key.is_refresh_due(1_001 + DUE_AFTER_MS));
        assert!(!key.is_refresh_due(0), "a clock that is out of order");
    }
}
