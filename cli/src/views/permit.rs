use serde::Deserialize;

use super::{Ask, Page, View};

/// The signing server wants a permit.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Permit {
    key_id: String,
    operation: Operation,
}

/// What it permits.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Operation {
    Recovery,
    Export,
}

impl View for Permit {
    const ASK: Ask = Ask::Secret("Permit (xxxxx-xxxxx-xxxxx-xxxxx-xxxxxx)");

    fn page(&self) -> Page {
        let (operation, why) = match self.operation {
            Operation::Recovery => (
                "recovery",
                "This key is in use, so its recovery words cannot be changed from here alone.",
            ),
            Operation::Export => ("export", "The private key cannot be shown from here alone."),
        };
        let command = format!("tandem-server permit {} {operation}", self.key_id);
        Page::new("Your signing server wants a permit")
            .text(why)
            .text("Ask who runs the signing server for a permit, which works once, for this key. They make it with:")
            .text(&command)
    }
}
