//! Quantities: how JSON-RPC writes numbers.
//!
//! Accepted are `0x` with hexadecimal digits of any case and count (leading zeros are stripped)
//! and JSON integers up to 2^53-1. Everything else is refused, in particular what JavaScript's
//! parsers would guess at: `""`, `"0x"`, decimal text, `"0X1"`, signs, spaces and fractions.

use serde_json::Value;

use crate::U256;

/// The largest integer that every JSON reader keeps exact.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// Reads a quantity. The error completes the sentence "field …".
pub(crate) fn parse(value: &Value) -> Result<U256, &'static str> {
    match value {
        Value::String(text) => parse_hex(text),
        Value::Number(number) => match number.as_u64() {
            Some(integer) if integer <= MAX_SAFE_INTEGER => Ok(integer.into()),
            Some(_) => Err("is a JSON number above 2^53-1; give it as 0x text"),
            None => Err("is not a non-negative integer"),
        },
        _ => Err("is not a quantity (0x text or an integer)"),
    }
}

/// Reads the `0x` form.
pub(crate) fn parse_hex(text: &str) -> Result<U256, &'static str> {
    let Some(digits) = text.strip_prefix("0x") else {
        return Err("is not a quantity: it does not start with 0x");
    };
    if digits.is_empty() {
        return Err("is not a quantity: 0x without digits");
    }
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err("is not a quantity: it has characters that are not hexadecimal");
    }
    let significant = digits.trim_start_matches('0');
    let padded = format!("{significant:0>64}");
    let mut bytes = [0; 32];
    match hex::decode_to_slice(&padded, &mut bytes) {
        Ok(()) => Ok(U256::from_be_bytes(bytes)),
        Err(_) => Err("is above 2^256-1"),
    }
}

/// The shortest form: no leading zeros, which some nodes refuse.
pub(crate) fn to_text(quantity: U256) -> String {
    let digits = hex::encode(quantity.minimal_be());
    match digits.trim_start_matches('0') {
        "" => "0x0".to_owned(),
        significant => format!("0x{significant}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test may fail loudly"
    )]

    use serde_json::json;

    use super::{parse, to_text};
    use crate::U256;

    #[test]
    fn accepts_exactly_the_listed_forms() {
        for (value, expected) in [
            (json!("0x0"), 0_u64),
            (json!("0x00"), 0),
            (json!("0xf"), 15),
            (json!("0xaBc"), 0xabc),
            (
                json!("0x000000000000000000000000000000000000000000000000000000000000000000001"),
                1,
            ),
            (json!(0), 0),
            (json!(9_007_199_254_740_991_u64), 9_007_199_254_740_991),
        ] {
            assert_eq!(parse(&value), Ok(U256::from(expected)), "{value}");
        }
    }

    #[test]
    fn refuses_every_other_form() {
        for value in [
            json!(""),
            json!("0x"),
            json!("0X1"),
            json!("1"),
            json!("12"),
            json!("-0x1"),
            json!("0x-1"),
            json!("-1"),
            json!(" 0x1"),
            json!("0x1 "),
            json!("0x 1"),
            json!("0x1g"),
            json!("0x1.0"),
            json!("+0x1"),
            json!("0x+1"),
            json!("0x1_0"),
            json!("0x１"),
            json!("0x0x1"),
            json!(-1),
            json!(1.0),
            json!(1.5),
            json!(9_007_199_254_740_992_u64),
            json!(1e3),
            json!(true),
            json!([]),
            json!({}),
            json!(null),
        ] {
            assert!(parse(&value).is_err(), "{value}");
        }
    }

    #[test]
    fn reads_up_to_256_bits_and_not_a_bit_more() {
        assert_eq!(
            parse(&json!(format!("0x{}", "f".repeat(64)))),
            Ok(U256::MAX)
        );
        assert_eq!(
            parse(&json!(format!("0x1{}", "0".repeat(64)))),
            Err("is above 2^256-1")
        );
    }

    #[test]
    fn writes_the_shortest_form() {
        for text in ["0x0", "0x1", "0x10", "0xabc", "0x100000000000000000"] {
            assert_eq!(to_text(parse(&json!(text)).unwrap()), text);
        }
        assert_eq!(
            to_text(parse(&json!("0x00de0b6b3a7640000")).unwrap()),
            "0xde0b6b3a7640000"
        );
        assert_eq!(to_text(U256::MAX), format!("0x{}", "f".repeat(64)));
    }
}
