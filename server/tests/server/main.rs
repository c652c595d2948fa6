//! The real server as a process, driven by a small native client.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod support;

mod command_line;
mod crashes;
mod enrolment;
mod freezing;
mod keygen;
mod presigning;
mod protocol;
mod recovery;
mod refreshing;
mod sealing;
mod signing;
mod stopping;
mod strikes;
