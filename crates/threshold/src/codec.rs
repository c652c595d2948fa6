//! Messages to bytes and back: one round tag, then postcard. A message of
//! another round, one that is too long, one with bytes left over, and one that
//! is not the only encoding of its value are refused before anything is computed
//! with them (SPEC.md section 6).

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

/// Encodes a message. The result is the caller's to send; where it holds a
/// secret (the fragment and the setup of keygen) no other copy is left behind.
pub fn encode<M: Message>(message: &M) -> Result<Vec<u8>, Abort> {
    match encode_secret(M::TAG, message) {
        Some(mut bytes) => Ok(std::mem::take(&mut *bytes)),
        None => Err(Abort::malformed(M::NAME, "our own message does not encode")),
    }
}

/// Decodes a message and refuses everything that is not exactly one.
pub fn decode<M: Message>(bytes: &[u8]) -> Result<M, Abort> {
    let malformed = |detail| Abort::malformed(M::NAME, detail);
    if bytes.len() > M::MAX_LEN {
        return Err(malformed("it is longer than allowed"));
    }
    let Some((tag, body)) = bytes.split_first() else {
        return Err(malformed("it is empty"));
    };
    if *tag != M::TAG {
        return Err(malformed("it belongs to another round"));
    }
    let message = match postcard::take_from_bytes::<M>(body) {
        Ok((message, [])) => message,
        Ok(_) => return Err(malformed("bytes follow its end")),
        Err(_) => return Err(malformed("it does not decode")),
    };
    // postcard accepts integers with leading zero groups, and SEC1 has four ways
    // to write a point. Only what we would have written is a message, so that no
    // two byte strings are the same message.
    match encode_secret(M::TAG, &message) {
        Some(own) if own.as_slice() == bytes => Ok(message),
        _ => Err(malformed("it is not encoded in the one allowed way")),
    }
}

/// Encodes a secret behind a tag or version byte; the buffer is wiped when
/// dropped.
pub fn encode_secret<T: Serialize>(first: u8, value: &T) -> Option<Zeroizing<Vec<u8>>> {
    // Sized first: a growing buffer would leave unwiped copies behind.
    let size = postcard::experimental::serialized_size(value).ok()?;
    let mut bytes = Zeroizing::new(vec![0; size.checked_add(1)?]);
    let (head, body) = bytes.split_first_mut()?;
    *head = first;
    postcard::to_slice(value, body).ok()?;
    Some(bytes)
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
