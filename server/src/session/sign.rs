//! Signing, the server's side (SPEC.md section 3).
//!
//! The server judges the request itself: it decodes and hashes it, compares the
//! digest with the device's, and signs its own. What the request names as the
//! account must be the account that signs.

use std::sync::Arc;

use tandem_ethereum::{Request, address_of};
use tandem_threshold::sign::server::{AwaitAnswer, reply};
use tandem_threshold::{
    Abort, AccountShare, Ceremony, KeyId, KeyShare, Kind, Releases, Role, Verdict,
};
use tandem_wire::{RefusalCode, SignRequest, ToDevice, ToServer};

use super::channel::Channel;
use super::end::{CloseCode, End};
use super::{Next, Opened, Running, blocking, busy, given_up, log_abort, next, step, turn};
use crate::policy::Authorizations;
use crate::seal::ShareLabel;
use crate::services::Services;
use crate::store::{NewSignature, Standing, UnixMillis};

/// Reason of a freeze that the device asked for.
const DEVICE_FROZE: &str = "the device found a failed check";

/// What will be recorded.
struct Judged {
    key: KeyId,
    epoch: u32,
    account: u32,
    method: &'static str,
    digest: [u8; 32],
    request: String,
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
    let key = KeyId::from_bytes(request.key);
    let running = services
        .busy
        .begin(opened.device, Some(key))
        .ok_or_else(busy)?;
    let turn = turn(services).await?;

    // Steps 3.1 and 3.2.
    let worker = Worker::new(services, &running);
    let (begun, message) = step(&running, move || worker.begin(&opened, request)).await??;
    channel.send(&ToDevice::Round(message)).await?;

    // Steps 3.3 and 3.4.
    let message = match next(channel).await? {
        Next::Round(message) => message,
        Next::Abort { freeze: false } => return Err(given_up()),
        Next::Abort { freeze: true } => {
            let worker = Worker::new(services, &running);
            step(&running, move || worker.freeze(&key, DEVICE_FROZE)).await??;
            return Err(given_up());
        }
    };
    let worker = Worker::new(services, &running);
    let partial = step(&running, move || worker.finish(begun, &message)).await??;
    // The device may sign again as soon as it has this.
    drop((running, turn));
    channel.send(&ToDevice::Round(partial)).await?;
    if let Some(ToServer::Abort { freeze: true }) = channel.farewell().await {
        let store = Arc::clone(&services.store);
        tracing::warn!(%key, "froze a key: {DEVICE_FROZE}");
        blocking(move || store.freeze(&key, DEVICE_FROZE, UnixMillis::now())).await??;
    }
    Ok(())
}

/// The steps that run on blocking threads, with all they need.
struct Worker {
    services: Arc<Services>,
    running: Arc<Running>,
}

impl Worker {
    fn new(services: &Arc<Services>, running: &Arc<Running>) -> Self {
        Self {
            services: Arc::clone(services),
            running: Arc::clone(running),
        }
    }

    /// Judges the request and answers the device's opening.
    fn begin(&self, opened: &Opened, request: SignRequest) -> Result<(Begun, Vec<u8>), End> {
        let key = KeyId::from_bytes(request.key);
        let share = self.load(opened, &key, request.epoch)?;
        let account = share
            .account(request.account)
            .map_err(|error| End::invalid_request("account", &error.to_string()))?;
        let judged = judge(key, &account, &request, self.services.authorizations)?;
        let releases = Releases {
            device: opened.device_release.clone(),
            server: self.services.release.clone(),
        };
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
        let (state, message) = self.check(&key, || reply(account, &ceremony, &request.round))?;
        self.services.store.end_check(&key)?;
        let begun = Begun {
            ceremony: *ceremony.id().as_bytes(),
            judged,
            state,
        };
        Ok((begun, message))
    }

    /// The share, if this device has this key and it may sign.
    fn load(&self, opened: &Opened, key: &KeyId, epoch: u32) -> Result<KeyShare, End> {
        let stored = self.services.store.find_key(&opened.device, key)?;
        let stored = stored.ok_or_else(|| {
            End::refused(RefusalCode::UnknownKey, "this device has no such key here")
        })?;
        if stored.frozen {
            return Err(End::frozen());
        }
        if stored.epoch != epoch {
            return Err(End::refused(
                RefusalCode::EpochMismatch,
                "the shares of device and server are of different epochs",
            ));
        }
        let label = ShareLabel {
            device: &opened.device,
            key,
            epoch,
        };
        let bytes = self
            .services
            .sealing
            .open_share(label, &stored.sealed_share)?;
        match KeyShare::load(Role::Server, &bytes) {
            Ok(share) if share.id() == key && share.epoch() == epoch => Ok(share),
            Ok(_) => Err(unusable(key, "it is the share of another key")),
            Err(error) => Err(unusable(key, &error.to_string())),
        }
    }

    /// Takes the device's answer, records the signature, and only then gives the
    /// server's half.
    fn finish(&self, begun: Begun, message: &[u8]) -> Result<Vec<u8>, End> {
        let Begun {
            judged,
            ceremony,
            state,
        } = begun;
        let partial = self.check(&judged.key, || state.receive(message))?;
        let standing = self.services.store.record_signature(&NewSignature {
            key: &judged.key,
            epoch: judged.epoch,
            account: judged.account,
            method: judged.method,
            digest: &judged.digest,
            ceremony: &ceremony,
            partial: &partial,
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
                    "signed"
                );
                Ok(partial)
            }
            Standing::Frozen => Err(End::frozen()),
        }
    }

    /// Runs a step that checks the device's messages, between two strikes of the
    /// pen: a crash in it is counted against the key. The caller ends the check.
    fn check<T>(&self, key: &KeyId, step: impl FnOnce() -> Result<T, Abort>) -> Result<T, End> {
        let store = &self.services.store;
        if store.begin_check(key, UnixMillis::now())? == Standing::Frozen {
            tracing::warn!(%key, "a key is frozen: meanwhile, or by too many interrupted checks");
            return Err(End::frozen());
        }
        let abort = match step() {
            Ok(done) => return Ok(done),
            Err(abort) => abort,
        };
        log_abort(&abort, &format!("signing with key {key}"));
        match abort.verdict {
            Verdict::Retry => store.end_check(key)?,
            Verdict::Freeze => self.freeze(key, &abort.reason.to_string())?,
        }
        Err(End::aborted())
    }

    /// Freezes the key. If that cannot be written, nothing is answered and the
    /// key stays busy until the program ends.
    fn freeze(&self, key: &KeyId, reason: &str) -> Result<(), End> {
        match self.services.store.freeze(key, reason, UnixMillis::now()) {
            Ok(()) => {
                tracing::warn!(%key, "froze a key: {reason}");
                Ok(())
            }
            Err(error) => {
                tracing::error!(%key, "a key cannot be frozen: {error}");
                Arc::clone(&self.running).for_ever();
                Err(End::closed(CloseCode::Internal, "the server failed"))
            }
        }
    }
}

/// Reads the request, hashes it, compares it with what the device says, and asks the policy.
fn judge(
    key: KeyId,
    account: &AccountShare,
    request: &SignRequest,
    authorizations: Authorizations,
) -> Result<Judged, End> {
    let read = Request::from_json(&request.request)?;
    let prepared = read.prepare()?;
    let own = address_of(&account.public_key());
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
    if prepared.digest() != request.digest {
        return Err(End::refused(
            RefusalCode::DigestMismatch,
            "device and server read this request differently",
        ));
    }
    authorizations.judge(&read, &prepared)?;
    Ok(Judged {
        key,
        epoch: request.epoch,
        account: request.account,
        method: read.method().as_str(),
        digest: prepared.digest(),
        request: request.request.clone(),
    })
}

fn unusable(key: &KeyId, why: &str) -> End {
    tracing::error!(%key, "a stored share cannot be used: {why}");
    End::unavailable()
}
