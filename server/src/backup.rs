//! `tandem-server backup` and `tandem-server kit`: files for `tandem-recover`
//! (`recovery/FORMAT.md`), out of the database, also while the server runs.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use tandem_threshold::recovery::{Backup, File, Kit};
use tandem_threshold::{KeyId, KeyShare, Role};

use crate::commands::say;
use crate::config::Config;
use crate::error::Error;
use crate::seal::{KitLabel, SealingKey, ShareLabel};
use crate::sealing_key;
use crate::store::sqlite::SqliteStore;
use crate::store::{Store, StoreError};

/// What the database has of a key, opened.
struct Found {
    share: KeyShare,
    kit: Option<Kit>,
}

/// Writes the server's share of a key, in the clear, to a new file.
pub fn share(config: &Config, key: &KeyId, output: &Path) -> Result<(), Error> {
    let Found { share, kit } = find(config, key)?;
    let without_words = kit.is_none();
    let backup = Backup::new(&share, kit).map_err(unusable)?;
    write(output, &File::Backup(backup))?;
    say(
        &mut io::stderr(),
        "This file is the server's share of one key, in the clear: with the device's share or the\n\
         recovery words it is the whole key. Keep it encrypted, and away from both. It is of no use\n\
         after the next refresh: write a new one then.",
    );
    if without_words {
        say(&mut io::stderr(), "The key has no recovery words.");
    }
    Ok(())
}

/// Writes the recovery kit of a key to a new file.
pub fn kit(config: &Config, key: &KeyId, output: &Path) -> Result<(), Error> {
    let kit = find(config, key)?.kit.ok_or(Error::NoKit)?;
    write(output, &File::Kit(kit))
}

fn find(config: &Config, key: &KeyId) -> Result<Found, Error> {
    let store = SqliteStore::open_existing(&config.database())?;
    let sealing = sealing_key::read(config.sealing_key.path())?;
    store.check_sealing_key(&sealing)?;
    let device = store.device_of(key)?.ok_or(StoreError::NoSuchKey)?;
    let stored = store
        .find_key(&device, key)?
        .ok_or(StoreError::NoSuchKey)?
        .current;
    let epoch = stored.epoch;
    let label = ShareLabel {
        device: &device,
        key,
        epoch,
    };
    let bytes = sealing.open_share(label, &stored.sealed)?;
    let share = KeyShare::load(Role::Server, &bytes).map_err(unusable)?;
    let kit = open_kit(&store, &sealing, &share)?;
    Ok(Found { share, kit })
}

/// The kit of the share: of two, the one that the device has stored.
fn open_kit(
    store: &SqliteStore,
    sealing: &SealingKey,
    share: &KeyShare,
) -> Result<Option<Kit>, Error> {
    for stored in store.kits(share.id(), share.epoch())? {
        let label = KitLabel {
            key: share.id(),
            epoch: share.epoch(),
            recovery_key: &stored.recovery_key,
        };
        let kit = Kit::from_bytes(&sealing.open_kit(label, &stored.sealed)?).map_err(unusable)?;
        // One that did not follow a refresh is of no use with this share.
        if kit.fits(share).is_ok() {
            return Ok(Some(kit));
        }
    }
    Ok(None)
}

fn unusable(error: impl std::fmt::Display) -> Error {
    Error::Stored(error.to_string())
}

/// Writes a file that must not exist yet and that only its owner can read.
fn write(path: &Path, file: &File) -> Result<(), Error> {
    let text = file.to_text().map_err(unusable)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        })
        .map_err(|source| Error::Output {
            path: path.to_owned(),
            source,
        })
}
