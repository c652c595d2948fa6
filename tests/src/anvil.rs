//! anvil, the development Ethereum node, from the npm package of this platform.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A running node with an empty chain, killed when dropped.
pub struct Anvil {
    process: Child,
    /// Where it listens.
    pub address: String,
}

impl Anvil {
    /// Starts a node on a free port of this machine.
    pub fn start(arguments: &[&str]) -> Self {
        let architecture = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            other => other,
        };
        let package = format!("anvil-{}-{architecture}", std::env::consts::OS);
        let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../node_modules/@foundry-rs");
        let binary = modules.join(package).join("bin/anvil");
        assert!(
            binary.exists(),
            "anvil for this machine is not installed: run npm ci --ignore-scripts"
        );
        let mut process = Command::new(binary)
            .args(["--host", "127.0.0.1", "--port", "0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("anvil runs");
        let mut lines = BufReader::new(process.stdout.take().expect("stdout is piped")).lines();
        let address = lines
            .find_map(|line| Some(line.ok()?.strip_prefix("Listening on ")?.to_owned()))
            .expect("anvil listens");
        // It writes on, and must not wait for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, address }
    }

    /// Its address for JSON-RPC.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// One question that must be answered.
    pub fn rpc(&self, method: &str, params: &Value) -> Value {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let answer = ureq::post(self.url())
            .content_type("application/json")
            .send(request.to_string())
            .and_then(|answer| answer.into_body().read_to_string())
            .expect("anvil answers");
        let mut answer: Value = serde_json::from_str(&answer).expect("JSON");
        match answer.get_mut("result") {
            Some(result) => result.take(),
            None => panic!("{method}: {answer}"),
        }
    }

    /// Gives `address` ten ether, out of nothing.
    pub fn fund(&self, address: &str) {
        self.rpc("anvil_setBalance", &json!([address, "0x8ac7230489e80000"]));
    }

    /// The wei of `address`.
    pub fn balance(&self, address: &str) -> u128 {
        let balance = self.rpc("eth_getBalance", &json!([address, "latest"]));
        let digits = balance.as_str().expect("text").trim_start_matches("0x");
        u128::from_str_radix(digits, 16).expect("a number")
    }
}

impl Drop for Anvil {
    fn drop(&mut self) {
        let _killed = self.process.kill();
        let _reaped = self.process.wait();
    }
}

/// Waits until `is_done`, half a minute at most.
pub fn until(what: &str, mut is_done: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_done() {
        assert!(started.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}
