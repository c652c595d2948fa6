//! Rules of the chain itself: refused where the fork is certain, a warning elsewhere.

use crate::support::{
    Row, assert_changes_are_accepted, assert_rows_are_refused, fee_market, legacy,
    prepare_transaction, with, with_blobs,
};
use serde_json::json;

/// Chains whose fork is certain: what no node would accept is not signed.
#[test]
fn consensus_rules_refuse_where_they_are_certain() {
    let code = |length: usize| format!("0x{}", "00".repeat(length));
    let rows = || -> Vec<Row> {
        vec![
            ("intrinsic gas", json!({ "gasLimit": "0x5207" }), "gasLimit"),
            (
                "intrinsic gas under the other name",
                json!({ "gasLimit": null, "gas": "0x5207" }),
                "gas",
            ),
            (
                "calldata floor (EIP-7623)",
                json!({ "gasLimit": "0x5208", "data": "0x00" }),
                "gasLimit",
            ),
            (
                "creation",
                json!({ "to": null, "data": "0x60", "gasLimit": "0xcf08" }),
                "gasLimit",
            ),
            (
                "transaction gas cap (EIP-7825)",
                json!({ "gasLimit": "0x1000001" }),
                "gasLimit",
            ),
            (
                "initcode limit (EIP-3860)",
                json!({ "to": null, "data": code(49_153), "gasLimit": "0x1000000" }),
                "data",
            ),
            (
                "initcode limit under the other name",
                json!({ "to": null, "data": null, "input": code(49_153), "gasLimit": "0x1000000" }),
                "input",
            ),
        ]
    };
    for chain_id in [1, 17_000, 560_048, 11_155_111] {
        for good in [legacy(), fee_market()] {
            let good = with(good, json!({ "chainId": chain_id }));
            assert_rows_are_refused(&good, rows());
            assert_changes_are_accepted(
                &good,
                vec![
                    json!({ "gasLimit": "0x1000000" }),
                    json!({ "data": "0x00", "gasLimit": "0x5212" }),
                    json!({ "to": null, "data": code(49_152), "gasLimit": "0x1000000" }),
                ],
            );
        }
    }
    let storage_keys = [format!("0x{}", "00".repeat(32))];
    let list = json!([{ "address": "0x3535353535353535353535353535353535353535", "storageKeys": storage_keys }]);
    assert_rows_are_refused(
        &fee_market(),
        vec![(
            "access list (EIP-2930)",
            json!({ "accessList": list, "gasLimit": 25_299 }),
            "gasLimit",
        )],
    );
    assert_changes_are_accepted(
        &fee_market(),
        vec![json!({ "accessList": list, "gasLimit": 25_300 })],
    );
}

#[test]
fn consensus_rules_warn_where_they_are_not_certain() {
    let code = format!("0x{}", "00".repeat(49_153));
    for (change, words) in [
        (json!({ "gasLimit": "0x5207" }), "below the 21000"),
        (json!({ "gasLimit": "0x1000001" }), "EIP-7825"),
        (
            json!({ "to": null, "data": code, "gasLimit": "0x1000000" }),
            "EIP-3860",
        ),
    ] {
        for chain_id in [10, 31_337] {
            let transaction = with(
                with(fee_market(), change.clone()),
                json!({ "chainId": chain_id }),
            );
            let prepared = prepare_transaction(transaction).unwrap();
            let warnings = &prepared.summary().warnings;
            assert!(
                warnings.iter().any(|warning| warning.contains(words)),
                "{change}: {warnings:?}"
            );
        }
    }
    let hash = format!("0x01{}", "11".repeat(31));
    for (blobs, warned) in [(6, false), (7, true)] {
        let change = json!({ "chainId": 31_337, "blobVersionedHashes": vec![&hash; blobs] });
        let prepared = prepare_transaction(with(with_blobs(), change)).unwrap();
        let warnings = &prepared.summary().warnings;
        let of_blobs = warnings.iter().any(|warning| warning.contains("EIP-7594"));
        assert_eq!(of_blobs, warned, "{warnings:?}");
    }
}
