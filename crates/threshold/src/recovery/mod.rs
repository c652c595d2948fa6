//! The third share, which nobody holds: SPEC.md section 11.
//!
//! f(3), the virtual third point on the line of the two shares, is encrypted to a
//! key that only 24 words can make. The ciphertexts, a [`Kit`], are kept by both
//! parties. The words and a kit give f(3); f(3) and the share of either party give
//! the key; each of the three alone gives nothing.
//!
//! ```text
//! setup    device: offer -> AwaitCompletion -> Kit      server: complete -> Kit
//! later    Kit::with_delta (each refresh)   Kit::open (words) -> RecoveryShare   Kit::compact
//! at last  Backup + RecoveryShare, or Backup + Backup -> MasterKey
//! ```

mod backup;
mod cipher;
mod file;
mod key;
mod kit;
mod rebuild;
pub mod setup;
mod share;
mod words;

pub use backup::{Backup, BackupError};
pub use file::{File, FileError, MAX_FILE_LEN};
pub use key::{ProofOfWords, RecoveryKey, RecoveryKeyError, RecoveryPublicKey};
pub use kit::{Kit, KitError, MAX_DELTAS};
pub use rebuild::{AccountKey, MasterKey, RebuildError};
pub use share::RecoveryShare;
pub use words::{WORD_COUNT, Words, WordsError};
