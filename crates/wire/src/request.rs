//! What a session is asked for: the fields of each purpose, FORMAT.md sections 2 and 3. Postcard,
//! as the messages that carry them (`message.rs`, which also tests their encoding).

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Bytes of one ceremony message, opaque to this crate.
pub type MessageBytes = Vec<u8>;

/// Name of what the device was asked to sign, the same in every session that is about it.
pub type RequestId = [u8; 16];

/// The id of a request that has a name of its own, of whatever form.
#[must_use]
pub fn request_id(name: &str) -> RequestId {
    let hash: [u8; 32] = Sha256::new()
        .chain_update(b"tandem/wire/request-id/v1")
        .chain_update(name.as_bytes())
        .finalize()
        .into();
    let mut id = RequestId::default();
    id.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    id
}

/// r, s, and the parity of R's y coordinate: 0 or 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureBytes {
    /// r, big-endian.
    pub r: [u8; 32],
    /// s, big-endian.
    pub s: [u8; 32],
    /// Whether y is odd.
    pub y_is_odd: bool,
}

/// A request to export a key.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportRequest {
    /// Key id.
    pub key: [u8; 32],
    /// Epoch of the device's share.
    pub epoch: u32,
    /// The one-time permit, normalised, where the server asked for one.
    pub permit: Option<String>,
    /// Step 10.7.1 of the threshold protocol.
    pub round: MessageBytes,
}

/// A request to import a key.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRequest {
    /// Key id.
    pub key: [u8; 32],
    /// Epoch of the device's share, or 0 if it has none.
    pub epoch: u32,
    /// The one-time permit, normalised, where the server asked for one.
    pub permit: Option<String>,
    /// Step 10.2 of the threshold protocol.
    pub deal: MessageBytes,
    /// The first round of step 10.3 of the threshold protocol.
    pub round: MessageBytes,
}

/// Shows that a device that has no share has the recovery words.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordsProof {
    /// The recovery public key, SEC1 compressed.
    pub recovery_key: Vec<u8>,
    /// A signature by the recovery key over the server's nonce and the device's id.
    /// SPEC.md 11.9.
    pub proof: Vec<u8>,
}

/// Most kits that a server answers with.
pub const KITS_MAX: usize = 32;

/// A request for a recovery setup.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryRequest {
    /// Key id.
    pub key: [u8; 32],
    /// Epoch of the device's share.
    pub epoch: u32,
    /// The recovery public key, SEC1 compressed.
    pub recovery_key: Vec<u8>,
    /// A signature by the recovery key over the server's nonce and the device's id: the
    /// words are at hand, and the same as before. SPEC.md 11.9.
    pub proof: Option<Vec<u8>>,
    /// The one-time permit, normalised, where the server asked for one.
    pub permit: Option<String>,
    /// Step 11.5.1 of the threshold protocol.
    pub round: MessageBytes,
}

/// A request to sign.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignRequest {
    /// Key id.
    pub key: [u8; 32],
    /// Epoch of the device's share.
    pub epoch: u32,
    /// Account index, path m/account.
    pub account: u32,
    /// The whole request as JSON; the server decodes and hashes it itself.
    pub request: String,
    /// The digest the device computed. A difference is an error, never a choice.
    pub digest: [u8; 32],
    /// The request's id: with another digest it is an error.
    pub id: RequestId,
    /// The ceremony of an earlier session about this request that lacks the server's half only.
    pub held: Option<[u8; 32]>,
    /// Step 3.1 of the threshold protocol.
    pub round: MessageBytes,
}

/// Most signatures that one session prepares.
pub const PRESIGN_MAX: usize = 4;

/// A request to prepare signatures with one account.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresignRequest {
    /// Key id.
    pub key: [u8; 32],
    /// Epoch of the device's share.
    pub epoch: u32,
    /// Account index, path m/account.
    pub account: u32,
    /// Step 12.1 of the threshold protocol, once for each signature; from 1 to
    /// [`PRESIGN_MAX`].
    pub rounds: Vec<MessageBytes>,
}

/// What a prepared signature is used for.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UseRequest {
    /// Which of those that the session prepared, from 0.
    pub index: u8,
    /// The whole request as JSON; the server decodes and hashes it itself.
    pub request: String,
    /// The digest the device computed. A difference is an error, never a choice.
    pub digest: [u8; 32],
    /// The request's id, which no other session was about.
    pub id: RequestId,
    /// Step 12.4 of the threshold protocol.
    pub round: MessageBytes,
}
