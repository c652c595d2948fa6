//! The real program: arguments, pipes, files, exit codes, and what it never says.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod dependencies;
mod drill;
mod inspect;
mod rebuild;
mod support;
mod words;
