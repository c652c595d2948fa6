//! Ethereum signing requests, from the JSON that a wallet sends to the bytes that are signed, and
//! from a signature to the answer that the wallet expects.
//!
//! Both sides of a Tandem account run this crate on the whole request: the device (as WebAssembly)
//! to show it and hash it, the server to hash it again and judge it by its policy. So it is strict
//! (a request that two readers could understand differently is refused), complete (every signed
//! byte appears in the [`Summary`]), and pure (no network, clock, randomness or secrets).
//!
//! The steps, each of which consumes the one before it:
//!
//! 1. [`Request::from_json`] checks the envelope: method, params, scope, account.
//! 2. [`Request::prepare`] reads the content and gives a [`Prepared`]: payload, digest, summary.
//! 3. [`Prepared::finish`] takes a signature, normalises it, checks that it recovers to the
//!    account, and assembles the answer.
//!
//! What is signed: transactions of the types 0 (with replay protection, EIP-155), 1, 2, 3 and 4,
//! `personal_sign` (EIP-191), typed data (EIP-712 and the form before it), and authorisations of a
//! delegation (EIP-7702). One file per EIP.

mod address;
mod atomic;
mod authorization_summary;
pub mod builder;
mod calldata;
mod chains;
mod data;
mod effect;
mod eip155;
mod eip1559;
mod eip191;
mod eip2930;
mod eip4844;
mod eip712;
mod eip7702;
mod erc4361;
mod error;
mod fact;
mod fields;
mod gas;
mod json;
mod keccak;
mod path;
mod prepared;
mod quantity;
mod refusal;
mod request;
mod rfc3986;
mod rlp_reader;
mod sign_in_summary;
mod signature;
mod signed_transaction;
mod summary;
mod text;
mod time;
mod transaction;
mod transaction_reader;
mod transaction_summary;
mod transaction_type;
mod typed_data;
mod typed_data_v1;
mod u256;

pub use address::{Address, AddressError, address_of};
pub use effect::{Effect, EffectKind};
pub use erc4361::SignIn;
pub use error::{Error, Problem, Problems};
pub use fact::Fact;
pub use json::{object as json_object, parse as parse_json};
pub use keccak::keccak256;
pub use prepared::{Finished, Prepared};
pub use request::{MAX_REQUEST_BYTES, Method, Request};
pub use rlp_reader::RlpError;
pub use signature::{Signature, recover};
pub use signed_transaction::{DecodeError, SignedTransaction};
pub use summary::{Row, Summary, SummaryKind, Tone};
pub use u256::U256;
