use super::support::{Folder, PASSPHRASE, wait_for};

#[test]
fn a_second_process_is_refused_until_the_first_has_ended_however_it_ends() {
    let folder = Folder::old();
    let mut first = folder.start(&folder.state(), &["status"]);
    wait_for(&mut first, "Passphrase of this device");
    folder.run_old(&["status"], "").failed(1, "DeviceInUse");
    first.kill().unwrap();
    first.wait().unwrap();
    folder.run_old(&["status"], "").done();
}

#[cfg(unix)]
#[test]
fn another_name_of_the_state_leads_to_the_same_lock() {
    use std::io::Write;
    let folder = Folder::old();
    let (link, elsewhere) = (folder.path().join("link"), Folder::empty());
    std::os::unix::fs::symlink(folder.state(), &link).unwrap();
    let far = elsewhere.path().join("far");
    std::os::unix::fs::symlink(folder.path(), &far).unwrap();
    let mut first = folder.start(&link, &["account", "create"]);
    wait_for(&mut first, "Passphrase of this device");
    folder.run_old(&["status"], "").failed(1, "DeviceInUse");
    let mut other = folder.start(&far.join("device"), &["status"]);
    assert_eq!(other.wait().unwrap().code(), Some(1));
    let mut input = first.stdin.take().unwrap();
    writeln!(input, "{PASSPHRASE}\nyes").unwrap();
    assert!(first.wait().unwrap().success());
    // What was written went to the file, and the link is a link.
    assert!(link.is_symlink() && !folder.state().is_symlink());
    let accounts = folder.run_old(&["account", "list"], "").done();
    assert_eq!(accounts.as_array().unwrap().len(), 2);
}
