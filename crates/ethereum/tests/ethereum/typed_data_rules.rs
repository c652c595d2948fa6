//! Every rule for typed data: one change to a good request, the field that is to blame and the code.

use crate::support::{Signer, prepare, typed_data_request, with};
use serde_json::{Value, json};
use tandem_ethereum::{Error, Method, Request};

const V1: &str = "eth_signTypedData_v1";
const V3: &str = "eth_signTypedData_v3";
const V4: &str = "eth_signTypedData_v4";

/// A value of each kind.
fn good() -> Value {
    json!({
        "types": {
            "EIP712Domain": [
                { "name": "name", "type": "string" },
                { "name": "chainId", "type": "uint256" },
                { "name": "verifyingContract", "type": "address" },
            ],
            "Everything": [
                { "name": "account", "type": "address" },
                { "name": "flag", "type": "bool" },
                { "name": "text", "type": "string" },
                { "name": "data", "type": "bytes" },
                { "name": "four", "type": "bytes4" },
                { "name": "small", "type": "uint8" },
                { "name": "signed", "type": "int8" },
                { "name": "large", "type": "uint256" },
                { "name": "part", "type": "Part" },
            ],
            "Part": [{ "name": "x", "type": "string" }],
        },
        "primaryType": "Everything",
        "domain": {
            "name": "App", "chainId": 1, "verifyingContract": "0x3535353535353535353535353535353535353535",
        },
        "message": {
            "account": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "flag": true, "text": "t",
            "data": "0x01", "four": "0x01020304", "small": 255, "signed": "-128", "large": "1",
            "part": { "x": "y" },
        },
    })
}

/// The same with lists.
fn good_with_lists() -> Value {
    let mut data = good();
    let fields = data["types"]["Everything"].as_array_mut().unwrap();
    fields.push(json!({ "name": "list", "type": "uint8[]" }));
    fields.push(json!({ "name": "pairs", "type": "Part[2][]" }));
    data["message"]["list"] = json!([1, "2", "0x3"]);
    data["message"]["pairs"] = json!([[{ "x": "1" }, { "x": "2" }]]);
    data
}

fn good_v1() -> Value {
    json!([
        { "type": "string", "name": "Message", "value": "Hi, Alice!" },
        { "type": "uint32", "name": "A number", "value": 1337 },
        { "type": "int8[]", "name": "list", "value": ["-1", 2] },
    ])
}

fn request(method: &str, data: Value) -> Value {
    typed_data_request(method, data, &Signer::example())
}

/// The fields and codes of a refusal.
fn codes(request: &Value) -> Vec<(String, String)> {
    let error = prepare(request).expect_err("should have been refused");
    assert!(matches!(
        error,
        Error::InvalidTypedData(_) | Error::InvalidRequest(_)
    ));
    assert_eq!(error.code(), -32602);
    error
        .problems()
        .iter()
        .map(|problem| (problem.field.clone(), problem.code.unwrap().to_owned()))
        .collect()
}

/// `data` with the place of the JSON pointer set.
fn set(mut data: Value, pointer: &str, value: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match data.pointer_mut(parent).unwrap() {
        Value::Array(items) => {
            let at: usize = key.parse().unwrap();
            if at == items.len() {
                items.push(value);
            } else {
                items[at] = value;
            }
        }
        parent => parent[key] = value,
    }
    data
}

fn without(mut data: Value, pointer: &str) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = data.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    parent.remove(key).unwrap();
    data
}

fn assert_refused(method: &str, good: &Value, rows: &[(&str, Value, &str, &str)]) {
    prepare(&request(method, good.clone())).unwrap();
    for (pointer, value, field, code) in rows {
        let data = set(good.clone(), pointer, value.clone());
        let found = codes(&request(method, data));
        let expected = (format!("params[1]{field}"), (*code).to_owned());
        assert_eq!(found, [expected], "{pointer} {value}");
    }
}

fn assert_accepted(method: &str, good: &Value, rows: &[(&str, Value)]) {
    for (pointer, value) in rows {
        let data = set(good.clone(), pointer, value.clone());
        if let Err(error) = prepare(&request(method, data)) {
            panic!("{pointer} {value}: {error}");
        }
    }
}

#[test]
fn values_have_one_form_each() {
    let rows = [
        ("account", json!("0x12"), "malformedAddress"),
        ("account", json!(""), "malformedAddress"),
        ("account", json!("cosmos"), "malformedAddress"),
        ("account", json!(5), "malformedAddress"),
        (
            "account",
            json!(format!("0x{}", "11".repeat(21))),
            "malformedAddress",
        ),
        (
            "account",
            json!("0x5aAeb6053f3E94C9b9A09f33669435E7Ef1BeAed"),
            "addressChecksum",
        ),
        ("flag", json!(1), "notBool"),
        ("flag", json!("True"), "notBool"),
        ("flag", json!(""), "notBool"),
        ("text", json!(1), "notText"),
        ("text", json!({}), "notText"),
        ("data", json!("0x1"), "malformedBytes"),
        ("data", json!("hello"), "malformedBytes"),
        ("data", json!("0X01"), "malformedBytes"),
        ("data", json!(1), "malformedBytes"),
        ("four", json!("0x010203"), "wrongBytesLength"),
        ("four", json!("0x0102030405"), "wrongBytesLength"),
        ("four", json!("0x"), "wrongBytesLength"),
        ("four", json!(1), "malformedBytes"),
        ("small", json!(256), "intOutOfRange"),
        ("small", json!("0x100"), "intOutOfRange"),
        ("small", json!(-1), "intOutOfRange"),
        ("small", json!("-1"), "intOutOfRange"),
        (
            "large",
            json!(format!("0x1{}", "0".repeat(64))),
            "intOutOfRange",
        ),
        (
            "large",
            json!("115792089237316195423570985008687907853269984665640564039457584007913129639936"),
            "intOutOfRange",
        ),
        ("large", json!("9".repeat(1000)), "intOutOfRange"),
        ("signed", json!(128), "intOutOfRange"),
        ("signed", json!("0x80"), "intOutOfRange"),
        ("signed", json!("255"), "intOutOfRange"),
        ("signed", json!("-129"), "intOutOfRange"),
        ("large", json!(""), "nonCanonicalInt"),
        ("large", json!(" 1"), "nonCanonicalInt"),
        ("large", json!("01"), "nonCanonicalInt"),
        ("large", json!("+1"), "nonCanonicalInt"),
        ("large", json!("-0"), "nonCanonicalInt"),
        ("large", json!("1.0"), "nonCanonicalInt"),
        ("large", json!(1.0), "nonCanonicalInt"),
        ("large", json!(1e3), "nonCanonicalInt"),
        ("large", json!("0b1"), "nonCanonicalInt"),
        ("large", json!("0x"), "nonCanonicalInt"),
        ("large", json!("0X1"), "nonCanonicalInt"),
        ("signed", json!("-0x1"), "nonCanonicalInt"),
        ("large", json!(9_007_199_254_740_992_u64), "nonCanonicalInt"),
        (
            "signed",
            json!(-9_007_199_254_740_992_i64),
            "nonCanonicalInt",
        ),
        ("large", json!(true), "nonCanonicalInt"),
        ("part", json!("y"), "notAnObject"),
        ("part", json!([]), "notAnObject"),
        ("flag", json!(null), "nullValue"),
        ("text", json!(null), "nullValue"),
        ("data", json!(null), "nullValue"),
        ("large", json!(null), "nullValue"),
    ];
    for (field, value, code) in rows {
        let (pointer, field) = (format!("/message/{field}"), format!(".message.{field}"));
        for method in [V3, V4] {
            assert_refused(method, &good(), &[(&pointer, value.clone(), &field, code)]);
        }
    }
    assert_accepted(
        V4,
        &good(),
        &[
            ("/message/flag", json!("false")),
            ("/message/large", json!(9_007_199_254_740_991_u64)),
            ("/message/large", json!("0x00")),
            ("/message/large", json!(format!("0x{}", "f".repeat(64)))),
            (
                "/message/large",
                json!(
                    "115792089237316195423570985008687907853269984665640564039457584007913129639935"
                ),
            ),
            ("/message/signed", json!(127)),
            ("/message/data", json!("0x")),
            ("/message/text", json!("")),
        ],
    );
}

#[test]
fn a_message_has_the_fields_of_its_type_and_no_other() {
    assert_refused(
        V4,
        &good(),
        &[
            (
                "/message/extra",
                json!(1),
                ".message.extra",
                "extraMessageKey",
            ),
            (
                "/message/part/z",
                json!("z"),
                ".message.part.z",
                "extraMessageKey",
            ),
            (
                "/message/part/toString",
                json!("z"),
                ".message.part.toString",
                "extraMessageKey",
            ),
        ],
    );
    for (pointer, field) in [
        ("/message/small", "params[1].message.small"),
        ("/message/part/x", "params[1].message.part.x"),
    ] {
        for method in [V3, V4] {
            let found = codes(&request(method, without(good(), pointer)));
            assert_eq!(found, [(field.to_owned(), "missingValue".to_owned())]);
        }
    }
}

#[test]
fn only_version_4_ends_a_struct_with_null() {
    let null = set(good(), "/message/part", json!(null));
    let missing = without(good(), "/message/part");
    let digest = |data: &Value| prepare(&request(V4, data.clone())).unwrap().digest();
    assert_eq!(digest(&null), digest(&missing));
    let field = "params[1].message.part".to_owned();
    assert_eq!(
        codes(&request(V3, null)),
        [(field.clone(), "nullValue".to_owned())]
    );
    assert_eq!(
        codes(&request(V3, missing)),
        [(field, "missingValue".to_owned())]
    );
}

#[test]
fn lists_belong_to_version_4_and_have_the_length_of_their_type() {
    let found = codes(&request(V3, good_with_lists()));
    let expected = ["params[1].message.list", "params[1].message.pairs"]
        .map(|field| (field.to_owned(), "arrayInV3".to_owned()));
    assert_eq!(found, expected);
    assert_refused(
        V4,
        &good_with_lists(),
        &[
            ("/message/list", json!({}), ".message.list", "notAList"),
            ("/message/list", json!("ab"), ".message.list", "notAList"),
            ("/message/list", json!(null), ".message.list", "nullValue"),
            (
                "/message/list/1",
                json!(256),
                ".message.list[1]",
                "intOutOfRange",
            ),
            (
                "/message/pairs/0",
                json!([]),
                ".message.pairs[0]",
                "wrongArrayLength",
            ),
            (
                "/message/pairs/0/2",
                json!({ "x": "3" }),
                ".message.pairs[0]",
                "wrongArrayLength",
            ),
            (
                "/message/pairs/0/1",
                json!({}),
                ".message.pairs[0][1].x",
                "missingValue",
            ),
        ],
    );
    assert_accepted(
        V4,
        &good_with_lists(),
        &[("/message/list", json!([])), ("/message/pairs", json!([]))],
    );
}

#[test]
fn types_are_well_formed_whether_used_or_not() {
    for (type_name, code) in [
        ("Nobody", "undefinedType"),
        ("function", "undefinedType"),
        ("fixed128x18", "undefinedType"),
        ("(uint256,bool)", "undefinedType"),
        ("uint7", "undefinedType"),
        ("uint08", "undefinedType"),
        ("uint264", "undefinedType"),
        ("bytes0", "undefinedType"),
        ("bytes33", "undefinedType"),
        ("string ", "undefinedType"),
        ("toString", "undefinedType"),
        ("", "undefinedType"),
        ("uint", "aliasType"),
        ("int[2]", "aliasType"),
        ("byte", "aliasType"),
        ("uint8[0]", "malformedArrayType"),
        ("uint8[02]", "malformedArrayType"),
        ("uint8[", "malformedArrayType"),
        ("uint8[]]", "malformedArrayType"),
        ("uint8[2]x", "malformedArrayType"),
        ("uint8[99999999999999999999999]", "malformedArrayType"),
    ] {
        let unused = json!([{ "name": "x", "type": type_name }]);
        let row = ("/types/Unused", unused, ".types.Unused[0].type", code);
        assert_refused(V4, &good(), &[row]);
    }
    for (name, field, code) in [
        ("", ".types.", "malformedName"),
        ("1st", ".types.1st", "malformedName"),
        ("Per$on", ".types.Per$on", "malformedName"),
        ("Persön", ".types.Persön", "malformedName"),
        ("a,b", ".types.a,b", "malformedName"),
        ("toString", ".types.toString", "prototypeName"),
        ("__proto__", ".types.__proto__", "prototypeName"),
        ("uint256", ".types.uint256", "shadowedType"),
        ("bytes33", ".types.bytes33", "shadowedType"),
        ("address", ".types.address", "shadowedType"),
        ("function", ".types.function", "shadowedType"),
    ] {
        let mut data = good();
        data["types"][name] = json!([]);
        let expected = (format!("params[1]{field}"), code.to_owned());
        assert_eq!(codes(&request(V4, data)), [expected], "{name}");
    }
    assert_refused(
        V4,
        &good(),
        &[
            (
                "/types/Unused",
                json!([{ "name": "a b", "type": "bool" }]),
                ".types.Unused[0].name",
                "malformedName",
            ),
            (
                "/types/Unused",
                json!([{ "name": "valueOf", "type": "bool" }]),
                ".types.Unused[0].name",
                "prototypeName",
            ),
            (
                "/types/Unused",
                json!([{ "name": "a", "type": "bool" }, { "name": "a", "type": "int8" }]),
                ".types.Unused[1].name",
                "duplicateField",
            ),
            (
                "/types/Unused",
                json!([{ "name": "a", "type": "bool", "indexed": true }]),
                ".types.Unused[0].indexed",
                "unknownKey",
            ),
            (
                "/types/Unused",
                json!([{ "name": "a" }]),
                ".types.Unused[0].type",
                "missingKey",
            ),
            (
                "/types/Unused",
                json!([{ "name": 1, "type": "bool" }]),
                ".types.Unused[0].name",
                "notText",
            ),
            (
                "/types/Unused",
                json!([null]),
                ".types.Unused[0]",
                "notAnObject",
            ),
            ("/types/Unused", json!({}), ".types.Unused", "notAList"),
            (
                "/primaryType",
                json!("Nobody"),
                ".primaryType",
                "undefinedType",
            ),
            (
                "/primaryType",
                json!("Everything[]"),
                ".primaryType",
                "undefinedType",
            ),
            ("/primaryType", json!(1), ".primaryType", "notText"),
        ],
    );
    assert_accepted(
        V4,
        &good(),
        &[
            ("/types/Unused", json!([])),
            (
                "/types/interest",
                json!([{ "name": "a", "type": "interest[]" }]),
            ),
        ],
    );
}

#[test]
fn the_domain_has_fields_of_eip_712_only_and_all_that_its_type_lists() {
    assert_refused(
        V4,
        &good(),
        &[
            (
                "/domain/version",
                json!("1"),
                ".domain.version",
                "extraDomainKey",
            ),
            (
                "/domain/constructor",
                json!("1"),
                ".domain.constructor",
                "extraDomainKey",
            ),
            (
                "/domain/chainId",
                json!(null),
                ".domain.chainId",
                "nullValue",
            ),
            (
                "/domain/chainId",
                json!("one"),
                ".domain.chainId",
                "nonCanonicalInt",
            ),
            (
                "/domain/verifyingContract",
                json!(""),
                ".domain.verifyingContract",
                "malformedAddress",
            ),
            (
                "/domain/verifyingContract",
                json!("cosmos"),
                ".domain.verifyingContract",
                "malformedAddress",
            ),
        ],
    );
    for (field, type_name) in [
        ("extra", "string"),
        ("chainId", "uint64"),
        ("salt", "string"),
        ("salt", "bytes32[]"),
        ("salt", "Part"),
    ] {
        let data = json!([{ "name": field, "type": type_name }]);
        let found = codes(&request(V4, set(good(), "/types/EIP712Domain", data)));
        let expected = (
            "params[1].types.EIP712Domain[0]".to_owned(),
            "unknownDomainField".to_owned(),
        );
        assert_eq!(found[0], expected);
    }
    for pointer in ["/domain/name", "/domain/chainId"] {
        let found = codes(&request(V4, without(good(), pointer)));
        assert_eq!(found[0].1, "missingValue");
    }
    let untyped = codes(&request(V4, without(good(), "/types/EIP712Domain")));
    assert_eq!(untyped.len(), 3);
    assert!(untyped.iter().all(|(_, code)| code == "extraDomainKey"));
}

/// The relaxed rule of `compatibility.rs`, for the reason given there: the order of the type counts.
#[test]
fn domain_fields_may_come_in_any_order() {
    let digest = |order: [usize; 3]| {
        let mut data = good();
        let fields = data["types"]["EIP712Domain"].clone();
        data["types"]["EIP712Domain"] = order.iter().map(|at| fields[*at].clone()).collect();
        prepare(&request(V4, data)).unwrap().digest()
    };
    assert_ne!(digest([0, 1, 2]), digest([2, 1, 0]));
}

#[test]
fn a_domain_without_fields_needs_no_type() {
    let bare = |types: Value| json!({ "types": types, "primaryType": "A", "domain": {}, "message": { "a": true } });
    let field = json!([{ "name": "a", "type": "bool" }]);
    let absent = bare(json!({ "A": field }));
    let empty = bare(json!({ "A": field, "EIP712Domain": [] }));
    let digest = |data| prepare(&request(V4, data)).unwrap().digest();
    assert_eq!(digest(absent), digest(empty));
}

#[test]
fn the_primary_type_may_be_the_domain_with_nothing_behind_it() {
    let domain_only = with(
        good(),
        json!({ "primaryType": "EIP712Domain", "message": {} }),
    );
    let prepared = prepare(&request(V4, domain_only.clone())).unwrap();
    let whole = prepare(&request(V4, good())).unwrap();
    assert_eq!(prepared.payload().len(), 34);
    assert_eq!(prepared.payload(), &whole.payload()[..34]);
    let hidden = with(domain_only, json!({ "message": { "x": 1 } }));
    let expected = (
        "params[1].message.x".to_owned(),
        "extraMessageKey".to_owned(),
    );
    assert_eq!(codes(&request(V4, hidden)), [expected]);
}

#[test]
fn the_chain_of_the_domain_is_that_of_the_scope_in_any_form() {
    let scoped = |chain_id: Value, scope: &str| {
        let data = set(good(), "/domain/chainId", chain_id);
        with(request(V4, data), json!({ "scope": scope }))
    };
    let max = format!("0x{}", "f".repeat(64));
    let max_decimal =
        "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    for (chain_id, scope) in [
        (json!(1), "eip155:1"),
        (json!("1"), "eip155:1"),
        (json!("0x1"), "eip155:0x1"),
        (json!("0x1"), "eip155:1"),
        (json!(1), "eip155:0x01"),
        (json!(1), ""),
        (json!(max), &format!("eip155:{max}")),
        (json!(max), &format!("eip155:{max_decimal}")),
    ] {
        prepare(&scoped(chain_id, scope)).unwrap();
    }
    for (chain_id, scope) in [
        (json!(1), "eip155:2"),
        (json!(max), "eip155:1"),
        (json!("0x1"), "eip155:0x2"),
    ] {
        let expected = (
            "params[1].domain.chainId".to_owned(),
            "chainMismatch".to_owned(),
        );
        assert_eq!(codes(&scoped(chain_id, scope)), [expected]);
    }
    for scope in [
        "eip155:",
        "eip155:01",
        "eip155:-1",
        "eip155:0X1",
        "eip155:one",
        "1",
        "EIP155:1",
        "eip155:0x",
    ] {
        let expected = ("scope".to_owned(), "malformedScope".to_owned());
        assert_eq!(codes(&scoped(json!(1), scope)), [expected], "{scope}");
    }
    // Only typed data has such scopes.
    let message = json!({ "method": "personal_sign", "params": ["0x00", Signer::example().address()], "scope": "eip155:0x1" });
    assert!(Request::from_json(&message.to_string()).is_err());
    let huge = with(message, json!({ "scope": "eip155:18446744073709551616" }));
    assert!(Request::from_json(&huge.to_string()).is_err());
}

#[test]
fn params_are_the_account_and_the_object_itself() {
    let account = Signer::example().address();
    for (method, data) in [(V1, good_v1()), (V3, good()), (V4, good())] {
        let with_params =
            |params: Value| with(request(method, json!(null)), json!({ "params": params }));
        let fields = |params| codes(&with_params(params));
        let row = |field: &str, code: &str| (field.to_owned(), code.to_owned());
        assert_eq!(
            fields(json!([])),
            [
                row("params[0]", "missingKey"),
                row("params[1]", "missingKey")
            ]
        );
        assert_eq!(
            fields(json!([account, null])),
            [row("params[1]", "missingKey")]
        );
        assert_eq!(
            fields(json!(["0x12", data])),
            [row("params[0]", "malformedAddress")]
        );
        assert_eq!(
            fields(json!([account, data, {}])),
            [row("params", "tooManyParams")]
        );
        assert_eq!(
            fields(json!([account, data.to_string()])),
            [row("params[1]", "jsonText")]
        );
        let wrong = if method == V1 {
            "notAList"
        } else {
            "notAnObject"
        };
        assert_eq!(fields(json!([account, 1])), [row("params[1]", wrong)]);
        let other = Signer::new(&[7; 32]).address();
        let foreign = with(request(method, data.clone()), json!({ "account": other }));
        assert_eq!(codes(&foreign), [row("params[0]", "wrongAccount")]);
        let own = with(request(method, data.clone()), json!({ "account": account }));
        assert_eq!(prepare(&own).unwrap().account(), Some(&account));
    }
    for part in ["types", "primaryType", "domain", "message"] {
        let found = codes(&request(V4, without(good(), &format!("/{part}"))));
        assert_eq!(
            found,
            [(format!("params[1].{part}"), "missingKey".to_owned())]
        );
    }
    assert_refused(
        V4,
        &good(),
        &[
            ("/types", json!([]), ".types", "notAnObject"),
            ("/domain", json!(null), ".domain", "notAnObject"),
            ("/message", json!([]), ".message", "notAnObject"),
            ("/account", json!("0x"), ".account", "unknownKey"),
        ],
    );
}

#[test]
fn text_that_json_readers_understand_differently_is_refused() {
    let text = request(V4, good()).to_string();
    for (from, to) in [
        ("\"text\":\"t\"", r#""text":"\ud800""#),
        ("\"text\":\"t\"", r#""text":"t","text":"u""#),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text);
        let error = Request::from_json(&changed).unwrap_err();
        assert_eq!(error.problems()[0].code, Some("invalidJson"));
        assert_eq!(
            error.to_json()["data"]["problems"][0]["code"],
            "invalidJson"
        );
    }
}

#[test]
fn all_problems_come_at_once_but_not_too_many() {
    let mut data = good();
    data["message"]["small"] = json!(256);
    data["message"]["flag"] = json!(null);
    data["message"]["part"]["x"] = json!(1);
    data["domain"]["chainId"] = json!("x");
    data["extra"] = json!(1);
    let fields: Vec<String> = codes(&request(V4, data))
        .into_iter()
        .map(|(field, _)| field)
        .collect();
    assert_eq!(
        fields,
        [
            "params[1].extra",
            "params[1].domain.chainId",
            "params[1].message.flag",
            "params[1].message.small",
            "params[1].message.part.x",
        ]
    );
    let many = set(good_with_lists(), "/message/list", json!(vec![256; 5_000]));
    assert_eq!(codes(&request(V4, many)).len(), 64);
}

#[test]
fn version_1_is_a_list_of_named_values() {
    assert_refused(
        V1,
        &good_v1(),
        &[
            ("/0", json!(null), "[0]", "notAnObject"),
            (
                "/0",
                json!({ "type": "string", "value": "" }),
                "[0].name",
                "missingKey",
            ),
            (
                "/0",
                json!({ "name": "a", "value": "" }),
                "[0].type",
                "missingKey",
            ),
            (
                "/0",
                json!({ "name": "a", "type": "string" }),
                "[0].value",
                "missingValue",
            ),
            ("/0/name", json!(""), "[0].name", "emptyName"),
            ("/0/name", json!("A number"), "[1].name", "duplicateField"),
            ("/0/extra", json!(1), "[0].extra", "unknownKey"),
            ("/0/type", json!("Mail"), "[0].type", "undefinedType"),
            ("/0/type", json!("uint"), "[0].type", "aliasType"),
            (
                "/0/type",
                json!("string[][]"),
                "[0].type",
                "nestedArrayInV1",
            ),
            ("/0/value", json!(1), "[0].value", "notText"),
            ("/0/value", json!(null), "[0].value", "nullValue"),
            ("/1/value", json!(-1), "[1].value", "intOutOfRange"),
            ("/2/value", json!(1), "[2].value", "notAList"),
            ("/2/value", json!(null), "[2].value", "nullValue"),
            ("/2/value/1", json!(128), "[2].value[1]", "intOutOfRange"),
            ("/2/type", json!("int8[3]"), "[2].value", "wrongArrayLength"),
        ],
    );
    let expected = ("params[1]".to_owned(), "noEntries".to_owned());
    assert_eq!(codes(&request(V1, json!([]))), [expected]);
}

#[test]
fn limits_are_exact() {
    let field = |type_name: &str| json!([{ "name": "a", "type": type_name }]);
    let bare = |types: Value, message: Value| json!({ "types": types, "primaryType": "A", "domain": {}, "message": message });
    let code_at_data = |data: Value, field: &str| {
        let found = codes(&request(V4, data));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].0.starts_with(field), "{found:?}");
        found[0].1.clone()
    };
    let accepted = |data: Value| {
        prepare(&request(V4, data)).unwrap();
    };

    let list = |count: usize| {
        bare(
            json!({ "A": field("bool[]") }),
            json!({ "a": vec![true; count] }),
        )
    };
    accepted(list(9_999));
    assert_eq!(
        code_at_data(list(10_000), "params[1].message.a"),
        "tooManyValues"
    );

    let types = |count: usize| {
        let mut types = json!({ "A": field("bool") });
        for number in 1..count {
            types[format!("T{number}")] = json!([]);
        }
        bare(types, json!({ "a": true }))
    };
    accepted(types(512));
    assert_eq!(code_at_data(types(513), "params[1].types"), "tooManyTypes");

    let deep = |levels: usize| {
        let mut message = json!({});
        for _ in 1..levels {
            message = json!({ "a": message });
        }
        bare(json!({ "A": field("A") }), message)
    };
    accepted(deep(32));
    assert_eq!(code_at_data(deep(33), "params[1].message.a.a"), "tooDeep");

    let long = |length: usize| {
        let data = |text: String| bare(json!({ "A": field("string") }), json!({ "a": text }));
        let rest = data(String::new()).to_string().len();
        data("x".repeat(length - rest))
    };
    accepted(long(200 * 1024));
    assert_eq!(code_at_data(long(200 * 1024 + 1), "params[1]"), "tooLong");

    // Every type leads to all others, so each one's text is as long as all together.
    let circle = |count: usize| {
        let mut types = json!({});
        for number in 0..count {
            let name = if number == 0 {
                "A".to_owned()
            } else {
                format!("T{number}{}", "x".repeat(60))
            };
            let next = if number + 1 == count {
                "A".to_owned()
            } else {
                format!("T{}{}", number + 1, "x".repeat(60))
            };
            types[name] = field(&next);
        }
        let mut message = json!({});
        for _ in 0..31 {
            message = json!({ "a": message });
        }
        bare(types, message)
    };
    accepted(circle(100));
    assert_eq!(code_at_data(circle(500), "params[1].types"), "typesTooLong");

    let v1 = |count: usize| json!([{ "name": "a", "type": "bool[]", "value": vec![true; count] }]);
    prepare(&request(V1, v1(9_999))).unwrap();
    assert_eq!(codes(&request(V1, v1(10_000)))[0].1, "tooManyValues");
}

#[test]
fn methods_have_their_json_rpc_names() {
    for (method, name) in [
        (Method::SignTypedDataV1, V1),
        (Method::SignTypedDataV3, V3),
        (Method::SignTypedDataV4, V4),
    ] {
        let request = Request::from_value(request(name, json!([]))).unwrap();
        assert_eq!(request.method(), method);
        assert_eq!(method.as_str(), name);
    }
}
