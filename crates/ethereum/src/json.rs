//! Reads JSON strictly: an object that names a key twice is refused.
//!
//! Most readers keep the last of two equal keys, some the first; a request that two sides can
//! understand differently must not be signed. Depth is limited by serde_json's own recursion limit
//! while reading, and by [`is_deeper_than`] for values that were built elsewhere.

use core::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Parses `text`, refusing duplicate keys and trailing characters. The error says where.
///
/// # Errors
/// What is wrong, and where.
pub fn parse(text: &str) -> Result<Value, String> {
    match serde_json::from_str::<Strict>(text) {
        Ok(Strict(value)) => Ok(value),
        Err(error) => Err(error.to_string()),
    }
}

/// A JSON object. `serde_json::json!` would serialise each value into a copy of itself: slower, and
/// with the code of one more serialiser in the module.
#[must_use]
pub fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    let mut object = Map::new();
    for (name, value) in members {
        object.insert(name.to_owned(), value);
    }
    Value::Object(object)
}

/// Is `value` nested more than `limit` levels deep? Does not recurse.
pub(crate) fn is_deeper_than(value: &Value, limit: usize) -> bool {
    let mut pending = vec![(value, 1_usize)];
    while let Some((value, depth)) = pending.pop() {
        if depth > limit {
            return true;
        }
        match value {
            Value::Array(items) => pending.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(entries) => {
                pending.extend(entries.values().map(|item| (item, depth + 1)))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    false
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("a number that is not finite"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Strict(item)) = access.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut entries = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            let Strict(item) = access.next_value()?;
            if entries.insert(key, item).is_some() {
                return Err(A::Error::custom("a key occurs twice in one object"));
            }
        }
        Ok(Value::Object(entries))
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test may fail loudly"
    )]

    use super::{is_deeper_than, parse};

    #[test]
    fn reads_what_serde_json_reads() {
        let text = r#"{"a":[1,-2,3.5,"x",null,true,{"b":{}}]}"#;
        assert_eq!(
            parse(text).unwrap(),
            serde_json::from_str::<serde_json::Value>(text).unwrap()
        );
    }

    #[test]
    fn refuses_a_key_that_occurs_twice_at_any_depth() {
        assert!(parse(r#"{"a":1,"a":1}"#).unwrap_err().contains("twice"));
        assert!(
            parse(r#"[{"x":{"a":1,"\u0061":2}}]"#)
                .unwrap_err()
                .contains("twice")
        );
    }

    #[test]
    fn refuses_deep_nesting_without_overflowing_the_stack() {
        let text = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(parse(&text).unwrap_err().contains("recursion limit"));
    }

    /// `eip712::types` and every text that is sent to the other side rely on it.
    #[test]
    fn keys_of_an_object_come_sorted() {
        let value = parse(r#"{"b":1,"a":2,"C":3}"#).unwrap();
        let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["C", "a", "b"]);
    }

    #[test]
    fn counts_depth() {
        assert!(!is_deeper_than(&parse("[[1]]").unwrap(), 3));
        assert!(is_deeper_than(&parse("[[1]]").unwrap(), 2));
        assert!(!is_deeper_than(&parse(r#"{"a":{"b":1}}"#).unwrap(), 3));
        assert!(is_deeper_than(&parse(r#"{"a":{"b":1}}"#).unwrap(), 2));
    }
}
