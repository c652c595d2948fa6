//! The domain: which application, version, chain and contract a signature is for.
//!
//! EIP-712 names five fields and says that applications should add none; only those are signed here,
//! each with its type. The chain must be the one that the wallet is on: "The user-agent should refuse
//! signing if it does not match the currently active chain."

use serde_json::{Map, Value};

use super::{
    compatibility,
    read::{Data, Reader},
};
use crate::{Address, Request, U256, atomic::Scalar, path::Path, refusal};

/// In the order of EIP-712.
const FIELDS: [(&str, &str); 5] = [
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
    ("salt", "bytes32"),
];

/// A domain that passed every check.
pub(super) struct Domain<'a> {
    /// In the order of the given type.
    fields: Vec<Data<'a>>,
    pub(super) chain_id: Option<U256>,
    pub(super) verifying_contract: Option<Address>,
}

impl<'a> Domain<'a> {
    pub(super) fn fields(&self) -> &[Data<'a>] {
        &self.fields
    }
}

pub(super) fn read<'a>(
    object: &'a Map<String, Value>,
    reader: &mut Reader,
    request: &Request,
    path: &Path,
) -> Option<Domain<'a>> {
    check_type(reader);
    let types = reader.types;
    let definition = types.fields(types.domain());
    let names: Vec<&str> = definition.iter().map(|field| field.name).collect();
    // Refused under their own name, and then hidden from the reader, which has another one for
    // keys of the message.
    if object.keys().any(|key| !names.contains(&key.as_str())) {
        reader.refuse_extra_keys(object, &names, path, &refusal::EXTRA_DOMAIN_KEY);
        return None;
    }
    let fields = reader.read_fields(types.domain(), object, path, 1)?;
    let mut domain = Domain {
        fields: Vec::new(),
        chain_id: None,
        verifying_contract: None,
    };
    for (name, value) in names.iter().zip(&fields) {
        match (*name, value) {
            (
                "chainId",
                Data::Scalar(Scalar::Uint {
                    value: chain_id, ..
                }),
            ) => domain.chain_id = Some(*chain_id),
            ("verifyingContract", Data::Scalar(Scalar::Address(contract))) => {
                domain.verifying_contract = Some(*contract);
            }
            _ => {}
        }
    }
    if let (Some(chain_id), Some(scope)) = (domain.chain_id, request.scope_of_typed_data())
        && chain_id != scope
    {
        reader.refuse(&path.key("chainId"), &refusal::CHAIN_MISMATCH);
    }
    domain.fields = fields;
    Some(domain)
}

/// Refuses fields of the type `EIP712Domain` that EIP-712 does not name.
fn check_type(reader: &mut Reader) {
    let path = Path::Root("params[1].types.EIP712Domain");
    let types = reader.types;
    let mut last = 0;
    for (position, field) in types.fields(types.domain()).iter().enumerate() {
        let place = FIELDS
            .iter()
            .position(|known| *known == (field.name, field.type_name));
        match place {
            None => reader.refuse(&path.item(position), &refusal::UNKNOWN_DOMAIN_FIELD),
            Some(place) if place < last => {
                if !compatibility::relaxes(&refusal::DOMAIN_FIELD_ORDER) {
                    reader.refuse(&path.item(position), &refusal::DOMAIN_FIELD_ORDER);
                }
            }
            Some(place) => last = place,
        }
    }
}
