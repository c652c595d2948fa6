//! Confirmation, the server's side (SPEC.md 10.7): the device shows that it has the
//! share of an epoch, and only then the one before it is deleted.

use std::sync::Arc;

use tandem_threshold::sign::server::AwaitAnswer;
use tandem_threshold::{Ceremony, KeyId, Kind, Reason, confirm};
use tandem_wire::ToDevice;

use super::channel::Channel;
use super::end::End;
use super::shares::epoch_mismatch;
use super::sign::{DEVICE_FROZE, Worker, freeze_at_farewell};
use super::{Next, Opened, busy, given_up, next, step, turn};
use crate::services::Services;
use crate::store::{Standing, UnixMillis};

pub(super) async fn run(
    channel: &mut Channel,
    services: &Arc<Services>,
    opened: Opened,
    key: KeyId,
    epoch: u32,
    round: Vec<u8>,
) -> Result<(), End> {
    let running = services
        .busy
        .begin(opened.device, Some(key))
        .ok_or_else(busy)?;
    let turn = turn(services).await?;

    // Step 10.7.2.
    let worker = Worker::new(services, &running);
    let (state, message) = step(&running, move || {
        begin(&worker, &opened, &key, epoch, &round)
    })
    .await??;
    channel.send(&ToDevice::Round(message)).await?;

    // Step 10.7.4.
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
    let partial = step(&running, move || -> Result<Vec<u8>, End> {
        let partial = worker.check(&key, epoch, || state.receive(&message))?;
        match worker
            .services
            .store
            .confirm(&key, epoch, UnixMillis::now())?
        {
            Standing::Active => Ok(partial.message),
            Standing::Frozen => Err(End::frozen()),
        }
    })
    .await??;
    tracing::info!(%key, epoch, "confirmed the shares of a key");
    drop((running, turn));
    channel.send(&ToDevice::Round(partial)).await?;
    freeze_at_farewell(channel, services, key, epoch).await
}

/// Loads the share of the epoch and answers the device's opening.
pub(super) fn begin(
    worker: &Worker,
    opened: &Opened,
    key: &KeyId,
    epoch: u32,
    round: &[u8],
) -> Result<(AwaitAnswer, Vec<u8>), End> {
    let services = &worker.services;
    let stored = services.find_key(&opened.device, key)?;
    let share = services.open_unfrozen(opened, key, &stored, epoch)?;
    let releases = services.releases(opened);
    let ceremony = Ceremony {
        kind: Kind::Confirm { key, epoch },
        releases: &releases,
        device_nonce: &opened.device_nonce,
        server_nonce: &opened.server_nonce,
    };
    let replied = worker.check(key, epoch, || {
        match confirm::reply(share, &ceremony, round) {
            // The device's refresh of this epoch is one that we never stored.
            Err(abort) if abort.reason == Reason::OtherShare => Ok(None),
            replied => replied.map(Some),
        }
    })?;
    services.store.end_check(key, epoch)?;
    replied.ok_or_else(epoch_mismatch)
}
