//! `@ethersproject/testcases`: every published transaction, RLP value and account.
//!
//! Each case either gives exactly the published bytes (to sign, and signed with the case's key), or
//! is refused by a rule of ours that is named and counted here. Nothing is skipped: the counts are
//! asserted. The cases leave fields out and write `0x` for zero, where a request must be explicit;
//! so a missing nonce, gas limit or fee is filled with the zero that the case means.

use std::collections::BTreeMap;

use crate::support::{Signer, bytes, ethers_cases, prepare_transaction};
use serde_json::{Map, Value, json};
use tandem_ethereum::{Address, SignedTransaction};

/// Refused on purpose: nobody receives it, and there is no code to create a contract from.
const NO_RECIPIENT: &str =
    "params[0].to is missing; only the creation of a contract, which has data, goes without";
/// Refused on purpose: a transaction without a chain id would be valid on every chain.
const NO_CHAIN_ID: &str = "params[0].chainId is missing";
/// Refused on purpose: no block holds that much gas, and no node reads more than 64 bits.
const HUGE_GAS_LIMIT: &str = "params[0].gasLimit is above 2^64-1";

/// Our request for a case: the named fields, with explicit zeros where the case leaves them out.
fn request(case: &Value, required: &[&str], optional: &[&str]) -> Value {
    let mut transaction = Map::new();
    for name in required {
        let value = match &case[name] {
            Value::Null => json!("0x0"),
            Value::String(text) if text == "0x" => json!("0x0"),
            value => value.clone(),
        };
        transaction.insert((*name).to_owned(), value);
    }
    for name in optional {
        let value = match &case[name] {
            Value::String(text) if text == "0x" && *name == "value" => json!("0x0"),
            value => value.clone(),
        };
        transaction.insert((*name).to_owned(), value);
    }
    Value::Object(transaction)
}

/// What became of the cases: how many gave the published bytes, how many each rule refused.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    passed: usize,
    refused: BTreeMap<String, usize>,
}

impl Tally {
    /// Prepares, signs and compares; a refusal is counted by the fields and reasons it names.
    fn judge(
        &mut self,
        transaction: Value,
        key: &Value,
        unsigned: &Value,
        signed: &Value,
        name: &Value,
    ) {
        match prepare_transaction(transaction) {
            Ok(prepared) => {
                assert_eq!(prepared.payload(), bytes(unsigned), "{name}");
                let result = Signer::new(&bytes(key)).finish(&prepared).result;
                assert_eq!(bytes(&result["raw"]), bytes(signed), "{name}");
                let read = SignedTransaction::from_raw(&bytes(signed)).unwrap();
                assert_eq!(read.raw(), bytes(signed), "{name}");
                assert_eq!(read.signer(), Some(Signer::new(&bytes(key)).address()));
                self.passed += 1;
            }
            Err(error) => {
                let reasons: Vec<String> = error
                    .problems()
                    .iter()
                    .map(|problem| format!("{} {}", problem.field, problem.reason))
                    .collect();
                *self.refused.entry(reasons.join(" + ")).or_default() += 1;
            }
        }
    }

    fn assert(&self, passed: usize, refused: &[(&str, usize)]) {
        let refused = refused
            .iter()
            .map(|(reason, count)| ((*reason).to_owned(), *count))
            .collect();
        assert_eq!(*self, Self { passed, refused });
    }
}

#[test]
fn legacy_cases_with_a_chain_id_give_the_published_bytes() {
    let mut tally = Tally::default();
    for case in ethers_cases("transactions") {
        let mut transaction = request(
            &case,
            &["nonce", "gasPrice", "gasLimit"],
            &["to", "value", "data"],
        );
        transaction["chainId"] = json!(5);
        tally.judge(
            transaction,
            &case["privateKey"],
            &case["unsignedTransactionChainId5"],
            &case["signedTransactionChainId5"],
            &case["name"],
        );
    }
    // 1067 cases.
    tally.assert(968, &[(HUGE_GAS_LIMIT, 83), (NO_RECIPIENT, 16)]);
}

#[test]
fn legacy_cases_without_a_chain_id_are_all_refused() {
    let mut refused = 0;
    for case in ethers_cases("transactions") {
        let transaction = request(
            &case,
            &["nonce", "gasPrice", "gasLimit"],
            &["to", "value", "data"],
        );
        let error = prepare_transaction(transaction).unwrap_err();
        assert!(
            error
                .problems()
                .iter()
                .any(|problem| problem.field == "params[0].chainId"),
            "{}",
            case["name"]
        );
        refused += 1;
    }
    assert_eq!(refused, 1067);
}

/// All cases of one type, which are so many.
fn judge_typed(kind: u8, count: usize, required: &[&str]) -> Tally {
    let mut tally = Tally::default();
    let cases: Vec<Value> = ethers_cases("typed-transactions")
        .into_iter()
        .filter(|case| case["tx"]["type"] == json!(kind))
        .collect();
    assert_eq!(cases.len(), count);
    for case in cases {
        let optional = ["type", "chainId", "to", "value", "data", "accessList"];
        tally.judge(
            request(&case["tx"], required, &optional),
            &case["key"],
            &case["unsigned"],
            &case["signed"],
            &case["name"],
        );
    }
    tally
}

#[test]
fn fee_market_cases_give_the_published_bytes() {
    let tally = judge_typed(
        2,
        1024,
        &["nonce", "gasLimit", "maxFeePerGas", "maxPriorityFeePerGas"],
    );
    // 1024 cases, of which 256 have no chain id.
    let neither = format!("{NO_CHAIN_ID} + {NO_RECIPIENT}");
    tally.assert(
        704,
        &[(NO_CHAIN_ID, 192), (&neither, 64), (NO_RECIPIENT, 64)],
    );
}

#[test]
fn access_list_cases_give_the_published_bytes() {
    let tally = judge_typed(1, 768, &["nonce", "gasLimit", "gasPrice"]);
    // 768 cases, of which 128 have no chain id.
    let neither = format!("{NO_CHAIN_ID} + {NO_RECIPIENT}");
    tally.assert(
        608,
        &[(NO_CHAIN_ID, 96), (&neither, 32), (NO_RECIPIENT, 32)],
    );
}

#[test]
fn rlp_cases_are_written_and_read_as_published() {
    let cases = ethers_cases("rlp-coder");
    assert_eq!(cases.len(), 61);
    for case in cases {
        let encoded = bytes(&case["encoded"]);
        assert_eq!(rlp_of(&case["decoded"]), encoded, "{}", case["name"]);
    }
}

fn rlp_of(value: &Value) -> Vec<u8> {
    let mut stream = rlp::RlpStream::new();
    append(&mut stream, value);
    stream.out().to_vec()
}

fn append(stream: &mut rlp::RlpStream, value: &Value) {
    match value {
        Value::Array(items) => {
            stream.begin_list(items.len());
            for item in items {
                append(stream, item);
            }
        }
        _ => {
            stream.append(&bytes(value));
        }
    }
}

#[test]
fn account_cases_have_the_published_checksums() {
    let mut checked = 0;
    for case in ethers_cases("accounts") {
        let (address, checksum) = (&case["address"], &case["checksumAddress"]);
        let parsed: Address = address.as_str().unwrap().to_lowercase().parse().unwrap();
        assert_eq!(
            parsed.to_string(),
            checksum.as_str().unwrap(),
            "{}",
            case["name"]
        );
        assert_eq!(checksum.as_str().unwrap().parse(), Ok(parsed));
        if let Some(key) = case["privateKey"].as_str() {
            assert_eq!(Signer::new(&bytes(&json!(key))).address(), parsed);
        }
        checked += 1;
    }
    assert_eq!(checked, 1038);
}
