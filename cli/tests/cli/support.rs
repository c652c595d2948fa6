use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// Of the files in `tests/old_states`.
pub const PASSPHRASE: &str = "an old passphrase";

/// The only account of the old state.
pub const ACCOUNT: &str = "0xa7f385b7b7394965724f8d9e632740549bb3dca4";

/// How a run ended.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// A folder with the state of a device.
pub struct Folder(TempDir);

impl Folder {
    /// Without a device.
    pub fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With a copy of the old state.
    pub fn old() -> Self {
        Self::with(&old_state())
    }

    /// With this file.
    pub fn with(content: &[u8]) -> Self {
        let folder = Self::empty();
        fs::write(folder.state(), content).unwrap();
        folder
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn state(&self) -> PathBuf {
        self.path().join("device")
    }

    /// A run with `input` at standard input.
    pub fn run(&self, arguments: &[&str], input: &str) -> Run {
        let mut child = self.start(&self.state(), arguments);
        // A program that has failed before it reads closes the pipe: no matter.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Run {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The same with the passphrase of the old state before the input.
    pub fn run_old(&self, arguments: &[&str], input: &str) -> Run {
        self.run(arguments, &format!("{PASSPHRASE}\n{input}"))
    }

    /// A run that goes on.
    pub fn start(&self, state: &Path, arguments: &[&str]) -> Child {
        Command::new(env!("CARGO_BIN_EXE_tandem"))
            .args(arguments)
            .env("TANDEM_STATE", state)
            .env_remove("TANDEM_RPC")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }
}

impl Run {
    /// A run that did what it was asked; its result.
    pub fn done(self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// A run that failed with `code`, said nothing on standard output, and `why` on standard error.
    pub fn failed(self, code: i32, why: &str) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        assert_eq!(self.stdout, "");
        assert!(self.stderr.contains(why), "{why}: {self:?}");
        self
    }
}

pub fn old_state() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/old_states/version-1.device");
    fs::read(path).unwrap()
}

/// Waits until a running program has said `text` on standard error.
pub fn wait_for(child: &mut Child, text: &str) {
    let stderr = child.stderr.as_mut().unwrap();
    let mut said = Vec::new();
    let mut byte = [0];
    while !String::from_utf8_lossy(&said).contains(text) {
        assert_eq!(stderr.read(&mut byte).unwrap(), 1, "it ended: {said:?}");
        said.push(byte[0]);
    }
}
