#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use serde_json::{Value, json};

use super::*;

fn sign() -> Value {
    json!({
        "title": "Sign a transaction", "origin": "tandem-cli", "kind": "transaction",
        "rows": [
            {"label": "To", "value": "0x00ff", "tone": "address"},
            {"label": "Data", "value": "", "tone": "data"},
            {"label": "Allowance", "value": "unlimited", "tone": "warning"},
        ],
        "warnings": ["It moves everything.", "It cannot be taken back."],
        "raw": "0x02f8",
    })
}

/// Every view with a summary as the core makes it.
fn all() -> Vec<(&'static str, Value)> {
    let accounts = json!(["0x00aa", "0x00bb"]);
    vec![
        ("enrol", json!({})),
        (
            "createAccount",
            json!({"origin": "tandem-cli", "server": "wss://s", "index": 0, "firstKey": true}),
        ),
        (
            "refresh",
            json!({"origin": "tandem-cli", "server": "wss://s", "accounts": accounts, "frozen": false}),
        ),
        (
            "recoveryWords",
            json!({"origin": "tandem-cli", "server": "wss://s", "accounts": accounts, "firstTime": true, "words": ["one", "two"]}),
        ),
        (
            "recoveryCheck",
            json!({"positions": [3, 7, 24], "again": false}),
        ),
        (
            "recoveryKey",
            json!({"origin": "tandem-cli", "server": "wss://s", "accounts": accounts, "firstTime": false, "recoveryPublicKey": "0x02aa"}),
        ),
        (
            "typeWords",
            json!({"origin": "tandem-cli", "server": "wss://s", "accounts": accounts}),
        ),
        (
            "recover",
            json!({"origin": "tandem-cli", "server": "wss://s"}),
        ),
        (
            "recoverAccounts",
            json!({"server": "wss://s", "accounts": accounts}),
        ),
        (
            "importWarning",
            json!({"origin": "tandem-cli", "server": "wss://s"}),
        ),
        ("importKey", json!({})),
        ("importPermit", json!({"address": "0x00aa"})),
        (
            "exportWarning",
            json!({"origin": "tandem-cli", "accounts": accounts}),
        ),
        (
            "exportedKey",
            json!({"address": "0x00aa", "privateKey": "0x00bb"}),
        ),
        (
            "moveWarning",
            json!({"origin": "tandem-cli", "server": "wss://s", "accounts": accounts}),
        ),
        (
            "backupWarning",
            json!({"origin": "tandem-cli", "accounts": accounts}),
        ),
        (
            "backup",
            json!({"file": "{ }", "epoch": 3, "withKit": false}),
        ),
        ("permit", json!({"keyId": "0a0b", "operation": "recovery"})),
        ("sign", sign()),
    ]
}

#[test]
fn the_warnings_come_first_and_every_field_is_there() {
    let dialog = dialog("sign", sign()).unwrap();
    assert_eq!(
        dialog.page.as_str(),
        "
Sign a transaction
  WARNING: It moves everything.
  WARNING: It cannot be taken back.
  Asked by: tandem-cli
  To: 0x00ff
  Data: (empty)
  (!) Allowance: unlimited
  Exactly what is signed: 0x02f8
"
    );
    assert_eq!(dialog.ask, Ask::Yes("Type yes to sign"));
}

#[test]
fn every_text_of_every_summary_is_shown() {
    for (view, summary) in all() {
        let page = dialog(view, summary.clone()).unwrap().page;
        for (name, value) in summary.as_object().unwrap() {
            // What sort of request it is and who has the share besides: nothing that decides.
            let is_not_shown = ["kind", "tone"].contains(&name.as_str())
                || (name == "server"
                    && [
                        "recoveryWords",
                        "typeWords",
                        "backupWarning",
                        "exportWarning",
                    ]
                    .contains(&view));
            let texts = match value {
                Value::Array(items) => items.clone(),
                other => vec![other.clone()],
            };
            for text in texts.iter().filter_map(Value::as_str) {
                assert!(
                    is_not_shown || page.as_str().contains(text),
                    "{view}: {name}"
                );
            }
        }
    }
}

#[test]
fn a_summary_with_a_hole_is_not_shown() {
    for (view, summary) in all() {
        for name in summary.as_object().unwrap().keys() {
            let may_be_missing = ["kind"].contains(&name.as_str())
                || (name == "server"
                    && ["recoveryWords", "typeWords", "backupWarning"].contains(&view))
                || (name == "origin" && view == "refresh");
            let mut holed = summary.clone();
            holed.as_object_mut().unwrap().remove(name);
            assert_eq!(
                dialog(view, holed).is_ok(),
                may_be_missing,
                "{view}: {name}"
            );
        }
    }
    assert!(dialog("unheardOf", json!({})).is_err());
}

#[test]
fn no_text_of_a_summary_can_reach_the_terminal_as_an_escape_or_a_line_of_its_own() {
    let mut summary = sign();
    for place in [
        "/title",
        "/origin",
        "/raw",
        "/warnings/0",
        "/rows/0/label",
        "/rows/0/value",
    ] {
        *summary.pointer_mut(place).unwrap() = json!("\u{1b}[8m\n  To: 0xother\u{202e}");
    }
    let page = dialog("sign", summary).unwrap().page;
    assert_eq!(page.as_str().lines().count(), 9);
    assert!(!page.as_str().contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn only_the_pages_with_words_and_shares_are_secret() {
    for (view, summary) in all() {
        let is_secret = dialog(view, summary).unwrap().is_secret;
        assert_eq!(
            is_secret,
            ["recoveryWords", "backup", "exportedKey"].contains(&view),
            "{view}"
        );
    }
}

#[test]
fn every_dialog_of_the_snap_is_here_but_the_one_no_command_leads_to() {
    let snap = include_str!("../../../snap/src/host.tsx");
    let (_, list) = snap.split_once("const dialogView = oneOf(").unwrap();
    let (list, _) = list.split_once(");").unwrap();
    let names = list.split(',').map(|name| name.trim().trim_matches('\''));
    let mut theirs: Vec<_> = names
        .filter(|name| !name.is_empty() && *name != "deleteAccount")
        .collect();
    let mut ours: Vec<_> = all().into_iter().map(|(view, _)| view).collect();
    theirs.sort_unstable();
    ours.sort_unstable();
    assert_eq!(ours, theirs);
}
