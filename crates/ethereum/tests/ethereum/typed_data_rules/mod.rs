//! Every rule for typed data: one change to a good request, the field that is to blame and the code.

mod domain;
mod envelope;
mod limits;
mod types;
mod values;
mod version_1;

use crate::support::{Signer, prepare, typed_data_request};
use serde_json::{Value, json};
use tandem_ethereum::Error;

const V1: &str = "eth_signTypedData_v1";
const V3: &str = "eth_signTypedData_v3";
const V4: &str = "eth_signTypedData_v4";

/// A value of each kind.
fn good() -> Value {
    json!({
        "types": {
            "EIP712Domain": [
                { "name": "name", "type": "string" },
                { "name": "chainId", "type": "uint256" },
                { "name": "verifyingContract", "type": "address" },
            ],
            "Everything": [
                { "name": "account", "type": "address" },
                { "name": "flag", "type": "bool" },
                { "name": "text", "type": "string" },
                { "name": "data", "type": "bytes" },
                { "name": "four", "type": "bytes4" },
                { "name": "small", "type": "uint8" },
                { "name": "signed", "type": "int8" },
                { "name": "large", "type": "uint256" },
                { "name": "part", "type": "Part" },
            ],
            "Part": [{ "name": "x", "type": "string" }],
        },
        "primaryType": "Everything",
        "domain": {
            "name": "App", "chainId": 1, "verifyingContract": "0x3535353535353535353535353535353535353535",
        },
        "message": {
            "account": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "flag": true, "text": "t",
            "data": "0x01", "four": "0x01020304", "small": 255, "signed": "-128", "large": "1",
            "part": { "x": "y" },
        },
    })
}

/// The same with lists.
fn good_with_lists() -> Value {
    let mut data = good();
    let fields = data["types"]["Everything"].as_array_mut().unwrap();
    fields.push(json!({ "name": "list", "type": "uint8[]" }));
    fields.push(json!({ "name": "pairs", "type": "Part[2][]" }));
    data["message"]["list"] = json!([1, "2", "0x3"]);
    data["message"]["pairs"] = json!([[{ "x": "1" }, { "x": "2" }]]);
    data
}

fn good_v1() -> Value {
    json!([
        { "type": "string", "name": "Message", "value": "Hi, Alice!" },
        { "type": "uint32", "name": "A number", "value": 1337 },
        { "type": "int8[]", "name": "list", "value": ["-1", 2] },
    ])
}

fn request(method: &str, data: Value) -> Value {
    typed_data_request(method, data, &Signer::example())
}

/// The fields and codes of a refusal.
fn codes(request: &Value) -> Vec<(String, String)> {
    let error = prepare(request).expect_err("should have been refused");
    assert!(matches!(
        error,
        Error::InvalidTypedData(_) | Error::InvalidRequest(_)
    ));
    assert_eq!(error.code(), -32602);
    error
        .problems()
        .iter()
        .map(|problem| (problem.field.clone(), problem.code.unwrap().to_owned()))
        .collect()
}

/// `data` with the place of the JSON pointer set.
fn set(mut data: Value, pointer: &str, value: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match data.pointer_mut(parent).unwrap() {
        Value::Array(items) => {
            let at: usize = key.parse().unwrap();
            if at == items.len() {
                items.push(value);
            } else {
                items[at] = value;
            }
        }
        parent => parent[key] = value,
    }
    data
}

fn without(mut data: Value, pointer: &str) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = data.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    parent.remove(key).unwrap();
    data
}

fn assert_refused(method: &str, good: &Value, rows: &[(&str, Value, &str, &str)]) {
    prepare(&request(method, good.clone())).unwrap();
    for (pointer, value, field, code) in rows {
        let data = set(good.clone(), pointer, value.clone());
        let found = codes(&request(method, data));
        let expected = (format!("params[1]{field}"), (*code).to_owned());
        assert_eq!(found, [expected], "{pointer} {value}");
    }
}

fn assert_accepted(method: &str, good: &Value, rows: &[(&str, Value)]) {
    for (pointer, value) in rows {
        let data = set(good.clone(), pointer, value.clone());
        if let Err(error) = prepare(&request(method, data)) {
            panic!("{pointer} {value}: {error}");
        }
    }
}
