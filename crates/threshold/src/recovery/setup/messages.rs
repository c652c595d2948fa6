//! The two messages of a recovery setup: SPEC.md 11.5.

use serde::{Deserialize, Serialize};

use crate::codec::Message;
use crate::recovery::cipher::Sealed;

/// Step 11.5.1, device to server.
#[derive(Serialize, Deserialize)]
pub struct Offer {
    pub ceremony: [u8; 32],
    pub term: Sealed,
}

/// Step 11.5.2, server to device: its term, and the fingerprint of the kit that
/// both must now have.
#[derive(Serialize, Deserialize)]
pub struct Completion {
    pub ceremony: [u8; 32],
    pub term: Sealed,
    pub kit: [u8; 32],
}

impl Message for Offer {
    const TAG: u8 = 0x51;
    const NAME: &'static str = "recovery offer";
    const MAX_LEN: usize = 192;
}

impl Message for Completion {
    const TAG: u8 = 0x52;
    const NAME: &'static str = "recovery completion";
    const MAX_LEN: usize = 192;
}
