//! The envelope of a request, and the rules for `personal_sign`.

use crate::support::{
    Signer, fee_market, legacy, message_request, prepare, refusal, transaction_request, with,
};
use serde_json::{Value, json};
use tandem_ethereum::{Error, MAX_REQUEST_BYTES, Method, Request};

fn message(params: Value) -> Value {
    json!({ "method": "personal_sign", "params": params, "scope": "" })
}

#[test]
fn methods_that_are_not_signed_are_refused_as_unsupported() {
    for method in [
        "eth_sign",
        "eth_signTypedData",
        "eth_signTypedData_v2",
        "eth_sendTransaction",
        "eth_signUserOperation",
        "",
        "personal_sign ",
    ] {
        let error =
            Request::from_json(&json!({ "method": method, "params": [] }).to_string()).unwrap_err();
        assert_eq!(
            error,
            Error::MethodNotSupported {
                method: method.to_owned()
            }
        );
        assert_eq!(error.to_json()["name"], "MethodNotSupported");
    }
}

#[test]
fn the_envelope_takes_its_four_keys_and_no_other() {
    let good = transaction_request(legacy());
    for (change, field) in [
        (json!({ "method": null }), "method"),
        (json!({ "method": 1 }), "method"),
        (json!({ "origin": "https://example.org" }), "origin"),
        (json!({ "digest": "0x00" }), "digest"),
        (json!({ "signature": null }), "signature"),
    ] {
        let error = Request::from_json(&with(good.clone(), change).to_string());
        assert!(matches!(error, Err(Error::InvalidRequest(_))));
        assert_eq!(refusal(error)[0].0, field);
    }
    let all = refusal(Request::from_json(r#"{"x":1,"scope":1,"account":1}"#));
    let fields: Vec<&str> = all.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["x", "method", "scope", "account", "params"]);
}

#[test]
fn what_is_not_one_json_object_is_refused() {
    for text in [
        "",
        "{",
        "null",
        "[]",
        "1",
        "\"x\"",
        "{} {}",
        "{\"method\":\"personal_sign\",}",
        "\u{feff}{}",
    ] {
        assert!(
            matches!(Request::from_json(text), Err(Error::InvalidRequest(_))),
            "{text}"
        );
    }
}

#[test]
fn a_key_that_occurs_twice_is_refused() {
    let text = transaction_request(legacy()).to_string().replacen(
        "\"nonce\":",
        "\"nonce\":\"0x8\",\"nonce\":",
        1,
    );
    let problems = refusal(Request::from_json(&text));
    assert!(problems[0].1.contains("twice"), "{problems:?}");
}

#[test]
fn length_and_depth_are_limited() {
    let padded = |length: usize| {
        let text = transaction_request(legacy()).to_string();
        let spaces = " ".repeat(length - text.len());
        text + &spaces
    };
    Request::from_json(&padded(MAX_REQUEST_BYTES)).unwrap();
    assert!(
        refusal(Request::from_json(&padded(MAX_REQUEST_BYTES + 1)))[0]
            .1
            .contains("longer than")
    );

    let mut deep = json!(0);
    for _ in 0..70 {
        deep = json!([deep]);
    }
    let value = json!({ "method": "personal_sign", "params": [deep] });
    assert!(refusal(Request::from_value(value))[0].1.contains("nested"));

    let of_length = |length: usize| {
        let value = |text| json!({ "method": "personal_sign", "params": [text, "y"] });
        let rest = value(String::new()).to_string().len();
        Request::from_value(value("x".repeat(length - rest)))
    };
    of_length(MAX_REQUEST_BYTES).unwrap();
    assert!(
        refusal(of_length(MAX_REQUEST_BYTES + 1))[0]
            .1
            .contains("longer than")
    );
}

#[test]
fn the_text_that_the_other_side_gets_reads_the_same() {
    let address = Signer::example().address().to_string();
    for value in [
        with(
            transaction_request(legacy()),
            json!({ "scope": "eip155:1", "account": address }),
        ),
        transaction_request(fee_market()),
        message_request("0x00ff", &address),
    ] {
        let request = Request::from_value(value).unwrap();
        let again = Request::from_json(&request.to_json()).unwrap();
        assert_eq!(again, request);
        assert_eq!(again.to_json(), request.to_json());
        assert_eq!(
            again.prepare().unwrap().payload(),
            request.prepare().unwrap().payload()
        );
    }
}

#[test]
fn methods_have_their_json_rpc_names() {
    let request = Request::from_value(transaction_request(legacy())).unwrap();
    assert_eq!(request.method(), Method::SignTransaction);
    assert_eq!(request.method().as_str(), "eth_signTransaction");
    assert_eq!(Method::PersonalSign.as_str(), "personal_sign");
}

#[test]
fn message_data_is_even_hexadecimal_and_nothing_else() {
    let address = Signer::example().address().to_lower_hex();
    for data in [
        json!("0x0"),
        json!("0X00"),
        json!("hello"),
        json!(""),
        json!("0xzz"),
        json!(" 0x00"),
        json!("00"),
        json!(0),
        json!({}),
        json!(null),
    ] {
        let problems = refusal(prepare(&message(json!([data, address]))));
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].0, "params[0]", "{data}");
    }
    for data in ["0x", "0x00", "0xFFff"] {
        prepare(&message(json!([data, address]))).unwrap();
    }
}

#[test]
fn the_signer_of_a_message_must_be_the_account() {
    let account = Signer::example().address();
    let other = Signer::new(&[7; 32]).address();
    let request = |signer: &str| {
        with(
            message(json!(["0x00", signer])),
            json!({ "account": account.to_lower_hex() }),
        )
    };
    assert_eq!(
        prepare(&request(&account.to_string())).unwrap().account(),
        Some(&account)
    );
    assert_eq!(
        refusal(prepare(&request(&other.to_string())))[0].0,
        "params[1]"
    );
    assert_eq!(
        refusal(prepare(&message(json!(["0x00"]))))[0].0,
        "params[1]"
    );
    assert_eq!(
        refusal(prepare(&message(json!(["0x00", null]))))[0].0,
        "params[1]"
    );
    assert_eq!(
        refusal(prepare(&message(json!(["0x00", "0x12"]))))[0].0,
        "params[1]"
    );
}

#[test]
fn message_params_are_two_and_all_problems_come_at_once() {
    let fields = |params| {
        refusal(prepare(&message(params)))
            .into_iter()
            .map(|(field, _)| field)
            .collect::<Vec<_>>()
    };
    assert_eq!(fields(json!([])), ["params[0]", "params[1]"]);
    assert_eq!(
        fields(json!(["x", "y", "z"])),
        ["params[0]", "params[1]", "params"]
    );
    assert!(matches!(
        prepare(&message(json!([]))),
        Err(Error::InvalidMessage(_))
    ));
}
