//! Export, the server's side (SPEC.md section 13): a device that has shown its share, and whose
//! user the operator has permitted it, gets ours, and can compute the private key. That
//! cannot be taken back: the permit is used and the time written before the share leaves.

use std::sync::Arc;

use tandem_threshold::KeyId;
use tandem_threshold::recovery::Backup;
use tandem_wire::{ExportRequest, ToDevice};
use zeroize::Zeroizing;

use super::channel::Channel;
use super::confirm;
use super::end::End;
use super::shares::epoch_mismatch;
use super::sign::{DEVICE_FROZE, Worker, freeze_at_farewell};
use super::step_up::StepUp;
use super::{Next, Opened, busy, given_up, next, step, turn};
use crate::services::Services;
use crate::store::{Permission, Standing, UnixMillis};

pub(super) async fn run(
    channel: &mut Channel,
    services: &Arc<Services>,
    opened: Opened,
    request: ExportRequest,
) -> Result<(), End> {
    let ExportRequest {
        key,
        epoch,
        permit,
        round,
    } = request;
    let key = KeyId::from_bytes(key);
    let running = services
        .busy
        .begin(opened.device, Some(key))
        .ok_or_else(busy)?;
    let turn = turn(services).await?;
    let step_up = StepUp::of(services, permit)?;
    if step_up.permit().is_none() {
        return step_up.obey(services, Permission::Required);
    }

    // Step 10.7.2.
    let worker = Worker::new(services, &running);
    let (opened, state, message) = step(&running, move || -> Result<_, End> {
        let (state, message) = confirm::begin(&worker, &opened, &key, epoch, &round)?;
        Ok((opened, state, message))
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
    let (partial, share) = step(&running, move || -> Result<_, End> {
        let services = &worker.services;
        let partial = worker.check(&key, epoch, || state.receive(&message))?;
        let (standing, permission) =
            services
                .store
                .export(&key, epoch, step_up.permit(), UnixMillis::now())?;
        if standing == Standing::Frozen {
            return Err(End::frozen());
        }
        step_up.obey(services, permission)?;
        tracing::warn!(%key, device = %opened.device, "exported a key: its private key exists now");
        Ok((partial.message, share(services, &opened, &key, epoch)?))
    })
    .await??;
    drop((running, turn));
    channel.send(&ToDevice::Round(partial)).await?;
    channel.send(&ToDevice::Round(share.to_vec())).await?;
    freeze_at_farewell(channel, services, key, epoch).await
}

/// Our share, as a backup has it.
fn share(
    services: &Services,
    opened: &Opened,
    key: &KeyId,
    epoch: u32,
) -> Result<Zeroizing<Vec<u8>>, End> {
    let stored = services.find_key(&opened.device, key)?;
    let stored = stored.share(epoch).ok_or_else(epoch_mismatch)?;
    let share = services.open_share(&opened.device, key, stored)?;
    let backup = Backup::new(&share, None).and_then(|backup| backup.to_bytes());
    backup.map_err(|error| {
        tracing::error!(%key, "a share cannot be exported: {error}");
        End::unavailable()
    })
}
