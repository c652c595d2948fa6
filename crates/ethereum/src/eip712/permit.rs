//! Permits: a signature instead of a transaction that lets somebody take tokens.
//!
//! - ERC-2612, and the older form of Dai, signed for the token itself
//! - Permit2, signed for one contract that holds allowances of many tokens: `AllowanceTransfer`
//!   (`PermitSingle`, `PermitBatch`) and `SignatureTransfer` (`PermitTransferFrom` and its batch, also
//!   with a witness, which is data of the application behind the four fields of Permit2)

use super::{
    read::Data,
    recognise::{Protocol, other_than},
    seaport,
};
use crate::{
    Address, Effect, EffectKind, Fact, U256,
    summary::{Row, Tone},
    time,
};

const ERC_2612: &str =
    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)";
const DAI: &str =
    "Permit(address holder,address spender,uint256 nonce,uint256 expiry,bool allowed)";
const PERMIT_SINGLE: &str =
    "PermitSingle(PermitDetails details,address spender,uint256 sigDeadline)";
const PERMIT_BATCH: &str =
    "PermitBatch(PermitDetails[] details,address spender,uint256 sigDeadline)";
const PERMIT_DETAILS: &str =
    "PermitDetails(address token,uint160 amount,uint48 expiration,uint48 nonce)";
const TRANSFER: &str =
    "PermitTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline)";
const BATCH_TRANSFER: &str = "PermitBatchTransferFrom(TokenPermissions[] permitted,address spender,uint256 nonce,uint256 deadline)";
const WITNESS_TRANSFER: &str = "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,";
const BATCH_WITNESS_TRANSFER: &str = "PermitBatchWitnessTransferFrom(TokenPermissions[] permitted,address spender,uint256 nonce,uint256 deadline,";
const TOKEN_PERMISSIONS: &str = "TokenPermissions(address token,uint256 amount)";

/// The Permit2 contract, at the same address on nearly every chain.
const PERMIT2: Address = Address::from_bytes([
    0x00, 0x00, 0x00, 0x00, 0x00, 0x22, 0xd4, 0x73, 0x03, 0x0f, 0x11, 0x6d, 0xde, 0xe9, 0xf6, 0xb4,
    0x3a, 0xc7, 0x8b, 0xa3,
]);

/// What a permit says, whichever form it has.
struct Permit {
    /// `None` where the form has no owner: it is the signer.
    owner: Option<Address>,
    spender: Address,
    grants: Vec<Grant>,
    /// Until when the signature can be used.
    deadline: String,
    is_permit2: bool,
}

/// One token that may be taken.
struct Grant {
    token: Option<Address>,
    /// `None` is without limit.
    amount: Option<U256>,
    /// Until when an allowance lasts that outlives the signature.
    expiration: Option<String>,
}

pub(super) fn recognise(
    definition: &str,
    contract: Option<Address>,
    message: &[Data],
    signer: &Address,
) -> Option<Protocol> {
    let permit = match form_of(definition)? {
        Form::Erc2612 => erc_2612(contract, message),
        Form::Dai => dai(contract, message),
        Form::Allowance => allowance(message),
        Form::Transfer => transfer(message),
    }?;
    Some(describe(&permit, contract, signer))
}

#[derive(Clone, Copy)]
enum Form {
    Erc2612,
    Dai,
    Allowance,
    Transfer,
}

fn form_of(definition: &str) -> Option<Form> {
    let is_witness = |start| {
        // The witness type is the application's own; Permit2's part is fixed.
        definition.starts_with(start) && definition.contains(TOKEN_PERMISSIONS)
    };
    let is = |head, tail| definition.strip_prefix(head) == Some(tail);
    if definition == ERC_2612 {
        Some(Form::Erc2612)
    } else if definition == DAI {
        Some(Form::Dai)
    } else if is(PERMIT_SINGLE, PERMIT_DETAILS) || is(PERMIT_BATCH, PERMIT_DETAILS) {
        Some(Form::Allowance)
    } else if is(TRANSFER, TOKEN_PERMISSIONS)
        || is(BATCH_TRANSFER, TOKEN_PERMISSIONS)
        || is_witness(WITNESS_TRANSFER)
        || is_witness(BATCH_WITNESS_TRANSFER)
    {
        Some(Form::Transfer)
    } else {
        None
    }
}

fn erc_2612(contract: Option<Address>, message: &[Data]) -> Option<Permit> {
    let [owner, spender, value, _nonce, deadline] = message else {
        return None;
    };
    Some(Permit {
        owner: Some(owner.address()?),
        spender: spender.address()?,
        grants: vec![Grant {
            token: contract,
            amount: limit(value.uint()?, U256::MAX),
            expiration: None,
        }],
        deadline: time::number_and_date(deadline.uint()?),
        is_permit2: false,
    })
}

/// All or nothing; an expiry of 0 is none.
fn dai(contract: Option<Address>, message: &[Data]) -> Option<Permit> {
    let [holder, spender, _nonce, expiry, allowed] = message else {
        return None;
    };
    let expiry = expiry.uint()?;
    Some(Permit {
        owner: Some(holder.address()?),
        spender: spender.address()?,
        grants: vec![Grant {
            token: contract,
            amount: (!allowed.bool()?).then_some(U256::ZERO),
            expiration: None,
        }],
        deadline: if expiry.is_zero() {
            "0 (never)".to_owned()
        } else {
            time::number_and_date(expiry)
        },
        is_permit2: false,
    })
}

fn allowance(message: &[Data]) -> Option<Permit> {
    let [details, spender, deadline] = message else {
        return None;
    };
    let max = U256::from_be_bytes(core::array::from_fn(|at| if at < 12 { 0 } else { 0xff }));
    let grants: Option<Vec<Grant>> = one_or_many(details)
        .iter()
        .map(|details| {
            let [token, amount, expiration, _nonce] = details.fields()? else {
                return None;
            };
            let expiration = expiration.uint()?;
            Some(Grant {
                token: Some(token.address()?),
                amount: limit(amount.uint()?, max),
                expiration: Some(if expiration.is_zero() {
                    "0 (only in the block that uses the signature)".to_owned()
                } else {
                    time::number_and_date(expiration)
                }),
            })
        })
        .collect();
    Some(Permit {
        owner: None,
        spender: spender.address()?,
        grants: grants?,
        deadline: time::number_and_date(deadline.uint()?),
        is_permit2: true,
    })
}

fn transfer(message: &[Data]) -> Option<Permit> {
    let [permitted, spender, _nonce, deadline, ..] = message else {
        return None;
    };
    let grants: Option<Vec<Grant>> = one_or_many(permitted)
        .iter()
        .map(|permitted| {
            let [token, amount] = permitted.fields()? else {
                return None;
            };
            Some(Grant {
                token: Some(token.address()?),
                amount: limit(amount.uint()?, U256::MAX),
                expiration: None,
            })
        })
        .collect();
    Some(Permit {
        owner: None,
        spender: spender.address()?,
        grants: grants?,
        deadline: time::number_and_date(deadline.uint()?),
        is_permit2: true,
    })
}

fn one_or_many<'d, 'a>(value: &'d Data<'a>) -> &'d [Data<'a>] {
    value.items().unwrap_or(core::slice::from_ref(value))
}

/// The largest number of its type means "all, now and later".
fn limit(amount: U256, max: U256) -> Option<U256> {
    (amount != max).then_some(amount)
}

fn describe(permit: &Permit, contract: Option<Address>, signer: &Address) -> Protocol {
    let spender = permit.spender;
    let mut rows = vec![
        Row::new("Token spender", spender.to_string(), Tone::Address),
        Row::new("Permit deadline", permit.deadline.clone(), Tone::Text),
    ];
    let mut effects = Vec::new();
    for grant in &permit.grants {
        rows.extend(
            grant
                .token
                .map(|token| Row::new("Token contract", token.to_string(), Tone::Address)),
        );
        rows.push(match grant.amount {
            Some(amount) => Row::new("Spending limit", seaport::units(amount), Tone::Amount),
            None => Row::new("Spending limit", "unlimited", Tone::Warning),
        });
        rows.extend(
            grant
                .expiration
                .as_ref()
                .map(|end| Row::new("Allowance ends", end.clone(), Tone::Text)),
        );
        effects.push(Effect {
            asset: grant.token,
            from: permit.owner.and_then(|owner| other_than(signer, owner)),
            party: Some(spender),
            amount: grant.amount,
            unlimited: grant.amount.is_none(),
            ..Effect::new(EffectKind::Permit)
        });
    }
    let mut warnings = Vec::new();
    let grants = |grant: &Grant| grant.amount.is_none_or(|amount| !amount.is_zero());
    if permit.grants.iter().any(grants) {
        warnings.push((
            Fact::Permit,
            format!(
                "This signature lets {spender} take tokens from your account without asking again. \
                 It works without a transaction of yours."
            ),
        ));
    }
    if permit.grants.iter().any(|grant| grant.amount.is_none()) {
        warnings.push((
            Fact::UnlimitedApproval,
            "The amount is unlimited: all tokens of this kind can be taken, also those that you \
             receive later."
                .to_owned(),
        ));
    }
    if permit.is_permit2 && contract != Some(PERMIT2) {
        warnings.push((
            Fact::UnknownPermit2,
            "The contract of the domain is not the known Permit2 contract.".to_owned(),
        ));
    }
    Protocol {
        title: "Allow token spending",
        rows,
        warnings,
        effects,
    }
}
