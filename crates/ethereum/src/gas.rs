//! The gas rules that decide, without any chain state, whether a node can accept a transaction.
//!
//! As of Osaka: intrinsic cost (EIP-2028, EIP-2930, EIP-3860), the calldata floor (EIP-7623), the
//! initcode limit (EIP-3860) and the cap per transaction (EIP-7825). A later fork gets a function
//! of its own. All sums stay far below 2^64: a request is at most 256 KiB.

use crate::eip2930::AccessListEntry;

/// EIP-7825: no transaction may ask for more.
const MAX_TRANSACTION_GAS: u64 = 16_777_216;
/// EIP-3860: twice the largest contract.
const MAX_INITCODE_BYTES: u64 = 49_152;

const TRANSACTION: u64 = 21_000;
const CREATE: u64 = 32_000;
const INITCODE_WORD: u64 = 2;
const ZERO_BYTE: u64 = 4;
const NONZERO_BYTE: u64 = 16;
const ACCESS_LIST_ADDRESS: u64 = 2_400;
const ACCESS_LIST_STORAGE_KEY: u64 = 1_900;
/// EIP-7623: a zero byte is one token, any other is four, and each token costs at least this.
const FLOOR_PER_TOKEN: u64 = 10;
const TOKENS_PER_NONZERO_BYTE: u64 = 4;

/// What of a transaction the rules look at.
pub(crate) struct GasFacts<'a> {
    pub(crate) gas_limit: u64,
    pub(crate) creates: bool,
    pub(crate) data: &'a [u8],
    pub(crate) access_list: &'a [AccessListEntry],
}

/// A rule that is broken: the field and a reason that completes the sentence "field …".
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BrokenRule {
    pub(crate) field: GasField,
    pub(crate) reason: String,
}

/// The field that breaks a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GasField {
    GasLimit,
    Data,
}

/// Every rule of Osaka that the transaction breaks.
pub(crate) fn broken_rules_of_osaka(facts: &GasFacts<'_>) -> Vec<BrokenRule> {
    let mut broken = Vec::new();
    let needed = required_gas_in_osaka(facts);
    if facts.gas_limit < needed {
        broken.push(BrokenRule {
            field: GasField::GasLimit,
            reason: format!(
                "is {}, below the {needed} that this transaction costs before it runs",
                facts.gas_limit
            ),
        });
    }
    if facts.gas_limit > MAX_TRANSACTION_GAS {
        broken.push(BrokenRule {
            field: GasField::GasLimit,
            reason: format!(
                "is {}, above the limit of {MAX_TRANSACTION_GAS} per transaction (EIP-7825)",
                facts.gas_limit
            ),
        });
    }
    let length = count(facts.data);
    if facts.creates && length > MAX_INITCODE_BYTES {
        broken.push(BrokenRule {
            field: GasField::Data,
            reason: format!("is {length} bytes of contract code, above the limit of {MAX_INITCODE_BYTES} (EIP-3860)"),
        });
    }
    broken
}

/// The larger of the intrinsic cost and the calldata floor.
fn required_gas_in_osaka(facts: &GasFacts<'_>) -> u64 {
    let length = count(facts.data);
    let nonzero = facts
        .data
        .iter()
        .map(|byte| u64::from(*byte != 0))
        .sum::<u64>();
    let zero = length - nonzero;
    let creation = if facts.creates {
        CREATE + INITCODE_WORD * length.div_ceil(32)
    } else {
        0
    };
    let access_list: u64 = facts
        .access_list
        .iter()
        .map(|entry| ACCESS_LIST_ADDRESS + ACCESS_LIST_STORAGE_KEY * count(&entry.storage_keys))
        .sum();
    let intrinsic =
        TRANSACTION + ZERO_BYTE * zero + NONZERO_BYTE * nonzero + creation + access_list;
    let floor = TRANSACTION + FLOOR_PER_TOKEN * (zero + TOKENS_PER_NONZERO_BYTE * nonzero);
    intrinsic.max(floor)
}

fn count<T>(items: &[T]) -> u64 {
    // A slice never has 2^64 items.
    u64::try_from(items.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test may fail loudly"
    )]

    use super::{GasFacts, GasField, broken_rules_of_osaka, required_gas_in_osaka};
    use crate::Address;
    use crate::eip2930::AccessListEntry;

    fn facts(data: &[u8], creates: bool) -> GasFacts<'_> {
        GasFacts {
            gas_limit: 1_000_000,
            creates,
            data,
            access_list: &[],
        }
    }

    #[test]
    fn a_plain_transfer_costs_21000() {
        assert_eq!(required_gas_in_osaka(&facts(&[], false)), 21_000);
    }

    #[test]
    fn calldata_costs_at_least_the_floor_of_eip_7623() {
        // 4 + 16 = 20 by intrinsic cost, 10 + 40 = 50 by the floor.
        assert_eq!(required_gas_in_osaka(&facts(&[0, 1], false)), 21_050);
    }

    #[test]
    fn creation_and_access_lists_cost_more_than_the_floor() {
        // 21000 + 32000 + 2 words of initcode + 33 * 16.
        assert_eq!(
            required_gas_in_osaka(&facts(&[1; 33], true)),
            53_000 + 4 + 528
        );
        let entry = AccessListEntry {
            address: Address::from_bytes([1; 20]),
            storage_keys: vec![[0; 32]; 2],
        };
        let list = [entry.clone(), entry];
        let with_list = GasFacts {
            access_list: &list,
            ..facts(&[0, 1], false)
        };
        assert_eq!(
            required_gas_in_osaka(&with_list),
            21_000 + 20 + 2 * 2_400 + 4 * 1_900
        );
    }

    #[test]
    fn limits_are_exact() {
        let at = |gas_limit| {
            broken_rules_of_osaka(&GasFacts {
                gas_limit,
                ..facts(&[], false)
            })
            .len()
        };
        assert_eq!(
            [at(20_999), at(21_000), at(16_777_216), at(16_777_217)],
            [1, 0, 0, 1]
        );

        let code = vec![0; 49_153];
        let creating = |code| broken_rules_of_osaka(&facts(code, true));
        assert_eq!(creating(&code[..49_152]), []);
        assert_eq!(creating(&code)[0].field, GasField::Data);
        // The same bytes sent to a contract are no initcode.
        assert_eq!(broken_rules_of_osaka(&facts(&code, false)), []);
    }
}
