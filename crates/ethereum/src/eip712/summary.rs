//! The summary of typed data: the domain, the type, and every value of the message in the order of
//! its type, labelled by its path.
//!
//! Labels that are not paths contain a space, so that no field can be taken for one of them.

use super::{TypedData, read::Data, recognise, types::Field};
use crate::{
    Address, Fact, U256,
    atomic::Scalar,
    chains, data,
    error::name_from_request,
    summary::{Row, Summary, SummaryKind, Tone},
    text::Hints,
    typed_data::{look_at, scalar_row},
};

pub(super) fn of(typed_data: &TypedData, signer: &Address, payload: &[u8]) -> Summary {
    let definition = typed_data.types.encode_type(typed_data.primary);
    let name = typed_data.types.name(typed_data.primary);
    let chain_id = typed_data.domain.chain_id;
    let chain = chain_id.and_then(U256::to_u64).and_then(chains::find);
    let mut summary = Summary {
        title: format!("Sign typed data: {}", name_from_request(name)),
        chain_id: chain_id.map(|chain_id| chain_id.to_string()),
        network: chain.map(|chain| chain.name.to_owned()),
        account: Some(signer.to_string()),
        rows: vec![Row::new(
            "Signing account",
            signer.to_string(),
            Tone::Address,
        )],
        raw: data::to_hex(payload),
        ..Summary::empty(SummaryKind::TypedData)
    };
    warn_of_domain(&mut summary, typed_data);
    let hints = Rows::of(&mut summary, Hints::default()).append_domain(typed_data);
    let protocol = typed_data
        .message
        .as_deref()
        .and_then(|message| recognise::protocol(typed_data, &definition, message, signer));
    if let Some(protocol) = protocol {
        protocol.add_to(&mut summary);
    }
    summary
        .rows
        .push(Row::new("Primary type", name, Tone::Text));
    summary
        .rows
        .push(Row::new("Type definition", definition, Tone::Data));
    let mut rows = Rows::of(&mut summary, hints);
    if let Some(message) = &typed_data.message {
        rows.append_fields(
            typed_data.types.fields(typed_data.primary),
            message,
            typed_data,
        );
    }
    let hints = rows.hints;
    summary.warn_of_hints("The text", hints);
    summary
}

fn warn_of_domain(summary: &mut Summary, typed_data: &TypedData) {
    if typed_data.message.is_none() {
        summary.warn(
            Fact::DomainOnly,
            "Only the domain is signed, without a message. What an application takes that for \
             cannot be known.",
        );
    }
    match typed_data.domain.chain_id {
        None => summary.warn(
            Fact::DomainWithoutChain,
            "The domain names no chain: the signature may be valid on every network.",
        ),
        Some(chain_id) if summary.network.is_none() => summary.warn(
            Fact::UnknownChain,
            format!(
                "The network with chain id {chain_id} is not known here. Make sure that you mean it."
            ),
        ),
        Some(_) => {}
    }
    if typed_data.domain.verifying_contract.is_none() {
        summary.warn(
            Fact::DomainWithoutContract,
            "The domain names no contract: any application may accept the signature.",
        );
    }
}

/// Appends rows, with the path to where it is.
struct Rows<'s> {
    summary: &'s mut Summary,
    path: String,
    /// What the texts so far may deceive with.
    hints: Hints,
}

impl<'s> Rows<'s> {
    const fn of(summary: &'s mut Summary, hints: Hints) -> Self {
        Self {
            summary,
            path: String::new(),
            hints,
        }
    }

    fn push(&mut self, label: &str, value: impl AsRef<str>, tone: Tone) {
        self.summary.rows.push(Row::new(label, value, tone));
    }

    fn append_domain(mut self, typed_data: &TypedData) -> Hints {
        let fields = typed_data.types.fields(typed_data.types.domain());
        if fields.is_empty() {
            self.push("Domain fields", "none", Tone::Warning);
        }
        for (field, value) in fields.iter().zip(typed_data.domain.fields()) {
            let Data::Scalar(value) = value else { continue };
            let (label, value) = match (field.name, value) {
                ("name", value) => ("Domain name", value),
                ("version", value) => ("Domain version", value),
                (
                    "chainId",
                    Scalar::Uint {
                        value: chain_id, ..
                    },
                ) => {
                    let (name, tone) = match &self.summary.network {
                        Some(name) => (name.as_str(), Tone::Text),
                        None => ("unknown", Tone::Warning),
                    };
                    let shown = format!("{name} (chain id {chain_id})");
                    self.push("Domain chain", shown, tone);
                    continue;
                }
                ("verifyingContract", value) => ("Domain contract", value),
                (_, value) => ("Domain salt", value),
            };
            self.append_scalar(label, value);
        }
        self.hints
    }

    fn append_fields(&mut self, fields: &[Field], values: &[Data], typed_data: &TypedData) {
        let length = self.path.len();
        for (field, value) in fields.iter().zip(values) {
            if length > 0 {
                self.path.push('.');
            }
            self.path.push_str(field.name);
            self.append(value, typed_data);
            self.path.truncate(length);
        }
    }

    fn append(&mut self, value: &Data, typed_data: &TypedData) {
        let nothing = match value {
            Data::Scalar(value) => {
                let label = core::mem::take(&mut self.path);
                self.append_scalar(&label, value);
                self.path = label;
                return;
            }
            Data::Struct(_, fields) if fields.is_empty() => "struct without fields",
            Data::Struct(index, fields) => {
                self.append_fields(typed_data.types.fields(*index), fields, typed_data);
                return;
            }
            Data::Absent => "no struct (32 zero bytes)",
            Data::List(items) if items.is_empty() => "empty list",
            Data::List(items) => {
                let length = self.path.len();
                for (position, item) in items.iter().enumerate() {
                    self.path.push_str(&format!("[{position}]"));
                    self.append(item, typed_data);
                    self.path.truncate(length);
                }
                return;
            }
        };
        let label = self.path.clone();
        self.push(&label, nothing, Tone::Text);
    }

    fn append_scalar(&mut self, label: &str, value: &Scalar) {
        look_at(value, &mut self.hints);
        self.summary.rows.push(scalar_row(label, value));
    }
}
