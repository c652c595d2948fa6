//! The device ends at every single call it makes while it creates an account and sets its
//! recovery words, and the server is killed at every single frame: afterwards there is no account, or
//! one that signs.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use serde_json::{Value, json};
use tandem_tests::{Direction, Fate, Server, TestDevice, Wallet, fresh_id};
use tokio::task::LocalSet;

const PAGE: &str = "http://localhost:8000";

fn local<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, test)
}

/// A wallet whose device is enrolled and has no account.
async fn enrolled(code: String) -> Rc<Wallet> {
    let wallet = Rc::new(Wallet::default());
    *wallet.code.borrow_mut() = code;
    wallet.takes_words.set(true);
    let device = TestDevice::new(&wallet, Fate::Lives);
    device.result(PAGE, "tandem_enrol", json!({})).await;
    wallet
}

async fn create(device: &TestDevice) -> Option<Value> {
    device
        .request(PAGE, "keyring_createAccount", json!({"options": {}}))
        .await
}

/// Every account that is shown, here or to MetaMask, signs.
async fn every_account_signs(wallet: &Rc<Wallet>) -> usize {
    let device = TestDevice::new(wallet, Fate::Lives);
    let accounts = device.result(PAGE, "keyring_listAccounts", json!({})).await;
    let accounts = accounts.as_array().unwrap().clone();
    for event in wallet.events.borrow().iter() {
        let announced = &event["params"]["account"];
        assert!(
            accounts.contains(announced),
            "MetaMask has an account that the device lost"
        );
    }
    for account in &accounts {
        let address = account["address"].as_str().unwrap();
        let submit = json!({
            "id": fresh_id(), "scope": "", "account": account["id"],
            "origin": "metamask",
            "request": {"method": "personal_sign", "params": ["0x68656c6c6f", address]},
        });
        let answer = device
            .result("metamask", "keyring_submitRequest", submit)
            .await;
        let bytes = hex::decode(&answer["result"].as_str().unwrap()[2..]).unwrap();
        let signature = alloy_primitives::Signature::from_raw(&bytes).unwrap();
        let signer = signature.recover_address_from_msg("hello").unwrap();
        assert_eq!(
            signer,
            address.parse::<alloy_primitives::Address>().unwrap()
        );
    }
    accounts.len()
}

#[test]
fn the_device_may_end_at_every_call_it_makes() {
    local(async {
        let server = Server::start();
        let whole = TestDevice::new(&enrolled(server.enrolment_code()).await, Fate::Lives);
        let response = create(&whole).await.unwrap();
        assert!(response.get("result").is_some(), "{response}");
        let calls = whole.calls();
        assert!(calls > 15, "{calls} calls");
        let mut survived = 0;
        // Before a call is after the one before it: what is outside the device is the same.
        for fate in [Fate::EndsBefore(1)]
            .into_iter()
            .chain((1..=calls).map(Fate::EndsAfter))
        {
            // A device of its own: the server would be busy with the last one.
            let wallet = enrolled(server.enrolment_code()).await;
            let device = TestDevice::new(&wallet, fate);
            assert!(create(&device).await.is_none(), "{fate:?}: it did not end");
            drop(device);
            survived += every_account_signs(&wallet).await;
        }
        // Both outcomes must have occurred, or the test has shown only one of them.
        assert!(survived > 0 && survived < calls, "{survived} of {calls}");
    });
}

#[test]
fn after_any_end_of_the_device_the_next_creation_gives_a_working_account() {
    local(async {
        let server = Server::start();
        let template = enrolled(server.enrolment_code())
            .await
            .stored
            .borrow()
            .clone();
        // Some early, some in the middle of the rounds, some around the store.
        for call in [1, 3, 6, 9, 12, 14, 15, 16, 17, 18, 22, 26, 30, 34] {
            let wallet = Rc::new(Wallet::default());
            *wallet.stored.borrow_mut() = template.clone();
            wallet.takes_words.set(true);
            create(&TestDevice::new(&wallet, Fate::EndsAfter(call))).await;
            let device = TestDevice::new(&wallet, Fate::Lives);
            assert!(
                create(&device).await.unwrap().get("result").is_some(),
                "after call {call}"
            );
            assert!(every_account_signs(&wallet).await >= 1);
        }
    });
}

#[test]
fn the_server_may_be_killed_at_every_frame() {
    local(async {
        let server = Rc::new(RefCell::new(Server::start()));
        let code = server.borrow().enrolment_code();
        let wallet = enrolled(code).await;
        let template = wallet.stored.borrow().clone();
        let frames = Rc::new(Cell::new(0));
        let count = frames.clone();
        wallet.on_frame(move |_, _| count.set(count.get() + 1));
        let response = create(&TestDevice::new(&wallet, Fate::Lives))
            .await
            .unwrap();
        assert!(response.get("result").is_some(), "{response}");
        let total = frames.get();
        assert!(total > 12, "{total} frames");
        for victim in 1..=total {
            let wallet = Rc::new(Wallet::default());
            *wallet.stored.borrow_mut() = template.clone();
            wallet.takes_words.set(true);
            let (killer, seen) = (server.clone(), Cell::new(0));
            wallet.on_frame(move |direction, frame| {
                seen.set(seen.get() + 1);
                if seen.get() == victim {
                    killer.borrow_mut().kill();
                    // What the server had sent is lost with it, or not: an answer
                    // on its way counts as lost, our own frame finds nobody.
                    if direction == Direction::ToDevice {
                        frame.clear();
                    }
                }
            });
            let response = create(&TestDevice::new(&wallet, Fate::Lives))
                .await
                .unwrap();
            // The last two say only that both have the kit for the words.
            let expected = if victim + 1 < total {
                "error"
            } else {
                "result"
            };
            assert!(
                response.get(expected).is_some(),
                "frame {victim}: {response}"
            );
            server.borrow_mut().restart();
            wallet.on_frame(|_, _| {});
            every_account_signs(&wallet).await;
        }
    });
}
