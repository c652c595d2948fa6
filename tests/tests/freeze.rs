//! A byte changed on the wire in the middle of a signature: the side that finds it
//! freezes the key, durably, before it answers, and the other side follows.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::cell::Cell;
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
        let wallet = Rc::new(Wallet::default());
        *wallet.code.borrow_mut() = server.enrolment_code();
        let device = TestDevice::new(&wallet, Fate::Lives);
        device.result(PAGE, "tandem_enrol", json!({})).await;
        let params = json!({"options": {}});
        let account = device.result(PAGE, "keyring_createAccount", params).await;
        Self { wallet, account }
    }

    /// Asks for one signature, from a device that was just started.
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

    /// Changes one byte in the middle of the `number`th frame in one direction.
    fn tamper(&self, towards: Direction, number: usize) {
        let seen = Cell::new(0);
        self.wallet.on_frame(move |direction, frame| {
            if direction == towards {
                seen.set(seen.get() + 1);
                if seen.get() == number {
                    let middle = frame.len() / 2;
                    frame[middle] ^= 1;
                }
            }
        });
    }

    fn frozen_here(&self) -> bool {
        let stored = self.wallet.stored.borrow();
        let state: Value = serde_json::from_str(stored.as_deref().unwrap()).unwrap();
        state["keys"][0]["frozen"] == json!(true)
    }
}

#[test]
fn what_the_device_finds_freezes_both_sides() {
    local(async {
        let server = Server::start();
        let account = Account::create(&server).await;
        // Frame 1 is the welcome, 2 and 3 are the server's reply.
        account.tamper(Direction::ToDevice, 3);
        let error = account.sign().await;
        assert_eq!(error["error"]["name"], "KeyFrozen", "{error}");
        assert!(account.frozen_here());

        // The server froze too: a device that was rolled back gets no further.
        account.wallet.on_frame(|_, _| {});
        let thawed = account.wallet.stored.borrow().clone().unwrap();
        let thawed = thawed.replace("\"frozen\":true", "\"frozen\":false");
        *account.wallet.stored.borrow_mut() = Some(thawed);
        let error = account.sign().await;
        assert_eq!(error["error"]["name"], "KeyFrozen", "{error}");
        assert!(account.frozen_here(), "the device learned it again");
    });
}

#[test]
fn what_the_server_finds_is_answered_without_a_reason_and_freezes_both_sides() {
    local(async {
        let mut server = Server::start();
        let account = Account::create(&server).await;
        // Frame 1 is the open with the device's first message, inside a signed
        // body; frame 2 is the device's answer.
        account.tamper(Direction::ToServer, 2);
        let error = account.sign().await;
        assert_eq!(error["error"]["name"], "ProtocolFailed", "{error}");

        account.wallet.on_frame(|_, _| {});
        server.kill();
        server.restart();
        let error = account.sign().await;
        assert_eq!(error["error"]["name"], "KeyFrozen", "{error}");
        assert!(account.frozen_here());
    });
}

#[test]
fn a_changed_byte_in_what_the_device_signed_as_its_request_harms_nothing() {
    local(async {
        let server = Server::start();
        let account = Account::create(&server).await;
        account.tamper(Direction::ToServer, 1);
        let error = account.sign().await;
        assert!(error.get("error").is_some(), "{error}");
        account.wallet.on_frame(|_, _| {});
        let signed = account.sign().await;
        assert!(signed.get("result").is_some(), "{signed}");
    });
}

#[test]
fn a_changed_byte_in_the_servers_half_gives_no_signature() {
    local(async {
        let server = Server::start();
        let account = Account::create(&server).await;
        account.tamper(Direction::ToDevice, 4);
        let error = account.sign().await;
        assert_eq!(error["error"]["name"], "ProtocolFailed", "{error}");
        assert!(!account.frozen_here(), "one of them is no danger");
        account.wallet.on_frame(|_, _| {});
        assert!(account.sign().await.get("result").is_some());
    });
}

#[test]
fn a_key_that_is_frozen_while_the_user_is_asked_does_not_sign() {
    local(async {
        let server = Server::start();
        let account = Account::create(&server).await;
        let wallet = Rc::downgrade(&account.wallet);
        account.wallet.on_dialog(move || {
            let wallet = wallet.upgrade().unwrap();
            let mut stored = wallet.stored.borrow_mut();
            let frozen = stored
                .as_ref()
                .unwrap()
                .replace("\"frozen\":false", "\"frozen\":true");
            *stored = Some(frozen);
        });
        account
            .wallet
            .on_frame(|_, _| panic!("nothing may be sent"));
        let error = account.sign().await;
        assert_eq!(error["error"]["name"], "KeyFrozen", "{error}");
    });
}
