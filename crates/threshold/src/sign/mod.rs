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
