//! What [`Prepared::finish`] releases, and what it refuses.

use crate::support::{
    Signer, bytes, fee_market, legacy, message_request, prepare, prepare_transaction, refusal,
    transaction_request, with,
};
use serde_json::json;
use tandem_ethereum::{Error, Prepared, Request, Signature, U256, recover};

/// The order of secp256k1.
const N: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
    0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
];

fn minus(a: [u8; 32], b: [u8; 32]) -> [u8; 32] {
    let mut borrow = 0;
    let mut difference = [0; 32];
    for position in (0..32).rev() {
        let digit = i16::from(a[position]) - i16::from(b[position]) - borrow;
        borrow = i16::from(digit < 0);
        difference[position] = u8::try_from(digit + 256 * borrow).unwrap();
    }
    difference
}

/// The other signature of the same account over the same digest.
fn high_twin(signature: &Signature) -> Signature {
    Signature {
        s: minus(N, signature.s),
        y_parity: !signature.y_parity,
        ..*signature
    }
}

fn is_refused(prepared: &Prepared, signature: &Signature) -> bool {
    matches!(
        prepared.finish(signature, &Signer::example().address()),
        Err(Error::InvalidSignature { .. })
    )
}

fn prepared() -> [Prepared; 3] {
    let address = Signer::example().address().to_lower_hex();
    [
        prepare_transaction(legacy()).unwrap(),
        prepare_transaction(fee_market()).unwrap(),
        prepare(&message_request("0x68656c6c6f", &address)).unwrap(),
    ]
}

#[test]
fn brings_a_high_s_down_and_flips_the_parity_with_it() {
    let signer = Signer::example();
    for prepared in prepared() {
        let low = signer.sign(&prepared.digest());
        let high = high_twin(&low);
        assert!(high.s > low.s);
        let from_low = prepared.finish(&low, &signer.address()).unwrap();
        let from_high = prepared.finish(&high, &signer.address()).unwrap();
        assert_eq!(from_low, from_high);
        assert_eq!(recover(&prepared.digest(), &high), Some(signer.address()));
    }
}

#[test]
fn refuses_a_flipped_parity() {
    for prepared in prepared() {
        let signature = Signer::example().sign(&prepared.digest());
        assert!(is_refused(
            &prepared,
            &Signature {
                y_parity: !signature.y_parity,
                ..signature
            }
        ));
    }
}

#[test]
fn refuses_r_and_s_that_are_zero_or_not_below_the_order() {
    let mut above = N;
    above[31] += 1;
    for prepared in prepared() {
        let good = Signer::example().sign(&prepared.digest());
        for bad in [[0; 32], N, above, [0xff; 32]] {
            assert!(is_refused(&prepared, &Signature { r: bad, ..good }));
            assert!(is_refused(&prepared, &Signature { s: bad, ..good }));
            assert_eq!(
                recover(&prepared.digest(), &Signature { r: bad, ..good }),
                None
            );
        }
    }
}

#[test]
fn refuses_the_signature_of_another_account() {
    let other = Signer::new(&[7; 32]);
    for prepared in prepared() {
        assert!(is_refused(&prepared, &other.sign(&prepared.digest())));
    }
}

#[test]
fn refuses_to_finish_for_an_account_that_the_request_does_not_name() {
    let other = Signer::new(&[7; 32]);
    for prepared in prepared() {
        let result = prepared.finish(&other.sign(&prepared.digest()), &other.address());
        assert!(matches!(result, Err(Error::InvalidSignature { .. })));
    }
}

#[test]
fn refuses_the_signature_of_another_request() {
    let other = prepare_transaction(with(legacy(), json!({ "nonce": "0xa" }))).unwrap();
    for prepared in prepared() {
        assert!(is_refused(
            &prepared,
            &Signer::example().sign(&other.digest())
        ));
    }
}

#[test]
fn refuses_every_signature_with_one_bit_changed() {
    let prepared = prepare_transaction(fee_market()).unwrap();
    let good = Signer::example().sign(&prepared.digest());
    for bit in 0..256 {
        let (mut r, mut s) = (good.r, good.s);
        r[bit / 8] ^= 1 << (bit % 8);
        s[bit / 8] ^= 1 << (bit % 8);
        assert!(
            is_refused(&prepared, &Signature { r, ..good }),
            "bit {bit} of r"
        );
        assert!(
            is_refused(&prepared, &Signature { s, ..good }),
            "bit {bit} of s"
        );
    }
}

#[test]
fn legacy_v_is_exact_on_chain_ids_beyond_what_javascript_counts() {
    for chain_id in [
        1_u64,
        5,
        137,
        31_337,
        (1 << 53) - 1,
        (1 << 53) + 1,
        (u64::MAX - 36) / 2,
    ] {
        let transaction = with(legacy(), json!({ "chainId": format!("{chain_id:#x}") }));
        let prepared = prepare_transaction(transaction).unwrap();
        let signature = Signer::example().sign(&prepared.digest());
        let result = Signer::example().finish(&prepared).result;
        let expected = 35 + 2 * u128::from(chain_id) + u128::from(signature.y_parity);
        assert_eq!(result["v"], format!("{expected:#x}"));
    }
}

#[test]
fn typed_v_is_the_parity() {
    let mut seen = [false; 2];
    for nonce in 0..32 {
        let prepared = prepare_transaction(with(fee_market(), json!({ "nonce": nonce }))).unwrap();
        let parity = Signer::example().sign(&prepared.digest()).y_parity;
        assert_eq!(
            Signer::example().finish(&prepared).result["v"],
            if parity { "0x1" } else { "0x0" }
        );
        seen[usize::from(parity)] = true;
    }
    assert_eq!(seen, [true; 2]);
}

/// In JSON all 32 bytes, in RLP the shortest form: the same number both times.
#[test]
fn keeps_leading_zeros_of_r_and_s_in_json_and_drops_them_in_rlp() {
    let signer = Signer::example();
    let short = (0..2_000)
        .map(|nonce| prepare_transaction(with(fee_market(), json!({ "nonce": nonce }))).unwrap())
        .find(|prepared| signer.sign(&prepared.digest()).r[0] == 0)
        .expect("one of 256 has a short r");
    let result = signer.finish(&short).result;
    let r = bytes(&result["r"]);
    assert_eq!((r.len(), r[0]), (32, 0));
    let minimal = U256::from_be_bytes(r.try_into().unwrap());
    let mut in_rlp = vec![0x9f];
    in_rlp.extend_from_slice(minimal.minimal_be());
    let raw = bytes(&result["raw"]);
    assert!(
        raw.windows(32).any(|window| window == in_rlp),
        "31 bytes with their own prefix"
    );
}

#[test]
fn reads_a_signature_beside_the_request() {
    let request = transaction_request(legacy());
    let prepared = prepare(&request).unwrap();
    let signed = Signer::example().sign(&prepared.digest());
    for (y_parity, written) in [
        (false, json!(0)),
        (false, json!("0x0")),
        (true, json!(1)),
        (true, json!("0x1")),
    ] {
        let text = with(
            request.clone(),
            json!({ "signature": {
                "r": format!("0x{}", hex::encode(signed.r)),
                "s": format!("0x{}", hex::encode(signed.s)),
                "yParity": written,
            }}),
        )
        .to_string();
        let (request, read) = Request::from_signed_json(&text).unwrap();
        assert_eq!(read, Signature { y_parity, ..signed });
        assert_eq!(request.prepare().unwrap().digest(), prepared.digest());
    }
}

#[test]
fn names_every_problem_of_a_malformed_signature() {
    let read = |signature| refusal(Signature::from_value(&signature));
    let fields = |signature| {
        read(signature)
            .into_iter()
            .map(|(field, _)| field)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        fields(json!({})),
        ["signature.r", "signature.s", "signature.yParity"]
    );
    assert_eq!(
        fields(json!({ "r": "1", "s": format!("0x1{}", "0".repeat(64)), "yParity": 27, "v": 27 })),
        [
            "signature.v",
            "signature.r",
            "signature.s",
            "signature.yParity"
        ]
    );
    // A key too many is refused also where the three others are good.
    assert_eq!(
        fields(json!({ "r": "0x1", "s": "0x1", "yParity": 0, "v": 27 })),
        ["signature.v"]
    );
    assert_eq!(fields(json!("0x00")), ["signature"]);
    assert!(matches!(
        Request::from_signed_json(&transaction_request(legacy()).to_string()),
        Err(Error::InvalidRequest(_))
    ));
}
