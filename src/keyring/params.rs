//! Reading the params of a keyring request: every problem at once.

use serde_json::{Map, Value};

use crate::error::{Error, Problem};

/// The params object, and the problems found in it so far.
pub struct Params<'a> {
    object: Option<&'a Map<String, Value>>,
    problems: Vec<Problem>,
}

impl<'a> Params<'a> {
    pub fn read(params: &'a Value) -> Self {
        let object = params.as_object();
        let mut params = Self {
            object,
            problems: Vec::new(),
        };
        if object.is_none() {
            params.problem("", "must be an object");
        }
        params
    }

    /// Notes a problem with a field.
    pub fn problem(&mut self, field: &str, reason: &str) {
        let field = if field.is_empty() {
            "params".to_owned()
        } else {
            format!("params.{field}")
        };
        self.problems.push(Problem {
            field,
            reason: reason.to_owned(),
            code: None,
        });
    }

    /// A field, if it is there and not null.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.object?.get(name).filter(|value| !value.is_null())
    }

    /// A text that must be there. The empty text stands for one that is not; it
    /// never gets past [`Params::finish`].
    pub fn text(&mut self, name: &str) -> &'a str {
        match self.get(name) {
            Some(Value::String(text)) => text,
            Some(_) => {
                self.problem(name, "must be a string");
                ""
            }
            None => {
                if self.object.is_some() {
                    self.problem(name, "is missing");
                }
                ""
            }
        }
    }

    /// A list of texts that must be there.
    pub fn texts(&mut self, name: &str) -> Vec<&'a str> {
        let list = match self.get(name) {
            Some(Value::Array(list)) => list,
            Some(_) => {
                self.problem(name, "must be a list");
                return Vec::new();
            }
            None => {
                if self.object.is_some() {
                    self.problem(name, "is missing");
                }
                return Vec::new();
            }
        };
        let mut texts = Vec::with_capacity(list.len());
        for (i, item) in list.iter().enumerate() {
            match item.as_str() {
                Some(text) => texts.push(text),
                None => self.problem(&format!("{name}[{i}]"), "must be a string"),
            }
        }
        texts
    }

    /// All problems, if there are any.
    pub fn finish(self) -> Result<(), Error> {
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(Error::InvalidRequest(self.problems))
        }
    }
}
