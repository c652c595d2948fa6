//! Refresh, the server's side (SPEC.md section 10, basis (a)).
//!
//! The new share is stored beside the current one. It takes its place when a later
//! session shows that the device has it: a confirmation (`confirm.rs`), a signature.

use std::sync::Arc;

use tandem_threshold::refresh::{self, Base};
use tandem_threshold::{Basis, Ceremony, KeyId, Kind};
use tandem_wire::ToDevice;
use zeroize::Zeroizing;

use super::channel::Channel;
use super::end::End;
use super::rounds::{Rounds, aborted};
use super::shares::epoch_mismatch;
use super::{Opened, busy, step, turn};
use crate::services::Services;
use crate::store::{NextKit, NextShare, UnixMillis};

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
    let _turn = turn(services).await?;
    let round = Zeroizing::new(round);
    let releases = services.releases(&opened);
    let mut rounds = Rounds {
        channel,
        running: &running,
        what: format!("a refresh of key {key}"),
    };

    // A frozen share is refreshed like any other: nothing of its transfer state is
    // used.
    let loaded_by = Arc::clone(services);
    let (opened, share, kits) = step(&running, move || -> Result<_, End> {
        let stored = loaded_by.find_key(&opened.device, &key)?;
        let share = stored.share(epoch).ok_or_else(epoch_mismatch)?;
        let share = loaded_by.open_share(&opened, &key, share)?;
        let kits = loaded_by.open_kits(&key, epoch)?;
        Ok((opened, share, kits))
    })
    .await??;

    // Step 10.3. The device's fragment came with its Open.
    let made_by = releases.clone();
    let (device_nonce, server_nonce) = (opened.device_nonce, opened.server_nonce);
    let (ceremony, state, fragment, commitment) = rounds
        .compute(move || {
            let ceremony = Ceremony {
                kind: Kind::Refresh {
                    key: &key,
                    from_epoch: epoch,
                    basis: Basis::Shares,
                },
                releases: &releases,
                device_nonce: &device_nonce,
                server_nonce: &server_nonce,
            };
            let (state, fragment) = refresh::start(Base::from_share(share), &ceremony)?;
            let (state, commitment) = state.receive(&round)?;
            Ok((ceremony.id(), state, fragment, commitment))
        })
        .await?;
    let message = rounds.exchange(fragment).await?;
    let (state, opening) = rounds.compute(move || state.receive(&message)).await?;
    // Step 10.4.
    let message = rounds.exchange(commitment).await?;
    let (state, setup) = rounds.compute(move || state.receive(&message)).await?;
    let message = rounds.exchange(opening).await?;
    let state = rounds.compute(move || state.receive(&message)).await?;
    // Step 10.5.2.
    let message = rounds.exchange(setup).await?;
    let (state, reply) = rounds.compute(move || state.reply(&message)).await?;
    // Step 10.5.4. Share and proof are stored before the message that lets the device
    // replace its own share can leave.
    let message = rounds.exchange(reply).await?;
    let (services, what) = (Arc::clone(services), rounds.what);
    let partial = step(&running, move || -> Result<Vec<u8>, End> {
        let received = state.receive(&message);
        let (refreshed, partial) = received.map_err(|abort| aborted(&abort, &what))?;
        let mut proof = [0; 64];
        let (r, s) = proof.split_at_mut(32);
        r.copy_from_slice(&refreshed.proof.r);
        s.copy_from_slice(&refreshed.proof.s);
        // 11.7: > the kit of the new epoch is stored together with the new share.
        let kits: Vec<_> = kits
            .iter()
            .map(|kit| {
                let (slope, pair) = (&refreshed.slope, &refreshed.pair_secret);
                let kit = kit.follow(slope, pair, refreshed.share.epoch(), &ceremony);
                let sealed = services.seal_kit(&kit, refreshed.share.epoch())?;
                Ok((*kit.recovery().as_bytes(), sealed))
            })
            .collect::<Result<_, End>>()?;
        let kits: Vec<_> = kits
            .iter()
            .map(|(recovery_key, sealed)| NextKit {
                recovery_key,
                sealed,
            })
            .collect();
        services.store.add_next_share(&NextShare {
            key: &key,
            from_epoch: epoch,
            sealed: &services.seal(&opened, &refreshed.share)?,
            releases: &made_by,
            proof: &proof,
            kits: &kits,
            made_at: UnixMillis::now(),
        })?;
        Ok(partial)
    })
    .await??;
    tracing::info!(%key, from_epoch = epoch, "refreshed a key");
    drop(running);
    channel.send(&ToDevice::Round(partial)).await
}
