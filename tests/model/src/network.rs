//! Messages in flight. They arrive in any order, twice, or never.
//!
//! The channel authenticates what it carries, and both sides' nonces are in the id of a
//! session, so a message is either of the session its receiver is in, or it is ignored.

use crate::Party;
use crate::share::{Digest, Share};

/// What a session is for, as its first message says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    Keygen {
        made: Share,
    },
    Refresh {
        base: Share,
        made: Share,
    },
    /// A refresh whose device half comes from the words.
    Recover {
        base: Share,
        made: Share,
    },
    Confirm {
        share: Share,
    },
    Presign {
        share: Share,
    },
    Sign {
        share: Share,
        request: u8,
        digest: Digest,
    },
}

impl Purpose {
    /// The share that both sides must hold.
    pub(crate) const fn with(self) -> Option<Share> {
        match self {
            Self::Keygen { .. } | Self::Refresh { .. } | Self::Recover { .. } => None,
            Self::Confirm { share } | Self::Presign { share } | Self::Sign { share, .. } => {
                Some(share)
            }
        }
    }

    pub(crate) const fn made(self) -> Option<Share> {
        match self {
            Self::Keygen { made } | Self::Refresh { made, .. } | Self::Recover { made, .. } => {
                Some(made)
            }
            Self::Confirm { .. } | Self::Presign { .. } | Self::Sign { .. } => None,
        }
    }
}

/// Why the server refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// Another session with this key runs.
    Busy,
    /// The server does not hold that share, or must not use it any more.
    EpochMismatch,
    Frozen,
    /// A check failed.
    Aborted,
    /// This request was signed for another digest.
    OtherDigest,
}

/// A message. All ceremonies have the same shape: opening, reply, answer, half; what the
/// first three carry besides is fixed by the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Body {
    Open(Purpose),
    Reply,
    /// In a keygen, refresh or recovery it carries the device's half of the joint signature.
    Answer,
    /// The server's half, and the session whose nonce it was made with.
    Half {
        nonce: u8,
    },
    /// A presignature's use.
    Use {
        request: u8,
        digest: Digest,
    },
    /// A device whose socket broke asks for the half that may have been lost.
    Resume {
        request: u8,
        digest: Digest,
    },
    Refused(Refusal),
    /// The device found a failed check.
    Froze,
}

/// A message with its envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Message {
    pub to: Party,
    pub session: u8,
    pub body: Body,
}

/// The messages in flight, sorted, each at most once: a copy more changes nothing, because
/// delivery may keep the message.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Network(Vec<Message>);

impl Network {
    pub(crate) fn send(&mut self, message: Message) {
        if let Err(place) = self.0.binary_search(&message) {
            self.0.insert(place, message);
        }
    }

    pub(crate) fn remove(&mut self, message: &Message) {
        self.0.retain(|other| other != message);
    }

    pub(crate) fn retain(&mut self, keep: impl FnMut(&Message) -> bool) {
        self.0.retain(keep);
    }

    pub(crate) fn messages(&self) -> &[Message] {
        &self.0
    }
}
