//! The signing server: the second party of every Tandem key.
//!
//! A session comes in over one WebSocket ([`http`]), proves which device it is
//! from, and runs one ceremony ([`session`]). Shares are sealed ([`seal`])
//! before they reach the [`store`]. Nothing leaves this program that was not
//! durably written first: a share before the message that lets the device
//! finish, a signature before its half, a freeze before the answer.
//!
//! This crate never imports the keyring; both meet only in `tandem-wire`,
//! `tandem-threshold` and `tandem-ethereum`.

mod backup;
pub mod cli;
pub mod config;
pub mod error;
pub mod health;
pub mod http;
pub mod log;
pub mod policy;
pub mod seal;
pub mod sealing_key;
pub mod services;
pub mod session;
pub mod shutdown;
pub mod store;

mod commands;
