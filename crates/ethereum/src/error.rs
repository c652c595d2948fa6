//! What can be wrong with a request or a signature, in a form that a program can read.
//!
//! Validation never stops at the first problem: a caller gets every problem of a request at once,
//! each with the name of the field. Text that came from the request is escaped and cut before it
//! gets into an error, because errors are shown to people too.

use core::fmt;

use serde_json::Value;

use crate::{json, refusal::Refusal, text};

/// More problems than this are not listed: a hostile request must not make a huge answer.
const MAX_PROBLEMS: usize = 64;
/// How much of a name that came from the request is repeated in an error.
const MAX_NAME_CHARS: usize = 64;
/// How much of a path through the request is repeated in an error.
const MAX_PATH_CHARS: usize = 256;

/// One thing that is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: a path such as `params[0].nonce`.
    pub field: String,
    /// Why it is refused.
    pub reason: String,
    /// The same for a program, where the reason has a stable code; left out of the JSON otherwise.
    pub code: Option<&'static str>,
}

impl Problem {
    /// `{"field","reason","code"?}`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let field = ("field", self.field.as_str().into());
        let reason = ("reason", self.reason.as_str().into());
        match self.code {
            Some(code) => json::object([field, reason, ("code", code.into())]),
            None => json::object([field, reason]),
        }
    }
}

/// Everything that is wrong with a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// An empty list, to be filled while a request is read.
    #[must_use]
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    /// A list of one.
    pub(crate) fn of(field: impl AsRef<str>, reason: impl AsRef<str>) -> Self {
        let mut problems = Self::new();
        problems.add(field, reason);
        problems
    }

    /// A list of one that has a code, and what exactly is wrong.
    pub(crate) fn of_refusal(field: &str, refusal: &Refusal, detail: &str) -> Self {
        Self(vec![Problem {
            field: field.to_owned(),
            reason: format!("{}: {detail}", refusal.reason),
            code: Some(refusal.code),
        }])
    }

    /// Adds a problem. After [`MAX_PROBLEMS`] the rest is dropped; the request is refused anyway.
    pub(crate) fn add(&mut self, field: impl AsRef<str>, reason: impl AsRef<str>) {
        self.add_texts(field.as_ref(), reason.as_ref());
    }

    /// Called from everywhere: out of line, it is there once and not a hundred times.
    #[inline(never)]
    fn add_texts(&mut self, field: &str, reason: &str) {
        self.push(Problem {
            field: field.to_owned(),
            reason: reason.to_owned(),
            code: None,
        });
    }

    /// Adds a problem that has a code.
    pub(crate) fn refuse(&mut self, field: &dyn fmt::Display, refusal: &Refusal) {
        // Not even written out when it would be dropped: paths can be long.
        if !self.is_full() {
            self.push(Problem {
                field: cut(field.to_string(), MAX_PATH_CHARS),
                reason: refusal.reason.to_owned(),
                code: Some(refusal.code),
            });
        }
    }

    /// Would another problem be dropped?
    pub(crate) const fn is_full(&self) -> bool {
        self.0.len() >= MAX_PROBLEMS
    }

    fn push(&mut self, problem: Problem) {
        if !self.is_full() {
            self.0.push(problem);
        }
    }

    /// Adds the problems of a part.
    pub(crate) fn append(&mut self, part: Self) {
        for problem in part.0 {
            self.push(problem);
        }
    }

    /// Is there nothing wrong?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The problems in the order in which they were found.
    #[must_use]
    pub fn as_slice(&self) -> &[Problem] {
        &self.0
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, problem) in self.0.iter().enumerate() {
            let separator = if position == 0 { "" } else { "; " };
            write!(f, "{separator}{} {}", problem.field, problem.reason)?;
        }
        Ok(())
    }
}

/// Why a request was not prepared, or a signature not released.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The envelope is wrong: not JSON, a missing or unknown key, a malformed scope or account.
    #[error("the request is refused: {0}")]
    InvalidRequest(Problems),
    /// A transaction breaks at least one rule.
    #[error("the transaction is refused: {0}")]
    InvalidTransaction(Problems),
    /// The parameters of a message to sign are malformed.
    #[error("the message is refused: {0}")]
    InvalidMessage(Problems),
    /// The authorisation of a delegation is malformed.
    #[error("the authorisation is refused: {0}")]
    InvalidAuthorization(Problems),
    /// Typed data is malformed, or two readers could understand it differently. Each problem has a
    /// code.
    #[error("the typed data is refused: {0}")]
    InvalidTypedData(Problems),
    /// A method that is not signed here; `eth_sign` is one for ever.
    #[error("the method {method} is not supported")]
    MethodNotSupported {
        /// The method, escaped and cut.
        method: String,
    },
    /// The signature is not one of this account over this request.
    #[error("the signature is refused: {reason}")]
    InvalidSignature {
        /// What is wrong with it.
        reason: String,
    },
}

impl Error {
    pub(crate) fn method_not_supported(method: &str) -> Self {
        Self::MethodNotSupported {
            method: name_from_request(method),
        }
    }

    pub(crate) fn invalid_signature(reason: impl Into<String>) -> Self {
        Self::InvalidSignature {
            reason: reason.into(),
        }
    }

    /// The JSON-RPC error code: invalid params, EIP-1474's "method not supported", or its
    /// "invalid input" for a signature.
    #[must_use]
    pub const fn code(&self) -> i64 {
        match self {
            Self::InvalidRequest(_)
            | Self::InvalidTransaction(_)
            | Self::InvalidMessage(_)
            | Self::InvalidAuthorization(_)
            | Self::InvalidTypedData(_) => -32602,
            Self::MethodNotSupported { .. } => -32004,
            Self::InvalidSignature { .. } => -32000,
        }
    }

    /// The variant's name, which callers may match on.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "InvalidRequest",
            Self::InvalidTransaction(_) => "InvalidTransaction",
            Self::InvalidMessage(_) => "InvalidMessage",
            Self::InvalidAuthorization(_) => "InvalidAuthorization",
            Self::InvalidTypedData(_) => "InvalidTypedData",
            Self::MethodNotSupported { .. } => "MethodNotSupported",
            Self::InvalidSignature { .. } => "InvalidSignature",
        }
    }

    /// Every problem, by field; empty where no field of the request is to blame.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::InvalidRequest(problems)
            | Self::InvalidTransaction(problems)
            | Self::InvalidMessage(problems)
            | Self::InvalidAuthorization(problems)
            | Self::InvalidTypedData(problems) => problems.as_slice(),
            Self::MethodNotSupported { .. } | Self::InvalidSignature { .. } => &[],
        }
    }

    /// The error object of the wasm boundary: `{"code","name","message","data":{"problems"}}`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let problems = self.problems().iter().map(Problem::to_json).collect();
        json::object([
            ("code", self.code().into()),
            ("name", self.name().into()),
            ("message", self.to_string().into()),
            ("data", json::object([("problems", problems)])),
        ])
    }
}

/// A name that the request chose, made safe to repeat: escaped and cut.
pub(crate) fn name_from_request(name: &str) -> String {
    let cut: String = name.chars().take(MAX_NAME_CHARS).collect();
    let mut safe = text::escape(&cut);
    if cut.len() < name.len() {
        safe.push('…');
    }
    safe
}

/// The first `limit` characters, and a sign if there were more.
fn cut(mut text: String, limit: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(limit) {
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test may fail loudly"
    )]

    use super::{Error, MAX_NAME_CHARS, MAX_PATH_CHARS, MAX_PROBLEMS, Problems};
    use crate::{path::Path, refusal};

    #[test]
    fn lists_every_problem_with_its_field() {
        let mut problems = Problems::of("params[0].nonce", "is missing");
        problems.add("params[0].to", "is not an address");
        let error = Error::InvalidTransaction(problems).to_json();
        assert_eq!(error["name"], "InvalidTransaction");
        assert_eq!(error["code"], -32602);
        assert_eq!(
            error["message"],
            "the transaction is refused: params[0].nonce is missing; params[0].to is not an address"
        );
        assert_eq!(error["data"]["problems"][1]["field"], "params[0].to");
    }

    #[test]
    fn says_by_its_code_whose_fault_it_is() {
        let about = || Problems::of("field", "is wrong");
        for (error, code, name) in [
            (Error::InvalidRequest(about()), -32602, "InvalidRequest"),
            (
                Error::InvalidTransaction(about()),
                -32602,
                "InvalidTransaction",
            ),
            (Error::InvalidMessage(about()), -32602, "InvalidMessage"),
            (
                Error::InvalidAuthorization(about()),
                -32602,
                "InvalidAuthorization",
            ),
            (Error::InvalidTypedData(about()), -32602, "InvalidTypedData"),
            (
                Error::method_not_supported("eth_sign"),
                -32004,
                "MethodNotSupported",
            ),
            (
                Error::invalid_signature("is wrong"),
                -32000,
                "InvalidSignature",
            ),
        ] {
            assert_eq!((error.code(), error.name()), (code, name));
            assert_eq!(error.to_json()["code"], code);
        }
    }

    #[test]
    fn stops_listing_before_the_answer_grows_huge() {
        let mut problems = Problems::new();
        for _ in 0..10_000 {
            problems.add("x", "y");
        }
        assert_eq!(problems.as_slice().len(), MAX_PROBLEMS);
    }

    #[test]
    fn names_a_refusal_by_path_and_code_and_cuts_long_paths() {
        let mut problems = Problems::new();
        let root = Path::Root("params[1]");
        problems.refuse(&root.key("a\n").item(2), &refusal::NOT_BOOL);
        let long = "é".repeat(64);
        let one = root.key(&long);
        let two = one.key(&long);
        let three = two.key(&long);
        problems.refuse(&three.key(&long).item(7), &refusal::NOT_BOOL);
        let json = Error::InvalidTypedData(problems).to_json();
        let listed = &json["data"]["problems"];
        assert_eq!(json["name"], "InvalidTypedData");
        assert_eq!(listed[0]["field"], "params[1].a\\n[2]");
        assert_eq!(listed[0]["code"], "notBool");
        let field = listed[1]["field"].as_str().unwrap();
        assert_eq!(field.chars().count(), MAX_PATH_CHARS + 1);
        assert!(field.ends_with("é…"));
    }

    #[test]
    fn repeats_a_hostile_method_name_escaped_and_cut() {
        let error = Error::method_not_supported(&format!("eth\n\u{202e}{}", "x".repeat(500)));
        let text = error.to_string();
        assert!(text.contains("eth\\n\\u{202e}xxx"), "{text}");
        assert!(text.contains("xxx… is not supported"), "{text}");
        assert!(text.len() < 200);
        let whole = Error::method_not_supported(&"x".repeat(MAX_NAME_CHARS)).to_string();
        assert!(!whole.contains('…'), "{whole}");
    }
}
