//! What crosses the socket between a device and its server: frames, the messages
//! in them, the proof of who is asking, and the enrolment code. FORMAT.md gives
//! the bytes.
//!
//! One WebSocket carries one session, and one session is one ceremony:
//!
//! ```text
//! server -> Welcome            release, nonce
//! device -> Open               who, what, first round   (signed by the device key)
//! server -> Round | Refused
//! device -> Round | Abort      ... until the ceremony ends
//! ```
//!
//! There is no network in this crate; both ends drive it with bytes.
//!
//! # Security
//!
//! These sessions are authenticated towards the server but not encrypted, and
//! the server is not authenticated: outside loopback they MUST run inside TLS
//! (see [`ServerUrl`]).

mod enrolment;
mod frame;
mod identity;
mod message;
mod release;
mod request;
mod url;

pub use enrolment::{EnrolmentCode, EnrolmentCodeError, Token};
pub use frame::{
    FRAME_MAX, FrameError, MESSAGE_MAX, PAYLOAD_MAX, REORDER_WINDOW, Reassembler, Splitter,
    WIRE_VERSION,
};
pub use identity::{DeviceId, DeviceKey, IdentityError};
pub use message::{
    DecodeError, Open, Problem, Purpose, Refusal, RefusalCode, ToDevice, ToServer, Unsigned,
};
pub use release::{Release, release};
pub use request::{
    ExportRequest, ImportRequest, KITS_MAX, MessageBytes, PRESIGN_MAX, PresignRequest,
    RecoveryRequest, RequestId, SignRequest, SignatureBytes, UseRequest, WordsProof, request_id,
};
pub use url::{ServerUrl, UrlError};

/// The WebSocket subprotocol both ends offer.
pub const SUBPROTOCOL: &str = "tandem.v1";
