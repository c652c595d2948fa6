//! A command a file.

pub mod drill;
pub mod inspect;
pub mod public_key;
pub mod rebuild;
pub mod words;

use tandem_ethereum::address_of;
use tandem_threshold::PublicKey;

/// The Ethereum address of an account's public key.
fn address(public_key: &PublicKey) -> String {
    // A derived public key is always a point.
    address_of(public_key).map_or_else(String::new, |address| address.to_string())
}
