//! Shares and what the two sides keep on disk.
//!
//! A share is named by its epoch and by the ceremony that made it, its lineage. Numbers stand
//! for both: two shares combine if and only if they are equal here, because every refresh
//! moves both sides onto a new line.

/// The name of a pair of shares; each side holds its half under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share {
    /// How often the key was refreshed.
    pub epoch: u8,
    /// Which keygen, refresh or recovery made it.
    pub lineage: u8,
}

impl Share {
    /// The pair that the scenarios without a keygen start with.
    pub const FIRST: Self = Self {
        epoch: 0,
        lineage: 0,
    };
}

/// One side's half of a pair, with what is written beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Held {
    pub share: Share,
    /// The recovery ciphertexts of this epoch are here.
    pub ciphertexts: bool,
    /// A check failed on its transfer state, or too many were cut short.
    pub frozen: bool,
    /// Checks that a crash cut short.
    pub strikes: u8,
    /// The peer echoed: this half is the whole key.
    pub whole: bool,
}

impl Held {
    pub(crate) const fn new(share: Share) -> Self {
        Self {
            share,
            ciphertexts: true,
            frozen: false,
            strikes: 0,
            whole: false,
        }
    }
}

/// What is signed. Two are enough to sign two different things under one nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Digest {
    A,
    B,
}

/// The device's part of MetaMask's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct DeviceDisk {
    pub current: Option<Held>,
    /// Stored, but no proof was seen.
    pub next: Option<Held>,
}

impl DeviceDisk {
    pub(crate) fn holds(&self, share: Share) -> bool {
        self.shares().any(|held| held.share == share)
    }

    pub(crate) fn shares(&self) -> impl Iterator<Item = Held> {
        [self.current, self.next].into_iter().flatten()
    }

    /// `next` takes the place of `current`, if it is `share`.
    pub(crate) fn promote(&mut self, share: Share) {
        if let Some(next) = self.next.filter(|next| next.share == share) {
            self.current = Some(next);
            self.next = None;
        }
    }

    pub(crate) fn freeze(&mut self, share: Share) {
        freeze(&mut self.current, share);
        freeze(&mut self.next, share);
    }
}

/// Requests that the model numbers: 0 and 1 are the scenario's, the last one is what a
/// continuation without faults signs.
pub const REQUESTS: usize = 3;

/// The server's database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ServerDisk {
    pub current: Option<Held>,
    /// Stored with its proof.
    pub next: Option<Held>,
    /// Halves that left, by request.
    pub records: [Option<Record>; REQUESTS],
}

/// A half that left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Record {
    pub digest: Digest,
    /// The session whose nonce it was made with.
    pub nonce: u8,
}

impl ServerDisk {
    pub(crate) fn shares(&self) -> impl Iterator<Item = Held> {
        [self.current, self.next].into_iter().flatten()
    }

    pub(crate) fn find(&self, matches: impl Fn(Share) -> bool) -> Option<Held> {
        self.shares().find(|held| matches(held.share))
    }

    pub(crate) fn freeze(&mut self, share: Share) {
        freeze(&mut self.current, share);
        freeze(&mut self.next, share);
    }

    pub(crate) fn strike(&mut self, share: Share) {
        for held in [&mut self.current, &mut self.next].into_iter().flatten() {
            if held.share == share {
                held.strikes += 1;
                held.frozen |= held.strikes >= STRIKES;
            }
        }
    }
}

/// So many checks cut short freeze a share. The server's own number is higher; it changes
/// nothing but the length of the traces.
pub const STRIKES: u8 = 2;

fn freeze(slot: &mut Option<Held>, share: Share) {
    if let Some(held) = slot.as_mut().filter(|held| held.share == share) {
        held.frozen = true;
    }
}
