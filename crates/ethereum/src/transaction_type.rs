//! Which type a transaction has (EIP-2718), given or inferred, and which fields belong to it.

use crate::{Error, U256, eip155, error::Problems, fields::Fields};

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

/// The transaction types that are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TransactionType {
    /// Type 0 with replay protection (EIP-155).
    Legacy,
    /// Type 2 (EIP-1559).
    Eip1559,
}

impl TransactionType {
    const fn number(self) -> u8 {
        match self {
            Self::Legacy => 0,
            Self::Eip1559 => 2,
        }
    }

    /// The type-specific fields that belong to this type.
    const fn own_fields(self) -> &'static [&'static str] {
        match self {
            Self::Legacy => &["gasPrice"],
            Self::Eip1559 => &["maxFeePerGas", "maxPriorityFeePerGas", "accessList"],
        }
    }

    /// The largest chain id: for legacy transactions the limit of `v`, else 64 bits.
    pub(crate) const fn max_chain_id(self) -> (u64, &'static str) {
        match self {
            Self::Legacy => (
                eip155::MAX_CHAIN_ID,
                "(2^64-37)/2, the largest for a legacy transaction",
            ),
            Self::Eip1559 => (u64::MAX, "2^64-1"),
        }
    }

    /// The type, given or inferred. `None` after a problem was noted.
    pub(crate) fn read(fields: &mut Fields<'_>) -> Result<Option<Self>, Error> {
        let number = if fields.has("type") {
            // EIP-2718 types end at 0x7f; a larger first byte would read as RLP.
            match fields.quantity(
                "type",
                U256::from(4_u64),
                "0x4, the last transaction type that is known",
            ) {
                Some(number) => number.to_u64().unwrap_or(u64::MAX),
                None => return Ok(None),
            }
        } else if fields.has("authorizationList") {
            4
        } else if fields.has("blobVersionedHashes") || fields.has("maxFeePerBlobGas") {
            3
        } else if fields.has("maxFeePerGas") || fields.has("maxPriorityFeePerGas") {
            2
        } else if fields.has("accessList") {
            1
        } else {
            0
        };
        match number {
            0 => Ok(Some(Self::Legacy)),
            2 => Ok(Some(Self::Eip1559)),
            1 => Err(unsupported(fields.path("type"), 1)),
            3 => Err(unsupported(fields.path("type"), 3)),
            _ => Err(unsupported(fields.path("type"), 4)),
        }
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
}

fn unsupported(path: String, transaction_type: u8) -> Error {
    Error::UnsupportedTransactionType {
        transaction_type,
        problems: Problems::of(path, format!("{transaction_type:#x} is not supported")),
    }
}
