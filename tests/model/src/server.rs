//! The server: it answers, and what it answers for is committed before the answer leaves.

use crate::network::{Body, Message, Purpose, Refusal};
use crate::rules::Mistake;
use crate::share::{Digest, Held, Record, Share};
use crate::state::{Presignature, ServerSession, State};
use crate::{Life, Party};

impl Life {
    pub(crate) fn server_receives(&self, state: &mut State, message: Message) {
        let id = message.session;
        match message.body {
            Body::Open(purpose) => self.server_opens(state, id, purpose, false),
            Body::Answer => {
                if let Some(session) = take(state, id) {
                    self.server_finishes(state, session);
                }
            }
            Body::Use { request, digest } => self.server_uses(state, id, request, digest),
            Body::Resume { request, digest } => {
                // The recorded bytes again, or nothing: no round is run a second time.
                if let Some(record) = recorded(state, request)
                    && record.digest == digest
                {
                    let nonce = record.nonce;
                    state.send(Party::Device, id, Body::Half { nonce });
                }
            }
            Body::Froze => {
                if let Some(session) = take(state, id) {
                    let mut disk = state.server.view();
                    disk.freeze(session.share);
                    state.server.write(disk, true);
                }
            }
            Body::Reply | Body::Half { .. } | Body::Refused(_) => {}
        }
    }

    /// `echoed`: the device's commitment is a copy of ours.
    pub(crate) fn server_opens(&self, state: &mut State, id: u8, purpose: Purpose, echoed: bool) {
        // At most one session a key. A prepared session that only waits gives way.
        if !state.server.sessions.is_empty() && !self.rules.have(Mistake::TwoSessionsAtOnce) {
            return state.refuse(id, Refusal::Busy);
        }
        if !self.rules.have(Mistake::PresignaturesOutliveTheEpoch) {
            state.server.presignature = None;
        }
        if echoed && !self.rules.have(Mistake::AcceptsEqualCommitments) {
            return state.refuse(id, Refusal::Aborted);
        }
        let share = match self.server_share(state, purpose) {
            Ok(share) => share,
            Err(refusal) => return state.refuse(id, refusal),
        };
        let mut nonce = id;
        if let Purpose::Sign {
            request, digest, ..
        } = purpose
        {
            if self.rules.have(Mistake::RecomputesARepeatedRequest) {
                match state.server.remembered {
                    Some((known, earlier)) if known == request => nonce = earlier,
                    _ => state.server.remembered = Some((request, id)),
                }
            } else if let Some(record) = recorded(state, request) {
                if record.digest == digest {
                    let nonce = record.nonce;
                    return state.send(Party::Device, id, Body::Half { nonce });
                }
                return state.refuse(id, Refusal::OtherDigest);
            }
        }
        state.server.sessions.push(ServerSession {
            id,
            purpose,
            share,
            nonce,
            whole: echoed,
        });
        state.send(Party::Device, id, Body::Reply);
    }

    /// The server's share for a session, or why there is none.
    pub(crate) fn server_share(&self, state: &State, purpose: Purpose) -> Result<Share, Refusal> {
        let disk = state.server.view();
        let (asked, held) = match purpose {
            Purpose::Keygen { made } => return Ok(made),
            // The words vouch for the device; a share below the floor is still good for that.
            Purpose::Recover { base, .. } => {
                return match disk.current.filter(|held| held.share == base) {
                    Some(held) if held.ciphertexts => Ok(base),
                    _ => Err(Refusal::EpochMismatch),
                };
            }
            Purpose::Refresh { base, .. } => {
                let next = disk
                    .next
                    .filter(|_| !self.rules.have(Mistake::RefreshFromCurrentOnly));
                let held = [disk.current, next].into_iter().flatten();
                (base, held.into_iter().find(|held| held.share == base))
            }
            Purpose::Confirm { share }
            | Purpose::Presign { share }
            | Purpose::Sign { share, .. } => {
                let exact = !self.rules.have(Mistake::OpeningNamesTheEpochOnly)
                    && !self.rules.have(Mistake::NothingBindsTheShare);
                let held = disk.find(|held| {
                    held.epoch == share.epoch && (!exact || held.lineage == share.lineage)
                });
                (share, held)
            }
        };
        let held: Held = held
            .filter(|held| held.share.epoch >= state.server.floor)
            .ok_or(Refusal::EpochMismatch)?;
        if held.share != asked && !self.rules.have(Mistake::NothingBindsTheShare) {
            return Err(Refusal::Aborted);
        }
        if held.frozen && self.uses_transfer_state(purpose) {
            let confirm = matches!(purpose, Purpose::Confirm { .. });
            if !(confirm && self.rules.have(Mistake::ConfirmIgnoresTheFreeze)) {
                return Err(Refusal::Frozen);
            }
        }
        Ok(held.share)
    }

    fn server_finishes(&self, state: &mut State, session: ServerSession) {
        let mut disk = state.server.view();
        let prepares_first = !self.rules.have(Mistake::ServerPreparesAfterItsHalf);
        match session.purpose {
            Purpose::Keygen { made } => {
                if session.whole && !self.rules.have(Mistake::BareAcknowledgement) {
                    // Whoever copied a point cannot sign with it.
                    return state.refuse(session.id, Refusal::Aborted);
                }
                // An orphan of an earlier keygen stays on the real disk; nobody asks for it.
                disk.current = Some(Held {
                    whole: session.whole,
                    ..Held::new(made)
                });
                disk.next = None;
                state.server.write(disk, prepares_first);
            }
            Purpose::Refresh { base, made } | Purpose::Recover { base, made } => {
                // Asked for from the proved next share: so the device has that one.
                self.promote(state, base);
                let mut disk = state.server.view();
                let next = Some(self.holds(made));
                if self.rules.have(Mistake::ServerPromotesOnTheProof) {
                    disk.next = next;
                    state.server.write(disk, prepares_first);
                    self.promote(state, made);
                } else {
                    disk.next = next;
                    state.server.write(disk, prepares_first);
                }
            }
            Purpose::Confirm { .. } => self.promote(state, session.share),
            Purpose::Presign { .. } => {
                self.promote(state, session.share);
                state.server.presignature = Some(Presignature {
                    id: session.nonce,
                    share: session.share,
                });
                return;
            }
            Purpose::Sign {
                share,
                request,
                digest,
            } => {
                self.promote(state, session.share);
                // In the same transaction as the record; the check at the opening only saves work.
                if !self.rules.have(Mistake::RecomputesARepeatedRequest)
                    && !self.rules.have(Mistake::LooksAtTheRecordOnlyOnce)
                    && recorded(state, request).is_some()
                {
                    return state.refuse(session.id, Refusal::OtherDigest);
                }
                state.history.mixed |= share != session.share;
                self.release(state, session.nonce, session.share, request, digest);
            }
        }
        let nonce = session.nonce;
        state.send(Party::Device, session.id, Body::Half { nonce });
    }

    /// A presignature is taken out of memory before anything else happens.
    fn server_uses(&self, state: &mut State, id: u8, request: u8, digest: Digest) {
        let Some(presignature) = state.server.presignature.filter(|it| it.id == id) else {
            return;
        };
        if !self.rules.have(Mistake::ServerKeepsPresignatures) {
            state.server.presignature = None;
        }
        let Presignature { share, .. } = presignature;
        let purpose = Purpose::Sign {
            share,
            request,
            digest,
        };
        if !self.rules.have(Mistake::PresignaturesOutliveTheEpoch)
            && let Err(refusal) = self.server_share(state, purpose)
        {
            return state.refuse(id, refusal);
        }
        match recorded(state, request) {
            None => {
                self.release(state, id, share, request, digest);
                state.send(Party::Device, id, Body::Half { nonce: id });
            }
            Some(record) if record.digest == digest => {
                let nonce = record.nonce;
                state.send(Party::Device, id, Body::Half { nonce });
            }
            Some(_) => state.refuse(id, Refusal::OtherDigest),
        }
    }

    /// The half for a digest leaves, on record.
    fn release(&self, state: &mut State, nonce: u8, share: Share, request: u8, digest: Digest) {
        let mut disk = state.server.view();
        if let Some(record) = disk.records.get_mut(usize::from(request)) {
            *record = Some(Record { digest, nonce });
        }
        let first = !self.rules.have(Mistake::RecordsAfterRelease);
        state.server.write(disk, first);

        let history = &mut state.history;
        history.below_floor |= share.epoch < history.promoted;
        let other = |(known, signed): &(u8, Digest)| *known == nonce && *signed != digest;
        history.nonce_twice |= history.released.iter().any(other);
        if !history.released.contains(&(nonce, digest)) {
            history.released.push((nonce, digest));
        }
        if let Some(digests) = history.digests.get_mut(usize::from(request)) {
            *digests |= match digest {
                Digest::A => 1,
                Digest::B => 2,
            };
        }
    }

    /// PROMOTE at the server: a later session has shown that the device holds `share`.
    fn promote(&self, state: &mut State, share: Share) {
        let mut disk = state.server.view();
        if let Some(next) = disk.next.filter(|next| next.share == share) {
            disk.current = Some(next);
            disk.next = None;
            state.server.write(disk, true);
            state.server.floor = state.server.floor.max(share.epoch);
            state.history.promoted = state.history.promoted.max(share.epoch);
        }
    }

    pub(crate) fn server_restarts(&self, state: &mut State) {
        let server = &mut state.server;
        server.unwritten = None;
        server.sessions.clear();
        if !self.rules.have(Mistake::ServerKeepsPresignatures) {
            server.presignature = None;
        }
    }

    /// The device's message fails a check on the transfer state of `share`: the freeze is
    /// committed, then the device hears that something failed.
    pub(crate) fn server_finds_a_failed_check(&self, state: &mut State, id: u8, share: Share) {
        take(state, id);
        let mut disk = state.server.view();
        disk.freeze(share);
        let first = !self.rules.have(Mistake::AnswersBeforeTheFreeze);
        state.server.write(disk, first);
        state.history.fails(Party::Server, share);
        state.history.answers(Party::Server, share);
        state.refuse(id, Refusal::Aborted);
    }

    /// The server dies in the middle of a check. The strike was written before.
    pub(crate) fn server_dies_in_a_check(&self, state: &mut State, share: Share, failed: bool) {
        if !self.rules.have(Mistake::StrikeAfterTheCheck) {
            state.server.disk.strike(share);
        }
        if failed {
            state.history.fails(Party::Server, share);
        }
        self.server_restarts(state);
    }

    /// The share of the server that a message would have it check something with.
    pub(crate) fn server_checks(&self, state: &State, message: &Message) -> Option<Share> {
        let sessions = &state.server.sessions;
        match message.body {
            Body::Open(purpose) if sessions.is_empty() && self.uses_transfer_state(purpose) => {
                self.server_share(state, purpose).ok()
            }
            Body::Answer => {
                let session = sessions.iter().find(|it| it.id == message.session)?;
                self.uses_transfer_state(session.purpose)
                    .then_some(session.share)
            }
            _ => None,
        }
    }
}

fn take(state: &mut State, id: u8) -> Option<ServerSession> {
    let sessions = &mut state.server.sessions;
    let place = sessions.iter().position(|session| session.id == id)?;
    Some(sessions.remove(place))
}

fn recorded(state: &State, request: u8) -> Option<Record> {
    let records = state.server.view().records;
    records.get(usize::from(request)).copied().flatten()
}
