//! Legacy transactions with replay protection (type 0, EIP-155).
//!
//! Signed is `rlp([nonce, gasPrice, gasLimit, to, value, data, chainId, 0, 0])`; on the network the
//! last three become `v, r, s` with `v = 35 + 2·chainId + parity`. The old form without a chain id
//! (v 27 or 28) is valid on every chain at once and is never made here.

use rlp::RlpStream;

use crate::{
    signature::LowS,
    transaction::{Body, append_call},
};

/// The largest chain id for which `v` stays within 64 bits.
pub(crate) const MAX_CHAIN_ID: u64 = (u64::MAX - 36) / 2;

/// A legacy transaction that passed every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LegacyTransaction {
    pub(crate) body: Body,
    pub(crate) gas_price: u128,
}

impl LegacyTransaction {
    pub(crate) fn append_fields(&self, stream: &mut RlpStream) {
        stream
            .append(&self.body.nonce)
            .append(&self.gas_price)
            .append(&self.body.gas_limit);
        append_call(stream, &self.body);
    }

    /// What is signed in the place of the signature.
    pub(crate) fn append_replay_protection(&self, stream: &mut RlpStream) {
        stream
            .append(&self.body.chain_id)
            .append(&0_u8)
            .append(&0_u8);
    }

    /// `35 + 2c + p`, in 128 bits: exact for every chain id, also beyond 2^53.
    pub(crate) fn v(&self, signature: &LowS) -> u128 {
        35 + 2 * u128::from(self.body.chain_id) + u128::from(signature.y_parity())
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test may fail loudly"
    )]

    use super::MAX_CHAIN_ID;

    #[test]
    fn the_largest_chain_id_is_the_last_whose_v_fits_64_bits() {
        let v = |chain_id: u64| 35 + 2 * u128::from(chain_id) + 1;
        assert!(v(MAX_CHAIN_ID) <= u128::from(u64::MAX));
        assert!(v(MAX_CHAIN_ID + 1) > u128::from(u64::MAX));
    }
}
