//! The device: it starts every session, and its writes settle late.

use crate::network::{Body, Message, Purpose, Refusal};
use crate::rules::Mistake;
use crate::share::{Digest, Held, Share};
use crate::state::{DeviceSession, Presignature, Stage, State, Told};
use crate::{Life, Party};

impl Life {
    /// One session at a time; presignatures are dropped, because a session may change the epoch.
    pub(crate) fn device_starts(&self, state: &mut State, purpose: Purpose) {
        let id = state.fresh_session();
        if !self.rules.have(Mistake::PresignaturesOutliveTheEpoch) {
            state.device.presignature = None;
        }
        state.device.told = Told::Nothing;
        state.device.session = Some(DeviceSession {
            id,
            purpose,
            stage: Stage::Reply,
            whole: false,
        });
        state.send(Party::Server, id, Body::Open(purpose));
    }

    /// Sends a presignature for use: from then on the device does not have it.
    pub(crate) fn device_uses_presignature(&self, state: &mut State, request: u8, digest: Digest) {
        let Some(Presignature { id, share }) = state.device.presignature.take() else {
            return;
        };
        state.device.told = Told::Nothing;
        state.device.session = Some(DeviceSession {
            id,
            purpose: Purpose::Sign {
                share,
                request,
                digest,
            },
            stage: Stage::Half,
            whole: false,
        });
        state.send(Party::Server, id, Body::Use { request, digest });
    }

    /// The device stops to wait.
    pub(crate) fn device_abandons(&self, state: &mut State) {
        if let Some(session) = state.device.session.take() {
            self.device_keeps_presignature(state, session);
        }
    }

    /// The snap ends and starts again. `kept` says whether an unsettled write was on disk.
    pub(crate) fn device_restarts(&self, state: &mut State, kept: bool) {
        let session = state.device.session.take();
        let device = &mut state.device;
        if !device.settled && !kept {
            device.disk = device.before;
        }
        device.settled = true;
        device.told = Told::Nothing;
        if !self.rules.have(Mistake::DeviceKeepsPresignatures) {
            device.presignature = None;
        }
        if let Some(session) = session {
            self.device_keeps_presignature(state, session);
        }
    }

    fn device_keeps_presignature(&self, state: &mut State, session: DeviceSession) {
        if let DeviceSession {
            id,
            purpose: Purpose::Sign { share, .. },
            stage: Stage::Half,
            ..
        } = session
            && self.rules.have(Mistake::DeviceKeepsPresignatures)
        {
            state.device.presignature = Some(Presignature { id, share });
        }
    }

    pub(crate) fn device_receives(&self, state: &mut State, message: Message) {
        let Some(session) = state.device.session else {
            return;
        };
        if session.id != message.session {
            return;
        }
        match (message.body, session.stage) {
            (Body::Reply, Stage::Reply) => self.device_answers(state, session),
            (Body::Half { nonce }, Stage::Half) => self.device_finishes(state, session, nonce),
            (Body::Refused(refusal), Stage::Reply | Stage::Half) => {
                self.device_is_refused(state, session, refusal);
            }
            // Out of order, or a copy: the frames of a session are numbered.
            _ => {}
        }
    }

    fn device_answers(&self, state: &mut State, session: DeviceSession) {
        let mut disk = state.device.disk;
        match session.purpose {
            Purpose::Refresh { made, .. } | Purpose::Recover { made, .. } => {
                // PREPARE: stored, and settled, before the message that lets the server finish.
                let next = Some(self.device_holds(made, session.whole));
                if self.rules.have(Mistake::DeviceDeletesBeforeProof) {
                    (disk.current, disk.next) = (next, None);
                } else {
                    disk.next = next;
                }
            }
            // The reply is proof that the server stored: promoted before the answer leaves.
            Purpose::Confirm { share } if !self.rules.have(Mistake::ConfirmPromotesAtItsEnd) => {
                disk.promote(share);
            }
            Purpose::Presign { share } => {
                state.send(Party::Server, session.id, Body::Answer);
                state.device.session = None;
                state.device.presignature = Some(Presignature {
                    id: session.id,
                    share,
                });
                return;
            }
            _ => {}
        }
        state.device.write(disk);
        self.device_waits(state, session, Stage::Preparation);
    }

    fn device_finishes(&self, state: &mut State, session: DeviceSession, nonce: u8) {
        let mut disk = state.device.disk;
        match session.purpose {
            Purpose::Keygen { made } => {
                if session.whole && !self.rules.have(Mistake::BareAcknowledgement) {
                    // Whoever copied a point cannot sign with it.
                    state.device.session = None;
                    return;
                }
                disk.current = Some(self.device_holds(made, session.whole));
            }
            // PROMOTE: the verified joint signature is the proof.
            Purpose::Refresh { made, .. } | Purpose::Recover { made, .. } => disk.promote(made),
            Purpose::Confirm { share } => disk.promote(share),
            Purpose::Sign { .. } => {
                // A half under another nonce does not complete this session's signature.
                if nonce == session.id {
                    state.device.told = Told::Signed;
                }
            }
            Purpose::Presign { .. } => {}
        }
        state.device.write(disk);
        self.device_waits(state, session, Stage::Promotion);
    }

    pub(crate) fn device_is_refused(
        &self,
        state: &mut State,
        session: DeviceSession,
        refusal: Refusal,
    ) {
        state.device.session = None;
        let mut disk = state.device.disk;
        match (refusal, session.purpose) {
            // The server has no such next share: it never finished that refresh.
            (Refusal::EpochMismatch, Purpose::Confirm { share })
                if disk.next.is_some_and(|next| next.share == share) =>
            {
                disk.next = None;
                state.device.write(disk);
            }
            (Refusal::EpochMismatch, _) => state.device.told = Told::NeedsRecovery,
            (Refusal::Frozen, _) => state.device.told = Told::Frozen,
            (Refusal::Busy | Refusal::Aborted | Refusal::OtherDigest, _) => {
                self.device_keeps_presignature(state, session);
            }
        }
    }

    /// What is written settles; what waited for it goes on.
    pub(crate) fn device_settles(&self, state: &mut State) {
        state.device.settled = true;
        if let Some(session) = state.device.session {
            self.device_goes_on(state, session);
        }
    }

    /// Waits until the last write settled, and goes on; at once if there was nothing to write.
    fn device_waits(&self, state: &mut State, session: DeviceSession, stage: Stage) {
        let session = DeviceSession { stage, ..session };
        state.device.session = Some(session);
        if state.device.settled || self.rules.have(Mistake::DeviceDoesNotWaitForItsWrites) {
            self.device_goes_on(state, session);
        }
    }

    fn device_goes_on(&self, state: &mut State, session: DeviceSession) {
        match session.stage {
            Stage::Preparation => {
                state.send(Party::Server, session.id, Body::Answer);
                state.device.session = Some(DeviceSession {
                    stage: Stage::Half,
                    ..session
                });
            }
            Stage::Promotion => {
                state.device.session = None;
                if let Purpose::Keygen { .. } = session.purpose {
                    state.history.announced = true;
                }
            }
            Stage::Freeze => {
                state.device.session = None;
                if let Some(share) = session.purpose.with() {
                    state.send(Party::Server, session.id, Body::Froze);
                    state.history.answers(Party::Device, share);
                }
            }
            Stage::Reply | Stage::Half => {}
        }
    }

    /// A reply fails a check on the transfer state: the freeze is durable before the server
    /// can see that it failed.
    pub(crate) fn device_finds_a_failed_check(&self, state: &mut State, share: Share) {
        let Some(session) = state.device.session else {
            return;
        };
        state.history.fails(Party::Device, share);
        let mut disk = state.device.disk;
        disk.freeze(share);
        state.device.write(disk);
        if self.rules.have(Mistake::AnswersBeforeTheFreeze) {
            let stage = Stage::Freeze;
            self.device_goes_on(state, DeviceSession { stage, ..session });
        } else {
            self.device_waits(state, session, Stage::Freeze);
        }
    }

    fn device_holds(&self, share: Share, whole: bool) -> Held {
        Held {
            whole,
            ..self.holds(share)
        }
    }
}
