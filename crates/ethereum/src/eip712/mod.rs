//! EIP-712, as `eth_signTypedData_v3` and `_v4` sign it.
//!
//! Signed is `0x1901 ‖ domainSeparator ‖ hashStruct(message)`, where the domain separator is the
//! `hashStruct` of the domain under the type `EIP712Domain`. If that is also the primary type, the
//! domain is all there is: `0x1901 ‖ domainSeparator`.
//!
//! Version 4 is EIP-712 with one addition by MetaMask, for types that contain themselves: a struct
//! that is `null` or missing is 32 zero bytes. Version 3 is the same without lists and without that
//! addition. Everything about which MetaMask's library and a strict reading differ is refused, see
//! [`crate::refusal`]; what is relaxed is listed in `compatibility.rs`.
//!
//! - `types.rs`: the struct types, and `encodeType`
//! - `read.rs`: a JSON value under a type becomes [`read::Data`]
//! - `domain.rs`: the rules for `EIP712Domain`
//! - `encode.rs`: `hashStruct`
//! - `summary.rs`: what is shown; `recognise.rs`, `permit.rs` and `seaport.rs` know some protocols

mod compatibility;
mod domain;
mod encode;
mod permit;
mod read;
mod recognise;
mod seaport;
mod summary;
mod types;

use serde_json::{Map, Value};

use crate::{
    Error, Request,
    error::Problems,
    path::Path,
    prepared::Message,
    refusal,
    typed_data::{self, Envelope},
};
use domain::Domain;
use read::{Data, Reader};
use types::Types;

const KEYS: [&str; 4] = ["types", "primaryType", "domain", "message"];

/// Which of the two methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    V3,
    V4,
}

/// Typed data that passed every check.
struct TypedData<'a> {
    types: Types<'a>,
    /// The index of the primary type.
    primary: usize,
    domain: Domain<'a>,
    /// The fields of the message; `None` if the primary type is the domain's.
    message: Option<Vec<Data<'a>>>,
}

/// Reads, checks, encodes and describes the typed data of a request.
pub(crate) fn prepare(request: &Request, version: Version) -> Result<Message, Error> {
    let mut problems = Problems::new();
    let envelope = typed_data::read_params(request, &mut problems);
    let root = Path::Root(typed_data::DATA);
    let read = envelope.and_then(|envelope| {
        let object = as_object(envelope.data, &root, &mut problems)?;
        let typed_data = read(object, request, version, &root, &mut problems)?;
        Some((envelope, typed_data))
    });
    match read {
        Some((envelope, typed_data)) if problems.is_empty() => make(&envelope, &typed_data)
            .map_err(|refusal| {
                problems.refuse(&root.key("types"), refusal);
                Error::InvalidTypedData(problems)
            }),
        _ => Err(Error::InvalidTypedData(problems)),
    }
}

fn make(envelope: &Envelope, typed_data: &TypedData) -> Result<Message, &'static refusal::Refusal> {
    let mut encoder = encode::Encoder::new(&typed_data.types);
    let mut payload = vec![0x19, 0x01];
    let domain = encoder.hash_struct(typed_data.types.domain(), typed_data.domain.fields())?;
    payload.extend_from_slice(&domain);
    if let Some(message) = &typed_data.message {
        payload.extend_from_slice(&encoder.hash_struct(typed_data.primary, message)?);
    }
    let summary = summary::of(typed_data, &envelope.signer, &payload);
    Ok(Message {
        signer: envelope.signer,
        payload,
        summary,
    })
}

fn read<'a>(
    object: &'a Map<String, Value>,
    request: &Request,
    version: Version,
    root: &Path,
    problems: &mut Problems,
) -> Option<TypedData<'a>> {
    typed_data::refuse_unknown_keys(object, &KEYS, root, problems);
    let types = require(object, "types", root, problems)
        .and_then(|value| as_object(value, &root.key("types"), problems))
        .and_then(|types| Types::read(types, &root.key("types"), problems));
    let primary = require(object, "primaryType", root, problems).and_then(|value| {
        let path = root.key("primaryType");
        let Some(name) = value.as_str() else {
            problems.refuse(&path, &refusal::NOT_TEXT);
            return None;
        };
        let index = types.as_ref()?.find(name);
        if index.is_none() {
            problems.refuse(&path, &refusal::UNDEFINED_TYPE);
        }
        index
    });
    let domain = require(object, "domain", root, problems)
        .and_then(|value| as_object(value, &root.key("domain"), problems));
    let message = require(object, "message", root, problems)
        .and_then(|value| as_object(value, &root.key("message"), problems));

    // The values can only be read under types that are known.
    let (types, domain, message) = (types?, domain?, message?);
    let mut reader = Reader::new(&types, version, problems);
    let domain = domain::read(domain, &mut reader, request, &root.key("domain"));
    let path = root.key("message");
    let message = match primary {
        Some(primary) if primary == types.domain() => {
            // All of it would be signed by nobody.
            reader.refuse_extra_keys(message, &[], &path, &refusal::EXTRA_MESSAGE_KEY);
            Some(None)
        }
        Some(primary) => reader.read_fields(primary, message, &path, 1).map(Some),
        None => None,
    };
    Some(TypedData {
        domain: domain?,
        message: message?,
        primary: primary?,
        types,
    })
}

fn require<'a>(
    object: &'a Map<String, Value>,
    key: &str,
    root: &Path,
    problems: &mut Problems,
) -> Option<&'a Value> {
    let value = object.get(key);
    if value.is_none() {
        problems.refuse(&root.key(key), &refusal::MISSING_KEY);
    }
    value
}

fn as_object<'a>(
    value: &'a Value,
    path: &Path,
    problems: &mut Problems,
) -> Option<&'a Map<String, Value>> {
    let object = value.as_object();
    if object.is_none() {
        problems.refuse(
            path,
            if value.is_string() {
                &refusal::JSON_TEXT
            } else {
                &refusal::NOT_AN_OBJECT
            },
        );
    }
    object
}
