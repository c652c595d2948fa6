//! The command line: `tandem-server [settings] run | enrol | refresh | permit | import-permit | backup | kit | check`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use tandem_threshold::KeyId;

use crate::backup;
use crate::commands;
use crate::config::{self, Config, Problem, Sources};
use crate::error::Error;
use crate::log;
use crate::store::Operation;

/// The signing server of Tandem accounts.
#[derive(Debug, Parser)]
#[command(name = "tandem-server", version, about, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

/// Every setting can also be given as an environment variable (TANDEM_LISTEN) or
/// in the file (listen). Flags beat variables, variables beat the file.
#[derive(Debug, Args)]
#[command(next_help_heading = "Settings")]
struct Settings {
    /// Configuration file (TOML)
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Directory of the database and the sealing key
    #[arg(long, global = true, value_name = "DIRECTORY")]
    data_dir: Option<String>,
    /// Address and port to listen on [default: 127.0.0.1:8549]
    #[arg(long, global = true, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Address that enrolment codes carry [default: ws://<listen>/v1/session]
    #[arg(long, global = true, value_name = "URL")]
    public_url: Option<String>,
    /// File of the key that seals shares [default: <data-dir>/sealing.key]
    #[arg(long, global = true, value_name = "FILE")]
    sealing_key_file: Option<String>,
    /// Web origins that may open sessions [default: http://localhost:8000]
    #[arg(long, global = true, value_name = "ORIGIN,..")]
    allowed_origins: Option<String>,
    /// Sessions at the same time [default: 256]
    #[arg(long, global = true, value_name = "NUMBER")]
    max_sessions: Option<String>,
    /// Keygens and signatures at the same time [default: 16]
    #[arg(long, global = true, value_name = "NUMBER")]
    max_ceremonies: Option<String>,
    /// Keys that one device may make [default: 100]
    #[arg(long, global = true, value_name = "NUMBER")]
    max_keys_per_device: Option<String>,
    /// How long a ceremony waits for its turn [default: 10]
    #[arg(long, global = true, value_name = "SECONDS")]
    ceremony_wait_seconds: Option<String>,
    /// How long the device may take for one message [default: 60]
    #[arg(long, global = true, value_name = "SECONDS")]
    message_timeout_seconds: Option<String>,
    /// How long a session may take [default: 300]
    #[arg(long, global = true, value_name = "SECONDS")]
    session_timeout_seconds: Option<String>,
    /// How long prepared signatures wait to be used [default: 180]
    #[arg(long, global = true, value_name = "SECONDS")]
    prepared_timeout_seconds: Option<String>,
    /// How long running sessions may take to finish on shutdown [default: 30]
    #[arg(long, global = true, value_name = "SECONDS")]
    shutdown_seconds: Option<String>,
    /// EIP-7702 authorisations to sign: off, one_chain, every_chain [default: off]
    #[arg(long, global = true, value_name = "WHICH")]
    eip7702_authorizations: Option<String>,
    /// What to log: error, warn, info, debug, or a filter [default: info]
    #[arg(long, global = true, value_name = "FILTER")]
    log: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the server until it is told to stop (SIGTERM, SIGINT)
    Run,
    /// Prints a new enrolment code; works while the server runs
    Enrol {
        /// Name of the device, for the operator's records
        #[arg(long)]
        name: Option<String>,
        /// How long the code can be used
        #[arg(long, value_name = "MINUTES", default_value_t = 15,
              value_parser = clap::value_parser!(u32).range(1..=10_080))]
        expires_minutes: u32,
    },
    /// Lets a key sign nothing before its shares were refreshed; works while the server runs
    Refresh {
        /// Key id (64 hexadecimal digits), or "all"
        #[arg(value_parser = which_keys)]
        keys: Keys,
    },
    /// Prints a one-time permit for one key; works while the server runs
    Permit {
        /// Key id (64 hexadecimal digits)
        #[arg(value_parser = one_key)]
        key: KeyId,
        /// What the key's device may do once
        #[arg(value_enum)]
        operation: Permitted,
        /// How long the permit can be used
        #[arg(long, value_name = "MINUTES", default_value_t = 15,
              value_parser = clap::value_parser!(u32).range(1..=10_080))]
        expires_minutes: u32,
    },
    /// Prints a one-time permit to import one private key; works while the server runs
    ImportPermit {
        /// How long the permit can be used
        #[arg(long, value_name = "MINUTES", default_value_t = 15,
              value_parser = clap::value_parser!(u32).range(1..=10_080))]
        expires_minutes: u32,
    },
    /// Writes the server's share of a key, in the clear, for tandem-recover; works while the server
    /// runs
    Backup {
        /// Key id (64 hexadecimal digits)
        #[arg(value_parser = one_key)]
        key: KeyId,
        /// A file that does not exist yet
        #[arg(long, value_name = "FILE")]
        output: PathBuf,
    },
    /// Writes the recovery kit of a key for tandem-recover; works while the server runs
    Kit {
        /// Key id (64 hexadecimal digits)
        #[arg(value_parser = one_key)]
        key: KeyId,
        /// A file that does not exist yet
        #[arg(long, value_name = "FILE")]
        output: PathBuf,
    },
    /// Prints the configuration in effect, and its problems
    Check,
}

/// What a permit can be for.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Permitted {
    /// Set other recovery words: with them and the device's share, the private key can be computed
    Recovery,
    /// Export its private key: this server's share goes to the device
    Export,
}

/// One key, or all of them.
#[derive(Debug, Clone)]
struct Keys(Option<KeyId>);

fn which_keys(text: &str) -> Result<Keys, String> {
    if text == "all" {
        return Ok(Keys(None));
    }
    match one_key(text) {
        Ok(key) => Ok(Keys(Some(key))),
        Err(_) => Err("neither \"all\" nor 64 hexadecimal digits".to_owned()),
    }
}

fn one_key(text: &str) -> Result<KeyId, String> {
    let mut id = [0; 32];
    hex::decode_to_slice(text, &mut id).map_err(|_| "not 64 hexadecimal digits".to_owned())?;
    Ok(KeyId::from_bytes(id))
}

impl Settings {
    fn sources(self) -> Result<Sources, Problem> {
        let file = match self.config {
            Some(path) => {
                let table = config::read_file(&path)?;
                Some((path, table))
            }
            None => None,
        };
        let flags = [
            ("data_dir", self.data_dir),
            ("listen", self.listen),
            ("public_url", self.public_url),
            ("sealing_key_file", self.sealing_key_file),
            ("allowed_origins", self.allowed_origins),
            ("max_sessions", self.max_sessions),
            ("max_ceremonies", self.max_ceremonies),
            ("max_keys_per_device", self.max_keys_per_device),
            ("ceremony_wait_seconds", self.ceremony_wait_seconds),
            ("message_timeout_seconds", self.message_timeout_seconds),
            ("session_timeout_seconds", self.session_timeout_seconds),
            ("prepared_timeout_seconds", self.prepared_timeout_seconds),
            ("shutdown_seconds", self.shutdown_seconds),
            ("eip7702_authorizations", self.eip7702_authorizations),
            ("log", self.log),
        ];
        let flags: BTreeMap<_, _> = flags
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect();
        // Variables that are not text cannot be settings.
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Ok(Sources {
            flags,
            environment,
            file,
        })
    }
}

/// Runs the command of this process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            commands::say(&mut std::io::stderr(), &format!("tandem-server: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<(), Error> {
    let sources = cli
        .settings
        .sources()
        .map_err(|problem| Error::Config(vec![problem]))?;
    let config = Config::load(&sources).map_err(Error::Config)?;
    match cli.command {
        Command::Run => {
            log::start(config.log_filter());
            commands::run(config)
        }
        Command::Enrol {
            name,
            expires_minutes,
        } => commands::enrol(&config, name.as_deref(), expires_minutes),
        Command::Refresh { keys } => commands::want_refresh(&config, keys.0.as_ref()),
        Command::Permit {
            key,
            operation,
            expires_minutes,
        } => {
            let operation = match operation {
                Permitted::Recovery => Operation::Recovery,
                Permitted::Export => Operation::Export,
            };
            commands::permit(&config, &key, operation, expires_minutes)
        }
        Command::ImportPermit { expires_minutes } => {
            commands::import_permit(&config, expires_minutes)
        }
        Command::Backup { key, output } => backup::share(&config, &key, &output),
        Command::Kit { key, output } => backup::kit(&config, &key, &output),
        Command::Check => commands::check(&config),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use clap::CommandFactory;

    #[test]
    fn every_setting_has_a_flag_and_every_flag_a_setting() {
        let command = Cli::command();
        let flags: Vec<String> = command
            .get_arguments()
            .filter_map(|argument| argument.get_long())
            .filter(|name| !["config", "help", "version"].contains(name))
            .map(|name| name.replace('-', "_"))
            .collect();
        assert_eq!(flags, config::SETTINGS);
    }

    #[test]
    fn a_given_flag_reaches_its_setting() {
        for name in config::SETTINGS {
            let flag = format!("--{}", name.replace('_', "-"));
            let cli = Cli::parse_from(["tandem-server", &flag, "x", "check"]);
            let sources = cli.settings.sources().unwrap();
            assert_eq!(sources.flags, BTreeMap::from([(*name, "x".to_owned())]));
        }
    }
}
