//! A key leaves its server for another one, with the recovery words: same address, no moment in
//! which it cannot sign, and no need of the server that it leaves.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use serde_json::{Value, json};
use tandem_tests::{Direction, Fate, Server, TestDevice, Wallet, fresh_id, stride};
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
    old: Rc<RefCell<Server>>,
    new: Rc<RefCell<Server>>,
    wallet: Rc<Wallet>,
    account: Value,
}

impl World {
    /// An account with recovery words at the old server.
    async fn new() -> Self {
        let (old, new) = (Server::start(), Server::start());
        let wallet = Rc::new(Wallet::default());
        *wallet.code.borrow_mut() = old.enrolment_code();
        wallet.takes_words.set(true);
        let device = TestDevice::new(&wallet, Fate::Lives);
        device.result(PAGE, "tandem_enrol", json!({})).await;
        let params = json!({"options": {}});
        let account = device.result(PAGE, "keyring_createAccount", params).await;
        Self {
            old: Rc::new(RefCell::new(old)),
            new: Rc::new(RefCell::new(new)),
            wallet,
            account,
        }
    }

    /// The same wallet and servers, as they were.
    fn with_state(&self, state: &str) -> Rc<Wallet> {
        let wallet = Rc::new(Wallet::default());
        *wallet.stored.borrow_mut() = Some(state.to_owned());
        *wallet.paper.borrow_mut() = self.wallet.paper.borrow().clone();
        wallet
    }

    /// What the operator of the new server hands out.
    fn invite(&self, wallet: &Wallet) {
        let new = self.new.borrow();
        *wallet.code.borrow_mut() = new.enrolment_code();
        *wallet.permit.borrow_mut() = new.command(&["import-permit"]);
    }

    async fn moves_until(&self, wallet: &Rc<Wallet>, fate: Fate) -> Option<Value> {
        let device = TestDevice::new(wallet, fate);
        let params = json!({"account": self.account["id"]});
        device.request(PAGE, "tandem_move", params).await
    }

    async fn moves(&self, wallet: &Rc<Wallet>) {
        let answer = self.moves_until(wallet, Fate::Lives).await.unwrap();
        assert!(answer.get("result").is_some(), "{answer}");
    }

    async fn refused(&self, name: &str) {
        let answer = self.moves_until(&self.wallet, Fate::Lives).await.unwrap();
        assert_eq!(answer["error"]["name"], name, "{answer}");
    }

    async fn signs(&self, wallet: &Rc<Wallet>, when: &str) {
        sign(wallet, &self.account, when).await;
    }
}

async fn sign(wallet: &Rc<Wallet>, account: &Value, when: &str) {
    let device = TestDevice::new(wallet, Fate::Lives);
    let submit = json!({
        "id": fresh_id(), "scope": "", "account": account["id"], "origin": METAMASK,
        "request": {"method": "personal_sign", "params": ["0x68656c6c6f", account["address"]]},
    });
    let asked = device.request(METAMASK, "keyring_submitRequest", submit);
    let answer = asked.await.unwrap();
    let signature = answer["result"]["result"].as_str();
    let signature = signature.unwrap_or_else(|| panic!("{when}: {answer}"));
    let bytes = hex::decode(&signature[2..]).unwrap();
    let signature = alloy_primitives::Signature::from_raw(&bytes).unwrap();
    let signer = signature.recover_address_from_msg("hello").unwrap();
    assert_eq!(
        signer.to_string().to_lowercase(),
        account["address"],
        "{when}"
    );
}

#[test]
fn a_key_signs_with_its_new_server_and_the_old_one_may_go() {
    local(async {
        let world = World::new().await;
        world.signs(&world.wallet, "before").await;
        world.invite(&world.wallet);
        world.moves(&world.wallet).await;
        world.old.borrow_mut().kill();
        world.signs(&world.wallet, "after").await;
        let device = TestDevice::new(&world.wallet, Fate::Lives);
        let status = device.result(PAGE, "tandem_status", json!({})).await;
        let new = world.new.borrow().enrolment_code();
        let address = new.split('#').next().unwrap();
        assert_eq!(status["server"], address);
        assert_eq!(status["keys"][0]["server"], address);
        assert_eq!(status["keys"][0]["recovery"]["drillNeeded"], false);
        // All that a key does, it does there.
        let params = json!({"account": world.account["id"]});
        device.result(PAGE, "tandem_refresh", params.clone()).await;
        device.result(PAGE, "tandem_drill", params).await;
        world.signs(&world.wallet, "refreshed").await;
        // And the words bring it to another device.
        let other = Rc::new(Wallet::default());
        *other.paper.borrow_mut() = world.wallet.paper.borrow().clone();
        *other.code.borrow_mut() = new.clone();
        let device = TestDevice::new(&other, Fate::Lives);
        device.result(PAGE, "tandem_enrol", json!({})).await;
        let recovered = device.result(PAGE, "tandem_recover", json!({})).await;
        assert_eq!(recovered["accounts"], json!([world.account["address"]]));
        world.signs(&other, "recovered").await;
    });
}

#[test]
fn a_key_moves_away_from_a_server_that_is_lost() {
    local(async {
        let world = World::new().await;
        world.old.borrow_mut().kill();
        world.invite(&world.wallet);
        world.moves(&world.wallet).await;
        world.signs(&world.wallet, "after").await;
    });
}

#[test]
fn the_other_keys_stay_and_new_ones_are_made_at_the_new_server() {
    local(async {
        let world = World::new().await;
        *world.wallet.secret.borrow_mut() = "11".repeat(32);
        *world.wallet.permit.borrow_mut() = world.old.borrow().command(&["import-permit"]);
        let device = TestDevice::new(&world.wallet, Fate::Lives);
        let paper = world.wallet.paper.borrow().clone();
        let imported = device.result(PAGE, "tandem_importKey", json!({})).await;
        let of_imported = world.wallet.paper.replace(paper);
        world.invite(&world.wallet);
        world.moves(&world.wallet).await;
        sign(&world.wallet, &imported, "stayed").await;
        world.signs(&world.wallet, "moved").await;
        // It follows without a code, to where the device belongs now.
        *world.wallet.paper.borrow_mut() = of_imported;
        *world.wallet.permit.borrow_mut() = world.new.borrow().command(&["import-permit"]);
        let device = TestDevice::new(&world.wallet, Fate::Lives);
        let params = json!({"account": imported["id"]});
        device.result(PAGE, "tandem_move", params).await;
        world.old.borrow_mut().kill();
        sign(&world.wallet, &imported, "followed").await;
        world.signs(&world.wallet, "both").await;
        let params = json!({"options": {}});
        let device = TestDevice::new(&world.wallet, Fate::Lives);
        let made = device.result(PAGE, "keyring_createAccount", params).await;
        sign(&world.wallet, &made, "made there").await;
    });
}

#[test]
fn a_move_needs_the_words_a_permit_and_another_server() {
    local(async {
        let world = World::new().await;
        // The server that it has.
        *world.wallet.code.borrow_mut() = world.old.borrow().enrolment_code();
        world.refused("AlreadyEnrolled").await;
        world.invite(&world.wallet);
        world.wallet.permit.borrow_mut().clear();
        world.refused("UserRejected").await;
        *world.wallet.permit.borrow_mut() = "00000-00000-00000-00000-000000".to_owned();
        world.refused("PermitRequired").await;
        let words = world.wallet.paper.borrow().clone();
        world.wallet.paper.borrow_mut().reverse();
        world.refused("InvalidRecoveryWords").await;
        *world.wallet.paper.borrow_mut() = words;
        world.wallet.approves.set(false);
        world.refused("UserRejected").await;
        world.wallet.approves.set(true);
        world.signs(&world.wallet, "nothing has changed").await;
        // No second code: the device goes on with the identity that it has there.
        world.wallet.code.borrow_mut().clear();
        *world.wallet.permit.borrow_mut() = world.new.borrow().command(&["import-permit"]);
        world.moves(&world.wallet).await;
        world.old.borrow_mut().kill();
        world.signs(&world.wallet, "moved").await;
    });
}

#[test]
fn the_device_may_end_at_every_call_of_a_move() {
    local(async {
        let world = World::new().await;
        let before = world.wallet.stored.borrow().clone().unwrap();
        let mut call = 0;
        loop {
            call += stride(5);
            let wallet = world.with_state(&before);
            // A new server of its own: what is left there belongs to one device.
            let world = World {
                old: world.old.clone(),
                new: Rc::new(RefCell::new(Server::start())),
                wallet: world.wallet.clone(),
                account: world.account.clone(),
            };
            world.invite(&wallet);
            if world
                .moves_until(&wallet, Fate::EndsAfter(call))
                .await
                .is_some()
            {
                break;
            }
            world.signs(&wallet, &format!("after call {call}")).await;
            *wallet.permit.borrow_mut() = world.new.borrow().command(&["import-permit"]);
            *wallet.code.borrow_mut() = world.new.borrow().enrolment_code();
            let again = world.moves_until(&wallet, Fate::Lives).await.unwrap();
            if again.get("result").is_none() {
                // It has arrived already; its words follow by a drill, which now needs a permit,
                // because the key has signed there.
                let arrived = ["UselessKit", "AlreadyEnrolled"];
                assert!(
                    arrived.iter().any(|name| again["error"]["name"] == *name),
                    "{again}"
                );
                let device = TestDevice::new(&wallet, Fate::Lives);
                let status = device.result(PAGE, "tandem_status", json!({})).await;
                let key = status["keys"][0]["keyId"].as_str().unwrap();
                let permit = world.new.borrow().command(&["permit", key, "recovery"]);
                *wallet.permit.borrow_mut() = permit;
                let params = json!({"key": key});
                device.result(PAGE, "tandem_drill", params).await;
            }
            world.signs(&wallet, &format!("again after {call}")).await;
        }
        assert!(call > 25, "{call} calls");
    });
}

#[test]
fn the_new_server_may_be_killed_at_every_frame_of_a_move() {
    local(async {
        let world = World::new().await;
        let before = world.wallet.stored.borrow().clone().unwrap();
        let mut victim = 0;
        loop {
            victim += stride(3);
            let wallet = world.with_state(&before);
            let world = World {
                old: world.old.clone(),
                new: Rc::new(RefCell::new(Server::start())),
                wallet: world.wallet.clone(),
                account: world.account.clone(),
            };
            world.invite(&wallet);
            let (killer, seen) = (world.new.clone(), Rc::new(Cell::new(0)));
            let count = seen.clone();
            wallet.on_frame(move |direction, frame| {
                count.set(count.get() + 1);
                if count.get() == victim {
                    killer.borrow_mut().kill();
                    if direction == Direction::ToDevice {
                        frame.clear();
                    }
                }
            });
            let answer = world.moves_until(&wallet, Fate::Lives).await.unwrap();
            wallet.on_frame(|_, _| {});
            if seen.get() < victim {
                assert!(answer.get("result").is_some(), "{answer}");
                break;
            }
            // While the new server is away, whatever is not there signs here.
            let status = TestDevice::new(&wallet, Fate::Lives);
            let status = status.result(PAGE, "tandem_status", json!({})).await;
            let left = status["keys"][0]["server"] != json!(Value::Null)
                && status["server"].as_str().unwrap()
                    == world
                        .old
                        .borrow()
                        .enrolment_code()
                        .split('#')
                        .next()
                        .unwrap();
            if left {
                world.signs(&wallet, &format!("without {victim}")).await;
            }
            world.new.borrow_mut().restart();
            world.signs(&wallet, &format!("frame {victim}")).await;
        }
        assert!(victim > 15, "{victim} frames");
    });
}
