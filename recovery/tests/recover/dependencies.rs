//! The program is offline because there is nothing in it that could go online.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// What network code in this workspace is made of.
const NETWORK: [&str; 12] = [
    "tokio",
    "hyper",
    "axum",
    "reqwest",
    "rustls",
    "mio",
    "socket2",
    "tungstenite",
    "gloo-net",
    "web-sys",
    "ureq",
    "curl",
];

/// Names of everything that is compiled into a package or runs while it is built.
fn dependencies(metadata: &Value, root: &str) -> BTreeSet<String> {
    let list = |value: &Value| value.as_array().unwrap().clone();
    let names: BTreeMap<_, _> = list(&metadata["packages"])
        .iter()
        .map(|p| (p["id"].to_string(), p["name"].as_str().unwrap().to_owned()))
        .collect();
    let edges: BTreeMap<_, _> = list(&metadata["resolve"]["nodes"])
        .iter()
        .map(|node| {
            let used = list(&node["deps"])
                .iter()
                .filter(|dep| list(&dep["dep_kinds"]).iter().any(|k| k["kind"] != "dev"))
                .map(|dep| dep["pkg"].to_string())
                .collect::<Vec<_>>();
            (node["id"].to_string(), used)
        })
        .collect();
    let start = names.iter().find(|(_, name)| *name == root).unwrap().0;
    let (mut seen, mut waiting) = (BTreeSet::new(), vec![start.clone()]);
    while let Some(id) = waiting.pop() {
        if seen.insert(id.clone()) {
            waiting.extend(edges[&id].iter().cloned());
        }
    }
    seen.iter().map(|id| names[id].clone()).collect()
}

#[test]
fn no_network_code_is_linked() {
    // Not offline: packages of other systems may not be on this machine yet.
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let ours = dependencies(&metadata, "tandem-recover");
    assert!(ours.contains("tandem-threshold") && ours.contains("k256"));
    // That the walk sees such code where it is.
    assert!(dependencies(&metadata, "tandem-server").contains("tokio"));
    for name in NETWORK {
        assert!(!ours.contains(name), "{name} is linked");
    }
}
