//! Byte strings in JSON: `0x` and an even number of hexadecimal digits.
//!
//! An odd count is refused, not padded: it is ambiguous which end lost a digit, and MetaMask's
//! bridge always sends an even one.

use serde_json::Value;

/// Reads a byte string. The error completes the sentence "field …".
pub(crate) fn parse(value: &Value) -> Result<Vec<u8>, &'static str> {
    let Value::String(text) = value else {
        return Err("is not 0x text");
    };
    let Some(digits) = text.strip_prefix("0x") else {
        return Err("does not start with 0x");
    };
    if digits.len() % 2 == 1 {
        return Err("has an odd number of hexadecimal digits");
    }
    hex::decode(digits).map_err(|_| "has characters that are not hexadecimal")
}

/// Reads exactly 32 bytes.
pub(crate) fn parse_32(value: &Value) -> Result<[u8; 32], &'static str> {
    parse(value)?.try_into().map_err(|_| "is not 32 bytes long")
}

/// `0x` and lower-case digits.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test may fail loudly"
    )]

    use serde_json::json;

    use super::{parse, parse_32, to_hex};

    #[test]
    fn reads_even_hexadecimal_of_any_case() {
        assert_eq!(parse(&json!("0x")), Ok(vec![]));
        assert_eq!(parse(&json!("0x00aBFf")), Ok(vec![0, 0xab, 0xff]));
        assert_eq!(to_hex(&[0, 0xab]), "0x00ab");
    }

    #[test]
    fn refuses_every_other_form() {
        for value in [
            json!(""),
            json!("0"),
            json!("0x0"),
            json!("0X00"),
            json!("00"),
            json!("0xzz"),
            json!("0x 0"),
            json!("0xéé"),
            json!(0),
            json!([0]),
            json!(null),
        ] {
            assert!(parse(&value).is_err(), "{value}");
        }
        assert_eq!(
            parse(&json!("0x0")),
            Err("has an odd number of hexadecimal digits")
        );
        assert!(parse_32(&json!("0x00")).is_err());
        assert!(parse_32(&json!(format!("0x{}", "00".repeat(33)))).is_err());
    }
}
