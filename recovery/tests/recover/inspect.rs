//! `inspect`.

use std::fs;

use crate::drill::ADDRESS;
use crate::support::{assert_silent, run, sample, text};

#[test]
fn every_file_says_what_it_is_and_no_secret() {
    for (name, kind, words) in [
        ("terms.kit.json", "recovery kit", "0 refreshes"),
        ("deltas.kit.json", "recovery kit", "2 refreshes"),
        ("compact.kit.json", "recovery kit", "0 refreshes"),
        ("device.backup.json", "backup of the device", "2 refreshes"),
        (
            "server.backup.json",
            "backup of the server",
            "no recovery kit",
        ),
    ] {
        let inspected = run(&["inspect", text(&sample(name))], "");
        assert_silent(&inspected);
        let said = inspected.done();
        for part in [
            format!("file     {kind}\n"),
            "key      44c489e4ff127c32ae40680582c157c20fa50f6bd214b03732795f04c0745ab8\n".into(),
            format!("address  {ADDRESS}\n"),
            "device   device 0.1.0\nserver   server 0.1.0\n".into(),
            words.into(),
        ] {
            assert!(said.contains(&part), "{said}");
        }
    }
}

#[test]
fn something_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("photo");
    fs::write(&path, [0xff, 0xd8]).unwrap();
    run(&["inspect", text(&path)], "").failed(1, "photo: the file is not a JSON object");
    run(&["inspect", text(&sample("words.txt"))], "").failed(1, "words.txt: ");
}
