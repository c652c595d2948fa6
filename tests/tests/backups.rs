//! The files that the device and the server give out, in the hands of the real
//! `tandem-recover`: any two of device, server and words are the key.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;

use serde_json::{Value, json};
use tandem_tests::{Fate, Server, TestDevice, Wallet, built};
use tokio::task::LocalSet;

const PAGE: &str = "http://localhost:8000";

fn local(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, test);
}

struct World {
    server: Server,
    wallet: Rc<Wallet>,
    device: TestDevice,
    account: Value,
    folder: tempfile::TempDir,
}

impl World {
    /// An account, with recovery words or without.
    async fn new(takes_words: bool) -> Self {
        let server = Server::start();
        let wallet = Rc::new(Wallet::default());
        *wallet.code.borrow_mut() = server.enrolment_code();
        wallet.takes_words.set(takes_words);
        let device = TestDevice::new(&wallet, Fate::Lives);
        device.result(PAGE, "tandem_enrol", json!({})).await;
        let params = json!({"options": {}});
        let account = device.result(PAGE, "keyring_createAccount", params).await;
        Self {
            server,
            wallet,
            device,
            account,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    async fn ask(&self, method: &str) -> Value {
        let params = json!({"account": self.account["id"]});
        self.device.result(PAGE, method, params).await
    }

    async fn key(&self) -> String {
        let status = self.device.result(PAGE, "tandem_status", json!({})).await;
        status["keys"][0]["keyId"].as_str().unwrap().to_owned()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.file(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// What the device shows, saved by its user.
    async fn device_backup(&self, name: &str) -> PathBuf {
        let answer = self.ask("tandem_backup").await;
        let shown = self.wallet.shown.borrow();
        let text = shown.last().unwrap()["summary"]["file"].as_str().unwrap();
        assert!(!answer.to_string().contains("data"), "{answer}");
        self.write(name, text)
    }

    /// What the operator's command writes.
    async fn operator(&self, command: &str, name: &str) -> PathBuf {
        let (key, path) = (self.key().await, self.file(name));
        let output = path.to_str().unwrap();
        self.server.command(&[command, &key, "--output", output]);
        path
    }

    /// The address of the private key that the tool prints.
    fn rebuilt(&self, arguments: &[&str]) -> String {
        let words = self.wallet.paper.borrow().join(" ");
        let printed = recover(&[&["rebuild", "--reveal-key"], arguments].concat(), &words);
        let hex = |word: &&str| word.starts_with("0x") && word.len() == 66;
        let private = printed.split_whitespace().find(hex);
        let private = private.unwrap_or_else(|| panic!("no private key: {printed}"));
        let secret = k256::ecdsa::SigningKey::from_slice(&hex::decode(&private[2..]).unwrap());
        let public = secret.unwrap().verifying_key().to_sec1_point(false);
        let address = alloy_primitives::Address::from_raw_public_key(&public.as_bytes()[1..]);
        address.to_string().to_lowercase()
    }

    fn address(&self) -> String {
        self.account["address"].as_str().unwrap().to_lowercase()
    }
}

/// Runs the offline tool, with the words on its standard input.
fn recover(arguments: &[&str], words: &str) -> String {
    let mut child = Command::new(built("tandem-recover", "tandem-recover"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that reads no words closes the pipe: no matter.
    let _ = child.stdin.take().unwrap().write_all(words.as_bytes());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn any_two_of_device_server_and_words_are_the_key() {
    local(async {
        let world = World::new(true).await;
        for when in ["new", "refreshed"] {
            let device = world.device_backup(&format!("device-{when}")).await;
            let server = world.operator("backup", &format!("server-{when}")).await;
            for pair in [
                vec!["--device", text(&device), "--server", text(&server)],
                vec!["--device", text(&device)],
                vec!["--server", text(&server)],
            ] {
                assert_eq!(world.rebuilt(&pair), world.address(), "{when}: {pair:?}");
            }
            world.ask("tandem_refresh").await;
        }
    });
}

#[test]
fn the_kit_that_a_page_downloads_is_the_one_that_the_operator_has() {
    local(async {
        let world = World::new(true).await;
        let kit = world.ask("tandem_kit").await;
        let of_device = world.write("of-device", kit["file"].as_str().unwrap());
        let of_server = world.operator("kit", "of-server").await;
        assert_eq!(
            fs::read_to_string(&of_device).unwrap(),
            fs::read_to_string(&of_server).unwrap()
        );
        let words = world.wallet.paper.borrow().join(" ");
        recover(&["drill", text(&of_device)], &words);
    });
}

#[test]
fn without_words_the_two_shares_are_the_key() {
    local(async {
        let world = World::new(false).await;
        let device = world.device_backup("device").await;
        assert_eq!(
            world.wallet.shown.borrow().last().unwrap()["summary"]["withKit"],
            false
        );
        let server = world.operator("backup", "server").await;
        let pair = ["--device", text(&device), "--server", text(&server)];
        assert_eq!(world.rebuilt(&pair), world.address());
        let params = json!({"account": world.account["id"]});
        let error = world.device.error(PAGE, "tandem_kit", params).await;
        assert_eq!(error["name"], "NoRecovery");
    });
}

#[test]
fn the_share_is_shown_to_nobody_who_does_not_want_to_see_it() {
    local(async {
        let world = World::new(true).await;
        world.wallet.shown.borrow_mut().clear();
        world.wallet.approves.set(false);
        let params = json!({"account": world.account["id"]});
        let error = world.device.error(PAGE, "tandem_backup", params).await;
        assert_eq!(error["name"], "UserRejected");
        let shown = world.wallet.shown.borrow();
        assert_eq!(shown.len(), 1);
        assert_eq!(shown[0]["view"], "backupWarning");
        assert_eq!(shown[0]["summary"]["accounts"][0], world.account["address"]);
    });
}
