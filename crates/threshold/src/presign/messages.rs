//! The five messages of a presignature: SPEC.md section 12. Four have the bodies of
//! signing's messages, two of them with 32 bytes behind.

use crate::Abort;
use crate::codec::{self, Kind};
use crate::sign::messages as body;

/// Step 12.1, device to server.
pub const OPENING: Kind = Kind {
    tag: 0x61,
    name: "presign opening",
    max_len: 28 * 1024,
};

/// Step 12.2, server to device.
const REPLY: Kind = Kind {
    tag: 0x62,
    name: "presign reply",
    max_len: 84 * 1024,
};

/// Step 12.3, device to server.
pub const ANSWER: Kind = Kind {
    tag: 0x63,
    name: "presign answer",
    max_len: 57 * 1024,
};

/// Step 12.4, device to server.
const USE: Kind = Kind {
    tag: 0x64,
    name: "presignature use",
    max_len: 65,
};

/// Step 12.5, server to device.
const PARTIAL: Kind = Kind {
    tag: 0x65,
    name: "presignature partial",
    max_len: 160,
};

/// Step 12.2: as in signing, and the commitment to the server's nonce.
pub struct Reply {
    pub reply: body::Reply,
    pub nonce_commitment: [u8; 32],
}

/// Step 12.4: what the presignature is used for.
pub struct Use {
    pub nonce: [u8; 32],
    pub binding: [u8; 32],
}

/// Step 12.5: the server's half and its opened nonce.
pub struct Partial {
    pub partial: body::Partial,
    pub nonce: [u8; 32],
}

impl Reply {
    pub fn encode(&self) -> Result<Vec<u8>, Abort> {
        let message = codec::encode_as(&REPLY, &self.reply)?;
        Ok(with_tail(message, &self.nonce_commitment))
    }

    pub fn decode(message: &[u8]) -> Result<Self, Abort> {
        let (body, nonce_commitment) = without_tail(&REPLY, message)?;
        Ok(Self {
            reply: codec::decode_as(&REPLY, body)?,
            nonce_commitment,
        })
    }
}

impl Use {
    pub fn encode(&self) -> Vec<u8> {
        with_tail(with_tail(vec![USE.tag], &self.nonce), &self.binding)
    }

    pub fn decode(message: &[u8]) -> Result<Self, Abort> {
        let (rest, binding) = without_tail(&USE, message)?;
        let (rest, nonce) = without_tail(&USE, rest)?;
        if rest == [USE.tag] {
            Ok(Self { nonce, binding })
        } else {
            Err(Abort::malformed(USE.name, "it does not decode"))
        }
    }
}

impl Partial {
    pub fn encode(&self) -> Result<Vec<u8>, Abort> {
        let message = codec::encode_as(&PARTIAL, &self.partial)?;
        Ok(with_tail(message, &self.nonce))
    }

    pub fn decode(message: &[u8]) -> Result<Self, Abort> {
        let (body, nonce) = without_tail(&PARTIAL, message)?;
        Ok(Self {
            partial: codec::decode_as(&PARTIAL, body)?,
            nonce,
        })
    }
}

fn with_tail(mut message: Vec<u8>, tail: &[u8; 32]) -> Vec<u8> {
    message.extend_from_slice(tail);
    message
}

fn without_tail<'a>(kind: &Kind, message: &'a [u8]) -> Result<(&'a [u8], [u8; 32]), Abort> {
    if message.len() > kind.max_len {
        return Err(Abort::malformed(kind.name, "it is longer than allowed"));
    }
    match message.split_last_chunk() {
        Some((rest, tail)) => Ok((rest, *tail)),
        None => Err(Abort::malformed(kind.name, "it does not decode")),
    }
}
