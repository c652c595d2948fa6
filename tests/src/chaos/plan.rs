//! What happens in a cycle: chosen at random, from the seed.

use super::durable::Moment;

/// Calls, frames and durable steps that a ceremony has at most; later ones never come, and the
/// ceremony goes undisturbed.
const CALLS: usize = 40;
const FRAMES: usize = 28;
const SYNCS: usize = 8;
const DURABLE_WRITES: usize = 3;
const OLDEST_STATE: usize = 4;
/// Microseconds that a keygen takes on a slow machine, roughly.
const LONGEST: u64 = 1_500_000;

/// One ceremony, and what goes wrong in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cycle {
    pub act: Act,
    pub fault: Fault,
}

/// What the user does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// The first account of a device: a key is made.
    Keygen,
    /// One signature.
    Sign,
    /// A signature is prepared, and then used.
    PrepareAndSign,
    /// New shares for the key.
    Refresh,
    /// Other recovery words.
    SetWords,
    /// The words are typed, and what they open is made anew.
    Drill,
    /// A new device takes the key over with the words.
    Recover,
    /// The first account of a device: of a private key that its user has.
    Import,
    /// The private key is shown.
    Export,
}

/// Who dies, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The device, before it makes its call of this number.
    DeviceBefore(usize),
    /// The device, after its call of this number was done.
    DeviceAfter(usize),
    /// The server, when the frame of this number is on its way.
    ServerAtFrame {
        /// From 1, both directions together.
        number: usize,
        /// Whether a frame to the device is lost.
        lost: bool,
    },
    /// The server, at its durable step of this number since it was started.
    ServerAtSync {
        /// From 1.
        number: usize,
        /// Around the step.
        moment: Moment,
    },
    /// The server, so many microseconds after the request began.
    ServerAtRandom(u64),
    /// Nobody, but MetaMask is locked before the device's durable write of this number settles.
    LostWrite(usize),
    /// Nobody, but the device starts from what it had so many ceremonies ago.
    OldState(usize),
}

impl Cycle {
    /// The next cycle.
    pub fn choose(random: &mut fastrand::Rng) -> Self {
        // A keygen or a refresh costs fifty signatures.
        let act = match random.u8(..24) {
            0 | 1 => Act::Keygen,
            2..=4 => Act::Refresh,
            5 | 6 => Act::Recover,
            7 => Act::Import,
            8 | 9 => Act::SetWords,
            10 | 11 => Act::Drill,
            12 => Act::Export,
            13..=17 => Act::PrepareAndSign,
            _ => Act::Sign,
        };
        let fault = match random.u8(..10) {
            8 => Fault::LostWrite(random.usize(1..=DURABLE_WRITES)),
            9 => Fault::OldState(random.usize(1..=OLDEST_STATE)),
            0 => Fault::DeviceBefore(random.usize(1..=CALLS)),
            1 => Fault::DeviceAfter(random.usize(1..=CALLS)),
            2 | 3 => Fault::ServerAtFrame {
                number: random.usize(1..=FRAMES),
                lost: random.bool(),
            },
            4 | 5 => Fault::ServerAtSync {
                number: random.usize(1..=SYNCS),
                moment: if random.bool() {
                    Moment::Before
                } else {
                    Moment::After
                },
            },
            // Short delays are as likely as long ones, on each scale.
            _ => Fault::ServerAtRandom(LONGEST >> random.u8(..16)),
        };
        Self { act, fault }
    }

    /// Whether it is the server that dies.
    pub const fn kills_server(self) -> bool {
        matches!(
            self.fault,
            Fault::ServerAtFrame { .. } | Fault::ServerAtSync { .. } | Fault::ServerAtRandom(_)
        )
    }

    /// For the report.
    pub fn kind(self) -> String {
        let act = match self.act {
            Act::Keygen => "keygen",
            Act::Sign => "sign",
            Act::PrepareAndSign => "prepare and sign",
            Act::Refresh => "refresh",
            Act::SetWords => "set words",
            Act::Drill => "drill",
            Act::Recover => "recover",
            Act::Import => "import",
            Act::Export => "export",
        };
        let fault = match self.fault {
            Fault::DeviceBefore(_) | Fault::DeviceAfter(_) => "device ends at a call",
            Fault::ServerAtFrame { .. } => "server killed at a frame",
            Fault::ServerAtSync { .. } => "server killed at a durable step",
            Fault::ServerAtRandom(_) => "server killed at a random moment",
            Fault::LostWrite(_) => "a durable write is lost",
            Fault::OldState(_) => "an old state is restored",
        };
        format!("{act}: {fault}")
    }
}

impl Act {
    /// Whether it begins with a device that has no key.
    pub const fn starts_afresh(self) -> bool {
        matches!(self, Self::Keygen | Self::Import)
    }

    /// What the operator must permit, if anything.
    pub const fn needs(self) -> Option<&'static str> {
        match self {
            Self::SetWords | Self::Drill => Some("recovery"),
            Self::Export => Some("export"),
            Self::Import => Some("import"),
            _ => None,
        }
    }

    /// Whether its result is a signature.
    pub const fn signs(self) -> bool {
        matches!(self, Self::Sign | Self::PrepareAndSign)
    }
}
