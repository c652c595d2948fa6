//! A device must not know the server's code.

use std::process::Command;

#[test]
fn the_server_is_not_linked_nor_another_tls() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--edges", "normal,build"])
        .args(["--prefix", "none", "--package", "tandem-cli"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let tree = String::from_utf8(output.stdout).unwrap();
    let has = |name: &str| {
        tree.lines()
            .any(|line| line.split(' ').next() == Some(name))
    };
    assert!(has("tandem-keyring") && has("rustls") && has("ring"));
    for name in [
        "tandem-server",
        "rusqlite",
        "axum",
        "aws-lc-rs",
        "openssl",
        "native-tls",
    ] {
        assert!(!has(name), "{name} is linked");
    }
}
