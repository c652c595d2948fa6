//! Recovery words, with the real server: what the device and the server keep can be
//! opened with what the user wrote down, whatever ends either of them in between.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};
use tandem_tests::{Direction, Fate, Server, TestDevice, Wallet, fresh_id};
use tandem_threshold::recovery::{Backup, Kit, MasterKey, Words};
use tandem_threshold::{KeyShare, Role};
use tokio::task::LocalSet;
use zeroize::Zeroizing;

const PAGE: &str = "http://localhost:8000";

fn local(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, test);
}

fn base64(text: &Value) -> Vec<u8> {
    Base64::decode_vec(text.as_str().unwrap()).unwrap()
}

struct Account {
    wallet: Rc<Wallet>,
    account: Value,
}

impl Account {
    async fn create(server: &Server) -> Self {
        Self::create_with(server.enrolment_code()).await
    }

    async fn create_with(code: String) -> Self {
        let wallet = Rc::new(Wallet::default());
        *wallet.code.borrow_mut() = code;
        let device = TestDevice::new(&wallet, Fate::Lives);
        device.result(PAGE, "tandem_enrol", json!({})).await;
        let params = json!({"options": {}});
        let account = device.result(PAGE, "keyring_createAccount", params).await;
        wallet.shown.borrow_mut().clear();
        Self { wallet, account }
    }

    /// A request about the account, to a device that was just started; `None` if it
    /// ended.
    async fn ask_until(&self, fate: Fate, method: &str) -> Option<Value> {
        let device = TestDevice::new(&self.wallet, fate);
        let params = json!({"account": self.account["id"]});
        device.request(PAGE, method, params).await
    }

    async fn ask(&self, method: &str) -> Value {
        self.ask_until(Fate::Lives, method).await.unwrap()
    }

    async fn succeeds(&self, method: &str) -> Value {
        let answer = self.ask(method).await;
        assert!(answer.get("result").is_some(), "{method}: {answer}");
        answer["result"].clone()
    }

    async fn fails(&self, method: &str, error: &str) {
        let answer = self.ask(method).await;
        assert_eq!(answer["error"]["name"], error, "{method}: {answer}");
    }

    async fn set(&self) -> Value {
        self.succeeds("tandem_setRecovery").await
    }

    async fn sign(&self) {
        let answer = self.sign_answer().await;
        assert!(answer.get("result").is_some(), "{answer}");
    }

    /// Signs, and another implementation recovers the account's address.
    async fn signs(&self, when: &str) {
        let signed = self.sign_answer().await;
        let signature = signed["result"]["result"].as_str();
        let signature = signature.unwrap_or_else(|| panic!("{when}: {signed}"));
        let bytes = hex::decode(&signature[2..]).unwrap();
        let signature = alloy_primitives::Signature::from_raw(&bytes).unwrap();
        let signer = signature.recover_address_from_msg("hello").unwrap();
        let address: alloy_primitives::Address =
            self.account["address"].as_str().unwrap().parse().unwrap();
        assert_eq!(signer, address, "{when}");
    }

    async fn sign_answer(&self) -> Value {
        let device = TestDevice::new(&self.wallet, Fate::Lives);
        let submit = json!({
            "id": fresh_id(), "scope": "", "account": self.account["id"],
            "origin": "metamask",
            "request": {"method": "personal_sign", "params": ["0x68656c6c6f", self.account["address"]]},
        });
        let asked = device.request("metamask", "keyring_submitRequest", submit);
        asked.await.unwrap()
    }

    async fn status(&self) -> Value {
        let device = TestDevice::new(&self.wallet, Fate::Lives);
        let status = device.result(PAGE, "tandem_status", json!({})).await;
        status["keys"][0]["recovery"].clone()
    }

    fn key(&self) -> Value {
        let stored = self.wallet.stored.borrow();
        let state: Value = serde_json::from_str(stored.as_deref().unwrap()).unwrap();
        state["keys"][0].clone()
    }

    fn key_id(&self) -> String {
        self.key()["id"].as_str().unwrap().to_owned()
    }

    fn kit(&self) -> Option<Kit> {
        let kit = self.key().pointer("/recovery/kit")?.clone();
        Some(Kit::from_bytes(&base64(&kit)).unwrap())
    }

    fn share(&self) -> KeyShare {
        KeyShare::load(Role::Device, &base64(&self.key()["share"])).unwrap()
    }

    /// A permit of the operator, ready to be typed.
    fn permitted_by(&self, server: &Server) {
        let permit = server.command(&["permit", &self.key_id(), "recovery"]);
        *self.wallet.permit.borrow_mut() = permit;
    }

    fn paper(&self) -> String {
        self.wallet.paper.borrow().join(" ")
    }

    /// What was written down and the device's share are the key.
    fn words_restore_the_key(&self, when: &str) {
        let words = Words::read(&self.paper()).unwrap();
        let kit = self.kit().unwrap_or_else(|| panic!("{when}: no kit"));
        let share = kit.open(&words.key());
        let share = share.unwrap_or_else(|error| panic!("{when}: {error}"));
        let backup = Backup::new(&self.share(), Some(kit)).unwrap();
        // It compares the private key with the public one.
        MasterKey::from_words(&backup, &share).unwrap_or_else(|error| panic!("{when}: {error}"));
    }

    fn shown(&self, view: &str) -> Vec<Value> {
        let shown = self.wallet.shown.borrow();
        let dialogs = shown.iter().filter(|dialog| dialog["view"] == view);
        dialogs.map(|dialog| dialog["summary"].clone()).collect()
    }

    fn cut_nothing(&self) {
        self.wallet.on_frame(|_, _| {});
    }
}

#[test]
fn words_that_were_written_down_restore_the_key_after_any_refresh() {
    local(async {
        let server = Server::start();
        let account = Account::create(&server).await;
        assert_eq!(account.status().await, Value::Null);
        let set = account.set().await;
        let status = account.status().await;
        assert_eq!(set, json!({"keyId": account.key_id(), "recovery": status}));
        assert_eq!(status["drillNeeded"], false);
        assert_eq!(
            (&status["setAt"], &status["openedAt"]),
            (&json!(1), &json!(1))
        );
        account.words_restore_the_key("new");
        for epoch in 1..=2 {
            account.succeeds("tandem_refresh").await;
            assert_eq!(account.kit().unwrap().deltas(), epoch);
            account.words_restore_the_key("refreshed");
        }
        account.sign().await;
        let drilled = account.succeeds("tandem_drill").await;
        assert_eq!(drilled["repaired"], false);
        assert_eq!(account.kit().unwrap().deltas(), 0);
        account.words_restore_the_key("drilled");
    });
}

#[test]
fn words_are_shown_once_and_stored_nowhere() {
    local(async {
        let server = Server::start();
        let account = Account::create(&server).await;
        account.set().await;
        let shown = account.shown("recoveryWords");
        assert_eq!(shown.len(), 1);
        assert_eq!(shown[0]["words"].as_array().unwrap().len(), 24);
        assert_eq!(shown[0]["origin"], PAGE);
        let positions = account.shown("recoveryCheck")[0]["positions"].clone();
        let positions: Vec<u64> = serde_json::from_value(positions).unwrap();
        assert!(
            positions.is_sorted_by(|one, next| one < next),
            "{positions:?}"
        );
        assert!(positions.len() == 3 && positions.iter().all(|at| (1..=24).contains(at)));
        let stored = account.wallet.stored.borrow().clone().unwrap();
        let entropy = Words::read(&account.paper()).unwrap();
        assert!(!stored.contains(&account.paper()[..20]) && !stored.contains(&*entropy.to_text()));
    });
}

#[test]
fn words_that_the_user_does_not_have_are_never_set() {
    local(async {
        let server = Server::start();
        let account = Account::create(&server).await;
        let before = account.wallet.stored.borrow().clone();
        account
            .wallet
            .on_frame(|_, _| panic!("nothing may be sent"));
        account.wallet.mistakes.set(3);
        account
            .fails("tandem_setRecovery", "WordsNotConfirmed")
            .await;
        account.wallet.approves.set(false);
        account.fails("tandem_setRecovery", "UserRejected").await;
        account.fails("tandem_drill", "NoRecovery").await;
        assert_eq!(*account.wallet.stored.borrow(), before);
        account.cut_nothing();
        account.wallet.approves.set(true);
        account.wallet.mistakes.set(2);
        account.set().await;
        let again = account.shown("recoveryCheck");
        let again: Vec<_> = again.iter().map(|shown| shown["again"] == true).collect();
        assert_eq!(again, [false, true, true, false, true, true]);
    });
}

#[test]
fn a_drill_says_which_words_are_wrong_without_them() {
    local(async {
        let server = Server::start();
        let account = Account::create(&server).await;
        account.set().await;
        let right = account.wallet.paper.borrow().clone();
        account.wallet.paper.borrow_mut()[6] = "notaword".to_owned();
        let error = account.ask("tandem_drill").await["error"].clone();
        assert_eq!(error["name"], "InvalidRecoveryWords");
        let message = error["message"].as_str().unwrap();
        assert!(
            message.contains("number 7") && !message.contains("notaword"),
            "{message}"
        );
        let others = Words::from_entropy(Zeroizing::new([5; 32]));
        let others = others.to_text().split(' ').map(str::to_owned).collect();
        *account.wallet.paper.borrow_mut() = others;
        account.fails("tandem_drill", "OtherRecoveryWords").await;
        *account.wallet.paper.borrow_mut() = right;
        account.succeeds("tandem_drill").await;
    });
}

#[test]
fn a_key_that_signed_takes_other_words_with_a_permit_only() {
    local(async {
        let server = Server::start();
        let account = Account::create(&server).await;
        account.set().await;
        account.sign().await;
        // The user has no permit.
        let old = account.kit().unwrap();
        account.fails("tandem_setRecovery", "UserRejected").await;
        let asked = account.shown("permit");
        assert_eq!(
            asked,
            [json!({"keyId": account.key_id(), "operation": "recovery"})]
        );
        *account.wallet.permit.borrow_mut() = "0".repeat(26);
        account.fails("tandem_setRecovery", "PermitRequired").await;
        assert_eq!(account.kit().unwrap(), old);

        account.permitted_by(&server);
        account.set().await;
        assert_ne!(account.kit().unwrap().recovery(), old.recovery());
        account.words_restore_the_key("replaced");
        // It was used.
        account.fails("tandem_setRecovery", "PermitRequired").await;
    });
}

#[test]
fn a_recovery_key_from_elsewhere_is_shown_and_drilled() {
    local(async {
        let server = Server::start();
        let account = Account::create(&server).await;
        let words = Words::from_entropy(Zeroizing::new([9; 32]));
        let public = format!("0x{}", words.key().public_key());
        let device = TestDevice::new(&account.wallet, Fate::Lives);
        let bad = json!({"account": account.account["id"], "recoveryPublicKey": "0x02"});
        let error = device.error(PAGE, "tandem_setRecovery", bad).await;
        assert_eq!(error["name"], "InvalidRequest");
        let params = json!({"account": account.account["id"], "recoveryPublicKey": public});
        let set = device.result(PAGE, "tandem_setRecovery", params).await;
        assert_eq!(set["recovery"]["recoveryPublicKey"], json!(public));
        assert_eq!(set["recovery"]["openedAt"], Value::Null);
        assert_eq!(
            account.shown("recoveryKey")[0]["recoveryPublicKey"],
            json!(public)
        );
        let typed = words.to_text().split(' ').map(str::to_owned).collect();
        *account.wallet.paper.borrow_mut() = typed;
        let drilled = account.succeeds("tandem_drill").await;
        assert_eq!(drilled["recovery"]["openedAt"], 1);
        account.words_restore_the_key("drilled");
    });
}

#[test]
fn the_device_may_end_at_every_call_of_a_setup() {
    local(async {
        let server = Server::start();
        let account = Account::create(&server).await;
        let whole = TestDevice::new(&account.wallet, Fate::Lives);
        let params = json!({"account": account.account["id"]});
        whole.result(PAGE, "tandem_setRecovery", params).await;
        account.sign().await;
        let mut old = account.kit().unwrap();
        // From here on it takes a permit, and one call more.
        let calls = whole.calls() + 8;
        let (mut kept, mut replaced) = (0, 0);
        for call in 1..=calls {
            for fate in [Fate::EndsBefore(call), Fate::EndsAfter(call)] {
                account.permitted_by(&server);
                let paper = account.wallet.paper.borrow().clone();
                let ended = account.ask_until(fate, "tandem_setRecovery").await;
                let kit = account.kit().unwrap();
                if kit.recovery() == old.recovery() {
                    assert!(ended.is_none(), "{fate:?}");
                    kept += 1;
                    *account.wallet.paper.borrow_mut() = paper;
                } else {
                    replaced += 1;
                }
                let when = format!("{fate:?}");
                account.words_restore_the_key(&when);
                // The server has a kit for the same words: it wants no permit.
                account.wallet.permit.borrow_mut().clear();
                account.succeeds("tandem_drill").await;
                account.words_restore_the_key(&when);
                old = account.kit().unwrap();
            }
        }
        assert!(kept > 20 && replaced > 3, "{kept} {replaced}");
        account.succeeds("tandem_refresh").await;
        account.words_restore_the_key("at last");
        account.sign().await;
    });
}

#[test]
fn the_server_may_be_killed_at_every_frame_of_a_setup() {
    local(async {
        let server = Rc::new(RefCell::new(Server::start()));
        let mut victim = 0;
        loop {
            victim += 1;
            let code = server.borrow().enrolment_code();
            let account = Account::create_with(code).await;
            let (killer, seen) = (server.clone(), Rc::new(Cell::new(0)));
            let count = seen.clone();
            account.wallet.on_frame(move |direction, frame| {
                count.set(count.get() + 1);
                if count.get() == victim {
                    killer.borrow_mut().kill();
                    // An answer on its way counts as lost.
                    if direction == Direction::ToDevice {
                        frame.clear();
                    }
                }
            });
            account.ask("tandem_setRecovery").await;
            account.cut_nothing();
            if seen.get() < victim {
                break;
            }
            server.borrow_mut().restart();
            if account.kit().is_none() {
                account.set().await;
            }
            account.words_restore_the_key(&format!("frame {victim}"));
            account.sign().await;
            account.succeeds("tandem_drill").await;
        }
        assert!(victim > 5, "{victim} frames");
    });
}

#[test]
fn a_frozen_key_is_refreshed_before_it_gets_words() {
    local(async {
        let server = Server::start();
        let account = Account::create(&server).await;
        let mut stored: Value =
            serde_json::from_str(account.wallet.stored.borrow().as_deref().unwrap()).unwrap();
        stored["keys"][0]["frozen"] = json!(true);
        *account.wallet.stored.borrow_mut() = Some(stored.to_string());
        account.fails("tandem_setRecovery", "KeyFrozen").await;
        assert!(account.shown("recoveryWords").is_empty());
        account.succeeds("tandem_refresh").await;
        account.set().await;
    });
}

/// A new device with a code of its own, and the paper of the old one.
async fn new_device(server: &Server, old: &Account) -> Account {
    enrolled_with(server.enrolment_code(), old).await
}

async fn enrolled_with(code: String, old: &Account) -> Account {
    let wallet = Rc::new(Wallet::default());
    *wallet.code.borrow_mut() = code;
    *wallet.paper.borrow_mut() = old.wallet.paper.borrow().clone();
    let device = TestDevice::new(&wallet, Fate::Lives);
    device.result(PAGE, "tandem_enrol", json!({})).await;
    let account = old.account.clone();
    Account { wallet, account }
}

#[test]
fn words_and_server_restore_the_account_on_a_new_device_and_end_the_old_one() {
    local(async {
        let server = Server::start();
        let old = Account::create(&server).await;
        old.set().await;
        old.sign().await;
        for _ in 0..2 {
            old.succeeds("tandem_refresh").await;
        }
        let new = new_device(&server, &old).await;
        let recovered = new.succeeds("tandem_recover").await;
        let expected = json!({"keys": [old.key_id()], "accounts": [old.account["address"]]});
        assert_eq!(recovered, expected);
        assert_eq!(
            new.shown("recoverAccounts")[0]["accounts"],
            expected["accounts"]
        );
        let announced = new.wallet.events.borrow()[0].clone();
        assert_eq!(announced["params"]["account"], old.account);
        // No permit was needed for the same words, and they open the new kit.
        assert_eq!(new.status().await["drillNeeded"], false);
        new.words_restore_the_key("recovered");
        new.signs("recovered").await;
        assert_eq!(old.sign_answer().await["error"]["name"], "ServerLacksKey");
        // Once more from here, after a refresh.
        new.succeeds("tandem_refresh").await;
        let third = new_device(&server, &new).await;
        third.succeeds("tandem_recover").await;
        third.signs("recovered twice").await;
    });
}

#[test]
fn recovering_needs_the_words_and_the_users_eyes() {
    local(async {
        let server = Server::start();
        let old = Account::create(&server).await;
        old.set().await;
        let new = new_device(&server, &old).await;
        let right = new.wallet.paper.borrow().clone();
        let others = Words::from_entropy(Zeroizing::new([5; 32]));
        *new.wallet.paper.borrow_mut() = others.to_text().split(' ').map(str::to_owned).collect();
        new.fails("tandem_recover", "NothingToRecover").await;
        new.wallet.paper.borrow_mut().pop();
        new.fails("tandem_recover", "InvalidRecoveryWords").await;
        *new.wallet.paper.borrow_mut() = right;
        // The words are typed, and the accounts are not the user's.
        let (wallet, seen) = (Rc::downgrade(&new.wallet), Cell::new(0));
        new.wallet.on_dialog(move || {
            seen.set(seen.get() + 1);
            wallet.upgrade().unwrap().approves.set(seen.get() != 2);
        });
        new.fails("tandem_recover", "UserRejected").await;
        assert!(new.key().is_null());
        old.signs("nobody took it").await;
    });
}

#[test]
fn a_device_with_a_state_from_before_a_refresh_recovers_its_own_key() {
    local(async {
        let server = Server::start();
        let account = Account::create(&server).await;
        account.set().await;
        account.sign().await;
        let before = account.wallet.stored.borrow().clone();
        account.succeeds("tandem_refresh").await;
        *account.wallet.stored.borrow_mut() = before;
        assert_eq!(
            account.sign_answer().await["error"]["name"],
            "EpochMismatch"
        );
        account.succeeds("tandem_recover").await;
        account.signs("recovered").await;
        account.words_restore_the_key("recovered");
    });
}

#[test]
fn a_recovery_may_end_at_every_call_and_is_asked_for_again() {
    local(async {
        let server = Server::start();
        let old = Account::create(&server).await;
        old.set().await;
        old.sign().await;
        let mut holder = old;
        let mut call = 0;
        loop {
            call += 3;
            let new = new_device(&server, &holder).await;
            let ended = new.ask_until(Fate::EndsAfter(call), "tandem_recover").await;
            if ended.is_some() {
                break;
            }
            if new.key().is_null() {
                // The device that had it goes on, whatever the other began.
                holder.signs(&format!("call {call}")).await;
                new.succeeds("tandem_recover").await;
            }
            new.signs(&format!("call {call}")).await;
            if new.status().await["drillNeeded"] == true {
                new.succeeds("tandem_drill").await;
            }
            new.words_restore_the_key(&format!("call {call}"));
            assert_eq!(
                holder.sign_answer().await["error"]["name"],
                "ServerLacksKey"
            );
            holder = new;
        }
        assert!(call > 20, "{call} calls");
    });
}

#[test]
fn the_server_may_be_killed_while_a_key_is_recovered() {
    local(async {
        let server = Rc::new(RefCell::new(Server::start()));
        let code = server.borrow().enrolment_code();
        let old = Account::create_with(code).await;
        old.set().await;
        let mut holder = old;
        let mut victim = 0;
        loop {
            victim += 4;
            let code = server.borrow().enrolment_code();
            let new = enrolled_with(code, &holder).await;
            let (killer, seen) = (server.clone(), Rc::new(Cell::new(0)));
            let count = seen.clone();
            new.wallet.on_frame(move |direction, frame| {
                count.set(count.get() + 1);
                if count.get() == victim {
                    killer.borrow_mut().kill();
                    if direction == Direction::ToDevice {
                        frame.clear();
                    }
                }
            });
            new.ask("tandem_recover").await;
            new.cut_nothing();
            if seen.get() < victim {
                break;
            }
            server.borrow_mut().restart();
            new.succeeds("tandem_recover").await;
            new.signs(&format!("frame {victim}")).await;
            new.words_restore_the_key(&format!("frame {victim}"));
            holder = new;
        }
        assert!(victim > 16, "{victim} frames");
    });
}

async fn create_with_words(
    server: &Server,
    user: impl Fn(&Wallet),
    options: Value,
) -> (Account, Value) {
    let wallet = Rc::new(Wallet::default());
    *wallet.code.borrow_mut() = server.enrolment_code();
    wallet.takes_words.set(true);
    user(&wallet);
    let device = TestDevice::new(&wallet, Fate::Lives);
    device.result(PAGE, "tandem_enrol", json!({})).await;
    let params = json!({"options": options});
    let created = device.request(PAGE, "keyring_createAccount", params).await;
    let created = created.unwrap();
    let account = created["result"].clone();
    (Account { wallet, account }, created)
}

/// The dialogs that the user saw, by their views.
fn views(wallet: &Wallet) -> Vec<String> {
    let shown = wallet.shown.borrow();
    let view = |dialog: &Value| dialog["view"].as_str().unwrap().to_owned();
    shown.iter().map(view).collect()
}

#[test]
fn a_new_key_has_words_before_it_has_an_address() {
    local(async {
        let server = Server::start();
        let (account, _) = create_with_words(&server, |_| {}, json!({})).await;
        let asked = ["enrol", "createAccount", "recoveryWords", "recoveryCheck"];
        assert_eq!(views(&account.wallet), asked);
        assert_eq!(account.status().await["drillNeeded"], false);
        let paper = account.wallet.paper.borrow().join(" ");
        account.signs("with words").await;
        // A second account of the key has its words already.
        let device = TestDevice::new(&account.wallet, Fate::Lives);
        let params = json!({"options": {}});
        device.result(PAGE, "keyring_createAccount", params).await;
        assert_eq!(views(&account.wallet).len(), asked.len() + 2);
        assert_eq!(account.wallet.paper.borrow().join(" "), paper);
    });
}

#[test]
fn a_user_who_says_later_has_an_account_without_words() {
    local(async {
        let server = Server::start();
        for (what, takes_words) in [("later", false), ("three mistakes", true)] {
            let user = |wallet: &Wallet| {
                wallet.takes_words.set(takes_words);
                wallet.mistakes.set(9);
            };
            let (account, _) = create_with_words(&server, user, json!({})).await;
            assert_eq!(account.status().await, Value::Null, "{what}");
            account.wallet.mistakes.set(0);
            // A key that has signed nothing needs no permit.
            account.set().await;
            account.signs(what).await;
        }
    });
}

#[test]
fn words_that_were_made_elsewhere_come_with_the_creation() {
    local(async {
        let server = Server::start();
        let words = Words::from_entropy(Zeroizing::new([7; 32]));
        let public_key = format!("0x{}", words.key().public_key());
        let options = json!({"recoveryPublicKey": public_key});
        let (account, _) = create_with_words(&server, |_| {}, options).await;
        let views = views(&account.wallet);
        assert_eq!(views, ["enrol", "createAccount", "recoveryKey"]);
        assert_eq!(account.status().await["recoveryPublicKey"], public_key);
        account.signs("with words from elsewhere").await;

        for wrong in [
            json!("0x02"),
            json!(7),
            json!(format!("0x02{}", "ff".repeat(32))),
        ] {
            let options = json!({"recoveryPublicKey": wrong});
            let (account, created) = create_with_words(&server, |_| {}, options).await;
            let problem = &created["error"]["data"]["problems"][0]["field"];
            assert_eq!(problem, "params.options.recoveryPublicKey", "{created}");
            assert_eq!(account.key(), Value::Null, "nothing was made");
        }
    });
}

#[test]
fn a_creation_that_was_cut_off_before_the_words_asks_for_them_again() {
    local(async {
        let server = Rc::new(RefCell::new(Server::start()));
        let (ends, lives) = (server.clone(), server.clone());
        let cut = move |wallet: &Wallet| {
            let (ends, done) = (ends.clone(), Cell::new(false));
            let asked = Cell::new(0);
            wallet.on_dialog(move || {
                asked.set(asked.get() + 1);
                // The user is reading the words: enrol, create, words.
                if asked.get() == 3 && !done.replace(true) {
                    ends.borrow_mut().kill();
                }
            });
        };
        let code = server.borrow().enrolment_code();
        let wallet = Rc::new(Wallet::default());
        *wallet.code.borrow_mut() = code;
        wallet.takes_words.set(true);
        cut(&wallet);
        let device = TestDevice::new(&wallet, Fate::Lives);
        device.result(PAGE, "tandem_enrol", json!({})).await;
        let params = json!({"options": {}});
        let error = device.error(PAGE, "keyring_createAccount", params.clone());
        assert_eq!(error.await["name"], "ServerUnavailable");
        assert!(wallet.events.borrow().is_empty(), "no address was shown");
        lives.borrow_mut().restart();
        wallet.on_dialog(|| {});
        let account = device.result(PAGE, "keyring_createAccount", params).await;
        let account = Account { wallet, account };
        let again = ["createAccount", "recoveryWords", "recoveryCheck"];
        assert_eq!(views(&account.wallet)[4..], again);
        assert_eq!(account.status().await["drillNeeded"], false);
        account.signs("after the words").await;
    });
}
