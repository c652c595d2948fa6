//! `tandem_enrol`: connects this device to a signing server. The code is typed
//! into the snap's own dialog; the page that asks never sees it.

use serde_json::Value;
use tandem_ethereum::json_object;
use tandem_wire::{DeviceKey, EnrolmentCode};
use zeroize::Zeroizing;

use crate::Device;
use crate::error::Error;
use crate::state::Enrolment;

impl Device {
    pub(super) async fn enrol(&self) -> Result<Value, Error> {
        let _held = self.creation_lock.lock().await;
        if let Some(enrolment) = self.load().await?.enrolment {
            return Err(Error::AlreadyEnrolled(enrolment.server));
        }
        let enrolment = self.ask_enrolment().await?;
        let (server, device) = (enrolment.server.clone(), enrolment.device_key()?.id());
        self.store_durably(Box::new(move |state| {
            state.enrolment = Some(enrolment);
            Ok(())
        }))
        .await?;
        Ok(json_object([
            ("server", server.into()),
            ("device", format!("0x{device}").into()),
        ]))
    }

    /// Asks the user for a code, and enrols with it under a new identity, which is not stored.
    pub(super) async fn ask_enrolment(&self) -> Result<Enrolment, Error> {
        let typed = match self.host.dialog("enrol", json_object([])).await? {
            Value::String(typed) => Zeroizing::new(typed),
            _ => return Err(Error::UserRejected),
        };
        let code: EnrolmentCode = typed.parse().map_err(Error::InvalidEnrolmentCode)?;
        let key = new_device_key()?;
        self.run_enrolment(&code, &key).await?;
        Ok(Enrolment::new(&code.server, &key))
    }
}

fn new_device_key() -> Result<DeviceKey, Error> {
    let mut bytes = Zeroizing::new([0; 32]);
    // One draw in 2^128 is no scalar.
    for _ in 0..4 {
        getrandom::fill(&mut *bytes).map_err(|_| Error::Internal("no randomness is available"))?;
        if let Ok(key) = DeviceKey::from_bytes(&*bytes) {
            return Ok(key);
        }
    }
    Err(Error::Internal("no device key could be made"))
}
