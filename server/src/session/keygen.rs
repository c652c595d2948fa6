//! Keygen, the server's side (SPEC.md section 2).

use std::sync::Arc;

use tandem_threshold::{Ceremony, KeyId, Kind, Role, keygen};
use tandem_wire::{RefusalCode, ToDevice};
use zeroize::Zeroizing;

use super::channel::Channel;
use super::end::End;
use super::rounds::{Aborts, Rounds};
use super::{Opened, blocking, busy, step, turn};
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
    let releases = services.releases(&opened);
    let mut rounds = Rounds {
        channel,
        running: &running,
        aborts: Aborts {
            what: format!("a keygen of device {device}"),
            against: None,
        },
    };

    // Steps 2.1 and 2.2. The device's fragment came with its Open.
    let made_by = releases.clone();
    let (device_nonce, server_nonce) = (opened.device_nonce, opened.server_nonce);
    let (state, fragment, commitment) = rounds
        .compute(move || {
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
    let message = rounds.exchange(fragment).await?;
    let (state, opening) = rounds.compute(move || state.receive(&message)).await?;
    // Step 2.4.
    let message = rounds.exchange(commitment).await?;
    let (state, setup) = rounds.compute(move || state.receive(&message)).await?;
    let message = rounds.exchange(opening).await?;
    let state = rounds.compute(move || state.receive(&message)).await?;
    // Steps 2.5 and 2.6.2.
    let message = rounds.exchange(setup).await?;
    let (state, reply) = rounds.compute(move || state.reply(&message)).await?;
    // Step 2.6.4. The share is stored before the message that lets the device
    // finish can leave.
    let message = rounds.exchange(reply).await?;
    let (services, aborts) = (Arc::clone(services), rounds.aborts);
    let (key, partial) = step(&running, move || -> Result<(KeyId, Vec<u8>), End> {
        let (share, partial) = aborts.settle(state.receive(&message))?;
        services.store.add_key(&NewKey {
            id: share.id(),
            device: &device,
            epoch: share.epoch(),
            sealed_share: &services.seal(&opened, &share)?,
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

pub(super) async fn expect_room(services: &Arc<Services>, opened: &Opened) -> Result<(), End> {
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
