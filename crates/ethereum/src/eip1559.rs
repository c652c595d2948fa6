//! Fee market transactions (type 2, EIP-1559).
//!
//! Signed is `0x02 ‖ rlp([chainId, nonce, maxPriorityFeePerGas, maxFeePerGas, gasLimit, to, value,
//! data, accessList])`; on the network `yParity, r, s` follow in the same list.

use rlp::RlpStream;

use crate::{
    eip2930::{self, AccessListEntry},
    signature::LowS,
    transaction::{Body, append_recipient},
};

const TYPE_BYTE: u8 = 2;

/// A fee market transaction that passed every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Eip1559Transaction {
    pub(crate) body: Body,
    pub(crate) max_fee_per_gas: u128,
    pub(crate) max_priority_fee_per_gas: u128,
    pub(crate) access_list: Vec<AccessListEntry>,
}

impl Eip1559Transaction {
    /// The bytes whose hash is signed.
    pub(crate) fn payload(&self) -> Vec<u8> {
        let mut stream = RlpStream::new_list(9);
        self.append_body(&mut stream);
        typed(stream)
    }

    /// The signed transaction as the network takes it.
    pub(crate) fn raw(&self, signature: &LowS) -> Vec<u8> {
        let mut stream = RlpStream::new_list(12);
        self.append_body(&mut stream);
        stream
            .append(&u8::from(signature.y_parity()))
            .append(&signature.r_minimal())
            .append(&signature.s_minimal());
        typed(stream)
    }

    fn append_body(&self, stream: &mut RlpStream) {
        stream
            .append(&self.body.chain_id)
            .append(&self.body.nonce)
            .append(&self.max_priority_fee_per_gas)
            .append(&self.max_fee_per_gas)
            .append(&self.body.gas_limit);
        append_recipient(stream, self.body.to.as_ref());
        stream
            .append(&self.body.value.minimal_be())
            .append(&self.body.data.as_slice());
        eip2930::append(stream, &self.access_list);
    }
}

/// EIP-2718: the type byte, then the list.
fn typed(stream: RlpStream) -> Vec<u8> {
    let list = stream.out();
    let mut bytes = Vec::with_capacity(1 + list.len());
    bytes.push(TYPE_BYTE);
    bytes.extend_from_slice(&list);
    bytes
}
