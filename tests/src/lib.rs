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

pub use anvil::{Anvil, until};
pub use host::{Direction, Fate, TestDevice, Wallet, fresh_id};
pub use server::{Killer, Server, built};
pub use terminal::{Dialogue, Run, Terminal};
pub use tls::{Tls, authority};
