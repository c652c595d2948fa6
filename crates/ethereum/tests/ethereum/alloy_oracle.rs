//! alloy, another implementation, judges every digest, raw transaction, hash and signer.

use crate::support::{Signer, authority, bytes, message_request, prepare, transaction_request};
use alloy_consensus::{
    SignableTransaction, Transaction as _, TxEip1559, TxEip2930, TxEip4844, TxEip7702, TxEnvelope,
    TxLegacy, transaction::SignerRecoverable,
};
use alloy_eips::{
    eip2718::Decodable2718,
    eip2930::{AccessList, AccessListItem},
    eip7702::Authorization,
};
use alloy_primitives::{
    Address as AlloyAddress, B256, TxKind, U256, eip191_hash_message, keccak256,
};
use proptest::{collection::vec, option, prelude::*};
use serde_json::{Value, json};
use tandem_ethereum::SignedTransaction;

/// The fields that both types have. Chain ids are off the certain ones, so that the gas rules,
/// which have tests of their own, do not refuse random values.
#[derive(Clone, Debug)]
struct Common {
    chain_id: u64,
    nonce: u64,
    gas_limit: u64,
    to: Option<[u8; 20]>,
    value: [u8; 32],
    data: Vec<u8>,
    key: [u8; 32],
}

impl Common {
    fn kind(&self) -> TxKind {
        self.to.map_or(TxKind::Create, |to| TxKind::Call(to.into()))
    }

    fn json(&self) -> Value {
        let mut fields = json!({
            "chainId": format!("{:#x}", self.chain_id),
            "nonce": format!("{:#x}", self.nonce),
            "gasLimit": format!("{:#x}", self.gas_limit),
            "value": format!("{:#x}", U256::from_be_bytes(self.value)),
            "data": format!("0x{}", hex::encode(&self.data)),
        });
        if let Some(to) = self.to {
            fields["to"] = json!(format!("0x{}", hex::encode(to)));
        }
        fields
    }
}

/// Small, large and limit values, because encodings change with length.
fn number(max: u64) -> impl Strategy<Value = u64> {
    prop_oneof![
        0..=300_u64,
        any::<u64>().prop_map(move |value| value % max),
        Just(max)
    ]
}

fn fee() -> impl Strategy<Value = u128> {
    prop_oneof![
        0..=300_u128,
        any::<u128>(),
        any::<u64>().prop_map(u128::from),
        Just(u128::MAX)
    ]
}

fn value() -> impl Strategy<Value = [u8; 32]> {
    prop_oneof![
        any::<[u8; 32]>(),
        any::<u128>().prop_map(|value| U256::from(value).to_be_bytes()),
        Just([0; 32]),
        Just([0xff; 32]),
    ]
}

fn common(max_chain_id: u64) -> impl Strategy<Value = Common> {
    let chain_id = number(max_chain_id).prop_filter("not a chain with certain gas rules", |id| {
        ![0, 1, 17_000, 560_048, 11_155_111].contains(id)
    });
    let data = prop_oneof![vec(any::<u8>(), 0..70), vec(any::<u8>(), 200..300)];
    let key = any::<[u8; 32]>().prop_map(|mut key| {
        key[0] = 0x7f;
        key
    });
    (
        chain_id,
        number(u64::MAX - 1),
        number(u64::MAX),
        option::weighted(0.8, any::<[u8; 20]>()),
        value(),
        data,
        key,
    )
        .prop_map(|(chain_id, nonce, gas_limit, to, value, mut data, key)| {
            if to.is_none() && data.is_empty() {
                data.push(0x60);
            }
            Common {
                chain_id,
                nonce,
                gas_limit,
                to,
                value,
                data,
                key,
            }
        })
}

fn list_json(list: &Announced) -> Value {
    list.iter()
        .map(|(address, keys)| {
            json!({
                "address": format!("0x{}", hex::encode(address)),
                "storageKeys": keys.iter().map(|key| format!("0x{}", hex::encode(key))).collect::<Vec<_>>(),
            })
        })
        .collect()
}

fn list_alloy(list: &Announced) -> AccessList {
    AccessList(
        list.iter()
            .map(|(address, keys)| AccessListItem {
                address: address.into(),
                storage_keys: keys.iter().map(B256::from).collect(),
            })
            .collect(),
    )
}

/// The fees of a fee market transaction, the larger one first.
fn fees() -> impl Strategy<Value = (u128, u128)> {
    (fee(), fee()).prop_map(|(first, second)| (first.max(second), first.min(second)))
}

fn fee_market_json(common: &Common, number: u8, fees: (u128, u128), list: &Announced) -> Value {
    let mut transaction = common.json();
    transaction["type"] = json!(number);
    transaction["maxFeePerGas"] = json!(format!("{:#x}", fees.0));
    transaction["maxPriorityFeePerGas"] = json!(format!("{:#x}", fees.1));
    transaction["accessList"] = list_json(list);
    transaction
}

/// Addresses with storage keys.
type Announced = Vec<([u8; 20], Vec<[u8; 32]>)>;

fn access_list() -> impl Strategy<Value = Announced> {
    vec((any::<[u8; 20]>(), vec(any::<[u8; 32]>(), 0..4)), 0..4)
}

/// alloy must agree on the bytes to sign, their hash, the signed bytes, their hash, and the signer.
fn assert_alloy_agrees(
    request: &Value,
    key: &[u8; 32],
    expected: &(impl SignableTransaction<alloy_primitives::Signature> + Clone),
) -> Result<TxEnvelope, TestCaseError> {
    let prepared = prepare(request).map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(prepared.payload(), expected.encoded_for_signing());
    prop_assert_eq!(prepared.digest(), expected.signature_hash().0);

    let signer = Signer::new(key);
    let result = signer.finish(&prepared).result;
    let raw = bytes(&result["raw"]);
    // Strict: alloy refuses RLP that is not canonical, and bytes that are left over.
    let decoded = TxEnvelope::decode_2718_exact(&raw)
        .map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(
        decoded.recover_signer().unwrap(),
        AlloyAddress::from(*signer.address().as_bytes())
    );
    prop_assert_eq!(bytes(&result["hash"]), keccak256(&raw).to_vec());
    prop_assert_eq!(bytes(&result["hash"]), decoded.tx_hash().to_vec());
    prop_assert_eq!(
        bytes(&result["r"]),
        decoded.signature().r().to_be_bytes_vec()
    );
    prop_assert_eq!(
        bytes(&result["s"]),
        decoded.signature().s().to_be_bytes_vec()
    );
    prop_assert_eq!(decoded.signature().normalize_s(), None);

    // Our own reader, which every signed transaction passes, agrees with both.
    let read = SignedTransaction::from_raw(&raw)
        .map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(read.raw(), raw);
    prop_assert_eq!(read.signer(), Some(signer.address()));
    Ok(decoded)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn alloy_agrees_on_legacy_transactions(common in common((u64::MAX - 36) / 2), gas_price in fee()) {
        let mut transaction = common.json();
        transaction["type"] = json!("0x0");
        transaction["gasPrice"] = json!(format!("{gas_price:#x}"));
        let expected = TxLegacy {
            chain_id: Some(common.chain_id),
            nonce: common.nonce,
            gas_price,
            gas_limit: common.gas_limit,
            to: common.kind(),
            value: U256::from_be_bytes(common.value),
            input: common.data.clone().into(),
        };
        let decoded = assert_alloy_agrees(&transaction_request(transaction), &common.key, &expected)?;
        prop_assert_eq!(decoded.as_legacy().unwrap().tx(), &expected);
        prop_assert_eq!(decoded.chain_id(), Some(common.chain_id));
    }

    #[test]
    fn alloy_agrees_on_access_list_transactions(common in common(u64::MAX), gas_price in fee(), list in access_list()) {
        let mut transaction = common.json();
        transaction["type"] = json!("0x1");
        transaction["gasPrice"] = json!(format!("{gas_price:#x}"));
        transaction["accessList"] = list_json(&list);
        let expected = TxEip2930 {
            chain_id: common.chain_id,
            nonce: common.nonce,
            gas_price,
            gas_limit: common.gas_limit,
            to: common.kind(),
            value: U256::from_be_bytes(common.value),
            access_list: list_alloy(&list),
            input: common.data.clone().into(),
        };
        let decoded = assert_alloy_agrees(&transaction_request(transaction), &common.key, &expected)?;
        prop_assert_eq!(decoded.as_eip2930().unwrap().tx(), &expected);
    }

    #[test]
    fn alloy_agrees_on_fee_market_transactions(common in common(u64::MAX), fees in fees(), list in access_list()) {
        let transaction = fee_market_json(&common, 2, fees, &list);
        let expected = TxEip1559 {
            chain_id: common.chain_id,
            nonce: common.nonce,
            gas_limit: common.gas_limit,
            max_fee_per_gas: fees.0,
            max_priority_fee_per_gas: fees.1,
            to: common.kind(),
            value: U256::from_be_bytes(common.value),
            access_list: list_alloy(&list),
            input: common.data.clone().into(),
        };
        let decoded = assert_alloy_agrees(&transaction_request(transaction), &common.key, &expected)?;
        prop_assert_eq!(decoded.as_eip1559().unwrap().tx(), &expected);
    }

    #[test]
    fn alloy_agrees_on_blob_transactions(
        common in common(u64::MAX),
        fees in fees(),
        blob_fee in fee(),
        list in access_list(),
        hashes in vec(any::<[u8; 32]>(), 1..8),
        to in any::<[u8; 20]>(),
    ) {
        let common = Common { to: Some(to), ..common };
        let hashes: Vec<B256> = hashes.into_iter().map(|mut hash| { hash[0] = 1; hash.into() }).collect();
        let mut transaction = fee_market_json(&common, 3, fees, &list);
        transaction["maxFeePerBlobGas"] = json!(format!("{blob_fee:#x}"));
        transaction["blobVersionedHashes"] = hashes.iter().map(|hash| json!(format!("{hash:?}"))).collect();
        let expected = TxEip4844 {
            chain_id: common.chain_id,
            nonce: common.nonce,
            gas_limit: common.gas_limit,
            max_fee_per_gas: fees.0,
            max_priority_fee_per_gas: fees.1,
            to: to.into(),
            value: U256::from_be_bytes(common.value),
            access_list: list_alloy(&list),
            blob_versioned_hashes: hashes,
            max_fee_per_blob_gas: blob_fee,
            input: common.data.clone().into(),
        };
        let decoded = assert_alloy_agrees(&transaction_request(transaction), &common.key, &expected)?;
        prop_assert_eq!(decoded.as_eip4844().unwrap().tx().tx(), &expected);
    }

    #[test]
    fn alloy_agrees_on_set_code_transactions(
        common in common(u64::MAX),
        fees in fees(),
        list in access_list(),
        delegations in vec((any::<bool>(), any::<[u8; 20]>(), number(u64::MAX - 1)), 1..4),
        to in any::<[u8; 20]>(),
    ) {
        let common = Common { to: Some(to), ..common };
        let authority = authority();
        let authorizations: Vec<_> = delegations
            .into_iter()
            .map(|(everywhere, address, nonce)| {
                let authorization = Authorization {
                    chain_id: U256::from(if everywhere { 0 } else { common.chain_id }),
                    address: address.into(),
                    nonce,
                };
                let signature = authority.sign(&authorization.signature_hash().0);
                authorization.into_signed(alloy_primitives::Signature::new(
                    U256::from_be_bytes(signature.r),
                    U256::from_be_bytes(signature.s),
                    signature.y_parity,
                ))
            })
            .collect();
        let mut transaction = fee_market_json(&common, 4, fees, &list);
        transaction["authorizationList"] = authorizations
            .iter()
            .map(|signed| json!({
                "chainId": format!("{:#x}", signed.chain_id()), "address": format!("{:?}", signed.address()),
                "nonce": format!("{:#x}", signed.nonce()), "yParity": format!("{:#x}", signed.y_parity()),
                "r": format!("{:#x}", signed.r()), "s": format!("{:#x}", signed.s()),
            }))
            .collect();
        let expected = TxEip7702 {
            chain_id: common.chain_id,
            nonce: common.nonce,
            gas_limit: common.gas_limit,
            max_fee_per_gas: fees.0,
            max_priority_fee_per_gas: fees.1,
            to: to.into(),
            value: U256::from_be_bytes(common.value),
            access_list: list_alloy(&list),
            authorization_list: authorizations,
            input: common.data.clone().into(),
        };
        let decoded = assert_alloy_agrees(&transaction_request(transaction), &common.key, &expected)?;
        prop_assert_eq!(decoded.as_eip7702().unwrap().tx(), &expected);
    }

    #[test]
    fn alloy_agrees_on_authorisations(chain_id in number(u64::MAX), address in any::<[u8; 20]>(), nonce in number(u64::MAX - 1)) {
        let request = json!({
            "method": "eth_signEip7702Authorization",
            "params": [[format!("{chain_id:#x}"), format!("0x{}", hex::encode(address)), format!("{nonce:#x}")]],
        });
        let expected = Authorization { chain_id: U256::from(chain_id), address: address.into(), nonce };
        let prepared = prepare(&request).unwrap();
        prop_assert_eq!(prepared.digest(), expected.signature_hash().0);
        let signed = bytes(&authority().finish(&prepared).result);
        let signature = alloy_primitives::Signature::try_from(signed.as_slice()).unwrap();
        let recovered = expected.into_signed(signature).recover_authority().unwrap();
        prop_assert_eq!(recovered, AlloyAddress::from(*authority().address().as_bytes()));
    }

    #[test]
    fn alloy_agrees_on_messages(message in vec(any::<u8>(), 0..200), key in any::<[u8; 16]>()) {
        let signer = Signer::new(&[[0x11; 16], key].concat());
        let data = format!("0x{}", hex::encode(&message));
        let prepared = prepare(&message_request(&data, &signer.address().to_lower_hex())).unwrap();
        prop_assert_eq!(prepared.digest(), eip191_hash_message(&message).0);
        let signed = bytes(&signer.finish(&prepared).result);
        let signature = alloy_primitives::Signature::try_from(signed.as_slice()).unwrap();
        prop_assert!([27, 28].contains(&signed[64]));
        prop_assert_eq!(signature.recover_address_from_msg(&message).unwrap(), AlloyAddress::from(*signer.address().as_bytes()));
    }
}
