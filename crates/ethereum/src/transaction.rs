//! Transactions that passed every check, whatever their type, and their envelope (EIP-2718).

use rlp::RlpStream;

use crate::{
    Address, U256,
    eip155::LegacyTransaction,
    eip1559::FeeMarketTransaction,
    eip2930::{AccessListEntry, AccessListTransaction},
    eip4844::BlobTransaction,
    eip7702::{Authorization, SetCodeTransaction},
    gas::GasFacts,
    signature::LowS,
    transaction_type::TransactionType,
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
    AccessList(AccessListTransaction),
    FeeMarket(FeeMarketTransaction),
    Blob(BlobTransaction),
    SetCode(SetCodeTransaction),
}

impl Transaction {
    pub(crate) const fn transaction_type(&self) -> TransactionType {
        match self {
            Self::Legacy(_) => TransactionType::Legacy,
            Self::AccessList(_) => TransactionType::AccessList,
            Self::FeeMarket(_) => TransactionType::FeeMarket,
            Self::Blob(_) => TransactionType::Blob,
            Self::SetCode(_) => TransactionType::SetCode,
        }
    }

    pub(crate) const fn body(&self) -> &Body {
        match self {
            Self::Legacy(transaction) => &transaction.body,
            Self::AccessList(transaction) => &transaction.body,
            Self::FeeMarket(transaction) => &transaction.body,
            Self::Blob(transaction) => &transaction.fee_market.body,
            Self::SetCode(transaction) => &transaction.fee_market.body,
        }
    }

    /// The fee market part of the types that have one.
    pub(crate) const fn fee_market(&self) -> Option<&FeeMarketTransaction> {
        match self {
            Self::Legacy(_) | Self::AccessList(_) => None,
            Self::FeeMarket(transaction) => Some(transaction),
            Self::Blob(transaction) => Some(&transaction.fee_market),
            Self::SetCode(transaction) => Some(&transaction.fee_market),
        }
    }

    /// The most that a unit of gas can cost.
    pub(crate) const fn max_fee_per_gas(&self) -> u128 {
        match self {
            Self::Legacy(transaction) => transaction.gas_price,
            Self::AccessList(transaction) => transaction.gas_price,
            Self::FeeMarket(transaction) => transaction.max_fee_per_gas,
            Self::Blob(transaction) => transaction.fee_market.max_fee_per_gas,
            Self::SetCode(transaction) => transaction.fee_market.max_fee_per_gas,
        }
    }

    /// The access list of the types that have one.
    pub(crate) fn access_list(&self) -> Option<&[AccessListEntry]> {
        match self {
            Self::Legacy(_) => None,
            Self::AccessList(transaction) => Some(&transaction.access_list),
            Self::FeeMarket(_) | Self::Blob(_) | Self::SetCode(_) => self
                .fee_market()
                .map(|fee_market| fee_market.access_list.as_slice()),
        }
    }

    /// The authorisations of a set-code transaction; none in other types.
    pub(crate) fn authorizations(&self) -> &[Authorization] {
        match self {
            Self::SetCode(transaction) => &transaction.authorizations,
            _ => &[],
        }
    }

    /// The bytes whose hash is signed.
    pub(crate) fn payload(&self) -> Vec<u8> {
        let mut stream = match self {
            // EIP-155: chain id and two zeros stand where the signature will be.
            Self::Legacy(_) => RlpStream::new_list(self.field_count() + 3),
            _ => RlpStream::new_list(self.field_count()),
        };
        self.append_fields(&mut stream);
        if let Self::Legacy(transaction) = self {
            transaction.append_replay_protection(&mut stream);
        }
        self.transaction_type().envelope(stream)
    }

    /// The signed transaction as the network takes it; for blob transactions the canonical form
    /// without the blobs, which travel beside it.
    pub(crate) fn raw(&self, signature: &LowS) -> Vec<u8> {
        let mut stream = RlpStream::new_list(self.field_count() + 3);
        self.append_fields(&mut stream);
        stream
            .append(&self.v(signature))
            .append(&signature.r_minimal())
            .append(&signature.s_minimal());
        self.transaction_type().envelope(stream)
    }

    /// What MetaMask calls `v`: EIP-155's number for legacy transactions, else the parity.
    pub(crate) fn v(&self, signature: &LowS) -> u128 {
        match self {
            Self::Legacy(transaction) => transaction.v(signature),
            _ => u128::from(signature.y_parity()),
        }
    }

    /// What the gas rules look at.
    pub(crate) fn gas_facts(&self) -> GasFacts<'_> {
        let body = self.body();
        GasFacts {
            gas_limit: body.gas_limit,
            creates: body.to.is_none(),
            data: &body.data,
            access_list: self.access_list().unwrap_or_default(),
            authorizations: self.authorizations().len(),
            blobs: match self {
                Self::Blob(transaction) => transaction.blob_versioned_hashes.len(),
                _ => 0,
            },
        }
    }

    /// The same but for `from`, which is not signed.
    pub(crate) fn same_fields(&self, other: &Self) -> bool {
        let mut copy = self.clone();
        copy.body_mut().from = other.body().from;
        copy == *other
    }

    const fn body_mut(&mut self) -> &mut Body {
        match self {
            Self::Legacy(transaction) => &mut transaction.body,
            Self::AccessList(transaction) => &mut transaction.body,
            Self::FeeMarket(transaction) => &mut transaction.body,
            Self::Blob(transaction) => &mut transaction.fee_market.body,
            Self::SetCode(transaction) => &mut transaction.fee_market.body,
        }
    }

    const fn field_count(&self) -> usize {
        match self {
            Self::Legacy(_) => 6,
            Self::AccessList(_) => 8,
            Self::FeeMarket(_) => 9,
            Self::Blob(_) => 11,
            Self::SetCode(_) => 10,
        }
    }

    fn append_fields(&self, stream: &mut RlpStream) {
        match self {
            Self::Legacy(transaction) => transaction.append_fields(stream),
            Self::AccessList(transaction) => transaction.append_fields(stream),
            Self::FeeMarket(transaction) => transaction.append_fields(stream),
            Self::Blob(transaction) => transaction.append_fields(stream),
            Self::SetCode(transaction) => transaction.append_fields(stream),
        }
    }
}

/// Recipient, value and data, which follow one another in every type. The recipient is 20 bytes,
/// or nothing for a creation.
pub(crate) fn append_call(stream: &mut RlpStream, body: &Body) {
    stream
        .append(
            &body
                .to
                .as_ref()
                .map_or(&[][..], |address| address.as_bytes().as_slice()),
        )
        .append(&body.value.minimal_be())
        .append(&body.data.as_slice());
}
