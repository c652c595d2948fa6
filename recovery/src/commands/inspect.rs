//! `inspect`: what a file is.

use std::path::Path;

use tandem_threshold::Releases;
use tandem_threshold::recovery::{File, Kit};

use super::address;
use crate::error::Error;
use crate::input;
use crate::output::say;

/// Says what a file is, without its secrets.
pub fn run(path: &Path) -> Result<(), Error> {
    let file = input::file(path)?;
    say(&format!("file     {}", file.kind()))?;
    say(&format!("key      {}", file.key()))?;
    say(&format!("epoch    {}", file.epoch()))?;
    say(&format!("address  {}", address(&file.account(0)?)))?;
    match &file {
        File::Kit(kit) => {
            releases(kit.releases())?;
            words_of(kit)
        }
        File::Backup(backup) => {
            releases(backup.releases())?;
            match backup.kit() {
                Some(kit) => words_of(kit),
                None => say("words    no recovery kit in this backup"),
            }
        }
    }
}

fn words_of(kit: &Kit) -> Result<(), Error> {
    say(&format!(
        "words    those of {}, {} refreshes since setup or the last compaction",
        kit.recovery(),
        kit.deltas()
    ))
}

fn releases(releases: &Releases) -> Result<(), Error> {
    say(&format!("device   {}", releases.device))?;
    say(&format!("server   {}", releases.server))
}
