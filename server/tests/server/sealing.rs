//! What is on the disk: shares sealed, tokens hashed, and one key that fits.

use std::fs;
use std::sync::Arc;

use tandem_server::seal::ShareLabel;
use tandem_server::sealing_key;
use tandem_threshold::{KeyShare, Role};

use crate::support::{Device, Directory, Server, command};

#[tokio::test]
async fn neither_shares_nor_tokens_are_readable_on_the_disk_or_in_the_log() {
    let server = Server::with(&["--log", "trace"]);
    let code = server.code();
    let device = Device::new();
    device.enrol(&server.address, &code).await.unwrap();
    let share = device.keygen(&server.address).await;
    assert!(device.signs(&server.address, &share, 0).await);

    let directory = server.directory();
    let key = sealing_key::read(&directory.path().join("sealing.key")).unwrap();
    let database = rusqlite::Connection::open(directory.path().join("tandem.sqlite")).unwrap();
    let sealed: Vec<u8> = database
        .query_row("SELECT sealed_share FROM keys", [], |row| row.get(0))
        .unwrap();
    let label = ShareLabel {
        device: &device.id(),
        key: share.id(),
        epoch: 0,
    };
    let plain = key.open_share(label, &sealed).unwrap();
    let opened = KeyShare::load(Role::Server, &plain).unwrap();
    assert_eq!(opened.id(), share.id(), "the canary is the real share");

    let typed = code.split_once('#').unwrap().1;
    let token = typed.replace('-', "");
    let mut haystacks: Vec<(String, Vec<u8>)> = directory
        .files()
        .into_iter()
        .filter(|(name, _)| name != "sealing.key")
        .collect();
    assert!(haystacks.iter().any(|(name, _)| name == "tandem.sqlite"));
    haystacks.push(("the log".into(), server.log().into_bytes()));
    // The releases at the front of a share are public; secrets begin after them.
    let secrets = &plain[600..];
    for (name, haystack) in &haystacks {
        assert!(!contains(haystack, token.as_bytes()), "token in {name}");
        assert!(!contains(haystack, typed.as_bytes()), "token in {name}");
        for piece in secrets.chunks_exact(32).step_by(16) {
            assert!(!contains(haystack, piece), "share in {name}");
            assert!(
                !contains(haystack, hex::encode(piece).as_bytes()),
                "share in {name}"
            );
        }
    }
    let log = server.log();
    assert!(log.contains("signed"), "{log}");
    assert!(
        !log.contains("68656c6c6f"),
        "the message that was signed is in the log"
    );
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

#[test]
fn another_sealing_key_is_refused_and_nothing_changes() {
    let directory = Server::new().kill();
    let path = directory.path().join("sealing.key");
    let other = "ab".repeat(32);
    fs::write(&path, &other).unwrap();
    let output = run(&directory);
    assert!(!output.success);
    assert!(
        output
            .stderr
            .contains("not the one this database was made with"),
        "{}",
        output.stderr
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), other);
}

#[test]
fn a_lost_sealing_key_is_not_replaced() {
    let directory = Server::new().kill();
    let path = directory.path().join("sealing.key");
    let aside = directory.path().join("aside");
    fs::rename(&path, &aside).unwrap();
    let output = run(&directory);
    assert!(!output.success);
    assert!(
        output.stderr.contains("put the key back"),
        "{}",
        output.stderr
    );
    assert!(!path.exists());
    fs::rename(&aside, &path).unwrap();
    Server::on(directory, &[]);
}

#[test]
fn a_sealing_key_that_is_none_is_refused() {
    let directory = Arc::new(Directory::new());
    fs::write(directory.path().join("sealing.key"), "secret").unwrap();
    let output = run(&directory);
    assert!(!output.success);
    assert!(
        output.stderr.contains("64 hexadecimal digits"),
        "{}",
        output.stderr
    );
    assert!(!output.stderr.contains("secret"), "never repeats it");
}

#[cfg(unix)]
#[test]
fn what_is_made_is_for_its_owner_only_and_open_keys_are_warned_about() {
    use std::os::unix::fs::PermissionsExt;
    let directory = Server::new().kill();
    for name in ["sealing.key", "tandem.sqlite"] {
        let metadata = fs::metadata(directory.path().join(name)).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{name}");
    }
    let open = fs::Permissions::from_mode(0o644);
    fs::set_permissions(directory.path().join("sealing.key"), open).unwrap();
    Server::on(directory, &[]).expect_log("can be read by others (mode 644)");
}

#[tokio::test]
async fn a_key_of_systemds_credentials_is_used_and_never_made() {
    let directory = Directory::new();
    let credentials = Directory::new();
    let environment = [(
        "CREDENTIALS_DIRECTORY",
        credentials.path().to_str().unwrap(),
    )];
    let data = directory.path().to_str().unwrap();
    fs::write(credentials.path().join("sealing.key"), "cd".repeat(32)).unwrap();
    let enrol = ["--data-dir", data, "enrol"];
    assert!(command(&enrol, &environment).success);
    assert!(!directory.path().join("sealing.key").exists());
    fs::remove_file(credentials.path().join("sealing.key")).unwrap();
    assert!(!command(&enrol, &environment).success);
}

fn run(directory: &Directory) -> crate::support::Output {
    let path = directory.path().to_str().unwrap();
    command(&["--data-dir", path, "--listen", "127.0.0.1:0", "run"], &[])
}

#[test]
fn first_runs_at_the_same_moment_agree_on_one_key() {
    let directory = Directory::new();
    let path = directory.path().to_str().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                let output = command(&["--data-dir", path, "enrol"], &[]);
                assert!(output.success, "{}", output.stderr);
            });
        }
    });
    let left: Vec<String> = directory
        .files()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert!(left.iter().all(|name| !name.ends_with(".new")), "{left:?}");
}
