//! Signing one digest with one account: SPEC.md section 3.
//!
//! The device opens, the server answers, and only the device ends up with the
//! signature. Two round trips:
//!
//! ```text
//! device  Opening  ->            step 3.1
//!         <-  Reply      server  step 3.2
//! device  Answer   ->            step 3.3
//!         <-  Partial    server  step 3.4
//! ```

pub mod device;
pub(crate) mod engine;
pub(crate) mod messages;
pub mod server;

/// The server's half of a signature, on its way to the device: SPEC.md 3.4 and 12.5.
pub struct PartialSignature {
    /// The message to send.
    pub message: Vec<u8>,
    /// The x coordinate of the signature's nonce point, big-endian. No two
    /// signatures have the same one; a caller that stores it under a unique index
    /// proves that to itself.
    pub r: [u8; 32],
}
