//! One device and its user: what MetaMask was told, and what is asked of it.

use std::collections::VecDeque;
use std::rc::Rc;

use serde_json::{Value, json};
use tandem_threshold::recovery::Words;

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
    /// All words that were ever shown to the user, who cannot know which were set.
    papers: Vec<Vec<String>>,
    /// An old state of the device may believe in words that the server has dropped since.
    words_in_doubt: bool,
}

/// How many states a subject remembers.
const HISTORY: usize = 5;

impl Subject {
    /// An enrolled device that has made no key.
    pub async fn without_account(code: String) -> Self {
        let wallet = Rc::new(Wallet::default());
        *wallet.code.borrow_mut() = code;
        *wallet.secret.borrow_mut() = format!("{:032x}{:032x}", 1, fastrand::u128(..));
        wallet.takes_words.set(true);
        let device = TestDevice::new(&wallet, Fate::Lives);
        device.result(PAGE, "tandem_enrol", json!({})).await;
        Self {
            wallet,
            messages: 0,
            history: VecDeque::new(),
            papers: Vec::new(),
            words_in_doubt: false,
        }
    }

    /// A new device of the same user, who has lost this one.
    pub async fn successor(&self, code: String) -> Self {
        let mut successor = Self::without_account(code).await;
        successor.messages = self.messages;
        successor.papers = self.papers.clone();
        successor
    }

    /// The user finds the words that this device believes in. False if the key has none, or
    /// the device was taken back to before others were set.
    pub async fn find_words(&self) -> bool {
        let device = TestDevice::new(&self.wallet, Fate::Lives);
        let status = device.result(PAGE, "tandem_status", json!({})).await;
        let recovery = &status["keys"][0]["recovery"];
        let wanted = recovery["recoveryPublicKey"].as_str();
        let Some(wanted) = wanted.filter(|_| !self.words_in_doubt) else {
            return false;
        };
        let is_it = |paper: &&Vec<String>| {
            let words = Words::read(&paper.join(" ")).expect("words that were shown");
            format!("0x{}", words.key().public_key()) == wanted
        };
        let paper = self.papers.iter().rev().find(is_it);
        let paper = paper.expect("words that nobody was shown were set").clone();
        *self.wallet.paper.borrow_mut() = paper;
        true
    }

    /// Writes down what the last act has shown.
    fn keep_paper(&mut self) {
        let paper = self.wallet.paper.borrow().clone();
        if !paper.is_empty() && !self.papers.contains(&paper) {
            self.papers.push(paper);
        }
    }

    /// The id of the device's key.
    pub async fn key(&self) -> Option<String> {
        let device = TestDevice::new(&self.wallet, Fate::Lives);
        let status = device.result(PAGE, "tandem_status", json!({})).await;
        status["keys"][0]["keyId"].as_str().map(str::to_owned)
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
            self.words_in_doubt = steps > 0;
            *self.wallet.stored.borrow_mut() = old.clone();
        }
    }

    /// Asks the device; none if it ended.
    pub async fn act(&mut self, device: &TestDevice, act: Act) -> Option<Value> {
        let answer = self.ask(device, act).await;
        self.keep_paper();
        let is_done = |answer: &Value| answer.get("result").is_some();
        if act == Act::SetWords && answer.as_ref().is_some_and(is_done) {
            self.words_in_doubt = false;
        }
        answer
    }

    async fn ask(&mut self, device: &TestDevice, act: Act) -> Option<Value> {
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
            Act::Refresh => self.of_account(device, "tandem_refresh").await,
            Act::SetWords => self.of_account(device, "tandem_setRecovery").await,
            Act::Drill => self.of_account(device, "tandem_drill").await,
            Act::Export => self.of_account(device, "tandem_exportKey").await,
            Act::Recover => device.request(PAGE, "tandem_recover", json!({})).await,
            Act::Import => device.request(PAGE, "tandem_importKey", json!({})).await,
        }
    }

    async fn of_account(&self, device: &TestDevice, method: &str) -> Option<Value> {
        let params = json!({"account": self.account()?["id"]});
        device.request(PAGE, method, params).await
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
