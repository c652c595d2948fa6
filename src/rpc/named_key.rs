//! Which key a request is about: it names the key, or one of its accounts.

use serde_json::{Value, json};

use crate::error::Error;
use crate::keyring::params::Params;
use crate::state::State;

/// As the request names it.
pub enum NamedKey<'a> {
    Key(&'a str),
    Account(&'a str),
}

impl<'a> NamedKey<'a> {
    /// Reads `key` or `account`, exactly one of them.
    pub fn read(params: &mut Params<'a>) -> Self {
        let named = |name| params.get(name).is_some();
        let by_key = match (named("key"), named("account")) {
            (true, false) => true,
            (false, true) => false,
            _ => {
                params.problem("", "must name either key or account");
                true
            }
        };
        if by_key {
            Self::Key(params.text("key"))
        } else {
            Self::Account(params.text("account"))
        }
    }

    /// The id of the key.
    pub fn find(&self, state: &State) -> Result<String, Error> {
        match self {
            Self::Account(id) => Ok(state.account(id)?.key.clone()),
            Self::Key(id) => match state.keys.iter().find(|key| key.id == *id) {
                Some(key) => Ok(key.id.clone()),
                None => Err(Error::KeyNotFound((*id).to_owned())),
            },
        }
    }
}

/// What dialogs about a key show of it: who asks, the server, the addresses.
pub fn shown(state: &State, key: &str, origin: Option<&str>) -> Result<Value, Error> {
    let accounts: Vec<&str> = state
        .accounts
        .iter()
        .filter(|account| account.key == key)
        .map(|account| account.address.as_str())
        .collect();
    Ok(json!({
        "origin": origin,
        "server": state.enrolment_of(state.key(key)?)?.server,
        "accounts": accounts,
    }))
}
