//! The gas limit, from a node's estimate.
//!
//! `eth_estimateGas` answers for the state of now; what a contract does when the transaction is
//! mined can cost a little more. So where code runs, which any estimate above the cost of a plain
//! transfer tells, a quarter is added; gas that is not used is not paid. The estimate of a plain
//! transfer is asked for like any other and taken as it is: a recipient can be a contract, and other
//! chains have other costs.

use crate::gas::{MAX_TRANSACTION_GAS, TRANSACTION};

/// The gas limit for an estimate, or for none if the node cannot estimate.
///
/// An estimate gets its quarter as far as 90 % of a block and the cap per transaction (EIP-7825)
/// allow, and is never lowered. Without one it is 35 % of a block, at most the cap; that holds on
/// chains without a cap too, because some claim blocks so large that nobody could pay for a third.
#[must_use]
pub fn gas_limit(estimate: Option<u64>, block_gas_limit: u64) -> u64 {
    let Some(estimate) = estimate else {
        return percent(block_gas_limit, 35).min(MAX_TRANSACTION_GAS);
    };
    if estimate <= TRANSACTION {
        return estimate;
    }
    let buffered = estimate.saturating_add(estimate.div_ceil(4));
    buffered
        .min(percent(block_gas_limit, 90))
        .min(MAX_TRANSACTION_GAS)
        .max(estimate)
}

fn percent(of: u64, percent: u64) -> u64 {
    // Hundreds first, so that nothing leaves 64 bits for any part up to the whole.
    of / 100 * percent + of % 100 * percent / 100
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{gas_limit, percent};

    const BLOCK: u64 = 30_000_000;

    #[test]
    fn adds_a_quarter_where_code_runs_within_the_limits() {
        for (estimate, block, expected) in [
            (21_000, BLOCK, 21_000),
            // A chain whose transfers cost less.
            (1, BLOCK, 1),
            (21_001, BLOCK, 26_252),
            (100_000, BLOCK, 125_000),
            // 90 % of the block stop the buffer.
            (850_000, 1_000_000, 900_000),
            // They do not lower what the transaction needs.
            (950_000, 1_000_000, 950_000),
            // So does the cap per transaction.
            (16_000_000, 60_000_000, 16_777_216),
            (20_000_000, 60_000_000, 20_000_000),
        ] {
            assert_eq!(
                gas_limit(Some(estimate), block),
                expected,
                "{estimate} in {block}"
            );
        }
    }

    #[test]
    fn is_a_third_of_a_block_without_an_estimate() {
        assert_eq!(gas_limit(None, BLOCK), 10_500_000);
        assert_eq!(gas_limit(None, 60_000_000), 16_777_216);
        assert_eq!(gas_limit(None, u64::MAX), 16_777_216);
        assert_eq!(gas_limit(None, 0), 0);
    }

    #[test]
    fn a_part_is_rounded_down_once() {
        // 69.65, of which the hundreds give 35 and the rest 34.65.
        assert_eq!(percent(199, 35), 69);
    }

    proptest! {
        #[test]
        fn never_lowers_an_estimate(estimate: u64, block: u64) {
            prop_assert!(gas_limit(Some(estimate), block) >= estimate);
        }
    }
}
