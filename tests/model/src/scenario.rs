//! What may happen, and how often.

use stateright::{Model, Property};

use crate::action::Action;
use crate::network::{Network, Purpose};
use crate::property;
use crate::rules::{Mistake, Rules};
use crate::share::{DeviceDisk, Held, ServerDisk, Share};
use crate::state::{Device, History, Party, Server, Spent, State, Told};

/// The bounds of an exploration. Sessions that confirm, messages that are lost, and sides
/// that stop to wait are not counted: they may happen always.
#[derive(Debug, Clone, Copy)]
pub struct Scenario {
    /// The key exists already, at epoch 0.
    pub starts_with_a_key: bool,
    /// Keygens that may begin.
    pub keygens: u8,
    /// Refreshes and recoveries that may begin.
    pub refreshes: u8,
    /// Signatures that may be asked for.
    pub signatures: u8,
    /// Presignatures that may be begun.
    pub presignatures: u8,
    /// Deaths of either program.
    pub crashes: u8,
    /// Messages that arrive a second time.
    pub duplicates: u8,
    /// MetaMask may forget a write that had settled, once.
    pub device_loses_a_write: bool,
    /// A copy of this side's disk is put back, once.
    pub copied: Option<Party>,
    /// The device may be lost; the user has the words.
    pub device_is_lost: bool,
    /// This side sends what fails the other's checks, and does not obey a freeze.
    pub cheat: Option<Party>,
    /// Somebody on the path tells the device that the server does not know its share.
    pub forged_refusals: bool,
}

impl Scenario {
    /// Nothing happens.
    pub const QUIET: Self = Self {
        starts_with_a_key: false,
        keygens: 0,
        refreshes: 0,
        signatures: 0,
        presignatures: 0,
        crashes: 0,
        duplicates: 0,
        device_loses_a_write: false,
        copied: None,
        device_is_lost: false,
        cheat: None,
        forged_refusals: false,
    };

    /// Then a signature cannot be promised.
    pub(crate) const fn somebody_lies(&self) -> bool {
        self.cheat.is_some() || self.forged_refusals
    }
}

/// Rules and bounds: the model to check.
#[derive(Debug, Clone, Copy)]
pub struct Life {
    /// What the two sides do.
    pub rules: Rules,
    /// What may happen to them.
    pub scenario: Scenario,
}

impl Life {
    /// A share that was just made.
    pub(crate) fn holds(&self, share: Share) -> Held {
        Held {
            ciphertexts: !self.rules.have(Mistake::CiphertextsAfterPromotion),
            ..Held::new(share)
        }
    }

    /// The session runs checks that depend on secrets which later sessions use again.
    pub(crate) fn uses_transfer_state(&self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::Keygen { .. } | Purpose::Refresh { .. } | Purpose::Recover { .. } => false,
            Purpose::Confirm { .. } => self.rules.have(Mistake::ConfirmUsesTheTransferState),
            Purpose::Presign { .. } | Purpose::Sign { .. } => true,
        }
    }

    fn may_lose_a_write(&self, state: &State) -> bool {
        self.scenario.device_loses_a_write && state.spent.rollbacks == 0
    }

    /// One step, and what it makes irrelevant.
    pub(crate) fn step(&self, state: &mut State, action: Action) {
        self.act(state, action);
        state.normalise(self.may_lose_a_write(state));
    }
}

impl Model for Life {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let first = self
            .scenario
            .starts_with_a_key
            .then_some(Held::new(Share::FIRST));
        let disk = DeviceDisk {
            current: first,
            next: None,
        };
        vec![State {
            device: Device {
                disk,
                before: disk,
                settled: true,
                session: None,
                presignature: None,
                told: Told::Nothing,
            },
            server: Server {
                disk: ServerDisk {
                    current: first,
                    ..ServerDisk::default()
                },
                floor: 0,
                unwritten: None,
                sessions: Vec::new(),
                presignature: None,
                remembered: None,
            },
            network: Network::default(),
            copy: None,
            spent: Spent::default(),
            history: History {
                announced: first.is_some(),
                ..History::default()
            },
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.possible(state, actions);
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        self.step(&mut state, action);
        (state != *last).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        property::all()
    }
}
