//! Which steps a state allows: what the user may ask, what the network may do, and what may
//! go wrong within the bounds.

use crate::action::Action;
use crate::network::{Body, Message, Purpose};
use crate::rules::Mistake;
use crate::share::{Digest, Held, Share};
use crate::state::{Stage, State, Told};
use crate::{Life, Party};

impl Life {
    /// Everything that can happen next.
    pub(crate) fn possible(&self, state: &State, actions: &mut Vec<Action>) {
        match state.device.session {
            None => self.user_may(state, actions),
            Some(session) => match (session.stage, session.purpose) {
                (
                    Stage::Half,
                    Purpose::Sign {
                        request, digest, ..
                    },
                ) => {
                    actions.push(Action::DeviceAbandons);
                    actions.push(Action::Resume { request, digest });
                }
                (Stage::Reply | Stage::Half, _) => actions.push(Action::DeviceAbandons),
                (Stage::Preparation | Stage::Promotion | Stage::Freeze, _) => {}
            },
        }
        if !state.device.settled {
            actions.push(Action::Settle);
        }
        for session in &state.server.sessions {
            actions.push(Action::ServerAbandons(session.id));
        }
        if state.server.unwritten.is_some() {
            actions.push(Action::Write);
        }
        for message in state.network.messages() {
            self.network_may(state, *message, actions);
        }
        self.faults(state, actions);
    }

    /// What the user may ask of an idle device.
    fn user_may(&self, state: &State, actions: &mut Vec<Action>) {
        // Openings of sessions that the device gave up may still arrive; two in flight are
        // enough to meet a session and the one after it.
        let openings = state.network.messages().iter();
        if openings
            .filter(|message| matches!(message.body, Body::Open(_)))
            .count()
            > 1
        {
            return;
        }
        let spent = &state.spent;
        let disk = state.device.disk;
        let (bounds, told) = (&self.scenario, state.device.told);
        let refresh = spent.refreshes < bounds.refreshes;
        if disk.current.is_none() && disk.next.is_none() && spent.keygens < bounds.keygens {
            let made = self.made(state, 0);
            actions.push(Action::Start(Purpose::Keygen { made }));
        }
        if self.words_are_needed(state) && refresh {
            actions.extend(self.recovery(state).map(Action::Start));
        }
        if let Some(next) = disk.next {
            // The next share comes first, unless it is frozen.
            let share = next.share;
            if self.may_confirm(next) {
                actions.push(Action::Start(Purpose::Confirm { share }));
            }
            if told != Told::Frozen && !next.frozen {
                return;
            }
        }
        let Some(current) = disk.current else {
            return;
        };
        let share = current.share;
        if refresh {
            actions.extend(self.refresh(state).map(Action::Start));
        }
        if disk.next.is_some() {
            return;
        }
        if share.epoch > 0 && self.may_confirm(current) {
            actions.push(Action::Start(Purpose::Confirm { share }));
        }
        if current.frozen {
            return;
        }
        if spent.presignatures < bounds.presignatures && state.device.presignature.is_none() {
            actions.push(Action::Start(Purpose::Presign { share }));
        }
        if spent.signatures < bounds.signatures {
            for (request, digest) in [(0, Digest::A), (0, Digest::B), (1, Digest::B)] {
                // The first request can be called 0, and its digest A.
                if spent.signatures == 0 && (request, digest) != (0, Digest::A) {
                    continue;
                }
                if state.device.presignature.is_some() {
                    actions.push(Action::Use { request, digest });
                } else {
                    actions.push(Action::Start(Purpose::Sign {
                        share,
                        request,
                        digest,
                    }));
                }
            }
        }
    }

    fn may_confirm(&self, held: Held) -> bool {
        !held.frozen
            || !self.rules.have(Mistake::ConfirmUsesTheTransferState)
            || self.rules.have(Mistake::ConfirmIgnoresTheFreeze)
    }

    fn network_may(&self, state: &State, message: Message, actions: &mut Vec<Action>) {
        let bounds = &self.scenario;
        let may_crash = state.spent.crashes < bounds.crashes;
        actions.push(Action::Deliver(message));
        actions.push(Action::Lose(message));
        // The opening is signed over the nonce that the server sent on this socket; a copy
        // of it is refused.
        let opens = matches!(message.body, Body::Open(_));
        if !opens && state.spent.duplicates < bounds.duplicates {
            actions.push(Action::DeliverAndKeep(message));
        }
        let checked = self.checked(state, &message).is_some();
        if checked && message.to == Party::Server && may_crash {
            actions.push(Action::ServerDiesChecking(message));
        }
        if bounds.cheat.is_some_and(|cheat| cheat != message.to) {
            if checked {
                actions.push(Action::DeliverTampered(message));
                if message.to == Party::Server && may_crash {
                    actions.push(Action::ServerDiesCheckingTampered(message));
                }
            }
            if self.keygen_commitment(state, &message) {
                actions.push(Action::DeliverEcho(message));
            }
        }
        if self.rules.have(Mistake::BareAcknowledgement)
            && message.to == Party::Server
            && message.body == Body::Answer
        {
            actions.push(Action::AcknowledgeFalsely(message));
        }
    }

    fn keygen_commitment(&self, state: &State, message: &Message) -> bool {
        match message.body {
            Body::Open(Purpose::Keygen { .. }) => true,
            Body::Reply => (state.device.session).is_some_and(|session| {
                session.id == message.session && matches!(session.purpose, Purpose::Keygen { .. })
            }),
            _ => false,
        }
    }

    fn faults(&self, state: &State, actions: &mut Vec<Action>) {
        let (bounds, spent, device) = (&self.scenario, &state.spent, &state.device);
        if spent.crashes < bounds.crashes {
            if device.session.is_some() || device.presignature.is_some() || !device.settled {
                actions.push(Action::DeviceDies { kept: true });
                if !device.settled {
                    actions.push(Action::DeviceDies { kept: false });
                }
            }
            let server = &state.server;
            if !server.sessions.is_empty()
                || server.presignature.is_some()
                || server.unwritten.is_some()
            {
                actions.push(Action::ServerDies);
            }
        }
        if spent.rollbacks == 0 {
            if bounds.device_loses_a_write && device.settled && device.before != device.disk {
                actions.push(Action::DeviceLosesWrite);
            }
            if bounds.copied.is_some() {
                actions.push(match state.copy {
                    None => Action::Copy,
                    Some(_) => Action::Restore,
                });
            }
        }
        if bounds.forged_refusals
            && (device.session)
                .is_some_and(|session| matches!(session.stage, Stage::Reply | Stage::Half))
        {
            actions.push(Action::ForgeRefusal);
        }
        if bounds.device_is_lost && spent.lost_devices == 0 {
            actions.push(Action::DeviceIsLost);
        }
    }

    /// The user takes the words out when a device was lost or a copy put back, and the device
    /// has nothing, or nothing that the server takes.
    pub(crate) fn words_are_needed(&self, state: &State) -> bool {
        let disk = state.device.disk;
        let nothing = disk.current.is_none() && disk.next.is_none();
        state.history.restored && (nothing || state.device.told == Told::NeedsRecovery)
    }

    /// A recovery from the server's current share. Its kit is fetched first, with a signature
    /// by the words.
    pub(crate) fn recovery(&self, state: &State) -> Option<Purpose> {
        let base = state.server.view().current?.share;
        let made = self.made(state, base.epoch.max(state.server.floor) + 1);
        Some(Purpose::Recover { base, made })
    }

    pub(crate) fn refresh(&self, state: &State) -> Option<Purpose> {
        let base = state.device.disk.current?.share;
        let made = self.made(state, base.epoch + 1);
        Some(Purpose::Refresh { base, made })
    }

    fn made(&self, state: &State, epoch: u8) -> Share {
        Share {
            epoch,
            lineage: state.fresh_lineage(),
        }
    }
}
