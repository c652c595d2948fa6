//! The life of one key between a device and a server, as a finite model: keygen, refresh,
//! signatures with and without a presignature, recovery with the words, and copies of old
//! state that somebody puts back. [`stateright`] visits every state that the bounds of a
//! [`Scenario`] allow; `README.md` says what is modelled and what is not.
//!
//! Cryptography is taken at its word: halves combine if and only if they belong to one share
//! name, a proof can be made only by who holds the share, a message is of its session.
//! What is left is the order of writes, messages and deaths, and that is what breaks keys.

mod action;
mod continuation;
mod device;
mod network;
mod possible;
mod rules;
mod scenario;
mod server;
mod share;
mod state;

pub mod property;

pub use action::Action;
pub use rules::{Mistake, Rules};
pub use scenario::{Life, Scenario};
pub use state::{Party, State};
