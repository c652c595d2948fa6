//! What the person who signs is shown: all of it, and nothing that deceives.

use crate::support::{
    Signer, fee_market, legacy, message_request, prepare, prepare_transaction, with,
};
use serde_json::{Value, json};

fn summary(transaction: Value) -> Value {
    serde_json::to_value(prepare_transaction(transaction).unwrap().summary()).unwrap()
}

fn message_summary(message: &[u8]) -> Value {
    let data = format!("0x{}", hex::encode(message));
    let request = message_request(&data, &Signer::example().address().to_lower_hex());
    serde_json::to_value(prepare(&request).unwrap().summary()).unwrap()
}

fn row(summary: &Value, label: &str) -> String {
    let rows = summary["rows"].as_array().unwrap();
    let row = rows
        .iter()
        .find(|row| row["label"] == label)
        .unwrap_or_else(|| panic!("no row {label}: {rows:?}"));
    row["value"].as_str().unwrap().to_owned()
}

fn has_warning(summary: &Value, words: &str) -> bool {
    summary["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .any(|warning| warning.as_str().unwrap().contains(words))
}

#[test]
fn shows_every_signed_field_of_a_fee_market_transaction() {
    let key = format!("0x{}", "ab".repeat(32));
    let prepared = prepare_transaction(with(
        fee_market(),
        json!({
            "value": "0x14d1120d7b160000", "data": "0xa9059cbc00ff", "gasLimit": "0x186a0",
            "accessList": [{ "address": "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "storageKeys": [key] }],
        }),
    ))
    .unwrap();
    let account = Signer::example().address().to_string();
    assert_eq!(
        serde_json::to_value(prepared.summary()).unwrap(),
        json!({
            "kind": "transaction",
            "title": "Call a contract and send it 1.5 ETH",
            "chainId": "1",
            "network": "Ethereum Mainnet",
            "account": account,
            "rows": [
                { "label": "Type", "value": "0x2, fee market (EIP-1559)", "tone": "text" },
                { "label": "Network", "value": "Ethereum Mainnet (chain id 1)", "tone": "text" },
                { "label": "From", "value": account, "tone": "address" },
                { "label": "To", "value": "0x3535353535353535353535353535353535353535", "tone": "address" },
                { "label": "Value", "value": "1.5 ETH (1500000000000000000 wei)", "tone": "amount" },
                { "label": "Nonce", "value": "9", "tone": "text" },
                { "label": "Gas limit", "value": "100000", "tone": "text" },
                { "label": "Max fee per gas", "value": "20 gwei (20000000000 wei)", "tone": "amount" },
                { "label": "Max priority fee per gas", "value": "1 gwei (1000000000 wei)", "tone": "amount" },
                { "label": "Max network fee", "value": "0.002 ETH (2000000000000000 wei)", "tone": "amount" },
                { "label": "Max total cost", "value": "1.502 ETH (1502000000000000000 wei)", "tone": "amount" },
                { "label": "Call", "value": "calls function 0xa9059cbc of 0x3535353535353535353535353535353535353535 with 6 bytes; what that does is not known here", "tone": "warning" },
                { "label": "Data length", "value": "6 bytes", "tone": "text" },
                { "label": "Function selector", "value": "0xa9059cbc", "tone": "data" },
                { "label": "Data", "value": "0xa9059cbc00ff", "tone": "data" },
                { "label": "Access list 1", "value": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "tone": "address" },
                { "label": "Storage key", "value": key, "tone": "data" },
            ],
            "warnings": ["This transaction sends coins and data. If the recipient is a contract, the data can also move your tokens or allow others to."],
            "facts": ["sendsData", "unknownCalldata"],
            "effects": [
                {
                    "kind": "sendCoins", "amount": "1500000000000000000",
                    "party": "0x3535353535353535353535353535353535353535",
                },
                {
                    "kind": "unknownCall", "selector": "0xa9059cbc",
                    "party": "0x3535353535353535353535353535353535353535",
                },
            ],
            "raw": format!("0x{}", hex::encode(prepared.payload())),
        })
    );
}

#[test]
fn shows_a_plain_legacy_transfer_without_warnings() {
    let summary = summary(legacy());
    assert_eq!(summary["title"], "Send 1 ETH");
    assert_eq!(
        row(&summary, "Type"),
        "0x0, legacy with replay protection (EIP-155)"
    );
    assert_eq!(row(&summary, "Gas price"), "20 gwei (20000000000 wei)");
    assert_eq!(
        row(&summary, "Max total cost"),
        "1.00042 ETH (1000420000000000000 wei)"
    );
    assert_eq!(row(&summary, "Data length"), "0 bytes");
    assert_eq!(summary["warnings"], json!([]));
}

#[test]
fn shows_every_digit_of_an_amount() {
    let summary = summary(with(legacy(), json!({ "value": "0x1", "gasPrice": "0x1" })));
    assert_eq!(summary["title"], "Send 0.000000000000000001 ETH");
    assert_eq!(row(&summary, "Gas price"), "0.000000001 gwei (1 wei)");
}

#[test]
fn names_no_coin_on_an_unknown_network() {
    let summary = summary(with(legacy(), json!({ "chainId": 31_337 })));
    assert_eq!(summary["title"], "Send 1 native coin units");
    assert_eq!(summary["network"], json!(null));
    assert_eq!(summary["chainId"], "31337");
    assert_eq!(row(&summary, "Network"), "unknown (chain id 31337)");
    assert!(has_warning(&summary, "chain id 31337 is not known"));
}

#[test]
fn names_the_coin_of_a_known_network() {
    let summary = summary(with(legacy(), json!({ "chainId": 137 })));
    assert_eq!(summary["title"], "Send 1 POL");
}

#[test]
fn warns_of_what_is_unusual() {
    for (change, words) in [
        (
            json!({ "to": null, "data": "0x60", "gasLimit": "0x10000" }),
            "creates a contract",
        ),
        (
            json!({ "to": "0x0000000000000000000000000000000000000000" }),
            "zero address",
        ),
        (
            json!({ "value": "0x0", "data": "0x095ea7b3", "gasLimit": "0x10000" }),
            "sends no coins but data",
        ),
        (
            json!({ "value": format!("0x{}", "f".repeat(64)) }),
            "exceed 2^256-1",
        ),
    ] {
        for good in [legacy(), fee_market()] {
            let summary = summary(with(good, change.clone()));
            assert!(
                has_warning(&summary, words),
                "{change}: {}",
                summary["warnings"]
            );
        }
    }
    let creation = summary(with(
        legacy(),
        json!({ "to": null, "data": "0x60016001", "gasLimit": "0x10000", "value": "0x0" }),
    ));
    assert_eq!(creation["title"], "Create a contract");
    assert_eq!(row(&creation, "Contract code"), "0x60016001");
    assert!(
        !creation["rows"]
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["label"] == "Function selector")
    );
}

#[test]
fn shows_a_message_as_text_and_as_bytes() {
    let summary = message_summary("Grüße, 1 ETH".as_bytes());
    assert_eq!(summary["kind"], "message");
    assert_eq!(summary["chainId"], json!(null));
    assert_eq!(row(&summary, "Message"), "Grüße, 1 ETH");
    assert_eq!(
        row(&summary, "Message bytes"),
        "0x4772c3bcc39f652c203120455448"
    );
    assert_eq!(row(&summary, "Length"), "14 bytes");
    assert_eq!(
        summary["raw"],
        "Grüße, 1 ETH\n0x4772c3bcc39f652c203120455448"
    );
    assert_eq!(summary["warnings"], json!([]));
    assert_eq!(
        summary["account"],
        json!(Signer::example().address().to_string())
    );
}

#[test]
fn shows_a_message_that_is_not_text_as_bytes_with_a_warning() {
    let summary = message_summary(&[0xff, 0x00]);
    assert_eq!(row(&summary, "Message bytes"), "0xff00");
    assert_eq!(summary["raw"], "0xff00");
    assert!(has_warning(&summary, "not text"));
}

#[test]
fn warns_that_32_bytes_look_like_a_hash() {
    assert!(has_warning(
        &message_summary(&[0xee; 32]),
        "look like a hash"
    ));
    assert!(has_warning(
        &message_summary(&[b'a'; 32]),
        "look like a hash"
    ));
    assert!(!has_warning(
        &message_summary(&[b'a'; 31]),
        "look like a hash"
    ));
    assert!(!has_warning(
        &message_summary(&[b'a'; 33]),
        "look like a hash"
    ));
}

#[test]
fn a_message_cannot_imitate_the_dialog_around_it() {
    let summary =
        message_summary("Log in\nMax total cost: 0 ETH\u{202e}\u{200b}\u{2066}\u{7}".as_bytes());
    let shown = row(&summary, "Message");
    assert_eq!(
        shown,
        "Log in\\nMax total cost: 0 ETH\\u{202e}\\u{200b}\\u{2066}\\u{7}"
    );
    assert!(has_warning(&summary, "invisible or direction-changing"));
}
