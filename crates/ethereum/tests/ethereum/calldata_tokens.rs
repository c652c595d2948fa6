//! What calls to tokens, collections and Permit2 are said to do.

use crate::support::Signer;
use crate::support::calldata::{
    TO, address, array, bytes, calls, effects, encode, has_fact, number, summary, text_of,
    tone_of_call, transfer, tuple, word,
};
use alloy_dyn_abi::DynSolValue;
use alloy_primitives::{Address, U256};
use serde_json::json;

/// 2^`power`
fn power(power: usize) -> U256 {
    U256::from(1) << power
}

fn approval(amount: U256) -> Vec<u8> {
    encode("approve(address,uint256)", vec![address(1), number(amount)])
}

#[test]
fn a_transfer_says_from_whom_to_whom_how_much() {
    let summary = summary(&transfer());
    assert_eq!(
        summary["effects"],
        json!([{ "kind": "transfer", "asset": TO, "party": text_of(1), "amount": "5" }])
    );
    assert_eq!(
        calls(&summary),
        [(
            "Call".to_owned(),
            format!(
                "If {TO} is a token: sends 5 smallest units of it from the signing account to {}",
                text_of(1)
            )
        )]
    );
    assert_eq!(summary["facts"], json!(["unknownChain", "sendsData"]));
    let rows = summary["rows"].as_array().unwrap();
    let place = |label: &str| rows.iter().position(|row| row["label"] == label).unwrap();
    assert_eq!(place("Call"), place("Max total cost") + 1);
    assert_eq!(
        rows[place("Data")]["value"],
        format!("0x{}", hex::encode(transfer()))
    );
}

#[test]
fn transfer_from_and_approve_may_mean_an_amount_or_a_token_id() {
    let data = encode(
        "transferFrom(address,address,uint256)",
        vec![address(2), address(1), number(7)],
    );
    assert_eq!(
        effects(&data),
        json!([{ "kind": "transfer", "asset": TO, "from": text_of(2), "party": text_of(1), "amount": "7", "tokenId": "7" }])
    );
    let said = &calls(&summary(&data))[0].1;
    assert!(
        said.contains("7 smallest units") && said.contains("id 7"),
        "{said}"
    );
    assert_eq!(
        effects(&approval(U256::from(7))),
        json!([{ "kind": "approve", "asset": TO, "party": text_of(1), "amount": "7", "tokenId": "7" }])
    );
}

#[test]
fn the_own_account_is_not_named_as_the_owner() {
    let own = Address::from(*Signer::example().address().as_bytes());
    let data = encode(
        "transferFrom(address,address,uint256)",
        vec![DynSolValue::Address(own), address(1), number(7)],
    );
    assert_eq!(effects(&data)[0].get("from"), None);
}

#[test]
fn an_allowance_from_2_to_the_255_is_unlimited() {
    for (amount, unlimited) in [
        (power(255) - U256::from(1), false),
        (power(255), true),
        (U256::MAX, true),
    ] {
        for signature in [
            "approve(address,uint256)",
            "increaseAllowance(address,uint256)",
        ] {
            let summary = summary(&encode(signature, vec![address(1), number(amount)]));
            assert_eq!(
                has_fact(&summary, "unlimitedApproval"),
                unlimited,
                "{signature} {amount}"
            );
            assert_eq!(summary["effects"][0].get("unlimited").is_some(), unlimited);
            assert_eq!(calls(&summary)[0].1.contains("(unlimited)"), unlimited);
            let tone = if unlimited { "warning" } else { "text" };
            assert_eq!(tone_of_call(&summary), tone);
            assert_eq!(
                summary["warnings"].as_array().unwrap().len(),
                2 + usize::from(unlimited)
            );
        }
        let less = encode(
            "decreaseAllowance(address,uint256)",
            vec![address(1), number(amount)],
        );
        assert!(!has_fact(&summary(&less), "unlimitedApproval"));
    }
}

#[test]
fn an_allowance_of_permit2_is_unlimited_at_the_largest_number_only() {
    for (amount, unlimited) in [
        (power(160) - U256::from(2), false),
        (power(160) - U256::from(1), true),
    ] {
        let amount = DynSolValue::Uint(amount, 160);
        let expiration = DynSolValue::Uint(U256::from(1_800_000_000), 48);
        let data = encode(
            "approve(address,address,uint160,uint48)",
            vec![address(9), address(1), amount, expiration],
        );
        let summary = summary(&data);
        assert_eq!(has_fact(&summary, "unlimitedApproval"), unlimited);
        assert_eq!(summary["effects"][0]["asset"], text_of(9));
        assert!(
            calls(&summary)[0]
                .1
                .ends_with(", until 2027-01-15 08:00:00 UTC"),
            "{:?}",
            calls(&summary)
        );
    }
}

#[test]
fn taking_back_is_told_from_giving() {
    let zero_amount = approval(U256::ZERO);
    // A collection may have a token 0, so only the amount says that this takes back.
    assert_eq!(effects(&zero_amount)[0]["kind"], "approve");
    assert_eq!(effects(&zero_amount)[0]["amount"], "0");
    assert!(calls(&summary(&zero_amount))[0].1.contains("takes back"));
    let revocations = [
        encode(
            "approve(address,uint256)",
            vec![address(0), number(U256::MAX)],
        ),
        encode(
            "setApprovalForAll(address,bool)",
            vec![address(1), DynSolValue::Bool(false)],
        ),
        encode(
            "approve(address,address,uint160,uint48)",
            vec![
                address(9),
                address(1),
                DynSolValue::Uint(U256::ZERO, 160),
                DynSolValue::Uint(U256::ZERO, 48),
            ],
        ),
        encode(
            "permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)",
            vec![
                address(2),
                address(1),
                number(0),
                number(0),
                DynSolValue::Bool(false),
                DynSolValue::Uint(U256::ZERO, 8),
                word([0; 32]),
                word([0; 32]),
            ],
        ),
    ];
    for data in revocations {
        let summary = summary(&data);
        assert_eq!(summary["effects"][0]["kind"], "revokeApproval");
        assert!(!has_fact(&summary, "unlimitedApproval"));
        assert!(!has_fact(&summary, "approvalForAll"));
    }
}

#[test]
fn an_approval_for_all_is_a_fact_and_a_warning() {
    let summary = summary(&encode(
        "setApprovalForAll(address,bool)",
        vec![address(1), DynSolValue::Bool(true)],
    ));
    assert_eq!(
        summary["effects"],
        json!([{ "kind": "approveForAll", "asset": TO, "party": text_of(1), "unlimited": true }])
    );
    assert!(has_fact(&summary, "approvalForAll"));
    assert!(
        summary["warnings"][2]
            .as_str()
            .unwrap()
            .contains("approval for all")
    );
}

#[test]
fn permits_name_the_owner_who_signed() {
    let signature = || {
        [
            DynSolValue::Uint(U256::from(27), 8),
            word([1; 32]),
            word([2; 32]),
        ]
    };
    let erc2612 = encode(
        "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
        [
            vec![address(2), address(1), number(5), number(9)],
            signature().to_vec(),
        ]
        .concat(),
    );
    assert_eq!(
        effects(&erc2612),
        json!([{ "kind": "permit", "asset": TO, "from": text_of(2), "party": text_of(1), "amount": "5" }])
    );
    let dai = encode(
        "permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)",
        [
            vec![
                address(2),
                address(1),
                number(5),
                number(9),
                DynSolValue::Bool(true),
            ],
            signature().to_vec(),
        ]
        .concat(),
    );
    assert_eq!(effects(&dai)[0]["unlimited"], true);
    assert!(has_fact(&summary(&dai), "unlimitedApproval"));
    for data in [erc2612, dai] {
        assert!(has_fact(&summary(&data), "permit"));
        assert_eq!(tone_of_call(&summary(&data)), "warning");
    }
    let details = |token| {
        tuple(vec![
            address(token),
            DynSolValue::Uint(U256::from(5), 160),
            DynSolValue::Uint(U256::ZERO, 48),
            DynSolValue::Uint(U256::ZERO, 48),
        ])
    };
    let batch = encode(
        "permit(address,((address,uint160,uint48,uint48)[],address,uint256),bytes)",
        vec![
            address(2),
            tuple(vec![
                array(vec![details(8), details(9)]),
                address(1),
                number(0),
            ]),
            bytes(&[]),
        ],
    );
    let permit = |token| json!({ "kind": "permit", "asset": text_of(token), "from": text_of(2), "party": text_of(1), "amount": "5" });
    assert_eq!(effects(&batch), json!([permit(8), permit(9)]));
    assert!(has_fact(&summary(&batch), "permit"));
    assert!(
        calls(&summary(&batch))[0]
            .1
            .ends_with("in the same block only, by a signature of the owner")
    );
    let moved = |token| {
        tuple(vec![
            address(2),
            address(1),
            DynSolValue::Uint(U256::from(5), 160),
            address(token),
        ])
    };
    let transfers = encode(
        "transferFrom((address,address,uint160,address)[])",
        vec![array(vec![moved(8), moved(9)])],
    );
    let transfer = |token| json!({ "kind": "transfer", "asset": text_of(token), "from": text_of(2), "party": text_of(1), "amount": "5" });
    assert_eq!(effects(&transfers), json!([transfer(8), transfer(9)]));
    let transfer = encode(
        "permitTransferFrom(((address,uint256),uint256,uint256),(address,uint256),address,bytes)",
        vec![
            tuple(vec![
                tuple(vec![address(9), number(50)]),
                number(0),
                number(0),
            ]),
            tuple(vec![address(1), number(5)]),
            address(2),
            bytes(&[0; 65]),
        ],
    );
    assert_eq!(
        effects(&transfer),
        json!([{ "kind": "transfer", "asset": text_of(9), "from": text_of(2), "party": text_of(1), "amount": "5" }])
    );
    assert!(has_fact(&summary(&transfer), "permit"));
}

#[test]
fn collections_name_each_token() {
    let erc721 = encode(
        "safeTransferFrom(address,address,uint256,bytes)",
        vec![address(2), address(1), number(7), bytes(&[1, 2])],
    );
    assert_eq!(
        effects(&erc721),
        json!([{ "kind": "transfer", "asset": TO, "from": text_of(2), "party": text_of(1), "tokenId": "7" }])
    );
    assert!(calls(&summary(&erc721))[0].1.ends_with("tells it 2 bytes"));
    let erc1155 = encode(
        "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)",
        vec![
            address(2),
            address(1),
            array(vec![number(7), number(8)]),
            array(vec![number(70), number(80)]),
            bytes(&[]),
        ],
    );
    let effects = effects(&erc1155);
    assert_eq!(effects.as_array().unwrap().len(), 2);
    assert_eq!(
        (&effects[1]["tokenId"], &effects[1]["amount"]),
        (&json!("8"), &json!("80"))
    );
}

#[test]
fn known_functions_about_nothing_are_still_listed() {
    let nothing = encode(
        "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)",
        vec![
            address(2),
            address(1),
            array(vec![]),
            array(vec![]),
            bytes(&[]),
        ],
    );
    assert_eq!(effects(&nothing)[0]["kind"], "unknownCall");
}
