//! The shares of a key that a device names, from the store to ready for use.

use tandem_threshold::{KeyId, KeyShare, Releases, Role};
use tandem_wire::{DeviceId, RefusalCode};

use super::Opened;
use super::end::End;
use crate::seal::ShareLabel;
use crate::services::Services;
use crate::store::{StoredKey, StoredShare};

impl Services {
    /// The two programs that take part in a session.
    pub(super) fn releases(&self, opened: &Opened) -> Releases {
        Releases {
            device: opened.device_release.clone(),
            server: self.release.clone(),
        }
    }

    /// The key, if this device has it.
    pub(super) fn find_key(&self, device: &DeviceId, key: &KeyId) -> Result<StoredKey, End> {
        self.store.find_key(device, key)?.ok_or_else(|| {
            End::refused(RefusalCode::UnknownKey, "this device has no such key here")
        })
    }

    /// The share of an epoch that takes part in signatures.
    pub(super) fn open_unfrozen(
        &self,
        opened: &Opened,
        key: &KeyId,
        stored: &StoredKey,
        epoch: u32,
    ) -> Result<KeyShare, End> {
        let share = stored.share(epoch).ok_or_else(epoch_mismatch)?;
        if share.frozen {
            return Err(End::frozen());
        }
        self.open_share(&opened.device, key, share)
    }

    /// The share that a device has the other half of, frozen or not.
    pub(super) fn open_share(
        &self,
        device: &DeviceId,
        key: &KeyId,
        stored: &StoredShare,
    ) -> Result<KeyShare, End> {
        let epoch = stored.epoch;
        let label = ShareLabel { device, key, epoch };
        let bytes = self.sealing.open_share(label, &stored.sealed)?;
        match KeyShare::load(Role::Server, &bytes) {
            Ok(share) if share.id() == key && share.epoch() == epoch => Ok(share),
            Ok(_) => Err(unusable(key, "it is the share of another key")),
            Err(error) => Err(unusable(key, &error.to_string())),
        }
    }

    /// A share, as it is stored.
    pub(super) fn seal(&self, opened: &Opened, share: &KeyShare) -> Result<Vec<u8>, End> {
        let bytes = share.to_bytes().map_err(|error| {
            tracing::error!("a share cannot be encoded: {error}");
            End::unavailable()
        })?;
        let label = ShareLabel {
            device: &opened.device,
            key: share.id(),
            epoch: share.epoch(),
        };
        Ok(self.sealing.seal_share(label, &bytes)?)
    }
}

pub(super) fn epoch_mismatch() -> End {
    End::refused(
        RefusalCode::EpochMismatch,
        "the shares of device and server are of different epochs",
    )
}

fn unusable(key: &KeyId, why: &str) -> End {
    tracing::error!(%key, "a stored share cannot be used: {why}");
    End::unavailable()
}
