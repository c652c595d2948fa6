//! Seaport orders: an offer of tokens that anyone may take for what the order asks.

use super::{
    read::Data,
    recognise::{Protocol, other_than},
};
use crate::{
    Address, Effect, EffectKind, Fact, U256,
    summary::{Row, Tone},
    time,
};

const ORDER: &str = "OrderComponents(address offerer,address zone,OfferItem[] offer,ConsiderationItem[] consideration,uint8 orderType,uint256 startTime,uint256 endTime,bytes32 zoneHash,uint256 salt,bytes32 conduitKey,uint256 counter)ConsiderationItem(uint8 itemType,address token,uint256 identifierOrCriteria,uint256 startAmount,uint256 endAmount,address recipient)OfferItem(uint8 itemType,address token,uint256 identifierOrCriteria,uint256 startAmount,uint256 endAmount)";

/// One thing that is offered or asked.
struct Item {
    /// `None` is the chain's own coin.
    token: Option<Address>,
    /// `None` where the order takes any of several tokens, or where tokens have no ids.
    token_id: Option<U256>,
    /// The larger of what it is at the start and at the end of the order.
    amount: U256,
}

pub(super) fn recognise(definition: &str, message: &[Data], signer: &Address) -> Option<Protocol> {
    if definition != ORDER {
        return None;
    }
    let [offerer, _, offer, consideration, _, _, end, ..] = message else {
        return None;
    };
    let from = other_than(signer, offerer.address()?);
    let mut rows = Vec::new();
    let mut effects = Vec::new();
    for fields in offer.items()? {
        let item = item(fields.fields()?)?;
        rows.push(Row::new("Order offers", shown(&item), Tone::Amount));
        effects.push(Effect {
            asset: item.token,
            from,
            amount: Some(item.amount),
            token_id: item.token_id,
            ..Effect::new(EffectKind::Order)
        });
    }
    if effects.is_empty() {
        effects.push(Effect::new(EffectKind::Order));
    }
    let mut pays_signer = false;
    for fields in consideration.items()? {
        let fields = fields.fields()?;
        let item = item(fields)?;
        let recipient = fields.last()?.address()?;
        pays_signer |= recipient == *signer && !item.amount.is_zero();
        let asked = format!("{} for {recipient}", shown(&item));
        rows.push(Row::new("Order asks", asked, Tone::Amount));
    }
    let until = time::number_and_date(end.uint()?);
    rows.push(Row::new("Order ends", until.clone(), Tone::Text));
    let mut warnings = vec![(
        Fact::SignsOrder,
        format!(
            "Anyone who has this order can take what it offers for what it asks, until {until}."
        ),
    )];
    if !pays_signer {
        warnings.push((
            Fact::OrderWithoutReturn,
            "The order asks nothing for your account: what it offers is given away.".to_owned(),
        ));
    }
    Some(Protocol {
        title: "Sign an order for tokens",
        rows,
        warnings,
        effects,
    })
}

fn item(fields: &[Data]) -> Option<Item> {
    let [kind, token, id, start, end, ..] = fields else {
        return None;
    };
    // 0 coin, 1 ERC-20, 2 ERC-721, 3 ERC-1155, 4 and 5 the same by criteria.
    let kind = kind.uint()?.to_u64();
    Some(Item {
        token: (kind != Some(0)).then_some(token.address()?),
        token_id: matches!(kind, Some(2 | 3)).then_some(id.uint()?),
        amount: start.uint()?.max(end.uint()?),
    })
}

fn shown(item: &Item) -> String {
    let amount = units(item.amount);
    match (item.token, item.token_id) {
        (None, _) => format!("{amount} of the coin"),
        (Some(token), None) => format!("{amount} of the token {token}"),
        (Some(token), Some(id)) => format!("{amount} of the token {token} with id {id}"),
    }
}

/// How many decimals a token has cannot be known without its contract.
pub(super) fn units(amount: U256) -> String {
    format!("{amount} (in the smallest unit)")
}
