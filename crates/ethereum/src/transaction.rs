//! Transactions that passed every check, whatever their type.

use rlp::RlpStream;

use crate::{
    Address, U256, eip155::LegacyTransaction, eip1559::Eip1559Transaction, gas::GasFacts,
    signature::LowS,
};

/// What all types have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Body {
    pub(crate) chain_id: u64,
    pub(crate) nonce: u64,
    pub(crate) gas_limit: u64,
    /// `None` creates a contract.
    pub(crate) to: Option<Address>,
    pub(crate) value: U256,
    pub(crate) data: Vec<u8>,
    /// Not signed itself; the signature recovers to it.
    pub(crate) from: Option<Address>,
}

/// A transaction that passed every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Transaction {
    Legacy(LegacyTransaction),
    Eip1559(Eip1559Transaction),
}

impl Transaction {
    pub(crate) const fn body(&self) -> &Body {
        match self {
            Self::Legacy(transaction) => &transaction.body,
            Self::Eip1559(transaction) => &transaction.body,
        }
    }

    /// The most that a unit of gas can cost.
    pub(crate) const fn max_fee_per_gas(&self) -> u128 {
        match self {
            Self::Legacy(transaction) => transaction.gas_price,
            Self::Eip1559(transaction) => transaction.max_fee_per_gas,
        }
    }

    /// The bytes whose hash is signed.
    pub(crate) fn payload(&self) -> Vec<u8> {
        match self {
            Self::Legacy(transaction) => transaction.payload(),
            Self::Eip1559(transaction) => transaction.payload(),
        }
    }

    /// The signed transaction as the network takes it.
    pub(crate) fn raw(&self, signature: &LowS) -> Vec<u8> {
        match self {
            Self::Legacy(transaction) => transaction.raw(signature),
            Self::Eip1559(transaction) => transaction.raw(signature),
        }
    }

    /// What MetaMask calls `v`: EIP-155's number for legacy transactions, else the parity.
    pub(crate) fn v(&self, signature: &LowS) -> u128 {
        match self {
            Self::Legacy(transaction) => transaction.v(signature),
            Self::Eip1559(_) => u128::from(signature.y_parity()),
        }
    }

    /// What the gas rules look at.
    pub(crate) fn gas_facts(&self) -> GasFacts<'_> {
        let body = self.body();
        GasFacts {
            gas_limit: body.gas_limit,
            creates: body.to.is_none(),
            data: &body.data,
            access_list: match self {
                Self::Legacy(_) => &[],
                Self::Eip1559(transaction) => &transaction.access_list,
            },
        }
    }
}

/// The recipient in RLP: 20 bytes, or nothing for a creation.
pub(crate) fn append_recipient(stream: &mut RlpStream, to: Option<&Address>) {
    stream.append(&to.map_or(&[][..], |address| address.as_bytes().as_slice()));
}
