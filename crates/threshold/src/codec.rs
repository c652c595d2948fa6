//! Messages to bytes and back: one round tag, then postcard. A message of
//! another round, one that is too long, and one with bytes left over are refused
//! before anything is computed with them.

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

/// Encodes a message.
pub fn encode<M: Message>(message: &M) -> Result<Vec<u8>, Abort> {
    postcard::to_extend(message, vec![M::TAG])
        .map_err(|_| Abort::malformed(M::NAME, "our own message does not encode"))
}

/// Decodes a message and refuses everything that is not exactly one.
pub fn decode<M: Message>(bytes: &[u8]) -> Result<M, Abort> {
    if bytes.len() > M::MAX_LEN {
        return Err(Abort::malformed(M::NAME, "it is longer than allowed"));
    }
    let Some((tag, body)) = bytes.split_first() else {
        return Err(Abort::malformed(M::NAME, "it is empty"));
    };
    if *tag != M::TAG {
        return Err(Abort::malformed(M::NAME, "it belongs to another round"));
    }
    match postcard::take_from_bytes::<M>(body) {
        Ok((message, [])) => Ok(message),
        Ok(_) => Err(Abort::malformed(M::NAME, "bytes follow its end")),
        Err(_) => Err(Abort::malformed(M::NAME, "it does not decode")),
    }
}

/// Encodes a secret record for storage; the buffer is wiped when dropped.
pub fn encode_secret<T: Serialize>(version: u8, value: &T) -> Option<Zeroizing<Vec<u8>>> {
    // Sized first: a growing buffer would leave unwiped copies behind.
    let size = postcard::experimental::serialized_size(value).ok()?;
    let mut bytes = Zeroizing::new(vec![0; size.checked_add(1)?]);
    let (first, body) = bytes.split_first_mut()?;
    *first = version;
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
