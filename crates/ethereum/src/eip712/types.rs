//! The struct types of typed data, and `encodeType`.
//!
//! Every type that is defined is checked, used or not. Names are identifiers: MetaMask's library
//! cuts a type name off at the first character that is none, and a field name with a comma in it
//! could make one struct's `encodeType` the text of another's.

use serde_json::{Map, Value};

use crate::{
    atomic::{self, Atomic},
    error::Problems,
    path::Path,
    refusal::{self, Refusal},
    typed_data::{self, ArrayLength, refuse_duplicates, split_arrays},
};

pub(super) const DOMAIN: &str = "EIP712Domain";
const MAX_TYPES: usize = 512;
/// What every JavaScript object inherits. A lookup by such a name finds something in MetaMask's
/// library even where nothing was defined.
const PROTOTYPE_NAMES: [&str; 12] = [
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
];

/// All struct types, sorted by name, so that an index stands for a type.
pub(super) struct Types<'a> {
    structs: Vec<StructType<'a>>,
    domain: usize,
}

pub(super) struct StructType<'a> {
    pub(super) name: &'a str,
    pub(super) fields: Vec<Field<'a>>,
}

pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    /// The type as it stands in `encodeType`.
    pub(super) type_name: &'a str,
    pub(super) base: Base,
    /// The lengths of the array suffixes from left to right; the last is the outermost array.
    pub(super) arrays: Vec<ArrayLength>,
}

/// What is left of a type without its array suffixes.
#[derive(Clone, Copy)]
pub(super) enum Base {
    Atomic(Atomic),
    /// The index of a struct type.
    Struct(usize),
}

impl<'a> Types<'a> {
    /// Reads `types`. A missing `EIP712Domain` is one without fields, as in MetaMask's library.
    pub(super) fn read(
        object: &'a Map<String, Value>,
        path: &Path,
        problems: &mut Problems,
    ) -> Option<Self> {
        if object.len() > MAX_TYPES {
            problems.refuse(path, &refusal::TOO_MANY_TYPES);
            return None;
        }
        let mut names: Vec<&str> = object.keys().map(String::as_str).collect();
        // The keys of a JSON object come sorted, as [`Self::find`] needs them.
        if let Err(place) = names.binary_search(&DOMAIN) {
            names.insert(place, DOMAIN);
        }
        for name in &names {
            let reserved = atomic::is_reserved(name).then_some(&refusal::SHADOWED_TYPE);
            if let Some(refusal) = refusal_of_name(name).or(reserved) {
                problems.refuse(&path.key(name), refusal);
            }
        }
        let mut structs = Vec::with_capacity(names.len());
        for name in &names {
            let fields = match object.get(*name) {
                Some(fields) => read_fields(fields, &names, &path.key(name), problems),
                None => Some(Vec::new()),
            };
            structs.extend(fields.map(|fields| StructType { name, fields }));
        }
        // An index stands for a name only if every type is there.
        (structs.len() == names.len()).then_some(Self {
            structs,
            domain: position_of(DOMAIN, &names)?,
        })
    }

    pub(super) const fn domain(&self) -> usize {
        self.domain
    }

    pub(super) fn len(&self) -> usize {
        self.structs.len()
    }

    /// The index of the type with this name.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.structs
            .binary_search_by(|known| known.name.cmp(name))
            .ok()
    }

    /// The fields of a type.
    pub(super) fn fields(&self, index: usize) -> &[Field<'a>] {
        self.structs
            .get(index)
            .map(|known| known.fields.as_slice())
            .unwrap_or_default()
    }

    pub(super) fn name(&self, index: usize) -> &'a str {
        self.structs
            .get(index)
            .map(|known| known.name)
            .unwrap_or_default()
    }

    /// EIP-712's `encodeType`: the type itself, then all types that it refers to, by name.
    pub(super) fn encode_type(&self, index: usize) -> String {
        let mut reached = vec![false; self.structs.len()];
        let mut pending = vec![index];
        while let Some(at) = pending.pop() {
            let Some(seen) = reached.get_mut(at) else {
                continue;
            };
            if !core::mem::replace(seen, true) {
                pending.extend(self.fields(at).iter().filter_map(|field| match field.base {
                    Base::Struct(other) => Some(other),
                    Base::Atomic(_) => None,
                }));
            }
        }
        let mut text = String::new();
        self.write_definition(index, &mut text);
        for (other, reached) in reached.iter().enumerate() {
            if *reached && other != index {
                self.write_definition(other, &mut text);
            }
        }
        text
    }

    fn write_definition(&self, index: usize, text: &mut String) {
        text.push_str(self.name(index));
        text.push('(');
        for (position, field) in self.fields(index).iter().enumerate() {
            if position > 0 {
                text.push(',');
            }
            text.push_str(field.type_name);
            text.push(' ');
            text.push_str(field.name);
        }
        text.push(')');
    }
}

fn read_fields<'a>(
    value: &'a Value,
    names: &[&str],
    path: &Path,
    problems: &mut Problems,
) -> Option<Vec<Field<'a>>> {
    let Some(entries) = value.as_array() else {
        problems.refuse(path, &refusal::NOT_A_LIST);
        return None;
    };
    let mut fields = Vec::with_capacity(entries.len());
    for (position, entry) in entries.iter().enumerate() {
        fields.extend(read_field(entry, names, &path.item(position), problems));
    }
    refuse_duplicates(entries, path, problems);
    (fields.len() == entries.len()).then_some(fields)
}

fn read_field<'a>(
    entry: &'a Value,
    names: &[&str],
    path: &Path,
    problems: &mut Problems,
) -> Option<Field<'a>> {
    let Some(object) = entry.as_object() else {
        problems.refuse(path, &refusal::NOT_AN_OBJECT);
        return None;
    };
    typed_data::refuse_unknown_keys(object, &["name", "type"], path, problems);
    let (name, type_name) = (
        typed_data::read_text(object, "name", path, problems),
        typed_data::read_text(object, "type", path, problems),
    );
    if let Some(refusal) = name.and_then(refusal_of_name) {
        problems.refuse(&path.key("name"), refusal);
    }
    let (base, arrays) = read_type(type_name?, names)
        .map_err(|refusal| problems.refuse(&path.key("type"), refusal))
        .ok()?;
    Some(Field {
        name: name?,
        type_name: type_name?,
        base,
        arrays,
    })
}

/// `uint8[2][]` is `uint8` with the suffixes `[2]` and `[]`.
fn read_type(text: &str, names: &[&str]) -> Result<(Base, Vec<ArrayLength>), &'static Refusal> {
    let (base, arrays) = split_arrays(text)?;
    // A struct cannot have the name of an elementary type, so the order does not matter.
    let base = match (Atomic::find(base), position_of(base, names)) {
        (Some(atomic), _) => Base::Atomic(atomic),
        (None, Some(index)) => Base::Struct(index),
        (None, None) => return Err(atomic::refusal_of_unknown(base)),
    };
    Ok((base, arrays))
}

fn position_of(name: &str, sorted: &[&str]) -> Option<usize> {
    sorted.binary_search(&name).ok()
}

fn refusal_of_name(name: &str) -> Option<&'static Refusal> {
    let identifier = name
        .bytes()
        .all(|character| character.is_ascii_alphanumeric() || character == b'_')
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty();
    if !identifier {
        Some(&refusal::MALFORMED_NAME)
    } else if PROTOTYPE_NAMES.contains(&name) {
        Some(&refusal::PROTOTYPE_NAME)
    } else {
        None
    }
}
