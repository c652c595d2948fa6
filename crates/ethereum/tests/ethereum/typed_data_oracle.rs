//! alloy, another implementation of EIP-712, judges every digest.
//!
//! On typed data that is well-formed by construction, version 4 gives alloy's digest, and so does
//! version 3 where there are no lists. On spoilt typed data: whatever is signed here, alloy either
//! refuses or gives the same digest. (alloy takes the order of the domain's fields from the EIP and
//! not from the given type, and knows no types that contain themselves; neither occurs here.)

use crate::{
    hostile_input::{any_json, places},
    support::{Signer, prepare, typed_data_request},
};
use alloy_dyn_abi::TypedData;
use alloy_primitives::{I256, U256};
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Map, Value, json};

/// A value together with its type.
#[derive(Clone, Debug)]
enum Node {
    Atomic(String, Value),
    /// Several values of one elementary type.
    Values(String, Vec<Value>),
    /// The same value several times, in a list of fixed length or not.
    List(Box<Node>, usize, bool),
    Struct(Vec<Node>),
}

impl Node {
    /// Adds the types that the node needs, and gives its own type and its value.
    fn build(&self, types: &mut Map<String, Value>) -> (String, Value) {
        match self {
            Self::Atomic(name, value) => (name.clone(), value.clone()),
            Self::Values(name, values) => (format!("{name}[]"), json!(values)),
            Self::List(item, count, fixed) => {
                let (name, value) = item.build(types);
                let suffix = if *fixed && *count > 0 {
                    format!("[{count}]")
                } else {
                    "[]".to_owned()
                };
                (name + &suffix, json!(vec![value; *count]))
            }
            Self::Struct(fields) => {
                let name = format!("Struct{}", types.len());
                // Holds the place of the name while the fields are built.
                types.insert(name.clone(), json!([]));
                let (mut definition, mut message) = (Vec::new(), Map::new());
                for (at, field) in fields.iter().enumerate() {
                    let (type_name, value) = field.build(types);
                    definition.push(json!({ "name": format!("f{at}"), "type": type_name }));
                    message.insert(format!("f{at}"), value);
                }
                types.insert(name.clone(), json!(definition));
                (name, Value::Object(message))
            }
        }
    }

    fn has_lists(&self) -> bool {
        match self {
            Self::Atomic(..) => false,
            Self::Values(..) | Self::List(..) => true,
            Self::Struct(fields) => fields.iter().any(Self::has_lists),
        }
    }
}

fn hex_text(bytes: &[u8]) -> Value {
    json!(format!("0x{}", hex::encode(bytes)))
}

/// An unsigned integer in one of the forms that are accepted.
fn unsigned(value: U256, form: u8) -> Value {
    match (form, u64::try_from(value)) {
        (0, _) => json!(format!("{value:#x}")),
        (1, _) => json!(format!("{value:#066x}")),
        (2, Ok(small)) if small < 1 << 53 => json!(small),
        _ => json!(value.to_string()),
    }
}

/// An elementary type with a value.
fn atomic() -> impl Strategy<Value = (String, Value)> {
    prop_oneof![
        any::<[u8; 20]>().prop_map(|address| ("address".to_owned(), hex_text(&address))),
        any::<bool>().prop_map(|flag| ("bool".to_owned(), json!(flag))),
        ".{0,20}".prop_map(|text| ("string".to_owned(), json!(text))),
        vec(any::<u8>(), 0..70).prop_map(|bytes| ("bytes".to_owned(), hex_text(&bytes))),
        vec(any::<u8>(), 1..=32)
            .prop_map(|bytes| (format!("bytes{}", bytes.len()), hex_text(&bytes))),
        (vec(any::<u8>(), 1..=32), 0..4_u8).prop_map(|(bytes, form)| {
            let value = U256::from_be_slice(&bytes);
            (format!("uint{}", bytes.len() * 8), unsigned(value, form))
        }),
        (vec(any::<u8>(), 1..=32)).prop_map(|bytes| {
            let bits = bytes.len() * 8;
            // Shifted up to the top and back, which spreads the sign.
            let top = U256::from_be_slice(&bytes) << (256 - bits);
            let value = I256::from_raw(top).asr(256 - bits);
            (format!("int{bits}"), json!(value.to_string()))
        }),
    ]
}

fn node() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        3 => atomic().prop_map(|(name, value)| Node::Atomic(name, value)),
        1 => vec(".{0,9}".prop_map(Value::from), 0..4)
            .prop_map(|values| Node::Values("string".to_owned(), values)),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            (inner.clone(), 0..4_usize, any::<bool>()).prop_map(|(item, count, fixed)| Node::List(
                Box::new(item),
                count,
                fixed
            )),
            vec(inner, 0..5).prop_map(Node::Struct),
        ]
    })
}

fn domain() -> impl Strategy<Value = Vec<(&'static str, &'static str, Value)>> {
    (
        option::of(".{0,12}"),
        option::of(".{0,5}"),
        option::of((any::<[u8; 32]>(), 0..4_u8)),
        option::of(any::<[u8; 20]>()),
        option::of(any::<[u8; 32]>()),
    )
        .prop_map(|(name, version, chain_id, contract, salt)| {
            let chain_id = chain_id.map(|(bytes, form)| unsigned(U256::from_be_bytes(bytes), form));
            [
                ("name", "string", name.map(Value::from)),
                ("version", "string", version.map(Value::from)),
                ("chainId", "uint256", chain_id),
                (
                    "verifyingContract",
                    "address",
                    contract.map(|bytes| hex_text(&bytes)),
                ),
                ("salt", "bytes32", salt.map(|bytes| hex_text(&bytes))),
            ]
            .into_iter()
            .filter_map(|(name, type_name, value)| Some((name, type_name, value?)))
            .collect()
        })
}

/// Typed data, and whether it has lists.
fn typed_data() -> impl Strategy<Value = (Value, bool)> {
    (domain(), vec(node(), 0..6)).prop_map(|(domain, fields)| {
        let root = Node::Struct(fields);
        let mut types = Map::new();
        let (primary, message) = root.build(&mut types);
        let definition: Vec<Value> = domain
            .iter()
            .map(|(name, type_name, _)| json!({ "name": name, "type": type_name }))
            .collect();
        types.insert("EIP712Domain".to_owned(), json!(definition));
        let domain: Map<String, Value> = domain
            .into_iter()
            .map(|(name, _, value)| (name.to_owned(), value))
            .collect();
        let data = json!({
            "types": types, "primaryType": primary, "domain": domain, "message": message,
        });
        (data, root.has_lists())
    })
}

fn digest_of_alloy(data: &Value) -> Option<[u8; 32]> {
    let data: TypedData = serde_json::from_value(data.clone()).ok()?;
    data.eip712_signing_hash().ok().map(Into::into)
}

fn digest(method: &str, data: &Value) -> Option<[u8; 32]> {
    prepare(&typed_data_request(
        method,
        data.clone(),
        &Signer::example(),
    ))
    .map(|prepared| prepared.digest())
    .ok()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn well_formed_typed_data_gets_the_digest_of_alloy((data, has_lists) in typed_data()) {
        let theirs = digest_of_alloy(&data);
        prop_assert!(theirs.is_some());
        prop_assert_eq!(digest("eth_signTypedData_v4", &data), theirs);
        prop_assert_eq!(digest("eth_signTypedData_v3", &data), theirs.filter(|_| !has_lists));
    }

    #[test]
    fn spoilt_typed_data_never_gets_another_digest_than_that_of_alloy(
        (data, _) in typed_data(),
        changes in vec((any::<prop::sample::Index>(), prop_oneof![1 => any_json(), 6 => odd_word()]), 1..=2),
    ) {
        let mut data = data;
        for (place, replacement) in changes {
            let mut found = Vec::new();
            places(&data, "", &mut found);
            // Words and numbers, not whole parts: what is left must still have a chance to be read.
            found.retain(|place| !data.pointer(place).is_some_and(|part| part.is_object() || part.is_array()));
            let Some(place) = (!found.is_empty()).then(|| place.get(&found)) else {
                break;
            };
            *data.pointer_mut(place).unwrap() = replacement;
        }
        if let (Some(ours), Some(theirs)) = (digest("eth_signTypedData_v4", &data), digest_of_alloy(&data)) {
            prop_assert_eq!(ours, theirs);
        }
    }
}

/// Words that mean something in typed data, so that some spoilt requests remain readable.
fn odd_word() -> impl Strategy<Value = Value> {
    select(vec![
        "uint8",
        "int8",
        "uint256",
        "uint",
        "string",
        "bytes",
        "bytes4",
        "address",
        "bool",
        "uint8[]",
        "string[2]",
        "Struct0",
        "Struct1",
        "Struct1[]",
        "f0",
        "f1",
        "true",
        "255",
        "-1",
        "0x00",
        "0x01020304",
        "EIP712Domain",
    ])
    .prop_map(Value::from)
}
