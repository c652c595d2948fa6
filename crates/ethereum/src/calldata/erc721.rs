//! Collections of single tokens (ERC-721), as far as ERC-20 does not share the selector, and the
//! approval for a whole collection that ERC-721 and ERC-1155 share.

use super::{Call, Function, Reader, abi::Value};
use crate::{EffectKind, summary::in_bytes};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        0x4284_2e0e,
        "safeTransferFrom(address,address,uint256)",
        safe_transfer_from,
    ),
    Function::new(
        0xb88d_4fde,
        "safeTransferFrom(address,address,uint256,bytes)",
        safe_transfer_from,
    ),
    Function::new(
        0xa22c_b465,
        "setApprovalForAll(address,bool)",
        set_approval_for_all,
    ),
];

fn safe_transfer_from(
    reader: &mut Reader<'_>,
    call: &Call<'_>,
    arguments: &[Value<'_>],
) -> Option<()> {
    let [from, to, id, message @ ..] = arguments else {
        return None;
    };
    let (from, to, id) = (from.address()?, to.address()?, id.number()?);
    let message = message.first().and_then(Value::bytes).unwrap_or_default();
    let mut effect = reader.effect(call, EffectKind::Transfer, Some(from), to);
    effect.token_id = Some(id);
    let does = format!(
        "sends the one with id {id} from {} to {to}, and tells it {}",
        reader.owner_name(Some(from)),
        in_bytes(message.len())
    );
    reader.add_if(call, "a collection (ERC-721)", effect, &does);
    Some(())
}

fn set_approval_for_all(
    reader: &mut Reader<'_>,
    call: &Call<'_>,
    arguments: &[Value<'_>],
) -> Option<()> {
    let [operator, approved] = arguments else {
        return None;
    };
    let (operator, approved) = (operator.address()?, approved.flag()?);
    let (kind, may) = if approved {
        (EffectKind::ApproveForAll, "lets")
    } else {
        (EffectKind::RevokeApproval, "no longer lets")
    };
    let mut effect = reader.effect(call, kind, call.sender, operator);
    effect.unlimited = approved;
    let owner = reader.owner_name(call.sender);
    let does = format!("{may} {operator} move all that {owner} has in it, now and later");
    reader.add_if(call, "a collection (ERC-721, ERC-1155)", effect, &does);
    Some(())
}
