//! Blob transactions (type 3, EIP-4844).
//!
//! Signed is `0x03 ‖ rlp([…the fee market fields…, maxFeePerBlobGas, blobVersionedHashes])`; on the
//! network `yParity, r, s` follow in the same list. The blobs themselves are not signed: whoever
//! broadcasts wraps the signed transaction with blobs, commitments and proofs (EIP-7594), which
//! the versioned hashes bind.

use crate::{data, eip1559::FeeMarketTransaction, fields::Fields};
use rlp::RlpStream;

/// EIP-4844: a hash of a KZG commitment starts with this byte.
const VERSIONED_HASH_VERSION_KZG: u8 = 1;
/// EIP-4844: what each blob costs in blob gas.
pub(crate) const GAS_PER_BLOB: u64 = 131_072;

/// A blob transaction that passed every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BlobTransaction {
    pub(crate) fee_market: FeeMarketTransaction,
    pub(crate) max_fee_per_blob_gas: u128,
    pub(crate) blob_versioned_hashes: Vec<[u8; 32]>,
}

impl BlobTransaction {
    pub(crate) fn append_fields(&self, stream: &mut RlpStream) {
        self.fee_market.append_fields(stream);
        stream
            .append(&self.max_fee_per_blob_gas)
            .begin_list(self.blob_versioned_hashes.len());
        for hash in &self.blob_versioned_hashes {
            stream.append(&hash.as_slice());
        }
    }
}

/// Reads `blobVersionedHashes`: at least one, each 32 bytes that start with the version.
pub(crate) fn read_versioned_hashes(fields: &mut Fields<'_>) -> Vec<[u8; 32]> {
    const NAME: &str = "blobVersionedHashes";
    let list = fields.entries(NAME, "a blob transaction carries at least one blob");
    let mut hashes = Vec::with_capacity(list.len());
    for (position, item) in list.iter().enumerate() {
        let hash = data::parse_32(item).and_then(|hash| match hash {
            [VERSIONED_HASH_VERSION_KZG, ..] => Ok(hash),
            _ => Err("does not start with 0x01, the version of a KZG commitment's hash"),
        });
        match hash {
            Ok(hash) => hashes.push(hash),
            Err(reason) => fields.refuse(&format!("{NAME}[{position}]"), reason),
        }
    }
    hashes
}
