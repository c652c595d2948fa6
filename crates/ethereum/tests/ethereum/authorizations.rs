//! `eth_signEip7702Authorization`: a delegation that is signed alone.

use crate::support::{
    Signer, authorization, bytes, prepare, prepare_transaction, refusal, sets_code, with,
};
use serde_json::{Value, json};
use tandem_ethereum::Prepared;

const DELEGATE: &str = "0x3535353535353535353535353535353535353535";

fn request(params: Value) -> Value {
    json!({
        "method": "eth_signEip7702Authorization", "params": params, "scope": "",
        "account": Signer::example().address().to_lower_hex(),
    })
}

fn summary(prepared: &Prepared) -> Value {
    serde_json::to_value(prepared.summary()).unwrap()
}

#[test]
fn the_payload_is_the_magic_byte_and_three_fields() {
    let prepared = prepare(&request(json!([[1, DELEGATE, 0]]))).unwrap();
    let expected = format!("05d701943535353535353535353535353535353535353535{}", "80");
    assert_eq!(hex::encode(prepared.payload()), expected);
}

#[test]
fn it_is_answered_with_65_bytes_that_recover_to_the_account() {
    let prepared = prepare(&request(json!([[1, DELEGATE, 3]]))).unwrap();
    let signature = bytes(&Signer::example().finish(&prepared).result);
    assert_eq!(signature.len(), 65);
    assert!([27, 28].contains(&signature[64]));
    let other = Signer::new(&[0x48; 32]);
    let refused = prepared.finish(&other.sign(&prepared.digest()), &other.address());
    assert!(refused.is_err(), "the request names another account");
}

#[test]
fn rules_of_authorisations() {
    let params = |tuple: Value| request(json!([tuple]));
    for (rule, bad, fields) in [
        ("present", request(json!([])), vec!["params[0]"]),
        (
            "alone",
            request(json!([[1, DELEGATE, 0], [1, DELEGATE, 0]])),
            vec!["params"],
        ),
        ("a list", params(json!({})), vec!["params[0]"]),
        ("of three", params(json!([1, DELEGATE])), vec!["params[0]"]),
        (
            "and no more",
            params(json!([1, DELEGATE, 0, 0])),
            vec!["params[0]"],
        ),
        (
            "chain id a quantity",
            params(json!(["1", DELEGATE, 0])),
            vec!["params[0][0]"],
        ),
        (
            "chain id of 64 bits",
            params(json!(["0x10000000000000000", DELEGATE, 0])),
            vec!["params[0][0]"],
        ),
        (
            "delegate an address",
            params(json!([1, "0x35", 0])),
            vec!["params[0][1]"],
        ),
        (
            "nonce a quantity",
            params(json!([1, DELEGATE, -1])),
            vec!["params[0][2]"],
        ),
        (
            "nonce below 2^64-1",
            params(json!([1, DELEGATE, "0xffffffffffffffff"])),
            vec!["params[0][2]"],
        ),
        (
            "chain id of the scope",
            with(
                params(json!([1, DELEGATE, 0])),
                json!({ "scope": "eip155:5" }),
            ),
            vec!["params[0][0]"],
        ),
        (
            "all at once",
            params(json!([-1, "", null])),
            vec!["params[0][0]", "params[0][2]", "params[0][1]"],
        ),
    ] {
        let result = prepare(&bad);
        assert_eq!(
            result.as_ref().unwrap_err().name(),
            "InvalidAuthorization",
            "{rule}"
        );
        let found = refusal(result);
        let found: Vec<&str> = found.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(found, fields, "{rule}");
    }
    let scoped = |tuple: Value| with(params(tuple), json!({ "scope": "eip155:5" }));
    for good in [
        scoped(json!([5, DELEGATE, 0])),
        scoped(json!([0, DELEGATE, 0])),
        params(json!(["0x5", DELEGATE, "0xfffffffffffffffe"])),
    ] {
        prepare(&good).unwrap();
    }
}

#[test]
fn an_authorisation_in_a_transaction_warns_of_every_network_only_if_it_is_for_all() {
    for (chain_id, everywhere) in [(1, false), (0, true)] {
        let list = json!([authorization(chain_id, DELEGATE, 7)]);
        let transaction = with(sets_code(), json!({ "authorizationList": list }));
        let summary = summary(&prepare_transaction(transaction).unwrap());
        let facts = summary["facts"].as_array().unwrap();
        let warnings = summary["warnings"].as_array().unwrap();
        let sentence = json!("Authorisation 1 is valid on every network.");
        assert_eq!(facts.contains(&json!("delegatesOnEveryChain")), everywhere);
        assert_eq!(warnings.contains(&sentence), everywhere);
    }
}

#[test]
fn the_summary_says_what_a_delegation_means() {
    let summary_of = |tuple: Value| summary(&prepare(&request(json!([tuple]))).unwrap());
    let account = Signer::example().address().to_string();

    let here = summary_of(json!([1, DELEGATE, 3]));
    assert_eq!(here["kind"], "authorization");
    assert_eq!(here["chainId"], "1");
    assert_eq!(here["account"], account);
    let payload = "0x05d70194353535353535353535353535353535353535353503";
    assert_eq!(here["raw"], payload);
    assert_eq!(
        here["warnings"].as_array().unwrap().len(),
        1,
        "what it means, once"
    );
    assert_eq!(here["title"], "Let a contract act for your account");
    assert_eq!(here["network"], "Ethereum Mainnet");
    assert_eq!(here["facts"], json!(["delegates"]));
    assert_eq!(
        here["effects"],
        json!([{ "kind": "delegate", "from": account, "party": DELEGATE }])
    );
    assert_eq!(
        here["rows"],
        json!([
            { "label": "Network", "value": "Ethereum Mainnet (chain id 1)", "tone": "text" },
            { "label": "Account", "value": account, "tone": "address" },
            { "label": "Code of", "value": DELEGATE, "tone": "address" },
            { "label": "Nonce", "value": "3", "tone": "text" },
        ])
    );

    let everywhere = summary_of(json!([0, DELEGATE, 3]));
    assert_eq!(
        everywhere["facts"],
        json!(["delegates", "delegatesOnEveryChain"])
    );

    let zero = "0x0000000000000000000000000000000000000000";
    let revoked = summary_of(json!([99_999, zero, 3]));
    assert_eq!(revoked["title"], "End the delegation of your account");
    assert_eq!(revoked["facts"], json!(["unknownChain"]));
    assert_eq!(
        revoked["effects"],
        json!([{ "kind": "endDelegation", "from": account }])
    );
}
