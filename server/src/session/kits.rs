//! Recovery kits between the store and their use.

use tandem_threshold::KeyId;
use tandem_threshold::recovery::{Kit, KitError};

use super::end::End;
use crate::seal::KitLabel;
use crate::services::Services;

impl Services {
    /// The kits that are stored with the share of an epoch. One that cannot be used is
    /// left out: it must not keep its key from a refresh.
    pub(super) fn open_kits(&self, key: &KeyId, epoch: u32) -> Result<Vec<Kit>, End> {
        let mut kits = Vec::new();
        for stored in self.store.kits(key, epoch)? {
            let label = KitLabel {
                key,
                epoch,
                recovery_key: &stored.recovery_key,
            };
            let opened = self.sealing.open_kit(label, &stored.sealed);
            let kit = opened
                .map_err(|error| error.to_string())
                .and_then(|bytes| Kit::from_bytes(&bytes).map_err(|error| error.to_string()));
            match kit {
                Ok(kit) => kits.push(kit),
                Err(why) => tracing::error!(%key, epoch, "a recovery kit cannot be used: {why}"),
            }
        }
        Ok(kits)
    }

    /// A kit, as it is stored with the share of an epoch.
    pub(super) fn seal_kit(&self, kit: &Kit, epoch: u32) -> Result<Vec<u8>, End> {
        let bytes = kit.to_bytes().map_err(|error: KitError| {
            tracing::error!("a recovery kit cannot be encoded: {error}");
            End::unavailable()
        })?;
        let label = KitLabel {
            key: kit.key(),
            epoch,
            recovery_key: kit.recovery().as_bytes(),
        };
        Ok(self.sealing.seal_kit(label, &bytes)?)
    }
}
