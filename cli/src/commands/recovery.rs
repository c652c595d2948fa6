//! `tandem recovery`.

use clap::Subcommand;
use serde_json::json;

use super::named_key;
use crate::cli::{OfKey, Options};
use crate::device::Terminal;
use crate::error::Error;
use crate::terminal::print;

/// What about recovery words.
#[derive(Debug, Subcommand)]
pub enum RecoveryCommand {
    /// Makes recovery words, shows them, and asks for three of them
    Set {
        #[command(flatten)]
        key: OfKey,
        /// Use words that were made elsewhere: their public key, as tandem-recover prints it
        #[arg(long, value_name = "HEX")]
        public_key: Option<String>,
        /// Print the words on standard error even if that is not a terminal
        #[arg(long, conflicts_with = "public_key")]
        yes_print: bool,
    },
    /// Asks for the words, and checks and renews what they open
    Drill {
        #[command(flatten)]
        key: OfKey,
    },
}

pub async fn run(options: &Options, command: &RecoveryCommand) -> Result<(), Error> {
    let place = options.place()?;
    match command {
        RecoveryCommand::Set {
            key,
            public_key,
            yes_print,
        } => {
            let device = Terminal::open(&place, None, *yes_print)?;
            let mut params = named_key::params(&device, key).await?;
            if let Some(public_key) = public_key {
                params.insert("recoveryPublicKey".to_owned(), json!(public_key));
            }
            print(&device.request("tandem_setRecovery", params.into()).await?)
        }
        RecoveryCommand::Drill { key } => {
            let device = Terminal::open(&place, None, false)?;
            let params = named_key::params(&device, key).await?;
            print(&device.request("tandem_drill", params.into()).await?)
        }
    }
}
