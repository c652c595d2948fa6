//! What a person is shown before signing, and what a policy may read.
//!
//! A summary is complete and true: every signed byte is in it, and nothing that is not signed.
//! All text in it is already safe to show (see [`crate::text`]); a view only lays it out.

use serde::Serialize;

use crate::{
    Effect, Fact, SignIn, data,
    eip191::PersonalMessage,
    sign_in_summary,
    text::{self, Hints},
};

/// The decoded request, for the consent dialog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Transaction, message or typed data.
    pub kind: SummaryKind,
    /// One line, for a heading.
    pub title: String,
    /// Decimal; absent for what belongs to no chain: messages, domains without a chain id.
    pub chain_id: Option<String>,
    /// The chain's name, if it is known.
    pub network: Option<String>,
    /// The signing account with checksum, if the request names it.
    pub account: Option<String>,
    /// Everything that is signed, in reading order.
    pub rows: Vec<Row>,
    /// What deserves attention before signing, one sentence each.
    pub warnings: Vec<String>,
    /// The same and more, for a program: sorted, each once.
    pub facts: Vec<Fact>,
    /// What the request would do, as far as its bytes tell.
    pub effects: Vec<Effect>,
    /// For a message that opens a session (ERC-4361): what a caller with a clock or a policy needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<SignIn>,
    /// The payload in hexadecimal; for a message its text (if it is text) and its hexadecimal.
    pub raw: String,
}

impl Summary {
    /// A summary without content, to be filled.
    pub(crate) const fn empty(kind: SummaryKind) -> Self {
        Self {
            kind,
            title: String::new(),
            chain_id: None,
            network: None,
            account: None,
            rows: Vec::new(),
            warnings: Vec::new(),
            facts: Vec::new(),
            effects: Vec::new(),
            raw: String::new(),
            sign_in: None,
        }
    }

    /// Notes a fact, with the sentence that tells a person of it.
    pub(crate) fn warn(&mut self, fact: Fact, sentence: impl AsRef<str>) {
        self.warn_text(fact, sentence.as_ref());
    }

    #[inline(never)]
    fn warn_text(&mut self, fact: Fact, sentence: &str) {
        self.note(fact);
        self.warnings.push(sentence.to_owned());
    }

    /// Notes whatever in a text from the request may deceive the person who reads it.
    pub(crate) fn warn_of_text(&mut self, what: &str, text: &str) {
        let mut hints = Hints::default();
        hints.look_at(text);
        self.warn_of_hints(what, hints);
    }

    /// The same, of several texts at once.
    pub(crate) fn warn_of_hints(&mut self, what: &str, hints: Hints) {
        if hints.hidden {
            self.warn(
                Fact::DeceptiveText,
                format!(
                    "{what} has invisible or direction-changing characters. They are shown as \\u{{…}}."
                ),
            );
        }
        if hints.mixed_scripts {
            self.warn(
                Fact::MixedScripts,
                format!(
                    "{what} has a word of letters from different scripts that look alike. It may not \
                     say what it seems to say."
                ),
            );
        }
        if hints.stacked_marks {
            self.warn(
                Fact::StackedMarks,
                format!(
                    "{what} has letters under many accents, which may cover the text around them."
                ),
            );
        }
    }

    /// Notes a fact that only programs need to know.
    pub(crate) fn note(&mut self, fact: Fact) {
        if let Err(place) = self.facts.binary_search(&fact) {
            self.facts.insert(place, fact);
        }
    }
}

/// What is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SummaryKind {
    /// A transaction.
    Transaction,
    /// A message.
    Message,
    /// Typed data.
    TypedData,
    /// The authorisation of a delegation (EIP-7702).
    Authorization,
}

/// One labelled fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The label.
    pub label: String,
    /// The fact.
    pub value: String,
    /// How a view should treat it.
    pub tone: Tone,
}

impl Row {
    pub(crate) fn new(label: impl AsRef<str>, value: impl AsRef<str>, tone: Tone) -> Self {
        Self::of_texts(label.as_ref(), value.as_ref(), tone)
    }

    /// Called from everywhere: out of line, it is there once and not a hundred times.
    #[inline(never)]
    fn of_texts(label: &str, value: &str, tone: Tone) -> Self {
        Self {
            label: label.to_owned(),
            value: value.to_owned(),
            tone,
        }
    }
}

/// How a view treats a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Tone {
    /// An address.
    Address,
    /// An amount of coins or a fee.
    Amount,
    /// Words or a number.
    Text,
    /// Bytes in hexadecimal.
    Data,
    /// A fact that deserves attention.
    Warning,
}

/// The summary of a message under `personal_sign`.
pub(crate) fn of_message(message: &PersonalMessage) -> Summary {
    let bytes = &message.message;
    let hex = data::to_hex(bytes);
    let mut summary = Summary {
        title: "Sign a message".to_owned(),
        account: Some(message.signer.to_string()),
        rows: vec![Row::new(
            "Account",
            message.signer.to_string(),
            Tone::Address,
        )],
        raw: hex.clone(),
        ..Summary::empty(SummaryKind::Message)
    };
    sign_in_summary::add(&mut summary, bytes, message.signer);
    summary
        .rows
        .push(Row::new("Length", in_bytes(bytes.len()), Tone::Text));
    if bytes.len() == 32 {
        summary.warn(
            Fact::LooksLikeHash,
            "These 32 bytes look like a hash. A hash can stand for anything, also for a transfer of \
             your assets: sign it only if you know what was hashed.",
        );
    }
    match core::str::from_utf8(bytes) {
        Ok(message) => {
            let shown = text::escape(message);
            summary.warn_of_text("The message", message);
            summary.raw = format!("{shown}\n{hex}");
            summary.rows.push(Row::new("Message", shown, Tone::Text));
        }
        Err(_) => summary.warn(
            Fact::NotText,
            "The message is not text. Only its bytes can be shown.",
        ),
    }
    summary
        .rows
        .push(Row::new("Message bytes", hex, Tone::Data));
    summary
}

/// "1 byte", "2 bytes".
pub(crate) fn in_bytes(length: usize) -> String {
    let unit = if length == 1 { "byte" } else { "bytes" };
    format!("{length} {unit}")
}
