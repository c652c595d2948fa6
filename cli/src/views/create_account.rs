use serde::Deserialize;

use super::{Ask, Page, View};

/// An account is to be made.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateAccount {
    origin: String,
    server: String,
    index: u64,
    /// Whether a key has to be made, which takes a moment.
    first_key: bool,
}

impl View for CreateAccount {
    const ASK: Ask = Ask::Yes("Type yes to create the account");

    fn page(&self) -> Page {
        let page = Page::new("Create an account?")
            .row("Asked by", &self.origin)
            .row("Signing server", &self.server)
            .row("Account number", &self.index.saturating_add(1).to_string());
        page.text(if self.first_key {
            "This device and the server now make a key together. Each keeps a share; neither has it all. Then you are shown 24 recovery words: have pen and paper ready."
        } else {
            "It belongs to the key that this device and the server already share."
        })
    }
}
