//! One device and its user: what MetaMask was told, and what is asked of it.

use std::collections::VecDeque;
use std::rc::Rc;

use serde_json::{Value, json};

use super::plan::Act;
use crate::{Fate, TestDevice, Wallet, fresh_id};

const PAGE: &str = "http://localhost:8000";
const METAMASK: &str = "metamask";

/// A device that outlives its own deaths, by what its wallet keeps.
pub struct Subject {
    pub wallet: Rc<Wallet>,
    messages: usize,
    /// What the wallet kept after the last ceremonies, newest last.
    history: VecDeque<Option<String>>,
}

/// How many states a subject remembers.
const HISTORY: usize = 5;

impl Subject {
    /// An enrolled device that has made no key.
    pub async fn without_account(code: String) -> Self {
        let wallet = Rc::new(Wallet::default());
        *wallet.code.borrow_mut() = code;
        let device = TestDevice::new(&wallet, Fate::Lives);
        device.result(PAGE, "tandem_enrol", json!({})).await;
        Self {
            wallet,
            messages: 0,
            history: VecDeque::new(),
        }
    }

    /// The same with an account.
    pub async fn with_account(code: String) -> Self {
        let mut subject = Self::without_account(code).await;
        let device = TestDevice::new(&subject.wallet, Fate::Lives);
        let made = subject
            .act(&device, Act::Keygen)
            .await
            .expect("the device lives");
        assert!(made.get("result").is_some(), "{made}");
        subject.remember();
        subject
    }

    /// Remembers what the wallet keeps now.
    pub fn remember(&mut self) {
        self.history.push_back(self.wallet.stored.borrow().clone());
        if self.history.len() > HISTORY {
            self.history.pop_front();
        }
    }

    /// Restores what the wallet kept so many ceremonies ago, or as long ago as is known.
    pub fn go_back(&mut self, steps: usize) {
        let place = self.history.len().saturating_sub(1 + steps);
        if let Some(old) = self.history.get(place) {
            *self.wallet.stored.borrow_mut() = old.clone();
        }
    }

    /// Asks the device; none if it ended.
    pub async fn act(&mut self, device: &TestDevice, act: Act) -> Option<Value> {
        match act {
            Act::Keygen => {
                device
                    .request(PAGE, "keyring_createAccount", json!({"options": {}}))
                    .await
            }
            Act::Sign => self.sign(device).await,
            Act::PrepareAndSign => {
                let params = json!({"account": self.account()?["id"], "count": 2});
                device.request(PAGE, "tandem_prepare", params).await?;
                self.sign(device).await
            }
            Act::Refresh => {
                let params = json!({"account": self.account()?["id"]});
                device.request(PAGE, "tandem_refresh", params).await
            }
        }
    }

    async fn sign(&mut self, device: &TestDevice) -> Option<Value> {
        let account = self.account()?;
        self.messages += 1;
        let message = alloy_primitives::hex::encode_prefixed(self.message());
        let submit = json!({
            "id": fresh_id(), "scope": "", "origin": METAMASK,
            "account": account["id"],
            "request": {"method": "personal_sign", "params": [message, account["address"]]},
        });
        device
            .request(METAMASK, "keyring_submitRequest", submit)
            .await
    }

    /// What the last signature is over. Never the same twice, so that a nonce used twice would
    /// be used for two messages.
    pub fn message(&self) -> String {
        format!("message {}", self.messages)
    }

    /// The account that signs: the newest that MetaMask was told of.
    pub fn account(&self) -> Option<Value> {
        let events = self.wallet.events.borrow();
        events
            .last()
            .map(|event| event["params"]["account"].clone())
    }

    /// Whether MetaMask was told of no account.
    pub fn is_empty(&self) -> bool {
        self.wallet.events.borrow().is_empty()
    }

    /// What MetaMask was told of, the device has.
    pub async fn nothing_is_missing(&self, context: &str) {
        let device = TestDevice::new(&self.wallet, Fate::Lives);
        let listed = device.result(PAGE, "keyring_listAccounts", json!({})).await;
        let listed = listed.as_array().expect("a list");
        for event in self.wallet.events.borrow().iter() {
            let announced = &event["params"]["account"];
            assert!(
                listed.contains(announced),
                "{context}: the device lost {announced}"
            );
        }
    }
}
