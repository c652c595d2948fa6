//! Arguments by the contract ABI, read strictly: only the one encoding that encoders write.
//!
//! A contract's own reader is lenient: it follows any offset, even into other arguments, and looks
//! past what it does not need. So the same arguments have many encodings, and some read differently
//! elsewhere. Here the parts must follow each other without gaps, overlaps or a rest, padding must be
//! zero, and a small type must fit its word. What is read would therefore encode to the same bytes.

use crate::{Address, U256};

const WORD: usize = 32;

/// One argument, or one member of it.
pub(super) enum Value<'a> {
    /// A number, address, flag or `bytes32`: its whole word.
    Word(&'a [u8; WORD]),
    /// `bytes`.
    Bytes(&'a [u8]),
    /// A tuple or an array.
    List(Vec<Self>),
}

impl<'a> Value<'a> {
    pub(super) fn address(&self) -> Option<Address> {
        let [_, _, _, _, _, _, _, _, _, _, _, _, address @ ..] = self.word()?;
        Some(Address::from_bytes(*address))
    }

    pub(super) fn number(&self) -> Option<U256> {
        self.word().copied().map(U256::from_be_bytes)
    }

    pub(super) fn flag(&self) -> Option<bool> {
        self.number().map(|number| !number.is_zero())
    }

    pub(super) const fn word(&self) -> Option<&'a [u8; WORD]> {
        match self {
            Self::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(super) const fn bytes(&self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub(super) fn list(&self) -> Option<&[Self]> {
        match self {
            Self::List(members) => Some(members),
            _ => None,
        }
    }
}

/// Reads `data` as the arguments of a function with this signature, such as
/// `f(address,(bytes,bool)[])`; nothing unless it is exactly their encoding.
pub(super) fn decode<'a>(signature: &str, data: &'a [u8]) -> Option<Vec<Value<'a>>> {
    let mut types = signature.get(signature.find('(')?..)?;
    let Type::Tuple(members) = Type::parse(&mut types)? else {
        return None;
    };
    let (values, length) = read_sequence(&members.iter().collect::<Vec<_>>(), data)?;
    (length == data.len()).then_some(values)
}

/// The types that the known functions take.
enum Type {
    /// One word, by its length in bytes: zeros before it.
    Number(usize),
    Bool,
    Bytes,
    Tuple(Vec<Self>),
    Array(Box<Self>),
}

impl Type {
    /// Takes one type off the front of the text.
    fn parse(text: &mut &str) -> Option<Self> {
        let mut parsed = if let Some(members) = text.strip_prefix('(') {
            *text = members;
            let mut members = Vec::new();
            loop {
                members.push(Self::parse(text)?);
                let closed = text.starts_with(')');
                *text = text.strip_prefix([',', ')'])?;
                if closed {
                    break Self::Tuple(members);
                }
            }
        } else {
            let end = text.find([',', ')', '[']).unwrap_or(text.len());
            let (name, rest) = text.split_at(end);
            *text = rest;
            match name {
                "uint256" | "bytes32" => Self::Number(WORD),
                "uint160" | "address" => Self::Number(20),
                "uint48" => Self::Number(6),
                "uint8" => Self::Number(1),
                "bool" => Self::Bool,
                "bytes" => Self::Bytes,
                _ => return None,
            }
        };
        while let Some(rest) = text.strip_prefix("[]") {
            *text = rest;
            parsed = Self::Array(Box::new(parsed));
        }
        Some(parsed)
    }

    fn is_dynamic(&self) -> bool {
        match self {
            Self::Bytes | Self::Array(_) => true,
            Self::Tuple(members) => members.iter().any(Self::is_dynamic),
            _ => false,
        }
    }

    /// How much of the head it takes: itself, or the offset of its tail.
    fn head_length(&self) -> usize {
        match self {
            Self::Tuple(members) if !self.is_dynamic() => {
                members.iter().map(Self::head_length).sum()
            }
            _ => WORD,
        }
    }
}

/// Reads the members of a tuple or an array: all heads, then the tails in the same order. Also says
/// how long it is.
fn read_sequence<'a>(types: &[&Type], data: &'a [u8]) -> Option<(Vec<Value<'a>>, usize)> {
    let mut head = 0;
    let mut tail = types.iter().map(|member| member.head_length()).sum();
    let mut values = Vec::new();
    for member in types {
        let place = if member.is_dynamic() {
            // Any other offset would leave a gap or read a part twice.
            if read_length(data.get(head..)?)? != tail {
                return None;
            }
            tail
        } else {
            head
        };
        let (value, length) = read(member, data.get(place..)?)?;
        values.push(value);
        if member.is_dynamic() {
            tail += length;
        }
        head += member.head_length();
    }
    Some((values, tail))
}

/// Reads one value from the front of `data`, and says how long it is.
fn read<'a>(kind: &Type, data: &'a [u8]) -> Option<(Value<'a>, usize)> {
    match kind {
        Type::Number(length) => read_word(data, *length),
        Type::Bool => {
            let (value, length) = read_word(data, 1)?;
            (value.number()? <= U256::from(1_u64)).then_some((value, length))
        }
        Type::Bytes => {
            let length = read_length(data)?;
            let padded = length.checked_next_multiple_of(WORD)?;
            let (content, padding) = data.get(WORD..)?.get(..padded)?.split_at_checked(length)?;
            is_zero(padding).then_some((Value::Bytes(content), WORD + padded))
        }
        Type::Tuple(members) => {
            let (values, length) = read_sequence(&members.iter().collect::<Vec<_>>(), data)?;
            Some((Value::List(values), length))
        }
        Type::Array(member) => {
            let count = read_length(data)?;
            let members = data.get(WORD..)?;
            // Each has a head of at least a word, so a count that cannot be true costs nothing.
            if count > members.len() / WORD {
                return None;
            }
            let (values, length) = read_sequence(&vec![member.as_ref(); count], members)?;
            Some((Value::List(values), WORD + length))
        }
    }
}

/// Reads a word of which only so many bytes at the end may be other than zero.
fn read_word(data: &[u8], length: usize) -> Option<(Value<'_>, usize)> {
    let word = data.first_chunk::<WORD>()?;
    is_zero(word.get(..WORD.checked_sub(length)?)?).then_some((Value::Word(word), WORD))
}

/// A length, count or offset. What does not fit is longer than any data.
fn read_length(data: &[u8]) -> Option<usize> {
    let number = U256::from_be_bytes(*data.first_chunk::<WORD>()?);
    number.to_u64()?.try_into().ok()
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}
