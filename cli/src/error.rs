//! Everything that can go wrong, as a person and a script read it.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::Value;

use crate::state::SealError;
use crate::terminal::warn;

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The device's own answer.
    #[error("{message}")]
    Device {
        /// Its stable name.
        name: String,
        /// Its sentence.
        message: String,
        /// What is wrong with which field.
        problems: Vec<Problem>,
    },
    /// Arguments that the command line lets through and that make no sense.
    #[error("the arguments are not valid")]
    Arguments(Vec<Problem>),
    /// A command that needs a device where there is none.
    #[error("{path}: there is no device yet; `tandem enrol` makes one", path = .path.display())]
    NoState {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// Somebody else has the lock.
    #[error("{path}: another process uses this device; wait until it has ended", path = .path.display())]
    StateInUse {
        /// Whose.
        path: PathBuf,
    },
    /// The state file cannot be made or opened.
    #[error("{path}: {source}", path = .path.display())]
    State {
        /// Which.
        path: PathBuf,
        /// Why.
        source: SealError,
    },
    /// A file or folder cannot be opened, read or written.
    #[error("{path}: {source}", path = .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Standard input, standard output or the terminal fails.
    #[error("{what}: {source}")]
    Stream {
        /// Which.
        what: &'static str,
        /// Why.
        source: io::Error,
    },
    /// A passphrase that cannot be used.
    #[error("the passphrase {0}")]
    Passphrase(&'static str),
    /// What the Ethereum node answers to the command itself, not to the device.
    #[error("the Ethereum node cannot be used: {0}")]
    Node(String),
    /// The transaction was waited for.
    #[error("the transaction is not mined: {0}")]
    NotMined(String),
    /// The surroundings failed us.
    #[error("{0}")]
    Internal(String),
}

/// A problem with one field or argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which.
    pub field: String,
    /// Why.
    pub reason: String,
}

impl Problem {
    /// A problem with an argument.
    pub fn of(field: &str, reason: &str) -> Self {
        Self {
            field: field.to_owned(),
            reason: reason.to_owned(),
        }
    }
}

impl Error {
    /// The `error` of a JSON-RPC response of the device.
    pub fn from_device(error: &Value) -> Self {
        let text = |value: &Value, name: &str| match value.get(name).and_then(Value::as_str) {
            Some(text) => text.to_owned(),
            None => String::new(),
        };
        let problems = error.pointer("/data/problems").and_then(Value::as_array);
        Self::Device {
            name: text(error, "name"),
            message: text(error, "message"),
            problems: problems
                .into_iter()
                .flatten()
                .map(|problem| Problem {
                    field: text(problem, "field"),
                    reason: text(problem, "reason"),
                })
                .collect(),
        }
    }

    /// The stable name that scripts may compare.
    fn name(&self) -> &str {
        match self {
            Self::Device { name, .. } => name,
            Self::Arguments(_) => "InvalidArguments",
            Self::NoState { .. } => "NoDevice",
            Self::StateInUse { .. } => "DeviceInUse",
            Self::State { source, .. } => source.name(),
            Self::File { .. } | Self::Stream { .. } => "Unreadable",
            Self::Passphrase(_) => "InvalidPassphrase",
            Self::Node(_) => "NodeUnavailable",
            Self::NotMined(_) => "NotMined",
            Self::Internal(_) => "Internal",
        }
    }

    fn problems(&self) -> &[Problem] {
        match self {
            Self::Device { problems, .. } | Self::Arguments(problems) => problems,
            _ => &[],
        }
    }

    /// Name and sentence in one line, then each problem in one, on standard error.
    pub fn print(&self) {
        warn(&format!("tandem: {}: {self}", self.name()));
        for Problem { field, reason } in self.problems() {
            warn(&format!("  {field}: {reason}"));
        }
    }

    /// As `--help` says.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self.name() {
            "InvalidArguments" | "InvalidRequest" | "InvalidTransaction" => 2,
            "WrongPassphrase" | "OtherRecoveryWords" | "EpochMismatch" | "UselessKit"
            | "NothingToRecover" => 3,
            "UserRejected"
            | "KeyFrozen"
            | "InvalidEnrolmentToken"
            | "ServerRefusedMalformed"
            | "ServerRefusedDevice"
            | "ServerRefusedRequest"
            | "ServerLacksKey"
            | "ServerBusy"
            | "DigestMismatch"
            | "RefreshRequired"
            | "PermitRequired"
            | "NonceTooLow"
            | "Underpriced"
            | "InsufficientFunds"
            | "BroadcastRefused" => 4,
            _ => 1,
        })
    }
}
