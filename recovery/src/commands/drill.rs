//! `drill`: do the words still open the kit?

use std::path::Path;

use tandem_threshold::recovery::File;
use zeroize::Zeroizing;

use super::address;
use crate::cli::FromWords;
use crate::error::Error;
use crate::input;
use crate::output::{new_private_file, say, warn};

/// Opens the kit, checks what is in it, and forgets it again. The key is not
/// rebuilt, not even where a backup would allow it.
pub fn run(path: &Path, from: &FromWords, compact: Option<&Path>) -> Result<(), Error> {
    let file = input::file(path)?;
    let kit = match &file {
        File::Kit(kit) => kit,
        File::Backup(backup) => backup.kit().ok_or_else(|| Error::NoKit {
            path: path.to_owned(),
        })?,
    };
    let refused = |source| Error::Kit {
        path: path.to_owned(),
        source,
    };
    let share = kit.open(&input::words(from)?.key()).map_err(refused)?;
    say(
        "The words open this kit. With the device's or the server's share of the same epoch they restore:",
    )?;
    say(&format!("key      {}", share.key()))?;
    say(&format!("epoch    {}", share.epoch()))?;
    say(&format!("address  {}", address(&kit.account(0)?)))?;
    if let Some(target) = compact {
        let mut randomness = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *randomness).map_err(Error::Random)?;
        let compacted = File::Kit(kit.compact(&share, &randomness).map_err(refused)?);
        let text = compacted.to_text().map_err(|source| Error::Content {
            path: target.to_owned(),
            source,
        })?;
        new_private_file(target, &text)?;
        warn("Keep the old kit until a drill has opened the new one.");
    }
    Ok(())
}
