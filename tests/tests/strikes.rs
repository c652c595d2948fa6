//! A server that sends bad halves: each counts at the device, durably, and the last one
//! freezes the key on both sides. Broken connections count nothing.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::cell::Cell;
use std::rc::Rc;

use serde_json::{Value, json};
use tandem_tests::{Direction, Fate, Server, TestDevice, Wallet, fresh_id};
use tokio::task::LocalSet;

const PAGE: &str = "http://localhost:8000";
/// `tandem_threshold::MAX_STRIKES`, as the user meets it.
const MAX_STRIKES: u32 = 8;
/// Frame 1 of a signature is the welcome, 2 and 3 the server's reply.
const HALF: usize = 4;

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

    /// Asks for one signature, from a device that was just started; `None` if it ended.
    async fn sign_until(&self, fate: Fate) -> Option<Value> {
        let device = TestDevice::new(&self.wallet, fate);
        let submit = json!({
            "id": fresh_id(), "scope": "", "account": self.account["id"],
            "origin": "metamask",
            "request": {"method": "personal_sign", "params": ["0x68656c6c6f", self.account["address"]]},
        });
        let asked = device.request("metamask", "keyring_submitRequest", submit);
        asked.await
    }

    async fn sign(&self) -> Value {
        self.sign_until(Fate::Lives).await.unwrap()
    }

    async fn signs(&self) {
        let signed = self.sign().await;
        assert!(signed.get("result").is_some(), "{signed}");
    }

    async fn does_not_sign(&self, error: &str) {
        let answer = self.sign().await;
        assert_eq!(answer["error"]["name"], error, "{answer}");
    }

    /// One signature for which the server's half is a wrong one.
    async fn bad_half(&self, error: &str) {
        let seen = Cell::new(0);
        self.wallet.on_frame(move |direction, frame| {
            if direction == Direction::ToDevice {
                seen.set(seen.get() + 1);
                if seen.get() == HALF {
                    let middle = frame.len() / 2;
                    frame[middle] ^= 1;
                }
            }
        });
        self.does_not_sign(error).await;
        self.wallet.on_frame(|_, _| {});
    }

    async fn refresh(&self) {
        let device = TestDevice::new(&self.wallet, Fate::Lives);
        let params = json!({"account": self.account["id"]});
        device.result(PAGE, "tandem_refresh", params).await;
    }

    fn key(&self) -> Value {
        let stored = self.wallet.stored.borrow();
        let state: Value = serde_json::from_str(stored.as_deref().unwrap()).unwrap();
        state["keys"][0].clone()
    }
}

#[test]
fn bad_halves_freeze_both_sides_with_the_last_strike_and_not_before() {
    local(async {
        let server = Server::start();
        let account = Account::create(&server).await;
        for number in 1..MAX_STRIKES {
            account.bad_half("ProtocolFailed").await;
            assert_eq!(account.key()["strikes"], number);
            assert_eq!(account.key()["frozen"], false);
        }
        account.signs().await;
        assert_eq!(
            account.key()["strikes"],
            MAX_STRIKES - 1,
            "none is taken back"
        );
        account.bad_half("KeyFrozen").await;
        assert_eq!(account.key()["frozen"], true);

        // The server heard of it: a device that was rolled back gets no further.
        let thawed = account.wallet.stored.borrow().clone().unwrap();
        let thawed = thawed.replace("\"frozen\":true", "\"frozen\":false");
        *account.wallet.stored.borrow_mut() = Some(thawed);
        account.does_not_sign("KeyFrozen").await;

        account.refresh().await;
        assert_eq!(account.key().get("strikes"), None);
        account.signs().await;
    });
}

#[test]
fn a_strike_is_stored_before_the_server_or_the_user_hears_of_the_abort() {
    local(async {
        let server = Server::start();
        let account = Account::create(&server).await;
        // The write is lost, as often as it is tried: then nothing is answered.
        let wallet = Rc::downgrade(&account.wallet);
        account
            .wallet
            .on_settle(move || wallet.upgrade().unwrap().lose_last_write());
        account.bad_half("NotStored").await;
        account.wallet.on_settle(|| {});
        assert_eq!(account.key().get("strikes"), None);
        account.bad_half("ProtocolFailed").await;
        assert_eq!(account.key()["strikes"], 1);
    });
}

#[test]
fn a_device_that_ends_and_a_connection_that_breaks_count_nothing_at_the_device() {
    local(async {
        let mut server = Server::start();
        let account = Account::create(&server).await;
        let device = TestDevice::new(&account.wallet, Fate::Lives);
        let calls = device.calls();
        drop(device);
        // The device ends at calls all over the ceremony.
        for number in 1..=2 * MAX_STRIKES as usize {
            let _ended = account.sign_until(Fate::EndsBefore(calls + number)).await;
        }
        assert_eq!(account.key().get("strikes"), None);
        // The server is gone in the middle.
        let killer = server.killer();
        account.wallet.on_frame(move |direction, _| {
            if direction == Direction::ToDevice {
                killer.kill();
            }
        });
        let answer = account.sign().await;
        assert!(answer.get("error").is_some(), "{answer}");
        account.wallet.on_frame(|_, _| {});
        server.restart();
        account.signs().await;
        assert_eq!(account.key().get("strikes"), None);
    });
}
