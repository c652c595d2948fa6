//! Typed data that others published: the example of EIP-712, and `@ethersproject/testcases`.

use crate::support::{Signer, bytes, ethers_cases, prepare, typed_data_request};
use serde_json::{Value, json};

/// The example of EIP-712: "Ether Mail".
fn ether_mail() -> Value {
    json!({
        "types": {
            "EIP712Domain": [
                { "name": "name", "type": "string" },
                { "name": "version", "type": "string" },
                { "name": "chainId", "type": "uint256" },
                { "name": "verifyingContract", "type": "address" },
            ],
            "Person": [
                { "name": "name", "type": "string" },
                { "name": "wallet", "type": "address" },
            ],
            "Mail": [
                { "name": "from", "type": "Person" },
                { "name": "to", "type": "Person" },
                { "name": "contents", "type": "string" },
            ],
        },
        "primaryType": "Mail",
        "domain": {
            "name": "Ether Mail",
            "version": "1",
            "chainId": 1,
            "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
        },
        "message": {
            "from": { "name": "Cow", "wallet": "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826" },
            "to": { "name": "Bob", "wallet": "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB" },
            "contents": "Hello, Bob!",
        },
    })
}

/// The hashes of the test contract in the assets of the EIP, and its signature by the key
/// `keccak256("cow")`.
#[test]
fn signs_the_example_of_eip_712() {
    let signer = Signer::new(&tandem_ethereum::keccak256(b"cow"));
    for method in ["eth_signTypedData_v3", "eth_signTypedData_v4"] {
        let prepared = prepare(&typed_data_request(method, ether_mail(), &signer)).unwrap();
        assert_eq!(
            hex::encode(prepared.payload()),
            "1901f2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f\
             c52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e"
        );
        assert_eq!(
            hex::encode(prepared.digest()),
            "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"
        );
        assert_eq!(
            signer.finish(&prepared).result,
            "0x4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d\
             07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b915621c"
        );
    }
}

/// Every case of ethers' typed data. They have no type `EIP712Domain`, because ethers makes it from
/// the domain: so it is made here, in EIP-712's order.
#[test]
fn ethers_cases_give_the_published_digest() {
    let fields = [
        ("name", "string"),
        ("version", "string"),
        ("chainId", "uint256"),
        ("verifyingContract", "address"),
        ("salt", "bytes32"),
    ];
    let signer = Signer::example();
    let cases = ethers_cases("eip712");
    for case in &cases {
        let mut types = case["types"].clone();
        types["EIP712Domain"] = fields
            .iter()
            .filter(|(name, _)| case["domain"].get(name).is_some())
            .map(|(name, type_name)| json!({ "name": name, "type": type_name }))
            .collect();
        let data = json!({
            "types": types,
            "primaryType": case["primaryType"],
            "domain": case["domain"],
            "message": case["data"],
        });
        let prepared = prepare(&typed_data_request("eth_signTypedData_v4", data, &signer))
            .unwrap_or_else(|error| panic!("{}: {error}", case["name"]));
        assert_eq!(
            prepared.digest().as_slice(),
            bytes(&case["digest"]),
            "{}",
            case["name"]
        );
        if let Some(key) = case.get("privateKey") {
            let signature = case["signature"].as_str().unwrap();
            let signer = Signer::new(&bytes(key));
            let digest = prepared.digest();
            let given = bytes(&json!(signature));
            let made = signer.sign(&digest);
            assert_eq!(given[..32], made.r);
            assert_eq!(given[32..64], made.s);
        }
    }
    assert_eq!(cases.len(), 1025);
}

/// The digest is that of `typedSignatureHash` in `@metamask/eth-sig-util` 9.0.0. In lists of version
/// 1 every kind of value is packed by its own rule.
#[test]
fn lists_of_every_kind_under_version_1_have_the_digest_of_metamask() {
    let named = |name: &str, kind: &str, value: Value| json!({ "type": kind, "name": name, "value": value });
    let request = typed_data_request(
        "eth_signTypedData_v1",
        json!([
            named("texts", "string[]", json!(["x", "yz"])),
            named("fixed", "bytes4[]", json!(["0x01020304", "0x0a0b0c0d"])),
            named("bytes", "bytes[]", json!(["0x0102", "0x"])),
            named("numbers", "uint8[]", json!([1, 2])),
            named("flags", "bool[]", json!([true])),
            named(
                "addresses",
                "address[]",
                json!(["0x3535353535353535353535353535353535353535"])
            ),
        ]),
        &Signer::example(),
    );
    assert_eq!(
        hex::encode(prepare(&request).unwrap().digest()),
        "b625c34b3b4249921d5c8ebaad2cbdc29c7ec78fb30106c8f1eac137923a1132"
    );
}

/// As above, from the same library: outside of lists an integer has the length of its type.
#[test]
fn values_of_every_kind_under_version_1_have_the_digest_of_metamask() {
    let named = |name: &str, kind: &str, value: Value| json!({ "type": kind, "name": name, "value": value });
    let request = typed_data_request(
        "eth_signTypedData_v1",
        json!([
            named("text", "string", json!("x")),
            named("number", "uint32", json!(1337)),
            named("negative", "int16", json!(-2)),
            named("flag", "bool", json!(true)),
            named(
                "address",
                "address",
                json!("0x3535353535353535353535353535353535353535")
            ),
            named("bytes", "bytes", json!("0x0102")),
            named("fixed", "bytes4", json!("0x01020304")),
        ]),
        &Signer::example(),
    );
    assert_eq!(
        hex::encode(prepare(&request).unwrap().digest()),
        "00d1fb74e2ca9bd5709c87eb541e7c859fd917ca3f62495c2f54b988d34bba3f"
    );
}
