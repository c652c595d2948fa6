//! Type definitions.

use super::{V4, assert_accepted, assert_refused, codes, good, request};
use serde_json::json;

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
