//! The request around the typed data.

use super::{
    V1, V3, V4, assert_refused, codes, good, good_v1, good_with_lists, request, set, without,
};
use crate::support::{Signer, prepare, with};
use serde_json::{Value, json};
use tandem_ethereum::{Method, Request};

#[test]
fn params_are_the_account_and_the_object_itself() {
    let account = Signer::example().address();
    for (method, data) in [(V1, good_v1()), (V3, good()), (V4, good())] {
        let with_params =
            |params: Value| with(request(method, json!(null)), json!({ "params": params }));
        let fields = |params| codes(&with_params(params));
        let row = |field: &str, code: &str| (field.to_owned(), code.to_owned());
        assert_eq!(
            fields(json!([])),
            [
                row("params[0]", "missingKey"),
                row("params[1]", "missingKey")
            ]
        );
        assert_eq!(
            fields(json!([account, null])),
            [row("params[1]", "missingKey")]
        );
        assert_eq!(
            fields(json!(["0x12", data])),
            [row("params[0]", "malformedAddress")]
        );
        assert_eq!(
            fields(json!([account, data, {}])),
            [row("params", "tooManyParams")]
        );
        assert_eq!(
            fields(json!([account, data.to_string()])),
            [row("params[1]", "jsonText")]
        );
        let wrong = if method == V1 {
            "notAList"
        } else {
            "notAnObject"
        };
        assert_eq!(fields(json!([account, 1])), [row("params[1]", wrong)]);
        let other = Signer::new(&[7; 32]).address();
        let foreign = with(request(method, data.clone()), json!({ "account": other }));
        assert_eq!(codes(&foreign), [row("params[0]", "wrongAccount")]);
        let own = with(request(method, data.clone()), json!({ "account": account }));
        assert_eq!(prepare(&own).unwrap().account(), Some(&account));
    }
    for part in ["types", "primaryType", "domain", "message"] {
        let found = codes(&request(V4, without(good(), &format!("/{part}"))));
        assert_eq!(
            found,
            [(format!("params[1].{part}"), "missingKey".to_owned())]
        );
    }
    assert_refused(
        V4,
        &good(),
        &[
            ("/types", json!([]), ".types", "notAnObject"),
            ("/domain", json!(null), ".domain", "notAnObject"),
            ("/message", json!([]), ".message", "notAnObject"),
            ("/account", json!("0x"), ".account", "unknownKey"),
        ],
    );
}

#[test]
fn text_that_json_readers_understand_differently_is_refused() {
    let text = request(V4, good()).to_string();
    for (from, to) in [
        ("\"text\":\"t\"", r#""text":"\ud800""#),
        ("\"text\":\"t\"", r#""text":"t","text":"u""#),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text);
        let error = Request::from_json(&changed).unwrap_err();
        assert_eq!(error.problems()[0].code, Some("invalidJson"));
        assert_eq!(
            error.to_json()["data"]["problems"][0]["code"],
            "invalidJson"
        );
    }
}

#[test]
fn all_problems_come_at_once_but_not_too_many() {
    let mut data = good();
    data["message"]["small"] = json!(256);
    data["message"]["flag"] = json!(null);
    data["message"]["part"]["x"] = json!(1);
    data["domain"]["chainId"] = json!("x");
    data["extra"] = json!(1);
    let fields: Vec<String> = codes(&request(V4, data))
        .into_iter()
        .map(|(field, _)| field)
        .collect();
    assert_eq!(
        fields,
        [
            "params[1].extra",
            "params[1].domain.chainId",
            "params[1].message.flag",
            "params[1].message.small",
            "params[1].message.part.x",
        ]
    );
    let many = set(good_with_lists(), "/message/list", json!(vec![256; 5_000]));
    assert_eq!(codes(&request(V4, many)).len(), 64);
}

#[test]
fn methods_have_their_json_rpc_names() {
    for (method, name) in [
        (Method::SignTypedDataV1, V1),
        (Method::SignTypedDataV3, V3),
        (Method::SignTypedDataV4, V4),
    ] {
        let request = Request::from_value(request(name, json!([]))).unwrap();
        assert_eq!(request.method(), method);
        assert_eq!(method.as_str(), name);
    }
}
