use super::support::{ACCOUNT, Folder, PASSPHRASE};

const NODE: &str = "http://127.0.0.1:1/v3/keyofthenode";

#[test]
fn every_problem_of_a_transaction_is_named_at_once() {
    let folder = Folder::old();
    let run = folder.run_old(
        &[
            "send",
            "--rpc",
            NODE,
            "--value",
            "0.1",
            "--max-fee",
            "three gwei",
            "--gas-price",
            "1e9",
        ],
        "yes\n",
    );
    let run = run.failed(2, "InvalidArguments");
    for option in ["--value", "--max-fee", "--gas-price", "--account", "--to"] {
        assert!(
            run.stderr.contains(&format!("\n  {option}: ")),
            "{option}: {run:?}"
        );
    }
}

#[test]
fn a_receiver_that_was_forgotten_makes_no_contract() {
    let folder = Folder::old();
    let arguments = [
        "send",
        "--rpc",
        NODE,
        "--account",
        ACCOUNT,
        "--data",
        "0x00",
    ];
    folder.run_old(&arguments, "yes\n").failed(2, "--create");
}

#[test]
fn a_transaction_needs_a_node_and_says_so_before_it_asks_for_anything() {
    let folder = Folder::old();
    let transaction = ["--account", ACCOUNT, "--to", ACCOUNT];
    for command in [&["send"][..], &["replace", "0xab"], &["cancel", "0xab"]] {
        let rest = if command[0] == "cancel" {
            &[][..]
        } else {
            &transaction[..]
        };
        folder
            .run_old(&[command, rest].concat(), "yes\n")
            .failed(2, "--rpc: is missing");
    }
    let elsewhere = [
        &["send", "--rpc", "http://node.example"][..],
        &transaction[..],
    ];
    let run = folder.run_old(&elsewhere.concat(), "yes\n");
    run.failed(2, "--rpc: is http://");
}

#[test]
fn a_node_that_cannot_be_reached_is_no_address_in_an_error() {
    let folder = Folder::old();
    let rest = ["--rpc", NODE, "--account", ACCOUNT, "--to", ACCOUNT];
    for chain in [&[][..], &["--chain", "1"]] {
        let run = folder.run_old(&[&["send"][..], &rest, chain].concat(), "yes\n");
        let run = run.failed(1, "NodeUnavailable");
        assert!(!run.stderr.contains("keyofthenode"), "{run:?}");
    }
}

#[test]
fn what_the_core_refuses_is_a_wrong_argument_with_its_field() {
    let folder = Folder::old();
    let rest = ["--rpc", NODE, "--chain", "1", "--account", ACCOUNT];
    let run = folder.run_old(&[&["send", "--to", "0x12"][..], &rest].concat(), "yes\n");
    run.failed(2, "\n  params.transaction.to: ");
    let run = folder.run_old(&["receipt", "0x12", "--rpc", NODE], "");
    run.failed(2, "\n  params.hash: ");
}

#[test]
fn a_secret_has_no_place_among_the_arguments_or_variables() {
    let folder = Folder::empty();
    for command in [
        "enrol", "status", "account", "send", "replace", "cancel", "receipt", "refresh",
        "recovery", "recover",
    ] {
        let help = folder.run(&[command, "--help"], "");
        assert_eq!(help.code, 0, "{help:?}");
        for word in [
            "--passphrase ",
            "--passphrase=",
            "--code",
            "--words ",
            "PASSPHRASE",
        ] {
            assert!(!help.stdout.contains(word), "{command}: {word}");
        }
    }
    folder
        .run(&["enrol", "ws://127.0.0.1/#x"], "")
        .failed(2, "");
    folder
        .run(&["status", "--passphrase", PASSPHRASE], "")
        .failed(2, "");
}

#[test]
fn there_is_no_way_to_say_yes_beforehand() {
    let folder = Folder::old();
    for option in ["--yes", "-y", "--force"] {
        let run = folder.run_old(&["account", "create", option], "");
        run.failed(2, "");
    }
    for answer in ["", "\n", "y\n", "Yes\n", "YES\n", "yes please\n", "no\n"] {
        let run = folder.run_old(&["account", "create"], answer);
        run.failed(4, "UserRejected");
    }
}
