//! Reads JSON values under their types.

use serde_json::{Map, Value};

use super::{
    Version,
    types::{Base, Field, Types},
};
use crate::{
    atomic::Scalar,
    error::Problems,
    path::Path,
    refusal::{self, Refusal},
    typed_data::{ArrayLength, MAX_VALUES},
};

/// Structs and lists inside one another, the message itself being the first.
const MAX_DEPTH: usize = 32;

/// A value that fits its type.
pub(super) enum Data<'a> {
    Scalar(Scalar<'a>),
    /// The type's index, and the values in the order of its fields.
    Struct(usize, Vec<Data<'a>>),
    /// A struct that is not there: the end of a type that contains itself.
    Absent,
    List(Vec<Data<'a>>),
}

/// Reads values and collects what is wrong with them.
pub(super) struct Reader<'t, 'a, 'p> {
    pub(super) types: &'t Types<'a>,
    version: Version,
    problems: &'p mut Problems,
    /// How many more values are read.
    left: usize,
}

impl<'t, 'a, 'p> Reader<'t, 'a, 'p> {
    pub(super) const fn new(
        types: &'t Types<'a>,
        version: Version,
        problems: &'p mut Problems,
    ) -> Self {
        Self {
            types,
            version,
            problems,
            left: MAX_VALUES,
        }
    }

    pub(super) fn refuse(&mut self, path: &Path, refusal: &Refusal) {
        self.problems.refuse(path, refusal);
    }

    /// Reads the fields of a struct, whose place is `path` and which is `depth` levels deep.
    /// `None` if anything is wrong with it.
    pub(super) fn read_fields<'v>(
        &mut self,
        index: usize,
        object: &'v Map<String, Value>,
        path: &Path,
        depth: usize,
    ) -> Option<Vec<Data<'v>>> {
        let types = self.types;
        let fields = types.fields(index);
        let mut found = 0;
        let mut values = Vec::with_capacity(fields.len());
        for field in fields {
            let value = object.get(field.name);
            found += usize::from(value.is_some());
            values.extend(self.read_field(field, value, &path.key(field.name), depth));
        }
        if found < object.len() {
            let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
            self.refuse_extra_keys(object, &names, path, &refusal::EXTRA_MESSAGE_KEY);
        }
        (values.len() == fields.len()).then_some(values)
    }

    /// Refuses every key that is not one of `names`.
    pub(super) fn refuse_extra_keys(
        &mut self,
        object: &Map<String, Value>,
        names: &[&str],
        path: &Path,
        refusal: &Refusal,
    ) {
        for key in object.keys() {
            if self.problems.is_full() {
                return;
            }
            if !names.contains(&key.as_str()) {
                self.refuse(&path.key(key), refusal);
            }
        }
    }

    fn read_field<'v>(
        &mut self,
        field: &Field,
        value: Option<&'v Value>,
        path: &Path,
        depth: usize,
    ) -> Option<Data<'v>> {
        match value {
            Some(value) => self.read_value(field.base, &field.arrays, value, path, depth + 1),
            None if self.may_be_absent(field.base, &field.arrays) => self.count(path, Data::Absent),
            None => {
                self.refuse(path, &refusal::MISSING_VALUE);
                None
            }
        }
    }

    /// Version 4 writes 32 zero bytes for a struct that is null or missing.
    fn may_be_absent(&self, base: Base, arrays: &[ArrayLength]) -> bool {
        matches!(base, Base::Struct(_)) && arrays.is_empty() && self.version == Version::V4
    }

    fn read_value<'v>(
        &mut self,
        base: Base,
        arrays: &[ArrayLength],
        value: &'v Value,
        path: &Path,
        depth: usize,
    ) -> Option<Data<'v>> {
        if value.is_null() && self.may_be_absent(base, arrays) {
            return self.count(path, Data::Absent);
        }
        let data = match (base, arrays.split_last(), value) {
            (Base::Atomic(atomic), None, value) => atomic.read(value).map(Data::Scalar),
            (_, _, Value::Null) => Err(&refusal::NULL_VALUE),
            (_, Some(_), _) if self.version == Version::V3 => Err(&refusal::ARRAY_IN_V3),
            _ if depth > MAX_DEPTH => Err(&refusal::TOO_DEEP),
            (_, Some((length, inner)), Value::Array(items)) => {
                if length.is_some_and(|length| length != items.len()) {
                    Err(&refusal::WRONG_ARRAY_LENGTH)
                } else {
                    Ok(Data::List(
                        self.read_items(base, inner, items, path, depth)?,
                    ))
                }
            }
            (_, Some(_), _) => Err(&refusal::NOT_A_LIST),
            (Base::Struct(index), None, Value::Object(object)) => Ok(Data::Struct(
                index,
                self.read_fields(index, object, path, depth)?,
            )),
            (Base::Struct(_), None, _) => Err(&refusal::NOT_AN_OBJECT),
        };
        match data {
            Ok(data) => self.count(path, data),
            Err(refusal) => {
                self.refuse(path, refusal);
                None
            }
        }
    }

    fn read_items<'v>(
        &mut self,
        base: Base,
        arrays: &[ArrayLength],
        items: &'v [Value],
        path: &Path,
        depth: usize,
    ) -> Option<Vec<Data<'v>>> {
        let mut values = Vec::with_capacity(items.len());
        for (position, item) in items.iter().enumerate() {
            values.extend(self.read_value(base, arrays, item, &path.item(position), depth + 1));
        }
        (values.len() == items.len()).then_some(values)
    }

    /// Passes a value on, unless it is one too many.
    fn count<'v>(&mut self, path: &Path, data: Data<'v>) -> Option<Data<'v>> {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                Some(data)
            }
            None => {
                self.refuse(path, &refusal::TOO_MANY_VALUES);
                None
            }
        }
    }
}
