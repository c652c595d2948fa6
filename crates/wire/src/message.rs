//! The messages of a session: FORMAT.md section 2. Postcard inside frames; every
//! decoder is bounded by the frame limits and takes the whole input or nothing.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    DeviceId, DeviceKey, ExportRequest, IdentityError, ImportRequest, MessageBytes, PresignRequest,
    RecoveryRequest, RequestId, SignRequest, SignatureBytes, UseRequest, WordsProof,
};

/// Device to server.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToServer {
    /// The first message of every session.
    Open(Open),
    /// The device's next message in the ceremony.
    Round(MessageBytes),
    /// The device ends the ceremony.
    Abort {
        /// The device found a failed check and has frozen the key; so must the
        /// server.
        freeze: bool,
    },
    /// Uses a signature that this session prepared.
    Sign(UseRequest),
    /// The device has the signature, and the server may answer with it if the same request
    /// comes again.
    Signed {
        /// The request's id.
        id: RequestId,
        /// The signature.
        signature: SignatureBytes,
    },
}

/// Server to device.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToDevice {
    /// The first message of every session.
    Welcome {
        /// The server's release, as `Release` prints it.
        release: String,
        /// Fresh randomness of this session.
        server_nonce: [u8; 32],
    },
    /// The device is known from now on. Ends an enrolment.
    Enrolled,
    /// The server's next message in the ceremony.
    Round(MessageBytes),
    /// The server will not go on. Ends the session.
    Refused(Refusal),
    /// Every recovery kit of the words that were proved; at most [`KITS_MAX`](crate::KITS_MAX). Ends the
    /// session.
    Kits(Vec<MessageBytes>),
    /// This request was signed: its signature. Ends a `Sign` session.
    Signed(SignatureBytes),
    /// The device has all of this request's signature but the server's half, which was
    /// released before: the same bytes. Ends a `Sign` session.
    Released(MessageBytes),
}

/// Who asks for what. Signed by the device key over the server's nonce, so it is
/// good for this session only.
#[derive(Debug, Serialize, Deserialize)]
pub struct Open {
    /// Postcard of [`Unsigned`]: signed as bytes, so there is one encoding.
    body: Vec<u8>,
    /// ECDSA over SHA-256(tag, server nonce, body).
    signature: Vec<u8>,
}

/// What an [`Open`] says.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsigned {
    /// The device's release, as `Release` prints it.
    pub release: String,
    /// Fresh randomness of this session.
    pub device_nonce: [u8; 32],
    /// What is asked for.
    pub purpose: Purpose,
    #[serde(with = "device_id")]
    /// The device that asks.
    pub device: DeviceId,
}

/// What a session is for.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// Makes this device known.
    Enrol {
        /// The one-time token, normalised.
        token: String,
    },
    /// Makes a new key.
    Keygen {
        /// Step 2.1 of the threshold protocol.
        round: MessageBytes,
    },
    /// Signs one request with one account.
    Sign(SignRequest),
    /// Prepares signatures, to be used later in the same session.
    Presign(PresignRequest),
    /// Makes a new pair of shares of a key.
    Refresh {
        /// Key id.
        key: [u8; 32],
        /// Epoch of the device's share, which the new one follows.
        epoch: u32,
        /// The first round of step 10.3 of the threshold protocol.
        round: MessageBytes,
    },
    /// Proves that both sides have the shares of an epoch.
    Confirm {
        /// Key id.
        key: [u8; 32],
        /// Epoch of the device's share.
        epoch: u32,
        /// Step 10.7.1 of the threshold protocol.
        round: MessageBytes,
    },
    /// Encrypts the third share of a key to recovery words.
    Recovery(RecoveryRequest),
    /// Asks for all kits of recovery words.
    Kits(WordsProof),
    /// Makes a new pair of shares from the server's share and the words.
    Recover {
        /// Key id.
        key: [u8; 32],
        /// Epoch of the kit, which the new share follows.
        epoch: u32,
        /// The device has no share to show.
        words: WordsProof,
        /// The first round of step 10.3 of the threshold protocol.
        round: MessageBytes,
    },
    /// Makes the first pair of shares with this server, of a key that the device knows, in one
    /// piece or in two.
    Import(ImportRequest),
    /// Asks for the server's share, to show the private key to its user.
    Export(ExportRequest),
}

/// Why the server will not go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// For programs.
    pub code: RefusalCode,
    /// For people; one sentence.
    pub message: String,
    /// For an invalid request: every problem in it.
    pub problems: Vec<Problem>,
}

/// One problem with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Path of the field.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Kinds of refusal. New ones go last: the order is the encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RefusalCode {
    /// The message does not decode or is out of order.
    Malformed,
    /// The device's signature does not verify, or the device is not enrolled.
    Unauthorized,
    /// The enrolment token is unknown, used or expired.
    InvalidToken,
    /// This device has no such key.
    UnknownKey,
    /// The key is frozen: no signing until a refresh.
    Frozen,
    /// Another ceremony of this key or device is running.
    Busy,
    /// The shares are of different epochs.
    EpochMismatch,
    /// The request is not valid; see the problems.
    InvalidRequest,
    /// Server and device computed different digests for the same request.
    DigestMismatch,
    /// A protocol check failed. Deliberately says no more.
    Aborted,
    /// The server cannot work just now.
    Unavailable,
    /// The key signs again after a refresh: the operator wants one.
    RefreshRequired,
    /// The operator must permit it: no permit, or one that is unknown, used, expired
    /// or for something else.
    PermitRequired,
    /// The request's id was used: for another digest, too long ago, or too often.
    RequestConflict,
}

/// Bytes that are not a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not the encoding of a message of this version.
    #[error("the message does not decode")]
    Undecodable,
    /// A message with something after it.
    #[error("bytes follow the message")]
    TrailingBytes,
}

impl ToServer {
    /// Encodes the message.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// Decodes exactly one message.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode(bytes)
    }
}

impl ToDevice {
    /// Encodes the message.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// Decodes exactly one message.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode(bytes)
    }
}

impl Unsigned {
    /// Signs for the session that `server_nonce` began.
    ///
    /// # Errors
    /// [`IdentityError::InvalidId`] if `key` is not this device's.
    pub fn sign(&self, key: &DeviceKey, server_nonce: &[u8; 32]) -> Result<Open, IdentityError> {
        if self.device != key.id() {
            return Err(IdentityError::InvalidId);
        }
        let body = encode(self);
        let signature = key.sign(server_nonce, &body)?.to_vec();
        Ok(Open { body, signature })
    }
}

impl Open {
    /// Decodes the body and checks that the device it names signed it for this
    /// session. Says nothing about whether that device is enrolled.
    ///
    /// # Errors
    /// [`IdentityError`], also for a body that does not decode.
    pub fn verify(&self, server_nonce: &[u8; 32]) -> Result<Unsigned, IdentityError> {
        let unsigned: Unsigned = decode(&self.body).map_err(|_| IdentityError::InvalidSignature)?;
        unsigned
            .device
            .verify(server_nonce, &self.body, &self.signature)?;
        Ok(unsigned)
    }
}

fn encode<T: Serialize>(message: &T) -> Vec<u8> {
    #[expect(
        clippy::expect_used,
        reason = "postcard fails only when a buffer is too small, and a Vec grows"
    )]
    postcard::to_allocvec(message).expect("messages of this crate always encode")
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    match postcard::take_from_bytes(bytes) {
        Ok((message, [])) => Ok(message),
        Ok(_) => Err(DecodeError::TrailingBytes),
        Err(_) => Err(DecodeError::Undecodable),
    }
}

/// A device id as 33 plain bytes.
mod device_id {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use crate::DeviceId;

    pub fn serialize<S: Serializer>(id: &DeviceId, serializer: S) -> Result<S::Ok, S::Error> {
        id.0.as_slice().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DeviceId, D::Error> {
        let bytes = <Vec<u8>>::deserialize(deserializer)?;
        <[u8; 33]>::try_from(bytes)
            .map(DeviceId)
            .map_err(|_| D::Error::custom("a device id has 33 bytes"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;
    use proptest::prelude::*;

    fn key(byte: u8) -> DeviceKey {
        DeviceKey::from_bytes(&[byte; 32]).unwrap()
    }

    fn unsigned(key: &DeviceKey) -> Unsigned {
        Unsigned {
            release: "r".into(),
            device_nonce: [5; 32],
            device: key.id(),
            purpose: Purpose::Enrol { token: "t".into() },
        }
    }

    #[test]
    fn an_open_verifies_for_its_session_and_no_other() {
        let open = unsigned(&key(1)).sign(&key(1), &[7; 32]).unwrap();
        assert_eq!(open.verify(&[7; 32]).unwrap(), unsigned(&key(1)));
        assert_eq!(
            open.verify(&[8; 32]).unwrap_err(),
            IdentityError::InvalidSignature
        );
    }

    #[test]
    fn a_device_cannot_speak_for_another() {
        assert_eq!(
            unsigned(&key(1)).sign(&key(2), &[7; 32]).unwrap_err(),
            IdentityError::InvalidId
        );
        let mut open = unsigned(&key(1)).sign(&key(1), &[7; 32]).unwrap();
        let theirs = unsigned(&key(2)).sign(&key(2), &[7; 32]).unwrap();
        open.body = theirs.body;
        assert_eq!(
            open.verify(&[7; 32]).unwrap_err(),
            IdentityError::InvalidSignature
        );
    }

    #[test]
    fn every_changed_byte_of_an_open_is_noticed() {
        let bytes = ToServer::Open(unsigned(&key(1)).sign(&key(1), &[7; 32]).unwrap()).to_bytes();
        for i in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[i] ^= 1;
            if let Ok(ToServer::Open(open)) = ToServer::from_bytes(&changed) {
                assert!(open.verify(&[7; 32]).is_err(), "byte {i}");
            }
        }
    }

    #[test]
    fn printing_a_device_key_shows_only_the_public_half() {
        let printed = format!("{:?}", key(0x11));
        assert!(!printed.contains("1111"), "{printed}");
        assert!(printed.contains(&key(0x11).id().to_string()));
    }

    #[test]
    fn bytes_after_a_message_are_refused() {
        let mut bytes = ToDevice::Enrolled.to_bytes();
        bytes.push(0);
        assert_eq!(
            ToDevice::from_bytes(&bytes).unwrap_err(),
            DecodeError::TrailingBytes
        );
    }

    #[test]
    fn the_encoding_of_refusal_codes_never_changes() {
        for (code, byte) in [
            (RefusalCode::Malformed, 0),
            (RefusalCode::Frozen, 4),
            (RefusalCode::Aborted, 9),
            (RefusalCode::Unavailable, 10),
            (RefusalCode::RefreshRequired, 11),
            (RefusalCode::PermitRequired, 12),
            (RefusalCode::RequestConflict, 13),
        ] {
            assert_eq!(encode(&code), vec![byte]);
        }
    }

    #[test]
    fn preparing_and_using_have_the_encoding_of_the_format() {
        let presign = Purpose::Presign(PresignRequest {
            key: [7; 32],
            epoch: 1,
            account: 300,
            rounds: vec![vec![0xaa], vec![0xbb, 0xcc]],
        });
        let key = [7; 32];
        let expected = [&[3][..], &key, &[1, 0xac, 2, 2, 1, 0xaa, 2, 0xbb, 0xcc]].concat();
        assert_eq!(encode(&presign), expected);
        let used = ToServer::Sign(UseRequest {
            index: 200,
            request: "{}".into(),
            digest: [8; 32],
            id: [9; 16],
            round: vec![0xdd],
        });
        let expected = [&[3, 200, 2][..], b"{}", &[8; 32], &[9; 16], &[1, 0xdd]].concat();
        assert_eq!(used.to_bytes(), expected);
        let Ok(ToServer::Sign(read)) = ToServer::from_bytes(&expected) else {
            unreachable!("it decodes");
        };
        assert_eq!((read.index, read.round), (200, vec![0xdd]));
    }

    #[test]
    fn a_request_that_comes_again_has_the_encoding_of_the_format() {
        let sign = |held| {
            Purpose::Sign(SignRequest {
                key: [7; 32],
                epoch: 1,
                account: 2,
                request: "{}".into(),
                digest: [8; 32],
                id: [9; 16],
                held,
                round: vec![0xdd],
            })
        };
        let start = [&[2][..], &[7; 32], &[1, 2, 2], b"{}", &[8; 32], &[9; 16]].concat();
        let without = [&start[..], &[0, 1, 0xdd]].concat();
        assert_eq!(encode(&sign(None)), without);
        let with = [&start[..], &[1], &[6; 32], &[1, 0xdd]].concat();
        assert_eq!(encode(&sign(Some([6; 32]))), with);
        let signature = SignatureBytes {
            r: [1; 32],
            s: [2; 32],
            y_is_odd: true,
        };
        let bytes = [&[1; 32][..], &[2; 32], &[1]].concat();
        let told = ToServer::Signed {
            id: [9; 16],
            signature,
        };
        assert_eq!(told.to_bytes(), [&[4][..], &[9; 16], &bytes].concat());
        assert_eq!(
            ToDevice::Signed(signature).to_bytes(),
            [&[5][..], &bytes].concat()
        );
        assert_eq!(ToDevice::Released(vec![0xee]).to_bytes(), [6, 1, 0xee]);
    }

    #[test]
    fn a_recovery_setup_has_the_encoding_of_the_format() {
        let request = |proof, permit| {
            Purpose::Recovery(RecoveryRequest {
                key: [7; 32],
                epoch: 1,
                recovery_key: vec![2; 33],
                proof,
                permit,
                round: vec![0xaa],
            })
        };
        let start = [&[6][..], &[7; 32], &[1, 33], &[2; 33]].concat();
        let without = [&start[..], &[0, 0, 1, 0xaa]].concat();
        assert_eq!(encode(&request(None, None)), without);
        let with = [&start[..], &[1, 1, 9, 1, 2], b"ab", &[1, 0xaa]].concat();
        assert_eq!(encode(&request(Some(vec![9]), Some("ab".into()))), with);
    }

    #[test]
    fn an_import_has_the_encoding_of_the_format() {
        let request = |permit| {
            Purpose::Import(ImportRequest {
                key: [7; 32],
                epoch: 3,
                permit,
                deal: vec![0xaa],
                round: vec![0xbb, 0xcc],
            })
        };
        let start = [&[9][..], &[7; 32], &[3]].concat();
        let rest = [1, 0xaa, 2, 0xbb, 0xcc];
        let without = [&start[..], &[0], &rest].concat();
        assert_eq!(encode(&request(None)), without);
        let with = [&start[..], &[1, 2], b"ab", &rest].concat();
        assert_eq!(encode(&request(Some("ab".into()))), with);
    }

    #[test]
    fn an_export_has_the_encoding_of_the_format() {
        let request = Purpose::Export(ExportRequest {
            key: [7; 32],
            epoch: 1,
            permit: Some("ab".into()),
            round: vec![0xaa],
        });
        let expected = [&[10][..], &[7; 32], &[1, 1, 2], b"ab", &[1, 0xaa]].concat();
        assert_eq!(encode(&request), expected);
    }

    #[test]
    fn recovering_has_the_encoding_of_the_format() {
        let words = || WordsProof {
            recovery_key: vec![2; 33],
            proof: vec![9],
        };
        let proved = [&[33][..], &[2; 33], &[1, 9]].concat();
        let kits = [&[7][..], &proved].concat();
        assert_eq!(encode(&Purpose::Kits(words())), kits);
        let recover = Purpose::Recover {
            key: [7; 32],
            epoch: 1,
            words: words(),
            round: vec![0xaa],
        };
        let expected = [&[8][..], &[7; 32], &[1], &proved, &[1, 0xaa]].concat();
        assert_eq!(encode(&recover), expected);
        let answer = ToDevice::Kits(vec![vec![1], vec![2, 3]]);
        assert_eq!(answer.to_bytes(), [4, 2, 1, 1, 2, 2, 3]);
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_decoder_panic(bytes: Vec<u8>) {
            let _to_server = ToServer::from_bytes(&bytes);
            let _to_device = ToDevice::from_bytes(&bytes);
        }
    }
}
