//! Limits, each at the last value that passes and the first that does not.

use super::{V1, V4, codes, request};
use crate::support::prepare;
use serde_json::{Value, json};

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

    let deep_list = |levels: usize| {
        let mut value = json!([]);
        for _ in 1..levels {
            value = json!([value]);
        }
        let types = json!({ "A": field(&format!("bool{}", "[]".repeat(levels))) });
        bare(types, json!({ "a": value }))
    };
    accepted(deep_list(31));
    assert_eq!(
        code_at_data(deep_list(32), "params[1].message.a[0]"),
        "tooDeep"
    );

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
