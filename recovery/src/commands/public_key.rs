//! `public-key`: what a device is given instead of the words.

use crate::cli::FromWords;
use crate::error::Error;
use crate::input;
use crate::output::say;

/// Prints the public key of the words.
pub fn run(from: &FromWords) -> Result<(), Error> {
    let words = input::words(from)?;
    say(&words.key().public_key().to_string())
}
