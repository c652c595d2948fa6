//! What to offer for gas, from what others paid lately.
//!
//! `eth_feeHistory` tells, for each of the last blocks, what the transactions in it paid above the
//! base fee, as percentiles of the gas used. The priority fee is the median over the blocks of the
//! percentile that belongs to the speed; the highest total fee is twice the next base fee and the
//! priority fee, which holds through six full blocks in a row (EIP-1559 raises the base fee by at
//! most an eighth a block).

use serde_json::Value;

use super::node::read_u128;

/// How soon a transaction should be mined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speed {
    /// What a tenth of the gas was paid for.
    Low,
    /// What half of it was paid for.
    #[default]
    Medium,
    /// What nine tenths were paid for.
    High,
}

impl Speed {
    /// The names, as a caller gives them.
    pub const NAMES: [&'static str; 3] = ["low", "medium", "high"];
    /// The percentiles to ask `eth_feeHistory` for, in the order of the names.
    pub const PERCENTILES: [u8; 3] = [10, 50, 90];

    /// The speed of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        match name {
            "low" => Some(Self::Low),
            "medium" => Some(Self::Medium),
            "high" => Some(Self::High),
            _ => None,
        }
    }

    const fn column(self) -> usize {
        match self {
            Self::Low => 0,
            Self::Medium => 1,
            Self::High => 2,
        }
    }
}

/// The answer to `eth_feeHistory`, for one speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeeHistory {
    /// The base fee of the next block.
    pub next_base_fee: u128,
    /// The priority fee. `None` if the last blocks tell nothing, being empty or free; the node's
    /// own suggestion (`eth_maxPriorityFeePerGas`) has to do then.
    pub priority_fee: Option<u128>,
}

impl FeeHistory {
    /// How many blocks to ask for, two minutes of mainnet, as a quantity.
    pub const BLOCKS: &'static str = "0xa";
    /// More blocks than asked for are not looked at.
    const MAX_ROWS: usize = 10;

    /// Reads the answer; `None` if it is not of the shape it must have.
    #[must_use]
    pub fn read(answer: &Value, speed: Speed) -> Option<Self> {
        let next_base_fee = answer.get("baseFeePerGas")?.as_array()?.last()?;
        let used = answer.get("gasUsedRatio")?.as_array()?;
        let mut paid = Vec::new();
        // Some nodes leave the rewards out where there was no transaction at all.
        if let Some(rewards) = answer.get("reward").filter(|rewards| !rewards.is_null()) {
            for (row, used) in rewards.as_array()?.iter().zip(used).take(Self::MAX_ROWS) {
                // An empty block's zeros say nothing about the price.
                if used.as_f64()? > 0.0 {
                    paid.push(read_u128(row.get(speed.column())?)?);
                }
            }
        }
        Some(Self {
            next_base_fee: read_u128(next_base_fee)?,
            priority_fee: median(&paid).filter(|fee| *fee > 0),
        })
    }
}

/// The middle one by size, of two the larger. By counting, because there are at most ten, and a
/// sorting routine is a large thing to download.
fn median(values: &[u128]) -> Option<u128> {
    let middle = values.len() / 2;
    values.iter().copied().find(|value| {
        let below = values.iter().filter(|other| *other < value).count();
        let up_to = values.iter().filter(|other| *other <= value).count();
        (below..up_to).contains(&middle)
    })
}

/// What the fee market asks for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeeMarket {
    /// The base fee of the next block.
    pub base_fee: u128,
    /// The priority fee to offer.
    pub priority_fee: u128,
}

impl FeeMarket {
    /// Twice the base fee and the priority fee; `None` above 2^128-1.
    pub(super) fn max_fee(self, priority_fee: u128) -> Option<u128> {
        self.base_fee.checked_mul(2)?.checked_add(priority_fee)
    }
}

/// The highest fee for blob gas, from `eth_blobBaseFee`: twice that, and at least one wei; `None`
/// above 2^128-1.
#[must_use]
pub fn blob_fee(blob_base_fee: u128) -> Option<u128> {
    blob_base_fee.max(1).checked_mul(2)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use serde_json::json;

    use super::{FeeHistory, FeeMarket, Speed, blob_fee, median};

    #[test]
    fn takes_the_median_of_the_percentile_over_the_blocks_that_were_not_empty() {
        let answer = json!({
            "oldestBlock": "0x1",
            "baseFeePerGas": ["0x1", "0x2", "0x3", "0x4", "0x64"],
            "gasUsedRatio": [0.5, 0, 0.1, 1],
            "reward": [["0x1", "0xa", "0x64"], ["0x0", "0x0", "0x0"], ["0x3", "0x1e", "0x12c"], ["0x2", "0x14", "0xc8"]],
        });
        for (speed, expected) in [(Speed::Low, 2), (Speed::Medium, 20), (Speed::High, 200)] {
            let history = FeeHistory::read(&answer, speed).unwrap();
            assert_eq!(history.next_base_fee, 100);
            assert_eq!(history.priority_fee, Some(expected));
        }
    }

    #[test]
    fn the_median_is_the_middle_one_by_size() {
        for (values, expected) in [
            (&[][..], None),
            (&[7], Some(7)),
            (&[9, 1], Some(9)),
            (&[3, 3, 3, 1], Some(3)),
            (&[5, 1, 4, 2, 3], Some(3)),
            (&[1, 1, 1, 9, 9], Some(1)),
        ] {
            assert_eq!(median(values), expected, "{values:?}");
        }
    }

    #[test]
    fn empty_or_free_blocks_tell_no_priority_fee() {
        for (used, reward) in [
            (json!([0.0]), json!([["0x5", "0x5", "0x5"]])),
            (json!([0.5]), json!([["0x0", "0x0", "0x0"]])),
            (json!([0.5]), json!(null)),
            (json!([]), json!([])),
        ] {
            let answer =
                json!({"baseFeePerGas": ["0x1", "0x7"], "gasUsedRatio": used, "reward": reward});
            let history = FeeHistory::read(&answer, Speed::Medium).unwrap();
            assert_eq!(history.next_base_fee, 7);
            assert_eq!(history.priority_fee, None);
        }
    }

    #[test]
    fn an_answer_of_another_shape_is_none() {
        let good =
            json!({"baseFeePerGas": ["0x1"], "gasUsedRatio": [0.5], "reward": [["0x1", "0x1"]]});
        assert!(FeeHistory::read(&good, Speed::Medium).is_some());
        for (field, value) in [
            ("baseFeePerGas", json!([])),
            ("baseFeePerGas", json!(["1"])),
            ("baseFeePerGas", json!([format!("0x1{}", "0".repeat(32))])),
            ("gasUsedRatio", json!(null)),
            ("gasUsedRatio", json!(["half"])),
            ("reward", json!([["0x1", "x"]])),
            ("reward", json!([["0x1"]])),
            ("reward", json!({})),
        ] {
            let mut bad = good.clone();
            *bad.get_mut(field).unwrap() = value;
            assert_eq!(FeeHistory::read(&bad, Speed::Medium), None, "{bad}");
        }
        assert_eq!(FeeHistory::read(&json!(null), Speed::Medium), None);
    }

    #[test]
    fn fees_beyond_128_bits_are_none() {
        let market = |base_fee| FeeMarket {
            base_fee,
            priority_fee: 0,
        };
        assert_eq!(market(10).max_fee(3), Some(23));
        assert_eq!(market(u128::MAX / 2).max_fee(1), Some(u128::MAX));
        assert_eq!(market(u128::MAX / 2).max_fee(2), None);
        assert_eq!(market(u128::MAX).max_fee(0), None);
        assert_eq!(blob_fee(0), Some(2));
        assert_eq!(blob_fee(5), Some(10));
        assert_eq!(blob_fee(u128::MAX), None);
    }

    #[test]
    fn every_name_is_a_speed() {
        assert_eq!(
            Speed::NAMES.map(Speed::find),
            [Some(Speed::Low), Some(Speed::Medium), Some(Speed::High)]
        );
        assert_eq!(Speed::find("fast"), None);
    }
}
