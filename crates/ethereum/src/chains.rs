//! What is known about chains by their id: a name, a coin, and which consensus rules are certain.
//!
//! A chain is listed with a fork only where its gas rules are certain; there a transaction that no
//! node would accept is refused. Everywhere else the same rules only warn, because other chains
//! change them. The table is short on purpose: it is part of every wasm download.

/// The consensus rules of Ethereum that the transaction checks know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fork {
    /// Osaka, with all that came before it; see [`crate::gas`] for the rules.
    Osaka,
    /// Amsterdam, prepared: no chain in the table is on it yet.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "for the day that mainnet forks")
    )]
    Amsterdam,
}

/// A chain with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chain {
    pub(crate) id: u64,
    pub(crate) name: &'static str,
    /// The symbol of the coin that pays for gas.
    pub(crate) coin: &'static str,
    /// The rules in force, where they are certain.
    pub(crate) fork: Option<Fork>,
}

/// The chain with this id, if it is listed.
pub(crate) fn find(id: u64) -> Option<&'static Chain> {
    CHAINS.iter().find(|chain| chain.id == id)
}

const CHAINS: &[Chain] = &[
    certain(1, "Ethereum Mainnet"),
    certain(17_000, "Holesky test network"),
    certain(560_048, "Hoodi test network"),
    certain(11_155_111, "Sepolia test network"),
    named(10, "OP Mainnet", "ETH"),
    named(56, "BNB Smart Chain", "BNB"),
    named(100, "Gnosis", "xDAI"),
    named(137, "Polygon", "POL"),
    named(324, "ZKsync Era", "ETH"),
    named(8453, "Base", "ETH"),
    named(42_161, "Arbitrum One", "ETH"),
    named(43_114, "Avalanche C-Chain", "AVAX"),
    named(59_144, "Linea", "ETH"),
];

const fn certain(id: u64, name: &'static str) -> Chain {
    Chain {
        id,
        name,
        coin: "ETH",
        fork: Some(Fork::Osaka),
    }
}

const fn named(id: u64, name: &'static str, coin: &'static str) -> Chain {
    Chain {
        id,
        name,
        coin,
        fork: None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test may fail loudly"
    )]

    use super::{CHAINS, find};

    #[test]
    fn lists_no_chain_twice() {
        for chain in CHAINS {
            assert_eq!(find(chain.id), Some(chain));
        }
    }

    #[test]
    fn is_certain_about_mainnet_and_its_test_networks_only() {
        let certain: Vec<u64> = CHAINS
            .iter()
            .filter(|chain| chain.fork.is_some())
            .map(|chain| chain.id)
            .collect();
        assert_eq!(certain, [1, 17_000, 560_048, 11_155_111]);
        assert_eq!(find(31_337), None);
    }
}
