//! Where the sealing key comes from: a file of 64 hex digits, or a systemd
//! credential of the same form.
//!
//! A key is made only together with a new database. If a database exists and its
//! key does not, something was lost, and a new key would hide that: the program
//! refuses to start and changes nothing.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::config::KeyLocation;
use crate::seal::SealingKey;

/// A key file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// There is a database but not its key.
    #[error(
        "the sealing key {} (setting sealing_key_file) does not exist, but the database does: \
         put the key back from where it is kept; without it no share can be opened", .0.display()
    )]
    Missing(PathBuf),
    /// The system does not let us read it.
    #[error("the sealing key {} (setting sealing_key_file) cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The system does not let us make it.
    #[error("the sealing key {} (setting sealing_key_file) cannot be made: {source}", path.display())]
    Make {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Not 64 hex digits.
    #[error("the sealing key {} (setting sealing_key_file) is not 64 hexadecimal digits", .0.display())]
    Malformed(PathBuf),
}

/// Reads the key, or makes one if the database is new.
///
/// # Errors
/// [`KeyFileError`].
pub fn obtain(location: &KeyLocation, database_is_new: bool) -> Result<SealingKey, KeyFileError> {
    let path = location.path();
    if !path.exists() {
        match location {
            KeyLocation::File(_) if database_is_new => make(path)?,
            _ => return Err(KeyFileError::Missing(path.to_owned())),
        }
    }
    read(path)
}

/// Reads the key.
///
/// # Errors
/// [`KeyFileError::Read`] or [`KeyFileError::Malformed`].
pub fn read(path: &Path) -> Result<SealingKey, KeyFileError> {
    let text = fs::read(path).map(Zeroizing::new);
    let text = text.map_err(|source| KeyFileError::Read {
        path: path.to_owned(),
        source,
    })?;
    let mut key = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim_ascii(), key.as_mut_slice())
        .map_err(|_| KeyFileError::Malformed(path.to_owned()))?;
    Ok(SealingKey::new(*key))
}

/// Makes a key that never overwrites another: it is written whole under another
/// name, and then linked to its own, which fails if somebody was faster.
fn make(path: &Path) -> Result<(), KeyFileError> {
    let failed = |source| KeyFileError::Make {
        path: path.to_owned(),
        source,
    };
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(key.as_mut_slice()).map_err(|error| failed(io::Error::other(error)))?;
    let mut text = Zeroizing::new([0; 64]);
    hex::encode_to_slice(key.as_slice(), text.as_mut_slice())
        .map_err(|error| failed(io::Error::other(error)))?;
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let draft = PathBuf::from(name);
    let written = write_new(&draft, text.as_slice()).and_then(|()| {
        match fs::hard_link(&draft, path) {
            // Another process made one at the same moment: that one is used.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        }
    });
    let removed = fs::remove_file(&draft);
    written.and(removed).map_err(failed)?;
    // The name must survive a power cut, like the database that depends on it.
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(failed)?;
    tracing::info!(path = %path.display(), "made a new sealing key: keep a copy of it elsewhere");
    Ok(())
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A warning, if others than the owner can read the key.
#[must_use]
pub fn exposure(path: &Path) -> Option<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).ok()?.permissions().mode();
        (mode & 0o077 != 0).then(|| {
            format!(
                "the sealing key {} can be read by others (mode {:o}): chmod 600 it",
                path.display(),
                mode & 0o777
            )
        })
    }
    #[cfg(not(unix))]
    None
}
