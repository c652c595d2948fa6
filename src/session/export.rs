//! Getting the server's share, to show the private key to its user: the device's side of SPEC.md
//! section 13.

use tandem_threshold::recovery::Backup;
use tandem_threshold::{Ceremony, KeyShare, Kind, confirm};
use tandem_wire::{DeviceKey, ExportRequest, Purpose};
use zeroize::Zeroizing;

use super::{Failure, Session, while_busy};
use crate::Device;
use crate::error::Error;
use crate::state::Which;

impl Device {
    /// The server's share of a key, of the epoch of ours.
    pub(crate) async fn run_export(
        &self,
        key: &str,
        permit: Option<&str>,
    ) -> Result<Backup, Error> {
        let _held = self.ceremony_lock.lock().await;
        self.settle(key).await?;
        while_busy(&self.host, async || {
            let state = self.load().await?;
            let enrolment = state.enrolment_of(state.key(key)?)?;
            let device_key = enrolment.device_key()?;
            let share = state.key(key)?.share()?;
            let mut session = Session::connect(self, &enrolment.url()?).await?;
            match rounds(&mut session, &device_key, share, permit).await {
                Ok(backup) => {
                    session.close().await;
                    Ok(backup)
                }
                Err(failure) => Err(self.fail(session, failure, key, Which::Current).await),
            }
        })
        .await
    }
}

async fn rounds(
    session: &mut Session,
    device_key: &DeviceKey,
    share: KeyShare,
    permit: Option<&str>,
) -> Result<Backup, Failure> {
    let releases = session.releases.clone();
    let (device_nonce, server_nonce) = (session.device_nonce, session.server_nonce);
    let (id, epoch) = (*share.id(), share.epoch());
    let ceremony = Ceremony {
        kind: Kind::Confirm { key: &id, epoch },
        releases: &releases,
        device_nonce: &device_nonce,
        server_nonce: &server_nonce,
    };
    let (state, round) = confirm::open(share, &ceremony)?;
    let request = ExportRequest {
        key: *id.as_bytes(),
        epoch,
        permit: permit.map(str::to_owned),
        round,
    };
    session.open(device_key, Purpose::Export(request)).await?;
    let (state, answer) = state.receive(&session.answer().await?)?;
    state.receive(&session.round(answer).await?)?;
    let theirs = Zeroizing::new(session.answer().await?);
    Ok(Backup::load(&theirs).map_err(|_| Error::Protocol)?)
}
