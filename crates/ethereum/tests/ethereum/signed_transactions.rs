//! The reader of signed transactions: what it reads it writes again, and nothing else is read.

use std::sync::LazyLock;

use crate::support::{
    Signer, bytes, fee_market, legacy, prepare_transaction, sets_code, with_access_list, with_blobs,
};
use alloy_consensus::TxEnvelope;
use alloy_eips::eip2718::Decodable2718;
use proptest::prelude::*;
use serde_json::Value;
use tandem_ethereum::{DecodeError, RlpError, SignedTransaction};

fn raw(transaction: Value) -> Vec<u8> {
    let prepared = prepare_transaction(transaction).unwrap();
    bytes(&Signer::example().finish(&prepared).result["raw"])
}

fn one_of_each() -> [Vec<u8>; 5] {
    static RAW: LazyLock<[Vec<u8>; 5]> = LazyLock::new(|| {
        [
            legacy(),
            with_access_list(),
            fee_market(),
            with_blobs(),
            sets_code(),
        ]
        .map(raw)
    });
    RAW.clone()
}

#[test]
fn every_type_is_read_and_written_again() {
    for raw in one_of_each() {
        let read = SignedTransaction::from_raw(&raw).unwrap();
        assert_eq!(read.raw(), raw);
        assert_eq!(read.signer(), Some(Signer::example().address()));
    }
}

#[test]
fn a_type_that_is_not_known_is_refused() {
    let [_, typed, ..] = one_of_each();
    for first in [0x00, 0x05, 0x7f, 0x80, 0xbf] {
        let mut raw = typed.clone();
        raw[0] = first;
        assert_eq!(
            SignedTransaction::from_raw(&raw).unwrap_err(),
            DecodeError::UnknownType
        );
    }
    assert_eq!(
        SignedTransaction::from_raw(&[]).unwrap_err(),
        DecodeError::UnknownType
    );
}

#[test]
fn what_is_cut_off_or_left_over_is_refused() {
    for raw in one_of_each() {
        for length in 1..raw.len() {
            assert!(SignedTransaction::from_raw(&raw[..length]).is_err());
        }
        let longer = [raw.as_slice(), &[0]].concat();
        assert_eq!(
            SignedTransaction::from_raw(&longer).unwrap_err(),
            DecodeError::Rlp(RlpError::LeftOver)
        );
    }
}

#[test]
fn a_list_with_one_item_too_many_or_too_few_is_refused() {
    for raw in one_of_each() {
        let (kind, list) = match raw[0] {
            0xc0..=0xff => (None, raw.as_slice()),
            kind => (Some(kind), &raw[1..]),
        };
        let items: Vec<Vec<u8>> = rlp::Rlp::new(list)
            .iter()
            .map(|item| item.as_raw().to_vec())
            .collect();
        let rebuild = |items: &[Vec<u8>]| {
            let mut stream = rlp::RlpStream::new_list(items.len());
            for item in items {
                stream.append_raw(item, 1);
            }
            let list = stream.out().to_vec();
            match kind {
                None => list,
                Some(kind) => [vec![kind], list].concat(),
            }
        };
        assert_eq!(rebuild(&items), raw);
        let more = [items.clone(), vec![vec![0x80]]].concat();
        assert_eq!(
            SignedTransaction::from_raw(&rebuild(&more)).unwrap_err(),
            DecodeError::Rlp(RlpError::LeftOver)
        );
        assert_eq!(
            SignedTransaction::from_raw(&rebuild(&items[..items.len() - 1])).unwrap_err(),
            DecodeError::Rlp(RlpError::Truncated)
        );
    }
}

#[test]
fn a_legacy_transaction_without_replay_protection_is_refused() {
    // The example of EIP-155, signed for every chain where v is 27 or 28.
    let read = |v: u8| {
        let mut stream = rlp::RlpStream::new_list(9);
        stream
            .append(&9_u8)
            .append(&20_000_000_000_u64)
            .append(&21_000_u64)
            .append(&vec![0x35; 20])
            .append(&1_u8)
            .append_empty_data()
            .append(&v)
            .append(&1_u8)
            .append(&1_u8);
        SignedTransaction::from_raw(&stream.out())
    };
    for v in [0, 27, 28, 34] {
        assert_eq!(read(v).unwrap_err(), DecodeError::Parity);
    }
    assert!(read(35).is_ok());
}

#[test]
fn a_high_s_is_refused() {
    let raw = raw(fee_market());
    let s_at = raw.len() - 32;
    let s = alloy_primitives::U256::from_be_slice(&raw[s_at..]);
    let order = alloy_primitives::U256::from_str_radix(
        "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
        16,
    )
    .unwrap();
    let high = [&raw[..s_at], &(order - s).to_be_bytes::<32>()].concat();
    assert_eq!(
        SignedTransaction::from_raw(&high).unwrap_err(),
        DecodeError::Signature
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is accepted is canonical, and alloy reads the same.
    #[test]
    fn a_changed_byte_is_refused_or_read_as_alloy_reads_it(which in 0..5_usize, at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let mut raw = one_of_each()[which].clone();
        let at = at.index(raw.len());
        raw[at] = to;
        if let Ok(read) = SignedTransaction::from_raw(&raw) {
            prop_assert_eq!(read.raw(), raw.clone());
            let alloy = TxEnvelope::decode_2718_exact(&raw)
                .map_err(|error| TestCaseError::fail(error.to_string()))?;
            let signer = alloy_consensus::transaction::SignerRecoverable::recover_signer(&alloy);
            prop_assert_eq!(read.signer().map(|signer| *signer.as_bytes()), signer.ok().map(|signer| signer.0.0));
        }
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = SignedTransaction::from_raw(&bytes);
    }
}
