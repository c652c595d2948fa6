//! The real program without a server: arguments, pipes, the file of its state, exit codes, and what
//! it never says. With a server and a node: `tests/tests/cli.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod arguments;
mod dependencies;
mod format;
mod lock;
mod secrets;
mod state;
mod support;
