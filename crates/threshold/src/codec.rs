//! Messages to bytes and back: one round tag, then postcard. A message of
//! another round, one that is too long, one with bytes left over, and one that
//! is not the only encoding of its value are refused before anything is computed
//! with them (SPEC.md section 6).

use postcard::ser_flavors::Flavor;
use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use crate::Abort;

/// One message of SPEC.md.
pub trait Message: Serialize + DeserializeOwned {
    /// First byte on the wire; unique over all messages of this crate.
    const TAG: u8;
    /// What SPEC.md calls it.
    const NAME: &'static str;
    /// Longest encoding that is looked at, in bytes.
    const MAX_LEN: usize;
}

/// What tells a message from others: for bodies that travel as several messages, so
/// that their code is there once.
pub struct Kind {
    /// First byte on the wire.
    pub tag: u8,
    /// What SPEC.md calls it.
    pub name: &'static str,
    /// Longest encoding that is looked at, in bytes.
    pub max_len: usize,
}

impl Kind {
    const fn of<M: Message>() -> Self {
        Self {
            tag: M::TAG,
            name: M::NAME,
            max_len: M::MAX_LEN,
        }
    }
}

/// Encodes a message. The result is the caller's to send; where it holds a
/// secret (the fragment and the setup of keygen) no other copy is left behind.
pub fn encode<M: Message>(message: &M) -> Result<Vec<u8>, Abort> {
    encode_as(&Kind::of::<M>(), message)
}

/// Encodes a body as a message of the given kind.
pub fn encode_as<T: Serialize>(kind: &Kind, body: &T) -> Result<Vec<u8>, Abort> {
    match encode_secret(kind.tag, body) {
        Some(mut bytes) => Ok(std::mem::take(&mut *bytes)),
        None => Err(Abort::malformed(
            kind.name,
            "our own message does not encode",
        )),
    }
}

/// Decodes a message and refuses everything that is not exactly one.
pub fn decode<M: Message>(bytes: &[u8]) -> Result<M, Abort> {
    decode_as(&Kind::of::<M>(), bytes)
}

/// Decodes the body of a message of the given kind.
pub fn decode_as<T: Serialize + DeserializeOwned>(kind: &Kind, bytes: &[u8]) -> Result<T, Abort> {
    decode_exact(kind.tag, kind.max_len, bytes)
        .map_err(|detail| Abort::malformed(kind.name, detail))
}

/// Decodes what [`encode_secret`] writes behind `first`, and nothing else.
pub fn decode_exact<T: Serialize + DeserializeOwned>(
    first: u8,
    max_len: usize,
    bytes: &[u8],
) -> Result<T, &'static str> {
    let value = match postcard::take_from_bytes::<T>(body(first, max_len, bytes)?) {
        Ok((value, [])) => value,
        Ok(_) => return Err("bytes follow its end"),
        Err(_) => return Err("it does not decode"),
    };
    // postcard accepts integers with leading zero groups, and SEC1 has four ways
    // to write a point. Only what we would have written is accepted, so that no
    // two byte strings are the same message.
    match encode_secret(first, &value) {
        Some(own) if own.as_slice() == bytes => Ok(value),
        _ => Err("it is not encoded in the one allowed way"),
    }
}

/// What follows the tag, if it is the right one.
fn body(tag: u8, max_len: usize, bytes: &[u8]) -> Result<&[u8], &'static str> {
    if bytes.len() > max_len {
        return Err("it is longer than allowed");
    }
    match bytes.split_first() {
        None => Err("it is empty"),
        Some((first, body)) if *first == tag => Ok(body),
        Some(_) => Err("it belongs to another round"),
    }
}

/// Encodes a secret behind a tag or version byte; the buffer is wiped when
/// dropped.
pub fn encode_secret<T: Serialize>(first: u8, value: &T) -> Option<Zeroizing<Vec<u8>>> {
    behind(first, &|sink| {
        postcard::serialize_with_flavor(value, sink).ok()
    })
}

/// `first`, then what `write` writes; it is called twice.
fn behind(first: u8, write: &dyn Fn(Sink) -> Option<usize>) -> Option<Zeroizing<Vec<u8>>> {
    // Sized first: a growing buffer would leave unwiped copies behind.
    let size = write(Sink::new(&mut []))?;
    let mut bytes = Zeroizing::new(vec![0; size.checked_add(1)?]);
    let (head, body) = bytes.split_first_mut()?;
    *head = first;
    (write(Sink::new(body))? == size).then_some(bytes)
}

/// Where an encoding goes, as far as there is room for it; it tells how long the
/// whole is. The same type measures, with no room, and writes, so that the encoder
/// of every message is compiled once and not twice.
struct Sink<'a> {
    room: &'a mut [u8],
    length: usize,
}

impl<'a> Sink<'a> {
    const fn new(room: &'a mut [u8]) -> Self {
        Self { room, length: 0 }
    }
}

impl Flavor for Sink<'_> {
    type Output = usize;

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        if let Some(place) = self.room.get_mut(self.length) {
            *place = byte;
        }
        self.length += 1;
        Ok(())
    }

    fn finalize(self) -> postcard::Result<usize> {
        Ok(self.length)
    }
}

/// Decodes a stored record that has one encoding only.
pub fn decode_record<T: Serialize + DeserializeOwned>(
    version: u8,
    max_len: usize,
    bytes: &[u8],
) -> Result<T, &'static str> {
    match bytes.first() {
        Some(first) if *first != version => Err("this release does not know its version"),
        _ => decode_exact(version, max_len, bytes),
    }
}

/// Decodes a stored record of the given version.
pub fn decode_secret<T: DeserializeOwned>(version: u8, bytes: &[u8]) -> Option<T> {
    let (first, body) = bytes.split_first()?;
    if *first != version {
        return None;
    }
    match postcard::take_from_bytes(body) {
        Ok((value, [])) => Some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Example(u16, Vec<u8>);

    impl Message for Example {
        const TAG: u8 = 0x7f;
        const NAME: &'static str = "example";
        const MAX_LEN: usize = 8;
    }

    fn detail(bytes: &[u8]) -> Abort {
        decode::<Example>(bytes).unwrap_err()
    }

    #[test]
    fn only_one_byte_string_is_a_message() {
        let message = Example(5, vec![1, 2]);
        assert_eq!(encode(&message), Ok(vec![0x7f, 5, 2, 1, 2]));
        assert_eq!(decode::<Example>(&[0x7f, 5, 2, 1, 2]), Ok(message));
        let refused: [(&[u8], &str); 7] = [
            (&[0x7f, 5, 2, 1, 2, 0, 0, 0, 0], "it is longer than allowed"),
            (&[], "it is empty"),
            (&[0x7e, 5, 2, 1, 2], "it belongs to another round"),
            (&[0x7f, 5, 2, 1, 2, 0], "bytes follow its end"),
            (&[0x7f, 5, 2, 1], "it does not decode"),
            (
                &[0x7f, 0x85, 0, 2, 1, 2],
                "it is not encoded in the one allowed way",
            ),
            (
                &[0x7f, 5, 0x82, 0, 1, 2],
                "it is not encoded in the one allowed way",
            ),
        ];
        for (bytes, why) in refused {
            assert_eq!(detail(bytes), Abort::malformed("example", why));
        }
    }

    #[test]
    fn a_stored_record_of_another_version_does_not_decode() {
        let bytes = encode_secret(1, &Example(5, vec![1])).unwrap();
        assert_eq!(decode_secret(1, &bytes), Some(Example(5, vec![1])));
        assert_eq!(decode_secret::<Example>(2, &bytes), None);
    }
}
