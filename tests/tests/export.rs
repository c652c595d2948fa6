//! The private key of an account, shown to its user: with a permit of the operator only, in the
//! device's dialog only, and without harm to the account.

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
    server: Rc<RefCell<Server>>,
    wallet: Rc<Wallet>,
    account: Value,
}

impl World {
    /// A device with two accounts of one key; the second is the one to export.
    async fn new() -> Self {
        let server = Server::start();
        let wallet = Rc::new(Wallet::default());
        *wallet.code.borrow_mut() = server.enrolment_code();
        let device = TestDevice::new(&wallet, Fate::Lives);
        device.result(PAGE, "tandem_enrol", json!({})).await;
        let params = json!({"options": {}});
        device
            .result(PAGE, "keyring_createAccount", params.clone())
            .await;
        let account = device.result(PAGE, "keyring_createAccount", params).await;
        Self {
            server: Rc::new(RefCell::new(server)),
            wallet,
            account,
        }
    }

    async fn ask(&self, origin: &str, method: &str, params: Value) -> Value {
        let device = TestDevice::new(&self.wallet, Fate::Lives);
        device.request(origin, method, params).await.unwrap()
    }

    async fn export(&self) -> Value {
        let params = json!({"account": self.account["id"]});
        self.ask(PAGE, "tandem_exportKey", params).await
    }

    async fn refused(&self, name: &str) {
        let shown = self.wallet.shown.borrow().len();
        let answer = self.export().await;
        assert_eq!(answer["error"]["name"], name, "{answer}");
        let shown = Value::from(self.wallet.shown.borrow()[shown..].to_vec()).to_string();
        assert!(!shown.contains("exportedKey"), "{shown}");
    }

    async fn status(&self) -> Value {
        let status = self.ask(PAGE, "tandem_status", json!({})).await;
        status["result"]["keys"][0].clone()
    }

    async fn permit(&self, operation: &str) {
        let key = self.status().await["keyId"].as_str().unwrap().to_owned();
        let permit = self.server.borrow().command(&["permit", &key, operation]);
        *self.wallet.permit.borrow_mut() = permit;
    }

    async fn signs(&self) {
        let submit = json!({
            "id": fresh_id(), "scope": "", "account": self.account["id"], "origin": METAMASK,
            "request": {"method": "personal_sign", "params": ["0x68656c6c6f", self.account["address"]]},
        });
        let answer = self.ask(METAMASK, "keyring_submitRequest", submit).await;
        assert!(answer.get("result").is_some(), "{answer}");
    }

    /// The address of the key that was shown last.
    fn address_shown(&self) -> String {
        let shown = self.wallet.shown.borrow();
        let last = shown.last().unwrap();
        assert_eq!(last["view"], "exportedKey");
        let secret = last["summary"]["privateKey"].as_str().unwrap();
        let secret = k256::ecdsa::SigningKey::from_slice(&hex::decode(&secret[2..]).unwrap());
        let public = secret.unwrap().verifying_key().to_sec1_point(false);
        let address = alloy_primitives::Address::from_raw_public_key(&public.as_bytes()[1..]);
        address.to_string().to_lowercase()
    }
}

#[test]
fn the_private_key_of_the_account_is_shown_and_the_account_signs_on() {
    local(async {
        let world = World::new().await;
        assert_eq!(world.status().await["exportedAt"], Value::Null);
        world.permit("export").await;
        let answer = world.export().await;
        assert_eq!(answer["result"]["account"], world.account["id"], "{answer}");
        assert!(!answer.to_string().contains("privateKey"));
        assert_eq!(world.address_shown(), world.account["address"]);
        assert!(world.status().await["exportedAt"].is_u64());
        world.signs().await;
        let params = json!({"account": world.account["id"]});
        let refreshed = world.ask(PAGE, "tandem_refresh", params).await;
        assert!(refreshed.get("result").is_some(), "{refreshed}");
        assert!(world.status().await["exportedAt"].is_u64());
        // Each time anew.
        world.refused("PermitRequired").await;
        world.permit("export").await;
        world.export().await;
        assert_eq!(world.address_shown(), world.account["address"]);
        world.signs().await;
    });
}

#[test]
fn an_export_needs_its_own_permit_the_users_yes_and_a_key_that_is_not_frozen() {
    local(async {
        let world = World::new().await;
        world.refused("UserRejected").await;
        world.permit("recovery").await;
        world.refused("PermitRequired").await;
        world.permit("export").await;
        world.wallet.approves.set(false);
        world.refused("UserRejected").await;
        world.wallet.approves.set(true);
        let stored = world.wallet.stored.borrow().clone().unwrap();
        let mut frozen: Value = serde_json::from_str(&stored).unwrap();
        frozen["keys"][0]["frozen"] = json!(true);
        *world.wallet.stored.borrow_mut() = Some(frozen.to_string());
        world.refused("KeyFrozen").await;
        *world.wallet.stored.borrow_mut() = Some(stored);
        // The permit was not used by any of these.
        world.export().await;
        assert_eq!(world.address_shown(), world.account["address"]);
    });
}

#[test]
fn a_permit_for_one_key_does_not_export_another() {
    local(async {
        let world = World::new().await;
        let other = World::new().await;
        other.permit("export").await;
        *world.wallet.permit.borrow_mut() = other.wallet.permit.borrow().clone();
        world.refused("PermitRequired").await;
        // The key has lost nothing by it.
        world.signs().await;
        world.permit("export").await;
        world.export().await;
        assert_eq!(world.address_shown(), world.account["address"]);
    });
}

#[test]
fn what_the_server_sends_is_checked_before_it_is_shown() {
    local(async {
        let world = World::new().await;
        world.permit("export").await;
        let seen = Cell::new(0);
        world.wallet.on_frame(move |direction, frame| {
            if direction == Direction::ToDevice {
                seen.set(seen.get() + 1);
                // Welcome and refusal; then welcome, reply (two frames), half, share, whose
                // scalar comes after header, public key and chain code.
                if seen.get() == 7 {
                    frame[90] ^= 1;
                }
            }
        });
        world.refused("ProtocolFailed").await;
        world.wallet.on_frame(|_, _| {});
        world.signs().await;
    });
}

#[test]
fn the_server_may_be_killed_at_every_frame_of_an_export() {
    local(async {
        let world = World::new().await;
        let mut victim = 0;
        loop {
            victim += 1;
            world.permit("export").await;
            let (killer, seen) = (world.server.clone(), Rc::new(Cell::new(0)));
            let count = seen.clone();
            world.wallet.on_frame(move |direction, frame| {
                count.set(count.get() + 1);
                if count.get() == victim {
                    killer.borrow_mut().kill();
                    if direction == Direction::ToDevice {
                        frame.clear();
                    }
                }
            });
            let answer = world.export().await;
            world.wallet.on_frame(|_, _| {});
            if seen.get() < victim {
                assert!(answer.get("result").is_some(), "{answer}");
                break;
            }
            assert!(answer.get("error").is_some(), "frame {victim}: {answer}");
            world.server.borrow_mut().restart();
            world.signs().await;
        }
        assert!(victim > 6, "{victim} frames");
    });
}
