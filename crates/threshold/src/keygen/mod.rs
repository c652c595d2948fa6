//! Making a key: SPEC.md section 2.
//!
//! Both sides run the same rounds 1 to 4, then the device opens a joint test
//! signature. Only a share that took part in a verified signature becomes a
//! [`KeyShare`](crate::KeyShare).
//!
//! ```text
//! AwaitFragment -> AwaitCommitment -> AwaitOpening -> AwaitSetup -> Unproven
//! device  Unproven::open -> device::AwaitReply -> device::AwaitPartial -> KeyShare
//! server  Unproven::reply -> server::AwaitAnswer -> KeyShare
//! ```

pub mod device;
pub(crate) mod messages;
mod round1;
mod round2;
mod round3;
mod round4;
pub mod server;
mod unproven;

pub use round1::{AwaitFragment, start};
pub use round2::AwaitCommitment;
pub use round3::AwaitOpening;
pub use round4::AwaitSetup;
pub use unproven::Unproven;

use dkls23::protocols::Parameters;
use dkls23::protocols::dkg::SessionData;

use crate::context::Context;

/// The library's session: two of two, bound to the ceremony id.
fn session(context: &Context) -> SessionData {
    SessionData {
        parameters: Parameters {
            threshold: 2,
            share_count: 2,
        },
        party_index: context.role.party_index(),
        session_id: context.ceremony.as_bytes().to_vec(),
    }
}
