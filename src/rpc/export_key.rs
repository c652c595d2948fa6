//! `tandem_exportKey`: the private key of an account, in the snap's own dialog and nowhere else.
//! From then on it exists in one place, which no refresh undoes.

use serde_json::{Value, json};
use tandem_ethereum::address_of;
use tandem_threshold::recovery::{Backup, MasterKey};
use tandem_wire::RefusalCode;
use zeroize::Zeroizing;

use super::named_key::shown;
use crate::Device;
use crate::error::Error;
use crate::keyring::params::Params;
use crate::session::refused_for;

impl Device {
    /// Shows the key, after a warning and with a permit of the operator. The caller learns only
    /// that it was shown.
    pub(super) async fn export_key(&self, origin: &str, params: &Value) -> Result<Value, Error> {
        let mut reader = Params::read(params);
        let id = reader.text("account");
        reader.finish()?;
        let state = self.load().await?;
        let account = state.account(id)?;
        let key = account.key.as_str();
        state.key(key)?.share()?;
        let warning = shown(&state, key, Some(origin))?;
        if self.host.dialog("exportWarning", warning).await? != json!(true) {
            return Err(Error::UserRejected);
        }
        let theirs = match self.run_export(key, None).await {
            Err(error) if refused_for(&error, RefusalCode::PermitRequired) => {
                let summary = json!({"keyId": key, "operation": "export"});
                let typed = match self.host.dialog("permit", summary).await? {
                    Value::String(typed) => Zeroizing::new(typed),
                    _ => return Err(Error::UserRejected),
                };
                self.run_export(key, Some(typed.trim())).await?
            }
            outcome => outcome?,
        };
        let now = self.host.now().await;
        self.update(Box::new(|state| {
            state.key_mut(key)?.exported_at = Some(now);
            Ok(())
        }))
        .await?;
        let own = self.load().await?.key(key)?.share()?;
        let own = Backup::new(&own, None).map_err(|_| Error::Protocol)?;
        let master = MasterKey::from_backups(&own, &theirs).map_err(|_| Error::Protocol)?;
        let secret = master.account(account.index).map_err(|_| Error::Protocol)?;
        let address = address_of(&secret.public_key()).ok_or(Error::Protocol)?;
        if address.to_lower_hex() != account.address {
            return Err(Error::Protocol);
        }
        let private_key = Zeroizing::new(format!("0x{}", hex::encode(secret.secret())));
        // The copy in here cannot be wiped, as every summary's; it is gone with the dialog.
        let summary = json!({"address": account.address, "privateKey": private_key.as_str()});
        self.host.dialog("exportedKey", summary).await?;
        Ok(json!({"account": account.id, "keyId": key}))
    }
}
