//! What a request would do, recognised from its bytes: what a policy counts and limits.
//!
//! An effect is an interpretation beside the complete rows of the summary, never in their place:
//! whether the contract that is called really is a token cannot be known without chain state.

use serde::Serialize;

use crate::{Address, U256, data};

/// One effect. Absent members are left out of the JSON; amounts and ids are decimal text in the
/// smallest unit, addresses carry their checksum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Effect {
    /// What happens.
    pub kind: EffectKind,
    /// The contract whose assets are concerned; absent for the chain's own coin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset: Option<Address>,
    /// Whose assets, where that is not simply the signing account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Address>,
    /// Who receives, may spend, operates, or acts for the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party: Option<Address>,
    /// How much, in the smallest unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<U256>,
    /// Which token of a collection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_id: Option<U256>,
    /// Is the amount as good as everything, now and later? For 256 bits at or above 2^255, for
    /// smaller numbers their maximum.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub unlimited: bool,
    /// The function that is called, where it is not known what it does.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "selector")]
    pub selector: Option<[u8; 4]>,
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum EffectKind {
    /// The chain's own coin leaves the account.
    SendCoins,
    /// A contract is created.
    CreateContract,
    /// A function is called that is not recognised.
    UnknownCall,
    /// `from` gets the code of `party` (EIP-7702), which from then on acts for it.
    Delegate,
    /// `from` gives such code back.
    EndDelegation,
    /// Tokens change hands. With both amount and token id, the bytes do not tell which of the two
    /// the number is: ERC-20 and ERC-721 share the selector.
    Transfer,
    /// Somebody may spend an amount of a token, or move one token of a collection; amount and token
    /// id as for a transfer. An amount of zero takes an allowance back, unless it is a token id.
    Approve,
    /// Somebody may spend so much more than before.
    IncreaseAllowance,
    /// Somebody may spend so much less than before.
    DecreaseAllowance,
    /// Somebody may move every token of a collection.
    ApproveForAll,
    /// An approval is taken back, and none given whatever the contract is.
    RevokeApproval,
    /// Somebody may spend an amount of a token, by a signature of the owner.
    Permit,
    /// A signature offers tokens to whoever pays what it asks (Seaport).
    Order,
}

impl Effect {
    /// An effect of this kind with nothing else known yet.
    #[must_use]
    pub(crate) const fn new(kind: EffectKind) -> Self {
        Self {
            kind,
            asset: None,
            from: None,
            party: None,
            amount: None,
            token_id: None,
            unlimited: false,
            selector: None,
        }
    }
}

fn selector<S: serde::Serializer>(
    selector: &Option<[u8; 4]>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match selector {
        Some(selector) => serializer.serialize_str(&data::to_hex(selector)),
        None => serializer.serialize_none(),
    }
}
