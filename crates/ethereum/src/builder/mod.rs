//! Completes a transaction that somebody drafted, where no wallet did so before: nonce, gas limit,
//! fees, and the replacement of one that is pending.
//!
//! Plain data in, plain data out: whoever calls asks a node and hands its answers in. What the
//! draft gives is kept as it is and never altered; only what is missing is filled in. The result is
//! an ordinary `eth_signTransaction` request, which the strict reader judges like any other: nothing
//! that is filled in here is signed without being read, shown and approved.
//!
//! Every answer of a node is a claim by a stranger. Numbers are read with limits and calculated
//! without wrapping, and text is escaped and cut before anybody sees it.

mod draft;
mod fees;
mod gas;
mod node;
mod nonce;
mod receipt;
mod replacement;

pub use draft::{Draft, FeeSource, Filling};
pub use fees::{FeeHistory, FeeMarket, Speed, blob_fee};
pub use gas::gas_limit;
pub use node::{
    BroadcastFailure, EstimateFailure, read_hash, read_u64, read_u128, shown_node_text,
};
pub use nonce::next_nonce;
pub use receipt::read_receipt;
pub use replacement::Pending;
