//! Making the first pair of shares of a key that the user has: the device's side of SPEC.md
//! 10.1 (c).

use tandem_threshold::refresh::{self, Base};
use tandem_threshold::{Basis, Ceremony, KeyShare, Kind};
use tandem_wire::{DeviceKey, ImportRequest, Purpose};
use zeroize::Zeroizing;

use super::{Failure, Session, while_busy};
use crate::Device;
use crate::error::Error;
use crate::state::Enrolment;

impl Device {
    /// Imports a private key, 32 bytes big-endian. The share that comes back is proved and not
    /// stored. If it is lost before it is, the key can be imported again.
    pub(crate) async fn run_import(
        &self,
        enrolment: &Enrolment,
        secret: &Zeroizing<[u8; 32]>,
        permit: Option<&str>,
    ) -> Result<KeyShare, Error> {
        let _held = self.ceremony_lock.lock().await;
        while_busy(&self.host, async || {
            let device_key = enrolment.device_key()?;
            let mut session = Session::connect(self, &enrolment.url()?).await?;
            match rounds(&mut session, &device_key, secret, permit).await {
                Ok(share) => {
                    session.close().await;
                    Ok(share)
                }
                Err(Failure::Check(_)) => {
                    // All that was checked is new and gone.
                    session.abort(false).await;
                    Err(Error::Protocol)
                }
                Err(Failure::Session(error)) => {
                    session.close().await;
                    Err(error)
                }
            }
        })
        .await
    }
}

async fn rounds(
    session: &mut Session,
    device_key: &DeviceKey,
    secret: &Zeroizing<[u8; 32]>,
    permit: Option<&str>,
) -> Result<KeyShare, Failure> {
    let releases = session.releases.clone();
    let (device_nonce, server_nonce) = (session.device_nonce, session.server_nonce);
    let mut fresh = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *fresh).map_err(|_| Error::Internal("no randomness is available"))?;
    let (base, deal) = Base::deal_from_key(secret, &fresh)?;
    let key = *base.key();
    let ceremony = Ceremony {
        kind: Kind::Refresh {
            key: &key,
            from_epoch: 0,
            basis: Basis::Deal,
        },
        releases: &releases,
        device_nonce: &device_nonce,
        server_nonce: &server_nonce,
    };
    let (state, round) = refresh::start(base, &ceremony)?;
    let request = ImportRequest {
        key: *key.as_bytes(),
        permit: permit.map(str::to_owned),
        deal,
        round,
    };
    session.open(device_key, Purpose::Import(request)).await?;
    let (state, message) = state.receive(&session.answer().await?)?;
    let (state, message) = state.receive(&session.round(message).await?)?;
    let (state, message) = state.receive(&session.round(message).await?)?;
    let unproven = state.receive(&session.round(message).await?)?;
    let (state, message) = unproven.open()?;
    let unstored = state.receive(&session.round(message).await?)?;
    // 10.8 (1) wants the share stored first, because an old one could be deleted after this.
    // There is none but the key itself, which the user has.
    let (state, message) = unstored.stored();
    Ok(state.receive(&session.round(message).await?)?.share)
}
