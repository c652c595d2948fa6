//! Making this device known to a server, with a one-time token.

use tandem_wire::{DeviceKey, EnrolmentCode, Purpose, ToDevice};

use super::{Session, out_of_order};
use crate::Device;
use crate::error::Error;

impl Device {
    /// Shows `key` to the server. After this the server answers to it.
    pub(crate) async fn run_enrolment(
        &self,
        code: &EnrolmentCode,
        key: &DeviceKey,
    ) -> Result<(), Error> {
        let _held = self.ceremony_lock.lock().await;
        let mut session = Session::connect(self, &code.server).await?;
        let token = code.token.expose().to_owned();
        session.open(key, Purpose::Enrol { token }).await?;
        let answer = session.receive().await?;
        session.close().await;
        match answer {
            ToDevice::Enrolled => Ok(()),
            ToDevice::Refused(refusal) => Err(Error::Refused(refusal)),
            _ => Err(out_of_order()),
        }
    }
}
