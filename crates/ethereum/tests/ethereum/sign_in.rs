//! Sign-In with Ethereum (ERC-4361) inside `personal_sign`. The examples are those of the ERC; the
//! `siwe` crate is the second implementation.

use crate::support::{Signer, message_request, prepare, refusal};
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Value, json};
use tandem_ethereum::{Error, Prepared};

const ACCOUNT: &str = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2";

const EXAMPLE: &str = "example.com wants you to sign in with your Ethereum account:
0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2

I accept the ExampleOrg Terms of Service: https://example.com/tos

URI: https://example.com/login
Version: 1
Chain ID: 1
Nonce: 32891756
Issued At: 2021-09-30T16:25:24Z
Resources:
- ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/
- https://example.com/my-web2-claim.json";

/// Every optional part.
const FULL: &str = "https://example.com:8443 wants you to sign in with your Ethereum account:
0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2

Sign in?

URI: https://example.com:8443/login#here
Version: 1
Chain ID: 137
Nonce: 32891756abc
Issued At: 2021-09-30T16:25:24.123Z
Expiration Time: 2021-09-30T18:25:24+01:00
Not Before: 2021-09-30T16:00:00Z
Request ID: some:id
Resources:
- urn:recap:e30";

fn try_to_sign(message: &str, account: &str) -> Result<Prepared, Error> {
    let data = format!("0x{}", hex::encode(message));
    prepare(&message_request(&data, account))
}

fn summary(message: &str) -> Value {
    let prepared = try_to_sign(message, ACCOUNT).unwrap();
    serde_json::to_value(prepared.summary()).unwrap()
}

fn has_fact(summary: &Value, fact: &str) -> bool {
    summary["facts"].as_array().unwrap().contains(&json!(fact))
}

fn rows(summary: &Value) -> Vec<(&str, &str)> {
    let rows = summary["rows"].as_array().unwrap();
    rows.iter()
        .map(|row| {
            (
                row["label"].as_str().unwrap(),
                row["value"].as_str().unwrap(),
            )
        })
        .collect()
}

#[test]
fn shows_every_part_of_a_sign_in_and_the_message_itself() {
    let summary = summary(FULL);
    assert_eq!(summary["title"], "Sign in to example.com:8443");
    assert_eq!(
        rows(&summary),
        [
            ("Account", ACCOUNT),
            ("Domain", "example.com:8443"),
            ("Scheme", "https"),
            ("Statement", "Sign in?"),
            ("URI", "https://example.com:8443/login#here"),
            ("Network", "Polygon (chain id 137)"),
            ("Nonce", "32891756abc"),
            ("Issued at", "2021-09-30T16:25:24.123Z"),
            ("Expires", "2021-09-30T18:25:24+01:00"),
            ("Not before", "2021-09-30T16:00:00Z"),
            ("Request ID", "some:id"),
            ("Resource 1", "urn:recap:e30"),
            ("Length", &format!("{} bytes", FULL.len())),
            ("Message", &FULL.replace('\n', "\\n")),
            ("Message bytes", &format!("0x{}", hex::encode(FULL))),
        ]
    );
    assert_eq!(summary["warnings"], json!([]));
    assert_eq!(summary["facts"], json!(["signIn"]));
    assert_eq!(
        summary["signIn"],
        json!({
            "domain": "example.com:8443", "address": ACCOUNT, "chainId": "137", "nonce": "32891756abc",
            "issuedAt": 1_633_019_124, "expirationTime": 1_633_022_724, "notBefore": 1_633_017_600,
        })
    );
}

#[test]
fn reads_the_examples_of_the_erc() {
    for message in [
        EXAMPLE.to_owned(),
        EXAMPLE.replacen("example.com", "example.com:3388", 1),
        EXAMPLE.replacen("example.com", "https://example.com", 1),
    ] {
        let summary = summary(&message);
        assert_eq!(summary["facts"], json!(["signIn"]), "{message}");
        assert_eq!(
            summary["signIn"],
            json!({
                "domain": summary["signIn"]["domain"], "address": ACCOUNT, "chainId": "1",
                "nonce": "32891756", "issuedAt": 1_633_019_124,
            })
        );
        assert!(rows(&summary).contains(&("Resource 2", "https://example.com/my-web2-claim.json")));
    }
}

#[test]
fn reads_every_optional_part_left_out_or_empty() {
    let statement = "I accept the ExampleOrg Terms of Service: https://example.com/tos\n";
    let resources = EXAMPLE.find("\nResources:").unwrap();
    for message in [
        EXAMPLE[..resources].to_owned(),
        format!("{}\nResources:", &EXAMPLE[..resources]),
        format!("{}\nRequest ID: ", &EXAMPLE[..resources]),
        EXAMPLE.replace(statement, ""),
        EXAMPLE.replace(statement, "\n"),
        EXAMPLE
            .replacen("example.com", "[::1]:80", 1)
            .replace("https://example.com/login", "http://[::1]"),
    ] {
        assert_eq!(summary(&message)["facts"], json!(["signIn"]), "{message}");
    }
}

#[test]
fn a_sign_in_for_another_account_is_refused() {
    let signer = Signer::example().address().to_string();
    let error = try_to_sign(EXAMPLE, &signer);
    assert!(matches!(error, Err(Error::InvalidMessage(_))));
    let problems = refusal(error);
    assert_eq!(
        problems,
        [(
            "params[0].address".to_owned(),
            format!("signs in {ACCOUNT}, not the signer {signer}")
        )]
    );
}

#[test]
fn a_sign_in_without_the_checksum_of_its_address_is_refused() {
    for address in [
        ACCOUNT.to_lowercase(),
        format!("0x{}", ACCOUNT[2..].to_uppercase()),
        ACCOUNT.replace('c', "C"),
    ] {
        let problems = refusal(try_to_sign(&EXAMPLE.replace(ACCOUNT, &address), ACCOUNT));
        assert_eq!(problems[0].0, "params[0].address");
        assert!(problems[0].1.contains("checksum"), "{problems:?}");
    }
    // How the request itself writes the account does not matter.
    try_to_sign(EXAMPLE, &ACCOUNT.to_lowercase()).unwrap();
}

#[test]
fn what_breaks_the_grammar_is_shown_as_text_with_a_warning() {
    for (part, from, to) in [
        ("first line", "account:\n", "account: \n"),
        ("first line", "wants you", "Wants you"),
        ("first line", "account:\n", "account:\r\n"),
        (
            "scheme",
            "https://example.com:8443 wants",
            "1s://example.com wants",
        ),
        ("domain", "https://example.com:8443 wants", " wants"),
        ("domain", "example.com:8443 wants", "example.com/a wants"),
        ("domain", "example.com:8443 wants", "exa mple.com wants"),
        (
            "domain",
            "example.com:8443 wants",
            "ex\u{430}mple.com wants",
        ),
        ("domain", "example.com:8443 wants", "example.com:port wants"),
        ("address", "0xC02", "0xC2"),
        ("address", "0xC02", "C02"),
        ("empty line after the address", "Cc2\n\n", "Cc2\n"),
        ("empty line after the statement", "in?\n\n", "in?\n"),
        ("statement", "Sign in?", "Sign in\u{fc}"),
        ("statement", "Sign in?", "Sign \"in\""),
        ("URI", "URI: https", "uri: https"),
        ("URI", "URI: https://", "URI: //"),
        ("URI", "/login", "/lo gin"),
        ("version", "Version: 1", "Version: 2"),
        ("version", "Version: 1", "Version: 01"),
        ("chain id", "ID: 137", "ID: 0x89"),
        ("chain id", "ID: 137", "ID: "),
        ("chain id", "ID: 137", "ID: +137"),
        ("chain id", "ID: 137", "ID: 18446744073709551616"),
        ("nonce", "32891756abc", "3289175"),
        ("nonce", "32891756abc", "3289-1756"),
        ("time of issue", "16:25:24.123Z", "16:25:24.123"),
        ("time of issue", "Issued At", "Issued at"),
        ("expiration time", "18:25:24+01:00", "25:25:24+01:00"),
        ("start of validity", "2021-09-30T16:00:00Z", "now"),
        ("request id", "some:id", "some id"),
        ("list of resources", "- urn:recap", "- recap e"),
        ("list of resources", "Resources:", "Resources: "),
        ("end", "- urn", "* urn"),
        ("end", "Not Before: ", "Not before: "),
        ("end", "e30", "e30\n"),
    ] {
        let message = FULL.replace(from, to);
        assert_ne!(message, FULL, "{from}");
        let summary = summary(&message);
        assert_eq!(summary["title"], "Sign a message", "{part}: {message}");
        assert_eq!(summary.get("signIn"), None, "{message}");
        assert!(
            has_fact(&summary, "malformedSignIn") && !has_fact(&summary, "signIn"),
            "{part}: {message}"
        );
        let warnings = summary["warnings"].to_string();
        assert!(
            warnings.contains(&format!("its {part} is not")),
            "{part}: {warnings}"
        );
        assert!(rows(&summary).iter().any(|(label, _)| *label == "Message"));
    }
}

#[test]
fn the_sentence_anywhere_is_enough_to_warn() {
    for message in [
        "Please: example.com wants you to sign in with your Ethereum account",
        "EXAMPLE.COM WANTS YOU TO SIGN IN WITH YOUR ETHEREUM ACCOUNT:",
        &format!("\n{EXAMPLE}"),
    ] {
        assert!(has_fact(&summary(message), "malformedSignIn"), "{message}");
    }
    assert!(!has_fact(
        &summary("sign in with Ethereum"),
        "malformedSignIn"
    ));
}

#[test]
fn the_number_of_resources_and_the_length_of_the_domain_are_limited() {
    let with_resources = |count: usize| format!("{EXAMPLE}{}", "\n- a:b".repeat(count));
    assert!(has_fact(&summary(&with_resources(62)), "signIn"));
    assert!(has_fact(&summary(&with_resources(63)), "malformedSignIn"));
    let with_domain = |length| EXAMPLE.replacen("example.com", &"a".repeat(length), 1);
    assert!(has_fact(&summary(&with_domain(255)), "signIn"));
    assert!(has_fact(&summary(&with_domain(256)), "malformedSignIn"));
}

#[test]
fn what_is_odd_about_where_it_leads_is_a_fact_and_a_warning() {
    for (fact, from, to) in [
        (
            "signInUriMismatch",
            "URI: https://example.com",
            "URI: https://login.example.com",
        ),
        (
            "signInUriMismatch",
            "URI: https://example.com",
            "URI: https://example.com@evil.com",
        ),
        (
            "signInUriMismatch",
            "URI: https://example.com/login",
            "URI: did:key:z6Mk",
        ),
        (
            "signInNotHttps",
            "example.com wants",
            "http://example.com wants",
        ),
        (
            "domainWithUser",
            "example.com wants",
            "bank.com@example.com wants",
        ),
        (
            "internationalDomain",
            "example.com wants",
            "xn--exmple-4nf.com wants",
        ),
        (
            "internationalDomain",
            "example.com wants",
            "a@xn--exmple-4nf.com wants",
        ),
        (
            "internationalDomain",
            "example.com wants",
            "ex%d0%b0mple.com wants",
        ),
    ] {
        let message = EXAMPLE.replacen(from, to, 1);
        assert!(!has_fact(&summary(EXAMPLE), fact));
        let summary = summary(&message);
        assert!(
            has_fact(&summary, fact) && has_fact(&summary, "signIn"),
            "{fact}: {summary}"
        );
        assert!(!summary["warnings"].as_array().unwrap().is_empty());
    }
    let other_case_and_port = EXAMPLE.replacen("example.com wants", "EXAMPLE.com:1 wants", 1);
    assert_eq!(summary(&other_case_and_port)["facts"], json!(["signIn"]));
    // Letters beyond ASCII are not in the grammar, and are named all the same.
    let imitated = summary(&EXAMPLE.replacen("example.com", "ex\u{430}mple.com", 1));
    for fact in ["malformedSignIn", "internationalDomain", "mixedScripts"] {
        assert!(has_fact(&imitated, fact), "{fact}");
    }
}

#[test]
fn text_that_may_deceive_is_a_fact_and_a_warning() {
    for (fact, text) in [
        ("mixedScripts", "Log in to p\u{430}ypal"),
        ("stackedMarks", "Z\u{301}\u{302}\u{303}\u{304}\u{305}algo"),
    ] {
        let summary = summary(text);
        assert_eq!(summary["facts"], json!([fact]));
        assert_eq!(summary["warnings"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn a_caller_with_a_clock_can_judge_validity() {
    let prepared = try_to_sign(FULL, ACCOUNT).unwrap();
    let sign_in = prepared.summary().sign_in.as_ref().unwrap();
    for (time, valid) in [
        (1_633_017_599, false),
        (1_633_017_600, true),
        (1_633_022_723, true),
        (1_633_022_724, false),
    ] {
        assert_eq!(sign_in.is_valid_at(time), valid, "{time}");
    }
    let unlimited = try_to_sign(EXAMPLE, ACCOUNT).unwrap();
    assert!(
        unlimited
            .summary()
            .sign_in
            .as_ref()
            .unwrap()
            .is_valid_at(i64::MAX)
    );
}

/// A message by the grammar, with the parts that may differ.
fn any_sign_in() -> impl Strategy<Value = String> {
    let domain = select(vec![
        "example.com",
        "a.b-c.example:8080",
        "localhost:1",
        "127.0.0.1",
        "[::1]:80",
        "user@example.com",
        "x",
    ]);
    let uri = || {
        select(vec![
            "https://example.com",
            "https://a.b:1/c?d=e#f",
            "urn:a:b",
            "did:key:z6Mk",
            "a://[::1]/%20",
            "ipfs://x/",
            "file:///a",
        ])
    };
    let time = || {
        select(vec![
            "2021-09-30T16:25:24Z",
            "1999-12-31T23:59:59.999999999Z",
            "2024-02-29T00:00:00+14:00",
            "2021-09-30T16:25:24.5-03:30",
        ])
    };
    let statement = option::of("[a-zA-Z0-9 :/?#@!$&'()*+,;=._~-]{1,40}");
    let request_id = option::of("[a-zA-Z0-9:@!$&'()*+,;=._~-]{0,12}");
    let numbers = ("[a-zA-Z0-9]{8,20}", any::<u64>());
    (domain, statement, uri(), numbers, (time(), option::of(time()), option::of(time())), request_id, option::of(vec(uri(), 1..4))).prop_map(
        |(domain, statement, uri, (nonce, chain_id), (issued, expires, from), request_id, resources)| {
            let line = |label: &str, value: Option<&str>| value.map_or_else(String::new, |value| format!("\n{label}: {value}"));
            let statement = statement.map_or_else(String::new, |statement| format!("{statement}\n"));
            let resources = resources.map_or_else(String::new, |resources| format!("\nResources:\n- {}", resources.join("\n- ")));
            format!(
                "{domain} wants you to sign in with your Ethereum account:\n{ACCOUNT}\n\n{statement}\nURI: {uri}\nVersion: 1\nChain ID: {chain_id}\nNonce: {nonce}\nIssued At: {issued}{}{}{}{resources}",
                line("Expiration Time", expires),
                line("Not Before", from),
                line("Request ID", request_id.as_deref()),
            )
        },
    )
}

/// What the `siwe` crate reads, in the form of our summary. It knows no empty statement, which the
/// grammar allows.
fn by_siwe(message: &str) -> Option<Value> {
    let message = message.replacen("\n\n\n\nURI: ", "\n\n\nURI: ", 1);
    let message: siwe::Message = message.parse().ok()?;
    let seconds = |time: &siwe::TimeStamp| time.as_ref().unix_timestamp();
    let mut sign_in = json!({
        "domain": message.domain.as_str(), "address": ACCOUNT, "chainId": message.chain_id.to_string(),
        "nonce": message.nonce, "issuedAt": seconds(&message.issued_at),
    });
    if let Some(time) = &message.expiration_time {
        sign_in["expirationTime"] = json!(seconds(time));
    }
    if let Some(time) = &message.not_before {
        sign_in["notBefore"] = json!(seconds(time));
    }
    (hex::encode(message.address) == ACCOUNT[2..].to_lowercase()).then_some(sign_in)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_implementations_read_the_same_from_good_messages(message in any_sign_in()) {
        let summary = summary(&message);
        prop_assert!(has_fact(&summary, "signIn"), "{message} {}", summary["warnings"]);
        prop_assert_eq!(Some(summary["signIn"].clone()), by_siwe(&message));
    }

    #[test]
    fn what_is_read_from_a_changed_message_siwe_reads_as_well(
        message in any_sign_in(),
        place in any::<prop::sample::Index>(),
        insert in any::<bool>(),
        text in "[ -~\n]{0,2}|[0-9:\n -]{1,3}|\\PC",
    ) {
        let mut characters: Vec<char> = message.chars().collect();
        let at = place.index(characters.len());
        let end = if insert { at } else { at + 1 };
        characters.splice(at..end, text.chars());
        let changed: String = characters.into_iter().collect();
        let Ok(prepared) = try_to_sign(&changed, ACCOUNT) else { return Ok(()) };
        let Some(sign_in) = &prepared.summary().sign_in else { return Ok(()) };
        prop_assert_eq!(Some(serde_json::to_value(sign_in).unwrap()), by_siwe(&changed), "{}", changed);
    }
}
