//! New shares for a key that signs: whatever ends the device or the server, and
//! whatever falls back to an older state, the account signs on, or says clearly
//! why not. No share that nobody has the other half of is ever the only one.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use serde_json::{Value, json};
use tandem_tests::{Direction, Fate, Server, TestDevice, Wallet, fresh_id};
use tokio::task::LocalSet;

const PAGE: &str = "http://localhost:8000";

fn local(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, test);
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
        Self { wallet, account }
    }

    /// Asks for a refresh, from a device that was just started; `None` if it ended.
    async fn refresh_until(&self, fate: Fate) -> Option<Value> {
        let device = TestDevice::new(&self.wallet, fate);
        let params = json!({"account": self.account["id"]});
        device.request(PAGE, "tandem_refresh", params).await
    }

    async fn refresh(&self) -> Value {
        self.refresh_until(Fate::Lives).await.unwrap()
    }

    async fn sign(&self) -> Value {
        let device = TestDevice::new(&self.wallet, Fate::Lives);
        let submit = json!({
            "id": fresh_id(), "scope": "", "account": self.account["id"],
            "origin": "metamask",
            "request": {"method": "personal_sign", "params": ["0x68656c6c6f", self.account["address"]]},
        });
        let asked = device.request("metamask", "keyring_submitRequest", submit);
        asked.await.unwrap()
    }

    /// Signs, and another implementation recovers the account's address.
    async fn signs(&self, when: &str) {
        let signed = self.sign().await;
        let signature = signed["result"]["result"].as_str();
        let signature = signature.unwrap_or_else(|| panic!("{when}: {signed}"));
        let bytes = hex::decode(&signature[2..]).unwrap();
        let signature = alloy_primitives::Signature::from_raw(&bytes).unwrap();
        let signer = signature.recover_address_from_msg("hello").unwrap();
        let address = self.account["address"].as_str().unwrap();
        assert_eq!(
            signer,
            address.parse::<alloy_primitives::Address>().unwrap(),
            "{when}"
        );
    }

    async fn does_not_sign(&self, error: &str) {
        let answer = self.sign().await;
        assert_eq!(answer["error"]["name"], error, "{answer}");
    }

    fn key(&self) -> Value {
        let stored = self.wallet.stored.borrow();
        let state: Value = serde_json::from_str(stored.as_deref().unwrap()).unwrap();
        state["keys"][0].clone()
    }

    fn has_next(&self) -> bool {
        self.key().get("next").is_some()
    }

    fn stored(&self) -> Option<String> {
        self.wallet.stored.borrow().clone()
    }

    fn put_back(&self, stored: Option<String>) {
        *self.wallet.stored.borrow_mut() = stored;
    }

    /// What is stored each time the device waits for a write to settle.
    fn settled(&self) -> Rc<RefCell<Vec<Option<String>>>> {
        let seen = Rc::new(RefCell::new(Vec::new()));
        let (wallet, kept) = (Rc::downgrade(&self.wallet), seen.clone());
        self.wallet.on_settle(move || {
            let wallet = wallet.upgrade().unwrap();
            kept.borrow_mut().push(wallet.stored.borrow().clone());
        });
        seen
    }

    /// From now on, sessions after the first get nowhere.
    fn cut_later_sessions(&self) {
        let sessions = Cell::new(0);
        self.wallet.on_frame(move |direction, frame| {
            // Every session begins with the server's frame number 0.
            if direction == Direction::ToDevice && frame[2..6] == [0; 4] {
                sessions.set(sessions.get() + 1);
            }
            if sessions.get() > 1 {
                frame.clear();
            }
        });
    }

    fn cut_nothing(&self) {
        self.wallet.on_frame(|_, _| {});
    }

    /// Makes a signature fail in a way that freezes both sides.
    async fn freeze(&self) {
        let seen = Cell::new(0);
        self.wallet.on_frame(move |direction, frame| {
            if direction == Direction::ToDevice {
                seen.set(seen.get() + 1);
                if seen.get() == 3 {
                    let middle = frame.len() / 2;
                    frame[middle] ^= 1;
                }
            }
        });
        self.does_not_sign("KeyFrozen").await;
        self.cut_nothing();
    }
}

#[test]
fn a_refreshed_account_signs_under_the_same_address() {
    local(async {
        let server = Server::start();
        let account = Account::create(&server).await;
        account.signs("before").await;
        let before = account.key();
        for epoch in 1..=2 {
            let refreshed = account.refresh().await;
            assert_eq!(
                refreshed["result"],
                json!({"keyId": before["id"], "epoch": epoch})
            );
            assert_ne!(account.key()["share"], before["share"]);
            assert!(!account.has_next());
            account.signs("after").await;
        }
        let shown = account.wallet.shown.borrow();
        let dialog = shown.iter().find(|dialog| dialog["view"] == "refresh");
        let summary = &dialog.unwrap()["summary"];
        assert_eq!(summary["origin"], PAGE);
        assert_eq!(summary["accounts"], json!([account.account["address"]]));
        assert_eq!(summary["frozen"], false);
    });
}

#[test]
fn a_refresh_needs_the_users_consent_and_a_key_that_is_there() {
    local(async {
        let server = Server::start();
        let account = Account::create(&server).await;
        account
            .wallet
            .on_frame(|_, _| panic!("nothing may be sent"));
        let device = TestDevice::new(&account.wallet, Fate::Lives);
        for (params, name) in [
            (json!({}), "InvalidRequest"),
            (json!({"key": "00", "account": "00"}), "InvalidRequest"),
            (json!({"key": 5}), "InvalidRequest"),
            (json!({"key": "00"}), "KeyNotFound"),
            (json!({"account": "00"}), "AccountNotFound"),
        ] {
            let error = device.error(PAGE, "tandem_refresh", params.clone()).await;
            assert_eq!(error["name"], name, "{params}");
        }
        account.wallet.approves.set(false);
        assert_eq!(account.refresh().await["error"]["name"], "UserRejected");
    });
}

#[test]
fn the_device_may_end_at_every_call_it_makes() {
    local(async {
        let server = Server::start();
        let account = Account::create(&server).await;
        let whole = TestDevice::new(&account.wallet, Fate::Lives);
        let params = json!({"account": account.account["id"]});
        whole.result(PAGE, "tandem_refresh", params).await;
        let calls = whole.calls();
        assert!(calls > 25, "{calls} calls");
        let mut unproved = 0;
        // What outlives the device depends on the calls that were done, so ending before
        // a call is ending after the one before it.
        for call in 1..=calls {
            let fate = Fate::EndsAfter(call);
            let ended = account.refresh_until(fate).await;
            assert!(ended.is_none(), "{fate:?}: it did not end");
            unproved += usize::from(account.has_next());
            account.signs(&format!("{fate:?}")).await;
            assert!(!account.has_next(), "{fate:?}: it is settled");
        }
        assert!(unproved > 0 && unproved < calls, "{unproved}");
    });
}

#[test]
fn the_server_may_be_killed_at_every_frame() {
    local(async {
        let server = Rc::new(RefCell::new(Server::start()));
        let code = server.borrow().enrolment_code();
        let account = Account::create_with(code).await;
        let frames = Rc::new(Cell::new(0));
        let count = frames.clone();
        account
            .wallet
            .on_frame(move |_, _| count.set(count.get() + 1));
        assert!(account.refresh().await.get("result").is_some());
        let total = frames.get();
        assert!(total > 16, "{total} frames");
        let mut unproved = 0;
        for victim in 1..=total {
            let (killer, seen) = (server.clone(), Cell::new(0));
            account.wallet.on_frame(move |direction, frame| {
                seen.set(seen.get() + 1);
                if seen.get() == victim {
                    killer.borrow_mut().kill();
                    // An answer on its way counts as lost.
                    if direction == Direction::ToDevice {
                        frame.clear();
                    }
                }
            });
            account.refresh().await;
            unproved += usize::from(account.has_next());
            server.borrow_mut().restart();
            account.cut_nothing();
            account.signs(&format!("frame {victim}")).await;
            assert!(!account.has_next(), "frame {victim}: it is settled");
        }
        assert!(unproved > 0 && unproved < total, "{unproved}");
    });
}

#[test]
fn a_refresh_makes_a_frozen_key_sign_again() {
    local(async {
        let server = Server::start();
        let account = Account::create(&server).await;
        account.freeze().await;
        account.does_not_sign("KeyFrozen").await;
        let refreshed = account.refresh().await;
        assert_eq!(refreshed["result"]["epoch"], 1, "{refreshed}");
        account.signs("unfrozen").await;
        let shown = account.wallet.shown.borrow();
        let dialog = shown.iter().find(|dialog| dialog["view"] == "refresh");
        assert_eq!(dialog.unwrap()["summary"]["frozen"], true);
    });
}

#[test]
fn a_refresh_without_its_confirmation_is_confirmed_by_the_next_signature() {
    local(async {
        let server = Server::start();
        let account = Account::create(&server).await;
        let before = account.stored();
        account.cut_later_sessions();
        let refreshed = account.refresh().await;
        assert_eq!(refreshed["result"]["epoch"], 1, "{refreshed}");
        account.cut_nothing();

        // As long as nothing has proved the new share, the old one signs too.
        let after = account.stored();
        account.put_back(before.clone());
        account
            .signs("unconfirmed, with the state from before")
            .await;
        account.put_back(after);
        account.signs("the first signature at the new epoch").await;

        // From then on the old one is dead.
        account.put_back(before);
        account.does_not_sign("EpochMismatch").await;
    });
}

#[test]
fn a_state_from_before_a_confirmed_refresh_says_so_and_changes_nothing() {
    local(async {
        let server = Server::start();
        let account = Account::create(&server).await;
        let before = account.stored();
        account.refresh().await;
        let after = account.stored();
        account.put_back(before.clone());
        account.does_not_sign("EpochMismatch").await;
        assert_eq!(account.stored(), before);
        account.put_back(after);
        account.signs("with the right state").await;
    });
}

#[test]
fn a_state_with_an_unproved_share_finds_out_whether_it_counts() {
    local(async {
        let mut server = Server::start();
        let account = Account::create(&server).await;
        let backup = server.backup();
        let settled = account.settled();
        account.refresh().await;
        account.wallet.on_settle(|| {});
        // The first write is the new share beside the old one.
        let prepared = settled.borrow()[0].clone();
        account.put_back(prepared.clone());
        assert!(account.has_next());
        account.signs("the server has promoted it").await;
        assert!(!account.has_next());

        account.put_back(prepared);
        server.restore(&backup);
        account.signs("the server has never had it").await;
        assert!(!account.has_next());
    });
}

#[test]
fn a_server_from_before_a_refresh_says_so_and_never_signs_with_a_wrong_share() {
    local(async {
        let mut server = Server::start();
        let account = Account::create(&server).await;
        let backup = server.backup();
        account.refresh().await;
        let newer = server.backup();
        server.restore(&backup);
        let before = account.stored();
        account.does_not_sign("EpochMismatch").await;
        assert_eq!(account.refresh().await["error"]["name"], "EpochMismatch");
        assert_eq!(account.stored(), before);
        server.restore(&newer);
        account.signs("with the right database").await;
    });
}

#[test]
fn two_refreshes_of_one_epoch_do_not_meet() {
    local(async {
        let server = Server::start();
        let account = Account::create(&server).await;
        let before = account.stored();
        // The first is stored at the server and not proved; then the device falls
        // back, and ends in the second before the server has stored that.
        account.cut_later_sessions();
        account.refresh().await;
        account.cut_nothing();
        account.put_back(before);
        let ended = Rc::new(Cell::new(false));
        let (seen, wallet) = (ended.clone(), Rc::downgrade(&account.wallet));
        account.wallet.on_frame(move |direction, frame| {
            let stored = wallet.upgrade().unwrap();
            let stored = stored.stored.borrow();
            if direction == Direction::ToServer && stored.as_ref().unwrap().contains("\"next\"") {
                seen.set(true);
                frame.clear();
            }
        });
        account.refresh().await;
        assert!(ended.get() && account.has_next());
        account.cut_nothing();
        account.signs("with the old share").await;
        assert!(!account.has_next());
    });
}

#[test]
fn a_write_that_the_wallet_loses_ends_the_refresh_before_the_server_can_finish() {
    local(async {
        let server = Server::start();
        let account = Account::create(&server).await;
        let before = account.stored();
        let (wallet, old) = (Rc::downgrade(&account.wallet), before.clone());
        account.wallet.on_settle(move || {
            let wallet = wallet.upgrade().unwrap();
            *wallet.stored.borrow_mut() = old.clone();
        });
        assert_eq!(account.refresh().await["error"]["name"], "NotStored");
        account.wallet.on_settle(|| {});
        assert_eq!(account.stored(), before);
        account.signs("with the old share").await;
        assert_eq!(account.refresh().await["result"]["epoch"], 1);
    });
}

#[test]
fn an_operator_can_make_a_refresh_come_before_the_next_signature() {
    local(async {
        let server = Server::start();
        let account = Account::create(&server).await;
        let printed = server.command(&["refresh", "all"]);
        assert!(printed.starts_with("1 keys"), "{printed}");

        // The user refuses the refresh, the second dialog.
        let wallet = Rc::downgrade(&account.wallet);
        account.wallet.on_dialog(move || {
            let wallet = wallet.upgrade().unwrap();
            let shown = wallet.shown.borrow();
            wallet.approves.set(shown.last().unwrap()["view"] == "sign");
        });
        account.does_not_sign("UserRejected").await;
        let device = TestDevice::new(&account.wallet, Fate::Lives);
        let status = device.result(PAGE, "tandem_status", json!({})).await;
        assert_eq!(status["keys"][0]["refreshDue"], true, "{status}");
        assert_eq!(status["keys"][0]["refreshedAt"], Value::Null);

        account.wallet.on_dialog(|| {});
        account.wallet.approves.set(true);
        account.signs("after the refresh that it asked for").await;
        let status = device.result(PAGE, "tandem_status", json!({})).await;
        assert_eq!(status["keys"][0]["refreshDue"], false, "{status}");
        let views: Vec<_> = account
            .wallet
            .shown
            .borrow()
            .iter()
            .map(|d| d["view"].clone())
            .collect();
        assert_eq!(views[views.len() - 2..], ["sign", "refresh"]);

        let key = account.key()["id"].as_str().unwrap().to_owned();
        server.command(&["refresh", &key]);
        account.refresh().await;
        account.signs("one that was made meanwhile counts").await;
    });
}
