//! `words` and `public-key`.

use std::fs;

use crate::support::{OTHER_WORDS, WORDS, run, sample, text};

/// RK of the words of the test files.
const PUBLIC_KEY: &str = "036784d3f963821ca300ffab3b24de4aedffa160a8550938992d25b891b7a738a3";

#[test]
fn the_public_key_of_words_is_the_one_in_their_kit() {
    assert_eq!(run(&["public-key"], WORDS).done().trim(), PUBLIC_KEY);
    let kit = run(&["inspect", text(&sample("terms.kit.json"))], "").done();
    assert!(kit.contains(PUBLIC_KEY));
    let shouted = WORDS.to_uppercase().replace(' ', "\n");
    assert_eq!(run(&["public-key"], &shouted).done().trim(), PUBLIC_KEY);
    let file = sample("words.txt");
    let from_file = run(&["public-key", "--words-file", text(&file)], OTHER_WORDS);
    assert_eq!(from_file.done().trim(), PUBLIC_KEY);
}

#[test]
fn new_words_go_to_a_private_file_and_their_public_key_to_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("words");
    let made = run(&["words", "--output", text(&path)], "");
    assert!(!made.stderr.contains(&fs::read_to_string(&path).unwrap()));
    let public_key = made.done();
    let words = fs::read_to_string(&path).unwrap();
    assert_eq!(words.split_whitespace().count(), 24);
    assert_eq!(run(&["public-key"], &words).done(), public_key);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn a_file_that_exists_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("words");
    fs::write(&path, "mine").unwrap();
    let refused = run(&["words", "--output", text(&path)], "");
    refused.failed(1, &format!("{}: ", path.display()));
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
}

#[test]
fn words_are_not_printed_where_nobody_sits_unless_told_to() {
    run(&["words"], "").failed(1, "standard error is not a terminal");
    let printed = run(&["words", "--yes-print"], "");
    let words = printed
        .stderr
        .lines()
        .find(|line| line.split(' ').count() == 24)
        .unwrap()
        .to_owned();
    let public_key = printed.done();
    assert!(!public_key.contains(' '));
    assert_eq!(run(&["public-key"], &words).done(), public_key);
}

#[test]
fn words_are_new_every_time() {
    let make = || run(&["words", "--yes-print"], "").done();
    assert_ne!(make(), make());
}

#[test]
fn wrong_words_are_named_by_place_and_position_only() {
    let wrong = WORDS.replacen("eyebrow", "eyebroww", 1);
    let refused = run(&["public-key"], &wrong);
    assert!(!refused.stderr.contains("eyebroww"));
    refused.failed(
        1,
        "standard input: these are not recovery words: number 2 is not in the list",
    );

    let swapped = WORDS.replacen("clay eyebrow", "eyebrow clay", 1);
    run(&["public-key"], &swapped).failed(1, "standard input: the words do not belong together");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("words");
    fs::write(&path, "clay").unwrap();
    let short = run(&["public-key", "--words-file", text(&path)], "");
    short.failed(
        1,
        &format!(
            "{}: these are not recovery words: there are 1",
            path.display()
        ),
    );
    fs::write(&path, [0xff; 8]).unwrap();
    let binary = run(&["public-key", "--words-file", text(&path)], "");
    binary.failed(1, "not a text of at most 4096 bytes");
    fs::write(&path, " ".repeat(5000)).unwrap();
    let long = run(&["public-key", "--words-file", text(&path)], "");
    long.failed(1, "not a text of at most 4096 bytes");
    let absent = folder.path().join("absent");
    let absent = run(&["public-key", "--words-file", text(&absent)], "");
    absent.failed(1, "absent: ");
}

#[test]
fn words_are_no_argument() {
    for arguments in [
        &["public-key", "clay"][..],
        &["words", "clay"],
        &["drill", "kit", "clay"],
        &["public-key", "--words", "clay"],
    ] {
        assert_eq!(run(arguments, "").code, 2);
    }
}
