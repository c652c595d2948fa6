//! The domain, and the chain in it.

use super::{V4, assert_refused, codes, good, request, set, without};
use crate::support::{Signer, prepare, with};
use serde_json::{Value, json};
use tandem_ethereum::Request;

#[test]
fn the_domain_has_fields_of_eip_712_only_and_all_that_its_type_lists() {
    assert_refused(
        V4,
        &good(),
        &[
            (
                "/domain/version",
                json!("1"),
                ".domain.version",
                "extraDomainKey",
            ),
            (
                "/domain/constructor",
                json!("1"),
                ".domain.constructor",
                "extraDomainKey",
            ),
            (
                "/domain/chainId",
                json!(null),
                ".domain.chainId",
                "nullValue",
            ),
            (
                "/domain/chainId",
                json!("one"),
                ".domain.chainId",
                "nonCanonicalInt",
            ),
            (
                "/domain/verifyingContract",
                json!(""),
                ".domain.verifyingContract",
                "malformedAddress",
            ),
            (
                "/domain/verifyingContract",
                json!("cosmos"),
                ".domain.verifyingContract",
                "malformedAddress",
            ),
        ],
    );
    for (field, type_name) in [
        ("extra", "string"),
        ("chainId", "uint64"),
        ("salt", "string"),
        ("salt", "bytes32[]"),
        ("salt", "Part"),
    ] {
        let data = json!([{ "name": field, "type": type_name }]);
        let found = codes(&request(V4, set(good(), "/types/EIP712Domain", data)));
        let expected = (
            "params[1].types.EIP712Domain[0]".to_owned(),
            "unknownDomainField".to_owned(),
        );
        assert_eq!(found[0], expected);
    }
    for pointer in ["/domain/name", "/domain/chainId"] {
        let found = codes(&request(V4, without(good(), pointer)));
        assert_eq!(found[0].1, "missingValue");
    }
    let untyped = codes(&request(V4, without(good(), "/types/EIP712Domain")));
    assert_eq!(untyped.len(), 3);
    assert!(untyped.iter().all(|(_, code)| code == "extraDomainKey"));
}

/// The relaxed rule of `compatibility.rs`, for the reason given there: the order of the type counts.
#[test]
fn domain_fields_may_come_in_any_order() {
    let digest = |order: [usize; 3]| {
        let mut data = good();
        let fields = data["types"]["EIP712Domain"].clone();
        data["types"]["EIP712Domain"] = order.iter().map(|at| fields[*at].clone()).collect();
        prepare(&request(V4, data)).unwrap().digest()
    };
    assert_ne!(digest([0, 1, 2]), digest([2, 1, 0]));
}

#[test]
fn a_domain_without_fields_needs_no_type() {
    let bare = |types: Value| json!({ "types": types, "primaryType": "A", "domain": {}, "message": { "a": true } });
    let field = json!([{ "name": "a", "type": "bool" }]);
    let absent = bare(json!({ "A": field }));
    let empty = bare(json!({ "A": field, "EIP712Domain": [] }));
    let digest = |data| prepare(&request(V4, data)).unwrap().digest();
    assert_eq!(digest(absent), digest(empty));
}

#[test]
fn the_primary_type_may_be_the_domain_with_nothing_behind_it() {
    let domain_only = with(
        good(),
        json!({ "primaryType": "EIP712Domain", "message": {} }),
    );
    let prepared = prepare(&request(V4, domain_only.clone())).unwrap();
    let whole = prepare(&request(V4, good())).unwrap();
    assert_eq!(prepared.payload().len(), 34);
    assert_eq!(prepared.payload(), &whole.payload()[..34]);
    let hidden = with(domain_only, json!({ "message": { "x": 1 } }));
    let expected = (
        "params[1].message.x".to_owned(),
        "extraMessageKey".to_owned(),
    );
    assert_eq!(codes(&request(V4, hidden)), [expected]);
}

#[test]
fn the_chain_of_the_domain_is_that_of_the_scope_in_any_form() {
    let scoped = |chain_id: Value, scope: &str| {
        let data = set(good(), "/domain/chainId", chain_id);
        with(request(V4, data), json!({ "scope": scope }))
    };
    let max = format!("0x{}", "f".repeat(64));
    let max_decimal =
        "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    for (chain_id, scope) in [
        (json!(1), "eip155:1"),
        (json!("1"), "eip155:1"),
        (json!("0x1"), "eip155:0x1"),
        (json!("0x1"), "eip155:1"),
        (json!(1), "eip155:0x01"),
        (json!(1), ""),
        (json!(max), &format!("eip155:{max}")),
        (json!(max), &format!("eip155:{max_decimal}")),
    ] {
        prepare(&scoped(chain_id, scope)).unwrap();
    }
    for (chain_id, scope) in [
        (json!(1), "eip155:2"),
        (json!(max), "eip155:1"),
        (json!("0x1"), "eip155:0x2"),
    ] {
        let expected = (
            "params[1].domain.chainId".to_owned(),
            "chainMismatch".to_owned(),
        );
        assert_eq!(codes(&scoped(chain_id, scope)), [expected]);
    }
    for scope in [
        "eip155:",
        "eip155:01",
        "eip155:-1",
        "eip155:0X1",
        "eip155:one",
        "1",
        "EIP155:1",
        "eip155:0x",
    ] {
        let expected = ("scope".to_owned(), "malformedScope".to_owned());
        assert_eq!(codes(&scoped(json!(1), scope)), [expected], "{scope}");
    }
    // Only typed data has such scopes.
    let message = json!({ "method": "personal_sign", "params": ["0x00", Signer::example().address()], "scope": "eip155:0x1" });
    assert!(Request::from_json(&message.to_string()).is_err());
    let huge = with(message, json!({ "scope": "eip155:18446744073709551616" }));
    assert!(Request::from_json(&huge.to_string()).is_err());
}
