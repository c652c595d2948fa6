//! The gas rules that decide, without any chain state, whether a node can accept a transaction.
//!
//! One table of numbers for each fork: intrinsic cost (EIP-2028, EIP-2930, EIP-3860, EIP-7702), the
//! calldata floor (EIP-7623), the initcode limit (EIP-3860), the cap per transaction (EIP-7825) and
//! blobs per transaction (EIP-7594). All sums stay far below 2^64: a request is at most 256 KiB.

use crate::{chains::Fork, eip2930::AccessListEntry};

/// EIP-7825: the most gas a transaction may ask for, from Osaka on.
pub(crate) const MAX_TRANSACTION_GAS: u64 = 16_777_216;

/// The numbers that a fork sets.
struct Rules {
    /// The most gas a transaction may ask for; from Amsterdam on only its intrinsic cost is capped.
    max_gas_limit: Option<u64>,
    max_initcode_bytes: u64,
    create: u64,
    authorization: u64,
    /// What a token costs at least, and how many tokens a zero byte and any other have for that.
    floor_per_token: u64,
    floor_tokens_per_zero_byte: u64,
    /// Tokens of an address and of a storage key in an access list, charged in full and counted
    /// for the floor.
    tokens_per_address: u64,
    tokens_per_storage_key: u64,
    max_blobs: usize,
}

/// EIP-7825 and the numbers of the EIPs named above.
const OSAKA: Rules = Rules {
    max_gas_limit: Some(MAX_TRANSACTION_GAS),
    max_initcode_bytes: 49_152,
    create: 32_000,
    authorization: 25_000,
    floor_per_token: 10,
    floor_tokens_per_zero_byte: 1,
    tokens_per_address: 0,
    tokens_per_storage_key: 0,
    max_blobs: 6,
};

/// Contract size by EIP-7954, the floor by EIP-7976 and EIP-7981, gas for creation and authorisation
/// by EIP-8037, of which only the regular part is counted: gas for new state depends on a price that
/// is not settled. So the sum is what every transaction costs at least, never too much.
const AMSTERDAM: Rules = Rules {
    max_gas_limit: None,
    max_initcode_bytes: 131_072,
    create: 9_000,
    authorization: 7_500,
    floor_per_token: 16,
    floor_tokens_per_zero_byte: 4,
    tokens_per_address: 80,
    tokens_per_storage_key: 128,
    max_blobs: 6,
};

const fn rules_of(fork: Fork) -> &'static Rules {
    match fork {
        Fork::Osaka => &OSAKA,
        Fork::Amsterdam => &AMSTERDAM,
    }
}

/// What every transaction costs, and a plain transfer no more.
pub(crate) const TRANSACTION: u64 = 21_000;
const INITCODE_WORD: u64 = 2;
const ZERO_BYTE: u64 = 4;
const NONZERO_BYTE: u64 = 16;
const TOKENS_PER_NONZERO_BYTE: u64 = 4;
const ACCESS_LIST_ADDRESS: u64 = 2_400;
const ACCESS_LIST_STORAGE_KEY: u64 = 1_900;

/// What of a transaction the rules look at.
pub(crate) struct GasFacts<'a> {
    pub(crate) gas_limit: u64,
    pub(crate) creates: bool,
    pub(crate) data: &'a [u8],
    pub(crate) access_list: &'a [AccessListEntry],
    pub(crate) authorizations: usize,
    pub(crate) blobs: usize,
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
    Blobs,
}

/// Every rule of the fork that the transaction breaks.
pub(crate) fn broken_rules(fork: Fork, facts: &GasFacts<'_>) -> Vec<BrokenRule> {
    let rules = rules_of(fork);
    let mut broken = Vec::new();
    let mut refuse = |field, reason| broken.push(BrokenRule { field, reason });
    let needed = required_gas(rules, facts);
    if facts.gas_limit < needed {
        refuse(
            GasField::GasLimit,
            format!(
                "is {}, below the {needed} that this transaction costs before it runs",
                facts.gas_limit
            ),
        );
    }
    if let Some(limit) = rules.max_gas_limit
        && facts.gas_limit > limit
    {
        refuse(
            GasField::GasLimit,
            format!(
                "is {}, above the limit of {limit} per transaction (EIP-7825)",
                facts.gas_limit
            ),
        );
    }
    let (length, limit) = (count(facts.data), rules.max_initcode_bytes);
    if facts.creates && length > limit {
        refuse(
            GasField::Data,
            format!("is {length} bytes of contract code, above the limit of {limit} (EIP-3860)"),
        );
    }
    let (blobs, limit) = (facts.blobs, rules.max_blobs);
    if blobs > limit {
        refuse(
            GasField::Blobs,
            format!("has {blobs} blobs, above the limit of {limit} per transaction (EIP-7594)"),
        );
    }
    broken
}

/// The larger of the intrinsic cost and the calldata floor.
fn required_gas(rules: &Rules, facts: &GasFacts<'_>) -> u64 {
    let length = count(facts.data);
    let nonzero = facts
        .data
        .iter()
        .map(|byte| u64::from(*byte != 0))
        .sum::<u64>();
    let zero = length - nonzero;
    let creation = if facts.creates {
        rules.create + INITCODE_WORD * length.div_ceil(32)
    } else {
        0
    };
    let addresses = count(facts.access_list);
    let storage_keys: u64 = facts
        .access_list
        .iter()
        .map(|entry| count(&entry.storage_keys))
        .sum();
    let list_tokens =
        rules.tokens_per_address * addresses + rules.tokens_per_storage_key * storage_keys;
    let access_list = ACCESS_LIST_ADDRESS * addresses
        + ACCESS_LIST_STORAGE_KEY * storage_keys
        + rules.floor_per_token * list_tokens;
    let authorizations = rules.authorization * as_u64(facts.authorizations);
    let intrinsic = TRANSACTION
        + ZERO_BYTE * zero
        + NONZERO_BYTE * nonzero
        + creation
        + access_list
        + authorizations;
    let floor_tokens =
        rules.floor_tokens_per_zero_byte * zero + TOKENS_PER_NONZERO_BYTE * nonzero + list_tokens;
    let floor = TRANSACTION + rules.floor_per_token * floor_tokens;
    intrinsic.max(floor)
}

fn count<T>(items: &[T]) -> u64 {
    as_u64(items.len())
}

fn as_u64(count: usize) -> u64 {
    // Nothing here has 2^64 items.
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test may fail loudly"
    )]

    use super::{AMSTERDAM, GasFacts, GasField, OSAKA, broken_rules, required_gas};
    use crate::{Address, chains::Fork, eip2930::AccessListEntry};

    fn facts(data: &[u8], creates: bool) -> GasFacts<'_> {
        GasFacts {
            gas_limit: 1_000_000,
            creates,
            data,
            access_list: &[],
            authorizations: 0,
            blobs: 0,
        }
    }

    /// Two entries with two keys each.
    fn list() -> [AccessListEntry; 2] {
        let entry = AccessListEntry {
            address: Address::from_bytes([1; 20]),
            storage_keys: vec![[0; 32]; 2],
        };
        [entry.clone(), entry]
    }

    #[test]
    fn a_plain_transfer_costs_21000() {
        assert_eq!(required_gas(&OSAKA, &facts(&[], false)), 21_000);
        assert_eq!(required_gas(&AMSTERDAM, &facts(&[], false)), 21_000);
    }

    #[test]
    fn calldata_costs_at_least_the_floor() {
        // Osaka (EIP-7623): 4 + 16 = 20 by intrinsic cost, 10 + 40 = 50 by the floor.
        assert_eq!(required_gas(&OSAKA, &facts(&[0, 1], false)), 21_050);
        // Amsterdam (EIP-7976): 64 for every byte.
        assert_eq!(required_gas(&AMSTERDAM, &facts(&[0, 1], false)), 21_128);
    }

    #[test]
    fn creation_lists_and_authorisations_cost_more_than_the_floor() {
        // 3 words of initcode, 65 bytes that are not zero.
        let creating = facts(&[1; 65], true);
        assert_eq!(
            required_gas(&OSAKA, &creating),
            21_000 + 32_000 + 2 * 3 + 65 * 16
        );
        assert_eq!(
            required_gas(&AMSTERDAM, &creating),
            21_000 + 9_000 + 2 * 3 + 65 * 16
        );
        let list = list();
        let with_list = GasFacts {
            access_list: &list,
            ..facts(&[0, 1], false)
        };
        let announced = 2 * 2_400 + 4 * 1_900;
        assert_eq!(required_gas(&OSAKA, &with_list), 21_000 + 20 + announced);
        // EIP-7981: 64 for every byte of 20-byte addresses and 32-byte keys.
        assert_eq!(
            required_gas(&AMSTERDAM, &with_list),
            21_000 + 20 + announced + 64 * (2 * 20 + 4 * 32)
        );
        let with_authorisations = GasFacts {
            authorizations: 3,
            ..facts(&[], false)
        };
        assert_eq!(
            required_gas(&OSAKA, &with_authorisations),
            21_000 + 3 * 25_000
        );
        assert_eq!(
            required_gas(&AMSTERDAM, &with_authorisations),
            21_000 + 3 * 7_500
        );
    }

    #[test]
    fn the_floor_of_amsterdam_counts_data_and_access_list_together() {
        let (list, data) = (list(), [0; 10_000]);
        let facts = GasFacts {
            access_list: &list,
            ..facts(&data, false)
        };
        assert_eq!(
            required_gas(&AMSTERDAM, &facts),
            21_000 + 64 * (10_000 + 2 * 20 + 4 * 32)
        );
    }

    #[test]
    fn limits_are_exact() {
        let at = |fork, gas_limit| {
            let facts = GasFacts {
                gas_limit,
                ..facts(&[], false)
            };
            broken_rules(fork, &facts).len()
        };
        let osaka = |gas_limit| at(Fork::Osaka, gas_limit);
        assert_eq!(
            [20_999, 21_000, 16_777_216, 16_777_217].map(osaka),
            [1, 0, 0, 1]
        );
        let amsterdam = |gas_limit| at(Fork::Amsterdam, gas_limit);
        assert_eq!([20_999, 21_000, 16_777_217].map(amsterdam), [1, 0, 0]);

        let blobs = |blobs| {
            let facts = GasFacts {
                blobs,
                ..facts(&[], false)
            };
            broken_rules(Fork::Osaka, &facts)
        };
        assert_eq!(blobs(6), []);
        assert_eq!(blobs(7)[0].field, GasField::Blobs);

        let code = vec![0; 131_073];
        let creating = |fork, length: usize| {
            let facts = GasFacts {
                gas_limit: 16_000_000,
                ..facts(&code[..length], true)
            };
            broken_rules(fork, &facts)
        };
        assert_eq!(creating(Fork::Osaka, 49_152), []);
        assert_eq!(creating(Fork::Osaka, 49_153)[0].field, GasField::Data);
        assert_eq!(creating(Fork::Amsterdam, 131_072), []);
        assert_eq!(creating(Fork::Amsterdam, 131_073)[0].field, GasField::Data);
        // The same bytes sent to a contract are no initcode.
        let sent = GasFacts {
            gas_limit: 16_000_000,
            ..facts(&code, false)
        };
        assert_eq!(broken_rules(Fork::Osaka, &sent), []);
    }
}
