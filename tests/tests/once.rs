//! One request, one signature: whatever breaks between the server's half and the device, and
//! whoever is started again meanwhile.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

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
    server: Rc<RefCell<Server>>,
    wallet: Rc<Wallet>,
    device: TestDevice,
    account: Value,
}

impl World {
    async fn new() -> Self {
        let server = Server::start();
        let wallet = Rc::new(Wallet::default());
        *wallet.code.borrow_mut() = server.enrolment_code();
        let device = TestDevice::new(&wallet, Fate::Lives);
        device.result(PAGE, "tandem_enrol", json!({})).await;
        let params = json!({"options": {}});
        let account = device.result(PAGE, "keyring_createAccount", params).await;
        Self {
            server: Rc::new(RefCell::new(server)),
            wallet,
            device,
            account,
        }
    }

    /// The device forgets everything but its state.
    fn restart_device(&mut self) {
        self.device = TestDevice::new(&self.wallet, Fate::Lives);
    }

    fn submit(&self, id: &str, text: &str) -> Value {
        let data = format!("0x{}", hex::encode(text));
        json!({
            "id": id, "scope": "", "account": self.account["id"], "origin": METAMASK,
            "request": {"method": "personal_sign", "params": [data, self.account["address"]]},
        })
    }

    /// Signs, and lets alloy judge.
    async fn sign(&self, id: &str, text: &str) -> String {
        let submit = self.submit(id, text);
        let answer = self
            .device
            .result(METAMASK, "keyring_submitRequest", submit);
        let signature = answer.await["result"].as_str().unwrap().to_owned();
        let bytes = hex::decode(&signature[2..]).unwrap();
        let judged = alloy_primitives::Signature::from_raw(&bytes).unwrap();
        let expected: alloy_primitives::Address =
            self.account["address"].as_str().unwrap().parse().unwrap();
        assert_eq!(judged.recover_address_from_msg(text).unwrap(), expected);
        signature
    }

    /// How many halves the server has released, and of how many it knows the signature.
    fn released(&self) -> (u32, u32) {
        let database = self.server.borrow().data().join("tandem.sqlite");
        rusqlite::Connection::open(database)
            .unwrap()
            .query_row(
                "SELECT count(*), count(signature) FROM signatures",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap()
    }

    /// Waits until it is so: what the device tells last arrives after its answer.
    async fn has_released(&self, expected: (u32, u32)) {
        let soon = async {
            while self.released() != expected {
                tokio::task::yield_now().await;
            }
        };
        let in_time = tokio::time::timeout(Duration::from_secs(10), soon).await;
        assert!(in_time.is_ok(), "{:?}", self.released());
    }

    /// The connection breaks before the server's message with this number, from 1, and `then`
    /// happens.
    fn cut_before(&self, number: usize, then: impl Fn() + 'static) {
        let seen = Cell::new(0);
        self.wallet.on_frame(move |direction, frame| {
            // Every message but the longest fits one frame.
            if direction == Direction::ToDevice && frame[1] == 0 {
                seen.set(seen.get() + 1);
                if seen.get() == number {
                    frame.clear();
                    then();
                }
            }
        });
    }
}

/// The server's messages of a signature: welcome, reply, half.
const HALF: usize = 3;

#[test]
fn a_half_that_was_lost_on_its_way_comes_again() {
    local(async {
        let world = World::new().await;
        world.cut_before(HALF, || {});
        world.sign(&fresh_id(), "hello").await;
        world.has_released((1, 1)).await;
    });
}

#[test]
fn a_half_comes_again_from_a_server_that_was_killed() {
    local(async {
        let world = World::new().await;
        let server = Rc::clone(&world.server);
        world.cut_before(HALF, move || {
            let mut server = server.borrow_mut();
            server.kill();
            server.restart();
        });
        world.sign(&fresh_id(), "hello").await;
        world.has_released((1, 1)).await;
    });
}

#[test]
fn the_half_of_a_prepared_signature_comes_again_too() {
    local(async {
        let world = World::new().await;
        let params = json!({"account": world.account["id"], "count": 2});
        let ready = world
            .device
            .result(METAMASK, "tandem_prepare", params)
            .await;
        assert_eq!(ready["ready"], 2);
        world.cut_before(1, || {});
        world.sign(&fresh_id(), "hello").await;
        world.has_released((1, 1)).await;
    });
}

#[test]
fn a_signature_that_was_cut_before_the_half_takes_another_request() {
    local(async {
        let world = World::new().await;
        world.cut_before(HALF - 1, || {});
        let submit = world.submit(&fresh_id(), "hello");
        let error = world
            .device
            .error(METAMASK, "keyring_submitRequest", submit);
        assert_eq!(error.await["name"], "ServerUnavailable");
        world.has_released((0, 0)).await;
        world.sign(&fresh_id(), "hello").await;
        world.has_released((1, 1)).await;
    });
}

#[test]
fn the_same_request_has_the_same_signature_also_after_both_sides_were_restarted() {
    local(async {
        let mut world = World::new().await;
        let id = fresh_id();
        let signature = world.sign(&id, "hello").await;
        assert_eq!(world.sign(&id, "hello").await, signature);
        world.restart_device();
        world.server.borrow_mut().kill();
        world.server.borrow_mut().restart();
        assert_eq!(world.sign(&id, "hello").await, signature);
        world.has_released((1, 1)).await;
    });
}

#[test]
fn a_prepared_signature_is_not_spent_on_what_was_signed() {
    local(async {
        let world = World::new().await;
        let id = fresh_id();
        let signature = world.sign(&id, "hello").await;
        let params = json!({"account": world.account["id"], "count": 2});
        world
            .device
            .result(METAMASK, "tandem_prepare", params)
            .await;
        assert_eq!(world.sign(&id, "hello").await, signature);
        assert_ne!(world.sign(&fresh_id(), "hello").await, signature);
        world.has_released((2, 2)).await;
    });
}

#[test]
fn another_request_with_the_same_id_is_refused() {
    local(async {
        let world = World::new().await;
        let id = fresh_id();
        world.sign(&id, "hello").await;
        for prepared in [0, 1] {
            if prepared == 1 {
                let params = json!({"account": world.account["id"], "count": 1});
                world
                    .device
                    .result(METAMASK, "tandem_prepare", params)
                    .await;
            }
            let submit = world.submit(&id, "goodbye");
            let error = world
                .device
                .error(METAMASK, "keyring_submitRequest", submit);
            assert_eq!(error.await["name"], "RequestConflict", "{prepared}");
        }
        world.has_released((1, 1)).await;
        world.sign(&fresh_id(), "goodbye").await;
    });
}

#[test]
fn a_device_that_ended_before_it_had_the_half_makes_the_signature_anew() {
    local(async {
        let mut world = World::new().await;
        let id = fresh_id();
        // It ends before the half arrives: nobody can make a signature of that half any more.
        world.cut_before(HALF, || {});
        {
            let submit = world.submit(&id, "hello");
            let asking = world
                .device
                .request(METAMASK, "keyring_submitRequest", submit);
            let mut asking = Box::pin(asking);
            let released = async {
                while world.released() == (0, 0) {
                    tokio::task::yield_now().await;
                }
            };
            tokio::select! {
                biased;
                () = released => {}
                answer = &mut asking => panic!("it ended first: {answer:?}"),
            }
        }
        world.wallet.on_frame(|_, _| {});
        world.restart_device();
        let signature = world.sign(&id, "hello").await;
        world.has_released((2, 1)).await;
        assert_eq!(world.sign(&id, "hello").await, signature);
        world.has_released((2, 1)).await;
    });
}
