//! Signing, the server's side (SPEC.md section 3).
//!
//! The server judges the request itself: it decodes and hashes it, compares the
//! digest with the device's, and signs its own. What the request names as the
//! account must be the account that signs.

use std::sync::Arc;

use tandem_ethereum::{Request, Signature, address_of, recover};
use tandem_threshold::sign::PartialSignature;
use tandem_threshold::sign::server::{AwaitAnswer, reply};
use tandem_threshold::{Abort, Ceremony, KeyId, KeyShare, Kind, PublicKey, Verdict};
use tandem_wire::{
    DeviceId, RefusalCode, RequestId, SignRequest, SignatureBytes, ToDevice, ToServer,
};

use super::channel::Channel;
use super::end::{CloseCode, End};
use super::shares::epoch_mismatch;
use super::{Next, Opened, Running, blocking, busy, given_up, log_abort, next, step, turn};
use crate::policy::Authorizations;
use crate::services::Services;
use crate::store::{Earlier, NewSignature, Standing, StoreError, StoredKey, UnixMillis};

/// Reason of a freeze that the device asked for.
pub(super) const DEVICE_FROZE: &str = "the device found a failed check";

/// A request, and who is to sign it.
pub(super) struct Claim<'a> {
    pub key: KeyId,
    pub epoch: u32,
    pub account: u32,
    /// The account's.
    pub public_key: PublicKey,
    pub request: &'a str,
    /// What the device says that it hashes to.
    pub digest: [u8; 32],
    /// Its name.
    pub id: RequestId,
}

/// What will be recorded.
pub(super) struct Judged {
    id: RequestId,
    key: KeyId,
    epoch: u32,
    account: u32,
    method: &'static str,
    pub digest: [u8; 32],
    request: String,
    /// The account's.
    public_key: PublicKey,
}

/// A half that left, for when the device tells the signature that it made of it.
pub(super) struct Left {
    key: KeyId,
    id: RequestId,
    digest: [u8; 32],
    public_key: PublicKey,
}

/// How a request is answered.
enum Begin {
    /// By a ceremony: the server's message, and what it waits for.
    Ceremony(Box<Begun>, Vec<u8>),
    /// As it was answered before.
    Again(Left, ToDevice),
}

/// A signing between its two messages.
struct Begun {
    judged: Judged,
    ceremony: [u8; 32],
    state: AwaitAnswer,
}

pub(super) async fn run(
    channel: &mut Channel,
    services: &Arc<Services>,
    opened: Opened,
    request: SignRequest,
) -> Result<(), End> {
    let (key, epoch) = (KeyId::from_bytes(request.key), request.epoch);
    let running = services
        .busy
        .begin(opened.device, Some(key))
        .ok_or_else(busy)?;
    let turn = turn(services).await?;

    // Steps 3.1 and 3.2.
    let worker = Worker::new(services, &running);
    let begin = step(&running, move || worker.begin(&opened, request)).await??;
    let (begun, message) = match begin {
        Begin::Ceremony(begun, message) => (begun, message),
        Begin::Again(left, answer) => {
            drop((running, turn));
            channel.send(&answer).await?;
            return farewell(channel, services, left, epoch).await;
        }
    };
    let left = begun.judged.left();
    channel.send(&ToDevice::Round(message)).await?;

    // Steps 3.3 and 3.4.
    let message = match next(channel).await? {
        Next::Round(message) => message,
        Next::Abort { freeze: false } => return Err(given_up()),
        Next::Abort { freeze: true } => {
            let worker = Worker::new(services, &running);
            step(&running, move || worker.freeze(&key, epoch, DEVICE_FROZE)).await??;
            return Err(given_up());
        }
    };
    let worker = Worker::new(services, &running);
    let partial = step(&running, move || worker.finish(*begun, &message)).await??;
    // The device may sign again as soon as it has this.
    drop((running, turn));
    channel.send(&ToDevice::Round(partial)).await?;
    farewell(channel, services, left, epoch).await
}

/// Waits for the device to tell the signature, and to close.
async fn farewell(
    channel: &mut Channel,
    services: &Arc<Services>,
    left: Left,
    epoch: u32,
) -> Result<(), End> {
    match channel.farewell().await {
        Some(ToServer::Signed { id, signature }) => left.complete(services, &id, signature).await,
        last => freeze_if_asked(last, services, left.key, epoch).await,
    }
}

/// Waits for the device to close, and freezes the key if it did so.
pub(super) async fn freeze_at_farewell(
    channel: &mut Channel,
    services: &Arc<Services>,
    key: KeyId,
    epoch: u32,
) -> Result<(), End> {
    let last = channel.farewell().await;
    freeze_if_asked(last, services, key, epoch).await
}

/// Freezes the key if the last message asks for it.
async fn freeze_if_asked(
    last: Option<ToServer>,
    services: &Arc<Services>,
    key: KeyId,
    epoch: u32,
) -> Result<(), End> {
    if let Some(ToServer::Abort { freeze: true }) = last {
        freeze_for_device(services, key, epoch).await?;
    }
    Ok(())
}

/// Freezes a key because the device did.
pub(super) async fn freeze_for_device(
    services: &Arc<Services>,
    key: KeyId,
    epoch: u32,
) -> Result<(), End> {
    let store = Arc::clone(&services.store);
    tracing::warn!(%key, "froze a key: {DEVICE_FROZE}");
    Ok(blocking(move || store.freeze(&key, epoch, DEVICE_FROZE, UnixMillis::now())).await??)
}

/// The steps that run on blocking threads, with all they need.
#[derive(Clone)]
pub(super) struct Worker {
    pub services: Arc<Services>,
    running: Arc<Running>,
}

impl Worker {
    pub(super) fn new(services: &Arc<Services>, running: &Arc<Running>) -> Self {
        Self {
            services: Arc::clone(services),
            running: Arc::clone(running),
        }
    }

    /// Judges the request, and answers the device's opening, or what it was answered before.
    fn begin(&self, opened: &Opened, request: SignRequest) -> Result<Begin, End> {
        let key = KeyId::from_bytes(request.key);
        let share = self.load_to_sign(opened, &key, request.epoch)?;
        let account = share
            .account(request.account)
            .map_err(|error| End::invalid_request("account", &error.to_string()))?;
        let claim = Claim {
            key,
            epoch: request.epoch,
            account: request.account,
            public_key: account.public_key(),
            request: &request.request,
            digest: request.digest,
            id: request.id,
        };
        let judged = judge(&claim, self.services.authorizations)?;
        if let Some(answer) = self.answer_again(&judged, request.held)? {
            return Ok(Begin::Again(judged.left(), answer));
        }
        let releases = self.services.releases(opened);
        let ceremony = Ceremony {
            kind: Kind::Sign {
                key: &judged.key,
                epoch: judged.epoch,
                account: judged.account,
                digest: &judged.digest,
            },
            releases: &releases,
            device_nonce: &opened.device_nonce,
            server_nonce: &opened.server_nonce,
        };
        let (state, message) = self.check(&key, request.epoch, || {
            reply(account, &ceremony, &request.round)
        })?;
        self.services.store.end_check(&key, request.epoch)?;
        let begun = Begun {
            ceremony: *ceremony.id().as_bytes(),
            judged,
            state,
        };
        Ok(Begin::Ceremony(Box::new(begun), message))
    }

    /// What this request was answered before, if that is of use to a device which holds the
    /// rest of this ceremony. A device that lost it with its memory needs another half: of what
    /// left before, nobody can make a signature any more.
    pub(super) fn answer_again(
        &self,
        judged: &Judged,
        held: Option<[u8; 32]>,
    ) -> Result<Option<ToDevice>, End> {
        let now = UnixMillis::now();
        let store = &self.services.store;
        match store.earlier(&judged.key, &judged.id, &judged.digest, now)? {
            Earlier::Nothing => Ok(None),
            Earlier::Signed(signature) => Ok(Some(ToDevice::Signed(signature))),
            Earlier::Released { ceremony, partial } if held == Some(ceremony) => {
                Ok(Some(ToDevice::Released(partial)))
            }
            Earlier::Released { .. } => Ok(None),
            Earlier::Conflict => Err(End::refused(
                RefusalCode::RequestConflict,
                "a request with this id was signed, and it was another one, too long ago, or \
                 answered too often",
            )),
        }
    }

    /// The key, if this device has it and it may sign with the share of this epoch.
    pub(super) fn may_sign(
        &self,
        device: &DeviceId,
        key: &KeyId,
        epoch: u32,
    ) -> Result<StoredKey, End> {
        let stored = self.services.find_key(device, key)?;
        let share = stored.share(epoch).ok_or_else(epoch_mismatch)?;
        if share.frozen {
            return Err(End::frozen());
        }
        if stored.refresh_wanted && stored.current.epoch == epoch {
            return Err(End::refused(
                RefusalCode::RefreshRequired,
                "this key signs again after a refresh",
            ));
        }
        Ok(stored)
    }

    /// The share, if this device has this key and it may sign.
    pub(super) fn load_to_sign(
        &self,
        opened: &Opened,
        key: &KeyId,
        epoch: u32,
    ) -> Result<KeyShare, End> {
        let stored = self.may_sign(&opened.device, key, epoch)?;
        self.services.open_unfrozen(opened, key, &stored, epoch)
    }

    /// Takes the device's answer, records the signature, and only then gives the
    /// server's half.
    fn finish(&self, begun: Begun, message: &[u8]) -> Result<Vec<u8>, End> {
        let Begun {
            judged,
            ceremony,
            state,
        } = begun;
        let partial = self.check(&judged.key, judged.epoch, || state.receive(message))?;
        self.record(&judged, &ceremony, partial, true)
    }

    /// Records a signature. Only what comes back may leave.
    pub(super) fn record(
        &self,
        judged: &Judged,
        ceremony: &[u8; 32],
        partial: PartialSignature,
        ends_check: bool,
    ) -> Result<Vec<u8>, End> {
        let standing = self.services.store.record_signature(&NewSignature {
            key: &judged.key,
            epoch: judged.epoch,
            account: judged.account,
            method: judged.method,
            digest: &judged.digest,
            ceremony,
            partial: &partial.message,
            r: &partial.r,
            ends_check,
            request_id: &judged.id,
            request: &judged.request,
            released_at: UnixMillis::now(),
        })?;
        match standing {
            Standing::Active => {
                tracing::info!(
                    key = %judged.key,
                    account = judged.account,
                    method = judged.method,
                    digest = %hex::encode(judged.digest),
                    prepared = !ends_check,
                    "signed"
                );
                Ok(partial.message)
            }
            Standing::Frozen => Err(End::frozen()),
        }
    }

    /// Runs a step that checks the device's messages, between two strikes of the
    /// pen: a crash in it is counted against the key. The caller ends the check.
    pub(super) fn check<T>(
        &self,
        key: &KeyId,
        epoch: u32,
        step: impl FnOnce() -> Result<T, Abort>,
    ) -> Result<T, End> {
        let store = &self.services.store;
        if store.begin_check(key, epoch, UnixMillis::now())? == Standing::Frozen {
            tracing::warn!(%key, "a key is frozen: meanwhile, or by too many strikes");
            return Err(End::frozen());
        }
        let abort = match step() {
            Ok(done) => return Ok(done),
            Err(abort) => abort,
        };
        self.obey(key, epoch, &abort, true)?;
        if !abort.is_strike() {
            store.end_check(key, epoch)?;
        }
        Err(End::aborted())
    }

    /// Does what an abort obliges to. Nothing may be answered before. `begun` says
    /// that a check was begun for it, whose strike may stay.
    pub(super) fn obey(
        &self,
        key: &KeyId,
        epoch: u32,
        abort: &Abort,
        begun: bool,
    ) -> Result<(), End> {
        log_abort(abort, &format!("signing with key {key}"));
        match abort.verdict {
            Verdict::Freeze => self.freeze(key, epoch, &abort.reason.to_string()),
            Verdict::Retry => self.strike(key, epoch, abort, begun),
        }
    }

    /// Counts the abort against the key, if no honest device causes it.
    pub(super) fn strike(
        &self,
        key: &KeyId,
        epoch: u32,
        abort: &Abort,
        begun: bool,
    ) -> Result<(), End> {
        if !abort.is_strike() {
            return Ok(());
        }
        let (store, reason) = (&self.services.store, abort.reason.to_string());
        let counted = store.strike(key, epoch, begun, &reason, UnixMillis::now());
        self.must_be_written(key, counted)?;
        tracing::warn!(%key, "counted a strike against a key: {reason}");
        Ok(())
    }

    /// Freezes the key.
    pub(super) fn freeze(&self, key: &KeyId, epoch: u32, reason: &str) -> Result<(), End> {
        let store = &self.services.store;
        let frozen = store.freeze(key, epoch, reason, UnixMillis::now());
        self.must_be_written(key, frozen)?;
        tracing::warn!(%key, "froze a key: {reason}");
        Ok(())
    }

    /// If a failed check cannot be written, nothing is answered and the key stays busy
    /// until the program ends.
    fn must_be_written(&self, key: &KeyId, written: Result<(), StoreError>) -> Result<(), End> {
        written.map_err(|error| {
            tracing::error!(%key, "a failed check cannot be written: {error}");
            Arc::clone(&self.running).for_ever();
            End::closed(CloseCode::Internal, "the server failed")
        })
    }
}

/// Reads the request, hashes it, compares it with what the device says, and asks the policy.
pub(super) fn judge(claim: &Claim<'_>, authorizations: Authorizations) -> Result<Judged, End> {
    let read = Request::from_json(claim.request)?;
    let prepared = read.prepare()?;
    let own = address_of(&claim.public_key);
    for named in [prepared.account(), read.account()].into_iter().flatten() {
        if own != Some(*named) {
            return Err(End::invalid_request(
                "account",
                "is not the account that signs",
            ));
        }
    }
    if prepared.account().is_none() && read.account().is_none() {
        return Err(End::invalid_request("account", "is missing"));
    }
    if prepared.digest() != claim.digest {
        return Err(End::refused(
            RefusalCode::DigestMismatch,
            "device and server read this request differently",
        ));
    }
    authorizations.judge(&read, &prepared)?;
    Ok(Judged {
        id: claim.id,
        key: claim.key,
        epoch: claim.epoch,
        account: claim.account,
        method: read.method().as_str(),
        digest: prepared.digest(),
        request: claim.request.to_owned(),
        public_key: claim.public_key,
    })
}

impl Judged {
    /// What is known of its signature once the half has left.
    pub(super) const fn left(&self) -> Left {
        Left {
            key: self.key,
            id: self.id,
            digest: self.digest,
            public_key: self.public_key,
        }
    }
}

impl Left {
    /// Keeps the signature that the device made, for when the same request comes again.
    pub(super) async fn complete(
        &self,
        services: &Arc<Services>,
        id: &RequestId,
        signature: SignatureBytes,
    ) -> Result<(), End> {
        let SignatureBytes { r, s, y_is_odd } = signature;
        let y_parity = y_is_odd;
        let signer = recover(&self.digest, &Signature { r, s, y_parity });
        if *id != self.id || signer.is_none() || signer != address_of(&self.public_key) {
            return Err(End::malformed());
        }
        let (store, key, id) = (Arc::clone(&services.store), self.key, self.id);
        match blocking(move || store.complete_signature(&key, &id, &signature)).await?? {
            true => Ok(()),
            false => Err(End::malformed()),
        }
    }
}
