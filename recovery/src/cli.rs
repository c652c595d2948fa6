//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ArgGroup, Args, CommandFactory, Parser, Subcommand};

use crate::commands;
use crate::error::Error;
use crate::output::warn;

/// Makes, checks and uses the recovery words of a Tandem account. Works offline.
///
/// Words are never an argument: they are asked for at the terminal without being
/// shown, read from standard input if that is not a terminal, or from --words-file.
///
/// Exit codes: 0 done; 1 something could not be read or written, or is not what it
/// should be; 2 wrong arguments; 3 everything was read, but it does not belong
/// together.
#[derive(Debug, Parser)]
#[command(name = "tandem-recover", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Makes recovery words; prints their public key on standard output
    Words {
        /// Write the words to this new file, which only you can read
        #[arg(long, value_name = "FILE", conflicts_with = "yes_print")]
        output: Option<PathBuf>,
        /// Print the words on standard error even if that is not a terminal
        #[arg(long)]
        yes_print: bool,
    },
    /// Prints the public key of recovery words
    PublicKey(FromWords),
    /// Checks that words and a kit lead to the third share; keeps and shows nothing
    Drill {
        /// A recovery kit, or a backup with one
        file: PathBuf,
        #[command(flatten)]
        words: FromWords,
        /// Write the kit, compacted, to this new file
        #[arg(long, value_name = "FILE")]
        compact: Option<PathBuf>,
    },
    /// Rebuilds the key from two of: device, server, words
    Rebuild(Rebuild),
    /// Says what a file is, without its secrets
    Inspect {
        /// A recovery kit or a backup
        file: PathBuf,
    },
}

/// Where recovery words come from.
#[derive(Debug, Args)]
pub struct FromWords {
    /// Read the words from this file
    #[arg(long, value_name = "FILE")]
    pub words_file: Option<PathBuf>,
}

/// What a key is rebuilt from.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("share").args(["device", "server"]).multiple(true).required(true)))]
pub struct Rebuild {
    /// Backup of the device
    #[arg(long, value_name = "FILE")]
    pub device: Option<PathBuf>,
    /// Backup of the server
    #[arg(long, value_name = "FILE")]
    pub server: Option<PathBuf>,
    /// Recovery kit, if the backup has none
    #[arg(long, value_name = "FILE")]
    pub kit: Option<PathBuf>,
    #[command(flatten)]
    pub words: FromWords,
    /// Account to show; may be given several times
    #[arg(long = "account", value_name = "NUMBER", default_value = "0")]
    pub accounts: Vec<u32>,
    /// Print the private keys of these accounts on standard output
    #[arg(long)]
    pub reveal_key: bool,
}

/// Runs the command of this process's arguments.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            warn(&format!("tandem-recover: {error}"));
            error.exit_code()
        }
    }
}

fn run(command: &Command) -> Result<(), Error> {
    match command {
        Command::Words { output, yes_print } => commands::words::run(output.as_deref(), *yes_print),
        Command::PublicKey(words) => commands::public_key::run(words),
        Command::Drill {
            file,
            words,
            compact,
        } => commands::drill::run(file, words, compact.as_deref()),
        Command::Rebuild(rebuild) => {
            if let (Some(_), Some(_)) = (&rebuild.device, &rebuild.server)
                && (rebuild.kit.is_some() || rebuild.words.words_file.is_some())
            {
                Cli::command()
                    .error(
                        ErrorKind::ArgumentConflict,
                        "--device and --server are two shares: words and kit are not needed",
                    )
                    .exit();
            }
            commands::rebuild::run(rebuild)
        }
        Command::Inspect { file } => commands::inspect::run(file),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
