//! Import, the server's side (SPEC.md 10.1 (c)): the first pair of shares with this server, of a
//! key that the device knows in one piece, or in two because it leaves another server. An
//! operator's permit is needed, because whoever uses the key afterwards cannot tell that it
//! could be computed once.

use std::sync::Arc;

use tandem_threshold::refresh::Base;
use tandem_threshold::{Basis, Ceremony, KeyId, Kind};
use tandem_wire::{ImportRequest, ToDevice};
use zeroize::Zeroizing;

use super::channel::Channel;
use super::end::End;
use super::keygen::expect_room;
use super::refresh::{Pair, Proved};
use super::rounds::{Aborts, Rounds};
use super::step_up::StepUp;
use super::{Opened, busy, step, turn};
use crate::services::Services;
use crate::store::{NewKey, Permission, StoreError, UnixMillis};

pub(super) async fn run(
    channel: &mut Channel,
    services: &Arc<Services>,
    opened: Opened,
    request: ImportRequest,
) -> Result<(), End> {
    let ImportRequest {
        key,
        epoch,
        permit,
        deal,
        round,
    } = request;
    let (key, deal, round) = (
        KeyId::from_bytes(key),
        Zeroizing::new(deal),
        Zeroizing::new(round),
    );
    let device = opened.device;
    let running = services.busy.begin(device, Some(key)).ok_or_else(busy)?;
    let _turn = turn(services).await?;
    expect_room(services, &opened).await?;
    let step_up = StepUp::of(services, permit)?;
    if step_up.permit().is_none() {
        // Not after seconds of computing.
        return step_up.obey(services, Permission::Required);
    }
    let releases = services.releases(&opened);
    let made_by = releases.clone();
    let mut rounds = Rounds {
        channel,
        running: &running,
        aborts: Aborts {
            what: format!("an import by device {device}"),
            against: None,
        },
    };
    let pair = Pair {
        key,
        from_epoch: epoch,
        basis: Basis::Deal,
    };

    // Step 10.2.
    let (device_nonce, server_nonce) = (opened.device_nonce, opened.server_nonce);
    let bound_to = releases.clone();
    let base = rounds
        .compute(move || {
            let ceremony = Ceremony {
                kind: Kind::Refresh {
                    key: &pair.key,
                    from_epoch: pair.from_epoch,
                    basis: pair.basis,
                },
                releases: &bound_to,
                device_nonce: &device_nonce,
                server_nonce: &server_nonce,
            };
            Base::accept_deal(&ceremony, &deal)
        })
        .await?;
    let proved = rounds.make_pair(&opened, releases, pair, base, round);
    let Proved { state, message, .. } = proved.await?;
    // Step 10.5.4. The share is stored before the message that lets the device finish can
    // leave, as in a keygen.
    let (services, aborts) = (Arc::clone(services), rounds.aborts);
    let partial = step(&running, move || -> Result<Vec<u8>, End> {
        let (imported, partial) = aborts.settle(state.receive(&message))?;
        let permission = services.store.import_key(
            &NewKey {
                id: &key,
                device: &device,
                epoch: imported.share.epoch(),
                sealed_share: &services.seal(&opened, &imported.share)?,
                releases: &made_by,
                created_at: UnixMillis::now(),
            },
            step_up.permit(),
        );
        match permission {
            Err(StoreError::KeyInUse) => Err(End::invalid_request(
                "key",
                "is on this server already: recover it with its recovery words",
            )),
            permission => {
                step_up.obey(&services, permission?)?;
                Ok(partial)
            }
        }
    })
    .await??;
    tracing::info!(%key, %device, "imported a key");
    drop(running);
    channel.send(&ToDevice::Round(partial)).await
}
