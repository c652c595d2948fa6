//! Replays what the fuzzers found worth keeping (`fuzz/corpus/`).

use std::{fs, path::PathBuf};

use crate::fuzz_checks;

fn replay(target: &str, check: fn(&[u8])) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let mut replayed = 0;
    for entry in fs::read_dir(folder).unwrap() {
        check(&fs::read(entry.unwrap().path()).unwrap());
        replayed += 1;
    }
    assert!(replayed > 0, "the corpus of {target} is empty");
}

#[test]
fn the_corpus_of_requests_holds() {
    replay("request", fuzz_checks::request);
}

#[test]
fn the_corpus_of_typed_data_holds() {
    replay("typed_data", fuzz_checks::typed_data);
}

#[test]
fn the_corpus_of_signed_transactions_holds() {
    replay("signed_transaction", fuzz_checks::signed_transaction);
}
