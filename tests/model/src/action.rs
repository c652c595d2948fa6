//! One step: of a user, of the network, of a disk, or of what goes wrong.

use crate::network::{Body, Message, Purpose, Refusal};
use crate::rules::Mistake;
use crate::share::{DeviceDisk, Digest, Held, Share};
use crate::state::{Copied, Stage, State, Told};
use crate::{Life, Party};

/// A step of the model. Everything in one step is atomic: a program that dies between a
/// commit and the message after it is the step, the message lost, and a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// The device opens a session.
    Start(Purpose),
    /// The device uses its presignature.
    Use {
        /// The request's number.
        request: u8,
        /// What it asks to sign.
        digest: Digest,
    },
    /// The device, whose socket broke, asks for the half again.
    Resume {
        /// The request's number.
        request: u8,
        /// What it asks to sign.
        digest: Digest,
    },
    /// The message arrives.
    Deliver(Message),
    /// The message arrives and is still in the network.
    DeliverAndKeep(Message),
    /// The message never arrives.
    Lose(Message),
    /// The device's last write is on disk.
    Settle,
    /// The device stops to wait, as after a timeout or a broken socket.
    DeviceAbandons,
    /// The server does, in this session.
    ServerAbandons(u8),
    /// The snap dies.
    DeviceDies {
        /// An unsettled write had reached the disk.
        kept: bool,
    },
    /// The server's program dies.
    ServerDies,
    /// The server dies while it checks this message.
    ServerDiesChecking(Message),
    /// A settled write is gone after all.
    DeviceLosesWrite,
    /// Somebody copies a disk.
    Copy,
    /// The copy is put back.
    Restore,
    /// The device is gone, its disk with it; the user takes a new one.
    DeviceIsLost,
    /// The message fails a check of its receiver.
    DeliverTampered(Message),
    /// As above, and the server dies before it has stored that.
    ServerDiesCheckingTampered(Message),
    /// The receiver finds its own commitment in it.
    DeliverEcho(Message),
    /// The device hears from somebody else that the server does not know its share.
    ForgeRefusal,
    /// The server acknowledges what it did not do.
    AcknowledgeFalsely(Message),
    /// The server commits what it answered for already.
    Write,
}

impl Life {
    pub(crate) fn act(&self, state: &mut State, action: Action) {
        match action {
            Action::Start(purpose) => {
                self.count_start(state, purpose);
                self.device_starts(state, purpose);
            }
            Action::Use { request, digest } => {
                state.spent.signatures += 1;
                self.device_uses_presignature(state, request, digest);
            }
            Action::Resume { request, digest } => {
                if let Some(session) = state.device.session {
                    let body = Body::Resume { request, digest };
                    state.send(Party::Server, session.id, body);
                }
            }
            Action::Deliver(message) => {
                state.network.remove(&message);
                self.deliver(state, message);
            }
            Action::DeliverAndKeep(message) => {
                state.spent.duplicates += 1;
                self.deliver(state, message);
            }
            Action::Lose(message) => state.network.remove(&message),
            Action::Settle => self.device_settles(state),
            Action::DeviceAbandons => self.device_abandons(state),
            Action::ServerAbandons(id) => state.server.sessions.retain(|session| session.id != id),
            Action::DeviceDies { kept } => {
                state.spent.crashes += 1;
                self.device_restarts(state, kept);
            }
            Action::ServerDies => {
                state.spent.crashes += 1;
                self.server_restarts(state);
            }
            Action::ServerDiesChecking(message) => self.die_checking(state, message, false),
            Action::ServerDiesCheckingTampered(message) => self.die_checking(state, message, true),
            Action::DeviceLosesWrite => {
                state.spent.rollbacks += 1;
                state.device.settled = false;
                self.device_restarts(state, false);
            }
            Action::Copy => {
                state.copy = match self.scenario.copied {
                    Some(Party::Device) => Some(Copied::Device(state.device.disk)),
                    Some(Party::Server) => {
                        Some(Copied::Server(state.server.disk, state.server.floor))
                    }
                    None => None,
                };
            }
            Action::Restore => self.restore(state),
            Action::DeviceIsLost => {
                state.spent.lost_devices += 1;
                state.history.restored = true;
                self.replace_device(state, DeviceDisk::default());
                state.device.told = Told::NeedsRecovery;
            }
            Action::DeliverTampered(message) => {
                state.network.remove(&message);
                match (message.to, self.checked(state, &message)) {
                    (Party::Server, Some(share)) => {
                        self.server_finds_a_failed_check(state, message.session, share);
                    }
                    (Party::Device, Some(share)) => self.device_finds_a_failed_check(state, share),
                    (_, None) => {}
                }
            }
            Action::DeliverEcho(message) => {
                state.network.remove(&message);
                match (message.to, message.body) {
                    (Party::Server, Body::Open(purpose)) => {
                        self.server_opens(state, message.session, purpose, true);
                    }
                    (Party::Device, Body::Reply) => self.device_is_echoed(state, message),
                    _ => {}
                }
            }
            Action::ForgeRefusal => {
                if let Some(session) = state.device.session {
                    let refusal = Refusal::EpochMismatch;
                    self.device_is_refused(state, session, refusal);
                }
            }
            Action::AcknowledgeFalsely(message) => {
                state.network.remove(&message);
                let nonce = message.session;
                state.server.sessions.retain(|session| session.id != nonce);
                state.send(Party::Device, nonce, Body::Half { nonce });
            }
            Action::Write => {
                if let Some(disk) = state.server.unwritten.take() {
                    state.server.disk = disk;
                }
            }
        }
    }

    fn deliver(&self, state: &mut State, message: Message) {
        match message.to {
            Party::Device => self.device_receives(state, message),
            Party::Server => self.server_receives(state, message),
        }
    }

    fn die_checking(&self, state: &mut State, message: Message, failed: bool) {
        state.network.remove(&message);
        state.spent.crashes += 1;
        if let Some(share) = self.server_checks(state, &message) {
            self.server_dies_in_a_check(state, share, failed);
        }
    }

    fn device_is_echoed(&self, state: &mut State, message: Message) {
        if !self.rules.have(Mistake::AcceptsEqualCommitments) {
            state.device.session = None;
            return;
        }
        if let Some(session) = &mut state.device.session {
            session.whole = true;
        }
        self.device_receives(state, message);
    }

    fn restore(&self, state: &mut State) {
        state.spent.rollbacks += 1;
        state.history.restored = true;
        match state.copy.take() {
            Some(Copied::Device(disk)) => self.replace_device(state, disk),
            Some(Copied::Server(disk, floor)) => {
                state.history.server_restored = true;
                self.server_restarts(state);
                state.server.presignature = None;
                state.server.disk = disk;
                if self.rules.have(Mistake::FloorInTheSnapshot) {
                    state.server.floor = floor;
                }
            }
            None => {}
        }
    }

    fn replace_device(&self, state: &mut State, disk: DeviceDisk) {
        self.device_restarts(state, true);
        state.device.presignature = None;
        state.device.disk = disk;
        state.device.before = disk;
    }

    fn count_start(&self, state: &mut State, purpose: Purpose) {
        let spent = &mut state.spent;
        match purpose {
            Purpose::Keygen { .. } => spent.keygens += 1,
            Purpose::Refresh { .. } | Purpose::Recover { .. } => spent.refreshes += 1,
            Purpose::Presign { .. } => spent.presignatures += 1,
            Purpose::Sign { .. } => spent.signatures += 1,
            Purpose::Confirm { .. } => {}
        }
    }

    /// The share whose transfer state the receiver of `message` checks it with.
    fn checked(&self, state: &State, message: &Message) -> Option<Share> {
        match message.to {
            Party::Server => self.server_checks(state, message),
            Party::Device => {
                let session = state.device.session?;
                (message.body == Body::Reply
                    && session.stage == Stage::Reply
                    && session.id == message.session
                    && self.uses_transfer_state(session.purpose))
                .then_some(session.purpose.with())
                .flatten()
            }
        }
    }

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
