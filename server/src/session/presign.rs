//! Preparing signatures and using them, the server's side (SPEC.md section 12).
//!
//! Prepared signatures are in this task's memory and nowhere else: they go when the
//! session does, whatever ends it. While the session waits it keeps nothing busy and
//! does not keep the server from stopping; the device's next session ends it.

use std::sync::Arc;

use tandem_threshold::presign::server::{AwaitAnswer, Presignature, reply};
use tandem_threshold::{Ceremony, KeyId, Kind};
use tandem_wire::{DeviceId, PRESIGN_MAX, PresignRequest, ToDevice, ToServer, UseRequest};
use tokio::time::Instant;

use super::channel::Channel;
use super::end::{CloseCode, End};
use super::prepared::Waiting;
use super::sign::{Claim, DEVICE_FROZE, Left, Worker, freeze_for_device, judge};
use super::{Next, Opened, busy, given_up, next, step, turn};
use crate::services::Services;
use crate::shutdown;
use crate::store::{Standing, UnixMillis};

pub(super) async fn run(
    channel: &mut Channel,
    services: &Arc<Services>,
    opened: Opened,
    request: PresignRequest,
) -> Result<(), End> {
    if !(1..=PRESIGN_MAX).contains(&request.rounds.len()) {
        return Err(End::malformed());
    }
    let (device, key) = (opened.device, KeyId::from_bytes(request.key));
    let epoch = request.epoch;
    // From before the preparation, so that no session that begins later is missed.
    let waiting = services.prepared.begin(device);
    let prepared = prepare(channel, services, opened, request).await?;
    let whose = Whose {
        device,
        key,
        epoch,
        waiting,
    };
    wait(channel, services, whose, prepared).await
}

/// Whose prepared signatures they are.
struct Whose {
    device: DeviceId,
    key: KeyId,
    epoch: u32,
    waiting: Waiting,
}

async fn prepare(
    channel: &mut Channel,
    services: &Arc<Services>,
    opened: Opened,
    request: PresignRequest,
) -> Result<Vec<Option<Presignature>>, End> {
    let (key, epoch) = (KeyId::from_bytes(request.key), request.epoch);
    let running = services
        .busy
        .begin(opened.device, Some(key))
        .ok_or_else(busy)?;
    let _turn = turn(services).await?;

    // Steps 12.1 and 12.2.
    let worker = Worker::new(services, &running);
    let begun = step(&running, move || begin(&worker, &opened, &request)).await??;
    let (states, replies): (Vec<_>, Vec<_>) = begun.into_iter().unzip();
    for reply in replies {
        channel.send(&ToDevice::Round(reply)).await?;
    }

    // Step 12.3.
    let mut answered = Vec::with_capacity(states.len());
    for state in states {
        match next(channel).await? {
            Next::Round(message) => answered.push((state, message)),
            Next::Abort { freeze: false } => return Err(given_up()),
            Next::Abort { freeze: true } => {
                let worker = Worker::new(services, &running);
                step(&running, move || worker.freeze(&key, epoch, DEVICE_FROZE)).await??;
                return Err(given_up());
            }
        }
    }
    let worker = Worker::new(services, &running);
    step(&running, move || finish(&worker, &key, epoch, answered)).await?
}

/// Answers the device's openings, each with a nonce of its own.
fn begin(
    worker: &Worker,
    opened: &Opened,
    request: &PresignRequest,
) -> Result<Vec<(AwaitAnswer, Vec<u8>)>, End> {
    let key = KeyId::from_bytes(request.key);
    let share = worker.load_to_sign(opened, &key, request.epoch)?;
    let mut openings = Vec::with_capacity(request.rounds.len());
    for (index, round) in (0..).zip(&request.rounds) {
        let account = share
            .account(request.account)
            .map_err(|error| End::invalid_request("account", &error.to_string()))?;
        let mut nonce = [0; 32];
        getrandom::fill(&mut nonce).map_err(|error| {
            tracing::error!("the operating system gives no random numbers: {error}");
            End::unavailable()
        })?;
        openings.push((index, account, nonce, round.as_slice()));
    }
    let releases = worker.services.releases(opened);
    let replies = worker.check(&key, request.epoch, || {
        let reply = |(index, account, nonce, round)| {
            let ceremony = Ceremony {
                kind: Kind::Presign {
                    key: &key,
                    epoch: request.epoch,
                    account: request.account,
                    index,
                },
                releases: &releases,
                device_nonce: &opened.device_nonce,
                server_nonce: &opened.server_nonce,
            };
            reply(account, &ceremony, &nonce, round)
        };
        openings.into_iter().map(reply).collect()
    })?;
    worker.services.store.end_check(&key, request.epoch)?;
    Ok(replies)
}

/// Takes the device's answers: all of them are good, or none is kept. They show that
/// the device has the share of this epoch.
fn finish(
    worker: &Worker,
    key: &KeyId,
    epoch: u32,
    answered: Vec<(AwaitAnswer, Vec<u8>)>,
) -> Result<Vec<Option<Presignature>>, End> {
    let prepared: Vec<_> = worker.check(key, epoch, || {
        let receive = |(state, message): (AwaitAnswer, Vec<u8>)| state.receive(&message).map(Some);
        answered.into_iter().map(receive).collect()
    })?;
    let store = &worker.services.store;
    if store.confirm(key, epoch, UnixMillis::now())? == Standing::Frozen {
        return Err(End::frozen());
    }
    tracing::info!(%key, count = prepared.len(), "prepared");
    Ok(prepared)
}

/// Waits for their use until none is left, time is up, or the device or the operator
/// wants something else.
async fn wait(
    channel: &mut Channel,
    services: &Arc<Services>,
    whose: Whose,
    mut prepared: Vec<Option<Presignature>>,
) -> Result<(), End> {
    let Whose {
        device,
        key,
        epoch,
        mut waiting,
    } = whose;
    let superseded = || {
        End::closed(
            CloseCode::Normal,
            "another session of this device has begun",
        )
    };
    let deadline = Instant::now() + services.limits.prepared;
    // The last that was used, until the device has told its signature.
    let mut left: Option<Left> = None;
    while left.is_some() || prepared.iter().any(Option::is_some) {
        let message = tokio::select! {
            biased;
            () = waiting.ended() => return Err(superseded()),
            () = shutdown::requested(&services.stop) => {
                return Err(End::closed(CloseCode::GoingAway, "the server stops"));
            }
            message = channel.receive_at_leisure(deadline) => message?,
        };
        let request = match message {
            ToServer::Sign(request) => request,
            ToServer::Signed { id, signature } => {
                let left = left.take().ok_or_else(End::malformed)?;
                left.complete(services, &id, signature).await?;
                continue;
            }
            ToServer::Abort { freeze: true } => {
                freeze_for_device(services, key, epoch).await?;
                return Err(given_up());
            }
            ToServer::Abort { freeze: false } => return Err(given_up()),
            ToServer::Open(_) | ToServer::Round(_) => return Err(End::malformed()),
        };
        // Taken before anything is looked at: there is no second try.
        let presignature = prepared
            .get_mut(usize::from(request.index))
            .and_then(Option::take)
            .ok_or_else(End::malformed)?;
        let running = services.busy.begin(device, Some(key)).ok_or_else(busy)?;
        // Nothing else runs with this key from here on; what ran meanwhile has told us.
        if waiting.is_over() {
            return Err(superseded());
        }
        let worker = Worker::new(services, &running);
        let using = move || spend(&worker, &device, key, presignature, &request);
        let (answer, used) = step(&running, using).await??;
        left = used;
        drop(running);
        channel.send(&answer).await?;
    }
    Ok(())
}

/// Step 12.5: judges the request as in signing, records the signature, and only then
/// gives the server's half. What was signed before is answered as it was.
fn spend(
    worker: &Worker,
    device: &DeviceId,
    key: KeyId,
    presignature: Presignature,
    request: &UseRequest,
) -> Result<(ToDevice, Option<Left>), End> {
    worker.may_sign(device, &key, presignature.epoch())?;
    let claim = Claim {
        key,
        epoch: presignature.epoch(),
        account: presignature.account(),
        public_key: presignature.public_key(),
        request: &request.request,
        digest: request.digest,
        id: request.id,
    };
    let judged = judge(&claim, worker.services.authorizations)?;
    if let Some(answer) = worker.answer_again(&judged, None)? {
        return Ok((answer, None));
    }
    let ceremony = *presignature.id().as_bytes();
    let partial = match presignature.spend(&judged.digest, &request.round) {
        Ok(partial) => partial,
        Err(abort) => {
            worker.obey(&key, claim.epoch, &abort, false)?;
            return Err(End::aborted());
        }
    };
    let partial = worker.record(&judged, &ceremony, partial, false)?;
    Ok((ToDevice::Round(partial), Some(judged.left())))
}
