//! Kills at the server's own durable steps: a small library, compiled here and loaded into the
//! server, counts the calls that make its writes durable.

use std::path::{Path, PathBuf};
use std::process::Command;

const SOURCE: &str = include_str!("kill_at_sync.c");

/// The compiled library; none on systems that load libraries in another way.
pub struct KillAtSync {
    folder: tempfile::TempDir,
}

impl KillAtSync {
    /// Compiles it with the C compiler that the server needs as well.
    pub fn compile() -> Option<Self> {
        if !cfg!(target_os = "linux") {
            return None;
        }
        let folder = tempfile::tempdir().expect("a temporary directory");
        let source = folder.path().join("kill_at_sync.c");
        std::fs::write(&source, SOURCE).expect("the folder is ours");
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
            .arg(library(folder.path()))
            .arg(&source)
            .status()
            .expect("there is a C compiler");
        assert!(compiled.success(), "kill_at_sync.c does not compile");
        Some(Self { folder })
    }

    /// Environment of a server that is killed at its `number`th durable step, from 1.
    pub fn environment(&self, number: usize, moment: Moment) -> Vec<(String, String)> {
        let library = library(self.folder.path());
        let plan = format!("{number} {}", moment.word());
        vec![
            ("LD_PRELOAD".to_owned(), library.display().to_string()),
            ("TANDEM_KILL_AT_SYNC".to_owned(), plan),
        ]
    }
}

fn library(folder: &Path) -> PathBuf {
    folder.join("kill_at_sync.so")
}

/// When, around the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The write is not durable.
    Before,
    /// It is, and nobody has heard of it.
    After,
}

impl Moment {
    const fn word(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }
}
