use std::fs;

use super::support::{ACCOUNT, Folder, PASSPHRASE, Run, old_state};

/// Makes the second account of the key, for which no server is needed.
fn create(folder: &Folder) -> Run {
    folder.run_old(&["account", "create"], "yes\n")
}

fn names(folder: &Folder) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).unwrap();
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    let mut names: Vec<_> = entries.map(|entry| name(entry.unwrap())).collect();
    names.sort();
    names
}

#[test]
fn what_was_made_is_there_in_the_next_run() {
    let folder = Folder::old();
    let made = create(&folder).done();
    let accounts = folder.run_old(&["account", "list"], "").done();
    assert_eq!(accounts[0]["address"], ACCOUNT);
    assert_eq!(accounts[1], made);
    assert_eq!(names(&folder), ["device", "device.lock"]);
}

#[test]
fn another_passphrase_opens_nothing_and_changes_nothing() {
    let folder = Folder::old();
    for passphrase in [
        "An old passphrase",
        "an old passphras",
        " an old passphrase",
    ] {
        let run = folder.run(&["account", "create"], &format!("{passphrase}\nyes\n"));
        let run = run.failed(3, "WrongPassphrase");
        assert!(run.stderr.contains(folder.state().to_str().unwrap()));
    }
    for missing in ["", "\n"] {
        folder
            .run(&["status"], missing)
            .failed(1, "InvalidPassphrase");
    }
    assert_eq!(fs::read(folder.state()).unwrap(), old_state());
}

#[test]
fn a_damaged_file_is_named_and_left_untouched() {
    let old = old_state();
    let mut cases = vec![
        (1, Vec::new()),
        (1, b"{}".to_vec()),
        (1, old[..54].to_vec()),
        (3, old[..55].to_vec()),
        (3, old[..old.len() - 1].to_vec()),
        (3, [&old[..], b"\n"].concat()),
    ];
    // Magic, version, salt, nonce, ciphertext, tag.
    for (code, at) in [
        (1, 0),
        (1, 14),
        (3, 15),
        (3, 31),
        (3, 55),
        (3, old.len() - 1),
    ] {
        let mut damaged = old.clone();
        damaged[at] ^= 1;
        cases.push((code, damaged));
    }
    for (code, damaged) in cases {
        let folder = Folder::with(&damaged);
        let run = create(&folder).failed(code, folder.state().to_str().unwrap());
        assert!(!run.stderr.contains(PASSPHRASE));
        assert_eq!(fs::read(folder.state()).unwrap(), damaged);
    }
}

#[test]
fn what_a_killed_write_left_behind_is_neither_read_nor_kept() {
    let folder = Folder::old();
    let left = folder.path().join("device.new");
    fs::write(&left, b"half a state").unwrap();
    assert_eq!(
        folder.run_old(&["status"], "").done()["accounts"][0]["address"],
        ACCOUNT
    );
    create(&folder).done();
    assert_eq!(names(&folder), ["device", "device.lock"]);
}

#[test]
fn without_a_device_every_command_but_enrol_says_so_and_makes_nothing() {
    let folder = Folder::empty();
    let hash = format!("0x{}", "ab".repeat(32));
    for arguments in [
        &["status"][..],
        &["account", "create"],
        &["account", "list"],
        &["refresh", "--key", "ab"],
        &["recover"],
        &["receipt", &hash, "--rpc", "http://127.0.0.1:1"],
        &["cancel", &hash, "--rpc", "http://127.0.0.1:1"],
    ] {
        folder
            .run(arguments, "a passphrase\nyes\n")
            .failed(1, "NoDevice");
    }
    assert!(names(&folder).is_empty());
}

#[test]
fn an_enrolment_that_fails_leaves_no_device() {
    let folder = Folder::empty();
    for (code, why, input) in [
        (1, "InvalidPassphrase", "short\n"),
        (4, "UserRejected", "long enough\n"),
        (4, "UserRejected", "long enough\n\n"),
        (1, "InvalidEnrolmentCode", "long enough\nnonsense\n"),
        (
            1,
            "ServerUnavailable",
            "long enough\nws://127.0.0.1:1/v1/session#0123456789abcdefghjkmnpqrs\n",
        ),
    ] {
        folder.run(&["enrol"], input).failed(code, why);
        assert!(!folder.state().exists(), "{input}");
    }
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_a_state() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::old();
    create(&folder).done();
    for name in ["device", "device.lock"] {
        let mode = fs::metadata(folder.path().join(name))
            .unwrap()
            .permissions();
        // The lock was made by this program; the state's mode is not that of the old file.
        assert_eq!(mode.mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn the_passphrase_is_the_first_line_of_a_file_that_is_named() {
    let folder = Folder::old();
    let file = folder.path().join("passphrase");
    fs::write(&file, format!("{PASSPHRASE}\nnot this\n")).unwrap();
    let file = file.to_str().unwrap();
    let made = folder.run(&["account", "create", "--passphrase-file", file], "yes\n");
    made.done();
    let none = format!("{file}.none");
    folder
        .run(&["status", "--passphrase-file", &none], "")
        .failed(1, &none);
}

#[test]
fn a_write_makes_a_new_file_and_leaves_the_old_one_as_it_is() {
    let folder = Folder::old();
    let other_name = folder.path().join("other");
    fs::hard_link(folder.state(), &other_name).unwrap();
    create(&folder).done();
    assert_eq!(fs::read(other_name).unwrap(), old_state());
    assert_ne!(fs::read(folder.state()).unwrap(), old_state());
}

#[test]
fn a_device_that_is_not_named_is_looked_for_in_the_home_folder() {
    let home = Folder::empty();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tandem"))
        .arg("status")
        .env_remove("TANDEM_STATE")
        .env("HOME", home.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let expected = home.path().join(".tandem").join("device");
    assert!(said.contains(expected.to_str().unwrap()), "{said}");
    assert_eq!(output.status.code(), Some(1));
}
