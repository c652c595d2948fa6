//! A device in a terminal, as a process, with the real server and a real node.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use rusqlite::Connection;
use serde_json::{Value, json};
use tandem_tests::{Anvil, Run, Server, Terminal, Tls, authority, until};

const RECEIVER: &str = "0x00000000000000000000000000000000000000ff";

/// How many rows the server has in a table.
fn rows(server: &Server, table: &str) -> u32 {
    let database = Connection::open(server.data().join("tandem.sqlite")).unwrap();
    let question = format!("SELECT count(*) FROM {table}");
    database.query_row(&question, [], |row| row.get(0)).unwrap()
}

/// A server, a node, and a terminal with an account that has ether.
fn world(arguments: &[&str]) -> (Server, Anvil, Terminal, String) {
    let (server, anvil) = (Server::start(), Anvil::start(arguments));
    let terminal = Terminal::new(&anvil.url());
    let address = terminal.with_account(&server.enrolment_code());
    anvil.fund(&address);
    (server, anvil, terminal, address)
}

fn hash(sent: &Value) -> &str {
    sent["hash"].as_str().unwrap()
}

#[test]
fn an_account_sends_transactions_of_each_type_and_reads_their_receipts() {
    let (server, anvil, terminal, address) = world(&[]);
    for (number, fees) in [
        ("0", &["--gas-price", "3gwei"][..]),
        ("1", &[]),
        ("2", &["--max-fee", "5gwei", "--priority-fee", "1.5gwei"]),
    ] {
        let send = ["send", "--account", &address, "--to", RECEIVER];
        let rest = ["--value", "0.1eth", "--type", number];
        let sent = terminal.done(&[&send[..], &rest, fees].concat(), &["yes"]);
        assert_eq!(sent["broadcast"], true);
        let receipt = terminal.done(&["receipt", hash(&sent), "--wait"], &[]);
        assert_eq!(receipt["status"], "mined");
        assert_eq!(receipt["receipt"]["status"], "0x1");
        let mined = anvil.rpc("eth_getTransactionByHash", &json!([hash(&sent)]));
        assert_eq!(mined["type"], format!("0x{number}"));
        assert_eq!(mined["from"], address.as_str());
        assert_eq!(mined["value"], "0x16345785d8a0000");
    }
    assert_eq!(anvil.balance(RECEIVER), 300_000_000_000_000_000);
    assert_eq!(rows(&server, "signatures"), 3);

    // Without any type or fee, and with data that makes a contract.
    let create = ["send", "--account", &address, "--create", "--data"];
    let sent = terminal.done(
        &[&create[..], &["0x6001600c60003960016000f300"]].concat(),
        &["yes"],
    );
    let receipt = terminal.done(&["receipt", hash(&sent), "--wait=60"], &[]);
    assert!(
        receipt["receipt"]["contractAddress"].is_string(),
        "{receipt}"
    );
}

#[test]
fn a_pending_transaction_is_sped_up_replaced_and_cancelled() {
    let (_server, anvil, terminal, address) = world(&["--no-mining"]);
    let send = ["send", "--account", &address, "--to", RECEIVER, "--value"];
    let first = terminal.done(&[&send[..], &["1eth"]].concat(), &["yes"]);
    let pending = terminal.done(&["receipt", hash(&first)], &[]);
    assert_eq!(pending["status"], "pending");
    let waited = terminal.run(&["receipt", hash(&first), "--wait=1"], &[]);
    assert_eq!(
        serde_json::from_str::<Value>(&waited.stdout).unwrap()["status"],
        "pending"
    );
    waited.failed(1, "NotMined");

    let faster = terminal.done(&["replace", hash(&first), "--speed", "high"], &["yes"]);
    let other = ["--account", &address, "--to", RECEIVER, "--value", "2eth"];
    let replace = [&["replace", hash(&faster)][..], &other].concat();
    let other = terminal.done(&replace, &["yes"]);
    let cancel = terminal.run(&["cancel", hash(&other)], &["yes"]);
    assert!(
        cancel.stderr.contains("WARNING: It takes the place of"),
        "{cancel:?}"
    );
    let cancel = cancel.done();
    for sent in [&first, &faster, &other, &cancel] {
        assert_eq!(sent["nonce"], "0x0");
    }

    anvil.rpc("evm_mine", &json!([]));
    let mined = terminal.done(&["receipt", hash(&cancel), "--wait"], &[]);
    assert_eq!(mined["receipt"]["status"], "0x1");
    assert_eq!(anvil.balance(RECEIVER), 0);
    let replaced = terminal.run(&["receipt", hash(&first), "--wait"], &[]);
    replaced.failed(1, "NotMined");
    terminal
        .run(&["cancel", hash(&cancel)], &["yes"])
        .failed(1, "NotPending");
}

#[test]
fn a_no_signs_nothing() {
    let (server, anvil, terminal, address) = world(&[]);
    let before = terminal.written();
    let send = [
        "send",
        "--account",
        &address,
        "--to",
        RECEIVER,
        "--value",
        "1eth",
    ];
    for answers in [&["no"][..], &["Yes"], &[""], &[]] {
        let said = terminal.run(&send, answers).failed(4, "UserRejected");
        assert!(said.contains("1000000000000000000 wei"), "{said}");
        assert!(said.contains("0x00000000000000000000000000000000000000ff"));
    }
    assert_eq!(rows(&server, "signatures"), 0);
    assert_eq!(anvil.balance(RECEIVER), 0);
    assert_eq!(terminal.written(), before);
}

#[test]
fn what_the_server_or_the_node_refuses_is_a_refusal() {
    let (server, anvil, terminal, address) = world(&[]);
    let code = server.enrolment_code();
    let other = Terminal::new(&anvil.url());
    other.done(&["enrol"], &[&code]);
    let used = Terminal::new(&anvil.url());
    used.run(&["enrol"], &[&code])
        .failed(4, "InvalidEnrolmentToken");
    assert!(used.written().is_none());
    terminal
        .run(&["enrol"], &[&code])
        .failed(1, "AlreadyEnrolled");
    let send = ["send", "--account", &address, "--to", RECEIVER, "--value"];
    terminal
        .run(&[&send[..], &["100eth"]].concat(), &["yes"])
        .failed(4, "InsufficientFunds");
    let chain = [&send[..], &["1", "--chain", "5"]].concat();
    let said = terminal.run(&chain, &["yes"]).failed(1, "ChainMismatch");
    assert!(!said.contains("MetaMask"), "{said}");
}

#[test]
fn a_kill_at_any_moment_of_an_account_leaves_a_state_that_loads_and_makes_one() {
    let server = Server::start();
    let anvil = Anvil::start(&[]);
    type Moment = fn(&Server, &Terminal, Option<Vec<u8>>);
    let moments: [(&str, Moment); 3] = [
        ("at once", |_, _, _| {}),
        ("when the server has the key", |server, _, _| {
            let before = rows(server, "keys");
            until("a key", || rows(server, "keys") > before);
        }),
        ("when it has the key", |_, terminal, before| {
            until("a state", || terminal.written() != before);
        }),
    ];
    for (when, wait) in moments {
        let terminal = Terminal::new(&anvil.url());
        terminal.done(&["enrol"], &[&server.enrolment_code()]);
        let before = terminal.written();
        let mut creating = terminal.start(&["account", "create"]);
        creating.hear("Type yes to create the account");
        creating.say("yes");
        wait(&server, &terminal, before);
        creating.kill();

        let status = terminal.done(&["status"], &[]);
        assert_eq!(status["enrolled"], true, "{when}");
        let address = terminal.done(&["account", "create"], &["yes"])["address"].clone();
        if status["accounts"][0].is_object() {
            assert_eq!(status["accounts"][0]["address"], address, "{when}");
        }
        let address = address.as_str().unwrap();
        anvil.fund(address);
        let send = ["send", "--account", address, "--to", RECEIVER];
        assert_eq!(terminal.done(&send, &["yes"])["broadcast"], true, "{when}");
        let accounts = terminal.done(&["account", "list"], &[]);
        assert_eq!(accounts.as_array().unwrap().len(), 1, "{when}");
    }
}

#[test]
fn new_shares_and_recovery_words_come_through_the_same_dialogs() {
    let (server, anvil, terminal, address) = world(&[]);
    let of = ["--account", &address];
    let refreshed = terminal.done(&[&["refresh"][..], &of].concat(), &["yes"]);
    assert_eq!(refreshed["epoch"], 1);

    // Words go to no pipe unasked.
    let set = [&["recovery", "set"][..], &of].concat();
    let refused = terminal.run(&set, &["yes"]).failed(1, "HostFailed");
    assert!(refused.contains("--yes-print"), "{refused}");

    let mut setting = terminal.start(&[&set[..], &["--yes-print"]].concat());
    let shown = setting.hear("Type yes when you have written them down");
    let mut words = Vec::new();
    for number in 1..=24 {
        let label = format!("\n  {number}: ");
        let (_, rest) = shown.split_once(&label).unwrap();
        words.push(rest.split_whitespace().next().unwrap().to_owned());
    }
    setting.say("yes");
    let asked = setting.hear("The words, a space between them");
    let (_, asked) = asked.split_once("the words with the numbers ").unwrap();
    let (asked, _) = asked.split_once(", in this order").unwrap();
    let asked = asked
        .split(", ")
        .map(|at| words[at.parse::<usize>().unwrap() - 1].clone());
    setting.say(&asked.collect::<Vec<_>>().join(" "));
    let set: Run = setting.end();
    assert!(set.done()["recovery"]["recoveryPublicKey"].is_string());

    let all = words.join(" ");
    let drill = [&["recovery", "drill"][..], &of].concat();
    assert_eq!(terminal.done(&drill, &[&all])["repaired"], false);
    // On several lines too.
    let (first, second) = (words[..12].join(" "), words[12..].join(" "));
    terminal.done(&drill, &[&first, &second]);

    let new = Terminal::new(&anvil.url());
    new.done(&["enrol"], &[&server.enrolment_code()]);
    let recovered = new.done(&["recover"], &[&all, "yes"]);
    assert_eq!(recovered["accounts"], json!([address]));
    let send = ["send", "--account", &address, "--to", RECEIVER];
    assert_eq!(new.done(&send, &["yes"])["broadcast"], true);
    let lost = terminal.run(&send, &["yes"]);
    lost.failed(4, "ServerLacksKey");
}

#[test]
fn server_and_node_are_reached_over_tls_if_this_machine_trusts_them() {
    let (server, anvil) = (Server::start(), Anvil::start(&[]));
    let code = server.enrolment_code();
    let (_, rest) = code.split_once("ws://").unwrap();
    let (address, path) = rest.split_once('/').unwrap();
    let socket = Tls::before(address);
    let node = Tls::before(&anvil.address);
    let code = format!("wss://localhost:{}/{path}", socket.port);
    let url = format!("https://localhost:{}", node.port);

    // The certificates of this machine, or none at all.
    let suspicious = Terminal::new(&url);
    let said = suspicious
        .run(&["enrol"], &[&code])
        .failed(1, "ServerUnavailable");
    assert!(said.contains("certificate"), "{said}");

    let authority = authority();
    let trusting = Terminal::new(&url).with("SSL_CERT_FILE", authority.to_str().unwrap());
    let account = trusting.with_account(&code);
    anvil.fund(&account);
    let send = ["send", "--account", &account, "--to", RECEIVER];
    assert_eq!(trusting.done(&send, &["yes"])["broadcast"], true);
    let said = suspicious.run(&send, &["yes"]).failed(1, "NodeUnavailable");
    assert!(said.contains("certificate"), "{said}");
}
