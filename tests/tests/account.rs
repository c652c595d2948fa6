//! One account from enrolment to signatures, judged by alloy.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::rc::Rc;

use alloy_consensus::TxEnvelope;
use alloy_consensus::transaction::SignerRecoverable;
use alloy_eips::Decodable2718;
use serde_json::{Value, json};
use tandem_tests::{Fate, Server, TestDevice, Wallet, fresh_id};
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

async fn enrolled(server: &Server) -> (Rc<Wallet>, TestDevice) {
    let wallet = Rc::new(Wallet::default());
    *wallet.code.borrow_mut() = server.enrolment_code();
    let device = TestDevice::new(&wallet, Fate::Lives);
    device.result(PAGE, "tandem_enrol", json!({})).await;
    (wallet, device)
}

fn submit(account: &Value, scope: &str, method: &str, params: Value) -> Value {
    json!({
        "id": fresh_id(),
        "scope": scope,
        "account": account["id"],
        "origin": "metamask",
        "request": {"method": method, "params": params},
    })
}

#[test]
fn an_account_signs_messages_and_transactions_that_alloy_accepts() {
    local(async {
        let server = Server::start();
        let (wallet, device) = enrolled(&server).await;
        for index in 0..2 {
            let account = device
                .result(PAGE, "keyring_createAccount", json!({"options": {}}))
                .await;
            assert_eq!(
                wallet.events.borrow()[index]["event"],
                "notify:accountCreated"
            );
            let address = account["address"].as_str().unwrap();
            let expected: alloy_primitives::Address = address.parse().unwrap();

            let params = json!(["0x68656c6c6f", address]);
            let answer = device
                .result(
                    METAMASK,
                    "keyring_submitRequest",
                    submit(&account, "", "personal_sign", params),
                )
                .await;
            assert_eq!(answer["pending"], json!(false));
            let bytes = hex::decode(&answer["result"].as_str().unwrap()[2..]).unwrap();
            let signature = alloy_primitives::Signature::from_raw(&bytes).unwrap();
            assert_eq!(
                signature.recover_address_from_msg("hello").unwrap(),
                expected
            );

            for (kind, fees) in [
                ("0x0", json!({"gasPrice": "0x3b9aca00"})),
                (
                    "0x2",
                    json!({"maxFeePerGas": "0x3b9aca00", "maxPriorityFeePerGas": "0x1", "accessList": []}),
                ),
            ] {
                let mut transaction = json!({
                    "type": kind, "chainId": "0x7a69", "nonce": "0x0", "gasLimit": "0x5208",
                    "to": "0x00000000000000000000000000000000000000ff", "value": "0x1", "data": "0x",
                    "from": address,
                });
                let fields = transaction.as_object_mut().unwrap();
                fields.extend(fees.as_object().unwrap().clone());
                let request = json!({
                    "method": "eth_signTransaction", "params": [transaction], "scope": "eip155:31337",
                });
                let answer = device
                    .result(
                        METAMASK,
                        "keyring_submitRequest",
                        submit(
                            &account,
                            "eip155:31337",
                            "eth_signTransaction",
                            request["params"].clone(),
                        ),
                    )
                    .await;
                let recovered = raw(&request, &answer["result"], address);
                assert_eq!(recovered, expected, "type {kind}");
            }
        }
    });
}

/// Assembles the signed transaction with `finish` and lets alloy recover it.
fn raw(request: &Value, signature: &Value, account: &str) -> alloy_primitives::Address {
    let v = u64::from_str_radix(&signature["v"].as_str().unwrap()[2..], 16).unwrap();
    let parity = if v > 1 { v - 35 - 2 * 31337 } else { v };
    let mut input = request.clone();
    input["account"] = json!(account);
    input["signature"] = json!({"r": signature["r"], "s": signature["s"], "yParity": parity});
    let finished = tandem_keyring::offline::finish(&input.to_string()).unwrap();
    assert_eq!(finished["v"], signature["v"]);
    let raw = hex::decode(&finished["raw"].as_str().unwrap()[2..]).unwrap();
    let transaction = TxEnvelope::decode_2718(&mut raw.as_slice()).unwrap();
    assert_eq!(
        format!("{:?}", transaction.tx_hash()),
        finished["hash"].as_str().unwrap()
    );
    transaction.recover_signer().unwrap()
}

#[test]
fn an_account_that_is_deleted_and_made_again_is_the_same_account() {
    local(async {
        let server = Server::start();
        let (_, device) = enrolled(&server).await;
        let create = || device.result(PAGE, "keyring_createAccount", json!({"options": {}}));
        let first = create().await;
        device
            .result(
                METAMASK,
                "keyring_deleteAccount",
                json!({"id": first["id"]}),
            )
            .await;
        assert_eq!(
            device.result(PAGE, "keyring_listAccounts", json!({})).await,
            json!([])
        );
        assert_eq!(create().await, first);
    });
}

#[test]
fn what_the_user_rejects_is_not_signed_and_costs_no_session() {
    local(async {
        let server = Server::start();
        let (wallet, device) = enrolled(&server).await;
        let account = device
            .result(PAGE, "keyring_createAccount", json!({"options": {}}))
            .await;
        wallet.approves.set(false);
        wallet.on_frame(|_, _| panic!("nothing may be sent"));
        let params = json!(["0x68656c6c6f", account["address"]]);
        let error = device
            .error(
                METAMASK,
                "keyring_submitRequest",
                submit(&account, "", "personal_sign", params),
            )
            .await;
        assert_eq!(
            (&error["code"], &error["name"]),
            (&json!(4001), &json!("UserRejected"))
        );
    });
}

#[test]
fn without_a_server_every_method_says_what_to_do() {
    local(async {
        let wallet = Rc::new(Wallet::default());
        let device = TestDevice::new(&wallet, Fate::Lives);
        let error = device
            .error(PAGE, "keyring_createAccount", json!({"options": {}}))
            .await;
        assert_eq!(error["name"], "NotEnrolled");
        *wallet.code.borrow_mut() = "nonsense".to_owned();
        let error = device.error(PAGE, "tandem_enrol", json!({})).await;
        assert_eq!(error["name"], "InvalidEnrolmentCode");
        *wallet.code.borrow_mut() =
            "ws://127.0.0.1:1/v1/session#0123456789abcdefghjkmnpqrs".to_owned();
        let error = device.error(PAGE, "tandem_enrol", json!({})).await;
        assert_eq!(
            (&error["code"], &error["name"]),
            (&json!(4900), &json!("ServerUnavailable"))
        );
    });
}

#[test]
fn an_enrolment_code_works_once() {
    local(async {
        let server = Server::start();
        let (wallet, device) = enrolled(&server).await;
        let error = device.error(PAGE, "tandem_enrol", json!({})).await;
        assert_eq!(error["name"], "AlreadyEnrolled");
        wallet.stored.take();
        let other = TestDevice::new(&wallet, Fate::Lives);
        let error = other.error(PAGE, "tandem_enrol", json!({})).await;
        assert_eq!(error["name"], "InvalidEnrolmentToken");
    });
}
