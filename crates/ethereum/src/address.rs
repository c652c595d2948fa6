//! Addresses and their checksum (ERC-55).
//!
//! Text in one case carries no checksum and is accepted; text in mixed case must carry the right
//! one, because then somebody meant to be protected from a typing error.

use core::{fmt, str::FromStr};

use k256::ecdsa::VerifyingKey;
use serde_json::Value;

use crate::keccak256;

/// The address of an account or a contract.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address([u8; 20]);

/// Why a text is not an address. The message completes the sentence "field …".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not `0x` and 40 hexadecimal digits.
    #[error("is not an address (0x and 40 hexadecimal digits)")]
    Malformed,
    /// Mixed case that is not the checksum of the address.
    #[error("has a wrong checksum (ERC-55): a digit may be mistyped")]
    Checksum,
}

impl Address {
    /// From its bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// `0x` and lower-case digits: the form in which MetaMask keeps account addresses.
    #[must_use]
    pub fn to_lower_hex(&self) -> String {
        crate::data::to_hex(&self.0)
    }

    /// Reads an address from JSON.
    pub(crate) fn parse(value: &Value) -> Result<Self, AddressError> {
        value.as_str().ok_or(AddressError::Malformed)?.parse()
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let digits = text.strip_prefix("0x").ok_or(AddressError::Malformed)?;
        let mut bytes = [0; 20];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| AddressError::Malformed)?;
        let address = Self(bytes);
        let has_lower = digits.bytes().any(|digit| digit.is_ascii_lowercase());
        let has_upper = digits.bytes().any(|digit| digit.is_ascii_uppercase());
        if has_lower && has_upper && address.to_string() != text {
            return Err(AddressError::Checksum);
        }
        Ok(address)
    }
}

/// With the checksum of ERC-55: a letter is upper case where the hash of the lower-case text has
/// a half-byte of at least 8.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lower = hex::encode(self.0);
        let hash = hex::encode(keccak256(lower.as_bytes()));
        f.write_str("0x")?;
        for (digit, nibble) in lower.chars().zip(hash.chars()) {
            let shown = if nibble >= '8' {
                digit.to_ascii_uppercase()
            } else {
                digit
            };
            fmt::Write::write_char(f, shown)?;
        }
        Ok(())
    }
}

/// As text with its checksum.
impl serde::Serialize for Address {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The address of a public key in SEC1 form, compressed or not; `None` if it is not a point of
/// the curve.
#[must_use]
pub fn address_of(public_key_sec1: &[u8]) -> Option<Address> {
    VerifyingKey::from_sec1_bytes(public_key_sec1)
        .ok()
        .map(|key| address_of_key(&key))
}

/// The last 20 bytes of the hash of the point, without SEC1's leading 0x04.
pub(crate) fn address_of_key(key: &VerifyingKey) -> Address {
    let point = key.to_sec1_point(false);
    let coordinates = point.as_bytes().get(1..).unwrap_or_default();
    let [_, _, _, _, _, _, _, _, _, _, _, _, address @ ..] = keccak256(coordinates);
    Address(address)
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test may fail loudly"
    )]

    use super::{Address, AddressError, address_of};

    #[test]
    fn refuses_what_is_not_20_bytes_of_hexadecimal() {
        for text in [
            "",
            "0x",
            "0x00",
            "0x111111111111111111111111111111111111111",
            "0x11111111111111111111111111111111111111111",
            "0X1111111111111111111111111111111111111111",
            "1111111111111111111111111111111111111111",
            "0x111111111111111111111111111111111111111g",
            " 0x1111111111111111111111111111111111111111",
            "0x1111111111111111111111111111111111111111\n",
            "alice.eth",
        ] {
            assert_eq!(
                text.parse::<Address>(),
                Err(AddressError::Malformed),
                "{text}"
            );
        }
    }

    #[test]
    fn finds_the_address_of_both_forms_of_a_public_key() {
        // The key 1: its point is the generator.
        let compressed =
            hex::decode("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
                .unwrap();
        let full = hex::decode("0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8").unwrap();
        let expected = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
            .parse()
            .unwrap();
        assert_eq!(address_of(&compressed), Some(expected));
        assert_eq!(address_of(&full), Some(expected));
        assert_eq!(address_of(&[0; 33]), None);
        assert_eq!(address_of(&[]), None);
    }
}
