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
    /// Calldata names a function that is not known here, or none.
    UnknownCalldata,
    /// Calldata names a known function, but its arguments are not canonically encoded.
    MalformedCalldata,
    /// Calldata carries other calls.
    Batch,
    /// Calldata carries more calls, or calls nested deeper, than the effects list.
    TooManyCalls,
    /// An allowance as good as everything.
    UnlimitedApproval,
    /// An approval for a whole collection.
    ApprovalForAll,
    /// An allowance by a signature.
    Permit,
    /// The message is a sign-in (ERC-4361).
    SignIn,
    /// The message looks like a sign-in, but does not follow ERC-4361.
    MalformedSignIn,
    /// The URI of a sign-in has another host than the domain that asks.
    SignInUriMismatch,
    /// A sign-in names a scheme that is not `https`.
    SignInNotHttps,
    /// A domain has a user name before it, which may imitate another domain.
    DomainWithUser,
    /// A domain has letters beyond ASCII, plain, in Punycode or percent-encoded.
    InternationalDomain,
    /// A word mixes scripts whose letters look alike.
    MixedScripts,
    /// Many combining marks stand on one letter and may cover what is around it.
    StackedMarks,
    /// Typed data in the old form of `eth_signTypedData_v1`, which has no domain.
    LegacyTypedData,
    /// Typed data of which only the domain is signed.
    DomainOnly,
    /// The domain of typed data names no chain.
    DomainWithoutChain,
    /// The domain of typed data names no contract.
    DomainWithoutContract,
    /// A permit of Permit2 for another contract than the known one.
    UnknownPermit2,
    /// An order that anyone may fulfil.
    SignsOrder,
    /// An order that asks nothing for the signing account.
    OrderWithoutReturn,
}
