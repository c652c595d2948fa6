//! `tandem` as a process: a device in a terminal, with a state of its own.

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::server::built;

/// Of every state here.
const PASSPHRASE: &str = "the passphrase of the tests";

/// A folder with a device, and where it finds its node.
pub struct Terminal {
    folder: tempfile::TempDir,
    node: String,
    environment: Vec<(String, String)>,
}

/// How a run ended.
#[derive(Debug)]
pub struct Run {
    /// The exit code.
    pub code: i32,
    /// The result.
    pub stdout: String,
    /// The dialogs and the errors.
    pub stderr: String,
}

/// A run that is spoken with.
pub struct Dialogue {
    child: Child,
    said: String,
}

impl Terminal {
    /// A terminal without a device.
    pub fn new(node: &str) -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary directory"),
            node: node.to_owned(),
            environment: Vec::new(),
        }
    }

    /// The same with another variable in its environment.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The file of the state, in a folder that the program makes.
    pub fn state(&self) -> PathBuf {
        self.folder.path().join("made").join("device")
    }

    /// Starts a run. The passphrase is said already.
    pub fn start(&self, arguments: &[&str]) -> Dialogue {
        let mut child = Command::new(built("tandem", "tandem-cli"))
            .args(arguments)
            .env("TANDEM_STATE", self.state())
            .env("TANDEM_RPC", &self.node)
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let stdin = child.stdin.as_mut().expect("stdin is piped");
        // A program that has failed before it reads closes the pipe: no matter.
        let _ = writeln!(stdin, "{PASSPHRASE}");
        let said = String::new();
        Dialogue { child, said }
    }

    /// A whole run, with these answers to its questions. It says none of them, nor the passphrase.
    pub fn run(&self, arguments: &[&str], answers: &[&str]) -> Run {
        let mut dialogue = self.start(arguments);
        for answer in answers {
            dialogue.say(answer);
        }
        let run = dialogue.end();
        let said = format!("{}{}", run.stdout, run.stderr);
        // What is shorter is no secret.
        let secrets = answers.iter().filter(|answer| answer.len() > 3);
        for secret in secrets.chain([&PASSPHRASE]) {
            assert!(!said.contains(secret), "it says what was typed: {said}");
        }
        run
    }

    /// A run that must do what it is asked; its result.
    pub fn done(&self, arguments: &[&str], answers: &[&str]) -> Value {
        self.run(arguments, answers).done()
    }

    /// Enrols with this code, and makes an account; its address.
    pub fn with_account(&self, code: &str) -> String {
        self.done(&["enrol"], &[code]);
        let account = self.done(&["account", "create"], &["yes"]);
        account["address"].as_str().expect("an address").to_owned()
    }

    /// What tells one file of the state from the next.
    pub fn written(&self) -> Option<Vec<u8>> {
        fs::read(self.state()).ok()
    }
}

impl Run {
    /// The result of a run that did what it was asked.
    pub fn done(self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        serde_json::from_str(&self.stdout).expect("JSON")
    }

    /// Standard error of a run that failed with `code` and `name`.
    pub fn failed(self, code: i32, name: &str) -> String {
        assert_eq!(self.code, code, "{self:?}");
        assert!(
            self.stderr.contains(&format!("tandem: {name}: ")),
            "{self:?}"
        );
        self.stderr
    }
}

impl Dialogue {
    /// One line at standard input.
    pub fn say(&mut self, line: &str) {
        let stdin = self.child.stdin.as_mut().expect("stdin is piped");
        let _ = writeln!(stdin, "{line}");
    }

    /// Waits until it has said `text`, from the last time on; all that it said in between.
    pub fn hear(&mut self, text: &str) -> String {
        let stderr = self.child.stderr.as_mut().expect("stderr is piped");
        let (mut said, mut byte) = (Vec::new(), [0]);
        while !String::from_utf8_lossy(&said).contains(text) {
            let read = stderr.read(&mut byte).expect("stderr can be read");
            assert_eq!(read, 1, "it ended: {}", String::from_utf8_lossy(&said));
            said.extend_from_slice(&byte);
        }
        let said = String::from_utf8(said).expect("text");
        self.said.push_str(&said);
        said
    }

    /// Ends it without any warning, as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        let _reaped = self.child.wait();
    }

    /// Waits for its end.
    pub fn end(self) -> Run {
        let output = self.child.wait_with_output().expect("it ends");
        let stderr = String::from_utf8(output.stderr).expect("text");
        Run {
            code: output.status.code().expect("a code"),
            stdout: String::from_utf8(output.stdout).expect("text"),
            stderr: self.said + &stderr,
        }
    }
}
