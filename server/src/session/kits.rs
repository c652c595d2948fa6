//! Recovery kits between the store and their use.

use tandem_threshold::KeyId;
use tandem_threshold::recovery::{Kit, KitError};

use super::end::End;
use crate::seal::KitLabel;
use crate::services::Services;
use crate::store::StoredKit;

impl Services {
    /// The kits that are stored with the share of an epoch. One that cannot be used is
    /// left out: it must not keep its key from a refresh.
    pub(super) fn open_kits(&self, key: &KeyId, epoch: u32) -> Result<Vec<Kit>, End> {
        let stored = self.store.kits(key, epoch)?;
        let open = |kit: &StoredKit| self.open_kit(key, epoch, &kit.recovery_key, &kit.sealed);
        Ok(stored.iter().filter_map(open).collect())
    }

    /// A kit from the store, if it can be used.
    pub(super) fn open_kit(
        &self,
        key: &KeyId,
        epoch: u32,
        recovery_key: &[u8; 33],
        sealed: &[u8],
    ) -> Option<Kit> {
        let label = KitLabel {
            key,
            epoch,
            recovery_key,
        };
        let opened = self.sealing.open_kit(label, sealed);
        opened
            .map_err(|error| error.to_string())
            .and_then(|bytes| Kit::from_bytes(&bytes).map_err(|error| error.to_string()))
            .inspect_err(|why| tracing::error!(%key, epoch, "a recovery kit cannot be used: {why}"))
            .ok()
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
