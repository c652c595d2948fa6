//! Calls that carry other calls: `multicall`, Multicall3, the batches of smart accounts.
//!
//! `multicall` makes a contract call itself in the name of its caller, so the calls inside are the
//! signing account's own. All the others call in their own name: what the calls inside send, spend
//! or approve belongs to the contract that is called, which an effect says by its `from`.

use super::{Call, Function, MAX_DEPTH, Reader, abi, abi::Value};
use crate::{
    Address, Effect, EffectKind, Fact, U256,
    summary::{Tone, in_bytes},
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(0xac96_50d8, "multicall(bytes[])", multicall),
    // Uniswap's routers: with a deadline, and with the hash of the block before.
    Function::new(0x5ae4_01dc, "multicall(uint256,bytes[])", multicall),
    Function::new(0x1f04_64d1, "multicall(bytes32,bytes[])", multicall),
    // Multicall3.
    Function::new(0x252d_ba42, "aggregate((address,bytes)[])", aggregate),
    Function::new(
        0xbce3_8bd7,
        "tryAggregate(bool,(address,bytes)[])",
        aggregate,
    ),
    Function::new(0x82ad_56cb, "aggregate3((address,bool,bytes)[])", aggregate),
    Function::new(
        0x174d_ea71,
        "aggregate3Value((address,bool,uint256,bytes)[])",
        execute_tuples,
    ),
    // Smart accounts of ERC-4337, from the reference account's versions.
    Function::new(0xb61d_27f6, "execute(address,uint256,bytes)", execute_one),
    Function::new(
        0x18df_b3c7,
        "executeBatch(address[],bytes[])",
        execute_columns,
    ),
    Function::new(
        0x47e1_da2a,
        "executeBatch(address[],uint256[],bytes[])",
        execute_columns,
    ),
    Function::new(
        0x34fc_d5be,
        "executeBatch((address,uint256,bytes)[])",
        execute_tuples,
    ),
    // ERC-7579 and ERC-7821.
    Function::new(0xe9ae_5c53, "execute(bytes32,bytes)", execute_mode),
];

/// A call inside a batch.
struct Inner<'a> {
    target: Address,
    value: U256,
    data: &'a [u8],
}

fn multicall(reader: &mut Reader<'_>, call: &Call<'_>, arguments: &[Value<'_>]) -> Option<()> {
    let calls = arguments.last()?.list()?;
    if !open(reader, call, calls.len(), "in its caller's name") {
        return Some(());
    }
    for (position, data) in calls.iter().enumerate() {
        if reader.is_full() {
            reader.too_many();
            break;
        }
        reader.call(&Call {
            data: data.bytes()?,
            ..inside(call, position)
        });
    }
    Some(())
}

/// Tuples that begin with a target and end with data. The flag of `aggregate3` says only whether a
/// failure of that call is tolerated.
fn aggregate(reader: &mut Reader<'_>, call: &Call<'_>, arguments: &[Value<'_>]) -> Option<()> {
    let calls = tuples(arguments.last()?, |tuple| match tuple {
        [target, .., data] => inner(target, None, data),
        _ => None,
    })?;
    run(reader, call, &calls, false)
}

/// The same with a value before the data.
fn execute_tuples(reader: &mut Reader<'_>, call: &Call<'_>, arguments: &[Value<'_>]) -> Option<()> {
    let [list] = arguments else { return None };
    run(reader, call, &tuples(list, with_value)?, false)
}

fn with_value<'a>(tuple: &[Value<'a>]) -> Option<Inner<'a>> {
    match tuple {
        [target, .., value, data] => inner(target, Some(value), data),
        _ => None,
    }
}

fn tuples<'a>(
    list: &Value<'a>,
    read: fn(&[Value<'a>]) -> Option<Inner<'a>>,
) -> Option<Vec<Inner<'a>>> {
    let mut calls = Vec::new();
    for tuple in list.list()? {
        calls.push(read(tuple.list()?)?);
    }
    Some(calls)
}

fn execute_one(reader: &mut Reader<'_>, call: &Call<'_>, arguments: &[Value<'_>]) -> Option<()> {
    let [target, value, data] = arguments else {
        return None;
    };
    run(reader, call, &[inner(target, Some(value), data)?], false)
}

/// Targets, values and data side by side. No values at all means zero for each.
fn execute_columns(
    reader: &mut Reader<'_>,
    call: &Call<'_>,
    arguments: &[Value<'_>],
) -> Option<()> {
    let (targets, values, datas) = match arguments {
        [targets, datas] => (targets.list()?, &[][..], datas.list()?),
        [targets, values, datas] => (targets.list()?, values.list()?, datas.list()?),
        _ => return None,
    };
    if targets.len() != datas.len() || !(values.is_empty() || values.len() == targets.len()) {
        return None;
    }
    let mut calls = Vec::new();
    for (position, (target, data)) in targets.iter().zip(datas).enumerate() {
        calls.push(inner(target, values.get(position), data)?);
    }
    run(reader, call, &calls, false)
}

/// ERC-7579: the first byte of the mode says single call or batch, the second whether failures are
/// tolerated. ERC-7821 adds a batch with data for the account's own checks, and lets the zero
/// address stand for the account.
fn execute_mode(reader: &mut Reader<'_>, call: &Call<'_>, arguments: &[Value<'_>]) -> Option<()> {
    let [mode, execution] = arguments else {
        return None;
    };
    let execution = execution.bytes()?;
    let (kind, selector) = match mode.word()? {
        [kind, 0 | 1, 0, 0, 0, 0, a, b, c, d, ..] => (*kind, [*a, *b, *c, *d]),
        // Modes that are not known here, such as a call with foreign code (0xff): nothing is listed,
        // so that the reader says that the call is unknown.
        _ => return Some(()),
    };
    match (kind, selector) {
        (0, [0, 0, 0, 0]) => {
            let (target, rest) = execution.split_first_chunk::<20>()?;
            let (value, data) = rest.split_first_chunk::<32>()?;
            let only = Inner {
                target: Address::from_bytes(*target),
                value: U256::from_be_bytes(*value),
                data,
            };
            run(reader, call, &[only], true)
        }
        (1, [0, 0, 0, 0] | [0x78, 0x21, 0, 1]) => {
            let calls = abi::decode("((address,uint256,bytes)[])", execution).or_else(|| {
                let with_data = "((address,uint256,bytes)[],bytes)";
                (selector != [0; 4]).then(|| abi::decode(with_data, execution))?
            })?;
            run(reader, call, &tuples(calls.first()?, with_value)?, true)
        }
        _ => Some(()),
    }
}

fn inner<'a>(target: &Value<'a>, value: Option<&Value<'a>>, data: &Value<'a>) -> Option<Inner<'a>> {
    Some(Inner {
        target: target.address()?,
        value: match value {
            Some(value) => value.number()?,
            None => U256::ZERO,
        },
        data: data.bytes()?,
    })
}

/// Lists the calls, made by the contract that is called.
fn run(
    reader: &mut Reader<'_>,
    call: &Call<'_>,
    calls: &[Inner<'_>],
    zero_is_itself: bool,
) -> Option<()> {
    if !open(reader, call, calls.len(), "in its own name") {
        return Some(());
    }
    for (position, inner) in calls.iter().enumerate() {
        if reader.is_full() {
            reader.too_many();
            break;
        }
        let next = Call {
            contract: inner.target,
            sender: Some(call.contract),
            data: inner.data,
            ..inside(call, position)
        };
        send_coins(reader, &next, inner.value);
        if zero_is_itself && !inner.data.is_empty() && is_zero(&inner.target) {
            // By ERC-7579 the zero address, by ERC-7821 the account: not to be guessed.
            reader.unknown(&next);
        } else if !inner.data.is_empty() || inner.value.is_zero() {
            reader.call(&next);
        }
    }
    Some(())
}

fn send_coins(reader: &mut Reader<'_>, call: &Call<'_>, value: U256) {
    if value.is_zero() {
        return;
    }
    let sentence = format!(
        "sends {} from {} to {}",
        reader.amount(value),
        reader.owner_name(call.sender),
        call.contract
    );
    let effect = Effect {
        from: reader.owner(call.sender),
        party: Some(call.contract),
        amount: Some(value),
        ..Effect::new(EffectKind::SendCoins)
    };
    reader.add(call, effect, Tone::Text, sentence);
}

/// Adds the row of the batch itself. False if it is nested too deep to be opened: it is then an
/// unknown call.
fn open(reader: &mut Reader<'_>, call: &Call<'_>, count: usize, name: &str) -> bool {
    if call.depth >= MAX_DEPTH {
        reader.too_many();
        reader.unknown(call);
        return false;
    }
    reader.find(Fact::Batch, None);
    let calls = if count == 1 { "call" } else { "calls" };
    let sentence = format!(
        "If {} runs batches: makes {count} {calls} {name}, with {}",
        call.contract,
        in_bytes(call.data.len())
    );
    reader.add_row(call, Tone::Text, sentence)
}

/// The call at this position of a batch, so far as all batches have it in common.
fn inside<'a>(batch: &Call<'a>, position: usize) -> Call<'a> {
    let separator = if batch.depth == 0 { " " } else { "." };
    Call {
        label: format!("{}{separator}{}", batch.label, position + 1),
        depth: batch.depth + 1,
        ..batch.clone()
    }
}

fn is_zero(address: &Address) -> bool {
    *address == Address::from_bytes([0; 20])
}
