//! Prepared signatures: the snap prepares while MetaMask's user reads, and the approval
//! then takes one message each way. Whatever goes wrong with them, the account signs
//! without; whatever a check finds, it does not.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use serde_json::{Value, json};
use tandem_tests::{Direction, Fate, Server, TestDevice, Wallet, fresh_id};
use tokio::task::LocalSet;

const PAGE: &str = "http://localhost:8000";
const METAMASK: &str = "metamask";

fn local(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, test);
}

struct World {
    wallet: Rc<Wallet>,
    device: TestDevice,
    accounts: Vec<Value>,
}

impl World {
    /// A device with this many accounts of one key.
    async fn with_accounts(server: &Server, count: usize) -> Self {
        let wallet = Rc::new(Wallet::default());
        *wallet.code.borrow_mut() = server.enrolment_code();
        let device = TestDevice::new(&wallet, Fate::Lives);
        device.result(PAGE, "tandem_enrol", json!({})).await;
        let mut accounts = Vec::new();
        for _ in 0..count {
            let params = json!({"options": {}});
            accounts.push(device.result(PAGE, "keyring_createAccount", params).await);
        }
        Self {
            wallet,
            device,
            accounts,
        }
    }

    /// The next life of the device.
    fn restart(&mut self) {
        self.device = TestDevice::new(&self.wallet, Fate::Lives);
    }

    /// How many signatures are ready after MetaMask has shown a request of this account.
    async fn prepare(&self, account: usize, count: u8) -> u64 {
        let params = json!({"account": self.accounts[account]["address"], "count": count});
        let answer = self.device.result(METAMASK, "tandem_prepare", params);
        answer.await["ready"].as_u64().unwrap()
    }

    async fn sign(&self, account: usize) -> Value {
        let account = &self.accounts[account];
        let submit = json!({
            "id": fresh_id(), "scope": "", "account": account["id"],
            "origin": "metamask",
            "request": {"method": "personal_sign", "params": ["0x68656c6c6f", account["address"]]},
        });
        let asked = self
            .device
            .request(METAMASK, "keyring_submitRequest", submit);
        asked.await.unwrap()
    }

    /// Signs, lets alloy judge, and tells how many sessions it took.
    async fn signs(&self, account: usize) -> usize {
        let before = self.wallet.sockets_opened();
        let answer = self.sign(account).await;
        let Some(signature) = answer["result"]["result"].as_str() else {
            panic!("not signed: {answer}");
        };
        let bytes = hex::decode(&signature[2..]).unwrap();
        let signature = alloy_primitives::Signature::from_raw(&bytes).unwrap();
        let expected = self.accounts[account]["address"].as_str().unwrap();
        let expected: alloy_primitives::Address = expected.parse().unwrap();
        assert_eq!(
            signature.recover_address_from_msg("hello").unwrap(),
            expected
        );
        self.wallet.sockets_opened() - before
    }

    /// Everything that is on the wire from now on, by direction and length.
    fn frames(&self) -> Rc<RefCell<Vec<(Direction, usize)>>> {
        let frames = Rc::new(RefCell::new(Vec::new()));
        let seen = Rc::clone(&frames);
        self.wallet.on_frame(move |direction, frame| {
            seen.borrow_mut().push((direction, frame.len()));
        });
        frames
    }

    /// Changes one byte of the next frame in one direction.
    fn tamper(&self, towards: Direction, at: impl Fn(usize) -> usize + 'static) {
        let done = Cell::new(false);
        self.wallet.on_frame(move |direction, frame| {
            if direction == towards && !done.replace(true) {
                let at = at(frame.len());
                frame[at] ^= 1;
            }
        });
    }

    fn change_state(&self, change: impl Fn(String) -> String) {
        let stored = self.wallet.stored.borrow().clone().unwrap();
        *self.wallet.stored.borrow_mut() = Some(change(stored));
    }

    fn frozen_here(&self) -> bool {
        let stored = self.wallet.stored.borrow();
        let state: Value = serde_json::from_str(stored.as_deref().unwrap()).unwrap();
        state["keys"][0]["frozen"] == json!(true)
    }
}

#[test]
fn a_prepared_signature_takes_one_short_message_each_way() {
    local(async {
        let server = Server::start();
        let world = World::with_accounts(&server, 1).await;
        assert_eq!(world.prepare(0, 1).await, 1);
        let frames = world.frames();
        assert_eq!(world.signs(0).await, 0);
        let frames = frames.borrow().clone();
        let directions: Vec<_> = frames.iter().map(|(direction, _)| *direction).collect();
        // The last tells the server the signature, and nobody waits for it.
        use Direction::{ToDevice, ToServer};
        assert_eq!(directions, [ToServer, ToDevice, ToServer]);
        assert!(
            frames.iter().all(|(_, length)| *length < 1024),
            "{frames:?}"
        );
    });
}

#[test]
fn each_is_used_once_and_then_the_whole_ceremony_signs() {
    local(async {
        let server = Server::start();
        let world = World::with_accounts(&server, 1).await;
        assert_eq!(world.prepare(0, 2).await, 2);
        assert_eq!(world.prepare(0, 2).await, 2, "they are ready already");
        assert_eq!(world.signs(0).await, 0);
        assert_eq!(world.signs(0).await, 0);
        assert_eq!(world.signs(0).await, 1);
        assert_eq!(world.prepare(0, 4).await, 4);
        assert_eq!(world.signs(0).await, 0);
    });
}

#[test]
fn a_server_that_was_restarted_has_forgotten_them_and_signs_all_the_same() {
    local(async {
        let mut server = Server::start();
        let world = World::with_accounts(&server, 1).await;
        assert_eq!(world.prepare(0, 2).await, 2);
        server.kill();
        server.restart();
        assert_eq!(world.signs(0).await, 1);
        assert_eq!(world.signs(0).await, 1, "nothing of them is left");
    });
}

#[test]
fn a_device_that_was_restarted_has_forgotten_them_and_signs_all_the_same() {
    local(async {
        let server = Server::start();
        let mut world = World::with_accounts(&server, 1).await;
        assert_eq!(world.prepare(0, 2).await, 2);
        let stored = world.wallet.stored.borrow().clone();
        world.restart();
        assert_eq!(world.signs(0).await, 1);
        assert_eq!(*world.wallet.stored.borrow(), stored, "nothing was kept");
    });
}

#[test]
fn a_use_or_an_answer_that_is_lost_on_the_way_is_not_repeated() {
    local(async {
        let server = Server::start();
        let world = World::with_accounts(&server, 1).await;
        for towards in [Direction::ToServer, Direction::ToDevice] {
            assert_eq!(world.prepare(0, 2).await, 2);
            // The frame's version: the session breaks.
            world.tamper(towards, |_| 0);
            assert_eq!(world.signs(0).await, 1);
            assert_eq!(
                world.signs(0).await,
                1,
                "the second is gone with the session"
            );
            assert!(!world.frozen_here());
        }
    });
}

#[test]
fn they_are_for_one_account() {
    local(async {
        let server = Server::start();
        let world = World::with_accounts(&server, 2).await;
        assert_eq!(world.prepare(0, 1).await, 1);
        assert_eq!(world.signs(1).await, 1);
        assert_eq!(world.signs(0).await, 1, "the other session ended them");
        assert_eq!(world.prepare(0, 1).await, 1);
        assert_eq!(world.prepare(1, 1).await, 1);
        assert_eq!(world.signs(1).await, 0);
        assert_eq!(world.signs(0).await, 1);
    });
}

#[test]
fn a_key_that_froze_meanwhile_uses_none() {
    local(async {
        let server = Server::start();
        let world = World::with_accounts(&server, 1).await;
        assert_eq!(world.prepare(0, 2).await, 2);
        let frames = world.frames();
        // While the user is asked, the last moment at which it can freeze.
        let wallet = Rc::downgrade(&world.wallet);
        world.wallet.on_dialog(move || {
            let wallet = wallet.upgrade().unwrap();
            let mut stored = wallet.stored.borrow_mut();
            *stored = stored.as_deref().map(frozen);
        });
        let error = world.sign(0).await;
        assert_eq!(error["error"]["name"], "KeyFrozen", "{error}");
        assert_eq!(world.prepare(0, 1).await, 0);
        assert!(frames.borrow().is_empty(), "nothing was sent");
        world.wallet.on_dialog(|| {});
        world.change_state(|state| thawed(&state));
        assert_eq!(world.signs(0).await, 1, "what was prepared is gone");
    });
}

fn frozen(state: &str) -> String {
    state.replace("\"frozen\":false", "\"frozen\":true")
}

fn thawed(state: &str) -> String {
    state.replace("\"frozen\":true", "\"frozen\":false")
}

/// The state with the share's epoch one higher. It is the second byte of the share,
/// so the low half of the third digit of its base 64.
fn with_next_epoch(state: &str) -> String {
    let mut state: Value = serde_json::from_str(state).unwrap();
    let share = state["keys"][0]["share"].as_str().unwrap();
    let mut digits = share.as_bytes().to_vec();
    assert!((b'A'..=b'D').contains(&digits[2]), "epoch 0");
    digits[2] += 4;
    state["keys"][0]["share"] = json!(String::from_utf8(digits).unwrap());
    state.to_string()
}

#[test]
fn shares_of_another_epoch_use_none() {
    local(async {
        let server = Server::start();
        let world = World::with_accounts(&server, 1).await;
        assert_eq!(world.prepare(0, 2).await, 2);
        let stored = world.wallet.stored.borrow().clone().unwrap();
        world.change_state(|state| with_next_epoch(&state));
        let before = world.wallet.sockets_opened();
        let error = world.sign(0).await;
        assert_eq!(error["error"]["name"], "EpochMismatch", "{error}");
        assert_eq!(
            world.wallet.sockets_opened(),
            before + 1,
            "a whole ceremony"
        );
        assert_eq!(world.prepare(0, 1).await, 0);
        world.change_state(|_| stored.clone());
        assert_eq!(world.signs(0).await, 1, "what was prepared is gone");
    });
}

#[test]
fn a_failed_check_in_the_preparation_freezes_both_sides() {
    local(async {
        let server = Server::start();
        let world = World::with_accounts(&server, 1).await;
        // Frame 1 is the welcome, 2 and 3 are the server's reply.
        let seen = Cell::new(0);
        world.wallet.on_frame(move |direction, frame| {
            if direction == Direction::ToDevice {
                seen.set(seen.get() + 1);
                if seen.get() == 3 {
                    let middle = frame.len() / 2;
                    frame[middle] ^= 1;
                }
            }
        });
        assert_eq!(world.prepare(0, 1).await, 0);
        assert!(world.frozen_here());
        world.wallet.on_frame(|_, _| {});
        world.change_state(|state| thawed(&state));
        let error = world.sign(0).await;
        assert_eq!(error["error"]["name"], "KeyFrozen", "{error}");
    });
}

#[test]
fn a_changed_byte_in_what_the_device_answers_freezes_both_sides() {
    local(async {
        let server = Server::start();
        let world = World::with_accounts(&server, 1).await;
        // Frame 1 is the open, inside a signed body; frame 2 is the device's answer.
        let seen = Cell::new(0);
        world.wallet.on_frame(move |direction, frame| {
            if direction == Direction::ToServer {
                seen.set(seen.get() + 1);
                if seen.get() == 2 {
                    let middle = frame.len() / 2;
                    frame[middle] ^= 1;
                }
            }
        });
        world.prepare(0, 1).await;
        world.wallet.on_frame(|_, _| {});
        // The first may be under way before the server has found it.
        let error = world.sign(0).await;
        assert!(error.get("error").is_some(), "{error}");
        let error = world.sign(0).await;
        assert_eq!(error["error"]["name"], "KeyFrozen", "{error}");
        assert!(world.frozen_here());
    });
}

#[test]
fn a_changed_byte_in_the_servers_half_gives_no_signature_and_no_second_try() {
    local(async {
        let server = Server::start();
        let world = World::with_accounts(&server, 1).await;
        // The last byte is of the server's nonce, byte 70 of w.
        for at in [|length: usize| length - 1, |_| 70] {
            assert_eq!(world.prepare(0, 1).await, 1);
            world.tamper(Direction::ToDevice, at);
            let before = world.wallet.sockets_opened();
            let error = world.sign(0).await;
            assert_eq!(error["error"]["name"], "ProtocolFailed", "{error}");
            assert_eq!(world.wallet.sockets_opened(), before);
            assert!(!world.frozen_here(), "nothing that lasts was touched");
        }
        assert_eq!(world.signs(0).await, 1);
    });
}

#[test]
fn preparing_what_cannot_be_is_no_error_and_what_makes_no_sense_is() {
    local(async {
        let server = Server::start();
        let world = World::with_accounts(&server, 1).await;
        let prepare = |params: Value| world.device.request(METAMASK, "tandem_prepare", params);
        let id = world.accounts[0]["id"].clone();
        let ready = prepare(json!({"account": id})).await.unwrap();
        assert_eq!(ready["result"], json!({"ready": 1}));
        let theirs = json!({"account": "0x00000000000000000000000000000000000000FF"});
        let none = prepare(theirs).await.unwrap();
        assert_eq!(none["result"], json!({"ready": 0}));
        for params in [
            json!({}),
            json!({"account": 1}),
            json!({"account": id, "count": 0}),
            json!({"account": id, "count": 5}),
            json!({"account": id, "count": "1"}),
        ] {
            let error = prepare(params.clone()).await.unwrap();
            assert_eq!(error["error"]["name"], "InvalidRequest", "{params}");
        }
        assert_eq!(world.signs(0).await, 0, "what was ready still is");
    });
}
