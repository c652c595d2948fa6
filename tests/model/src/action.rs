//! One step: of a user, of the network, of a disk, or of what goes wrong.

use crate::network::{Body, Message, Purpose, Refusal};
use crate::rules::Mistake;
use crate::share::{DeviceDisk, Digest, Share};
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
    pub(crate) fn checked(&self, state: &State, message: &Message) -> Option<Share> {
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
}
