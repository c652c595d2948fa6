//! `rebuild`: the key, from any two of the three shares.

use std::path::Path;

use tandem_threshold::DeriveError;
use tandem_threshold::recovery::{Backup, MasterKey};
use zeroize::Zeroizing;

use super::address;
use crate::cli::Rebuild;
use crate::error::Error;
use crate::input;
use crate::output::{say, warn};

/// Rebuilds the key and shows its addresses, and its private keys only if it was
/// told to.
pub fn run(arguments: &Rebuild) -> Result<(), Error> {
    let device = read(arguments.device.as_deref(), "backup of the device")?;
    let server = read(arguments.server.as_deref(), "backup of the server")?;
    let master = match (&device, &server) {
        (Some((device, _)), Some((server, _))) => MasterKey::from_backups(device, server)?,
        (Some((backup, path)), None) | (None, Some((backup, path))) => {
            with_words(backup, path, arguments)?
        }
        // The command line asks for at least one.
        (None, None) => return Ok(()),
    };
    // All or nothing: an account that cannot be is found before anything is said.
    let accounts = arguments
        .accounts
        .iter()
        .map(|index| Ok((*index, master.account(*index)?)))
        .collect::<Result<Vec<_>, DeriveError>>()?;
    if arguments.reveal_key {
        warn(
            "WARNING: from now on this key exists in one place. Whoever sees a private key below, and \
             any kit or backup of it, can move everything that any account of this key holds. Move it \
             to a new account.",
        );
    }
    say(&format!("key      {}", master.key()))?;
    for (index, account) in &accounts {
        say(&format!(
            "address  m/{index}  {}",
            address(&account.public_key())
        ))?;
        if arguments.reveal_key {
            let hex = Zeroizing::new(hex::encode(account.secret()));
            say(&Zeroizing::new(format!("private  m/{index}  0x{}", *hex)))?;
        }
    }
    Ok(())
}

type Read<'a> = (Backup, &'a Path);

fn read<'a>(path: Option<&'a Path>, kind: &'static str) -> Result<Option<Read<'a>>, Error> {
    path.map(|path| Ok((input::backup(path, kind)?, path)))
        .transpose()
}

fn with_words(backup: &Backup, path: &Path, arguments: &Rebuild) -> Result<MasterKey, Error> {
    let given = arguments.kit.as_deref().map(input::kit).transpose()?;
    let kit = given
        .as_ref()
        .or_else(|| backup.kit())
        .ok_or_else(|| Error::NoKit {
            path: path.to_owned(),
        })?;
    let refused = |source| Error::Kit {
        path: arguments.kit.as_deref().unwrap_or(path).to_owned(),
        source,
    };
    backup.expect_kit(kit).map_err(refused)?;
    let share = kit
        .open(&input::words(&arguments.words)?.key())
        .map_err(refused)?;
    Ok(MasterKey::from_words(backup, &share)?)
}
