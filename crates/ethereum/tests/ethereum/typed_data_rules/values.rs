//! Values, and the structs and lists that hold them.

use super::{
    V3, V4, assert_accepted, assert_refused, codes, good, good_with_lists, request, set, without,
};
use crate::support::prepare;
use serde_json::{Value, json};

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
fn the_least_signed_integer_of_two_bytes_is_the_last_that_fits() {
    let wider = set(good(), "/types/Everything/6/type", json!("int16"));
    assert_accepted(
        V4,
        &wider,
        &[
            ("/message/signed", json!("-32768")),
            ("/message/signed", json!(32_767)),
        ],
    );
    let range = |value: i32| {
        (
            "/message/signed",
            json!(value),
            ".message.signed",
            "intOutOfRange",
        )
    };
    assert_refused(V4, &wider, &[range(-32_769), range(-33_024), range(32_768)]);
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
