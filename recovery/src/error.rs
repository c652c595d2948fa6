//! Everything that can go wrong, as a person reads it.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use tandem_threshold::DeriveError;
use tandem_threshold::recovery::{FileError, KitError, RebuildError, WordsError};

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be opened, read or written.
    #[error("{path}: {source}", path = .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not a kit or a backup.
    #[error("{path}: {source}", path = .path.display())]
    Content {
        /// Which.
        path: PathBuf,
        /// Why.
        source: FileError,
    },
    /// A file is one, but of another kind.
    #[error("{path}: it is a {found}, but a {expected} is needed", path = .path.display())]
    WrongKind {
        /// Which.
        path: PathBuf,
        /// What it is.
        found: &'static str,
        /// What is needed.
        expected: &'static str,
    },
    /// What was read for words is not text, or too long to be words.
    #[error("{from}: not a text of at most {max} bytes", max = crate::input::MAX_WORDS_LEN)]
    NotText {
        /// Where it came from.
        from: String,
    },
    /// What was read is not recovery words.
    #[error("{from}: {source}")]
    Words {
        /// Where it came from.
        from: String,
        /// Why.
        source: WordsError,
    },
    /// Standard input, standard output or the terminal fails.
    #[error("{what}: {source}")]
    Stream {
        /// Which.
        what: &'static str,
        /// Why.
        source: io::Error,
    },
    /// Words would go where somebody else may read them.
    #[error(
        "standard error is not a terminal: give --output FILE, or --yes-print to print the words \
         all the same"
    )]
    NotATerminal,
    /// The operating system gives no randomness.
    #[error("the operating system gives no random bytes: {0}")]
    Random(getrandom::Error),
    /// A backup without a kit, and no kit beside it.
    #[error("{path}: the backup has no recovery kit: give --kit FILE", path = .path.display())]
    NoKit {
        /// Which.
        path: PathBuf,
    },
    /// An account that cannot be.
    #[error(transparent)]
    Account(#[from] DeriveError),
    /// Words, kit and share were read, but do not belong together.
    #[error("{path}: {source}", path = .path.display())]
    Kit {
        /// The file of the kit.
        path: PathBuf,
        /// Why.
        source: KitError,
    },
    /// Two shares were read, but do not give the key.
    #[error(transparent)]
    Rebuild(#[from] RebuildError),
}

impl Error {
    /// As `--help` says.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Kit { .. } | Self::Rebuild(_) => ExitCode::from(3),
            _ => ExitCode::FAILURE,
        }
    }
}
