//! What becomes of a state once nothing goes wrong any more: the messages arrive, the writes
//! settle, and the user wants one signature.

use crate::Life;
use crate::action::Action;
use crate::network::Purpose;
use crate::share::{Digest, REQUESTS};
use crate::state::{State, Told};

/// How it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With a signature, without the words.
    Signs,
    /// The device says that it needs the words; with them it signs.
    Recovers,
    /// The device asks for the words although nothing was lost or put back.
    AsksForWords,
    /// There is no key, and none was announced.
    NoKey,
    /// The same answers for ever, or words that do not help.
    Stuck,
}

/// Sessions after which nothing new can come.
const PATIENCE: u8 = 12;

impl Life {
    /// Plays the continuation. It is one of many, so that [`End::Signs`] shows that a
    /// signature can be had; the device's part of it is what the device always does.
    pub(crate) fn continuation(&self, from: &State) -> End {
        let mut state = from.clone();
        let mut started = 0;
        let mut recovered = false;
        let mut wants = false;
        loop {
            if state.device.session.is_none() && wants && state.device.told == Told::Signed {
                return if recovered { End::Recovers } else { End::Signs };
            }
            let action = if !state.device.settled {
                Action::Settle
            } else if state.server.unwritten.is_some() {
                Action::Write
            } else if let Some(message) = state.network.messages().first() {
                Action::Deliver(*message)
            } else if state.device.session.is_some() {
                Action::DeviceAbandons
            } else if let Some(session) = state.server.sessions.first() {
                Action::ServerAbandons(session.id)
            } else {
                if started == PATIENCE {
                    return End::Stuck;
                }
                started += 1;
                let disk = state.device.disk;
                let told = state.device.told;
                let purpose = if self.words_are_needed(&state) {
                    recovered = true;
                    self.recovery(&state)
                } else if told == Told::NeedsRecovery {
                    return End::AsksForWords;
                } else if told == Told::Frozen
                    || disk.next.or(disk.current).is_some_and(|held| held.frozen)
                {
                    self.refresh(&state)
                } else if let Some(next) = disk.next {
                    Some(Purpose::Confirm { share: next.share })
                } else if let Some(current) = disk.current {
                    wants = true;
                    Some(Purpose::Sign {
                        share: current.share,
                        request: REQUESTS as u8 - 1,
                        digest: Digest::A,
                    })
                } else if state.history.announced {
                    None
                } else {
                    return End::NoKey;
                };
                match purpose {
                    Some(purpose) => Action::Start(purpose),
                    None => return End::Stuck,
                }
            };
            self.step(&mut state, action);
        }
    }
}
