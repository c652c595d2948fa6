//! Making a new pair of shares for a key that exists: SPEC.md section 10.
//!
//! The rounds are those of keygen, without a chain code and with lines through 0
//! instead of any line, so that the key stays what it was and everything else is
//! new: both shares, the seeds, the base transfers.
//!
//! ```text
//! Base -> AwaitFragment -> AwaitCommitment -> AwaitOpening -> AwaitSetup -> Unproven
//! device  Unproven::open -> device::AwaitReply -> device::Unstored -> device::AwaitPartial -> Refreshed
//! server  Unproven::reply -> server::AwaitAnswer -> Refreshed
//! ```

mod base;
mod deal;
pub mod device;
mod messages;
mod refreshed;
mod round1;
mod round2;
mod round3;
mod round4;
pub mod server;
mod unproven;

pub use base::Base;
pub use refreshed::Refreshed;
pub use round1::{AwaitFragment, start};
pub use round2::AwaitCommitment;
pub use round3::AwaitOpening;
pub use round4::AwaitSetup;
pub use unproven::Unproven;

use dkls23::secp256k1::Party;

use crate::context::Context;

/// What every state of a refresh carries along.
struct Refresh {
    context: Context,
    /// Our point on the line that the new one starts from.
    party: Party,
    to_epoch: u32,
}
