//! `eth_signTypedData_v1`: typed data as MetaMask signed it before EIP-712 was finished.
//!
//! Params are `[address, [{type, name, value}, …]]`. Signed is `keccak256(schema) ‖
//! keccak256(values)`, where the schema is `type name` of every entry and the values are packed as
//! Solidity packs them, both without any separator. There is no domain, and two different lists can
//! have the same hash, so the summary warns.

use serde_json::Value;

use crate::{
    Address, Error, Fact, Request, Summary,
    atomic::{self, Atomic, Scalar},
    data,
    error::Problems,
    keccak256,
    path::Path,
    prepared::Message,
    refusal::{self, Refusal},
    summary::{Row, SummaryKind, Tone},
    text::{self, Hints},
    typed_data::{
        self, ArrayLength, DATA, MAX_VALUES, look_at, refuse_duplicates, scalar_row, split_arrays,
    },
};

/// One entry that passed every check.
struct Entry<'a> {
    name: &'a str,
    type_name: &'a str,
    values: Values<'a>,
}

enum Values<'a> {
    One(Scalar<'a>),
    List(Vec<Scalar<'a>>),
}

/// Reads, checks, encodes and describes the typed data of a request.
pub(crate) fn prepare(request: &Request) -> Result<Message, Error> {
    let mut problems = Problems::new();
    let envelope = typed_data::read_params(request, &mut problems);
    let read = envelope.and_then(|envelope| {
        let entries = read(envelope.data, &Path::Root(DATA), &mut problems)?;
        Some((envelope.signer, entries))
    });
    match read {
        Some((signer, entries)) if problems.is_empty() => {
            let payload = payload(&entries);
            Ok(Message {
                signer,
                summary: summary(&entries, &signer, &payload),
                payload,
            })
        }
        _ => Err(Error::InvalidTypedData(problems)),
    }
}

fn read<'a>(value: &'a Value, path: &Path, problems: &mut Problems) -> Option<Vec<Entry<'a>>> {
    let mut refuse = |refusal| {
        problems.refuse(path, refusal);
        None
    };
    let list = match value {
        Value::Array(list) if list.is_empty() => return refuse(&refusal::NO_ENTRIES),
        Value::Array(list) => list,
        Value::String(_) => return refuse(&refusal::JSON_TEXT),
        _ => return refuse(&refusal::NOT_A_LIST),
    };
    if list.iter().map(values_in).sum::<usize>() > MAX_VALUES {
        return refuse(&refusal::TOO_MANY_VALUES);
    }
    let mut entries = Vec::with_capacity(list.len());
    for (position, entry) in list.iter().enumerate() {
        entries.extend(read_entry(entry, &path.item(position), problems));
    }
    refuse_duplicates(list, path, problems);
    (entries.len() == list.len()).then_some(entries)
}

/// How many values an entry stands for, itself included.
fn values_in(entry: &Value) -> usize {
    let list = entry.get("value").and_then(Value::as_array);
    1 + list.map_or(0, Vec::len)
}

fn read_entry<'a>(entry: &'a Value, path: &Path, problems: &mut Problems) -> Option<Entry<'a>> {
    let Some(object) = entry.as_object() else {
        problems.refuse(path, &refusal::NOT_AN_OBJECT);
        return None;
    };
    typed_data::refuse_unknown_keys(object, &["name", "type", "value"], path, problems);
    let name = typed_data::read_text(object, "name", path, problems);
    if name == Some("") {
        problems.refuse(&path.key("name"), &refusal::EMPTY_NAME);
    }
    let type_name = typed_data::read_text(object, "type", path, problems)?;
    let (atomic, length) = read_type(type_name)
        .map_err(|refusal| problems.refuse(&path.key("type"), refusal))
        .ok()?;
    let path = path.key("value");
    let Some(value) = object.get("value") else {
        problems.refuse(&path, &refusal::MISSING_VALUE);
        return None;
    };
    let values = match length {
        None => atomic
            .read(value)
            .map(Values::One)
            .map_err(|refusal| problems.refuse(&path, refusal))
            .ok(),
        Some(length) => read_list(atomic, length, value, &path, problems).map(Values::List),
    };
    Some(Entry {
        name: name?,
        type_name,
        values: values?,
    })
}

/// An elementary type, or a list of one with its length if that is fixed.
fn read_type(text: &str) -> Result<(Atomic, Option<ArrayLength>), &'static Refusal> {
    let (base, arrays) = split_arrays(text)?;
    let atomic = Atomic::find(base).ok_or_else(|| atomic::refusal_of_unknown(base))?;
    match arrays.as_slice() {
        [] => Ok((atomic, None)),
        [length] => Ok((atomic, Some(*length))),
        _ => Err(&refusal::NESTED_ARRAY_IN_V1),
    }
}

fn read_list<'a>(
    atomic: Atomic,
    length: ArrayLength,
    value: &'a Value,
    path: &Path,
    problems: &mut Problems,
) -> Option<Vec<Scalar<'a>>> {
    let refusal = match value {
        Value::Null => &refusal::NULL_VALUE,
        Value::Array(items) if length.is_some_and(|length| length != items.len()) => {
            &refusal::WRONG_ARRAY_LENGTH
        }
        Value::Array(items) => {
            let mut values = Vec::with_capacity(items.len());
            for (position, item) in items.iter().enumerate() {
                match atomic.read(item) {
                    Ok(value) => values.push(value),
                    Err(refusal) => problems.refuse(&path.item(position), refusal),
                }
            }
            return (values.len() == items.len()).then_some(values);
        }
        _ => &refusal::NOT_A_LIST,
    };
    problems.refuse(path, refusal);
    None
}

fn payload(entries: &[Entry]) -> Vec<u8> {
    let mut schema = String::new();
    let mut packed = Vec::new();
    for entry in entries {
        schema.push_str(entry.type_name);
        schema.push(' ');
        schema.push_str(entry.name);
        match &entry.values {
            Values::One(value) => pack(value, &mut packed),
            Values::List(values) => {
                for value in values {
                    pack_in_list(value, &mut packed);
                }
            }
        }
    }
    [keccak256(schema.as_bytes()), keccak256(&packed)].concat()
}

/// Without padding: an integer has the length of its type.
fn pack(value: &Scalar, packed: &mut Vec<u8>) {
    match value {
        Scalar::Address(address) => packed.extend_from_slice(address.as_bytes()),
        Scalar::Bool(value) => packed.push(u8::from(*value)),
        Scalar::Text(text) => packed.extend_from_slice(text.as_bytes()),
        Scalar::Bytes(bytes) | Scalar::FixedBytes(bytes) => packed.extend_from_slice(bytes),
        Scalar::Uint { length, .. } | Scalar::Int { length, .. } => {
            let word = value.word();
            packed.extend_from_slice(word.get(32 - length..).unwrap_or_default());
        }
    }
}

/// In a list, what has a fixed length takes a whole word, except `bytesN`.
fn pack_in_list(value: &Scalar, packed: &mut Vec<u8>) {
    match value {
        Scalar::Text(_) | Scalar::Bytes(_) | Scalar::FixedBytes(_) => pack(value, packed),
        _ => packed.extend_from_slice(&value.word()),
    }
}

fn summary(entries: &[Entry], signer: &Address, payload: &[u8]) -> Summary {
    let mut summary = Summary {
        title: "Sign typed data in the old form".to_owned(),
        account: Some(signer.to_string()),
        rows: vec![Row::new(
            "Signing account",
            signer.to_string(),
            Tone::Address,
        )],
        raw: data::to_hex(payload),
        ..Summary::empty(SummaryKind::TypedData)
    };
    summary.warn(
        Fact::LegacyTypedData,
        "This is an old form of typed data. It names no application, contract or network, so the \
         signature may be valid anywhere, and other contents can have the same hash.",
    );
    let mut hints = Hints::default();
    for (position, entry) in entries.iter().enumerate() {
        // The number comes first: names are free text here.
        let label = format!(
            "{}. {} ({})",
            position + 1,
            text::escape(entry.name),
            entry.type_name
        );
        hints.look_at(entry.name);
        let values = match &entry.values {
            Values::One(value) => core::slice::from_ref(value),
            Values::List(values) if values.is_empty() => {
                summary.rows.push(Row::new(label, "empty list", Tone::Text));
                continue;
            }
            Values::List(values) => values,
        };
        for value in values {
            look_at(value, &mut hints);
            summary.rows.push(scalar_row(&label, value));
        }
    }
    summary.warn_of_hints("The text", hints);
    summary
}
