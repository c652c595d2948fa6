//! What is shown of typed data: all of it, what it does, and nothing that is not signed.

use crate::support::{Signer, prepare, typed_data_request, with};
use serde_json::{Value, json};

const SPENDER: &str = "0x1111111111111111111111111111111111111111";
const TOKEN: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
const PERMIT2: &str = "0x000000000022D473030F116dDEE9F6B43aC78BA3";

fn signer() -> String {
    Signer::example().address().to_string()
}

fn summary(method: &str, data: Value) -> Value {
    let prepared = prepare(&typed_data_request(method, data, &Signer::example()))
        .unwrap_or_else(|error| panic!("{error}"));
    let summary = serde_json::to_value(prepared.summary()).unwrap();
    assert_eq!(
        summary["raw"],
        format!("0x{}", hex::encode(prepared.payload()))
    );
    assert_eq!(summary["kind"], "typedData");
    assert_eq!(summary["account"], signer());
    summary
}

/// Fields from "type name, type name".
fn fields(text: &str) -> Value {
    text.split(',')
        .filter_map(|field| field.trim().split_once(' '))
        .map(|(type_name, name)| json!({ "name": name, "type": type_name }))
        .collect()
}

/// Typed data for a contract on mainnet, with types from "type name, type name".
fn data(types: &[(&str, &str)], contract: &str, message: Value) -> Value {
    let mut all = json!({ "EIP712Domain": fields("uint256 chainId, address verifyingContract") });
    for (name, text) in types {
        all[name] = fields(text);
    }
    json!({
        "types": all,
        "primaryType": types[0].0,
        "domain": { "chainId": 1, "verifyingContract": contract },
        "message": message,
    })
}

fn rows<'a>(summary: &'a Value, label: &str) -> Vec<&'a str> {
    summary["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["label"] == label)
        .map(|row| row["value"].as_str().unwrap())
        .collect()
}

#[test]
fn shows_domain_type_and_every_value_in_the_order_of_the_type() {
    let data = json!({
        "types": {
            "EIP712Domain": fields("string name, string version, uint256 chainId, address verifyingContract, bytes32 salt"),
            "Mail": fields("Person from, Person[] to, string contents, bytes data, uint256[2][] pairs, bool urgent, int8 mood, Person copy"),
            "Person": fields("string name, address wallet"),
        },
        "primaryType": "Mail",
        "domain": {
            "name": "Ether\nMail", "version": "1", "chainId": "0x1",
            "verifyingContract": "0xcccccccccccccccccccccccccccccccccccccccc", "salt": format!("0x{}", "ab".repeat(32)),
        },
        "message": {
            "contents": "", "urgent": "false", "mood": "-128", "data": "0x", "pairs": [["0xff", 2]],
            "from": { "wallet": "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "name": "Cow\u{202e}" },
            "to": [],
        },
    });
    let summary = summary("eth_signTypedData_v4", data);
    let raw = summary["raw"].clone();
    assert_eq!(
        summary,
        json!({
            "kind": "typedData",
            "title": "Sign typed data: Mail",
            "chainId": "1",
            "network": "Ethereum Mainnet",
            "account": signer(),
            "rows": [
                { "label": "Signing account", "value": signer(), "tone": "address" },
                { "label": "Domain name", "value": "Ether\\nMail", "tone": "text" },
                { "label": "Domain version", "value": "1", "tone": "text" },
                { "label": "Domain chain", "value": "Ethereum Mainnet (chain id 1)", "tone": "text" },
                { "label": "Domain contract", "value": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC", "tone": "address" },
                { "label": "Domain salt", "value": format!("0x{}", "ab".repeat(32)), "tone": "data" },
                { "label": "Primary type", "value": "Mail", "tone": "text" },
                {
                    "label": "Type definition",
                    "value": "Mail(Person from,Person[] to,string contents,bytes data,uint256[2][] pairs,bool urgent,int8 mood,Person copy)Person(string name,address wallet)",
                    "tone": "data",
                },
                { "label": "from.name", "value": "Cow\\u{202e}", "tone": "text" },
                { "label": "from.wallet", "value": TOKEN, "tone": "address" },
                { "label": "to", "value": "empty list", "tone": "text" },
                { "label": "contents", "value": "", "tone": "text" },
                { "label": "data", "value": "0x", "tone": "data" },
                { "label": "pairs[0][0]", "value": "255", "tone": "text" },
                { "label": "pairs[0][1]", "value": "2", "tone": "text" },
                { "label": "urgent", "value": "false", "tone": "text" },
                { "label": "mood", "value": "-128", "tone": "text" },
                { "label": "copy", "value": "no struct (32 zero bytes)", "tone": "text" },
            ],
            "warnings": ["The text has invisible or direction-changing characters. They are shown as \\u{…}."],
            "facts": ["deceptiveText"],
            "effects": [],
            "raw": raw,
        })
    );
}

#[test]
fn warns_of_a_domain_that_binds_to_nothing() {
    let bare = json!({
        "types": { "A": [] }, "primaryType": "A", "domain": {}, "message": {},
    });
    let shown = summary("eth_signTypedData_v3", bare);
    assert_eq!(
        shown["facts"],
        json!(["domainWithoutChain", "domainWithoutContract"])
    );
    assert_eq!(shown["chainId"], json!(null));
    assert_eq!(rows(&shown, "Domain fields"), ["none"]);

    let unknown = data(
        &[("A", "Empty e"), ("Empty", "")],
        TOKEN,
        json!({ "e": {} }),
    );
    let unknown = with(
        unknown,
        json!({ "domain": { "chainId": format!("0x{}", "f".repeat(64)), "verifyingContract": TOKEN } }),
    );
    let shown = summary("eth_signTypedData_v4", unknown);
    let max = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    assert_eq!(shown["facts"], json!(["unknownChain"]));
    assert_eq!(shown["chainId"], max);
    assert_eq!(
        rows(&shown, "Domain chain"),
        [format!("unknown (chain id {max})")]
    );
    assert_eq!(rows(&shown, "e"), ["struct without fields"]);
}

#[test]
fn says_when_only_the_domain_is_signed() {
    let domain_only = with(
        data(&[("A", "bool a")], TOKEN, json!({})),
        json!({ "primaryType": "EIP712Domain" }),
    );
    let shown = summary("eth_signTypedData_v4", domain_only);
    assert_eq!(shown["facts"], json!(["domainOnly"]));
    assert_eq!(
        rows(&shown, "Type definition"),
        ["EIP712Domain(uint256 chainId,address verifyingContract)"]
    );
}

#[test]
fn shows_every_entry_of_version_1_and_warns() {
    let shown = summary(
        "eth_signTypedData_v1",
        json!([
            { "type": "string", "name": "Mess\u{200b}age", "value": "Hi\n" },
            { "type": "int8[]", "name": "list", "value": ["-1", 2] },
            { "type": "bytes4[2]", "name": "four", "value": ["0x00000000", "0x01020304"] },
            { "type": "bool[]", "name": "none", "value": [] },
        ]),
    );
    assert_eq!(shown["facts"], json!(["deceptiveText", "legacyTypedData"]));
    assert_eq!(shown["title"], "Sign typed data in the old form");
    assert_eq!(rows(&shown, "Signing account"), [signer()]);
    assert_eq!(rows(&shown, "1. Mess\\u{200b}age (string)"), ["Hi\\n"]);
    assert_eq!(rows(&shown, "2. list (int8[])"), ["-1", "2"]);
    assert_eq!(
        rows(&shown, "3. four (bytes4[2])"),
        ["0x00000000", "0x01020304"]
    );
    assert_eq!(rows(&shown, "4. none (bool[])"), ["empty list"]);
}

/// The type hashes that the contracts publish: Uniswap V2's `PERMIT_TYPEHASH`, Dai's, and Seaport's
/// order of version 1.1 and later.
#[test]
fn recognises_the_types_behind_the_published_type_hashes() {
    for (definition, hash) in [
        (
            "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)",
            "6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c9",
        ),
        (
            "Permit(address holder,address spender,uint256 nonce,uint256 expiry,bool allowed)",
            "ea2aa0a1be11a07ed86d755c93467f4f82362b452371d1ba94d1715123511acb",
        ),
        (
            ORDER_DEFINITION,
            "fa445660b7e21515a59617fcd68910b487aa5808b8abda3d78bc85df364b2c2f",
        ),
    ] {
        assert_eq!(
            hex::encode(tandem_ethereum::keccak256(definition.as_bytes())),
            hash
        );
    }
    assert_eq!(
        rows(&summary("eth_signTypedData_v4", order()), "Type definition"),
        [ORDER_DEFINITION]
    );
}

const ERC_2612: &str =
    "address owner, address spender, uint256 value, uint256 nonce, uint256 deadline";

fn erc_2612(value: &str) -> Value {
    let message = json!({ "owner": signer(), "spender": SPENDER, "value": value, "nonce": 0, "deadline": 1_700_000_000 });
    data(&[("Permit", ERC_2612)], TOKEN, message)
}

#[test]
fn recognises_a_permit_of_erc_2612() {
    let shown = summary("eth_signTypedData_v4", erc_2612("1000"));
    assert_eq!(shown["title"], "Allow token spending");
    assert_eq!(
        shown["effects"],
        json!([{ "kind": "permit", "asset": TOKEN, "party": SPENDER, "amount": "1000" }])
    );
    assert_eq!(shown["facts"], json!(["permit"]));
    assert!(shown["warnings"][0].as_str().unwrap().contains(SPENDER));
    assert_eq!(rows(&shown, "Token spender"), [SPENDER]);
    assert_eq!(rows(&shown, "Token contract"), [TOKEN]);
    assert_eq!(
        rows(&shown, "Spending limit"),
        ["1000 (in the smallest unit)"]
    );
    assert_eq!(
        rows(&shown, "Permit deadline"),
        ["1700000000 (2023-11-14 22:13:20 UTC)"]
    );
    assert_eq!(rows(&shown, "nonce"), ["0"]);

    let unlimited = format!("0x{}", "f".repeat(64));
    let shown = summary("eth_signTypedData_v4", erc_2612(&unlimited));
    assert_eq!(
        shown["effects"],
        json!([{ "kind": "permit", "asset": TOKEN, "party": SPENDER, "unlimited": true }])
    );
    assert_eq!(shown["facts"], json!(["unlimitedApproval", "permit"]));
    assert_eq!(rows(&shown, "Spending limit"), ["unlimited"]);

    let shown = summary("eth_signTypedData_v4", erc_2612("0"));
    assert_eq!(shown["effects"][0]["amount"], "0");
    assert_eq!(shown["facts"], json!([]));
}

#[test]
fn a_permit_of_somebody_else_names_the_owner() {
    let mut data = erc_2612("1");
    data["message"]["owner"] = json!(TOKEN);
    assert_eq!(
        summary("eth_signTypedData_v4", data)["effects"][0]["from"],
        TOKEN
    );
}

#[test]
fn what_only_resembles_a_permit_is_not_taken_for_one() {
    for other in [
        "address owner, address spender, uint256 value, uint256 nonce, uint128 deadline",
        "address spender, address owner, uint256 value, uint256 nonce, uint256 deadline",
    ] {
        let mut changed = erc_2612("1");
        changed["types"]["Permit"] = fields(other);
        let shown = summary("eth_signTypedData_v4", changed);
        assert_eq!(shown["effects"], json!([]));
        assert_eq!(shown["title"], "Sign typed data: Permit");
    }
}

#[test]
fn recognises_the_permit_of_dai() {
    let dai = |allowed: bool| {
        let message = json!({ "holder": signer(), "spender": SPENDER, "nonce": 1, "expiry": 0, "allowed": allowed });
        data(
            &[(
                "Permit",
                "address holder, address spender, uint256 nonce, uint256 expiry, bool allowed",
            )],
            TOKEN,
            message,
        )
    };
    let shown = summary("eth_signTypedData_v4", dai(true));
    assert_eq!(
        shown["effects"],
        json!([{ "kind": "permit", "asset": TOKEN, "party": SPENDER, "unlimited": true }])
    );
    assert_eq!(shown["facts"], json!(["unlimitedApproval", "permit"]));
    assert_eq!(rows(&shown, "Permit deadline"), ["0 (never)"]);
    let shown = summary("eth_signTypedData_v4", dai(false));
    assert_eq!(
        shown["effects"],
        json!([{ "kind": "permit", "asset": TOKEN, "party": SPENDER, "amount": "0" }])
    );
    assert_eq!(shown["facts"], json!([]));
}

const DETAILS: (&str, &str) = (
    "PermitDetails",
    "address token, uint160 amount, uint48 expiration, uint48 nonce",
);
const PERMISSIONS: (&str, &str) = ("TokenPermissions", "address token, uint256 amount");

#[test]
fn recognises_allowances_of_permit2() {
    let max = format!("0x{}", "f".repeat(40));
    let details =
        |amount: &str| json!({ "token": TOKEN, "amount": amount, "expiration": 0, "nonce": 0 });
    let single = data(
        &[
            (
                "PermitSingle",
                "PermitDetails details, address spender, uint256 sigDeadline",
            ),
            DETAILS,
        ],
        PERMIT2,
        json!({ "details": details("5"), "spender": SPENDER, "sigDeadline": "300000000000" }),
    );
    let shown = summary("eth_signTypedData_v4", single.clone());
    assert_eq!(
        shown["effects"],
        json!([{ "kind": "permit", "asset": TOKEN, "party": SPENDER, "amount": "5" }])
    );
    assert_eq!(shown["facts"], json!(["permit"]));
    assert_eq!(
        rows(&shown, "Permit deadline"),
        ["300000000000 (after the year 9999)"]
    );
    assert_eq!(
        rows(&shown, "Allowance ends"),
        ["0 (only in the block that uses the signature)"]
    );

    let elsewhere = with(
        single,
        json!({ "domain": { "chainId": 1, "verifyingContract": TOKEN } }),
    );
    assert_eq!(
        summary("eth_signTypedData_v4", elsewhere)["facts"],
        json!(["permit", "unknownPermit2"])
    );

    let batch = data(
        &[
            (
                "PermitBatch",
                "PermitDetails[] details, address spender, uint256 sigDeadline",
            ),
            DETAILS,
        ],
        PERMIT2,
        json!({ "details": [details("5"), details(&max)], "spender": SPENDER, "sigDeadline": 1 }),
    );
    let shown = summary("eth_signTypedData_v4", batch);
    assert_eq!(
        shown["effects"],
        json!([
            { "kind": "permit", "asset": TOKEN, "party": SPENDER, "amount": "5" },
            { "kind": "permit", "asset": TOKEN, "party": SPENDER, "unlimited": true },
        ])
    );
    assert_eq!(shown["facts"], json!(["unlimitedApproval", "permit"]));
}

#[test]
fn recognises_transfers_of_permit2_also_with_a_witness() {
    let max = format!("0x{}", "f".repeat(64));
    let permitted = |amount: &str| json!({ "token": TOKEN, "amount": amount });
    let head = "spender, uint256 nonce, uint256 deadline";
    let one = format!("TokenPermissions permitted, address {head}");
    let many = format!("TokenPermissions[] permitted, address {head}");
    let one_witness = format!("{one}, Witness witness");
    let many_witness = format!("{many}, Witness witness");
    let witness = ("Witness", "string note");
    let limited = json!([{ "kind": "permit", "asset": TOKEN, "party": SPENDER, "amount": "5" }]);
    let both = json!([limited[0], { "kind": "permit", "asset": TOKEN, "party": SPENDER, "unlimited": true }]);
    for (name, types, permitted, effects) in [
        ("PermitTransferFrom", &one, permitted("5"), &limited),
        (
            "PermitBatchTransferFrom",
            &many,
            json!([permitted("5"), permitted(&max)]),
            &both,
        ),
        (
            "PermitWitnessTransferFrom",
            &one_witness,
            permitted("5"),
            &limited,
        ),
        (
            "PermitBatchWitnessTransferFrom",
            &many_witness,
            json!([permitted("5"), permitted(&max)]),
            &both,
        ),
    ] {
        let mut message =
            json!({ "permitted": permitted, "spender": SPENDER, "nonce": 1, "deadline": 1 });
        if name.contains("Witness") {
            message["witness"] = json!({ "note": "x" });
        }
        let shown = summary(
            "eth_signTypedData_v4",
            data(&[(name, types), PERMISSIONS, witness], PERMIT2, message),
        );
        assert_eq!(shown["effects"], *effects, "{name}");
    }
}

#[test]
fn a_witness_does_not_change_what_permit2_itself_defines() {
    let head = "address spender, uint256 nonce, uint256 deadline";
    let message = json!({
        "permitted": { "token": TOKEN, "amount": "5" }, "spender": SPENDER, "nonce": 1,
        "deadline": 1, "witness": { "note": "x" },
    });
    let named = |name: &str, permissions: &str, witness: &str| {
        let fields = format!("TokenPermissions permitted, {head}, {witness} witness");
        let types = [
            (name, fields.as_str()),
            ("TokenPermissions", permissions),
            (witness, "string note"),
        ];
        summary(
            "eth_signTypedData_v4",
            data(&types, PERMIT2, message.clone()),
        )["effects"]
            .clone()
    };
    let (transfer, permissions) = ("PermitWitnessTransferFrom", "address token, uint256 amount");
    assert_ne!(named(transfer, permissions, "Witness"), json!([]));
    // Another type of amount, and another name.
    let other = "address token, uint128 amount";
    assert_eq!(named(transfer, other, "Witness"), json!([]));
    assert_eq!(named("PermitOther", permissions, "Witness"), json!([]));
}

const ORDER_DEFINITION: &str = "OrderComponents(address offerer,address zone,OfferItem[] offer,ConsiderationItem[] consideration,uint8 orderType,uint256 startTime,uint256 endTime,bytes32 zoneHash,uint256 salt,bytes32 conduitKey,uint256 counter)ConsiderationItem(uint8 itemType,address token,uint256 identifierOrCriteria,uint256 startAmount,uint256 endAmount,address recipient)OfferItem(uint8 itemType,address token,uint256 identifierOrCriteria,uint256 startAmount,uint256 endAmount)";

/// One NFT for at most 2 of the coin, of which 1 for somebody else.
fn order() -> Value {
    let item = |kind: u8, id: u8, start: &str, end: &str| json!({ "itemType": kind, "token": TOKEN, "identifierOrCriteria": id, "startAmount": start, "endAmount": end });
    let zero = format!("0x{}", "00".repeat(32));
    data(
        &[
            (
                "OrderComponents",
                "address offerer, address zone, OfferItem[] offer, ConsiderationItem[] consideration, uint8 orderType, uint256 startTime, uint256 endTime, bytes32 zoneHash, uint256 salt, bytes32 conduitKey, uint256 counter",
            ),
            (
                "OfferItem",
                "uint8 itemType, address token, uint256 identifierOrCriteria, uint256 startAmount, uint256 endAmount",
            ),
            (
                "ConsiderationItem",
                "uint8 itemType, address token, uint256 identifierOrCriteria, uint256 startAmount, uint256 endAmount, address recipient",
            ),
        ],
        "0x0000000000000068F116a894984e2DB1123eB395",
        json!({
            "offerer": signer(), "zone": format!("0x{}", "00".repeat(20)),
            "offer": [item(2, 7, "1", "1"), item(1, 0, "3", "9"), item(4, 0, "1", "1")],
            "consideration": [
                with(item(0, 0, "2", "1"), json!({ "recipient": signer() })),
                with(item(0, 0, "1", "1"), json!({ "recipient": SPENDER })),
            ],
            "orderType": 0, "startTime": 0, "endTime": 1_700_000_000, "zoneHash": zero, "salt": "0x1",
            "conduitKey": zero, "counter": 0,
        }),
    )
}

#[test]
fn recognises_an_order_of_seaport() {
    let shown = summary("eth_signTypedData_v4", order());
    assert_eq!(shown["title"], "Sign an order for tokens");
    assert_eq!(shown["facts"], json!(["signsOrder"]));
    assert_eq!(
        shown["effects"],
        json!([
            { "kind": "order", "asset": TOKEN, "amount": "1", "tokenId": "7" },
            { "kind": "order", "asset": TOKEN, "amount": "9" },
            { "kind": "order", "asset": TOKEN, "amount": "1" },
        ])
    );
    assert_eq!(
        rows(&shown, "Order offers"),
        [
            format!("1 (in the smallest unit) of the token {TOKEN} with id 7"),
            format!("9 (in the smallest unit) of the token {TOKEN}"),
            format!("1 (in the smallest unit) of the token {TOKEN}"),
        ]
    );
    assert_eq!(
        rows(&shown, "Order asks"),
        [
            format!("2 (in the smallest unit) of the coin for {}", signer()),
            format!("1 (in the smallest unit) of the coin for {SPENDER}"),
        ]
    );
    assert_eq!(
        rows(&shown, "Order ends"),
        ["1700000000 (2023-11-14 22:13:20 UTC)"]
    );
}

#[test]
fn an_order_of_somebody_else_names_the_offerer() {
    let mut order = order();
    order["message"]["offerer"] = json!(SPENDER);
    let effects = summary("eth_signTypedData_v4", order)["effects"].clone();
    let effects = effects.as_array().unwrap();
    assert_eq!(effects.len(), 3);
    assert!(effects.iter().all(|effect| effect["from"] == SPENDER));
}

#[test]
fn warns_of_an_order_that_gives_away() {
    let mut order = order();
    order["message"]["consideration"][0]["recipient"] = json!(SPENDER);
    assert_eq!(
        summary("eth_signTypedData_v4", order.clone())["facts"],
        json!(["signsOrder", "orderWithoutReturn"])
    );
    order["message"]["consideration"] = json!([]);
    order["message"]["offer"] = json!([]);
    let shown = summary("eth_signTypedData_v4", order);
    assert_eq!(shown["facts"], json!(["signsOrder", "orderWithoutReturn"]));
    assert_eq!(shown["effects"], json!([{ "kind": "order" }]));
}
