//! Which calldata is recognised: the one encoding of each known function. alloy's ABI encoder is the
//! second implementation.

use crate::support::calldata::{
    TO, address, arguments, array, bytes, calls, effects, encode, has_fact, number, selector,
    summary, transfer, tuple, word,
};
use alloy_dyn_abi::{DynSolType, DynSolValue};
use alloy_primitives::U256;
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::json;

/// Every function that is known, with the kind of its effects; nothing for a batch.
const KNOWN: &[(&str, &[&str])] = &[
    ("transfer(address,uint256)", &["transfer"]),
    ("transferFrom(address,address,uint256)", &["transfer"]),
    ("approve(address,uint256)", &["approve", "revokeApproval"]),
    ("increaseAllowance(address,uint256)", &["increaseAllowance"]),
    ("decreaseAllowance(address,uint256)", &["decreaseAllowance"]),
    (
        "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
        &["permit", "revokeApproval"],
    ),
    (
        "permit(address,address,uint256,uint256,bytes)",
        &["permit", "revokeApproval"],
    ),
    (
        "permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)",
        &["permit", "revokeApproval"],
    ),
    ("safeTransferFrom(address,address,uint256)", &["transfer"]),
    (
        "safeTransferFrom(address,address,uint256,bytes)",
        &["transfer"],
    ),
    (
        "setApprovalForAll(address,bool)",
        &["approveForAll", "revokeApproval"],
    ),
    (
        "safeTransferFrom(address,address,uint256,uint256,bytes)",
        &["transfer"],
    ),
    (
        "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)",
        &["transfer"],
    ),
    (
        "approve(address,address,uint160,uint48)",
        &["approve", "revokeApproval"],
    ),
    (
        "permit(address,((address,uint160,uint48,uint48),address,uint256),bytes)",
        &["permit", "revokeApproval"],
    ),
    (
        "permit(address,((address,uint160,uint48,uint48)[],address,uint256),bytes)",
        &["permit", "revokeApproval"],
    ),
    (
        "transferFrom(address,address,uint160,address)",
        &["transfer"],
    ),
    (
        "transferFrom((address,address,uint160,address)[])",
        &["transfer"],
    ),
    (
        "permitTransferFrom(((address,uint256),uint256,uint256),(address,uint256),address,bytes)",
        &["transfer"],
    ),
    (
        "permitTransferFrom(((address,uint256)[],uint256,uint256),(address,uint256)[],address,bytes)",
        &["transfer"],
    ),
    ("multicall(bytes[])", &[]),
    ("multicall(uint256,bytes[])", &[]),
    ("multicall(bytes32,bytes[])", &[]),
    ("aggregate((address,bytes)[])", &[]),
    ("tryAggregate(bool,(address,bytes)[])", &[]),
    ("aggregate3((address,bool,bytes)[])", &[]),
    ("aggregate3Value((address,bool,uint256,bytes)[])", &[]),
    ("execute(address,uint256,bytes)", &[]),
    ("executeBatch(address[],bytes[])", &[]),
    ("executeBatch(address[],uint256[],bytes[])", &[]),
    ("executeBatch((address,uint256,bytes)[])", &[]),
    ("execute(bytes32,bytes)", &[]),
];

/// A value of this type; lists of up to three.
fn any_value(kind: &DynSolType) -> BoxedStrategy<DynSolValue> {
    match kind {
        DynSolType::Address => select(vec![0_u8, 0x35, 0x77]).prop_map(address).boxed(),
        DynSolType::Bool => any::<bool>().prop_map(DynSolValue::Bool).boxed(),
        DynSolType::Uint(bits) => {
            let bits = *bits;
            (any::<[u8; 32]>(), 0..=bits)
                .prop_map(move |(bytes, kept)| {
                    let value = if kept == 0 {
                        U256::ZERO
                    } else {
                        U256::from_be_bytes(bytes) >> (256 - kept)
                    };
                    DynSolValue::Uint(value, bits)
                })
                .boxed()
        }
        DynSolType::FixedBytes(32) => any::<[u8; 32]>().prop_map(word).boxed(),
        DynSolType::Bytes => vec(any::<u8>(), 0..70).prop_map(DynSolValue::Bytes).boxed(),
        DynSolType::Array(member) => vec(any_value(member), 0..4).prop_map(array).boxed(),
        DynSolType::Tuple(members) => {
            let members: Vec<_> = members.iter().map(any_value).collect();
            members.prop_map(tuple).boxed()
        }
        other => panic!("no values of {other}"),
    }
}

/// A function and canonical calldata for it.
fn any_call() -> impl Strategy<Value = (&'static str, &'static [&'static str], Vec<u8>)> {
    select(KNOWN).prop_flat_map(|(signature, kinds)| {
        any_value(&arguments(signature)).prop_map(move |values| {
            let DynSolValue::Tuple(values) = values else {
                panic!("not arguments")
            };
            (signature, kinds, encode(signature, values))
        })
    })
}

/// Is this exactly how alloy would encode what alloy reads from it?
fn is_canonical(signature: &str, data: &[u8]) -> bool {
    let Some(encoded) = data.get(4..) else {
        return false;
    };
    arguments(signature)
        .abi_decode_params(encoded)
        .is_ok_and(|values| values.abi_encode_params() == encoded)
}

/// Do two lists that belong together differ in length? Only arguments at the top are compared.
fn has_uneven_lists(signature: &str, data: &[u8]) -> bool {
    let Ok(DynSolValue::Tuple(values)) = arguments(signature).abi_decode_params(&data[4..]) else {
        return false;
    };
    let lengths = |values: &[DynSolValue]| -> Vec<usize> {
        values
            .iter()
            .filter_map(|value| value.as_array().map(<[_]>::len))
            .collect()
    };
    match signature {
        "executeBatch(address[],uint256[],bytes[])" => {
            let lengths = lengths(&values);
            lengths[0] != lengths[2] || ![0, lengths[0]].contains(&lengths[1])
        }
        "permitTransferFrom(((address,uint256)[],uint256,uint256),(address,uint256)[],address,bytes)" => {
            lengths(values[0].as_tuple().unwrap()) != lengths(&values)
        }
        "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)"
        | "executeBatch(address[],bytes[])" => {
            let lengths = lengths(&values);
            lengths[0] != lengths[1]
        }
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_alloy_encodes_is_recognised((signature, kinds, data) in any_call()) {
        let summary = summary(&data);
        if kinds.is_empty() {
            // What random bytes inside a batch mean is another test's matter.
            let is_batch = has_fact(&summary, "batch");
            prop_assert!(is_batch || has_uneven_lists(signature, &data) || signature == "execute(bytes32,bytes)");
        } else if has_uneven_lists(signature, &data) {
            prop_assert!(has_fact(&summary, "malformedCalldata"));
        } else {
            prop_assert!(!has_fact(&summary, "malformedCalldata"), "{signature}");
            for effect in summary["effects"].as_array().unwrap() {
                let kind = effect["kind"].as_str().unwrap();
                let empty_list = kind == "unknownCall" && signature.contains("[]");
                prop_assert!(kinds.contains(&kind) || empty_list, "{signature}: {effect}");
            }
        }
    }

    #[test]
    fn what_is_recognised_encodes_to_the_same_bytes(
        (signature, _, mut data) in any_call(),
        change in 0..6_u8,
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        length in 1..70_usize,
    ) {
        match change {
            0 => data.truncate(place.index(data.len())),
            1 => data.extend(vec![byte & 1; length]),
            // Mostly offsets, lengths and the zeros before small numbers.
            2 => {
                let words = (data.len() - 4) / 32;
                let at = 4 + 32 * place.index(words) + [0, 11, 12, 30, 31][usize::from(byte % 5)];
                data[at] = data[at].wrapping_add([1, 32, 0x80, 0xff][length % 4]);
            }
            3 => {
                let at = place.index(data.len());
                data[at] ^= byte;
            }
            4 => {
                let at = 4 + place.index(data.len() - 4);
                data.drain(at..(at + length).min(data.len()));
            }
            _ => {
                let at = 4 + 32 * place.index((data.len() - 4) / 32);
                data.splice(at..at, [0; 32]);
            }
        }
        let summary = summary(&data);
        if data.get(..4) == Some(&selector(signature)) && !is_canonical(signature, &data) {
            prop_assert!(has_fact(&summary, "malformedCalldata"), "{signature} 0x{}", hex::encode(&data));
            let effects = summary["effects"].as_array().unwrap();
            prop_assert_eq!(effects.len(), 1);
            prop_assert_eq!(&effects[0]["kind"], "unknownCall");
        }
    }
}

#[test]
fn every_known_function_is_known_by_its_signature() {
    for (signature, _) in KNOWN {
        let malformed = summary(&selector(signature));
        assert!(has_fact(&malformed, "malformedCalldata"), "{signature}");
    }
    let unknown = summary(&selector("transfer(address,uint128)"));
    assert!(!has_fact(&unknown, "malformedCalldata"));
    assert!(has_fact(&unknown, "unknownCalldata"));
}

#[test]
fn arguments_that_do_not_fit_their_function_are_not_interpreted() {
    let mut dirty_address = transfer();
    dirty_address[4] = 1;
    let mut dirty_flag = encode(
        "setApprovalForAll(address,bool)",
        vec![address(1), DynSolValue::Bool(true)],
    );
    dirty_flag[67] = 2;
    let mut dirty_small = encode(
        "approve(address,address,uint160,uint48)",
        vec![
            address(9),
            address(1),
            DynSolValue::Uint(U256::ZERO, 160),
            DynSolValue::Uint(U256::ZERO, 48),
        ],
    );
    dirty_small[4 + 64 + 11] = 1;
    let mut dirty_padding = encode("multicall(bytes[])", vec![array(vec![bytes(&[1])])]);
    *dirty_padding.last_mut().unwrap() = 1;
    let one = || array(vec![number(1)]);
    let uneven = [
        encode(
            "executeBatch(address[],bytes[])",
            vec![array(vec![address(1), address(2)]), array(vec![bytes(&[])])],
        ),
        encode(
            "executeBatch(address[],uint256[],bytes[])",
            vec![
                array(vec![address(1), address(2)]),
                one(),
                array(vec![bytes(&[]), bytes(&[])]),
            ],
        ),
        encode(
            "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)",
            vec![address(2), address(1), one(), array(vec![]), bytes(&[])],
        ),
        encode(
            "permitTransferFrom(((address,uint256)[],uint256,uint256),(address,uint256)[],address,bytes)",
            vec![
                tuple(vec![array(vec![]), number(0), number(0)]),
                array(vec![tuple(vec![address(1), number(1)])]),
                address(2),
                bytes(&[]),
            ],
        ),
    ];
    // Both tails at one place: the lists of ids and amounts would be read from the same bytes.
    let mut overlapping = encode(
        "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)",
        vec![
            address(2),
            address(1),
            array(vec![number(1)]),
            array(vec![number(1)]),
            bytes(&[]),
        ],
    );
    overlapping[4 + 127] = overlapping[4 + 95];
    let huge_count = [
        &selector("multicall(bytes[])")[..],
        &[0; 31],
        &[32],
        &[0xff; 32],
    ]
    .concat();
    let huge_offset = [&selector("multicall(bytes[])")[..], &[0xff; 32], &[0; 32]].concat();
    for data in [
        transfer()[..67].to_vec(),
        [transfer(), vec![0]].concat(),
        dirty_address,
        dirty_flag,
        dirty_small,
        dirty_padding,
        overlapping,
        huge_count,
        huge_offset,
    ]
    .into_iter()
    .chain(uneven)
    {
        let summary = summary(&data);
        assert!(
            has_fact(&summary, "malformedCalldata"),
            "{}",
            hex::encode(&data)
        );
        assert_eq!(summary["effects"].as_array().unwrap().len(), 1);
        assert_eq!(summary["effects"][0]["kind"], "unknownCall");
        assert!(
            summary["warnings"]
                .to_string()
                .contains("not with arguments as that function takes")
        );
    }
}

#[test]
fn data_that_names_no_function_is_an_unknown_call() {
    for data in [&[1_u8][..], &[1, 2, 3]] {
        let summary = summary(data);
        assert_eq!(
            summary["effects"],
            json!([{ "kind": "unknownCall", "party": TO }])
        );
        assert!(has_fact(&summary, "unknownCalldata"));
        assert!(calls(&summary)[0].1.contains("calls no function"));
    }
    assert_eq!(
        effects(&[1, 2, 3, 4]),
        json!([{ "kind": "unknownCall", "party": TO, "selector": "0x01020304" }])
    );
}
