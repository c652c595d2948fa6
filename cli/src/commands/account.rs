//! `tandem account`.

use clap::Subcommand;
use serde_json::json;

use crate::cli::Options;
use crate::device::Terminal;
use crate::error::Error;
use crate::terminal::print;

/// What about accounts.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Makes an account; the first one makes a key with the server, and recovery words
    Create {
        /// Use recovery words that were made elsewhere: their public key, as tandem-recover prints it
        #[arg(long, value_name = "HEX")]
        public_key: Option<String>,
        /// Print the words on standard error even if that is not a terminal
        #[arg(long, conflicts_with = "public_key")]
        yes_print: bool,
    },
    /// Makes an account of a private key, which it asks for
    Import,
    /// Lists the accounts
    List,
}

pub async fn run(options: &Options, command: &AccountCommand) -> Result<(), Error> {
    let place = options.place()?;
    match command {
        AccountCommand::Create {
            public_key,
            yes_print,
        } => {
            let device = Terminal::open(&place, None, *yes_print)?;
            let options = match public_key {
                Some(public_key) => json!({"recoveryPublicKey": public_key}),
                None => json!({}),
            };
            let params = json!({"options": options});
            print(&device.request("keyring_createAccount", params).await?)
        }
        AccountCommand::Import => {
            let device = Terminal::open(&place, None, false)?;
            print(&device.request("tandem_importKey", json!({})).await?)
        }
        AccountCommand::List => {
            let device = Terminal::open(&place, None, false)?;
            print(&device.request("keyring_listAccounts", json!({})).await?)
        }
    }
}
