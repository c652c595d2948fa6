//! Calls inside calls: who makes them, and how many are listed.

use crate::support::Signer;
use crate::support::calldata::{
    TO, address, array, bytes, calls, effects, encode, has_fact, number, summary, summary_to,
    text_of, transfer, tuple, word,
};
use alloy_dyn_abi::DynSolValue;
use serde_json::json;

#[test]
fn a_multicall_calls_in_the_name_of_its_caller() {
    for (signature, first) in [
        ("multicall(bytes[])", None),
        ("multicall(uint256,bytes[])", Some(number(1))),
        ("multicall(bytes32,bytes[])", Some(word([1; 32]))),
    ] {
        let list = array(vec![bytes(&transfer()), bytes(&[1, 2, 3, 4])]);
        let summary = summary(&encode(
            signature,
            first.into_iter().chain([list]).collect(),
        ));
        assert_eq!(
            summary["effects"],
            json!([
                { "kind": "transfer", "asset": TO, "party": text_of(1), "amount": "5" },
                { "kind": "unknownCall", "party": TO, "selector": "0x01020304" },
            ])
        );
        let labels: Vec<_> = calls(&summary)
            .into_iter()
            .map(|(label, _)| label)
            .collect();
        assert_eq!(labels, ["Call", "Call 1", "Call 2"]);
        assert!(has_fact(&summary, "batch") && has_fact(&summary, "unknownCalldata"));
    }
}

/// What each batch makes of a transfer by token 8 and 3 wei for account 7.
#[test]
fn other_batches_call_in_the_name_of_the_called_contract() {
    let inner = encode("transfer(address,uint256)", vec![address(1), number(5)]);
    let send = json!({ "kind": "sendCoins", "from": TO, "party": text_of(7), "amount": "3" });
    let receive = json!({ "kind": "unknownCall", "from": TO, "party": text_of(7) });
    let transfer = json!({ "kind": "transfer", "asset": text_of(8), "from": TO, "party": text_of(1), "amount": "5" });
    let flag = || DynSolValue::Bool(true);
    let with_value = array(vec![
        tuple(vec![address(8), number(0), bytes(&inner)]),
        tuple(vec![address(7), number(3), bytes(&[])]),
    ]);
    let without_value = array(vec![
        tuple(vec![address(8), bytes(&inner)]),
        tuple(vec![address(7), bytes(&[])]),
    ]);
    let columns = [
        array(vec![address(8), address(7)]),
        array(vec![bytes(&inner), bytes(&[])]),
    ];
    let [targets, datas] = columns.clone();
    let mode = |start: &[u8]| {
        let mut mode = [0; 32];
        mode[..start.len()].copy_from_slice(start);
        word(mode)
    };
    let list = DynSolValue::Tuple(vec![with_value.clone()]).abi_encode_params();
    let list_with_data =
        DynSolValue::Tuple(vec![with_value.clone(), bytes(&[9])]).abi_encode_params();
    let packed = [&[8; 20][..], &[0; 32], &inner].concat();
    for (signature, values, expected) in [
        (
            "aggregate((address,bytes)[])",
            vec![without_value.clone()],
            [&transfer, &receive],
        ),
        (
            "tryAggregate(bool,(address,bytes)[])",
            vec![flag(), without_value],
            [&transfer, &receive],
        ),
        (
            "aggregate3((address,bool,bytes)[])",
            vec![array(vec![
                tuple(vec![address(8), flag(), bytes(&inner)]),
                tuple(vec![address(7), flag(), bytes(&[])]),
            ])],
            [&transfer, &receive],
        ),
        (
            "aggregate3Value((address,bool,uint256,bytes)[])",
            vec![array(vec![
                tuple(vec![address(8), flag(), number(0), bytes(&inner)]),
                tuple(vec![address(7), flag(), number(3), bytes(&[])]),
            ])],
            [&transfer, &send],
        ),
        (
            "executeBatch(address[],bytes[])",
            columns.to_vec(),
            [&transfer, &receive],
        ),
        (
            "executeBatch(address[],uint256[],bytes[])",
            vec![
                targets.clone(),
                array(vec![number(0), number(3)]),
                datas.clone(),
            ],
            [&transfer, &send],
        ),
        (
            "executeBatch(address[],uint256[],bytes[])",
            vec![targets, array(vec![]), datas],
            [&transfer, &receive],
        ),
        (
            "executeBatch((address,uint256,bytes)[])",
            vec![with_value],
            [&transfer, &send],
        ),
        (
            "execute(bytes32,bytes)",
            vec![mode(&[1]), bytes(&list)],
            [&transfer, &send],
        ),
        (
            "execute(bytes32,bytes)",
            vec![mode(&[1, 1]), bytes(&list)],
            [&transfer, &send],
        ),
        (
            "execute(bytes32,bytes)",
            vec![mode(&[1, 0, 0, 0, 0, 0, 0x78, 0x21, 0, 1]), bytes(&list)],
            [&transfer, &send],
        ),
        (
            "execute(bytes32,bytes)",
            vec![
                mode(&[1, 0, 0, 0, 0, 0, 0x78, 0x21, 0, 1]),
                bytes(&list_with_data),
            ],
            [&transfer, &send],
        ),
    ] {
        let summary = summary(&encode(signature, values));
        assert_eq!(summary["effects"], json!(expected), "{signature}");
        assert!(has_fact(&summary, "batch"));
    }
    for single in [
        encode(
            "execute(address,uint256,bytes)",
            vec![address(8), number(0), bytes(&inner)],
        ),
        encode("execute(bytes32,bytes)", vec![mode(&[]), bytes(&packed)]),
    ] {
        assert_eq!(effects(&single), json!([transfer]));
    }
    // Data for the account's checks belongs to ERC-7821's mode alone.
    let misplaced = encode(
        "execute(bytes32,bytes)",
        vec![mode(&[1]), bytes(&list_with_data)],
    );
    assert!(has_fact(&summary(&misplaced), "malformedCalldata"));
    for unknown in [
        &[0xff][..],
        &[0xfe],
        &[1, 2],
        &[1, 0, 1],
        &[1, 0, 0, 0, 0, 0, 0x78, 0x21, 0, 2],
    ] {
        let data = encode("execute(bytes32,bytes)", vec![mode(unknown), bytes(&list)]);
        let summary = summary(&data);
        assert_eq!(summary["effects"][0]["kind"], "unknownCall", "{unknown:?}");
        assert!(has_fact(&summary, "unknownCalldata"), "{unknown:?}");
        assert!(!has_fact(&summary, "malformedCalldata"), "{unknown:?}");
    }
}

#[test]
fn a_batch_of_the_account_itself_is_the_accounts_own() {
    let own = Signer::example().address().to_string();
    let data = encode(
        "execute(address,uint256,bytes)",
        vec![address(8), number(3), bytes(&transfer())],
    );
    let summary = summary_to(&own, &data);
    assert_eq!(
        summary["effects"],
        json!([
            { "kind": "sendCoins", "party": text_of(8), "amount": "3" },
            { "kind": "transfer", "asset": text_of(8), "party": text_of(1), "amount": "5" },
        ])
    );
    let (_, sentence) = &calls(&summary)[1];
    let coins = format!(
        "sends 0.000000000000000003 native coin units (3 wei) from the signing account to {}",
        text_of(8)
    );
    assert!(sentence.contains(&coins), "{sentence}");
}

#[test]
fn the_zero_address_in_an_execution_is_not_guessed_at() {
    let list = array(vec![tuple(vec![address(0), number(3), bytes(&transfer())])]);
    let execution = DynSolValue::Tuple(vec![list]).abi_encode_params();
    let mut mode = [0; 32];
    mode[0] = 1;
    let data = encode(
        "execute(bytes32,bytes)",
        vec![word(mode), bytes(&execution)],
    );
    let kinds: Vec<_> = effects(&data)
        .as_array()
        .unwrap()
        .iter()
        .map(|effect| effect["kind"].clone())
        .collect();
    assert_eq!(kinds, ["sendCoins", "unknownCall"]);
}

#[test]
fn the_zero_address_is_itself_without_data_and_outside_of_modes() {
    let zero = text_of(0);
    let coins = [&[0; 51][..], &[3]].concat();
    let sends = encode("execute(bytes32,bytes)", vec![word([0; 32]), bytes(&coins)]);
    assert_eq!(
        effects(&sends),
        json!([{ "kind": "sendCoins", "from": TO, "party": zero, "amount": "3" }])
    );
    let call = array(vec![tuple(vec![address(0), bytes(&transfer())])]);
    let calls_it = encode("aggregate((address,bytes)[])", vec![call]);
    assert_eq!(
        effects(&calls_it),
        json!([{ "kind": "transfer", "asset": zero, "from": TO, "party": text_of(1), "amount": "5" }])
    );
}

#[test]
fn a_batch_says_how_many_calls_it_makes() {
    let sentence = |count| {
        let call = tuple(vec![address(8), bytes(&transfer())]);
        let data = encode(
            "aggregate((address,bytes)[])",
            vec![array(vec![call; count])],
        );
        calls(&summary(&data))[0].1.clone()
    };
    assert!(sentence(1).contains("makes 1 call in its own name"));
    assert!(sentence(2).contains("makes 2 calls in its own name"));
}

#[test]
fn an_inner_call_that_is_malformed_is_said_to_be() {
    let summary = summary(&encode(
        "multicall(bytes[])",
        vec![array(vec![bytes(&transfer()[..60])])],
    ));
    assert!(has_fact(&summary, "malformedCalldata"));
    assert_eq!(summary["effects"][0]["kind"], "unknownCall");
}

fn nested(depth: usize) -> Vec<u8> {
    (0..depth).fold(transfer(), |data, _| {
        encode("multicall(bytes[])", vec![array(vec![bytes(&data)])])
    })
}

#[test]
fn batches_are_opened_to_a_depth_of_four() {
    let at_limit = summary(&nested(4));
    assert_eq!(at_limit["effects"][0]["kind"], "transfer");
    assert_eq!(calls(&at_limit).last().unwrap().0, "Call 1.1.1.1");
    assert!(!has_fact(&at_limit, "tooManyCalls"));
    let beyond = summary(&nested(5));
    assert_eq!(beyond["effects"][0]["kind"], "unknownCall");
    assert!(has_fact(&beyond, "tooManyCalls"));
    assert!(beyond["warnings"].to_string().contains("nested deeper"));
}

#[test]
fn at_most_64_calls_are_listed_and_the_rest_is_not_hidden() {
    let many = |count| {
        summary(&encode(
            "multicall(bytes[])",
            vec![array(vec![bytes(&transfer()); count])],
        ))
    };
    assert_eq!(calls(&many(63)).len(), 64);
    assert!(!has_fact(&many(63), "tooManyCalls"));
    for summary in [many(64), many(500)] {
        assert_eq!(calls(&summary).len(), 64);
        assert_eq!(summary["effects"].as_array().unwrap().len(), 63);
        assert!(has_fact(&summary, "tooManyCalls"));
    }
    let empty = encode("multicall(bytes[])", vec![array(vec![])]);
    let of_nothing = summary(&encode(
        "multicall(bytes[])",
        vec![array(vec![bytes(&empty); 500])],
    ));
    assert!(calls(&of_nothing).len() <= 64);
    assert!(has_fact(&of_nothing, "tooManyCalls"));
    let ids = array(vec![number(1); 500]);
    let one_call = summary(&encode(
        "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)",
        vec![address(2), address(1), ids.clone(), ids, bytes(&[])],
    ));
    assert_eq!(one_call["effects"].as_array().unwrap().len(), 64);
    assert!(has_fact(&one_call, "tooManyCalls"));
}
