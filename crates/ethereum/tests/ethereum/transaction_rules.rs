//! The rules for transactions, row by row: what is accepted, what is refused, and by which field.
//!
//! A row changes fields of a good transaction and names the field that must be refused, and only
//! that one. The rows cover every identity and encoding rule; consensus rules have a file of their own.

use crate::support::{
    Row, Signer, assert_changes_are_accepted, assert_rows_are_refused, fee_market, legacy, prepare,
    prepare_transaction, refusal, sets_code, transaction_request, with, with_access_list,
    with_blobs,
};
use serde_json::{Value, json};

/// A chain whose consensus rules are not certain, so that only encoding and identity rules refuse.
fn elsewhere(transaction: Value) -> Value {
    with(transaction, json!({ "chainId": "0x7a69" }))
}

#[test]
fn quantities_that_are_not_of_the_listed_forms_are_refused_in_every_field() {
    let bad = [
        json!(""),
        json!("0x"),
        json!("1"),
        json!("0X1"),
        json!("-0x1"),
        json!(-1),
        json!(1.5),
        json!(" 0x1"),
        json!("0x1 "),
        json!("0xg"),
        json!(9_007_199_254_740_992_u64),
        json!(true),
        json!([]),
        json!({}),
        json!(format!("0x1{}", "0".repeat(64))),
    ];
    let shared = ["type", "chainId", "nonce", "gasLimit", "value"];
    let fee_fields = ["maxFeePerGas", "maxPriorityFeePerGas"];
    for value in &bad {
        for field in shared.iter().chain(&["gasPrice"]) {
            assert_rows_are_refused(
                &legacy(),
                vec![("quantity form", json!({ *field: value }), field)],
            );
        }
        for field in shared.iter().chain(&fee_fields) {
            assert_rows_are_refused(
                &fee_market(),
                vec![("quantity form", json!({ *field: value }), field)],
            );
        }
    }
}

#[test]
fn quantities_of_all_listed_forms_mean_the_same() {
    let expected = prepare_transaction(legacy()).unwrap().digest();
    for nonce in [
        json!("0x9"),
        json!("0x09"),
        json!("0x0000000000000000000000009"),
        json!(9),
    ] {
        assert_eq!(
            prepare_transaction(with(legacy(), json!({ "nonce": nonce })))
                .unwrap()
                .digest(),
            expected
        );
    }
    let price = prepare_transaction(with(legacy(), json!({ "gasPrice": "0x4A817C800" }))).unwrap();
    assert_eq!(price.digest(), expected);
}

#[test]
fn rules_that_all_types_share() {
    let rows = || -> Vec<Row> {
        vec![
            ("chain id present", json!({ "chainId": null }), "chainId"),
            (
                "chain id at least 1",
                json!({ "chainId": "0x0" }),
                "chainId",
            ),
            (
                "chain id fits 64 bits",
                json!({ "chainId": "0x10000000000000000" }),
                "chainId",
            ),
            ("nonce present", json!({ "nonce": null }), "nonce"),
            (
                "nonce at most 2^64-2 (EIP-2681)",
                json!({ "nonce": "0xffffffffffffffff" }),
                "nonce",
            ),
            (
                "nonce fits 64 bits",
                json!({ "nonce": "0x10000000000000000" }),
                "nonce",
            ),
            ("gas limit present", json!({ "gasLimit": null }), "gasLimit"),
            (
                "gas limit at most 2^64-1",
                json!({ "gasLimit": "0x10000000000000000" }),
                "gasLimit",
            ),
            ("gas and gasLimit agree", json!({ "gas": "0x5209" }), "gas"),
            (
                "value at most 2^256-1",
                json!({ "value": format!("0x1{}", "0".repeat(64)) }),
                "value",
            ),
            ("data even", json!({ "data": "0x0" }), "data"),
            ("data with 0x", json!({ "data": "00" }), "data"),
            ("data not empty text", json!({ "data": "" }), "data"),
            ("data hexadecimal", json!({ "data": "0xzz" }), "data"),
            ("data 0x in lower case", json!({ "data": "0X00" }), "data"),
            ("data is text", json!({ "data": [0] }), "data"),
            ("input even", json!({ "input": "0x0" }), "input"),
            (
                "data and input agree",
                json!({ "data": "0x00", "input": "0x01" }),
                "input",
            ),
            (
                "recipient 20 bytes",
                json!({ "to": "0x35353535353535353535353535353535353535" }),
                "to",
            ),
            (
                "recipient not longer",
                json!({ "to": "0x353535353535353535353535353535353535353535" }),
                "to",
            ),
            (
                "recipient with 0x",
                json!({ "to": "3535353535353535353535353535353535353535" }),
                "to",
            ),
            ("recipient not empty text", json!({ "to": "" }), "to"),
            ("recipient is text", json!({ "to": 53 }), "to"),
            (
                "recipient checksum",
                json!({ "to": "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed" }),
                "to",
            ),
            ("creation has data", json!({ "to": null }), "to"),
            ("creation written 0x has data", json!({ "to": "0x" }), "to"),
            ("from is an address", json!({ "from": "0x00" }), "from"),
            (
                "from checksum",
                json!({ "from": "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed" }),
                "from",
            ),
            ("type at most 4", json!({ "type": "0x5" }), "type"),
            ("type below 0x7f", json!({ "type": "0x7f" }), "type"),
            (
                "type is not the first byte of RLP",
                json!({ "type": "0xc0" }),
                "type",
            ),
            ("no unknown key", json!({ "gasFee": "0x1" }), "gasFee"),
            (
                "no unknown key, even with null",
                json!({ "chainID": null }),
                "chainID",
            ),
            ("no key in other case", json!({ "Nonce": "0x9" }), "Nonce"),
            ("no signature yet: v", json!({ "v": "0x25" }), "v"),
            ("no signature yet: r", json!({ "r": "0x1" }), "r"),
            ("no signature yet: s", json!({ "s": "0x1" }), "s"),
            (
                "no signature yet: yParity",
                json!({ "yParity": "0x0" }),
                "yParity",
            ),
            (
                "no authorisations",
                json!({ "authorizationList": [] }),
                "authorizationList",
            ),
            (
                "no blob hashes",
                json!({ "blobVersionedHashes": [] }),
                "blobVersionedHashes",
            ),
            (
                "no blob fee",
                json!({ "maxFeePerBlobGas": "0x1" }),
                "maxFeePerBlobGas",
            ),
        ]
    };
    assert_rows_are_refused(&elsewhere(legacy()), rows());
    assert_rows_are_refused(&elsewhere(fee_market()), rows());
}

#[test]
fn rules_of_legacy_transactions() {
    assert_rows_are_refused(
        &elsewhere(legacy()),
        vec![
            (
                "chain id at most (2^64-37)/2",
                json!({ "chainId": "0x7fffffffffffffee" }),
                "chainId",
            ),
            ("gas price present", json!({ "gasPrice": null }), "gasPrice"),
            (
                "gas price at most 2^128-1",
                json!({ "gasPrice": "0x100000000000000000000000000000000" }),
                "gasPrice",
            ),
            ("no access list", json!({ "accessList": [] }), "accessList"),
            (
                "no max fee",
                json!({ "maxFeePerGas": "0x1" }),
                "maxFeePerGas",
            ),
            (
                "no max priority fee",
                json!({ "maxPriorityFeePerGas": "0x1" }),
                "maxPriorityFeePerGas",
            ),
        ],
    );
}

#[test]
fn rules_of_fee_market_transactions() {
    let address = "0x3535353535353535353535353535353535353535";
    let entry = |entry: Value| json!({ "accessList": [entry] });
    let short_key = format!("0x{}", "00".repeat(31));
    let long_key = format!("0x{}", "00".repeat(33));
    assert_rows_are_refused(
        &elsewhere(fee_market()),
        vec![
            ("no gas price", json!({ "gasPrice": "0x1" }), "gasPrice"),
            (
                "max fee present",
                json!({ "maxFeePerGas": null }),
                "maxFeePerGas",
            ),
            (
                "max priority fee present",
                json!({ "maxPriorityFeePerGas": null }),
                "maxPriorityFeePerGas",
            ),
            (
                "max fee at most 2^128-1",
                json!({ "maxFeePerGas": "0x100000000000000000000000000000000" }),
                "maxFeePerGas",
            ),
            (
                "priority fee at most max fee",
                json!({ "maxPriorityFeePerGas": "0x4a817c801" }),
                "maxPriorityFeePerGas",
            ),
            (
                "access list is a list",
                json!({ "accessList": {} }),
                "accessList",
            ),
            (
                "entry is an object",
                entry(json!([address, []])),
                "accessList[0]",
            ),
            (
                "entry has an address",
                entry(json!({ "storageKeys": [] })),
                "accessList[0].address",
            ),
            (
                "entry has storage keys",
                entry(json!({ "address": address })),
                "accessList[0].storageKeys",
            ),
            (
                "entry address has 20 bytes",
                entry(json!({ "address": "0x35", "storageKeys": [] })),
                "accessList[0].address",
            ),
            (
                "entry address checksum",
                entry(
                    json!({ "address": "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "storageKeys": [] }),
                ),
                "accessList[0].address",
            ),
            (
                "entry has exactly two keys",
                entry(json!({ "address": address, "storageKeys": [], "more": 1 })),
                "accessList[0].more",
            ),
            (
                "storage keys are a list",
                entry(json!({ "address": address, "storageKeys": "0x" })),
                "accessList[0].storageKeys",
            ),
            (
                "storage key not shorter than 32 bytes",
                entry(json!({ "address": address, "storageKeys": [short_key] })),
                "accessList[0].storageKeys[0]",
            ),
            (
                "storage key not longer than 32 bytes",
                entry(json!({ "address": address, "storageKeys": [long_key] })),
                "accessList[0].storageKeys[0]",
            ),
            (
                "storage key is bytes",
                entry(json!({ "address": address, "storageKeys": [1] })),
                "accessList[0].storageKeys[0]",
            ),
        ],
    );
}

#[test]
fn limits_themselves_are_accepted() {
    let max_128 = "0xffffffffffffffffffffffffffffffff";
    let shared = || {
        vec![
            json!({ "nonce": "0xfffffffffffffffe" }),
            json!({ "nonce": "0x0" }),
            json!({ "gasLimit": "0xffffffffffffffff" }),
            json!({ "gasLimit": null, "gas": "0x5208" }),
            json!({ "gas": "0x05208" }),
            json!({ "value": format!("0x{}", "f".repeat(64)) }),
            json!({ "value": null }),
            json!({ "data": null }),
            json!({ "data": null, "input": "0x00" }),
            json!({ "data": "0xAB", "input": "0xab" }),
            json!({ "to": null, "data": "0x60" }),
            json!({ "to": "0x", "data": "0x60" }),
            json!({ "to": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed" }),
            json!({ "to": "0xDE709F2102306220921060314715629080E2FB77" }),
            json!({ "from": null }),
            json!({ "type": null }),
            json!({ "v": null, "r": null, "s": null, "yParity": null, "authorizationList": null }),
        ]
    };
    assert_changes_are_accepted(&elsewhere(legacy()), shared());
    assert_changes_are_accepted(
        &elsewhere(legacy()),
        vec![
            json!({ "chainId": "0x7fffffffffffffed" }),
            json!({ "gasPrice": max_128, "gasLimit": "0xffffffffffffffff" }),
            json!({ "accessList": null, "maxFeePerGas": null }),
        ],
    );
    assert_changes_are_accepted(&elsewhere(fee_market()), shared());
    let entry = json!({ "address": "0x3535353535353535353535353535353535353535", "storageKeys": [format!("0x{}", "11".repeat(32))] });
    assert_changes_are_accepted(
        &elsewhere(fee_market()),
        vec![
            json!({ "chainId": "0xffffffffffffffff" }),
            json!({ "maxFeePerGas": max_128, "maxPriorityFeePerGas": max_128 }),
            json!({ "maxPriorityFeePerGas": "0x4a817c800" }),
            json!({ "accessList": null }),
            json!({ "accessList": [entry, entry] }),
        ],
    );
}

#[test]
fn names_of_the_same_field_and_absent_fields_give_the_same_digest() {
    for good in [legacy(), fee_market()] {
        let expected = prepare_transaction(good.clone()).unwrap().digest();
        for change in [
            json!({ "gas": "0x5208", "gasLimit": null }),
            json!({ "gas": "0x5208" }),
            json!({ "data": null }),
            json!({ "data": null, "input": "0x" }),
            json!({ "type": null }),
            json!({ "from": null }),
        ] {
            assert_eq!(
                prepare_transaction(with(good.clone(), change.clone()))
                    .unwrap()
                    .digest(),
                expected,
                "{change}"
            );
        }
    }
}

#[test]
fn all_problems_are_reported_at_once() {
    let problems = refusal(prepare_transaction(json!({
        "type": "0x2", "chainId": "0x0", "nonce": "", "gasPrice": "0x1", "gasLimit": "21000", "to": "0x12",
        "value": -1, "data": "0x0", "unknown": 1, "accessList": [{ "address": "0x", "storageKeys": ["0x"] }],
    })));
    let mut fields: Vec<&str> = problems
        .iter()
        .map(|(field, _)| field.trim_start_matches("params[0]."))
        .collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            "accessList[0].address",
            "accessList[0].storageKeys[0]",
            "chainId",
            "data",
            "gasLimit",
            "gasPrice",
            "maxFeePerGas",
            "maxPriorityFeePerGas",
            "nonce",
            "to",
            "unknown",
            "value",
        ]
    );
}

#[test]
fn a_type_that_is_not_known_does_not_hide_other_problems() {
    let problems = refusal(prepare_transaction(with(
        legacy(),
        json!({ "type": "0x5", "nonce": "", "gasLimit": "0x1", "more": 1, "accessList": "0x" }),
    )));
    let mut fields: Vec<&str> = problems.iter().map(|(field, _)| field.as_str()).collect();
    fields.sort_unstable();
    let expected = ["accessList", "gasLimit", "more", "nonce", "type"];
    assert_eq!(fields, expected.map(|field| format!("params[0].{field}")));
}

#[test]
fn the_type_is_inferred_from_the_fields() {
    let without_type = |transaction: Value| with(transaction, json!({ "type": null }));
    assert_eq!(
        prepare_transaction(without_type(fee_market()))
            .unwrap()
            .payload()[0],
        2
    );
    assert!(
        prepare_transaction(without_type(legacy()))
            .unwrap()
            .payload()[0]
            >= 0xc0
    );
    for (transaction, number) in [(with_access_list(), 1), (sets_code(), 4)] {
        let prepared = prepare_transaction(without_type(transaction)).unwrap();
        assert_eq!(prepared.payload()[0], number);
    }
    // ethers would sign these as fee market transactions, without their blobs.
    for field in ["blobVersionedHashes", "maxFeePerBlobGas"] {
        let other = ["maxFeePerBlobGas", "blobVersionedHashes"]
            .into_iter()
            .find(|name| *name != field);
        let problems = refusal(prepare_transaction(without_type(with(
            with_blobs(),
            json!({ other.unwrap(): null }),
        ))));
        assert_eq!(problems[0].0, "params[0].type");
    }
    // One fee of a fee market makes it one, and the other is missing.
    for (given, missing) in [
        ("maxFeePerGas", "params[0].maxPriorityFeePerGas"),
        ("maxPriorityFeePerGas", "params[0].maxFeePerGas"),
    ] {
        let fee = json!({ "gasPrice": null, given: "0x1" });
        let problems = refusal(prepare_transaction(without_type(with(legacy(), fee))));
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].0, missing);
    }
    // Fields of two types at once belong to none.
    let problems = refusal(prepare_transaction(without_type(with(
        fee_market(),
        json!({ "gasPrice": "0x1" }),
    ))));
    assert_eq!(problems[0].0, "params[0].gasPrice");
}

#[test]
fn the_scope_must_be_the_chain_of_the_transaction() {
    let scoped = |scope: Value| {
        prepare(&with(
            transaction_request(legacy()),
            json!({ "scope": scope }),
        ))
    };
    for scope in [json!("eip155:1"), json!(""), json!(null)] {
        scoped(scope).unwrap();
    }
    assert_eq!(refusal(scoped(json!("eip155:5")))[0].0, "params[0].chainId");
    for scope in [
        "eip155:0x1",
        "eip155:01",
        "eip155:+1",
        "eip155:",
        "1",
        "eip155:1 ",
        "bip122:1",
        "EIP155:1",
    ] {
        assert_eq!(refusal(scoped(json!(scope)))[0].0, "scope", "{scope}");
    }
    assert_eq!(refusal(scoped(json!(1)))[0].0, "scope");
}

#[test]
fn from_must_be_the_account_of_the_request() {
    let account = Signer::example().address();
    let with_account = |account: Value| {
        prepare(&with(
            transaction_request(legacy()),
            json!({ "account": account }),
        ))
    };
    let prepared = with_account(json!(account.to_string())).unwrap();
    assert_eq!(prepared.account(), Some(&account));
    let other = Signer::new(&[7; 32]).address().to_string();
    assert_eq!(refusal(with_account(json!(other)))[0].0, "params[0].from");
    assert_eq!(refusal(with_account(json!("0x12")))[0].0, "account");

    let without_from = with(legacy(), json!({ "from": null }));
    assert_eq!(
        prepare_transaction(without_from.clone()).unwrap().account(),
        None
    );
    let named = with(
        transaction_request(without_from),
        json!({ "account": account.to_lower_hex() }),
    );
    assert_eq!(prepare(&named).unwrap().account(), Some(&account));
}

#[test]
fn params_must_be_one_object() {
    for (params, field) in [
        (json!([]), "params[0]"),
        (json!(["0x"]), "params[0]"),
        (json!([null]), "params[0]"),
        (json!([legacy(), legacy()]), "params"),
        (json!({}), "params"),
        (json!(null), "params"),
    ] {
        let request = json!({ "method": "eth_signTransaction", "params": params });
        assert_eq!(refusal(prepare(&request))[0].0, field, "{params}");
    }
}
