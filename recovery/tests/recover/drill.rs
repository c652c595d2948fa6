//! `drill`.

use std::fs;

use crate::support::{OTHER_WORDS, WORDS, assert_silent, run, sample, text};

/// Account 0 of the test key.
pub const ADDRESS: &str = "0xa7F385b7b7394965724f8d9e632740549Bb3DCA4";

#[test]
fn the_right_words_open_kits_and_backups_and_nothing_secret_is_said() {
    for (name, epoch) in [
        ("terms.kit.json", 0),
        ("deltas.kit.json", 2),
        ("compact.kit.json", 2),
        ("device.backup.json", 2),
    ] {
        let drilled = run(&["drill", text(&sample(name))], WORDS);
        assert_silent(&drilled);
        let said = drilled.done();
        assert!(said.contains("The words open this kit."));
        assert!(said.contains(&format!("epoch    {epoch}\n")), "{said}");
        assert!(said.contains(&format!("address  {ADDRESS}\n")), "{said}");
    }
}

#[test]
fn other_words_do_not() {
    let refused = run(&["drill", text(&sample("deltas.kit.json"))], OTHER_WORDS);
    refused.failed(
        3,
        "deltas.kit.json: the recovery words are not those of this kit",
    );
}

#[test]
fn a_backup_without_a_kit_says_so() {
    let refused = run(&["drill", text(&sample("server.backup.json"))], WORDS);
    refused.failed(1, "server.backup.json: the backup has no recovery kit");
}

#[test]
fn a_damaged_kit_is_refused_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kit");
    let good = fs::read_to_string(sample("deltas.kit.json")).unwrap();
    let damaged = [
        (good.replace("\"epoch\": 2", "\"epoch\": 3"), 1, "\"epoch\""),
        (good[..300].to_owned(), 1, "not a JSON object"),
        (good.replace("recovery kit", "recovery"), 1, "neither"),
        (
            good.replace("\"version\": 1", "\"version\": 7"),
            1,
            "version 7",
        ),
        (" ".repeat(70_000), 1, "longer than 65536 bytes"),
    ];
    for (content, code, why) in damaged {
        fs::write(&path, content).unwrap();
        let refused = run(&["drill", text(&path)], WORDS);
        assert!(refused.stderr.contains(&format!("{}: ", path.display())));
        refused.failed(code, why);
    }
    fs::write(&path, [0xff; 100]).unwrap();
    run(&["drill", text(&path)], WORDS).failed(1, "not a JSON object");
    run(&["drill", text(folder.path())], WORDS).failed(1, text(folder.path()));
}

#[test]
fn a_compacted_kit_opens_with_the_same_words_and_no_file_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("compact.json");
    let kit = sample("deltas.kit.json");
    let arguments = ["drill", text(&kit), "--compact", text(&path)];
    let made = run(&arguments, WORDS);
    assert_silent(&made);
    made.done();
    let said = run(&["drill", text(&path)], WORDS).done();
    assert!(said.contains("epoch    2\n"));
    assert!(fs::metadata(&path).unwrap().len() < fs::metadata(&kit).unwrap().len());
    let before = fs::read(&path).unwrap();
    assert_eq!(run(&arguments, WORDS).code, 1);
    assert_eq!(fs::read(&path).unwrap(), before);
    let nothing = folder.path().join("nothing.json");
    let refused = ["drill", text(&kit), "--compact", text(&nothing)];
    assert_eq!(run(&refused, OTHER_WORDS).code, 3);
    assert!(!nothing.exists());
}
