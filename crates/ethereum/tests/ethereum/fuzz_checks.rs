//! What must hold for any bytes at all. The fuzz targets in `fuzz/` call these functions with bytes
//! that libFuzzer makes; `fuzz_corpus.rs` calls them with the bytes that are kept.

#![allow(dead_code, reason = "each fuzz target uses one of these")]

use tandem_ethereum::{Prepared, Request, SignedTransaction, keccak256};

/// The bytes are a request.
pub fn request(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else {
        return;
    };
    check(text);
    // The same with a signature: refused, or an answer; never a panic.
    if let Ok((request, signature)) = Request::from_signed_json(text)
        && let Ok(prepared) = request.prepare()
        && let Some(account) = prepared.account()
    {
        let _ = prepared.finish(&signature, account);
    }
}

/// The bytes are typed data, put into a request of each version.
pub fn typed_data(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else {
        return;
    };
    for version in ["v1", "v3", "v4"] {
        check(&format!(
            r#"{{"method":"eth_signTypedData_{version}","params":["0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f",{text}]}}"#
        ));
    }
}

/// The bytes are a signed transaction.
pub fn signed_transaction(bytes: &[u8]) {
    if let Ok(read) = SignedTransaction::from_raw(bytes) {
        // One transaction, one encoding.
        assert_eq!(read.raw(), bytes);
        let _ = read.signer();
    }
}

fn check(text: &str) {
    let Ok(request) = Request::from_json(text) else {
        return;
    };
    let sent = Request::from_json(&request.to_json()).expect("what we wrote");
    match request.prepare() {
        Ok(prepared) => {
            assert_sound(&prepared);
            // What is sent to the other side is read the same there. (A number with a fraction or
            // an exponent may be rounded on the way, and is refused on both sides.)
            assert_eq!(sent, request);
            let again = sent.prepare().expect("the same request");
            assert_eq!(again.digest(), prepared.digest());
            assert_eq!(again.summary(), prepared.summary());
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert!(
                error.problems().iter().all(|problem| {
                    !problem.field.is_empty()
                        && is_safe_to_show(&problem.field)
                        && is_safe_to_show(&problem.reason)
                }),
                "{error}"
            );
        }
    }
}

fn assert_sound(prepared: &Prepared) {
    assert_eq!(keccak256(prepared.payload()), prepared.digest());
    let summary = prepared.summary();
    let texts = summary
        .rows
        .iter()
        .flat_map(|row| [&row.label, &row.value])
        .chain(&summary.warnings)
        .chain([&summary.title]);
    for text in texts {
        assert!(is_safe_to_show(text), "{text:?}");
    }
    serde_json::to_value(summary).expect("a summary is JSON");
}

/// No control characters and none that turn the direction of what follows.
fn is_safe_to_show(text: &str) -> bool {
    !text.chars().any(|character| {
        character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}')
    })
}
