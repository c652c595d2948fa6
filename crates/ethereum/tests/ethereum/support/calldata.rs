//! Calldata by alloy's ABI encoder, and what the summary says of it.

use crate::support::{legacy, prepare_transaction, with};
use alloy_dyn_abi::{DynSolType, DynSolValue};
use alloy_primitives::{Address, B256, U256, keccak256};
use serde_json::{Value, json};

/// The contract that is called.
pub const TO: &str = "0x3535353535353535353535353535353535353535";

pub fn summary_to(to: &str, data: &[u8]) -> Value {
    let transaction = with(
        legacy(),
        json!({ "chainId": 31_337, "to": to, "value": "0x0", "data": format!("0x{}", hex::encode(data)), "gasLimit": "0x1000000" }),
    );
    serde_json::to_value(prepare_transaction(transaction).unwrap().summary()).unwrap()
}

pub fn summary(data: &[u8]) -> Value {
    summary_to(TO, data)
}

pub fn has_fact(summary: &Value, fact: &str) -> bool {
    summary["facts"].as_array().unwrap().contains(&json!(fact))
}

pub fn calls(summary: &Value) -> Vec<(String, String)> {
    let rows = summary["rows"].as_array().unwrap();
    rows.iter()
        .filter(|row| row["label"].as_str().unwrap().starts_with("Call"))
        .map(|row| {
            let text = |key: &str| row[key].as_str().unwrap().to_owned();
            (text("label"), text("value"))
        })
        .collect()
}

/// How a view treats the row of the one call.
pub fn tone_of_call(summary: &Value) -> Value {
    let rows = summary["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["label"] == "Call").unwrap();
    row["tone"].clone()
}

pub fn effects(data: &[u8]) -> Value {
    summary(data)["effects"].clone()
}

pub fn selector(signature: &str) -> [u8; 4] {
    keccak256(signature)[..4].try_into().unwrap()
}

pub fn arguments(signature: &str) -> DynSolType {
    DynSolType::parse(&signature[signature.find('(').unwrap()..]).unwrap()
}

pub fn encode(signature: &str, values: Vec<DynSolValue>) -> Vec<u8> {
    let encoded = DynSolValue::Tuple(values).abi_encode_params();
    [selector(signature).as_slice(), &encoded].concat()
}

pub fn address(byte: u8) -> DynSolValue {
    DynSolValue::Address(Address::repeat_byte(byte))
}

pub fn number(value: impl TryInto<U256, Error: core::fmt::Debug>) -> DynSolValue {
    DynSolValue::Uint(value.try_into().unwrap(), 256)
}

pub fn word(bytes: [u8; 32]) -> DynSolValue {
    DynSolValue::FixedBytes(B256::from(bytes), 32)
}

pub fn bytes(bytes: &[u8]) -> DynSolValue {
    DynSolValue::Bytes(bytes.to_vec())
}

pub fn array(values: Vec<DynSolValue>) -> DynSolValue {
    DynSolValue::Array(values)
}

pub fn tuple(values: Vec<DynSolValue>) -> DynSolValue {
    DynSolValue::Tuple(values)
}

pub fn text_of(byte: u8) -> String {
    Address::repeat_byte(byte).to_checksum(None)
}

pub fn transfer() -> Vec<u8> {
    encode("transfer(address,uint256)", vec![address(1), number(5)])
}
