//! Why the program could not start or go on, in words for its operator. What a
//! device gets to hear is decided in `session`, never here.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::config::Problem;
use crate::seal::SealError;
use crate::sealing_key::KeyFileError;
use crate::store::StoreError;

/// A command that failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration cannot be used; every problem at once.
    #[error("the configuration is not usable:{}", list(.0))]
    Config(Vec<Problem>),
    /// The data directory cannot be used.
    #[error("the data directory {} (setting data_dir) cannot be used: {source}", path.display())]
    DataDirectory {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The key that seals shares cannot be had.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// Sealing failed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address} (setting listen): {source}{}", hint(.source))]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The operating system gave no randomness.
    #[error("the operating system gives no random numbers: {0}")]
    Random(getrandom::Error),
    /// Stored bytes that are no share and no kit.
    #[error("what the database has of this key cannot be used: {0}")]
    Stored(String),
    /// The key has no recovery words, or none of its present share.
    #[error("this key has no recovery kit of its present share")]
    NoKit,
    /// A file could not be written.
    #[error("{} (--output) cannot be written: {source}", path.display())]
    Output {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The runtime or a signal handler could not be set up.
    #[error("the program could not be set up: {0}")]
    Runtime(io::Error),
}

fn list(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(|problem| format!("\n  {problem}"))
        .collect()
}

fn hint(source: &io::Error) -> &'static str {
    if source.kind() == io::ErrorKind::AddrInUse {
        "; another program, perhaps another tandem-server, uses it"
    } else {
        ""
    }
}
