//! A private key that existed before: split between the device and the real server, it signs
//! at its own address, and whatever ends either of them leaves it importable.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use serde_json::{Value, json};
use tandem_tests::{Direction, Fate, Server, TestDevice, Wallet, fresh_id, stride};
use tokio::task::LocalSet;

const PAGE: &str = "http://localhost:8000";
const METAMASK: &str = "metamask";

/// The first account of the published test phrase of Ethereum's tools, which holds nothing.
const SECRET: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const ADDRESS: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

fn local(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, test);
}

async fn enrolled(server: &Server) -> Rc<Wallet> {
    enrolled_with(server.enrolment_code()).await
}

async fn enrolled_with(code: String) -> Rc<Wallet> {
    let wallet = Rc::new(Wallet::default());
    *wallet.code.borrow_mut() = code;
    *wallet.secret.borrow_mut() = SECRET.to_owned();
    let device = TestDevice::new(&wallet, Fate::Lives);
    device.result(PAGE, "tandem_enrol", json!({})).await;
    wallet
}

fn permit(server: &Server, wallet: &Wallet) {
    *wallet.permit.borrow_mut() = server.command(&["import-permit"]);
}

async fn import(wallet: &Rc<Wallet>, fate: Fate) -> Option<Value> {
    let device = TestDevice::new(wallet, fate);
    device.request(PAGE, "tandem_importKey", json!({})).await
}

async fn imports(wallet: &Rc<Wallet>) -> Value {
    let answer = import(wallet, Fate::Lives).await.unwrap();
    assert_eq!(answer["result"]["address"], ADDRESS, "{answer}");
    answer["result"].clone()
}

async fn refused(wallet: &Rc<Wallet>, name: &str) -> Value {
    let answer = import(wallet, Fate::Lives).await.unwrap();
    assert_eq!(answer["error"]["name"], name, "{answer}");
    answer["error"].clone()
}

async fn signs(wallet: &Rc<Wallet>, account: &Value) {
    let device = TestDevice::new(wallet, Fate::Lives);
    let submit = json!({
        "id": fresh_id(), "scope": "", "account": account["id"], "origin": METAMASK,
        "request": {"method": "personal_sign", "params": ["0x68656c6c6f", account["address"]]},
    });
    let answer = device
        .result(METAMASK, "keyring_submitRequest", submit)
        .await;
    let bytes = hex::decode(&answer["result"].as_str().unwrap()[2..]).unwrap();
    let signature = alloy_primitives::Signature::from_raw(&bytes).unwrap();
    let signer = signature.recover_address_from_msg("hello").unwrap();
    assert_eq!(signer.to_string().to_lowercase(), ADDRESS);
}

#[test]
fn an_imported_key_signs_at_its_own_address_also_after_a_refresh() {
    local(async {
        let server = Server::start();
        let wallet = enrolled(&server).await;
        permit(&server, &wallet);
        let account = imports(&wallet).await;
        let views: Vec<_> = wallet.shown.borrow()[1..]
            .iter()
            .map(|dialog| dialog["view"].as_str().unwrap().to_owned())
            .collect();
        let asked = [
            "importWarning",
            "importKey",
            "importPermit",
            "recoveryWords",
        ];
        assert_eq!(views, asked);
        signs(&wallet, &account).await;
        let device = TestDevice::new(&wallet, Fate::Lives);
        let params = json!({"account": account["id"]});
        device.result(PAGE, "tandem_refresh", params).await;
        signs(&wallet, &account).await;
        // No further account comes of it: the next one is of a key of its own.
        let device = TestDevice::new(&wallet, Fate::Lives);
        let params = json!({"options": {}});
        let next = device.result(PAGE, "keyring_createAccount", params).await;
        let status = device.result(PAGE, "tandem_status", json!({})).await;
        assert_eq!(status["keys"].as_array().unwrap().len(), 2);
        assert_ne!(next["address"], ADDRESS);
        // One that was removed comes back without the server.
        let params = json!({"id": account["id"]});
        let removed = device.request(METAMASK, "keyring_deleteAccount", params);
        let removed = removed.await.unwrap();
        assert_eq!(removed["result"], Value::Null, "{removed}");
        wallet.permit.borrow_mut().clear();
        imports(&wallet).await;
        signs(&wallet, &account).await;
    });
}

#[test]
fn the_key_and_the_words_are_stored_nowhere() {
    local(async {
        let server = Server::start();
        let wallet = enrolled(&server).await;
        wallet.takes_words.set(true);
        permit(&server, &wallet);
        let account = imports(&wallet).await;
        signs(&wallet, &account).await;
        let digits = &SECRET[2..];
        let stored = wallet.stored.borrow().clone().unwrap();
        let shown = Value::from(wallet.shown.borrow().clone()).to_string();
        let events = Value::from(wallet.events.borrow().clone()).to_string();
        for text in [&stored, &shown, &events] {
            assert!(!text.contains(digits));
        }
        let bytes = hex::decode(digits).unwrap();
        for entry in std::fs::read_dir(server.data()).unwrap() {
            let file = std::fs::read(entry.unwrap().path()).unwrap();
            assert!(!file.windows(bytes.len()).any(|window| window == bytes));
        }
        // And a new device has it with the words.
        let other = enrolled(&server).await;
        *other.paper.borrow_mut() = wallet.paper.borrow().clone();
        let device = TestDevice::new(&other, Fate::Lives);
        let recovered = device.result(PAGE, "tandem_recover", json!({})).await;
        assert_eq!(recovered["accounts"], json!([ADDRESS]));
        signs(&other, &account).await;
    });
}

#[test]
fn an_import_needs_a_permit_that_is_good_for_one() {
    local(async {
        let server = Server::start();
        let wallet = enrolled(&server).await;
        refused(&wallet, "UserRejected").await;
        *wallet.permit.borrow_mut() = "7kq2a-00000-00000-00000-000000".to_owned();
        refused(&wallet, "PermitRequired").await;
        permit(&server, &wallet);
        imports(&wallet).await;
        refused(&wallet, "AccountExists").await;
        // Used.
        let other = enrolled(&server).await;
        *other.secret.borrow_mut() = "11".repeat(32);
        *other.permit.borrow_mut() = wallet.permit.borrow().clone();
        refused(&other, "PermitRequired").await;
        // Another device cannot take a key that is here.
        *other.secret.borrow_mut() = SECRET.to_owned();
        permit(&server, &other);
        let error = refused(&other, "ServerRefusedRequest").await;
        assert_eq!(error["data"]["problems"][0]["field"], "key", "{error}");
    });
}

#[test]
fn what_is_no_private_key_is_refused_without_being_repeated() {
    local(async {
        let server = Server::start();
        let wallet = enrolled(&server).await;
        let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
        for wrong in ["", "0x", "12", "zz", &"00".repeat(32), order, &SECRET[..65]] {
            *wallet.secret.borrow_mut() = wrong.to_owned();
            let error = refused(&wallet, "InvalidPrivateKey").await;
            assert_eq!(error["code"], -32602);
            assert!(wrong.len() < 4 || !error.to_string().contains(wrong));
        }
        wallet.approves.set(false);
        refused(&wallet, "UserRejected").await;
    });
}

#[test]
fn an_import_that_is_cut_off_anywhere_can_be_done_again() {
    local(async {
        let server = Server::start();
        let wallet = enrolled(&server).await;
        permit(&server, &wallet);
        let whole = TestDevice::new(&wallet, Fate::Lives);
        whole.result(PAGE, "tandem_importKey", json!({})).await;
        let calls = whole.calls();
        // Each call is before the next one: every second covers them.
        for call in (1..=calls).step_by(stride(5)) {
            let server = Server::start();
            let wallet = enrolled(&server).await;
            permit(&server, &wallet);
            assert!(import(&wallet, Fate::EndsAfter(call)).await.is_none());
            let device = TestDevice::new(&wallet, Fate::Lives);
            let accounts = device.result(PAGE, "keyring_listAccounts", json!({})).await;
            let account = match accounts.get(0) {
                Some(account) => account.clone(),
                None => {
                    permit(&server, &wallet);
                    imports(&wallet).await
                }
            };
            signs(&wallet, &account).await;
        }
    });
}

#[test]
fn the_server_may_be_killed_at_every_frame_of_an_import() {
    local(async {
        let server = Rc::new(RefCell::new(Server::start()));
        let mut victim = 0;
        loop {
            victim += stride(3);
            let code = server.borrow().enrolment_code();
            let wallet = enrolled_with(code).await;
            // A key of its own: those before are another device's.
            *wallet.secret.borrow_mut() = format!("{:064x}", 1000 + victim);
            permit(&server.borrow(), &wallet);
            let (killer, seen) = (server.clone(), Rc::new(Cell::new(0)));
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
            let answer = import(&wallet, Fate::Lives).await.unwrap();
            if seen.get() < victim {
                assert!(answer.get("result").is_some(), "{answer}");
                break;
            }
            wallet.on_frame(|_, _| {});
            server.borrow_mut().restart();
            if answer.get("result").is_none() {
                permit(&server.borrow(), &wallet);
                let again = import(&wallet, Fate::Lives).await.unwrap();
                assert!(again.get("result").is_some(), "frame {victim}: {again}");
            }
        }
        assert!(victim > 12, "{victim} frames");
    });
}
