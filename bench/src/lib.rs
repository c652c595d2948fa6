//! What things cost.
//!
//! `ceremonies` runs both sides of a ceremony in one program and adds up, for each side, the CPU
//! time it used and the bytes and messages it sent; `prepare` reads one request again and again.
//! The clock is a parameter: thread CPU time natively, `process.cpuUsage` in node.

mod ceremonies;
#[cfg(not(target_arch = "wasm32"))]
mod prepare;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use ceremonies::{Cost, Report, run as ceremonies};
#[cfg(not(target_arch = "wasm32"))]
pub use prepare::run as prepare;
