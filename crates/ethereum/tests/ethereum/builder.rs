//! Drafts: what is given stays, what is missing is filled in, what cannot be is refused by name.

use crate::support::with;
use proptest::prelude::*;
use serde_json::{Value, json};
use tandem_ethereum::builder::{Draft, FeeMarket, FeeSource, Filling, Pending};
use tandem_ethereum::{Error, Request};

const FROM: &str = "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f";
const TO: &str = "0x3535353535353535353535353535353535353535";

/// A transfer, with these fields changed; null takes one away.
fn draft(changes: Value) -> Value {
    let mut draft = json!({"chainId": "0x1", "from": FROM, "to": TO, "value": "0x1"});
    for (name, value) in changes.as_object().expect("an object") {
        draft[name] = value.clone();
    }
    draft
}

fn read(changes: Value) -> Draft {
    Draft::read(&draft(changes)).expect("a sound draft")
}

/// What a node on a chain with a fee market told.
const MARKET: Filling = Filling {
    nonce: 7,
    gas_limit: Some(30_000),
    has_base_fee: true,
    gas_price: Some(1_000),
    market: Some(FeeMarket {
        base_fee: 100,
        priority_fee: 9,
    }),
    blob_fee: Some(50),
};
const LEGACY: Filling = Filling {
    has_base_fee: false,
    market: None,
    ..MARKET
};

fn transaction(request: &Request) -> Value {
    let request: Value = serde_json::from_str(&request.to_json()).expect("JSON");
    request["params"][0].clone()
}

fn complete(changes: Value, filling: &Filling) -> Value {
    let request = read(changes).complete(filling, None).expect("complete");
    request.prepare().expect("the strict reader takes it");
    transaction(&request)
}

fn problems(error: &Error) -> Vec<String> {
    let fields = error.problems().iter();
    fields.map(|problem| problem.field.clone()).collect()
}

#[test]
fn fills_what_is_missing_by_the_type_that_the_fields_or_the_chain_tell() {
    let hashes = json!([format!("0x01{}", "00".repeat(31))]);
    let authorization = json!([{
        "chainId": "0x1", "address": TO, "nonce": "0x0", "yParity": "0x0", "r": "0x1", "s": "0x1",
    }]);
    for (changes, filling, expected) in [
        (
            json!({}),
            MARKET,
            json!({"type": "0x2", "maxFeePerGas": "0xd1", "maxPriorityFeePerGas": "0x9"}),
        ),
        (
            json!({}),
            LEGACY,
            json!({"type": "0x0", "gasPrice": "0x3e8"}),
        ),
        (json!({"type": "0x0"}), MARKET, json!({"gasPrice": "0x3e8"})),
        (
            json!({"accessList": []}),
            MARKET,
            json!({"type": "0x2", "maxFeePerGas": "0xd1"}),
        ),
        (
            json!({"accessList": []}),
            LEGACY,
            json!({"type": "0x1", "gasPrice": "0x3e8"}),
        ),
        (
            json!({"accessList": [], "gasPrice": "0x5"}),
            MARKET,
            json!({"type": "0x1"}),
        ),
        (json!({"gasPrice": "0x5"}), MARKET, json!({"type": "0x0"})),
        (
            json!({"blobVersionedHashes": hashes}),
            MARKET,
            json!({"type": "0x3", "maxFeePerGas": "0xd1", "maxFeePerBlobGas": "0x32"}),
        ),
        (
            json!({"authorizationList": authorization, "gas": "0x186a0"}),
            MARKET,
            json!({"type": "0x4", "maxFeePerGas": "0xd1"}),
        ),
    ] {
        let found = complete(changes.clone(), &filling);
        for (name, value) in expected.as_object().expect("an object") {
            assert_eq!(found[name], *value, "{name} of {changes}");
        }
        assert_eq!(found["nonce"], "0x7");
        if changes.get("gas").is_none() {
            assert_eq!(found["gas"], "0x7530");
        }
    }
}

#[test]
fn a_given_fee_is_kept_and_the_other_one_fits_it() {
    for (changes, max_fee, priority_fee) in [
        (json!({"maxFeePerGas": "0x5"}), "0x5", "0x5"),
        (json!({"maxFeePerGas": "0x64"}), "0x64", "0x9"),
        (json!({"maxPriorityFeePerGas": "0x64"}), "0x12c", "0x64"),
        (
            json!({"maxFeePerGas": "0x2", "maxPriorityFeePerGas": "0x1"}),
            "0x2",
            "0x1",
        ),
    ] {
        let found = complete(changes.clone(), &MARKET);
        assert_eq!(found["maxFeePerGas"], max_fee, "{changes}");
        assert_eq!(found["maxPriorityFeePerGas"], priority_fee, "{changes}");
    }
}

#[test]
fn asks_for_exactly_what_is_missing() {
    let plain = read(json!({}));
    assert!(plain.wants_gas_limit() && !plain.wants_blob_fee());
    assert_eq!(plain.nonce(), None);
    assert_eq!(plain.fee_source(true), Ok(FeeSource::Market));
    assert_eq!(plain.fee_source(false), Ok(FeeSource::GasPrice));
    for name in ["gas", "gasLimit"] {
        assert!(!read(json!({name: "0x5208"})).wants_gas_limit());
    }
    let hashes = json!([format!("0x01{}", "00".repeat(31))]);
    let blob = json!({"type": "0x3", "blobVersionedHashes": hashes});
    assert!(read(blob.clone()).wants_blob_fee());
    let given = with(blob, json!({"maxFeePerBlobGas": "0x1"}));
    assert!(!read(given).wants_blob_fee());
    assert_eq!(read(json!({"nonce": "0x0"})).nonce(), Some(0));
    assert_eq!(
        read(json!({"gasPrice": "0x1"})).fee_source(true),
        Ok(FeeSource::Given)
    );
    let both = json!({"maxFeePerGas": "0x1", "maxPriorityFeePerGas": "0x1"});
    assert_eq!(read(both).fee_source(false), Ok(FeeSource::Given));
    let refused = read(json!({"maxFeePerGas": "0x1"})).fee_source(false);
    assert_eq!(
        problems(&refused.expect_err("no market")),
        ["params.transaction.type"]
    );
}

#[test]
fn refuses_with_every_problem_of_what_was_given_and_none_of_what_was_not() {
    let error = Draft::read(&draft(json!({
        "from": null, "chainId": null, "to": "0x12", "value": "1", "nonce": "-1", "nonse": "0x1",
        "gasPrice": "0x1", "maxFeePerGas": "0x1",
    })))
    .expect_err("problems");
    let mut found = problems(&error);
    found.sort();
    let expected = [
        "chainId", "from", "gasPrice", "nonce", "nonse", "to", "value",
    ];
    assert_eq!(
        found,
        expected.map(|name| format!("params.transaction.{name}"))
    );
    for nonsense in [json!(null), json!([]), json!("0x")] {
        assert_eq!(
            problems(&Draft::read(&nonsense).expect_err("no draft")),
            ["params.transaction"]
        );
    }
    let no_sender = Draft::read(&draft(json!({"from": null}))).expect_err("no sender");
    assert_eq!(problems(&no_sender), ["params.transaction.from"]);
}

#[test]
fn a_hole_that_nothing_fills_is_refused_by_name() {
    let empty = Filling {
        gas_limit: None,
        gas_price: None,
        market: None,
        ..MARKET
    };
    let request = read(json!({})).complete(&empty, None).expect("an envelope");
    let mut found = problems(&request.prepare().expect_err("holes"));
    found.sort();
    assert_eq!(
        found,
        [
            "params[0].gasLimit",
            "params[0].maxFeePerGas",
            "params[0].maxPriorityFeePerGas"
        ]
    );
}

#[test]
fn the_request_is_bound_to_chain_and_account() {
    let request = read(json!({})).complete(&MARKET, None).expect("complete");
    assert_eq!(request.scope(), Some(1));
    assert_eq!(
        request
            .account()
            .map(|account| account.to_lower_hex())
            .as_deref(),
        Some(FROM)
    );
}

#[test]
fn the_estimate_is_asked_for_the_same_call_without_fees_and_leading_zeros() {
    let call = read(
        json!({"value": "0x00de0b6b3a7640000", "input": "0x01", "gasPrice": "0x5", "accessList": []}),
    );
    assert_eq!(
        call.estimate_call(),
        json!({"from": FROM, "to": TO, "value": "0xde0b6b3a7640000", "data": "0x01", "accessList": []})
    );
    let creation = read(json!({"to": null, "value": null, "data": "0x00"}));
    assert_eq!(
        creation.estimate_call(),
        json!({"from": FROM, "value": "0x0", "data": "0x00"})
    );
}

fn pending(changes: Value) -> Pending {
    let request = read(changes).complete(&MARKET, None).expect("complete");
    Pending::read(&request.to_json()).expect("a pending transaction")
}

fn replace(draft: &Value, pending: &Pending) -> Result<Value, Error> {
    let request = Draft::read(draft)?.complete(
        &Filling {
            nonce: pending.nonce(),
            ..MARKET
        },
        Some(pending),
    )?;
    request.prepare().expect("the strict reader takes it");
    Ok(transaction(&request))
}

#[test]
fn a_pending_transaction_has_the_nonce_that_it_was_signed_with() {
    assert_eq!(pending(json!({"nonce": "0x2a"})).nonce(), 42);
}

#[test]
fn a_replacement_pays_a_tenth_more_or_what_the_market_asks_whichever_is_higher() {
    let cheap =
        pending(json!({"maxFeePerGas": "0x64", "maxPriorityFeePerGas": "0x1", "data": "0x01"}));
    let faster = replace(&cheap.again(), &cheap).expect("a replacement");
    assert_eq!(
        [&faster["maxFeePerGas"], &faster["maxPriorityFeePerGas"]],
        ["0xd1", "0x9"]
    );
    assert_eq!(
        [
            &faster["to"],
            &faster["data"],
            &faster["gas"],
            &faster["nonce"]
        ],
        [TO, "0x01", "0x7530", "0x7"]
    );

    let dear = pending(json!({"maxFeePerGas": "0x3e8", "maxPriorityFeePerGas": "0x65"}));
    let faster = replace(&dear.again(), &dear).expect("a replacement");
    // 1100, and 101 raised by 10.1, rounded up.
    assert_eq!(
        [&faster["maxFeePerGas"], &faster["maxPriorityFeePerGas"]],
        ["0x44c", "0x70"]
    );

    let legacy = pending(json!({"gasPrice": "0x7d0"}));
    assert_eq!(
        replace(&legacy.again(), &legacy).expect("a replacement")["gasPrice"],
        "0x898"
    );
}

#[test]
fn a_blob_transaction_is_replaced_for_twice_as_much_by_another_one() {
    let hashes = json!([format!("0x01{}", "00".repeat(31))]);
    let blob = pending(json!({
        "blobVersionedHashes": hashes, "maxFeePerGas": "0x3e8", "maxPriorityFeePerGas": "0x64", "maxFeePerBlobGas": "0x64",
    }));
    for draft in [blob.again(), blob.cancellation()] {
        let replacement = replace(&draft, &blob).expect("a replacement");
        assert_eq!(
            [
                &replacement["maxFeePerGas"],
                &replacement["maxPriorityFeePerGas"],
                &replacement["maxFeePerBlobGas"]
            ],
            ["0x7d0", "0xc8", "0xc8"]
        );
        assert_eq!(replacement["blobVersionedHashes"], hashes);
    }
    let error = replace(&draft(json!({})), &blob).expect_err("no blobs");
    assert_eq!(problems(&error), ["params.transaction.type"]);
}

#[test]
fn a_cancellation_sends_nothing_to_the_sender() {
    for (changes, number) in [
        (json!({"gasPrice": "0x5"}), "0x0"),
        (json!({"data": "0x01"}), "0x2"),
    ] {
        let pending = pending(changes);
        assert_eq!(
            pending.cancellation(),
            json!({"type": number, "chainId": "0x1", "from": FROM, "to": FROM, "nonce": "0x7", "value": "0x0"})
        );
        replace(&pending.cancellation(), &pending).expect("a replacement");
    }
}

#[test]
fn a_replacement_that_no_node_would_take_is_refused_with_every_reason() {
    let old = pending(json!({"maxFeePerGas": "0x64", "maxPriorityFeePerGas": "0x9"}));
    let error = replace(
        &draft(json!({
            "chainId": "0x2105", "from": TO, "nonce": "0x8", "maxFeePerGas": "0x6d", "maxPriorityFeePerGas": "0x9",
        })),
        &old,
    )
    .expect_err("problems");
    let mut found = problems(&error);
    found.sort();
    let expected = [
        "chainId",
        "from",
        "maxFeePerGas",
        "maxPriorityFeePerGas",
        "nonce",
    ];
    assert_eq!(
        found,
        expected.map(|name| format!("params.transaction.{name}"))
    );
    let enough =
        draft(json!({"nonce": "0x7", "maxFeePerGas": "0x6e", "maxPriorityFeePerGas": "0xa"}));
    assert!(replace(&enough, &old).is_ok());
}

#[test]
fn a_fee_that_cannot_be_raised_is_no_pending_transaction() {
    let request = read(
        json!({"maxFeePerGas": format!("0x{}", "f".repeat(32)), "maxPriorityFeePerGas": "0x1"}),
    )
    .complete(&MARKET, None)
    .expect("complete");
    assert!(Pending::read(&request.to_json()).is_none());
    assert!(Pending::read("{}").is_none());
}

proptest! {
    #[test]
    fn never_alters_what_is_given_and_never_panics(
        nonce in proptest::option::of(0_u64..u64::MAX),
        gas in proptest::option::of(any::<u64>()),
        max_fee in proptest::option::of(any::<u128>()),
        priority_fee in proptest::option::of(any::<u128>()),
        base_fee: u128,
        suggestion: u128,
        estimate: u64,
    ) {
        let quantity = |value: Option<u128>| json!(value.map(|value| format!("{value:#x}")));
        // Chain 31337 has no certain gas rules, so that any limit is read.
        let given = draft(json!({
            "chainId": "0x7a69", "nonce": quantity(nonce.map(u128::from)), "gas": quantity(gas.map(u128::from)),
            "maxFeePerGas": quantity(max_fee), "maxPriorityFeePerGas": quantity(priority_fee),
        }));
        let filling = Filling {
            gas_limit: Some(estimate),
            market: Some(FeeMarket { base_fee, priority_fee: suggestion }),
            ..MARKET
        };
        if let Ok(draft) = Draft::read(&given)
            && let Ok(request) = draft.complete(&filling, None)
        {
            let complete = transaction(&request);
            for (name, value) in given.as_object().expect("an object") {
                if !value.is_null() {
                    prop_assert_eq!(&complete[name], value, "{}", name);
                }
            }
            // Either it can be signed, or the reader names what is wrong; overflows among them.
            if let Err(error) = request.prepare() {
                prop_assert!(!error.problems().is_empty());
            }
        }
    }
}
