//! What a person is shown before signing, and what a policy may read.
//!
//! A summary is complete and true: every signed byte is in it, and nothing that is not signed.
//! All text in it is already safe to show (see [`crate::text`]); a view only lays it out.

use serde::Serialize;

use crate::{data, eip191::PersonalMessage, text};

/// The decoded request, for the consent dialog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Transaction or message.
    pub kind: SummaryKind,
    /// One line, for a heading.
    pub title: String,
    /// Decimal; absent for messages, which belong to no chain.
    pub chain_id: Option<String>,
    /// The chain's name, if it is known.
    pub network: Option<String>,
    /// The signing account with checksum, if the request names it.
    pub account: Option<String>,
    /// Everything that is signed, in reading order.
    pub rows: Vec<Row>,
    /// What deserves attention before signing, one sentence each.
    pub warnings: Vec<String>,
    /// The payload in hexadecimal; for a message its text (if it is text) and its hexadecimal.
    pub raw: String,
}

/// What is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SummaryKind {
    /// A transaction.
    Transaction,
    /// A message.
    Message,
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
    pub(crate) fn new(label: impl Into<String>, value: impl Into<String>, tone: Tone) -> Self {
        Self {
            label: label.into(),
            value: value.into(),
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
    let mut warnings = Vec::new();
    let mut rows = vec![
        Row::new("Account", message.signer.to_string(), Tone::Address),
        Row::new("Length", in_bytes(bytes.len()), Tone::Text),
    ];
    if bytes.len() == 32 {
        warnings.push(
            "These 32 bytes look like a hash. A hash can stand for anything, also for a transfer of \
             your assets: sign it only if you know what was hashed."
                .to_owned(),
        );
    }
    let raw = match core::str::from_utf8(bytes) {
        Ok(message) => {
            let shown = text::escape(message);
            if text::has_deceptive_characters(message) {
                warnings.push(
                    "The message has invisible or direction-changing characters. They are shown as \
                     \\u{…}."
                        .to_owned(),
                );
            }
            rows.push(Row::new("Message", shown.clone(), Tone::Text));
            format!("{shown}\n{hex}")
        }
        Err(_) => {
            warnings.push("The message is not text. Only its bytes can be shown.".to_owned());
            hex.clone()
        }
    };
    rows.push(Row::new("Message bytes", hex, Tone::Data));
    Summary {
        kind: SummaryKind::Message,
        title: "Sign a message".to_owned(),
        chain_id: None,
        network: None,
        account: Some(message.signer.to_string()),
        rows,
        warnings,
        raw,
    }
}

/// "1 byte", "2 bytes".
pub(crate) fn in_bytes(length: usize) -> String {
    let unit = if length == 1 { "byte" } else { "bytes" };
    format!("{length} {unit}")
}
