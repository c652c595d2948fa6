//! Log set-up. One line an event, on standard error; standard output carries only
//! what a program or person asked for.
//!
//! Levels: `error` the operator must act; `warn` somebody misbehaves or a key was
//! frozen; `info` what happened, one line a session; `debug` how it went.
//!
//! Never logged, at any level: enrolment tokens, shares and anything derived from
//! them, the sealing key, ceremony messages, and of a request nothing but its
//! method and digest. Text that a device chose is logged with `?`, which escapes
//! it.

use std::io::{IsTerminal, stderr};
use std::panic;

use tracing_subscriber::EnvFilter;

/// Reads a filter, such as `info` or `tandem_server=debug`.
///
/// # Errors
/// The reason why it cannot be read.
pub fn filter(text: &str) -> Result<EnvFilter, String> {
    EnvFilter::try_new(text).map_err(|error| error.to_string())
}

/// Starts logging and makes panics log where they happened, without their
/// message: it could quote a secret.
pub fn start(filter: EnvFilter) {
    let logging = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal())
        .try_init();
    if logging.is_err() {
        // Only a test that started it before; its logging goes on.
        tracing::debug!("logging was already started");
    }
    panic::set_hook(Box::new(|info| {
        let place = info
            .location()
            .map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        tracing::error!(panic.place = place, "a defect in the program ended a task");
    }));
}
