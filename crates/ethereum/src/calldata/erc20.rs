//! Fungible tokens (ERC-20), their allowances by signature (ERC-2612, and DAI's older form), and
//! the two functions that ERC-721 took over with the same selectors: `approve`, `transferFrom`.
//!
//! For those two nothing in the bytes tells whether the number is an amount or the id of one token,
//! so both are said.

use super::{Call, Function, Reader, SIGNED, abi::Value, is_unlimited, units};
use crate::{Address, EffectKind, U256};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(0xa905_9cbb, "transfer(address,uint256)", transfer),
    Function::new(
        0x23b8_72dd,
        "transferFrom(address,address,uint256)",
        transfer_from,
    ),
    Function::new(0x095e_a7b3, "approve(address,uint256)", approve),
    Function::new(
        0x3950_9351,
        "increaseAllowance(address,uint256)",
        increase_allowance,
    ),
    Function::new(
        0xa457_c2d7,
        "decreaseAllowance(address,uint256)",
        decrease_allowance,
    ),
    Function::new(
        0xd505_accf,
        "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
        permit,
    ),
    Function::new(
        0x9fd5_a6cf,
        "permit(address,address,uint256,uint256,bytes)",
        permit,
    ),
    Function::new(
        0x8fcb_af0c,
        "permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)",
        dai_permit,
    ),
];

fn transfer(reader: &mut Reader<'_>, call: &Call<'_>, arguments: &[Value<'_>]) -> Option<()> {
    let [to, amount] = arguments else { return None };
    let (to, amount) = (to.address()?, amount.number()?);
    let mut effect = reader.effect(call, EffectKind::Transfer, call.sender, to);
    effect.amount = Some(amount);
    let owner = reader.owner_name(call.sender);
    let does = format!("sends {amount} smallest units of it from {owner} to {to}");
    reader.add_if(call, "a token", effect, &does);
    Some(())
}

fn transfer_from(reader: &mut Reader<'_>, call: &Call<'_>, arguments: &[Value<'_>]) -> Option<()> {
    let [from, to, number] = arguments else {
        return None;
    };
    let (from, to, number) = (from.address()?, to.address()?, number.number()?);
    let mut effect = reader.effect(call, EffectKind::Transfer, Some(from), to);
    effect.amount = Some(number);
    effect.token_id = Some(number);
    let owner = reader.owner_name(Some(from));
    let does = format!(
        "sends {number} smallest units of it from {owner} to {to}. If it is a collection (ERC-721): \
         sends the one with id {number}"
    );
    reader.add_if(call, "a token", effect, &does);
    Some(())
}

fn approve(reader: &mut Reader<'_>, call: &Call<'_>, arguments: &[Value<'_>]) -> Option<()> {
    let [spender, number] = arguments else {
        return None;
    };
    let (spender, number) = (spender.address()?, number.number()?);
    // Approving nobody gives nothing, and takes back the approval of a token of a collection. An
    // amount of zero takes an allowance back; but a collection may have an id 0, which it would
    // give away, so it stays an approval.
    let to_nobody = spender == Address::from_bytes([0; 20]);
    let kind = if to_nobody {
        EffectKind::RevokeApproval
    } else {
        EffectKind::Approve
    };
    let mut effect = reader.effect(call, kind, call.sender, spender);
    effect.amount = Some(number);
    effect.token_id = Some(number);
    effect.unlimited = !to_nobody && is_unlimited(number);
    let owner = reader.owner_name(call.sender);
    let allowance = allowance(spender, number, effect.unlimited, &owner);
    let move_one = if to_nobody {
        "takes back who may move".to_owned()
    } else {
        format!("lets {spender} move")
    };
    let does = format!(
        "{allowance}. If it is a collection (ERC-721): {move_one} the one with id {number}"
    );
    reader.add_if(call, "a token", effect, &does);
    Some(())
}

fn increase_allowance(
    reader: &mut Reader<'_>,
    call: &Call<'_>,
    arguments: &[Value<'_>],
) -> Option<()> {
    change_allowance(reader, call, arguments, EffectKind::IncreaseAllowance)
}

fn decrease_allowance(
    reader: &mut Reader<'_>,
    call: &Call<'_>,
    arguments: &[Value<'_>],
) -> Option<()> {
    change_allowance(reader, call, arguments, EffectKind::DecreaseAllowance)
}

fn change_allowance(
    reader: &mut Reader<'_>,
    call: &Call<'_>,
    arguments: &[Value<'_>],
    kind: EffectKind,
) -> Option<()> {
    let [spender, amount] = arguments else {
        return None;
    };
    let (spender, amount) = (spender.address()?, amount.number()?);
    let more = kind == EffectKind::IncreaseAllowance;
    let mut effect = reader.effect(call, kind, call.sender, spender);
    effect.amount = Some(amount);
    effect.unlimited = more && is_unlimited(amount);
    let does = format!(
        "lets {spender} spend {} {} than before, from {}",
        units(amount, effect.unlimited, "it"),
        if more { "more" } else { "less" },
        reader.owner_name(call.sender)
    );
    reader.add_if(call, "a token", effect, &does);
    Some(())
}

fn permit(reader: &mut Reader<'_>, call: &Call<'_>, arguments: &[Value<'_>]) -> Option<()> {
    let [owner, spender, amount, ..] = arguments else {
        return None;
    };
    give_permit(reader, call, owner, spender, amount.number()?)
}

/// DAI knows no amounts: everything or nothing.
fn dai_permit(reader: &mut Reader<'_>, call: &Call<'_>, arguments: &[Value<'_>]) -> Option<()> {
    let [owner, spender, _nonce, _expiry, allowed, ..] = arguments else {
        return None;
    };
    let amount = if allowed.flag()? {
        U256::MAX
    } else {
        U256::ZERO
    };
    give_permit(reader, call, owner, spender, amount)
}

fn give_permit(
    reader: &mut Reader<'_>,
    call: &Call<'_>,
    owner: &Value<'_>,
    spender: &Value<'_>,
    amount: U256,
) -> Option<()> {
    let (owner, spender) = (owner.address()?, spender.address()?);
    let kind = if amount.is_zero() {
        EffectKind::RevokeApproval
    } else {
        EffectKind::Permit
    };
    let mut effect = reader.effect(call, kind, Some(owner), spender);
    effect.amount = Some(amount);
    effect.unlimited = is_unlimited(amount);
    let owner = reader.owner_name(Some(owner));
    let does = allowance(spender, amount, effect.unlimited, &owner) + SIGNED;
    reader.permit();
    reader.add_if(call, "a token", effect, &does);
    Some(())
}

/// What becomes of an allowance, in words.
fn allowance(spender: Address, amount: U256, unlimited: bool, owner: &str) -> String {
    if amount.is_zero() {
        format!("takes back what {spender} may spend from {owner}")
    } else {
        let amount = units(amount, unlimited, "it");
        format!("lets {spender} spend {amount} from {owner}")
    }
}
