//! `tandem_backup` and `tandem_kit`: the files that `tandem-recover` takes
//! (`recovery/FORMAT.md`). The kit is not secret. The backup is the device's share in
//! the clear, so it is shown in the snap's own dialog and nowhere else.

use serde_json::{Value, json};
use tandem_threshold::recovery::{Backup, File};

use super::named_key::{NamedKey, shown};
use crate::Device;
use crate::error::Error;
use crate::keyring::params::Params;

impl Device {
    /// Shows the device's share of a key, after a warning. The caller learns only that
    /// it was shown.
    pub(super) async fn backup(&self, origin: &str, params: &Value) -> Result<Value, Error> {
        let mut reader = Params::read(params);
        let named = NamedKey::read(&mut reader);
        reader.finish()?;
        let state = self.load().await?;
        let id = named.find(&state)?;
        let key = state.key(&id)?;
        let share = key.share_to_refresh()?;
        let kit = match &key.recovery {
            // One that did not follow a refresh is of no use with this share.
            Some(recovery) => Some(recovery.kit()?).filter(|kit| kit.fits(&share).is_ok()),
            None => None,
        };
        let with_kit = kit.is_some();
        let backup = Backup::new(&share, kit).map_err(|_| DOES_NOT_ENCODE)?;
        let text = File::Backup(backup)
            .to_text()
            .map_err(|_| DOES_NOT_ENCODE)?;
        let warning = shown(&state, &id, Some(origin))?;
        if self.host.dialog("backupWarning", warning).await? != json!(true) {
            return Err(Error::UserRejected);
        }
        // The copy in here cannot be wiped, as every summary's; it is gone with the dialog.
        let summary = json!({"file": text.as_str(), "epoch": share.epoch(), "withKit": with_kit});
        self.host.dialog("backup", summary).await?;
        Ok(json!({"keyId": id, "epoch": share.epoch()}))
    }

    /// The recovery kit of a key, as the text of a file.
    pub(super) async fn kit(&self, params: &Value) -> Result<Value, Error> {
        let mut reader = Params::read(params);
        let named = NamedKey::read(&mut reader);
        reader.finish()?;
        let state = self.load().await?;
        let id = named.find(&state)?;
        let recovery = state.key(&id)?.recovery.as_ref();
        let kit = recovery.ok_or(Error::NoRecovery)?.kit()?;
        let epoch = kit.epoch();
        let text = File::Kit(kit).to_text().map_err(|_| DOES_NOT_ENCODE)?;
        Ok(json!({"keyId": id, "epoch": epoch, "file": text.as_str()}))
    }
}

const DOES_NOT_ENCODE: Error = Error::Internal("the backup does not encode");
