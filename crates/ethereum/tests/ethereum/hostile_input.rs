//! Whatever comes in, an answer comes out: no input panics, and what is refused says why.

use crate::support::calldata::{array, bytes, encode, transfer};
use crate::support::{
    Signer, fee_market, legacy, message_request, transaction_request, typed_data_request, with,
};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};
use tandem_ethereum::{Error, Request, Signature};

/// Runs the whole path; a refusal must name its reason and fit an answer.
fn run(request: Result<Request, Error>) -> Result<(), TestCaseError> {
    let error = match request.and_then(|request| request.prepare()) {
        Ok(prepared) => {
            serde_json::to_string(prepared.summary()).unwrap();
            let signer = Signer::example();
            let signature = signer.sign(&prepared.digest());
            match prepared.finish(&signature, &signer.address()) {
                Ok(_) => return Ok(()),
                Err(error) => error,
            }
        }
        Err(error) => error,
    };
    let json = error.to_json();
    prop_assert!(
        json["message"]
            .as_str()
            .is_some_and(|message| !message.is_empty())
    );
    prop_assert!(json.to_string().len() < 64 * 1024);
    let explained = !error.problems().is_empty();
    let has_no_field = matches!(
        error,
        Error::MethodNotSupported { .. } | Error::InvalidSignature { .. }
    );
    prop_assert!(explained || has_no_field);
    Ok(())
}

fn batch() -> Vec<u8> {
    encode(
        "multicall(bytes[])",
        vec![array(vec![bytes(&transfer()), bytes(&transfer())])],
    )
}

fn sign_in(address: &str) -> String {
    format!(
        "example.com wants you to sign in with your Ethereum account:\n{address}\n\nHello\n\n\
         URI: https://example.com\nVersion: 1\nChain ID: 1\nNonce: 12345678\n\
         Issued At: 2021-09-30T16:25:24Z\nResources:\n- a:b"
    )
}

fn good_requests() -> Vec<Value> {
    let entry = json!({ "address": "0x3535353535353535353535353535353535353535", "storageKeys": [format!("0x{}", "11".repeat(32))] });
    let address = Signer::example().address().to_string();
    vec![
        with(
            transaction_request(legacy()),
            json!({ "scope": "eip155:1", "account": address }),
        ),
        transaction_request(with(
            fee_market(),
            json!({ "accessList": [entry], "gasLimit": "0xffff" }),
        )),
        transaction_request(with(
            fee_market(),
            json!({ "data": format!("0x{}", hex::encode(batch())), "gasLimit": "0xfffff" }),
        )),
        message_request("0x68656c6c6f", &address),
        message_request(&format!("0x{}", hex::encode(sign_in(&address))), &address),
        typed_data_request("eth_signTypedData_v4", typed_data(), &Signer::example()),
        typed_data_request("eth_signTypedData_v3", typed_data(), &Signer::example()),
        typed_data_request(
            "eth_signTypedData_v1",
            json!([
                { "type": "string", "name": "Message", "value": "Hi" },
                { "type": "int8[2]", "name": "list", "value": ["-1", 1] },
            ]),
            &Signer::example(),
        ),
    ]
}

/// A permit, so that what recognises protocols meets hostile input too.
fn typed_data() -> Value {
    let field = |name: &str, type_name: &str| json!({ "name": name, "type": type_name });
    json!({
        "types": {
            "EIP712Domain": [field("chainId", "uint256"), field("verifyingContract", "address")],
            "PermitBatch": [
                field("details", "PermitDetails[]"), field("spender", "address"),
                field("sigDeadline", "uint256"),
            ],
            "PermitDetails": [
                field("token", "address"), field("amount", "uint160"),
                field("expiration", "uint48"), field("nonce", "uint48"),
            ],
        },
        "primaryType": "PermitBatch",
        "domain": { "chainId": 1, "verifyingContract": "0x3535353535353535353535353535353535353535" },
        "message": {
            "details": [{
                "token": "0x3535353535353535353535353535353535353535", "amount": "1",
                "expiration": 0, "nonce": 0,
            }],
            "spender": "0x3535353535353535353535353535353535353535",
            "sigDeadline": "0xff",
        },
    })
}

/// Any JSON, with the words of requests sprinkled in.
pub fn any_json() -> impl Strategy<Value = Value> {
    let words = [
        "",
        "0x",
        "0x0",
        "0x1",
        "0X1",
        "0xffffffffffffffff",
        "0x10000000000000000",
        "eip155:1",
        "personal_sign",
        "eth_signTransaction",
        "eth_signTypedData_v4",
        "uint256",
        "string[]",
        "EIP712Domain",
        "PermitDetails",
        "-1",
        "0x3535353535353535353535353535353535353535",
        "\u{202e}",
        "\u{0}",
        "🦊",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        "0x[0-9a-fA-F]{0,80}".prop_map(Value::from),
        select(words.to_vec()).prop_map(Value::from),
    ];
    let keys = select(vec![
        "type",
        "chainId",
        "nonce",
        "gas",
        "gasLimit",
        "gasPrice",
        "to",
        "value",
        "data",
        "input",
        "accessList",
        "address",
        "storageKeys",
        "maxFeePerGas",
        "maxPriorityFeePerGas",
        "from",
        "method",
        "params",
        "scope",
        "types",
        "primaryType",
        "domain",
        "message",
        "name",
        "EIP712Domain",
        "details",
        "__proto__",
        "x",
    ]);
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            vec((keys.clone(), inner), 0..8).prop_map(|entries| {
                Value::Object(
                    entries
                        .into_iter()
                        .map(|(key, value)| (key.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    })
}

/// Every place in the value, as JSON pointers.
pub fn places(value: &Value, path: &str, found: &mut Vec<String>) {
    found.push(path.to_owned());
    match value {
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(at, item)| places(item, &format!("{path}/{at}"), found));
        }
        Value::Object(entries) => {
            entries
                .iter()
                .for_each(|(key, item)| places(item, &format!("{path}/{key}"), found));
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_mutation_of_a_good_request_panics(
        base in select(good_requests()),
        changes in vec((any::<prop::sample::Index>(), any_json()), 1..4),
    ) {
        let mut request = base;
        for (place, replacement) in changes {
            let mut found = Vec::new();
            places(&request, "", &mut found);
            let place = place.get(found.as_slice());
            *request.pointer_mut(place).unwrap() = replacement;
        }
        run(Request::from_value(request.clone()))?;
        run(Request::from_json(&request.to_string()))?;
    }

    #[test]
    fn no_mutation_of_the_text_panics(
        base in select(good_requests()),
        edits in vec((any::<prop::sample::Index>(), any::<char>(), any::<bool>()), 1..6),
    ) {
        let mut text: Vec<char> = base.to_string().chars().collect();
        for (place, character, insert) in edits {
            let at = place.index(text.len());
            if insert { text.insert(at, character) } else { text[at] = character }
        }
        run(Request::from_json(&text.into_iter().collect::<String>()))?;
    }

    #[test]
    fn no_json_and_no_text_panics(value in any_json(), text in ".{0,200}") {
        run(Request::from_value(value.clone()))?;
        run(Request::from_value(json!({ "method": "eth_signTransaction", "params": [value.clone()] })))?;
        run(Request::from_value(json!({ "method": "personal_sign", "params": value.clone() })))?;
        for method in ["eth_signTypedData_v1", "eth_signTypedData_v3", "eth_signTypedData_v4"] {
            let params = json!([Signer::example().address(), value.clone()]);
            run(Request::from_value(json!({ "method": method, "params": params })))?;
        }
        run(Request::from_json(&text))?;
        let _ = Signature::from_value(&value);
    }
}

#[test]
fn a_request_full_of_unknown_keys_gets_a_short_answer() {
    let mut transaction = legacy();
    for number in 0..5_000 {
        transaction[format!("\u{202e}key{number}")] = json!(1);
    }
    let error = Request::from_value(transaction_request(transaction))
        .unwrap()
        .prepare()
        .unwrap_err();
    let text = error.to_json().to_string();
    assert!(text.len() < 32 * 1024);
    assert!(!text.contains('\u{202e}'));
}
