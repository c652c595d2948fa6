//! Replacing a pending transaction: the same nonce, for more money.
//!
//! A node takes a transaction in the place of a pending one if both fees per gas are at least a
//! tenth higher, and for one with blobs (EIP-4844), which are dear to pass around, if they and the
//! blob fee are at least twice as high: geth's rules, which the others took over. A transaction is
//! never cancelled; another one is mined in its place, here a transfer of nothing to the sender.

use serde_json::{Map, Value};

use super::draft::{Draft, field};
use super::node::{read_u64, read_u128};
use crate::{Error, U256, error::Problems, json};

/// A complete transaction that was signed and is not mined, as far as it is known, with the least
/// that a node takes for replacing it.
#[derive(Clone, Debug)]
pub struct Pending {
    fields: Map<String, Value>,
    nonce: u64,
    number: u64,
    pub(super) least_max_fee: u128,
    pub(super) least_priority_fee: u128,
    pub(super) least_blob_fee: u128,
}

impl Pending {
    /// From the text of a request that [`Draft::complete`] made. `None` if it is not one, or if no
    /// fee of 128 bits could replace it.
    #[must_use]
    pub fn read(request: &str) -> Option<Self> {
        let mut request = json::parse(request).ok()?;
        let Value::Object(fields) = request.pointer_mut("/params/0")?.take() else {
            return None;
        };
        let number = read_u64(fields.get("type")?)?;
        let fee = |name: &str| read_u128(fields.get(name)?);
        let raise = if number == 3 { doubled } else { raised };
        let (max_fee, priority_fee) = if number < 2 {
            let price = fee("gasPrice")?;
            (price, price)
        } else {
            (fee("maxFeePerGas")?, fee("maxPriorityFeePerGas")?)
        };
        Some(Self {
            nonce: read_u64(fields.get("nonce")?)?,
            number,
            least_max_fee: raise(max_fee)?,
            least_priority_fee: raise(priority_fee)?,
            least_blob_fee: match number {
                3 => raise(fee("maxFeePerBlobGas")?)?,
                _ => 0,
            },
            fields,
        })
    }

    /// Its nonce, which the replacement has too.
    #[must_use]
    pub const fn nonce(&self) -> u64 {
        self.nonce
    }

    /// The draft of the same transaction, without its fees.
    #[must_use]
    pub fn again(&self) -> Value {
        let mut fields = self.fields.clone();
        for name in [
            "gasPrice",
            "maxFeePerGas",
            "maxPriorityFeePerGas",
            "maxFeePerBlobGas",
        ] {
            fields.remove(name);
        }
        Value::Object(fields)
    }

    /// The draft of a transaction that does nothing in its place: no value, no data, to the sender.
    /// One with blobs can only be replaced by one with blobs, so it keeps them.
    #[must_use]
    pub fn cancellation(&self) -> Value {
        let mut fields = Map::new();
        for (name, from) in [
            ("chainId", "chainId"),
            ("from", "from"),
            ("to", "from"),
            ("nonce", "nonce"),
            ("blobVersionedHashes", "blobVersionedHashes"),
        ] {
            if let Some(value) = self.fields.get(from) {
                fields.insert(name.to_owned(), value.clone());
            }
        }
        let number = match self.number {
            0 | 1 => "0x0",
            3 => "0x3",
            _ => "0x2",
        };
        fields.insert("type".to_owned(), number.into());
        fields.insert("value".to_owned(), "0x0".into());
        Value::Object(fields)
    }

    /// Refuses a draft that cannot replace this transaction.
    pub(super) fn check(&self, draft: &Draft) -> Result<(), Error> {
        let mut problems = Problems::new();
        let mut refuse = |name: &str, reason: String| problems.add(field(name), reason);
        if draft.nonce().is_some_and(|nonce| nonce != self.nonce) {
            refuse(
                "nonce",
                format!("is not {}, that of the transaction to replace", self.nonce),
            );
        }
        if self.fields.get("chainId").and_then(read_u64) != Some(draft.chain_id()) {
            refuse(
                "chainId",
                "is not that of the transaction to replace".to_owned(),
            );
        }
        let from = self.fields.get("from").and_then(Value::as_str);
        if from.and_then(|from| from.parse().ok()) != Some(*draft.from()) {
            refuse(
                "from",
                "is not that of the transaction to replace".to_owned(),
            );
        }
        if draft.is_blob() != (self.number == 3) {
            refuse(
                "type",
                "cannot take the place of the other: one has blobs and one has none".to_owned(),
            );
        }
        for (name, least) in [
            ("gasPrice", self.least_max_fee),
            ("maxFeePerGas", self.least_max_fee),
            ("maxPriorityFeePerGas", self.least_priority_fee),
            ("maxFeePerBlobGas", self.least_blob_fee),
        ] {
            if draft.fee(name).is_some_and(|fee| fee < least) {
                let least = U256::from(least);
                refuse(
                    name,
                    format!("is below {least} wei, the least that replaces"),
                );
            }
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Error::InvalidTransaction(problems))
        }
    }
}

/// A tenth more, rounded up, and more in any case.
fn raised(fee: u128) -> Option<u128> {
    let tenth = U256::from(fee).tenth_rounded_up().to_u128()?;
    fee.checked_add(tenth.max(1))
}

/// As much again, and more in any case.
fn doubled(fee: u128) -> Option<u128> {
    fee.checked_add(fee.max(1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{doubled, raised};

    #[test]
    fn a_replacement_pays_at_least_a_tenth_more_rounded_up() {
        for (fee, expected) in [
            (0, Some(1)),
            (1, Some(2)),
            (9, Some(10)),
            (10, Some(11)),
            (11, Some(13)),
            (1_000_000_000, Some(1_100_000_000)),
            (1_000_000_001, Some(1_100_000_002)),
            (u128::MAX, None),
        ] {
            assert_eq!(raised(fee), expected, "{fee}");
        }
        assert_eq!([0, 1, 7].map(doubled), [Some(1), Some(2), Some(14)]);
        assert_eq!(doubled(u128::MAX / 2 + 1), None);
    }

    proptest! {
        #[test]
        fn geth_would_take_it(fee in 0_u128..u128::MAX / 200) {
            let new = raised(fee).unwrap_or(0);
            prop_assert!(new > fee && new >= fee * 110 / 100);
        }
    }
}
