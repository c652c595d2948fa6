//! Collections with amounts of each token (ERC-1155).

use super::{Call, Function, Reader, abi::Value};
use crate::{Address, EffectKind, U256, summary::in_bytes};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        0xf242_432a,
        "safeTransferFrom(address,address,uint256,uint256,bytes)",
        safe_transfer_from,
    ),
    Function::new(
        0x2eb2_c2d6,
        "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)",
        safe_batch_transfer_from,
    ),
];

fn safe_transfer_from(
    reader: &mut Reader<'_>,
    call: &Call<'_>,
    arguments: &[Value<'_>],
) -> Option<()> {
    let [from, to, id, amount, message] = arguments else {
        return None;
    };
    let (from, to, message) = (from.address()?, to.address()?, message.bytes()?);
    let (id, amount) = (id.number()?, amount.number()?);
    transfer(reader, call, from, to, id, amount, message);
    Some(())
}

fn safe_batch_transfer_from(
    reader: &mut Reader<'_>,
    call: &Call<'_>,
    arguments: &[Value<'_>],
) -> Option<()> {
    let [from, to, ids, amounts, message] = arguments else {
        return None;
    };
    let (from, to, message) = (from.address()?, to.address()?, message.bytes()?);
    let (ids, amounts) = (ids.list()?, amounts.list()?);
    if ids.len() != amounts.len() {
        return None;
    }
    for (id, amount) in ids.iter().zip(amounts) {
        let (id, amount) = (id.number()?, amount.number()?);
        transfer(reader, call, from, to, id, amount, message);
    }
    Some(())
}

fn transfer(
    reader: &mut Reader<'_>,
    call: &Call<'_>,
    from: Address,
    to: Address,
    id: U256,
    amount: U256,
    message: &[u8],
) {
    let mut effect = reader.effect(call, EffectKind::Transfer, Some(from), to);
    effect.amount = Some(amount);
    effect.token_id = Some(id);
    let does = format!(
        "sends {amount} of id {id} from {} to {to}, and tells it {}",
        reader.owner_name(Some(from)),
        in_bytes(message.len())
    );
    reader.add_if(call, "a collection (ERC-1155)", effect, &does);
}
