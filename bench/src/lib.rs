//! Runs both sides of a ceremony in one program and adds up, for each side, the
//! CPU time it used and the bytes and messages it sent. The clock is a parameter:
//! thread CPU time natively, `process.cpuUsage` in node.

mod ceremonies;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use ceremonies::{Cost, Report, run};
