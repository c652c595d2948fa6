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
    /// Makes an account; the first one makes a key with the server
    Create,
    /// Lists the accounts
    List,
}

pub async fn run(options: &Options, command: &AccountCommand) -> Result<(), Error> {
    let device = Terminal::open(&options.place()?, None, false)?;
    let (method, params) = match command {
        AccountCommand::Create => ("keyring_createAccount", json!({"options": {}})),
        AccountCommand::List => ("keyring_listAccounts", json!({})),
    };
    print(&device.request(method, params).await?)
}
