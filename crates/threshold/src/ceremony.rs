//! What a ceremony is bound to: SPEC.md section 1.

use dkls23::protocols::PartyIndex;

use crate::{KeyId, Releases, domain};

/// Which of the two shares this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The snap: index 1.
    Device,
    /// The signing server: index 2.
    Server,
}

impl Role {
    /// The evaluation point of this party's share.
    #[must_use]
    pub const fn index(self) -> u8 {
        match self {
            Self::Device => 1,
            Self::Server => 2,
        }
    }

    /// The other party.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::Device => Self::Server,
            Self::Server => Self::Device,
        }
    }

    pub(crate) fn party_index(self) -> PartyIndex {
        #[expect(
            clippy::expect_used,
            reason = "1 and 2 are not 0, the only refused index"
        )]
        PartyIndex::new(self.index()).expect("a role's index is never 0")
    }
}

/// Fresh randomness of one side, 32 bytes, never used for a second ceremony.
pub type Nonce = [u8; 32];

/// Version of the protocol of SPEC.md. Part of every ceremony id, so that two
/// versions can never meet in one ceremony.
pub const PROTOCOL_VERSION: u16 = 1;

/// What the two sides are doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind<'a> {
    /// Making a new key.
    Keygen,
    /// Signing one digest with one account of a key.
    Sign {
        /// The key.
        key: &'a KeyId,
        /// How often the key's shares were refreshed.
        epoch: u32,
        /// The account: BIP-32 path `m/account`.
        account: u32,
        /// The 32 bytes to sign, hashed by each side itself from the full request.
        digest: &'a [u8; 32],
    },
    /// Preparing one signature with one account, before its digest is known.
    Presign {
        /// The key.
        key: &'a KeyId,
        /// How often the key's shares were refreshed.
        epoch: u32,
        /// The account: BIP-32 path `m/account`.
        account: u32,
        /// Which of those that are prepared together, from 0.
        index: u8,
    },
}

/// The values that both sides must agree on before a ceremony starts.
#[derive(Debug, Clone, Copy)]
pub struct Ceremony<'a> {
    /// What is being done.
    pub kind: Kind<'a>,
    /// The releases of the two programs that take part.
    pub releases: &'a Releases,
    /// Fresh randomness of the device.
    pub device_nonce: &'a Nonce,
    /// Fresh randomness of the server.
    pub server_nonce: &'a Nonce,
}

impl Ceremony<'_> {
    /// The id that every message of this ceremony is bound to (SPEC.md 1.2).
    #[must_use]
    pub fn id(&self) -> CeremonyId {
        let version = PROTOCOL_VERSION.to_be_bytes();
        let [device, server] = [&self.releases.device, &self.releases.server];
        let head: [&[u8]; 5] = [
            &version,
            device.as_bytes(),
            server.as_bytes(),
            self.device_nonce,
            self.server_nonce,
        ];
        CeremonyId(match self.kind {
            Kind::Keygen => {
                let [a, b, c, d, e] = head;
                domain::hash(domain::CEREMONY, &[b"keygen", a, b, c, d, e])
            }
            Kind::Sign {
                key,
                epoch,
                account,
                digest,
            } => {
                let [a, b, c, d, e] = head;
                domain::hash(
                    domain::CEREMONY,
                    &[
                        b"sign",
                        a,
                        b,
                        c,
                        d,
                        e,
                        key.as_bytes(),
                        &epoch.to_be_bytes(),
                        &account.to_be_bytes(),
                        digest,
                    ],
                )
            }
            Kind::Presign {
                key,
                epoch,
                account,
                index,
            } => {
                let [a, b, c, d, e] = head;
                domain::hash(
                    domain::CEREMONY,
                    &[
                        b"presign",
                        a,
                        b,
                        c,
                        d,
                        e,
                        key.as_bytes(),
                        &epoch.to_be_bytes(),
                        &account.to_be_bytes(),
                        &[index],
                    ],
                )
            }
        })
    }
}

/// Identifies one run of one ceremony. Not secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CeremonyId(pub(crate) [u8; 32]);

impl CeremonyId {
    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_bound_value_changes_the_ceremony_id() {
        let releases = Releases {
            device: "d1".into(),
            server: "s1".into(),
        };
        let swapped = Releases {
            device: "s1".into(),
            server: "d1".into(),
        };
        let (key_a, key_b) = (KeyId::from_bytes([1; 32]), KeyId::from_bytes([2; 32]));
        let digest = [7; 32];
        let other_digest = [8; 32];
        let sign = |key, epoch, account, digest| Kind::Sign {
            key,
            epoch,
            account,
            digest,
        };
        let presign = |key, epoch, account, index| Kind::Presign {
            key,
            epoch,
            account,
            index,
        };
        let base = Ceremony {
            kind: sign(&key_a, 0, 0, &digest),
            releases: &releases,
            device_nonce: &[3; 32],
            server_nonce: &[4; 32],
        };
        let variants = [
            base,
            Ceremony {
                kind: Kind::Keygen,
                ..base
            },
            Ceremony {
                kind: sign(&key_b, 0, 0, &digest),
                ..base
            },
            Ceremony {
                kind: sign(&key_a, 1, 0, &digest),
                ..base
            },
            Ceremony {
                kind: sign(&key_a, 0, 1, &digest),
                ..base
            },
            Ceremony {
                kind: sign(&key_a, 0, 0, &other_digest),
                ..base
            },
            Ceremony {
                kind: presign(&key_a, 0, 0, 0),
                ..base
            },
            Ceremony {
                kind: presign(&key_b, 0, 0, 0),
                ..base
            },
            Ceremony {
                kind: presign(&key_a, 1, 0, 0),
                ..base
            },
            Ceremony {
                kind: presign(&key_a, 0, 1, 0),
                ..base
            },
            Ceremony {
                kind: presign(&key_a, 0, 0, 1),
                ..base
            },
            Ceremony {
                releases: &swapped,
                ..base
            },
            Ceremony {
                device_nonce: &[4; 32],
                ..base
            },
            Ceremony {
                server_nonce: &[3; 32],
                ..base
            },
        ];
        let ids: BTreeSet<_> = variants.iter().map(|v| *v.id().as_bytes()).collect();
        assert_eq!(ids.len(), variants.len());
    }
}
