//! A recovery setup, the server's side (SPEC.md 11.5).
//!
//! The kit is stored before the server's term leaves, beside one for other words; that
//! one goes when the device says that it has stored the new kit. So whatever ends
//! either side in between, the words that the device believes in open a kit here.

use std::sync::Arc;

use tandem_threshold::recovery::RecoveryPublicKey;
use tandem_threshold::recovery::setup::server;
use tandem_threshold::{Ceremony, KeyId, Kind};
use tandem_wire::{KITS_MAX, RecoveryRequest, ToDevice, WordsProof};

use super::channel::Channel;
use super::end::End;
use super::rounds::Aborts;
use super::step_up::{StepUp, prove_words, recovery_key};
use super::{Next, Opened, blocking, busy, given_up, next, step, turn};
use crate::services::Services;
use crate::store::{NewKit, Recoverable, UnixMillis};

pub(super) async fn run(
    channel: &mut Channel,
    services: &Arc<Services>,
    opened: Opened,
    request: RecoveryRequest,
) -> Result<(), End> {
    let (key, epoch) = (KeyId::from_bytes(request.key), request.epoch);
    let recovery = recovery_key(&request.recovery_key)?;
    let running = services
        .busy
        .begin(opened.device, Some(key))
        .ok_or_else(busy)?;
    let turn = turn(services).await?;

    // Step 11.5.2.
    let completed_by = Arc::clone(services);
    let message = step(&running, move || {
        complete(&completed_by, &opened, &key, &recovery, request)
    })
    .await??;
    drop(turn);
    channel.send(&ToDevice::Round(message)).await?;

    // The device has stored the kit.
    match next(channel).await? {
        Next::Round(message) if message.is_empty() => {}
        Next::Round(_) => return Err(End::malformed()),
        Next::Abort { .. } => return Err(given_up()),
    }
    let store = Arc::clone(&services.store);
    step(&running, move || {
        store.device_has_kit(&key, epoch, recovery.as_bytes(), UnixMillis::now())
    })
    .await??;
    tracing::info!(%key, epoch, %recovery, "set the recovery words of a key");
    drop(running);
    channel.send(&ToDevice::Round(Vec::new())).await
}

/// Answers a device that has the words with every kit that they open.
pub(super) async fn kits(
    channel: &mut Channel,
    services: &Arc<Services>,
    opened: &Opened,
    words: WordsProof,
) -> Result<(), End> {
    let recovery = recovery_key(&words.recovery_key)?;
    prove_words(opened, &recovery, &words.proof)?;
    let found_by = Arc::clone(services);
    let kits = blocking(move || -> Result<Vec<Vec<u8>>, End> {
        let found = found_by.store.recoverable(recovery.as_bytes())?;
        let open = |found: &Recoverable| {
            let (key, epoch) = (&found.key, found.share.epoch);
            let kit = found_by.open_kit(key, epoch, recovery.as_bytes(), &found.sealed_kit)?;
            kit.to_bytes().ok()
        };
        Ok(found.iter().filter_map(open).take(KITS_MAX).collect())
    })
    .await??;
    tracing::info!(device = %opened.device, %recovery, kits = kits.len(), "showed kits");
    channel.send(&ToDevice::Kits(kits)).await
}

fn complete(
    services: &Services,
    opened: &Opened,
    key: &KeyId,
    recovery: &RecoveryPublicKey,
    request: RecoveryRequest,
) -> Result<Vec<u8>, End> {
    if let Some(proof) = &request.proof {
        prove_words(opened, recovery, proof)?;
    }
    let step_up = StepUp::of(services, request.permit)?;
    let epoch = request.epoch;
    let stored = services.find_key(&opened.device, key)?;
    let share = services.open_unfrozen(opened, key, &stored, epoch)?;
    let releases = services.releases(opened);
    let ceremony = Ceremony {
        kind: Kind::Recovery {
            key,
            epoch,
            recovery,
        },
        releases: &releases,
        device_nonce: &opened.device_nonce,
        server_nonce: &opened.server_nonce,
    };
    let mut randomness = [0; 32];
    getrandom::fill(&mut randomness).map_err(|error| {
        tracing::error!("the operating system gives no random numbers: {error}");
        End::unavailable()
    })?;
    let aborts = Aborts {
        what: format!("a recovery setup of key {key}"),
        against: None,
    };
    let completed = server::complete(&share, &ceremony, &randomness, &request.round);
    let (kit, message) = aborts.settle(completed)?;
    // 11.5.2: > Store it durably, then send. 11.10 (1): > a setup for another RK needs
    // > what an export needs; the store decides which this is.
    let permission = services.store.add_kit(&NewKit {
        key,
        epoch,
        recovery_key: recovery.as_bytes(),
        sealed: &services.seal_kit(&kit, epoch)?,
        words_proved: request.proof.is_some(),
        permit: step_up.permit(),
        made_at: UnixMillis::now(),
    })?;
    step_up.obey(services, permission)?;
    Ok(message)
}
