//! Records what this program is made of: the commit, and the digest of the
//! dependency lock file. Both end up in every key's record (see `release.rs`).

use std::path::Path;
use std::process::Command;

use sha2::{Digest, Sha256};

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let lock = root.join("Cargo.lock");
    let dependencies = std::fs::read(&lock).map_or_else(
        |_| "unknown".to_owned(),
        |bytes| {
            Sha256::digest(bytes)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect()
        },
    );
    let commit = std::env::var("TANDEM_COMMIT").ok().or_else(|| {
        let output = Command::new("git")
            .args(["rev-parse", "HEAD"])
            .current_dir(&root)
            .output()
            .ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    });
    println!("cargo::rustc-env=TANDEM_DEPENDENCIES={dependencies}");
    println!(
        "cargo::rustc-env=TANDEM_COMMIT={}",
        commit.as_deref().unwrap_or("unknown")
    );
    println!("cargo::rerun-if-env-changed=TANDEM_COMMIT");
    println!("cargo::rerun-if-changed={}", lock.display());
    // Grows with every commit; absent in a source archive.
    let log = root.join(".git/logs/HEAD");
    if log.exists() {
        println!("cargo::rerun-if-changed={}", log.display());
    }
}
