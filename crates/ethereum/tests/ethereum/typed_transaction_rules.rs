//! The rules that only transactions with access lists, blobs or authorisations have, row by row.

use crate::support::{
    Row, Signer, assert_changes_are_accepted, assert_rows_are_refused, authority, authorization,
    bytes, prepare_transaction, refusal, sets_code, with, with_access_list, with_blobs,
};
use serde_json::{Value, json};

const DELEGATE: &str = "0x3535353535353535353535353535353535353535";

/// A chain whose consensus rules are not certain.
fn elsewhere(transaction: Value) -> Value {
    with(transaction, json!({ "chainId": "0x7a69" }))
}

#[test]
fn fields_of_other_types_are_refused() {
    let foreign: [(Value, &[(&str, Value)]); 3] = [
        (
            elsewhere(with_access_list()),
            &[
                ("maxFeePerGas", json!("0x1")),
                ("maxPriorityFeePerGas", json!("0x1")),
                ("maxFeePerBlobGas", json!("0x1")),
                ("blobVersionedHashes", json!([])),
                ("authorizationList", json!([])),
            ],
        ),
        (
            elsewhere(with_blobs()),
            &[("gasPrice", json!("0x1")), ("authorizationList", json!([]))],
        ),
        (
            sets_code(),
            &[
                ("gasPrice", json!("0x1")),
                ("maxFeePerBlobGas", json!("0x1")),
                ("blobVersionedHashes", json!([])),
            ],
        ),
    ];
    for (good, fields) in foreign {
        for (field, value) in fields {
            let row: Row = ("foreign field", json!({ *field: value }), field);
            assert_rows_are_refused(&good, vec![row]);
        }
    }
}

#[test]
fn rules_of_access_list_transactions() {
    assert_rows_are_refused(
        &elsewhere(with_access_list()),
        vec![
            ("gas price present", json!({ "gasPrice": null }), "gasPrice"),
            (
                "gas price at most 2^128-1",
                json!({ "gasPrice": "0x100000000000000000000000000000000" }),
                "gasPrice",
            ),
            ("list", json!({ "accessList": {} }), "accessList"),
        ],
    );
    assert_changes_are_accepted(
        &elsewhere(with_access_list()),
        vec![
            json!({ "accessList": [] }),
            json!({ "accessList": null }),
            json!({ "to": null, "data": "0x60" }),
        ],
    );
}

#[test]
fn rules_of_blob_transactions() {
    let hash = |first: &str, length: usize| json!(format!("0x{first}{}", "11".repeat(length - 1)));
    let hashes = |list: Value| json!({ "blobVersionedHashes": list });
    let first = "blobVersionedHashes[0]";
    assert_rows_are_refused(
        &elsewhere(with_blobs()),
        vec![
            ("recipient", json!({ "to": null, "data": "0x60" }), "to"),
            (
                "recipient written as 0x",
                json!({ "to": "0x", "data": "0x60" }),
                "to",
            ),
            ("max fee", json!({ "maxFeePerGas": null }), "maxFeePerGas"),
            (
                "blob fee present",
                json!({ "maxFeePerBlobGas": null }),
                "maxFeePerBlobGas",
            ),
            (
                "blob fee at most 2^128-1",
                json!({ "maxFeePerBlobGas": "0x100000000000000000000000000000000" }),
                "maxFeePerBlobGas",
            ),
            ("hashes present", hashes(json!(null)), "blobVersionedHashes"),
            ("a list", hashes(json!("0x")), "blobVersionedHashes"),
            (
                "at least one blob",
                hashes(json!([])),
                "blobVersionedHashes",
            ),
            ("version 1", hashes(json!([hash("00", 32)])), first),
            ("version 1 only", hashes(json!([hash("02", 32)])), first),
            ("not 31 bytes", hashes(json!([hash("01", 31)])), first),
            ("not 33 bytes", hashes(json!([hash("01", 33)])), first),
            ("bytes", hashes(json!([1])), first),
        ],
    );
    // Where the fork is certain, at most six blobs (EIP-7594); elsewhere a warning.
    let many = |count: usize| hashes(json!(vec![hash("01", 32); count]));
    assert_changes_are_accepted(&with_blobs(), vec![many(6)]);
    assert_rows_are_refused(
        &with_blobs(),
        vec![("six blobs", many(7), "blobVersionedHashes")],
    );
    assert_changes_are_accepted(&elsewhere(with_blobs()), vec![many(7)]);
}

#[test]
fn rules_of_set_code_transactions() {
    let list = |list: Value| json!({ "authorizationList": list });
    let changed = |change: Value| list(json!([with(authorization(1, DELEGATE, 7), change)]));
    let order_minus_1 = "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140";
    let order = "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    let mut rows: Vec<Row> = vec![
        ("recipient", json!({ "to": null, "data": "0x60" }), "to"),
        ("max fee", json!({ "maxFeePerGas": null }), "maxFeePerGas"),
        ("list present", list(json!(null)), "authorizationList"),
        ("a list", list(json!({})), "authorizationList"),
        ("not empty", list(json!([])), "authorizationList"),
        ("objects", list(json!([[]])), "authorizationList[0]"),
        (
            "no other keys",
            changed(json!({ "v": "0x1b" })),
            "authorizationList[0].v",
        ),
        (
            "chain id 0 or this chain",
            changed(json!({ "chainId": "0x2" })),
            "authorizationList[0].chainId",
        ),
        (
            "chain id beyond 64 bits",
            changed(json!({ "chainId": "0x10000000000000001" })),
            "authorizationList[0].chainId",
        ),
        (
            "delegate is an address",
            changed(json!({ "address": "0x35" })),
            "authorizationList[0].address",
        ),
        (
            "nonce below 2^64",
            changed(json!({ "nonce": "0x10000000000000000" })),
            "authorizationList[0].nonce",
        ),
        (
            "nonce below 2^64-1, which nodes skip",
            changed(json!({ "nonce": "0xffffffffffffffff" })),
            "authorizationList[0].nonce",
        ),
        (
            "parity 0 or 1",
            changed(json!({ "yParity": "0x2" })),
            "authorizationList[0].yParity",
        ),
        (
            "r not 0",
            changed(json!({ "r": "0x0" })),
            "authorizationList[0].r",
        ),
        (
            "r below n",
            changed(json!({ "r": order })),
            "authorizationList[0].r",
        ),
        (
            "s not 0",
            changed(json!({ "s": "0x0" })),
            "authorizationList[0].r",
        ),
        (
            "s low",
            changed(json!({ "s": order_minus_1 })),
            "authorizationList[0].s",
        ),
        (
            // 5 is no x coordinate of the curve.
            "somebody's signature",
            changed(json!({ "r": "0x5" })),
            "authorizationList[0].r",
        ),
    ];
    for (field, name) in [
        ("chainId", "authorizationList[0].chainId"),
        ("address", "authorizationList[0].address"),
        ("nonce", "authorizationList[0].nonce"),
        ("yParity", "authorizationList[0].yParity"),
        ("r", "authorizationList[0].r"),
        ("s", "authorizationList[0].s"),
    ] {
        rows.push(("present", changed(json!({ field: null })), name));
    }
    assert_rows_are_refused(&sets_code(), rows);
    assert_changes_are_accepted(
        &sets_code(),
        vec![
            list(json!([authorization(0, DELEGATE, u64::MAX - 1)])),
            list(json!([
                authorization(1, DELEGATE, 0),
                authorization(1, DELEGATE, 0)
            ])),
        ],
    );
    // EIP-7702: 25000 for each authorisation.
    assert_rows_are_refused(
        &sets_code(),
        vec![("gas", json!({ "gasLimit": 45_999 }), "gasLimit")],
    );
    assert_changes_are_accepted(&sets_code(), vec![json!({ "gasLimit": 46_000 })]);
}

#[test]
fn every_problem_of_every_entry_is_reported_at_once() {
    let bad =
        json!({ "chainId": "0x9", "address": "0x", "nonce": "", "yParity": 3, "r": "", "s": "x" });
    let problems = refusal(prepare_transaction(with(
        sets_code(),
        json!({ "authorizationList": [bad, 1], "maxFeePerGas": null, "to": null }),
    )));
    let mut fields: Vec<&str> = problems
        .iter()
        .map(|(field, _)| field.trim_start_matches("params[0]."))
        .collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            "authorizationList[0].address",
            "authorizationList[0].chainId",
            "authorizationList[0].nonce",
            "authorizationList[0].r",
            "authorizationList[0].s",
            "authorizationList[0].yParity",
            "authorizationList[1]",
            "maxFeePerGas",
            "to",
        ]
    );
}

#[test]
fn the_summary_shows_blobs_and_the_most_they_cost() {
    let prepared = prepare_transaction(with(
        with_blobs(),
        json!({ "value": "0x0", "gasLimit": 21_000, "maxFeePerGas": 10, "maxPriorityFeePerGas": 0 }),
    ))
    .unwrap();
    let summary = serde_json::to_value(prepared.summary()).unwrap();
    let row = |label: &str| {
        let rows = summary["rows"].as_array().unwrap();
        let found = rows.iter().find(|row| row["label"] == label).unwrap();
        found["value"].as_str().unwrap().to_owned()
    };
    assert_eq!(row("Type"), "0x3, with blobs (EIP-4844)");
    assert_eq!(row("Max fee per blob gas"), "1 gwei (1000000000 wei)");
    assert_eq!(row("Blob 2"), format!("0x01{}", "22".repeat(31)));
    // 21000 * 10 wei and two blobs of 131072 gas at 1 gwei.
    assert_eq!(
        row("Max network fee"),
        "0.00026214400021 ETH (262144000210000 wei)"
    );
}

#[test]
fn the_summary_names_who_is_delegated_to_whom() {
    let all_chains = authorization(0, DELEGATE, 7);
    let revocation = authorization(1, "0x0000000000000000000000000000000000000000", 8);
    let prepared = prepare_transaction(with(
        sets_code(),
        json!({ "authorizationList": [all_chains, revocation] }),
    ))
    .unwrap();
    let summary = serde_json::to_value(prepared.summary()).unwrap();
    let who = authority().address().to_string();
    assert_ne!(who, Signer::example().address().to_string());
    let row = |label: &str| {
        let rows = summary["rows"].as_array().unwrap();
        let found = rows.iter().find(|row| row["label"] == label).unwrap();
        found["value"].as_str().unwrap().to_owned()
    };
    assert_eq!(row("Authorisation 1: account"), who);
    assert_eq!(row("Authorisation 1: code of"), DELEGATE);
    assert_eq!(
        row("Authorisation 1: network"),
        "every network (chain id 0)"
    );
    assert_eq!(row("Authorisation 1: nonce"), "7");
    assert_eq!(
        bytes(&json!(row("Authorisation 1: r"))),
        bytes(&json!(all_chains["r"]))
    );
    assert_eq!(row("Authorisation 2: code of"), "nobody: ends a delegation");
    let facts = summary["facts"].as_array().unwrap();
    assert!(facts.contains(&json!("delegates")));
    assert!(facts.contains(&json!("delegatesOnEveryChain")));
    let delegations: Vec<&Value> = summary["effects"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|effect| effect["kind"] != "sendCoins")
        .collect();
    assert_eq!(
        delegations,
        [
            &json!({ "kind": "delegate", "from": who, "party": DELEGATE }),
            &json!({ "kind": "endDelegation", "from": who }),
        ]
    );
    // A revocation alone takes control from nobody.
    let prepared = prepare_transaction(with(
        sets_code(),
        json!({ "authorizationList": [revocation] }),
    ))
    .unwrap();
    let summary = serde_json::to_value(prepared.summary()).unwrap();
    assert!(
        !summary["facts"]
            .as_array()
            .unwrap()
            .contains(&json!("delegates"))
    );
}
