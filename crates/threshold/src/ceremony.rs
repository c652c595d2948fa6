//! What a ceremony is bound to: SPEC.md section 1.

use dkls23::protocols::PartyIndex;

use crate::recovery::RecoveryPublicKey;
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
    /// Encrypting the virtual third share of a key to recovery words.
    Recovery {
        /// The key.
        key: &'a KeyId,
        /// How often the key's shares were refreshed.
        epoch: u32,
        /// The public key of the words.
        recovery: &'a RecoveryPublicKey,
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
    /// Making a new pair of shares of a key, of epoch `from_epoch + 1`.
    Refresh {
        /// The key.
        key: &'a KeyId,
        /// The epoch that the new pair follows; 0 if there was none.
        from_epoch: u32,
        /// What the new pair is made from.
        basis: Basis,
    },
    /// Proving that both sides have the shares of an epoch.
    Confirm {
        /// The key.
        key: &'a KeyId,
        /// The epoch.
        epoch: u32,
    },
}

/// What a new pair of shares is made from: SPEC.md 10.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The shares that both sides have.
    Shares,
    /// The server's share and the third point: the device lost its own.
    Recovery,
    /// What the device alone has: the key in two pieces, or the key.
    Deal,
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
        match self.kind {
            Kind::Keygen => self.hash(b"keygen", &[]),
            Kind::Sign {
                key,
                epoch,
                account,
                digest,
            } => self.hash(
                b"sign",
                &[
                    key.as_bytes(),
                    &epoch.to_be_bytes(),
                    &account.to_be_bytes(),
                    digest,
                ],
            ),
            Kind::Refresh {
                key,
                from_epoch,
                basis,
            } => {
                let basis = match basis {
                    Basis::Shares => 1,
                    Basis::Recovery => 2,
                    Basis::Deal => 3,
                };
                let fields: [&[u8]; 3] = [key.as_bytes(), &from_epoch.to_be_bytes(), &[basis]];
                self.hash(b"refresh", &fields)
            }
            Kind::Recovery {
                key,
                epoch,
                recovery,
            } => self.hash(
                b"recovery",
                &[key.as_bytes(), &epoch.to_be_bytes(), recovery.as_bytes()],
            ),
            Kind::Presign {
                key,
                epoch,
                account,
                index,
            } => self.hash(
                b"presign",
                &[
                    key.as_bytes(),
                    &epoch.to_be_bytes(),
                    &account.to_be_bytes(),
                    &[index],
                ],
            ),
            Kind::Confirm { key, epoch } => {
                self.hash(b"confirm", &[key.as_bytes(), &epoch.to_be_bytes()])
            }
        }
    }

    /// 1.2: > H(ceremony tag, kind, v, releases, nonces, what the kind binds).
    fn hash(&self, kind: &[u8], bound: &[&[u8]]) -> CeremonyId {
        let version = PROTOCOL_VERSION.to_be_bytes();
        let head: [&[u8]; 6] = [
            kind,
            &version,
            self.releases.device.as_bytes(),
            self.releases.server.as_bytes(),
            self.device_nonce,
            self.server_nonce,
        ];
        CeremonyId(domain::hash(domain::CEREMONY, &[&head, bound].concat()))
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
    use crate::recovery::RecoveryKey;
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
        let words = |entropy| *RecoveryKey::from_entropy(&[entropy; 32]).public_key();
        let (words_a, words_b) = (words(1), words(2));
        let base = Ceremony {
            kind: sign(&key_a, 0, 0, &digest),
            releases: &releases,
            device_nonce: &[3; 32],
            server_nonce: &[4; 32],
        };
        let refresh = |key, from_epoch, basis| Kind::Refresh {
            key,
            from_epoch,
            basis,
        };
        let confirm = |key, epoch| Kind::Confirm { key, epoch };
        let other_kinds = [
            refresh(&key_a, 0, Basis::Shares),
            refresh(&key_b, 0, Basis::Shares),
            refresh(&key_a, 1, Basis::Shares),
            refresh(&key_a, 0, Basis::Recovery),
            refresh(&key_a, 0, Basis::Deal),
            confirm(&key_a, 0),
            confirm(&key_b, 0),
            confirm(&key_a, 1),
        ];
        let recovery = |key, epoch, words| Ceremony {
            kind: Kind::Recovery {
                key,
                epoch,
                recovery: words,
            },
            ..base
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
            recovery(&key_a, 0, &words_a),
            recovery(&key_b, 0, &words_a),
            recovery(&key_a, 1, &words_a),
            recovery(&key_a, 0, &words_b),
        ];
        let of_kinds = other_kinds.map(|kind| Ceremony { kind, ..base });
        let all = || variants.iter().chain(&of_kinds);
        let ids: BTreeSet<_> = all().map(|v| *v.id().as_bytes()).collect();
        assert_eq!(ids.len(), all().count());
    }
}
