//! `keyring_createAccount`: the first account makes a key with the server, later
//! ones are further children of it.
//!
//! Killed anywhere, this leaves no account or a working one: the address reaches
//! MetaMask only after the key was proved by a joint signature, the server had
//! stored its share, and ours was read back after MetaMask's writes had settled.
//!
//! Recovery words come between the key and its first address: nobody is paid to an
//! address before its owner was asked how it is to be restored. A user who says "later"
//! has the account without; whoever is cut off is asked again by the next creation,
//! which offers the same account.

use serde_json::Value;
use tandem_ethereum::json_object;
use tandem_threshold::recovery::RecoveryPublicKey;

use super::params::Params;
use crate::Device;
use crate::error::Error;
use crate::rpc::{Asked, NOT_A_PUBLIC_KEY, read_public_key};
use crate::state::{Account, Key, State};

/// What creating the next account needs.
enum Next {
    /// Made before, but MetaMask never took it.
    Announce(Account),
    /// Another child of a key we have.
    Derive { key: String, index: u32 },
    /// The first account: a key must be made.
    Keygen,
}

impl Device {
    pub(super) async fn create_account(
        &self,
        origin: &str,
        params: &Value,
    ) -> Result<Value, Error> {
        let mut reader = Params::read(params);
        let options = reader.get("options");
        if options.is_some_and(|options| !options.is_object()) {
            reader.problem("options", "must be an object");
        }
        let option = |name: &str| options.and_then(|options| options.get(name));
        let correlation = option("metamask").and_then(|metamask| metamask.get("correlationId"));
        let given = match option("recoveryPublicKey").map(read_public_key) {
            None => None,
            Some(Some(key)) => Some(key),
            Some(None) => {
                reader.problem("options.recoveryPublicKey", NOT_A_PUBLIC_KEY);
                None
            }
        };
        reader.finish()?;

        let _held = self.creation_lock.lock().await;
        let state = self.load().await?;
        let server = state.enrolment()?.server.clone();
        let next = next(&state);
        let (index, first_key) = match &next {
            Next::Announce(account) => (account.index, false),
            Next::Derive { index, .. } => (*index, false),
            Next::Keygen => (0, true),
        };
        let summary = json_object([
            ("origin", origin.into()),
            ("server", server.into()),
            ("index", index.into()),
            ("firstKey", first_key.into()),
        ]);
        if self.host.dialog("createAccount", summary).await? != Value::Bool(true) {
            return Err(Error::UserRejected);
        }

        let account = match next {
            Next::Announce(account) => account,
            Next::Derive { key, index } => {
                let account = Account::derive(&state.key(&key)?.share()?, index)?;
                self.store_account(account.clone(), None).await?;
                account
            }
            Next::Keygen => {
                let share = self.run_keygen(state.enrolment()?).await?;
                let account = Account::derive(&share, 0)?;
                let key = Key::new(&share, self.host.now().await)?;
                self.store_account(account.clone(), Some(key)).await?;
                account
            }
        };
        let asked = Asked {
            key: &account.key,
            origin,
            first_time: true,
        };
        self.finish_account(&account, &asked, given, correlation)
            .await
    }

    /// What comes after an account is stored: recovery words for a key that has none, unless
    /// its user does that later, and then the announcement.
    pub(crate) async fn finish_account(
        &self,
        account: &Account,
        asked: &Asked<'_>,
        given: Option<RecoveryPublicKey>,
        correlation: Option<&Value>,
    ) -> Result<Value, Error> {
        let state = self.load().await?;
        let key = state.key(&account.key)?;
        if account.index == 0 && key.recovery.is_none() && !key.frozen {
            match self.ask_recovery(&state, asked, given).await {
                Ok(()) | Err(Error::UserRejected | Error::WordsNotConfirmed) => {}
                Err(error) => return Err(error),
            }
        }
        self.announce(account, correlation).await?;
        Ok(account.to_json())
    }

    pub(crate) async fn store_account(
        &self,
        account: Account,
        key: Option<Key>,
    ) -> Result<(), Error> {
        self.store_durably(Box::new(move |state| {
            state.keys.extend(key);
            state.accounts.push(account);
            Ok(())
        }))
        .await
    }

    /// Hands the account to MetaMask. If MetaMask's user refuses it, the key and
    /// the account stay: the next creation offers the same account again.
    pub(crate) async fn announce(
        &self,
        account: &Account,
        correlation: Option<&Value>,
    ) -> Result<(), Error> {
        let name = format!("Tandem {}", account.index.saturating_add(1));
        let mut event = json_object([
            ("account", account.to_json()),
            ("accountNameSuggestion", name.into()),
        ]);
        if let (Some(correlation), Some(event)) = (correlation, event.as_object_mut()) {
            let metamask = json_object([("correlationId", correlation.clone())]);
            event.insert("metamask".to_owned(), metamask);
        }
        self.host.emit("notify:accountCreated", event).await?;
        let id = account.id.clone();
        self.update(Box::new(move |state| {
            for stored in state.accounts.iter_mut().filter(|stored| stored.id == id) {
                stored.announced = true;
            }
            Ok(())
        }))
        .await
    }
}

fn next(state: &State) -> Next {
    if let Some(account) = state.accounts.iter().find(|account| !account.announced) {
        return Next::Announce(account.clone());
    }
    let usable = state.keys.iter().rev().filter(|key| !key.frozen);
    let free = |key: &Key| {
        let index = free_index(state, key)?;
        let key = key.id.clone();
        Some(Next::Derive { key, index })
    };
    usable.filter_map(free).next().unwrap_or(Next::Keygen)
}

/// The smallest index without an account: one that was deleted comes back first. A key that
/// was imported has one only.
fn free_index(state: &State, key: &Key) -> Option<u32> {
    let taken = |index: &u32| {
        state
            .accounts
            .iter()
            .any(|account| account.key == key.id && account.index == *index)
    };
    let index = (0..=u32::MAX).find(|index| !taken(index))?;
    let exists = index == 0 || key.share().is_ok_and(|share| !share.is_imported());
    exists.then_some(index)
}
