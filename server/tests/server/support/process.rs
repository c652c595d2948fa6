//! The server as a process on a free port, with a directory of its own.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

const BINARY: &str = env!("CARGO_BIN_EXE_tandem-server");
pub const DEADLINE: Duration = Duration::from_secs(30);

/// A directory that is removed with the value.
pub struct Directory(PathBuf);

impl Directory {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("server-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Every file in it, with its name.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        fs::read_dir(&self.0)
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter_map(|entry| {
                let name = entry.file_name().into_string().unwrap();
                // SQLite may remove its companions while we look.
                Some((name, fs::read(entry.path()).ok()?))
            })
            .collect()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

/// What a command printed, and how it ended.
#[derive(Debug)]
pub struct Output {
    pub success: bool,
    pub stdout: String,
    pub stderr: String,
}

/// Runs a command of the program to its end, in a clean environment.
pub fn command(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let output = Command::new(BINARY)
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Output {
        success: output.status.success(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A running server. Killed when dropped.
pub struct Server {
    child: Child,
    pub address: String,
    directory: Arc<Directory>,
    log: Arc<Log>,
    /// Says when the process closes its output, which it does by ending.
    ended: Receiver<()>,
}

/// What a server has logged, and a bell that rings for each line.
#[derive(Default)]
struct Log {
    text: Mutex<String>,
    bell: Condvar,
}

impl Server {
    /// Starts one on a new directory.
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// The same, with more settings.
    pub fn with(settings: &[&str]) -> Self {
        Self::on(Arc::new(Directory::new()), settings)
    }

    /// Starts one on a directory that may have been used before.
    pub fn on(directory: Arc<Directory>, settings: &[&str]) -> Self {
        let mut child = Command::new(BINARY)
            .arg("--data-dir")
            .arg(directory.path())
            .args(["--listen", "127.0.0.1:0"])
            .args(settings)
            .arg("run")
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Log::default());
        let collected = Arc::clone(&log);
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || {
            let mut line = String::new();
            while stderr.read_line(&mut line).is_ok_and(|read| read > 0) {
                collected.text.lock().unwrap().push_str(&line);
                collected.bell.notify_all();
                line.clear();
            }
        });
        let mut first = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut first).unwrap();
        let Some(address) = first.trim().strip_prefix("listening on ") else {
            let _status = child.wait();
            panic!("the server did not start: {}", log.text.lock().unwrap());
        };
        let (sender, ended) = mpsc::channel();
        thread::spawn(move || {
            let _rest = stdout.read_to_end(&mut Vec::new());
            let _nobody_waits = sender.send(());
        });
        Self {
            address: address.to_owned(),
            child,
            directory,
            log,
            ended,
        }
    }

    pub fn directory(&self) -> Arc<Directory> {
        Arc::clone(&self.directory)
    }

    /// What the server has logged.
    pub fn log(&self) -> String {
        self.log.text.lock().unwrap().clone()
    }

    /// Waits until the log has a line with `text`.
    pub fn expect_log(&self, text: &str) {
        let log = self.log.text.lock().unwrap();
        let missing = |log: &mut String| !log.contains(text);
        let waiting = self.log.bell.wait_timeout_while(log, DEADLINE, missing);
        let (log, result) = waiting.unwrap();
        assert!(!result.timed_out(), "no {text:?} in {log}");
    }

    /// A new enrolment code, made by the command line beside the running server.
    pub fn code(&self) -> String {
        let directory = self.directory.path().to_str().unwrap();
        let output = command(
            &["--data-dir", directory, "--listen", &self.address, "enrol"],
            &[],
        );
        assert!(output.success, "{}", output.stderr);
        assert_eq!(output.stdout.lines().count(), 1);
        output.stdout.trim().to_owned()
    }

    /// A power cut.
    pub fn kill(mut self) -> Arc<Directory> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.directory()
    }

    /// Asks it to stop.
    pub fn terminate(&self) {
        let sent = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> ExitStatus {
        self.ended.recv_timeout(DEADLINE).unwrap();
        self.child.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _killed = self.child.kill();
        let _waited = self.child.wait();
        if thread::panicking() {
            eprintln!("log of the server:\n{}", self.log());
        }
    }
}
