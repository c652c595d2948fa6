//! The running hash of a keygen or a refresh: SPEC.md 2.5.

use crate::{CeremonyId, Role, domain};

/// Everything that was sent and received, in the order of SPEC.md: for each
/// round the device's message, then the server's.
#[derive(Debug, Clone)]
pub struct Transcript {
    tag: &'static str,
    hash: [u8; 32],
}

impl Transcript {
    /// Starts with the ceremony id.
    pub fn new(tag: &'static str, ceremony: &CeremonyId) -> Self {
        let hash = domain::hash(tag, &[ceremony.as_bytes()]);
        Self { tag, hash }
    }

    /// Adds one round. `own` and `peer` are the exact bytes that crossed the wire.
    pub fn add_round(&mut self, role: Role, own: &[u8], peer: &[u8]) {
        let (device, server) = match role {
            Role::Device => (own, peer),
            Role::Server => (peer, own),
        };
        self.hash = domain::hash(self.tag, &[&self.hash, device, server]);
    }

    /// Adds a message that has no counterpart: the deal of SPEC.md 10.2.
    pub fn add_message(&mut self, message: &[u8]) {
        self.add_round(Role::Device, message, &[]);
    }

    /// The hash so far.
    pub const fn hash(&self) -> [u8; 32] {
        self.hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_roles_reach_the_same_hash_and_a_swap_is_seen() {
        let start = Transcript::new("t", &CeremonyId([9; 32]));
        let mut device = start.clone();
        let mut server = start.clone();
        let mut swapped = start;
        device.add_round(Role::Device, b"d", b"s");
        server.add_round(Role::Server, b"s", b"d");
        swapped.add_round(Role::Device, b"s", b"d");
        assert_eq!(device.hash(), server.hash());
        assert_ne!(device.hash(), swapped.hash());
    }
}
