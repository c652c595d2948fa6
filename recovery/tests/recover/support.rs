//! Runs `tandem-recover`, on the published test files of `tandem-threshold`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64ct::{Base64, Encoding};

/// The words of the test files.
pub const WORDS: &str = include_str!("../../../crates/threshold/tests/old_kits/v1/words.txt");
/// Other words with a right checksum.
pub const OTHER_WORDS: &str = "abandon abandon abandon abandon abandon abandon abandon abandon \
                               abandon abandon abandon abandon abandon abandon abandon abandon \
                               abandon abandon abandon abandon abandon abandon abandon art";

/// A test file.
pub fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../crates/threshold/tests/old_kits/v1")
        .join(name)
}

/// How a run ended.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Runs a command with `input` on standard input, which is a pipe as all three are.
pub fn run(arguments: &[&str], input: &str) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tandem-recover"))
        .args(arguments)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that has failed before it reads closes the pipe: no matter.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Run {
    /// A run that did what it was asked; gives standard output.
    pub fn done(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.stdout
    }

    /// A run that failed with `code`, said nothing on standard output, and `why` on
    /// standard error.
    pub fn failed(self, code: i32, why: &str) {
        assert_eq!(self.code, code, "{self:?}");
        assert_eq!(self.stdout, "");
        assert!(self.stderr.contains(why), "{self:?}");
    }
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Everything behind the test files that must never be said: the words, both shares
/// and a private key, in hexadecimal as the program writes things.
pub fn secrets() -> Vec<String> {
    let words = WORDS.split_whitespace().map(str::to_owned);
    let device = sample("device.backup.json");
    let server = sample("server.backup.json");
    let both = ["--device", text(&device), "--server", text(&server)];
    let revealed = run(&[&["rebuild", "--reveal-key"], &both[..]].concat(), "").done();
    let private = revealed.split_whitespace().last().unwrap();
    let private = private.strip_prefix("0x").unwrap().to_owned();
    assert_eq!(private.len(), 64);
    let shares = [&device, &server].map(|path| {
        let file = std::fs::read_to_string(path).unwrap();
        let value: serde_json::Value = serde_json::from_str(&file).unwrap();
        let data = Base64::decode_vec(value["data"].as_str().unwrap()).unwrap();
        // FORMAT.md: version, role, epoch, 1 + 33 bytes X, 32 chain code, 1 + 32 share.
        hex::encode(&data[70..102])
    });
    words.chain([private]).chain(shares).collect()
}

/// No secret of the test files is in what a run said.
pub fn assert_silent(run: &Run) {
    let said = format!("{}{}", run.stdout, run.stderr).to_lowercase();
    let said: Vec<_> = said.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    for secret in secrets() {
        // None of the test words is a word of the program's own texts.
        let told = said
            .iter()
            .any(|word| *word == secret || (secret.len() == 64 && word.contains(&secret)));
        assert!(!told, "it says {secret:?}: {run:?}");
    }
}
