//! What every test of this crate needs: a key that signs, and requests to start from.

pub mod calldata;

use std::{fs::File, io::Read, path::PathBuf};

use flate2::read::GzDecoder;
use k256::ecdsa::SigningKey;
use serde_json::{Value, json};
use tandem_ethereum::{Address, Error, Finished, Prepared, Request, Signature, address_of};

/// A known private key and its account.
pub struct Signer(SigningKey);

impl Signer {
    pub fn new(private_key: &[u8]) -> Self {
        Self(SigningKey::from_slice(private_key).expect("a private key"))
    }

    /// The key of the examples here.
    pub fn example() -> Self {
        Self::new(&[0x46; 32])
    }

    pub fn address(&self) -> Address {
        address_of(self.0.verifying_key().to_sec1_point(false).as_bytes()).expect("a public key")
    }

    pub fn sign(&self, digest: &[u8; 32]) -> Signature {
        let (signature, id) = self.0.sign_prehash_recoverable(digest);
        let (r, s) = signature.split_bytes();
        Signature {
            r: r.into(),
            s: s.into(),
            y_parity: id.is_y_odd(),
        }
    }

    /// Signs a prepared request and finishes it for this account.
    pub fn finish(&self, prepared: &Prepared) -> Finished {
        prepared
            .finish(&self.sign(&prepared.digest()), &self.address())
            .expect("a good signature")
    }
}

/// A legacy transaction as MetaMask's bridge sends it.
pub fn legacy() -> Value {
    json!({
        "type": "0x0", "nonce": "0x9", "gasPrice": "0x4a817c800", "gasLimit": "0x5208",
        "to": "0x3535353535353535353535353535353535353535", "value": "0xde0b6b3a7640000",
        "data": "0x", "chainId": "0x1",
        "from": Signer::example().address().to_lower_hex(),
    })
}

/// A fee market transaction as MetaMask's bridge sends it.
pub fn fee_market() -> Value {
    json!({
        "type": "0x2", "nonce": "0x9", "maxFeePerGas": "0x4a817c800", "maxPriorityFeePerGas": "0x3b9aca00",
        "gasLimit": "0x5208", "to": "0x3535353535353535353535353535353535353535",
        "value": "0xde0b6b3a7640000", "data": "0x", "accessList": [], "chainId": "0x1",
        "from": Signer::example().address().to_lower_hex(),
    })
}

/// A transaction of type 1.
pub fn with_access_list() -> Value {
    with(
        legacy(),
        json!({
            "type": "0x1", "gasLimit": "0x186a0",
            "accessList": [{
                "address": "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
                "storageKeys": [format!("0x{}", "ab".repeat(32))],
            }],
        }),
    )
}

/// A transaction of type 3 with two blobs.
pub fn with_blobs() -> Value {
    with(
        fee_market(),
        json!({
            "type": "0x3", "maxFeePerBlobGas": "0x3b9aca00",
            "blobVersionedHashes": [format!("0x01{}", "11".repeat(31)), format!("0x01{}", "22".repeat(31))],
        }),
    )
}

/// An account that gives itself code in the examples here; not the one that sends.
pub fn authority() -> Signer {
    Signer::new(&[0x47; 32])
}

/// A signed authorisation as it stands in a transaction.
pub fn authorization(chain_id: u64, delegate: &str, nonce: u64) -> Value {
    let request = json!({
        "method": "eth_signEip7702Authorization", "params": [[format!("{chain_id:#x}"), delegate, format!("{nonce:#x}")]],
    });
    let signature = authority().sign(&prepare(&request).unwrap().digest());
    json!({
        "chainId": format!("{chain_id:#x}"), "address": delegate, "nonce": format!("{nonce:#x}"),
        "yParity": format!("{:#x}", u8::from(signature.y_parity)),
        "r": format!("0x{}", hex::encode(signature.r)),
        "s": format!("0x{}", hex::encode(signature.s)),
    })
}

/// A transaction of type 4 with one authorisation.
pub fn sets_code() -> Value {
    let delegate = "0x3535353535353535353535353535353535353535";
    with(
        fee_market(),
        json!({
            "type": "0x4", "gasLimit": "0x186a0",
            "authorizationList": [authorization(1, delegate, 7)],
        }),
    )
}

/// The object with some fields set; `null` counts as absent.
pub fn with(mut object: Value, changes: Value) -> Value {
    for (key, value) in changes.as_object().unwrap() {
        object[key] = value.clone();
    }
    object
}

pub fn transaction_request(transaction: Value) -> Value {
    json!({ "method": "eth_signTransaction", "params": [transaction] })
}

pub fn message_request(data: &str, address: &str) -> Value {
    json!({ "method": "personal_sign", "params": [data, address], "scope": "" })
}

/// Prepares a request through its text, as both sides of an account do.
pub fn prepare(request: &Value) -> Result<Prepared, Error> {
    Request::from_json(&request.to_string())?.prepare()
}

pub fn prepare_transaction(transaction: Value) -> Result<Prepared, Error> {
    prepare(&transaction_request(transaction))
}

/// The fields and reasons of a refusal.
pub fn refusal<T: core::fmt::Debug>(result: Result<T, Error>) -> Vec<(String, String)> {
    let error = result.expect_err("should have been refused");
    error
        .problems()
        .iter()
        .map(|problem| (problem.field.clone(), problem.reason.clone()))
        .collect()
}

/// A string of a result object as bytes.
pub fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().expect("text").trim_start_matches("0x")).expect("hexadecimal")
}

/// A rule by name, a change to a good transaction, and the field that must be refused.
pub type Row = (&'static str, Value, &'static str);

pub fn assert_rows_are_refused(good: &Value, rows: Vec<Row>) {
    prepare_transaction(good.clone()).unwrap();
    for (rule, change, field) in rows {
        let problems = refusal(prepare_transaction(with(good.clone(), change.clone())));
        let fields: Vec<&str> = problems.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(
            fields,
            [format!("params[0].{field}")],
            "{rule}: {change}: {problems:?}"
        );
    }
}

pub fn assert_changes_are_accepted(good: &Value, changes: Vec<Value>) {
    for change in changes {
        if let Err(error) = prepare_transaction(with(good.clone(), change.clone())) {
            panic!("{change}: {error}");
        }
    }
}

/// A request to sign typed data, as MetaMask's bridge sends it.
pub fn typed_data_request(method: &str, data: Value, signer: &Signer) -> Value {
    json!({ "method": method, "params": [signer.address().to_lower_hex(), data] })
}

/// A file of `@ethersproject/testcases`.
pub fn ethers_cases(name: &str) -> Vec<Value> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../node_modules/@ethersproject/testcases/testcases")
        .join(format!("{name}.json.gz"));
    let file = File::open(&path).unwrap_or_else(|error| {
        panic!(
            "{}: {error}. Run `npm ci --ignore-scripts` at the root of the repository.",
            path.display()
        )
    });
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}
