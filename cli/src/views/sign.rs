use serde::Deserialize;

use super::{Ask, Page, View};

/// A request to sign, decoded and made safe to show by the core. Its rows are complete and in
/// reading order.
#[derive(Deserialize)]
pub struct Sign {
    title: String,
    origin: String,
    rows: Vec<Row>,
    warnings: Vec<String>,
    /// The exact bytes that are signed.
    raw: String,
}

#[derive(Deserialize)]
struct Row {
    label: String,
    value: String,
    tone: Tone,
}

/// How a row looks. All that matters without colours is whether it warns.
#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
enum Tone {
    Address,
    Amount,
    Text,
    Data,
    Warning,
}

impl View for Sign {
    const ASK: Ask = Ask::Yes("Type yes to sign");

    fn page(&self) -> Page {
        let mut page = Page::new(&self.title);
        for warning in &self.warnings {
            page = page.warning(warning);
        }
        page = page.row("Asked by", &self.origin);
        for Row { label, value, tone } in &self.rows {
            page = if *tone == Tone::Warning {
                page.row(&format!("(!) {label}"), value)
            } else {
                page.row(label, value)
            };
        }
        page.row("Exactly what is signed", &self.raw)
    }
}
