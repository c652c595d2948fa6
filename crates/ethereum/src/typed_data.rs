//! What the three `eth_signTypedData` methods have in common: params `[address, data]`, limits, array
//! types, and how a value is shown.

use serde_json::{Map, Value};

use crate::{
    Address, Request,
    atomic::{self, Scalar},
    data,
    error::Problems,
    path::Path,
    refusal::{self, Refusal},
    summary::{Row, Tone},
    text::{self, Hints},
};

/// Where the data is, for problems.
pub(crate) const DATA: &str = "params[1]";
/// Longer typed data is refused.
const MAX_BYTES: usize = 200 * 1024;
/// Typed data with more values is refused: nobody would read it.
pub(crate) const MAX_VALUES: usize = 10_000;

/// Params that are in order, with the data still to be read.
pub(crate) struct Envelope<'a> {
    pub(crate) signer: Address,
    pub(crate) data: &'a Value,
}

/// Reads the params; what is wrong with them goes to `problems`.
pub(crate) fn read_params<'a>(
    request: &'a Request,
    problems: &mut Problems,
) -> Option<Envelope<'a>> {
    let mut param = |position: usize, name| {
        let value = request
            .params()
            .get(position)
            .filter(|value| !value.is_null());
        if value.is_none() {
            problems.refuse(&name, &refusal::MISSING_KEY);
        }
        value
    };
    let (signer, data) = (param(0, "params[0]"), param(1, DATA));
    let signer = signer.and_then(|value| {
        atomic::read_address(value)
            .map_err(|refusal| problems.refuse(&"params[0]", refusal))
            .ok()
    });
    if let (Some(signer), Some(account)) = (&signer, request.account())
        && signer != account
    {
        problems.refuse(&"params[0]", &refusal::WRONG_ACCOUNT);
    }
    if request.params().len() > 2 {
        problems.refuse(&"params", &refusal::TOO_MANY_PARAMS);
    }
    let data = data.filter(|data| {
        // The text of the whole request is never shorter; only near the limit is it worth a count.
        let fits = request.text().len() <= MAX_BYTES || data.to_string().len() <= MAX_BYTES;
        if !fits {
            problems.refuse(&DATA, &refusal::TOO_LONG);
        }
        fits
    });
    match (signer, data) {
        (Some(signer), Some(data)) => Some(Envelope { signer, data }),
        _ => None,
    }
}

/// Refuses every key that is not one of `known`.
pub(crate) fn refuse_unknown_keys(
    object: &Map<String, Value>,
    known: &[&str],
    path: &Path,
    problems: &mut Problems,
) {
    for key in object.keys() {
        if !known.contains(&key.as_str()) {
            problems.refuse(&path.key(key), &refusal::UNKNOWN_KEY);
        }
    }
}

/// Reads a key that must be there and be text.
pub(crate) fn read_text<'a>(
    object: &'a Map<String, Value>,
    key: &str,
    path: &Path,
    problems: &mut Problems,
) -> Option<&'a str> {
    match object.get(key) {
        None => problems.refuse(&path.key(key), &refusal::MISSING_KEY),
        Some(Value::String(text)) => return Some(text),
        Some(_) => problems.refuse(&path.key(key), &refusal::NOT_TEXT),
    }
    None
}

/// The length of an array type; `None` is `[]`.
pub(crate) type ArrayLength = Option<usize>;

/// Splits a type into its base and the lengths of its array suffixes.
pub(crate) fn split_arrays(text: &str) -> Result<(&str, Vec<ArrayLength>), &'static Refusal> {
    let (base, mut suffixes) = text.split_at(text.find('[').unwrap_or(text.len()));
    let mut arrays = Vec::new();
    while !suffixes.is_empty() {
        let (length, rest) = suffixes
            .strip_prefix('[')
            .and_then(|suffix| suffix.split_once(']'))
            .ok_or(&refusal::MALFORMED_ARRAY_TYPE)?;
        arrays.push(if length.is_empty() {
            None
        } else {
            Some(atomic::number(length).ok_or(&refusal::MALFORMED_ARRAY_TYPE)?)
        });
        suffixes = rest;
    }
    Ok((base, arrays))
}

/// Refuses every `name` that occurs a second time among the entries.
pub(crate) fn refuse_duplicates(entries: &[Value], path: &Path, problems: &mut Problems) {
    // A map of JSON's own kind: the module has its code already, and none for sorting.
    let mut seen = Map::new();
    for (position, entry) in entries.iter().enumerate() {
        let name = entry.get("name").and_then(Value::as_str);
        let again = name.and_then(|name| seen.insert(name.to_owned(), Value::Null));
        if again.is_some() {
            problems.refuse(&path.item(position).key("name"), &refusal::DUPLICATE_FIELD);
        }
    }
}

/// One value, exactly and safe to show.
pub(crate) fn scalar_row(label: &str, value: &Scalar) -> Row {
    let (shown, tone) = match value {
        Scalar::Address(address) => (address.to_string(), Tone::Address),
        Scalar::Bool(value) => (value.to_string(), Tone::Text),
        Scalar::Text(value) => (text::escape(value), Tone::Text),
        Scalar::Bytes(bytes) | Scalar::FixedBytes(bytes) => (data::to_hex(bytes), Tone::Data),
        Scalar::Uint { value, .. } => (value.to_string(), Tone::Text),
        Scalar::Int {
            negative,
            magnitude,
            ..
        } => {
            let sign = if *negative { "-" } else { "" };
            (format!("{sign}{magnitude}"), Tone::Text)
        }
    };
    Row::new(label, shown, tone)
}

/// Looks for what may deceive, if it is text.
pub(crate) fn look_at(value: &Scalar, hints: &mut Hints) {
    if let Scalar::Text(shown) = value {
        hints.look_at(shown);
    }
}
