//! Uniswap's Permit2: one contract that holds allowances for many tokens, with an end in time, and
//! moves tokens by their owner's signature.
//!
//! Its amounts have 160 bits, and it does not count down the largest of them. A token's own
//! `approve` for Permit2 is what gives it power; see [`super::erc20`].

use super::{Call, Function, Reader, SIGNED, abi::Value, units};
use crate::{Address, EffectKind, U256, time};

const PERMIT2: &str = "Permit2";

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        0x8751_7c45,
        "approve(address,address,uint160,uint48)",
        approve,
    ),
    Function::new(
        0x2b67_b570,
        "permit(address,((address,uint160,uint48,uint48),address,uint256),bytes)",
        permit_single,
    ),
    Function::new(
        0x2a2d_80d1,
        "permit(address,((address,uint160,uint48,uint48)[],address,uint256),bytes)",
        permit_batch,
    ),
    Function::new(
        0x36c7_8516,
        "transferFrom(address,address,uint160,address)",
        transfer_from,
    ),
    Function::new(
        0x0d58_b1db,
        "transferFrom((address,address,uint160,address)[])",
        transfer_from_batch,
    ),
    Function::new(
        0x30f2_8b7a,
        "permitTransferFrom(((address,uint256),uint256,uint256),(address,uint256),address,bytes)",
        permit_transfer_from,
    ),
    Function::new(
        0xedd9_444b,
        "permitTransferFrom(((address,uint256)[],uint256,uint256),(address,uint256)[],address,bytes)",
        permit_transfer_from_batch,
    ),
];

fn approve(reader: &mut Reader<'_>, call: &Call<'_>, arguments: &[Value<'_>]) -> Option<()> {
    let [token, spender, amount, expiration] = arguments else {
        return None;
    };
    let kind = EffectKind::Approve;
    allow(
        reader,
        call,
        kind,
        call.sender,
        spender,
        [token, amount, expiration],
    )
}

fn permit_single(reader: &mut Reader<'_>, call: &Call<'_>, arguments: &[Value<'_>]) -> Option<()> {
    let [owner, permit, _signature] = arguments else {
        return None;
    };
    let [details, spender, _deadline] = permit.list()? else {
        return None;
    };
    permit_one(reader, call, owner, spender, details)
}

fn permit_batch(reader: &mut Reader<'_>, call: &Call<'_>, arguments: &[Value<'_>]) -> Option<()> {
    let [owner, permit, _signature] = arguments else {
        return None;
    };
    let [details, spender, _deadline] = permit.list()? else {
        return None;
    };
    details
        .list()?
        .iter()
        .try_for_each(|details| permit_one(reader, call, owner, spender, details))
}

fn permit_one(
    reader: &mut Reader<'_>,
    call: &Call<'_>,
    owner: &Value<'_>,
    spender: &Value<'_>,
    details: &Value<'_>,
) -> Option<()> {
    let [token, amount, expiration, _nonce] = details.list()? else {
        return None;
    };
    reader.permit();
    let (kind, owner) = (EffectKind::Permit, Some(owner.address()?));
    allow(
        reader,
        call,
        kind,
        owner,
        spender,
        [token, amount, expiration],
    )
}

/// Notes an allowance: which token, how much of it, until when.
fn allow(
    reader: &mut Reader<'_>,
    call: &Call<'_>,
    kind: EffectKind,
    owner: Option<Address>,
    spender: &Value<'_>,
    details: [&Value<'_>; 3],
) -> Option<()> {
    let [token, amount, expiration] = details;
    let (token, spender) = (token.address()?, spender.address()?);
    let (amount, expiration) = (amount.number()?, expiration.number()?);
    let mut effect = reader.effect(call, kind, owner, spender);
    effect.asset = Some(token);
    effect.amount = Some(amount);
    effect.unlimited = is_unlimited(amount);
    let owner = reader.owner_name(owner);
    let mut does = if amount.is_zero() {
        effect.kind = EffectKind::RevokeApproval;
        format!("takes back what {spender} may spend of token {token} from {owner}")
    } else {
        let amount = units(amount, effect.unlimited, &format!("token {token}"));
        let end = if expiration.is_zero() {
            "in the same block only".to_owned()
        } else {
            format!("until {}", time::utc(expiration))
        };
        format!("lets {spender} spend {amount} from {owner}, {end}")
    };
    if kind == EffectKind::Permit {
        does += SIGNED;
    }
    reader.add_if(call, PERMIT2, effect, &does);
    Some(())
}

fn transfer_from(reader: &mut Reader<'_>, call: &Call<'_>, arguments: &[Value<'_>]) -> Option<()> {
    let [from, to, amount, token] = arguments else {
        return None;
    };
    transfer(reader, call, from, to, token, amount)
}

fn transfer_from_batch(
    reader: &mut Reader<'_>,
    call: &Call<'_>,
    arguments: &[Value<'_>],
) -> Option<()> {
    let [transfers] = arguments else { return None };
    transfers
        .list()?
        .iter()
        .try_for_each(|transfer| transfer_from(reader, call, transfer.list()?))
}

fn permit_transfer_from(
    reader: &mut Reader<'_>,
    call: &Call<'_>,
    arguments: &[Value<'_>],
) -> Option<()> {
    let [permit, details, owner, _signature] = arguments else {
        return None;
    };
    let [permitted, _nonce, _deadline] = permit.list()? else {
        return None;
    };
    permit_transfer_one(reader, call, owner, permitted, details)
}

fn permit_transfer_from_batch(
    reader: &mut Reader<'_>,
    call: &Call<'_>,
    arguments: &[Value<'_>],
) -> Option<()> {
    let [permit, details, owner, _signature] = arguments else {
        return None;
    };
    let [permitted, _nonce, _deadline] = permit.list()? else {
        return None;
    };
    let (permitted, details) = (permitted.list()?, details.list()?);
    if permitted.len() != details.len() {
        return None;
    }
    permitted
        .iter()
        .zip(details)
        .try_for_each(|(permitted, details)| {
            permit_transfer_one(reader, call, owner, permitted, details)
        })
}

/// The owner's signature permits up to an amount to whoever calls; the caller says how much of it
/// goes where.
fn permit_transfer_one(
    reader: &mut Reader<'_>,
    call: &Call<'_>,
    owner: &Value<'_>,
    permitted: &Value<'_>,
    details: &Value<'_>,
) -> Option<()> {
    let [token, _most] = permitted.list()? else {
        return None;
    };
    let [to, amount] = details.list()? else {
        return None;
    };
    reader.permit();
    transfer(reader, call, owner, to, token, amount)
}

fn transfer(
    reader: &mut Reader<'_>,
    call: &Call<'_>,
    from: &Value<'_>,
    to: &Value<'_>,
    token: &Value<'_>,
    amount: &Value<'_>,
) -> Option<()> {
    let (from, to) = (from.address()?, to.address()?);
    let (token, amount) = (token.address()?, amount.number()?);
    let mut effect = reader.effect(call, EffectKind::Transfer, Some(from), to);
    effect.asset = Some(token);
    effect.amount = Some(amount);
    let owner = reader.owner_name(Some(from));
    let does = format!("sends {amount} smallest units of token {token} from {owner} to {to}");
    reader.add_if(call, PERMIT2, effect, &does);
    Some(())
}

/// 2^160-1, the largest amount, is never counted down.
fn is_unlimited(amount: U256) -> bool {
    let mut most = [0xff; 32];
    most.iter_mut().take(12).for_each(|byte| *byte = 0);
    amount == U256::from_be_bytes(most)
}
