//! What the whole-system tests share: the server as a real process, and the
//! shipping device code in native surroundings.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test support: a failed assumption must end the test"
)]

mod anvil;
pub mod chaos;
mod host;
mod server;
mod terminal;
mod tls;

/// The distance from one moment of a kill to the next: 1 if `TANDEM_EXHAUSTIVE=1`, else `usually`. An
/// odd one meets frames of both directions.
pub fn stride(usually: usize) -> usize {
    let exhaustive = std::env::var("TANDEM_EXHAUSTIVE").is_ok_and(|value| value == "1");
    if exhaustive { 1 } else { usually }
}

pub use anvil::{Anvil, until};
pub use host::{Direction, Fate, TestDevice, Wallet, fresh_id};
pub use server::{Killer, Server, built};
pub use terminal::{Dialogue, Run, Terminal};
pub use tls::{Tls, authority};
