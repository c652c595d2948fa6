//! The file of the state: one process at a time, written whole or not at all.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::seal::SealingKey;
use crate::error::Error;

/// Longer than any state: 32 pending transactions of 128 kB for each of some accounts.
const MAX_LEN: u64 = 64 * 1024 * 1024;

/// The place of a state that no other process uses as long as this value lives.
#[derive(Debug)]
pub struct Locked {
    path: PathBuf,
    /// The operating system gives the lock back when the process ends, however it ends.
    _lock: File,
}

/// A state that this process alone uses, and its key.
#[derive(Debug)]
pub struct StateFile {
    locked: Locked,
    key: SealingKey,
}

impl Locked {
    /// The state that is there.
    pub fn existing(path: &Path) -> Result<Self, Error> {
        match fs::symlink_metadata(path) {
            Ok(_) => Self::lock(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::NoState {
                path: path.to_owned(),
            }),
            Err(error) => Err(failed(path)(error)),
        }
    }

    /// The state that is there, or the place for one; makes the folder.
    pub fn existing_or_new(path: &Path) -> Result<Self, Error> {
        let folder = folder(path);
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(failed(folder))?;
        Self::lock(path)
    }

    /// A file of its own is locked, because the state's is replaced by every write.
    fn lock(path: &Path) -> Result<Self, Error> {
        let path = resolved(path)?;
        let name = beside(&path, ".lock");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let lock = options.open(&name).map_err(failed(&name))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Error::StateInUse { path }),
            Err(TryLockError::Error(error)) => Err(failed(&name)(error)),
        }
    }

    /// Is there a state?
    pub fn exists(&self) -> Result<bool, Error> {
        self.path.try_exists().map_err(failed(&self.path))
    }

    /// With the passphrase of the state that is there, or of the one that will be.
    pub fn open(self, passphrase: &str) -> Result<StateFile, Error> {
        let key = match self.read()? {
            Some(file) => SealingKey::of(passphrase, &file),
            None => SealingKey::new(passphrase),
        };
        let path = self.path.clone();
        let key = key.map_err(|source| Error::State { path, source })?;
        Ok(StateFile { locked: self, key })
    }

    fn read(&self) -> Result<Option<Vec<u8>>, Error> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(&self.path)(error)),
        };
        let mut bytes = Vec::new();
        let read = file.take(MAX_LEN).read_to_end(&mut bytes);
        read.map_err(failed(&self.path))?;
        Ok(Some(bytes))
    }
}

impl StateFile {
    /// What is on the disk, not what was written last.
    pub fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let Some(file) = self.locked.read()? else {
            return Ok(None);
        };
        let opened = self.key.open(&file);
        opened.map(Some).map_err(self.failed())
    }

    /// Puts `state` in the place of what is there. On the disk when this returns; whatever ends the
    /// process before that leaves the old state or the new one.
    pub fn write(&self, state: &[u8]) -> Result<(), Error> {
        let path = &self.locked.path;
        let sealed = self.key.seal(state).map_err(self.failed())?;
        let new = beside(path, ".new");
        write_new(&new, &sealed).map_err(failed(&new))?;
        fs::rename(&new, path).map_err(failed(path))?;
        let folder = folder(path);
        sync_folder(folder).map_err(failed(folder))
    }

    fn failed(&self) -> impl FnOnce(super::SealError) -> Error {
        let path = self.locked.path.clone();
        |source| Error::State { path, source }
    }
}

/// A file that only its owner can read, on the disk when this returns. What a killed process left
/// there is removed first: it never took the place of a state.
fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// A rename is on the disk when its folder is. Windows has no such call, and needs none.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()
    } else {
        Ok(())
    }
}

/// One name for one file: two that lead to the same state must lead to the same lock.
fn resolved(path: &Path) -> Result<PathBuf, Error> {
    match fs::canonicalize(path) {
        Ok(path) => Ok(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let (folder, name) = (folder(path), path.file_name());
            let folder = fs::canonicalize(folder).map_err(failed(folder))?;
            match name {
                Some(name) => Ok(folder.join(name)),
                None => Err(failed(path)(error)),
            }
        }
        Err(error) => Err(failed(path)(error)),
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    |source| Error::File { path, source }
}
