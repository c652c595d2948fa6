//! Configuration and commands, as an operator meets them.

use std::fs;
use std::net::TcpListener;

use tandem_threshold::Role;
use tandem_threshold::recovery::File;
use tandem_wire::EnrolmentCode;

use crate::support::{Device, Directory, Server, command};

#[test]
fn every_problem_is_reported_at_once_with_its_place() {
    let directory = Directory::new();
    let file = directory.path().join("tandem.toml");
    fs::write(
        &file,
        "listen = \"nowhere\"\nmax_sessions = 0\nlissten = \"x\"\nlog = true\n",
    )
    .unwrap();
    let output = command(
        &[
            "--config",
            file.to_str().unwrap(),
            "--public-url",
            "http://x",
            "check",
        ],
        &[
            ("TANDEM_MAX_CEREMONIES", "many"),
            ("TANDEM_ALLOWED_ORIGINS", "*"),
        ],
    );
    assert!(!output.success);
    let file = file.to_str().unwrap();
    for problem in [
        format!("lissten (from {file}) is not a setting"),
        "data_dir is not set".into(),
        format!("listen (from {file}) is not an IP address"),
        "public_url (from --public-url) the server address must start".into(),
        "allowed_origins (from TANDEM_ALLOWED_ORIGINS) has \"*\"".into(),
        format!("max_sessions (from {file}) is not a whole number from 1"),
        "max_ceremonies (from TANDEM_MAX_CEREMONIES) is not a whole number".into(),
        format!("log (from {file}) is neither text nor"),
    ] {
        assert!(
            output.stderr.contains(&problem),
            "{problem}: {}",
            output.stderr
        );
    }
}

#[test]
fn flags_beat_variables_and_variables_beat_the_file() {
    let directory = Directory::new();
    let file = directory.path().join("tandem.toml");
    fs::write(
        &file,
        "data_dir = \"from-file\"\nmax_sessions = 1\nmax_ceremonies = 1\nallowed_origins = [\"https://a.example\", \"https://b.example\"]\n",
    )
    .unwrap();
    let output = command(
        &[
            "check",
            "--config",
            file.to_str().unwrap(),
            "--max-sessions",
            "3",
        ],
        &[("TANDEM_MAX_SESSIONS", "2"), ("TANDEM_MAX_CEREMONIES", "2")],
    );
    assert!(output.success, "{}", output.stderr);
    for line in [
        "data_dir = \"from-file\"",
        "max_sessions = 3",
        "max_ceremonies = 2",
        "allowed_origins = [\"https://a.example\", \"https://b.example\"]",
        "sealing_key_file = \"from-file/sealing.key\"",
    ] {
        assert!(output.stdout.contains(line), "{line}: {}", output.stdout);
    }
}

#[test]
fn what_check_prints_is_a_configuration_that_check_reads() {
    let directory = Directory::new();
    let data = directory.path().join("data");
    let first = command(&["--data-dir", data.to_str().unwrap(), "check"], &[]);
    let file = directory.path().join("tandem.toml");
    fs::write(&file, &first.stdout).unwrap();
    let second = command(&["--config", file.to_str().unwrap(), "check"], &[]);
    assert_eq!(second.stdout, first.stdout);
    assert!(!data.exists(), "check makes nothing");
}

#[test]
fn check_finds_a_key_that_does_not_fit() {
    let directory = Server::new().kill();
    let data = directory.path().to_str().unwrap();
    let arguments = ["--data-dir", data, "check"];
    assert!(command(&arguments, &[]).success);
    fs::write(directory.path().join("sealing.key"), "ab".repeat(32)).unwrap();
    let output = command(&arguments, &[]);
    assert!(!output.success);
    assert!(!output.stdout.contains("abab"), "no secrets");
}

#[test]
fn enrol_prints_the_code_alone_and_carries_the_public_address() {
    let directory = Directory::new();
    let data = directory.path().to_str().unwrap();
    let url = "wss://sign.example.org/v1/session";
    let output = command(
        &[
            "--data-dir",
            data,
            "--public-url",
            url,
            "enrol",
            "--name",
            "Ada's laptop",
        ],
        &[],
    );
    assert!(output.success, "{}", output.stderr);
    assert_eq!(output.stdout.lines().count(), 1);
    let code: EnrolmentCode = output.stdout.parse().unwrap();
    assert_eq!(code.server.as_str(), url);
    assert!(output.stderr.contains("expires in 15 minutes"));
    assert!(!output.stderr.contains(code.token.expose()));
}

#[test]
fn enrol_says_when_there_is_no_address_to_carry() {
    let directory = Directory::new();
    let data = directory.path().to_str().unwrap();
    for listen in ["127.0.0.1:0", "0.0.0.0:8549"] {
        let output = command(&["--data-dir", data, "--listen", listen, "enrol"], &[]);
        assert!(!output.success);
        assert!(
            output.stderr.contains("public_url must be set"),
            "{}",
            output.stderr
        );
        assert_eq!(output.stdout, "");
    }
}

#[test]
fn a_port_in_use_is_named_with_its_setting() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let directory = Directory::new();
    let data = directory.path().to_str().unwrap();
    let output = command(&["--data-dir", data, "--listen", &address, "run"], &[]);
    assert!(!output.success);
    assert!(
        output
            .stderr
            .contains(&format!("cannot listen on {address} (setting listen)")),
        "{}",
        output.stderr
    );
}

#[test]
fn a_data_directory_that_is_a_file_is_named_with_its_setting() {
    let directory = Directory::new();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let output = command(&["--data-dir", file.to_str().unwrap(), "run"], &[]);
    assert!(!output.success);
    assert!(
        output.stderr.contains("(setting data_dir)"),
        "{}",
        output.stderr
    );
}

#[test]
fn a_database_of_a_later_release_or_another_program_is_refused() {
    let directory = Server::new().kill();
    let data = directory.path().to_str().unwrap();
    let path = directory.path().join("tandem.sqlite");
    let database = rusqlite::Connection::open(&path).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    drop(database);
    let arguments = ["--data-dir", data, "--listen", "127.0.0.1:0", "run"];
    let output = command(&arguments, &[]);
    assert!(!output.success);
    assert!(
        output.stderr.contains("schema version 99"),
        "{}",
        output.stderr
    );

    fs::write(&path, "this is not a database, however long it may be").unwrap();
    for leftover in ["tandem.sqlite-wal", "tandem.sqlite-shm"] {
        let _gone = fs::remove_file(directory.path().join(leftover));
    }
    let output = command(&arguments, &[]);
    assert!(!output.success);
    assert!(
        output.stderr.contains("is not a database"),
        "{}",
        output.stderr
    );
}

#[tokio::test]
async fn a_backup_is_written_to_a_new_private_file_of_a_key_that_is_there() {
    let server = Server::new();
    let device = Device::enrolled(&server).await;
    let share = device.keygen(&server.address).await;
    let data = server.directory().path().to_str().unwrap().to_owned();
    let folder = Directory::new();
    let path = folder.path().join("backup.json");
    let output = path.to_str().unwrap();
    let run = |arguments: &[&str]| {
        let settings = ["--data-dir", &data];
        command(&[&settings, arguments].concat(), &[])
    };
    let key = share.id().to_string();
    let unknown = "ab".repeat(32);
    for (arguments, why) in [
        (
            ["backup", &unknown, "--output", output],
            "not in the database",
        ),
        (
            ["backup", "ab", "--output", output],
            "not 64 hexadecimal digits",
        ),
        (
            ["backup", &key, "--output", &data],
            "--output) cannot be written",
        ),
        (["kit", &key, "--output", output], "no recovery kit"),
    ] {
        let refused = run(&arguments);
        assert!(!refused.success, "{arguments:?}");
        assert!(refused.stderr.contains(why), "{}", refused.stderr);
        assert!(!path.exists());
    }

    let written = run(&["backup", &key, "--output", output]);
    assert!(written.success, "{}", written.stderr);
    assert!(
        written.stderr.contains("in the clear"),
        "{}",
        written.stderr
    );
    let text = fs::read_to_string(&path).unwrap();
    let File::Backup(backup) = File::read(&text).unwrap() else {
        panic!("not a backup");
    };
    assert_eq!((backup.role(), backup.key()), (Role::Server, share.id()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    let again = run(&["backup", &key, "--output", output]);
    assert!(!again.success, "it is never written over");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}
