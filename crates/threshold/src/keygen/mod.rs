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
mod kept;
mod messages;
#[cfg(test)]
mod proof_tests;
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

use crate::transcript::Transcript;
use crate::{Ceremony, CeremonyId, Releases, Role};

/// What every state of a keygen carries along.
struct Context {
    role: Role,
    ceremony: CeremonyId,
    releases: Releases,
    transcript: Transcript,
}

impl Context {
    fn new(role: Role, ceremony: &Ceremony) -> Self {
        let id = ceremony.id();
        Self {
            role,
            ceremony: id,
            releases: ceremony.releases.clone(),
            transcript: Transcript::new(&id),
        }
    }

    /// The library's session: two of two, bound to the ceremony id.
    fn session(&self) -> SessionData {
        SessionData {
            parameters: Parameters {
                threshold: 2,
                share_count: 2,
            },
            party_index: self.role.party_index(),
            session_id: self.ceremony.as_bytes().to_vec(),
        }
    }
}
