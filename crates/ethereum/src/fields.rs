//! Reads the fields of one JSON object and collects everything that is wrong with them.
//!
//! `null` counts as absent, as it does in MetaMask's middleware. Each read names its field with the
//! full path, so that a caller learns all problems of a request in one answer.

use serde_json::{Map, Value};

use crate::{
    Address, U256, data,
    error::{Problems, name_from_request},
    quantity,
};

/// One object of a request while it is read.
pub(crate) struct Fields<'a> {
    path: &'a str,
    object: &'a Map<String, Value>,
    /// What was wrong so far.
    pub(crate) problems: Problems,
}

impl<'a> Fields<'a> {
    pub(crate) const fn new(path: &'a str, object: &'a Map<String, Value>) -> Self {
        Self {
            path,
            object,
            problems: Problems::new(),
        }
    }

    /// The value of a field; `null` is absent.
    pub(crate) fn get(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The field's full path.
    pub(crate) fn path(&self, name: &str) -> String {
        format!("{}.{name}", self.path)
    }

    /// Notes a problem of a field.
    pub(crate) fn refuse(&mut self, name: &str, reason: impl AsRef<str>) {
        self.problems.add(self.path(name), reason);
    }

    /// Refuses every key that is not listed, by name.
    pub(crate) fn refuse_unknown(&mut self, known: &[&str]) {
        for key in self.object.keys() {
            if !known.contains(&key.as_str()) {
                self.refuse(&name_from_request(key), "is not a field of this request");
            }
        }
    }

    /// Reads a quantity of at most `max`; `limit` says the maximum in words.
    pub(crate) fn quantity(&mut self, name: &str, max: U256, limit: &str) -> Option<U256> {
        match quantity::parse(self.get(name)?) {
            Ok(value) if value <= max => Some(value),
            Ok(_) => {
                self.refuse(name, format!("is above {limit}"));
                None
            }
            Err(reason) => {
                self.refuse(name, reason);
                None
            }
        }
    }

    /// Reads a quantity that fits 64 bits and is at most `max`.
    pub(crate) fn quantity_u64(&mut self, name: &str, max: u64, limit: &str) -> Option<u64> {
        self.quantity(name, max.into(), limit)?.to_u64()
    }

    /// Reads a quantity of at most 128 bits: the size of every fee.
    pub(crate) fn fee(&mut self, name: &str) -> Option<u128> {
        self.quantity(name, u128::MAX.into(), "2^128-1")?.to_u128()
    }

    pub(crate) fn bytes(&mut self, name: &str) -> Option<Vec<u8>> {
        match data::parse(self.get(name)?) {
            Ok(bytes) => Some(bytes),
            Err(reason) => {
                self.refuse(name, reason);
                None
            }
        }
    }

    pub(crate) fn address(&mut self, name: &str) -> Option<Address> {
        match Address::parse(self.get(name)?) {
            Ok(address) => Some(address),
            Err(error) => {
                self.refuse(name, error.to_string());
                None
            }
        }
    }

    /// Refuses the absence of a field; call once per field, before or after reading it.
    pub(crate) fn require(&mut self, name: &str) {
        if !self.has(name) {
            self.refuse(name, "is missing");
        }
    }

    /// Reads a list that must be there and not be empty; no entries after a problem was noted.
    pub(crate) fn entries(&mut self, name: &str, why_not_empty: &str) -> &'a [Value] {
        self.require(name);
        match self.get(name) {
            None => &[],
            Some(Value::Array(list)) => {
                if list.is_empty() {
                    self.refuse(name, format!("is empty; {why_not_empty}"));
                }
                list
            }
            Some(_) => {
                self.refuse(name, "is not a list");
                &[]
            }
        }
    }

    /// Reads a field that has two names. Both may be given if they say the same.
    pub(crate) fn either<T: PartialEq>(
        &mut self,
        name: &str,
        alias: &str,
        read: impl Fn(&mut Self, &str) -> Option<T>,
    ) -> Option<T> {
        let (first, second) = (read(self, name), read(self, alias));
        if let (Some(first), Some(second)) = (&first, &second)
            && first != second
        {
            self.refuse(
                alias,
                format!("differs from {name}; only one can be signed"),
            );
        }
        first.or(second)
    }
}
