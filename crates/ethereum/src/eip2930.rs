//! Access lists, and the transactions that introduced them (type 1, EIP-2930).
//!
//! An access list announces addresses and storage keys that a transaction will touch. Signed is
//! `0x01 ‖ rlp([chainId, nonce, gasPrice, gasLimit, to, value, data, accessList])`; on the network
//! `yParity, r, s` follow in the same list.

use rlp::RlpStream;
use serde_json::Value;

use crate::{
    Address, data,
    error::Problems,
    fields::Fields,
    transaction::{Body, append_call},
};

/// A transaction with an access list and a plain gas price that passed every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccessListTransaction {
    pub(crate) body: Body,
    pub(crate) gas_price: u128,
    pub(crate) access_list: Vec<AccessListEntry>,
}

impl AccessListTransaction {
    pub(crate) fn append_fields(&self, stream: &mut RlpStream) {
        stream
            .append(&self.body.chain_id)
            .append(&self.body.nonce)
            .append(&self.gas_price)
            .append(&self.body.gas_limit);
        append_call(stream, &self.body);
        append(stream, &self.access_list);
    }
}

/// One announced contract. Duplicates are allowed and cost again; order and content are signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccessListEntry {
    pub(crate) address: Address,
    pub(crate) storage_keys: Vec<[u8; 32]>,
}

/// Reads `[{"address","storageKeys":[32 bytes, …]}, …]`, each entry with exactly these two keys.
pub(crate) fn parse(path: &str, value: &Value, problems: &mut Problems) -> Vec<AccessListEntry> {
    let Value::Array(entries) = value else {
        problems.add(path, "is not a list");
        return Vec::new();
    };
    let parsed = entries
        .iter()
        .enumerate()
        .map(|(position, entry)| parse_entry(&format!("{path}[{position}]"), entry, problems));
    parsed.collect::<Vec<_>>().into_iter().flatten().collect()
}

fn parse_entry(path: &str, value: &Value, problems: &mut Problems) -> Option<AccessListEntry> {
    let Value::Object(object) = value else {
        problems.add(path, "is not an object with address and storageKeys");
        return None;
    };
    let mut fields = Fields::new(path, object);
    fields.refuse_unknown(&["address", "storageKeys"]);
    fields.require("address");
    fields.require("storageKeys");
    let address = fields.address("address");
    let mut storage_keys = Vec::new();
    match fields.get("storageKeys") {
        Some(Value::Array(keys)) => {
            for (position, key) in keys.iter().enumerate() {
                match data::parse_32(key) {
                    Ok(key) => storage_keys.push(key),
                    Err(reason) => fields.refuse(&format!("storageKeys[{position}]"), reason),
                }
            }
        }
        Some(_) => fields.refuse("storageKeys", "is not a list"),
        None => {}
    }
    problems.append(fields.problems);
    Some(AccessListEntry {
        address: address?,
        storage_keys,
    })
}

/// Appends the list as RLP: `[[address, [key, …]], …]`.
pub(crate) fn append(stream: &mut RlpStream, list: &[AccessListEntry]) {
    stream.begin_list(list.len());
    for entry in list {
        stream.begin_list(2);
        stream.append(&entry.address.as_bytes().as_slice());
        stream.begin_list(entry.storage_keys.len());
        for key in &entry.storage_keys {
            stream.append(&key.as_slice());
        }
    }
}
