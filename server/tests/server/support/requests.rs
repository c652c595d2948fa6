//! Requests to sign, and who signed them.

use k256::ecdsa::{RecoveryId, VerifyingKey};
use serde_json::json;
use tandem_ethereum::{Request, address_of};
use tandem_threshold::{KeyShare, Signature};

/// The account's address, as text.
pub fn address(share: &KeyShare, account: u32) -> String {
    let public_key = share.account(account).unwrap().public_key();
    address_of(&public_key).unwrap().to_string()
}

/// A `personal_sign` request, and its digest.
pub fn message(from: &str, text: &str) -> (String, [u8; 32]) {
    let data = format!("0x{}", hex::encode(text));
    of(json!({ "method": "personal_sign", "params": [data, from], "account": from }))
}

/// An `eth_signTransaction` request, and its digest.
pub fn transaction(from: &str, nonce: u64) -> (String, [u8; 32]) {
    of(json!({
        "method": "eth_signTransaction",
        "scope": "eip155:31337",
        "account": from,
        "params": [{
            "type": "0x2",
            "chainId": "0x7a69",
            "nonce": format!("{nonce:#x}"),
            "to": "0x1111111111111111111111111111111111111111",
            "value": "0xde0b6b3a7640000",
            "data": "0x",
            "gasLimit": "0x5208",
            "maxFeePerGas": "0x3b9aca00",
            "maxPriorityFeePerGas": "0x3b9aca00",
            "accessList": [],
            "from": from,
        }],
    }))
}

/// An `eth_signEip7702Authorization` request, and its digest.
pub fn authorization(from: &str, chain_id: u64) -> (String, [u8; 32]) {
    let delegate = "0x1111111111111111111111111111111111111111";
    of(json!({
        "method": "eth_signEip7702Authorization",
        "account": from,
        "params": [[chain_id, delegate, 0]],
    }))
}

fn of(request: serde_json::Value) -> (String, [u8; 32]) {
    let request = request.to_string();
    let digest = Request::from_json(&request)
        .unwrap()
        .prepare()
        .unwrap()
        .digest();
    (request, digest)
}

/// Whether `signature` over `digest` is the account's, by k256 alone.
pub fn recovers(share: &KeyShare, account: u32, digest: &[u8; 32], signature: &Signature) -> bool {
    let parsed = k256::ecdsa::Signature::from_scalars(signature.r, signature.s).unwrap();
    let id = RecoveryId::new(signature.y_parity, false);
    let recovered = VerifyingKey::recover_from_prehash(digest, &parsed, id).unwrap();
    let public_key = share.account(account).unwrap().public_key();
    parsed == parsed.normalize_s()
        && recovered == VerifyingKey::from_sec1_bytes(&public_key).unwrap()
}
