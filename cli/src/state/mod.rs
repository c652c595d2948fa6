//! What the device keeps: one sealed file.

mod file;
mod seal;

pub use file::{Locked, StateFile};
pub use seal::SealError;
