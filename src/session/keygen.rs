//! Making a key with the server: the device's side of SPEC.md section 2.

use tandem_threshold::{Ceremony, KeyShare, Kind, Role, Verdict, keygen};
use tandem_wire::Purpose;

use super::{Failure, Session, while_busy};
use crate::Device;
use crate::error::Error;
use crate::state::Enrolment;

impl Device {
    /// Makes a key. The share that comes back is proved, and the server has
    /// stored its own durably; ours is not stored yet.
    pub(crate) async fn run_keygen(&self, enrolment: &Enrolment) -> Result<KeyShare, Error> {
        let _held = self.ceremony_lock.lock().await;
        while_busy(&self.host, async || self.keygen_once(enrolment).await).await
    }

    async fn keygen_once(&self, enrolment: &Enrolment) -> Result<KeyShare, Error> {
        let key = enrolment.device_key()?;
        let mut session = Session::connect(self, &enrolment.url()?).await?;
        match rounds(&mut session, &key).await {
            Ok(share) => {
                session.close().await;
                Ok(share)
            }
            Err(Failure::Check(abort)) => {
                // No key exists yet, so there is nothing to freeze: whatever the
                // verdict, both sides forget what they have.
                session.abort(abort.verdict == Verdict::Freeze).await;
                Err(Error::Protocol)
            }
            Err(Failure::Session(error)) => {
                session.close().await;
                Err(error)
            }
        }
    }
}

async fn rounds(session: &mut Session, key: &tandem_wire::DeviceKey) -> Result<KeyShare, Failure> {
    let releases = session.releases.clone();
    let (device_nonce, server_nonce) = (session.device_nonce, session.server_nonce);
    let ceremony = Ceremony {
        kind: Kind::Keygen,
        releases: &releases,
        device_nonce: &device_nonce,
        server_nonce: &server_nonce,
    };
    let (state, round) = keygen::start(Role::Device, &ceremony)?;
    session.open(key, Purpose::Keygen { round }).await?;
    let (state, message) = state.receive(&session.answer().await?)?;
    let (state, message) = state.receive(&session.round(message).await?)?;
    let (state, message) = state.receive(&session.round(message).await?)?;
    let unproven = state.receive(&session.round(message).await?)?;
    let (state, message) = unproven.open()?;
    let (state, message) = state.receive(&session.round(message).await?)?;
    Ok(state.receive(&session.round(message).await?)?)
}
