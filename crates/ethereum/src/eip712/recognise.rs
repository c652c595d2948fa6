//! Recognises typed data of well-known protocols by its `encodeType`, which is as exact as the type
//! hash: same text, same fields, same meaning to the protocol's contracts.
//!
//! What is found stands beside the complete rows of the summary, never in their place.

use super::{TypedData, permit, read::Data, seaport};
use crate::{
    Address, Effect, Fact, U256,
    atomic::Scalar,
    summary::{Row, Summary},
};

/// What a protocol makes of the message.
pub(super) struct Protocol {
    pub(super) title: &'static str,
    pub(super) rows: Vec<Row>,
    pub(super) warnings: Vec<(Fact, String)>,
    pub(super) effects: Vec<Effect>,
}

impl Protocol {
    pub(super) fn add_to(self, summary: &mut Summary) {
        self.title.clone_into(&mut summary.title);
        summary.rows.extend(self.rows);
        for (fact, sentence) in self.warnings {
            summary.warn(fact, sentence);
        }
        summary.effects.extend(self.effects);
    }
}

pub(super) fn protocol(
    typed_data: &TypedData,
    definition: &str,
    message: &[Data],
    signer: &Address,
) -> Option<Protocol> {
    let contract = typed_data.domain.verifying_contract;
    permit::recognise(definition, contract, message, signer)
        .or_else(|| seaport::recognise(definition, message, signer))
}

/// The values of a type whose definition is known.
impl Data<'_> {
    pub(super) const fn address(&self) -> Option<Address> {
        match self {
            Self::Scalar(Scalar::Address(address)) => Some(*address),
            _ => None,
        }
    }

    pub(super) const fn uint(&self) -> Option<U256> {
        match self {
            Self::Scalar(Scalar::Uint { value, .. }) => Some(*value),
            _ => None,
        }
    }

    pub(super) const fn bool(&self) -> Option<bool> {
        match self {
            Self::Scalar(Scalar::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    pub(super) fn items(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    pub(super) fn fields(&self) -> Option<&[Self]> {
        match self {
            Self::Struct(_, fields) => Some(fields),
            _ => None,
        }
    }
}

/// The owner, where that is not simply the signing account.
pub(super) fn other_than(signer: &Address, owner: Address) -> Option<Address> {
    (owner != *signer).then_some(owner)
}
