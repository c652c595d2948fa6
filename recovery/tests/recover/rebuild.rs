//! `rebuild`.

use alloy_primitives::{Address, B256, Signature, U256};
use k256::ecdsa::SigningKey;

use crate::drill::ADDRESS;
use crate::support::{OTHER_WORDS, Run, WORDS, assert_silent, run, sample, text};

/// Runs `rebuild` with sample files.
fn rebuild(arguments: &[&str], input: &str) -> Run {
    let mut all = vec!["rebuild".to_owned()];
    for argument in arguments {
        all.push(if argument.ends_with(".json") {
            text(&sample(argument)).to_owned()
        } else {
            (*argument).to_owned()
        });
    }
    run(&all.iter().map(String::as_str).collect::<Vec<_>>(), input)
}

/// Every way to have two of three shares.
const WAYS: [&[&str]; 5] = [
    &[
        "--device",
        "device.backup.json",
        "--server",
        "server.backup.json",
    ],
    &["--device", "device.backup.json"],
    &[
        "--device",
        "device.backup.json",
        "--kit",
        "compact.kit.json",
    ],
    &["--server", "server.backup.json", "--kit", "deltas.kit.json"],
    &[
        "--server",
        "server.backup.json",
        "--kit",
        "compact.kit.json",
    ],
];

#[test]
fn any_two_shares_give_the_accounts_and_nothing_secret_is_said() {
    for way in WAYS {
        let rebuilt = rebuild(way, WORDS);
        assert_silent(&rebuilt);
        assert_eq!(rebuilt.stderr, "");
        let said = rebuilt.done();
        assert!(
            said.contains(&format!("address  m/0  {ADDRESS}\n")),
            "{said}"
        );
        assert!(!said.contains("private"));
    }
}

#[test]
fn revealed_keys_are_those_of_the_addresses() {
    for way in WAYS {
        let arguments = [
            way,
            &[
                "--reveal-key",
                "--account",
                "0",
                "--account",
                "1",
                "--account",
                "2147483647",
            ],
        ]
        .concat();
        let rebuilt = rebuild(&arguments, WORDS);
        assert!(rebuilt.stderr.starts_with("WARNING: "), "{rebuilt:?}");
        let said = rebuilt.done();
        let value = |label: &str, index: u32| {
            let start = format!("{label}  m/{index}  ");
            let line = said.lines().find_map(|line| line.strip_prefix(&start));
            line.unwrap().to_owned()
        };
        for index in [0, 1, 2_147_483_647] {
            let key: B256 = value("private", index).parse().unwrap();
            let signer = SigningKey::from_slice(&key[..]).unwrap();
            let address = value("address", index);
            let point = signer.verifying_key().to_sec1_point(false);
            // The address by alloy, from the private key that was printed.
            assert_eq!(
                Address::from_raw_public_key(&point.as_bytes()[1..]).to_string(),
                address
            );
            // It signs, and alloy recovers the account's address.
            let digest = [0x33; 32];
            let (signature, parity) = signer.sign_prehash_recoverable(&digest);
            let (r, s) = signature.split_bytes();
            let signature = Signature::new(
                U256::from_be_slice(&r),
                U256::from_be_slice(&s),
                parity.is_y_odd(),
            );
            let recovered = signature
                .recover_address_from_prehash(&B256::from(digest))
                .unwrap();
            assert_eq!(recovered.to_string(), address);
        }
    }
}

#[test]
fn shares_that_do_not_belong_together_give_nothing() {
    let mixed = rebuild(
        &[
            "--server",
            "server.backup.json",
            "--kit",
            "terms.kit.json",
            "--reveal-key",
        ],
        WORDS,
    );
    mixed.failed(
        3,
        "terms.kit.json: the share and the recovery kit do not belong together: they are of different epochs",
    );
    let other = rebuild(
        &["--device", "device.backup.json", "--reveal-key"],
        OTHER_WORDS,
    );
    other.failed(
        3,
        "device.backup.json: the recovery words are not those of this kit",
    );
}

#[test]
fn a_file_in_the_wrong_place_is_refused() {
    let swapped = rebuild(
        &[
            "--device",
            "server.backup.json",
            "--server",
            "device.backup.json",
        ],
        "",
    );
    swapped.failed(
        1,
        "server.backup.json: it is a backup of the server, but a backup of the device is needed",
    );
    let kit = rebuild(&["--device", "terms.kit.json"], WORDS);
    kit.failed(
        1,
        "it is a recovery kit, but a backup of the device is needed",
    );
    let backup = rebuild(
        &[
            "--server",
            "server.backup.json",
            "--kit",
            "device.backup.json",
        ],
        WORDS,
    );
    backup.failed(1, "but a recovery kit is needed");
    let bare = rebuild(&["--server", "server.backup.json"], WORDS);
    bare.failed(
        1,
        "server.backup.json: the backup has no recovery kit: give --kit FILE",
    );
}

#[test]
fn arguments_that_contradict_each_other_or_are_missing_are_refused() {
    let both = [
        "--device",
        "device.backup.json",
        "--server",
        "server.backup.json",
    ];
    for more in [["--kit", "terms.kit.json"], ["--words-file", "words.txt"]] {
        assert_eq!(rebuild(&[&both[..], &more].concat(), "").code, 2);
    }
    assert_eq!(rebuild(&[], WORDS).code, 2);
    assert_eq!(rebuild(&["--kit", "terms.kit.json"], WORDS).code, 2);
}

#[test]
fn a_hardened_account_is_refused() {
    let arguments = [WAYS[0], &["--account", "2147483648"]].concat();
    rebuild(&arguments, "").failed(1, "account index 2147483648 is hardened");
}
