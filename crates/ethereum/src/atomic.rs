//! The elementary types of typed data, and their values.
//!
//! The list is that of EIP-712: `address`, `bool`, `string`, `bytes`, `bytes1` to `bytes32`, `uint8`
//! to `uint256`, `int8` to `int256`. Values are read in one form each, the one about which every
//! library agrees.

use serde_json::Value;

use crate::{
    Address, AddressError, U256, data, keccak256, quantity,
    refusal::{self, Refusal},
};

const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;
/// 2^256-1 has this many digits.
const MAX_DECIMAL_DIGITS: usize = 78;

/// An elementary type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Atomic {
    Address,
    Bool,
    Text,
    Bytes,
    /// `bytes1` to `bytes32`, by length.
    FixedBytes(usize),
    /// `uint8` to `uint256`, by length in bytes.
    Uint(usize),
    /// `int8` to `int256`, by length in bytes.
    Int(usize),
}

impl Atomic {
    /// The type with this name, if there is one.
    pub(crate) fn find(name: &str) -> Option<Self> {
        match name {
            "address" => Some(Self::Address),
            "bool" => Some(Self::Bool),
            "string" => Some(Self::Text),
            "bytes" => Some(Self::Bytes),
            _ => {
                if let Some(length) = name.strip_prefix("bytes") {
                    return number(length)
                        .filter(|length| *length <= 32)
                        .map(Self::FixedBytes);
                }
                let (unsigned, bits) = match name.strip_prefix("uint") {
                    Some(bits) => (true, bits),
                    None => (false, name.strip_prefix("int")?),
                };
                let bits = number(bits).filter(|bits| *bits <= 256 && *bits % 8 == 0)?;
                Some(if unsigned {
                    Self::Uint(bits / 8)
                } else {
                    Self::Int(bits / 8)
                })
            }
        }
    }

    /// Reads a value of this type.
    pub(crate) fn read<'a>(self, value: &'a Value) -> Result<Scalar<'a>, &'static Refusal> {
        if value.is_null() {
            return Err(&refusal::NULL_VALUE);
        }
        match self {
            Self::Address => read_address(value).map(Scalar::Address),
            // The words are taken as well: MetaMask's library reads them so since version 9.
            Self::Bool => match (value, value.as_str()) {
                (Value::Bool(true), _) | (_, Some("true")) => Ok(Scalar::Bool(true)),
                (Value::Bool(false), _) | (_, Some("false")) => Ok(Scalar::Bool(false)),
                _ => Err(&refusal::NOT_BOOL),
            },
            Self::Text => value.as_str().map(Scalar::Text).ok_or(&refusal::NOT_TEXT),
            Self::Bytes => read_bytes(value).map(Scalar::Bytes),
            Self::FixedBytes(length) => {
                let bytes = read_bytes(value)?;
                if bytes.len() == length {
                    Ok(Scalar::FixedBytes(bytes))
                } else {
                    Err(&refusal::WRONG_BYTES_LENGTH)
                }
            }
            Self::Uint(length) => match read_integer(value)? {
                (false, value) if value.minimal_be().len() <= length => {
                    Ok(Scalar::Uint { value, length })
                }
                _ => Err(&refusal::INT_OUT_OF_RANGE),
            },
            Self::Int(length) => {
                let (negative, magnitude) = read_integer(value)?;
                if fits_signed(negative, magnitude, length) {
                    Ok(Scalar::Int {
                        negative,
                        magnitude,
                        length,
                    })
                } else {
                    Err(&refusal::INT_OUT_OF_RANGE)
                }
            }
        }
    }
}

/// Is this the name of an elementary type, or close enough to one that no struct may have it?
pub(crate) fn is_reserved(name: &str) -> bool {
    matches!(name, "address" | "bool" | "string" | "byte" | "function")
        || ["bytes", "uint", "int", "fixed", "ufixed"]
            .iter()
            .any(|family| {
                name.strip_prefix(family).is_some_and(|size| {
                    size.bytes()
                        .all(|digit| digit.is_ascii_digit() || digit == b'x')
                })
            })
}

/// Why a type name that [`Atomic::find`] does not know is refused.
pub(crate) fn refusal_of_unknown(name: &str) -> &'static Refusal {
    match name {
        "uint" | "int" | "byte" => &refusal::ALIAS_TYPE,
        _ => &refusal::UNDEFINED_TYPE,
    }
}

/// A positive decimal number without leading zeros.
pub(crate) fn number(digits: &str) -> Option<usize> {
    if digits.starts_with('0') || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// A value of an elementary type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scalar<'a> {
    Address(Address),
    Bool(bool),
    Text(&'a str),
    Bytes(Vec<u8>),
    FixedBytes(Vec<u8>),
    Uint {
        value: U256,
        /// Of the type, in bytes.
        length: usize,
    },
    Int {
        negative: bool,
        magnitude: U256,
        length: usize,
    },
}

impl Scalar<'_> {
    /// EIP-712's `encodeData` of the value: one word, for dynamic types the hash.
    pub(crate) fn word(&self) -> [u8; 32] {
        match self {
            Self::Address(address) => padded_left(address.as_bytes()),
            Self::Bool(value) => padded_left(&[u8::from(*value)]),
            Self::Text(text) => keccak256(text.as_bytes()),
            Self::Bytes(bytes) => keccak256(bytes),
            Self::FixedBytes(bytes) => {
                let mut word = [0; 32];
                for (to, from) in word.iter_mut().zip(bytes) {
                    *to = *from;
                }
                word
            }
            Self::Uint { value, .. } => value.to_be_bytes(),
            Self::Int {
                negative,
                magnitude,
                ..
            } => {
                if *negative {
                    twos_complement(*magnitude)
                } else {
                    magnitude.to_be_bytes()
                }
            }
        }
    }
}

fn padded_left(bytes: &[u8]) -> [u8; 32] {
    let mut word = [0; 32];
    for (to, from) in word.iter_mut().rev().zip(bytes.iter().rev()) {
        *to = *from;
    }
    word
}

/// The negative of a number that is not zero: every bit turned, plus one.
fn twos_complement(magnitude: U256) -> [u8; 32] {
    let turned = magnitude.to_be_bytes().map(|byte| !byte);
    U256::from_be_bytes(turned)
        .checked_add(U256::from(1_u64))
        .unwrap_or(U256::ZERO)
        .to_be_bytes()
}

fn fits_signed(negative: bool, magnitude: U256, length: usize) -> bool {
    let bytes = magnitude.minimal_be();
    match bytes.first() {
        Some(top) if bytes.len() == length => {
            *top < 0x80 || negative && *top == 0x80 && bytes.iter().skip(1).all(|byte| *byte == 0)
        }
        _ => bytes.len() < length,
    }
}

/// Reads an address, with a refusal for an error.
pub(crate) fn read_address(value: &Value) -> Result<Address, &'static Refusal> {
    Address::parse(value).map_err(|error| match error {
        AddressError::Malformed => &refusal::MALFORMED_ADDRESS,
        AddressError::Checksum => &refusal::ADDRESS_CHECKSUM,
    })
}

fn read_bytes(value: &Value) -> Result<Vec<u8>, &'static Refusal> {
    data::parse(value).map_err(|_| &refusal::MALFORMED_BYTES)
}

/// Sign and magnitude. Zero has no sign.
fn read_integer(value: &Value) -> Result<(bool, U256), &'static Refusal> {
    match value {
        Value::String(text) => read_integer_text(text),
        Value::Number(number) => {
            let (negative, magnitude) = match (number.as_u64(), number.as_i64()) {
                (Some(magnitude), _) => (false, magnitude),
                (None, Some(integer)) => (true, integer.unsigned_abs()),
                (None, None) => return Err(&refusal::NON_CANONICAL_INT),
            };
            if magnitude <= MAX_SAFE_INTEGER {
                Ok((negative, magnitude.into()))
            } else {
                Err(&refusal::NON_CANONICAL_INT)
            }
        }
        _ => Err(&refusal::NON_CANONICAL_INT),
    }
}

/// Reads canonical decimal text, with a minus for negatives, or `0x` text. A sign and `0x` do not
/// go together.
pub(crate) fn read_integer_text(text: &str) -> Result<(bool, U256), &'static Refusal> {
    if let Some(digits) = text.strip_prefix("0x") {
        return match quantity::parse_hex(text) {
            Ok(value) => Ok((false, value)),
            Err(_)
                if !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit()) =>
            {
                Err(&refusal::INT_OUT_OF_RANGE)
            }
            Err(_) => Err(&refusal::NON_CANONICAL_INT),
        };
    }
    if text == "0" {
        return Ok((false, U256::ZERO));
    }
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let canonical = !digits.starts_with('0')
        && !digits.is_empty()
        && digits.bytes().all(|digit| digit.is_ascii_digit());
    if !canonical {
        return Err(&refusal::NON_CANONICAL_INT);
    }
    if digits.len() > MAX_DECIMAL_DIGITS {
        return Err(&refusal::INT_OUT_OF_RANGE);
    }
    // Eighteen digits a round: they and their power of ten fit a u64.
    digits
        .as_bytes()
        .chunks(18)
        .try_fold(U256::ZERO, |value, group| {
            let (power, digits) = group.iter().fold((1_u64, 0_u64), |(power, digits), digit| {
                (power * 10, digits * 10 + u64::from(digit - b'0'))
            });
            value.checked_mul(power)?.checked_add(digits.into())
        })
        .map(|magnitude| (negative, magnitude))
        .ok_or(&refusal::INT_OUT_OF_RANGE)
}
