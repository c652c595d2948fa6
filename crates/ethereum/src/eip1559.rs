//! Fee market transactions (type 2, EIP-1559).
//!
//! Signed is `0x02 ‖ rlp([chainId, nonce, maxPriorityFeePerGas, maxFeePerGas, gasLimit, to, value,
//! data, accessList])`; on the network `yParity, r, s` follow in the same list.

use rlp::RlpStream;

use crate::{
    eip2930::{self, AccessListEntry},
    transaction::{Body, append_call},
};

/// A fee market transaction that passed every check. Blob and set-code transactions contain one
/// and add their own fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FeeMarketTransaction {
    pub(crate) body: Body,
    pub(crate) max_fee_per_gas: u128,
    pub(crate) max_priority_fee_per_gas: u128,
    pub(crate) access_list: Vec<AccessListEntry>,
}

impl FeeMarketTransaction {
    pub(crate) fn append_fields(&self, stream: &mut RlpStream) {
        stream
            .append(&self.body.chain_id)
            .append(&self.body.nonce)
            .append(&self.max_priority_fee_per_gas)
            .append(&self.max_fee_per_gas)
            .append(&self.body.gas_limit);
        append_call(stream, &self.body);
        eip2930::append(stream, &self.access_list);
    }
}
