//! What a request is, as words that a program can match on: the facts that a policy decides by.
//!
//! Each warning that a person reads carries the fact behind it, so that the server's policy and the
//! consent dialog cannot disagree on what was found.

use serde::Serialize;

/// One finding. The names in JSON are camelCase and never change their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Fact {
    /// The chain id is not in the table of chains.
    UnknownChain,
    /// The transaction has no recipient.
    CreatesContract,
    /// Coins or a call go to the zero address.
    SendsToZeroAddress,
    /// The transaction carries calldata.
    SendsData,
    /// Value and fee together exceed 2^256-1 wei.
    CostOverflow,
    /// A node that follows Ethereum's rules would refuse it; whether this chain does is not certain.
    BreaksConsensusRule,
    /// The message is 32 bytes long: it may be the hash of anything.
    LooksLikeHash,
    /// The message is not UTF-8.
    NotText,
    /// Text holds characters that hide, reorder or imitate.
    DeceptiveText,
    /// The account, or another, gets the code of a contract (EIP-7702).
    Delegates,
    /// A delegation that is valid on every chain.
    DelegatesOnEveryChain,
}
