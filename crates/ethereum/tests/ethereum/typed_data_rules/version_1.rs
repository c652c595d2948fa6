//! The old form, a list of named values.

use super::{V1, assert_refused, codes, good_v1, request};
use serde_json::json;

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
