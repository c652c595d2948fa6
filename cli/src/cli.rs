//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tokio::runtime;
use tokio::task::LocalSet;

use crate::commands;
use crate::commands::account::AccountCommand;
use crate::commands::recovery::RecoveryCommand;
use crate::commands::send::Transaction;
use crate::device::Place;
use crate::error::{Error, Problem};
use crate::host::{self, Node};

/// A Tandem device in a terminal: it has a share of its own, and signs with a server.
///
/// What is secret is never an argument or an environment variable: it is asked for at
/// the terminal without being shown, or read from standard input if that is not a
/// terminal. There, every answer is a line, in the order of the questions. Results are
/// JSON on standard output, everything else goes to standard error.
///
/// Exit codes: 0 done; 1 something could not be read, written or reached, or is not
/// what it should be; 2 wrong arguments; 3 everything was read, but it does not belong
/// together; 4 the user, the signing server or the Ethereum node said no.
///
/// Unaudited. Not for real funds.
#[derive(Debug, Parser)]
#[command(name = "tandem", version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
pub struct Options {
    /// The file of this device's state [default: .tandem/device in the home folder]
    #[arg(long, global = true, value_name = "FILE", env = "TANDEM_STATE")]
    state: Option<PathBuf>,
    /// The passphrase of the state is the first line of this file
    #[arg(long, global = true, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// An Ethereum node: https://, or http:// on this machine
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "TANDEM_RPC",
        hide_env_values = true
    )]
    rpc: Option<String>,
}

impl Options {
    /// Where the device is.
    pub fn place(&self) -> Result<Place, Error> {
        let state = match &self.state {
            Some(state) => state.clone(),
            None => {
                let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
                home.ok_or_else(|| {
                    Error::Arguments(vec![Problem::of(
                        "--state",
                        "is missing, and this user has no home folder",
                    )])
                })?
                .join(".tandem")
                .join("device")
            }
        };
        Ok(Place {
            state,
            passphrase: self.passphrase_file.clone(),
        })
    }

    /// The Ethereum node.
    pub fn node(&self) -> Result<Node, Error> {
        let refuse = |reason: &str| Error::Arguments(vec![Problem::of("--rpc", reason)]);
        match &self.rpc {
            Some(url) => Node::new(url).map_err(|reason| refuse(&reason)),
            None => Err(refuse(
                "is missing: name an Ethereum node, here or in TANDEM_RPC",
            )),
        }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Connects this device to a signing server; asks for the enrolment code
    Enrol,
    /// Says which server, which accounts, and what the keys need
    Status,
    /// Makes and lists accounts
    #[command(subcommand)]
    Account(AccountCommand),
    /// Completes a transaction, shows it, signs it with the server, and sends it
    Send(Transaction),
    /// Sends another transaction in the place of a pending one
    ///
    /// Without any field but --speed the same one again, for more.
    Replace {
        /// The pending one
        hash: String,
        #[command(flatten)]
        transaction: Transaction,
    },
    /// Sends nothing to the sender in the place of a pending transaction
    Cancel {
        /// The pending one
        hash: String,
        /// Of low, medium and high
        #[arg(long)]
        speed: Option<String>,
    },
    /// Says what became of a transaction; sends it again if the node does not know it
    Receipt {
        /// Of the transaction
        hash: String,
        /// Wait until it is mined, at most so long
        #[arg(
            long,
            value_name = "SECONDS",
            num_args = 0..=1,
            require_equals = true,
            default_missing_value = "120",
            value_parser = clap::value_parser!(u64).range(1..=86_400)
        )]
        wait: Option<u64>,
    },
    /// Replaces the shares of a key, here and at the server
    Refresh(OfKey),
    /// Sets and checks recovery words
    #[command(subcommand)]
    Recovery(RecoveryCommand),
    /// Takes accounts over from a lost device, with its recovery words
    Recover,
    /// Moves a key to another signing server, under the same addresses, with its recovery words
    Move {
        #[command(flatten)]
        key: OfKey,
        /// Ask for a code again, of yet another server than a move that was cut off
        #[arg(long)]
        anew: bool,
    },
    /// Shows this device's share of a key, in the clear, for tandem-recover
    Backup {
        #[command(flatten)]
        key: OfKey,
        /// Print the share on standard error even if that is not a terminal
        #[arg(long)]
        yes_print: bool,
    },
    /// Shows the private key of an account, with a permit of the server's operator
    Export {
        /// Address or id
        #[arg(long)]
        account: String,
        /// Print the key on standard error even if that is not a terminal
        #[arg(long)]
        yes_print: bool,
    },
    /// Prints the recovery kit of a key for tandem-recover
    Kit(OfKey),
}

/// Which key a command is about.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct OfKey {
    /// The key of this account: address or id
    #[arg(long)]
    pub account: Option<String>,
    /// This key: id
    #[arg(long)]
    pub key: Option<String>,
}

/// Runs the command of this process's arguments.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    host::choose_tls();
    let done = match runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => LocalSet::new().block_on(&runtime, run(&cli)),
        Err(error) => Err(Error::Internal(format!("no runtime: {error}"))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error.print();
            error.exit_code()
        }
    }
}

async fn run(Cli { options, command }: &Cli) -> Result<(), Error> {
    match command {
        Command::Enrol => commands::enrol::run(options).await,
        Command::Status => commands::status::run(options).await,
        Command::Account(command) => commands::account::run(options, command).await,
        Command::Send(transaction) => commands::send::run(options, transaction).await,
        Command::Replace { hash, transaction } => {
            commands::replace::run(options, hash, transaction).await
        }
        Command::Cancel { hash, speed } => {
            commands::cancel::run(options, hash, speed.as_deref()).await
        }
        Command::Receipt { hash, wait } => commands::receipt::run(options, hash, *wait).await,
        Command::Refresh(key) => commands::refresh::run(options, key).await,
        Command::Recovery(command) => commands::recovery::run(options, command).await,
        Command::Recover => commands::recover::run(options).await,
        Command::Move { key, anew } => commands::move_key::run(options, key, *anew).await,
        Command::Backup { key, yes_print } => {
            commands::backup::share(options, key, *yes_print).await
        }
        Command::Export { account, yes_print } => {
            commands::export::run(options, account, *yes_print).await
        }
        Command::Kit(key) => commands::backup::kit(options, key).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
