//! The stored object itself.

use std::fmt;

use serde_json::{Map, Value};
use tandem_ethereum::json_object;
use tandem_wire::{DeviceKey, ServerUrl};
use zeroize::Zeroizing;

use super::{Key, Secret, Transaction};
use crate::error::Error;

/// Version of the stored object.
pub const VERSION: u32 = 1;

/// Everything the device keeps.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The server this device belongs to.
    pub enrolment: Option<Enrolment>,
    /// Keys, oldest first. A share is deleted only by one of the same key that the
    /// server has proved to have the other half of.
    pub keys: Vec<Key>,
    /// Accounts, oldest first.
    pub accounts: Vec<Account>,
    /// A server that keys are on their way to: whoever is cut off goes on with the same identity.
    pub joining: Option<Enrolment>,
    /// Transactions that were sent with `tandem_sendTransaction`, oldest first.
    pub transactions: Vec<Transaction>,
}

/// The server, and who we are to it.
#[derive(Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The server's address.
    pub server: String,
    /// The device key, hex.
    device_key: Secret,
}

/// One account of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// UUID, the same whenever this account is made again.
    pub id: String,
    /// Key id, hex.
    pub key: String,
    /// BIP-32 path m/index.
    pub index: u32,
    /// Lower-case hex.
    pub address: String,
    /// MetaMask has taken the account into its vault.
    pub announced: bool,
}

impl State {
    /// Null is a device that never stored anything.
    pub(crate) fn from_json(value: Value) -> Result<Self, Error> {
        if value.is_null() {
            return Ok(Self::default());
        }
        let unreadable = |reason: String| Error::State(reason);
        match value.get("version").and_then(Value::as_u64) {
            Some(version) if version == u64::from(VERSION) => {}
            Some(newer) => {
                return Err(unreadable(format!(
                    "it is of version {newer}, this release knows version {VERSION}"
                )));
            }
            None => return Err(unreadable("it has no version".to_owned())),
        }
        // A message that told what was read instead might tell a secret.
        Self::from_version_1(value)
            .ok_or_else(|| unreadable("it is not of the shape of version 1".to_owned()))
    }

    fn from_version_1(value: Value) -> Option<Self> {
        let mut fields = Fields::of(
            value,
            &[
                "version",
                "enrolment",
                "keys",
                "accounts",
                "transactions",
                "joining",
            ],
        )?;
        Some(Self {
            enrolment: match fields.take("enrolment") {
                None | Some(Value::Null) => None,
                Some(enrolment) => Some(Enrolment::from_json(enrolment)?),
            },
            keys: fields.list("keys", Key::from_json)?,
            accounts: fields.list("accounts", Account::from_json)?,
            // Added later: absent in older states, and where there is none.
            joining: match fields.take("joining") {
                None => None,
                Some(joining) => Some(Enrolment::from_json(joining)?),
            },
            transactions: if fields.0.contains_key("transactions") {
                fields.list("transactions", Transaction::from_json)?
            } else {
                Vec::new()
            },
        })
    }

    pub(super) fn to_json(&self) -> Value {
        let mut value = json_object([
            ("version", VERSION.into()),
            (
                "enrolment",
                self.enrolment.as_ref().map(Enrolment::to_json).into(),
            ),
            ("keys", self.keys.iter().map(Key::to_json).collect()),
            (
                "accounts",
                self.accounts.iter().map(Account::to_stored).collect(),
            ),
        ]);
        // Left out when empty, so that an older release reads what it can.
        if let (Some(fields), Some(joining)) = (value.as_object_mut(), &self.joining) {
            fields.insert("joining".to_owned(), joining.to_json());
        }
        if let Some(fields) = value.as_object_mut()
            && !self.transactions.is_empty()
        {
            let transactions = self.transactions.iter().map(Transaction::to_json).collect();
            fields.insert("transactions".to_owned(), transactions);
        }
        value
    }

    /// The server this device belongs to.
    pub fn enrolment(&self) -> Result<&Enrolment, Error> {
        self.enrolment.as_ref().ok_or(Error::NotEnrolled)
    }

    /// The account with this UUID.
    pub fn account(&self, id: &str) -> Result<&Account, Error> {
        self.accounts
            .iter()
            .find(|account| account.id == id)
            .ok_or_else(|| Error::AccountNotFound(id.to_owned()))
    }

    /// The account with this address, lower case.
    pub fn account_at(&self, address: &str) -> Result<&Account, Error> {
        self.accounts
            .iter()
            .find(|account| account.address == address)
            .ok_or_else(|| Error::AccountNotFound(address.to_owned()))
    }

    /// The key with this id.
    pub fn key(&self, id: &str) -> Result<&Key, Error> {
        let found = self.keys.iter().find(|key| key.id == id);
        found.ok_or(Error::Internal("an account's key is missing"))
    }

    pub(crate) fn key_mut(&mut self, id: &str) -> Result<&mut Key, Error> {
        let found = self.keys.iter_mut().find(|key| key.id == id);
        found.ok_or(Error::Internal("an account's key is missing"))
    }
}

impl Enrolment {
    /// A new enrolment.
    pub fn new(server: &ServerUrl, device_key: &DeviceKey) -> Self {
        Self {
            server: server.to_string(),
            device_key: Zeroizing::new(hex::encode(device_key.to_bytes())),
        }
    }

    pub(super) fn from_json(value: Value) -> Option<Self> {
        let mut fields = Fields::of(value, &["server", "deviceKey"])?;
        Some(Self {
            server: fields.text("server")?,
            device_key: Zeroizing::new(fields.text("deviceKey")?),
        })
    }

    pub(super) fn to_json(&self) -> Value {
        json_object([
            ("server", self.server.as_str().into()),
            ("deviceKey", self.device_key.as_str().into()),
        ])
    }

    /// The server's address.
    pub fn url(&self) -> Result<ServerUrl, Error> {
        self.server
            .parse()
            .map_err(|_| Error::State("the server's address is not valid".to_owned()))
    }

    /// Our identity.
    pub fn device_key(&self) -> Result<DeviceKey, Error> {
        let unreadable = || Error::State("the device key is not valid".to_owned());
        let bytes = Zeroizing::new(hex::decode(&*self.device_key).map_err(|_| unreadable())?);
        DeviceKey::from_bytes(&bytes).map_err(|_| unreadable())
    }
}

impl Account {
    fn from_json(value: Value) -> Option<Self> {
        let mut fields = Fields::of(value, &["id", "key", "index", "address", "announced"])?;
        Some(Self {
            id: fields.text("id")?,
            key: fields.text("key")?,
            index: u32::try_from(fields.take("index")?.as_u64()?).ok()?,
            address: fields.text("address")?,
            announced: fields.take("announced")?.as_bool()?,
        })
    }

    fn to_stored(&self) -> Value {
        json_object([
            ("id", self.id.as_str().into()),
            ("key", self.key.as_str().into()),
            ("index", self.index.into()),
            ("address", self.address.as_str().into()),
            ("announced", self.announced.into()),
        ])
    }
}

/// A stored object, read by hand: what serde derives for these few fields is large
/// as WebAssembly, much of it for messages that must not be shown.
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// An object with no fields but these.
    pub(super) fn of(value: Value, names: &[&str]) -> Option<Self> {
        match value {
            Value::Object(fields) if fields.keys().all(|name| names.contains(&name.as_str())) => {
                Some(Self(fields))
            }
            _ => None,
        }
    }

    /// Moves a field out, so that no second copy of a secret is made.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.get_mut(name).map(Value::take)
    }

    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// A number that is absent in older states, and where it is 0.
    pub(super) fn count(&mut self, name: &str) -> Option<u32> {
        match self.take(name) {
            None => Some(0),
            Some(number) => u32::try_from(number.as_u64()?).ok(),
        }
    }

    fn list<T>(&mut self, name: &str, read: fn(Value) -> Option<T>) -> Option<Vec<T>> {
        match self.take(name)? {
            Value::Array(items) => items.into_iter().map(read).collect(),
            _ => None,
        }
    }
}

impl fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Enrolment")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::state::{Broadcast, Which};
    use serde_json::json;
    use tandem_ethereum::builder::Pending;
    use tandem_threshold::MAX_STRIKES;

    #[test]
    fn a_device_that_never_stored_anything_has_an_empty_state() {
        assert_eq!(State::from_json(Value::Null).unwrap(), State::default());
    }

    #[test]
    fn state_of_a_newer_release_is_refused_and_named() {
        let error = State::from_json(json!({"version": 2})).unwrap_err();
        assert!(error.to_string().contains("version 2"), "{error}");
    }

    #[test]
    fn unreadable_state_is_refused_without_repeating_it() {
        let error = State::from_json(json!({
            "version": 1, "enrolment": {"server": "s", "deviceKey": 12345}, "keys": [], "accounts": [],
        }))
        .unwrap_err();
        assert!(!error.to_string().contains("12345"), "{error}");
    }

    #[test]
    fn version_1_state_loads_for_ever() {
        let stored = include_str!("../../tests/old_states/version-1.json");
        let state = State::from_json(serde_json::from_str(stored).unwrap()).unwrap();
        assert_eq!(state.accounts.len(), 1);
        let key = state.key(&state.accounts.first().unwrap().key).unwrap();
        assert_eq!(key.share().unwrap().id().to_string(), key.id);
        assert!(state.enrolment().unwrap().device_key().is_ok());
    }

    #[test]
    fn version_1_state_with_a_share_that_is_not_proved_loads_for_ever() {
        let stored = include_str!("../../tests/old_states/version-1-refresh.json");
        let value: Value = serde_json::from_str(stored).unwrap();
        let mut state = State::from_json(value.clone()).unwrap();
        assert_eq!(state.to_json(), value);
        let id = state.keys.first().unwrap().id.clone();
        let key = state.key_mut(&id).unwrap();
        assert_eq!(key.share().unwrap().epoch(), 0);
        assert_eq!(key.share_to_confirm().unwrap().epoch(), 1);
        assert_eq!((key.refresh_wanted, key.refreshed_at), (true, Some(2)));
        key.promote(3);
        let share = key.share().unwrap();
        assert_eq!((share.epoch(), share.id().to_string()), (1, id));
        assert!(!key.has_next() && !key.refresh_wanted);
        assert_eq!(key.refreshed_at, Some(3));
    }

    #[test]
    fn a_freeze_of_one_share_is_not_one_of_the_other() {
        let stored = include_str!("../../tests/old_states/version-1-refresh.json");
        let mut state = State::from_json(serde_json::from_str(stored).unwrap()).unwrap();
        let key = state.keys.first_mut().unwrap();
        key.frozen = true;
        assert!(matches!(key.share(), Err(Error::KeyFrozen)));
        assert!(key.share_to_refresh().is_ok() && key.share_to_confirm().is_ok());
        key.freeze(Which::Next);
        assert!(matches!(key.share_to_confirm(), Err(Error::KeyFrozen)));
        key.promote(1);
        assert!(key.frozen, "what it promotes is frozen");
        key.prepare(b"next", None).unwrap();
        key.promote(2);
        assert!(!key.frozen);
        key.prepare(b"next", None).unwrap();
        key.drop_next();
        assert!(!key.has_next());
        let nothing = key.refreshed_at;
        key.promote(9);
        assert_eq!(key.refreshed_at, nothing, "there is nothing to promote");
    }

    #[test]
    fn version_1_state_with_strikes_loads_for_ever() {
        let stored = include_str!("../../tests/old_states/version-1-strikes.json");
        let value: Value = serde_json::from_str(stored).unwrap();
        let mut state = State::from_json(value.clone()).unwrap();
        assert_eq!(state.to_json(), value);
        // One more for each of its two shares is the last.
        let key = state.keys.first_mut().unwrap();
        for which in [Which::Current, Which::Next] {
            assert!(!key.is_frozen(which));
            key.strike(which);
            assert!(key.is_frozen(which));
        }
    }

    #[test]
    fn the_last_strike_of_a_share_freezes_it_and_no_other_share() {
        let stored = include_str!("../../tests/old_states/version-1-refresh.json");
        for (which, other) in [(Which::Current, Which::Next), (Which::Next, Which::Current)] {
            let mut state = State::from_json(serde_json::from_str(stored).unwrap()).unwrap();
            let key = state.keys.first_mut().unwrap();
            for _ in 0..MAX_STRIKES {
                assert!(!key.is_frozen(which));
                key.strike(which);
            }
            assert!(key.is_frozen(which) && !key.is_frozen(other));
        }
    }

    #[test]
    fn a_refresh_leaves_the_strikes_of_the_old_share_behind() {
        let stored = include_str!("../../tests/old_states/version-1-refresh.json");
        let mut state = State::from_json(serde_json::from_str(stored).unwrap()).unwrap();
        let key = state.keys.first_mut().unwrap();
        for _ in 1..MAX_STRIKES {
            key.strike(Which::Current);
        }
        key.promote(3);
        key.strike(Which::Current);
        assert!(!key.frozen);
    }

    #[test]
    fn version_1_state_with_transactions_loads_for_ever() {
        let stored = include_str!("../../tests/old_states/version-1-transactions.json");
        let value: Value = serde_json::from_str(stored).unwrap();
        let state = State::from_json(value.clone()).unwrap();
        let known: Vec<Broadcast> = state
            .transactions
            .iter()
            .map(|sent| sent.broadcast)
            .collect();
        assert_eq!(
            known,
            [
                Broadcast::Owed,
                Broadcast::Done,
                Broadcast::Refused,
                Broadcast::Caller
            ]
        );
        let first = state.transactions.first().unwrap();
        assert_eq!((first.nonce, first.chain_id), (3, 31_337));
        assert!(Pending::read(&first.request).is_some());
        assert_eq!(state.to_json(), value);
    }

    #[test]
    fn a_state_without_transactions_is_written_as_older_releases_read_it() {
        let stored = include_str!("../../tests/old_states/version-1.json");
        let value: Value = serde_json::from_str(stored).unwrap();
        assert_eq!(State::from_json(value.clone()).unwrap().to_json(), value);
    }

    #[test]
    fn printing_state_shows_no_secret() {
        let key = DeviceKey::from_bytes(&[0x42; 32]).unwrap();
        let state = State {
            enrolment: Some(Enrolment::new(&"wss://s".parse().unwrap(), &key)),
            ..State::default()
        };
        assert!(!format!("{state:?}").contains("4242"));
    }
}
