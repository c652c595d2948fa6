//! Keygen, the server's side (SPEC.md section 2).
//!
//! Both parties speak in lock step: each message of the device is answered with
//! the server's message of the same round, made one step earlier.

use std::sync::Arc;

use tandem_threshold::keygen;
use tandem_threshold::{Abort, Ceremony, KeyId, Kind, Releases, Role};
use tandem_wire::{DeviceId, RefusalCode, ToDevice};
use zeroize::{Zeroize, Zeroizing};

use super::channel::Channel;
use super::end::End;
use super::{Next, Opened, Running, blocking, busy, given_up, log_abort, next, step, turn};
use crate::seal::ShareLabel;
use crate::services::Services;
use crate::store::{NewKey, UnixMillis};

pub(super) async fn run(
    channel: &mut Channel,
    services: &Arc<Services>,
    opened: Opened,
    round: Vec<u8>,
) -> Result<(), End> {
    let device = opened.device;
    let running = services.busy.begin(device, None).ok_or_else(busy)?;
    let _turn = turn(services).await?;
    expect_room(services, &opened).await?;
    let round = Zeroizing::new(round);
    let releases = Releases {
        device: opened.device_release,
        server: services.release.clone(),
    };

    // Steps 2.1 and 2.2. The device's fragment came with its Open.
    let made_by = releases.clone();
    let (device_nonce, server_nonce) = (opened.device_nonce, opened.server_nonce);
    let (state, fragment, commitment) = compute(&running, device, move || {
        let ceremony = Ceremony {
            kind: Kind::Keygen,
            releases: &releases,
            device_nonce: &device_nonce,
            server_nonce: &server_nonce,
        };
        let (state, fragment) = keygen::start(Role::Server, &ceremony)?;
        let (state, commitment) = state.receive(&round)?;
        Ok((state, fragment, commitment))
    })
    .await?;
    // Step 2.3.
    let message = exchange(channel, fragment).await?;
    let (state, opening) = compute(&running, device, move || state.receive(&message)).await?;
    // Step 2.4.
    let message = exchange(channel, commitment).await?;
    let (state, setup) = compute(&running, device, move || state.receive(&message)).await?;
    let message = exchange(channel, opening).await?;
    let state = compute(&running, device, move || state.receive(&message)).await?;
    // Steps 2.5 and 2.6.2.
    let message = exchange(channel, setup).await?;
    let (state, reply) = compute(&running, device, move || state.reply(&message)).await?;
    // Step 2.6.4. The share is stored before the message that lets the device
    // finish can leave.
    let message = exchange(channel, reply).await?;
    let stored_by = Arc::clone(services);
    let (key, partial) = step(&running, move || -> Result<(KeyId, Vec<u8>), End> {
        let (share, partial) = state
            .receive(&message)
            .map_err(|abort| aborted(&abort, &device))?;
        let bytes = share.to_bytes().map_err(|error| {
            tracing::error!("a share cannot be encoded: {error}");
            End::unavailable()
        })?;
        let label = ShareLabel {
            device: &device,
            key: share.id(),
            epoch: share.epoch(),
        };
        let sealed_share = stored_by.sealing.seal_share(label, &bytes)?;
        stored_by.store.add_key(&NewKey {
            id: share.id(),
            device: &device,
            epoch: share.epoch(),
            sealed_share: &sealed_share,
            releases: &made_by,
            created_at: UnixMillis::now(),
        })?;
        Ok((*share.id(), partial))
    })
    .await??;
    tracing::info!(%key, %device, "made a key");
    drop(running);
    channel.send(&ToDevice::Round(partial)).await
}

/// Sends a message and waits for the device's next. Fragments and setups are
/// secrets: both directions are wiped after use.
async fn exchange(channel: &mut Channel, message: Vec<u8>) -> Result<Zeroizing<Vec<u8>>, End> {
    let mut message = ToDevice::Round(message);
    let sent = channel.send(&message).await;
    if let ToDevice::Round(bytes) = &mut message {
        bytes.zeroize();
    }
    sent?;
    match next(channel).await? {
        Next::Round(message) => Ok(Zeroizing::new(message)),
        // No key exists yet, so there is none to freeze.
        Next::Abort { .. } => Err(given_up()),
    }
}

/// A step that can abort. There is no key to freeze: a new keygen shares no
/// state with this one.
async fn compute<T: Send + 'static>(
    running: &Arc<Running>,
    device: DeviceId,
    work: impl FnOnce() -> Result<T, Abort> + Send + 'static,
) -> Result<T, End> {
    let result = step(running, work).await?;
    result.map_err(|abort| aborted(&abort, &device))
}

fn aborted(abort: &Abort, device: &DeviceId) -> End {
    log_abort(abort, &format!("a keygen of device {device}"));
    End::aborted()
}

async fn expect_room(services: &Arc<Services>, opened: &Opened) -> Result<(), End> {
    let (store, device) = (Arc::clone(&services.store), opened.device);
    let keys = blocking(move || store.count_keys(&device)).await??;
    if keys < services.limits.keys_per_device {
        return Ok(());
    }
    tracing::warn!(%device, "a device has all the keys it may have (setting max_keys_per_device)");
    Err(End::refused(
        RefusalCode::Unavailable,
        "this device has as many keys as this server allows",
    ))
}
