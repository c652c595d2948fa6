//! Which type a transaction has (EIP-2718), given or inferred, and which fields belong to it.

use rlp::RlpStream;

use crate::{U256, eip155, fields::Fields};

/// The fields that belong to some types only.
const TYPE_SPECIFIC: &[&str] = &[
    "gasPrice",
    "maxFeePerGas",
    "maxPriorityFeePerGas",
    "accessList",
    "authorizationList",
    "blobVersionedHashes",
    "maxFeePerBlobGas",
];

/// The transaction types. Every one that is known is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TransactionType {
    /// Type 0 with replay protection (EIP-155).
    Legacy,
    /// Type 1 (EIP-2930).
    AccessList,
    /// Type 2 (EIP-1559).
    FeeMarket,
    /// Type 3 (EIP-4844).
    Blob,
    /// Type 4 (EIP-7702).
    SetCode,
}

impl TransactionType {
    const ALL: [Self; 5] = [
        Self::Legacy,
        Self::AccessList,
        Self::FeeMarket,
        Self::Blob,
        Self::SetCode,
    ];

    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Legacy => 0,
            Self::AccessList => 1,
            Self::FeeMarket => 2,
            Self::Blob => 3,
            Self::SetCode => 4,
        }
    }

    pub(crate) fn from_number(number: u64) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|known| u64::from(known.number()) == number)
    }

    /// The type-specific fields that belong to this type.
    const fn own_fields(self) -> &'static [&'static str] {
        match self {
            Self::Legacy => &["gasPrice"],
            Self::AccessList => &["gasPrice", "accessList"],
            Self::FeeMarket => &["maxFeePerGas", "maxPriorityFeePerGas", "accessList"],
            Self::Blob => &[
                "maxFeePerGas",
                "maxPriorityFeePerGas",
                "accessList",
                "maxFeePerBlobGas",
                "blobVersionedHashes",
            ],
            Self::SetCode => &[
                "maxFeePerGas",
                "maxPriorityFeePerGas",
                "accessList",
                "authorizationList",
            ],
        }
    }

    /// May the recipient be missing, to create a contract?
    pub(crate) const fn may_create(self) -> bool {
        !matches!(self, Self::Blob | Self::SetCode)
    }

    /// The largest chain id: for legacy transactions the limit of `v`, else 64 bits.
    pub(crate) const fn max_chain_id(self) -> (u64, &'static str) {
        match self {
            Self::Legacy => (
                eip155::MAX_CHAIN_ID,
                "(2^64-37)/2, the largest for a legacy transaction",
            ),
            _ => (u64::MAX, "2^64-1"),
        }
    }

    /// The type, given or inferred. `None` after a problem was noted.
    pub(crate) fn read(fields: &mut Fields<'_>) -> Option<Self> {
        if fields.has("type") {
            // EIP-2718 types end at 0x7f; a larger first byte would read as RLP.
            let number = fields.quantity(
                "type",
                U256::from(4_u64),
                "0x4, the last transaction type that is known",
            );
            return number?.to_u64().and_then(Self::from_number);
        }
        if fields.has("blobVersionedHashes") || fields.has("maxFeePerBlobGas") {
            fields.refuse(
                "type",
                "is missing; with fields for blobs it must be given, because readers that infer it differ",
            );
            return None;
        }
        Some(if fields.has("authorizationList") {
            Self::SetCode
        } else if fields.has("maxFeePerGas") || fields.has("maxPriorityFeePerGas") {
            Self::FeeMarket
        } else if fields.has("accessList") {
            Self::AccessList
        } else {
            Self::Legacy
        })
    }

    /// Refuses the fields that belong to other types.
    pub(crate) fn refuse_foreign_fields(self, fields: &mut Fields<'_>) {
        for name in TYPE_SPECIFIC {
            if fields.has(name) && !self.own_fields().contains(name) {
                fields.refuse(
                    name,
                    format!(
                        "does not belong to a transaction of type {:#x}",
                        self.number()
                    ),
                );
            }
        }
    }

    /// The list in its envelope (EIP-2718): the type byte first, but for legacy transactions.
    pub(crate) fn envelope(self, stream: RlpStream) -> Vec<u8> {
        let list = stream.out();
        match self {
            Self::Legacy => list.to_vec(),
            _ => [&[self.number()][..], &list].concat(),
        }
    }
}
