use base64ct::{Base64, Encoding};

use super::format::open;
use super::support::{ACCOUNT, Folder, PASSPHRASE, old_state};

/// 24 words that open nothing here.
const WORDS: &str = "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo vote";

#[test]
fn no_run_says_a_share_a_key_a_passphrase_or_what_was_typed() {
    let state = open(PASSPHRASE, &old_state());
    let mut secrets = vec![PASSPHRASE.to_owned(), "vote".to_owned()];
    let device_key = state["enrolment"]["deviceKey"].as_str().unwrap();
    secrets.push(device_key.to_owned());
    for share in ["/keys/0/share", "/keys/0/next/share", "/keys/0/next"] {
        let Some(share) = state.pointer(share).and_then(|share| share.as_str()) else {
            continue;
        };
        // Pieces of it, in base64 as it is stored and in hex: any part that is said is found.
        for at in (0..share.len() - 24).step_by(600) {
            secrets.push(share[at..at + 24].to_owned());
        }
        let share = Base64::decode_vec(share).unwrap();
        let key = state["keys"][0]["id"].as_str().unwrap();
        let pieces = share.chunks_exact(8).map(hex::encode);
        // The id of the key is in it, and no secret.
        secrets.extend(pieces.filter(|piece| !key.contains(piece)));
    }
    assert!(secrets.len() > 5_000, "{}", secrets.len());

    let folder = Folder::old();
    let node = ["--rpc", "http://127.0.0.1:1"];
    let mut said = String::new();
    for (arguments, input) in [
        (vec!["status"], ""),
        (vec!["account", "list"], ""),
        (vec!["account", "create"], "yes\n"),
        (vec!["enrol"], "yes\n"),
        (vec!["refresh", "--account", ACCOUNT], "yes\n"),
        (vec!["recovery", "set", "--account", ACCOUNT], "yes\n"),
        (vec!["recovery", "drill", "--account", ACCOUNT], WORDS),
        (vec!["recover"], WORDS),
        (
            [
                &[
                    "send",
                    "--chain",
                    "1",
                    "--account",
                    ACCOUNT,
                    "--to",
                    ACCOUNT,
                ],
                &node[..],
            ]
            .concat(),
            "yes\n",
        ),
    ] {
        let run = folder.run_old(&arguments, input);
        said.push_str(&run.stdout);
        said.push_str(&run.stderr);
    }
    let run = folder.run(&["status"], "vote\n");
    said.push_str(&run.stderr);
    assert!(
        said.contains(ACCOUNT) && said.contains("OtherRecoveryWords"),
        "{said}"
    );
    for secret in secrets {
        assert!(!said.contains(&secret), "it says {secret}");
    }
}
