//! The server: the built binary, started on a free port and killed when dropped.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// A running server with a data directory of its own.
pub struct Server {
    process: Arc<Mutex<Child>>,
    listen: String,
    data: tempfile::TempDir,
    settings: Vec<String>,
}

/// Ends one life of a server from anywhere, also from another thread.
#[derive(Clone)]
pub struct Killer(Arc<Mutex<Child>>);

impl Killer {
    /// Ends the process without any warning, as a power cut would. Nothing happens if it has ended.
    pub fn kill(&self) {
        let mut process = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _killed = process.kill();
        let _reaped = process.wait();
    }
}

impl Server {
    /// Starts a server on a free port of this machine.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same, with settings of the command line.
    pub fn start_with(settings: &[&str]) -> Self {
        let data = tempfile::tempdir().expect("a temporary directory");
        let settings: Vec<String> = settings.iter().map(|&word| word.to_owned()).collect();
        let (process, listen) =
            run(&data, "127.0.0.1:0", &settings, &[]).expect("the server ended before it listened");
        Self {
            process: Arc::new(Mutex::new(process)),
            listen,
            data,
            settings,
        }
    }

    /// A fresh enrolment code.
    pub fn enrolment_code(&self) -> String {
        self.command(&["enrol"])
    }

    /// Runs one of the operator's commands beside the server; what it prints.
    pub fn command(&self, arguments: &[&str]) -> String {
        let output = Command::new(binary())
            .args(["--listen", &self.listen, "--data-dir"])
            .arg(self.data.path())
            .args(arguments)
            .output()
            .expect("the server's binary runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let printed = String::from_utf8(output.stdout).expect("text");
        printed.trim().to_owned()
    }

    /// A copy of all that the server keeps. It is stopped for that, and started again.
    pub fn backup(&mut self) -> tempfile::TempDir {
        self.kill();
        let backup = tempfile::tempdir().expect("a temporary directory");
        copy(self.data.path(), backup.path());
        self.restart();
        backup
    }

    /// Puts a copy in the place of what the server keeps.
    pub fn restore(&mut self, backup: &tempfile::TempDir) {
        self.kill();
        for entry in fs::read_dir(self.data.path()).expect("a directory") {
            fs::remove_file(entry.expect("an entry").path()).expect("a file");
        }
        copy(backup.path(), self.data.path());
        self.restart();
    }

    /// Ends the process without any warning, as a power cut would.
    pub fn kill(&mut self) {
        self.killer().kill();
    }

    /// What ends this life of the server.
    pub fn killer(&self) -> Killer {
        Killer(self.process.clone())
    }

    /// Starts it again on the same port with the same data.
    pub fn restart(&mut self) {
        let started = self.restart_in(&[]);
        assert!(started, "the server ended before it listened");
    }

    /// The same in an environment that may end it before it listens: then the answer is no.
    pub fn restart_in(&mut self, environment: &[(String, String)]) -> bool {
        match run(&self.data, &self.listen, &self.settings, environment) {
            Some((process, listen)) => {
                self.process = Arc::new(Mutex::new(process));
                self.listen = listen;
                true
            }
            None => false,
        }
    }

    /// Where its database and sealing key are.
    pub fn data(&self) -> &Path {
        self.data.path()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        fs::copy(entry.path(), to.join(entry.file_name())).expect("a file");
    }
}

fn run(
    data: &tempfile::TempDir,
    listen: &str,
    settings: &[String],
    environment: &[(String, String)],
) -> Option<(Child, String)> {
    let mut process = Command::new(binary())
        .args(["--listen", listen, "--data-dir"])
        .arg(data.path())
        .args(settings)
        .arg("run")
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("the server's binary runs");
    let started = Instant::now();
    let stdout = process.stdout.take().expect("stdout is piped");
    for line in BufReader::new(stdout).lines() {
        let line = line.expect("the server prints text");
        if let Some(address) = line.strip_prefix("listening on ") {
            return Some((process, address.trim().to_owned()));
        }
        assert!(
            started.elapsed().as_secs() < 30,
            "the server does not start"
        );
    }
    let _reaped = process.wait();
    None
}

/// `tandem-server`.
fn binary() -> PathBuf {
    match std::env::var("TANDEM_SERVER_BIN") {
        Ok(given) => given.into(),
        Err(_) => built("tandem-server", "tandem-server"),
    }
}

/// A program of this workspace, built into the same folder as this test.
pub fn built(name: &str, package: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test has a path");
    let folder = test
        .parent()
        .and_then(|deps| deps.parent())
        .expect("a target folder");
    let binary = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(binary.exists(), "build it first: cargo build -p {package}");
    binary
}
