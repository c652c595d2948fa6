//! `tandem-recover`: what a person needs when one of the three shares of a Tandem
//! account is lost, and what they should have done before. Offline: it links no
//! network code, asks no server, and writes only the files it is told to.
//!
//! The shares, the words and the kit are `tandem_threshold::recovery`'s (SPEC.md
//! section 11). Here is only what that crate must not do: arguments, files, the
//! terminal, randomness.

mod cli;
mod commands;
mod error;
mod input;
mod output;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
