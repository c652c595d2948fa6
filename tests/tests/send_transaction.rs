//! `tandem_sendTransaction` natively, over a node that the test answers for: the device ends at
//! every single call that it makes, and no transaction reaches the network without a record here.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::cell::RefCell;
use std::rc::Rc;

use futures_util::future::join;
use serde_json::{Value, json};
use tandem_ethereum::keccak256;
use tandem_tests::{Fate, Server, TestDevice, Wallet};
use tokio::task::LocalSet;

const PAGE: &str = "http://localhost:8000";
const DAPP: &str = "https://dapp.example";

fn local(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, test);
}

/// A node with an empty chain: it takes every transaction and mines none.
#[derive(Default)]
struct Network {
    /// Every transaction that was broadcast, as often as it was.
    raws: RefCell<Vec<String>>,
}

impl Network {
    fn connect(wallet: &Wallet) -> Rc<Self> {
        let network = Rc::new(Self::default());
        let node = network.clone();
        wallet.on_node(move |method, params| node.answer(method, params));
        network
    }

    fn answer(&self, method: &str, params: &Value) -> Result<Value, String> {
        Ok(match method {
            "eth_chainId" => json!("0x7a69"),
            "eth_getTransactionCount" => json!("0x0"),
            "eth_getBlockByNumber" => json!({"gasLimit": "0x1c9c380", "baseFeePerGas": "0x7"}),
            "eth_estimateGas" => json!("0x5208"),
            "eth_feeHistory" => json!({
                "baseFeePerGas": ["0x7", "0x7"], "gasUsedRatio": [0.5], "reward": [["0x1", "0x2", "0x3"]],
            }),
            "eth_maxPriorityFeePerGas" => json!("0x1"),
            "eth_getTransactionReceipt" => json!(null),
            "eth_getTransactionByHash" => {
                let known = self
                    .raws
                    .borrow()
                    .iter()
                    .any(|raw| json!(hash_of(raw)) == params[0]);
                if known {
                    json!({"hash": params[0]})
                } else {
                    json!(null)
                }
            }
            "eth_sendRawTransaction" => {
                let raw = params[0].as_str().unwrap().to_owned();
                let hash = hash_of(&raw);
                self.raws.borrow_mut().push(raw);
                json!(hash)
            }
            other => return Err(format!("{other} is not asked")),
        })
    }
}

fn hash_of(raw: &str) -> String {
    format!(
        "0x{}",
        hex::encode(keccak256(&hex::decode(&raw[2..]).unwrap()))
    )
}

/// A wallet with one account, and its address.
async fn with_account(server: &Server) -> (Rc<Wallet>, String) {
    let wallet = Rc::new(Wallet::default());
    *wallet.code.borrow_mut() = server.enrolment_code();
    let device = TestDevice::new(&wallet, Fate::Lives);
    device.result(PAGE, "tandem_enrol", json!({})).await;
    let account = device
        .result(PAGE, "keyring_createAccount", json!({"options": {}}))
        .await;
    (wallet, account["address"].as_str().unwrap().to_owned())
}

fn transfer(from: &str) -> Value {
    json!({"transaction": {
        "chainId": "0x7a69", "from": from, "to": "0x00000000000000000000000000000000000000ff", "value": "0x1",
    }})
}

/// The stored records.
fn records(wallet: &Wallet) -> Vec<Value> {
    let stored: Value = serde_json::from_str(wallet.stored.borrow().as_ref().unwrap()).unwrap();
    stored["transactions"]
        .as_array()
        .cloned()
        .unwrap_or_default()
}

#[test]
fn the_device_may_end_at_every_call_and_what_it_signed_is_sent_once_or_not_at_all() {
    local(async {
        let server = Server::start();
        let (wallet, address) = with_account(&server).await;
        let before = wallet.stored.borrow().clone();
        let network = Network::connect(&wallet);
        let whole = TestDevice::new(&wallet, Fate::Lives);
        let sent = whole
            .result(DAPP, "tandem_sendTransaction", transfer(&address))
            .await;
        assert_eq!(sent["broadcast"], true);
        assert_eq!(network.raws.borrow().len(), 1);
        let calls = whole.calls();
        assert!(calls > 15, "{calls} calls");

        for fate in (1..=calls).flat_map(|call| [Fate::EndsBefore(call), Fate::EndsAfter(call)]) {
            wallet.stored.borrow_mut().clone_from(&before);
            let network = Network::connect(&wallet);
            let device = TestDevice::new(&wallet, fate);
            let answer = device
                .request(DAPP, "tandem_sendTransaction", transfer(&address))
                .await;
            assert!(answer.is_none(), "{fate:?}: {answer:?}");

            let stored = records(&wallet);
            for raw in network.raws.borrow().iter() {
                assert_eq!(
                    stored[0]["raw"],
                    json!(raw),
                    "{fate:?}: sent without a record"
                );
            }
            let device = TestDevice::new(&wallet, Fate::Lives);
            for record in &stored {
                let status = device
                    .result(
                        DAPP,
                        "tandem_transactionStatus",
                        json!({"hash": record["hash"]}),
                    )
                    .await;
                assert_eq!(status["status"], "pending", "{fate:?}");
                let mut raws = network.raws.borrow().clone();
                raws.dedup();
                assert_eq!(json!(raws), json!([record["raw"]]), "{fate:?}");
            }
        }
    });
}

#[test]
fn a_record_that_metamask_forgets_is_not_sent() {
    local(async {
        let server = Server::start();
        let (wallet, address) = with_account(&server).await;
        let network = Network::connect(&wallet);
        let before = wallet.stored.borrow().clone();
        let forgetful = wallet.clone();
        wallet.on_settle(move || forgetful.stored.borrow_mut().clone_from(&before));
        let device = TestDevice::new(&wallet, Fate::Lives);

        let error = device
            .error(DAPP, "tandem_sendTransaction", transfer(&address))
            .await;

        assert_eq!(error["name"], "NotStored");
        assert_eq!(*network.raws.borrow(), Vec::<String>::new());
        wallet.on_settle(|| {});
        let sent = device
            .result(DAPP, "tandem_sendTransaction", transfer(&address))
            .await;
        assert_eq!(sent["nonce"], "0x0");
    });
}

#[test]
fn two_pages_at_once_get_consecutive_nonces() {
    local(async {
        let server = Server::start();
        let (wallet, address) = with_account(&server).await;
        let network = Network::connect(&wallet);
        let device = TestDevice::new(&wallet, Fate::Lives);

        let (first, second) = join(
            device.result(DAPP, "tandem_sendTransaction", transfer(&address)),
            device.result(PAGE, "tandem_sendTransaction", transfer(&address)),
        )
        .await;

        assert_eq!([&first["nonce"], &second["nonce"]], ["0x0", "0x1"]);
        assert_eq!(network.raws.borrow().len(), 2);
        let refused = device.request(DAPP, "tandem_sendTransaction", transfer(&address));
        let again = device.error(DAPP, "tandem_sendTransaction", transfer(&address));
        let (_, error) = join(refused, again).await;
        assert_eq!(error["name"], "AlreadySending");
    });
}

#[test]
fn a_frozen_key_sends_nothing() {
    local(async {
        let server = Server::start();
        let (wallet, address) = with_account(&server).await;
        let mut stored: Value =
            serde_json::from_str(wallet.stored.borrow().as_ref().unwrap()).unwrap();
        stored["keys"][0]["frozen"] = json!(true);
        *wallet.stored.borrow_mut() = Some(stored.to_string());
        let device = TestDevice::new(&wallet, Fate::Lives);
        let error = device
            .error(DAPP, "tandem_sendTransaction", transfer(&address))
            .await;
        assert_eq!(error["name"], "KeyFrozen");
    });
}

#[test]
fn another_page_can_neither_follow_nor_replace_a_transaction() {
    local(async {
        let server = Server::start();
        let (wallet, address) = with_account(&server).await;
        Network::connect(&wallet);
        let device = TestDevice::new(&wallet, Fate::Lives);
        let sent = device
            .result(DAPP, "tandem_sendTransaction", transfer(&address))
            .await;
        let hash = json!({"hash": sent["hash"]});
        let cancel = json!({"cancel": sent["hash"]});
        for (method, params) in [
            ("tandem_transactionStatus", &hash),
            ("tandem_sendTransaction", &cancel),
        ] {
            let error = device
                .error("https://other.example", method, params.clone())
                .await;
            assert_eq!(error["name"], "TransactionNotFound", "{method}");
            device.result(PAGE, method, params.clone()).await;
        }
        // It is replaced now, and cannot be again.
        let error = device.error(DAPP, "tandem_sendTransaction", cancel).await;
        assert_eq!(error["name"], "NotPending");
    });
}

#[test]
fn a_node_that_takes_a_transaction_for_another_one_is_not_believed() {
    local(async {
        let server = Server::start();
        let (wallet, address) = with_account(&server).await;
        let network = Rc::new(Network::default());
        let node = network.clone();
        wallet.on_node(move |method, params| match method {
            "eth_sendRawTransaction" => Ok(json!(format!("0x{}", "77".repeat(32)))),
            _ => node.answer(method, params),
        });
        let device = TestDevice::new(&wallet, Fate::Lives);
        let sent = device
            .result(DAPP, "tandem_sendTransaction", transfer(&address))
            .await;
        assert_eq!(sent["broadcast"], false);
        assert_eq!(records(&wallet)[0]["broadcast"], "owed");
    });
}

#[test]
fn what_was_sent_is_answered_even_if_it_cannot_be_noted() {
    local(async {
        let server = Server::start();
        let (wallet, address) = with_account(&server).await;
        let network = Rc::new(Network::default());
        let (node, broken) = (network.clone(), wallet.clone());
        wallet.on_node(move |method, params| {
            if method == "eth_sendRawTransaction" {
                *broken.stored.borrow_mut() = Some(json!({"version": 99}).to_string());
            }
            node.answer(method, params)
        });
        let device = TestDevice::new(&wallet, Fate::Lives);
        let sent = device
            .result(DAPP, "tandem_sendTransaction", transfer(&address))
            .await;
        assert_eq!(sent["broadcast"], true);
    });
}

#[test]
fn asking_again_for_a_pending_transaction_writes_nothing() {
    local(async {
        let server = Server::start();
        let (wallet, address) = with_account(&server).await;
        Network::connect(&wallet);
        let device = TestDevice::new(&wallet, Fate::Lives);
        let sent = device
            .result(DAPP, "tandem_sendTransaction", transfer(&address))
            .await;
        let before = device.calls();
        let status = device
            .result(
                DAPP,
                "tandem_transactionStatus",
                json!({"hash": sent["hash"]}),
            )
            .await;
        assert_eq!(status["status"], "pending");
        // The state once, and three questions to the node.
        assert_eq!(device.calls() - before, 4);
    });
}
