//! `tandem`: a Tandem device in a terminal. The device is the one of the snap, `tandem-keyring`,
//! compiled natively; here is only its host: one sealed file, a terminal, sockets, an Ethereum node.
//!
//! ```text
//! cli ──> commands ──> device ── handle ──> tandem-keyring
//!                        └──> host <──────────────┘
//!                               ├──> state     the sealed file
//!                               ├──> views     what a dialog says
//!                               ├──> terminal  what a person types
//!                               ├──> sockets   the signing server
//!                               └──> node      Ethereum
//! ```

mod amount;
mod cli;
mod commands;
mod device;
mod error;
mod host;
mod state;
mod terminal;
mod views;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
