use serde::Deserialize;

use super::{Ask, LATER, Page, View};

/// Words that were made elsewhere are to be used.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryKey {
    origin: String,
    server: String,
    accounts: Vec<String>,
    /// Whether the key was made just now.
    first_time: bool,
    recovery_public_key: String,
}

impl View for RecoveryKey {
    const ASK: Ask = Ask::Yes("Type yes to use them");

    fn page(&self) -> Page {
        let page = Page::new("Use recovery words made elsewhere?")
            .warning("Whoever has the words behind this key and your device, or your server, can take the accounts below. Nobody can see from here whether the words open what is made now: a drill, in which you type them, is the only check. Do not count on words that were never drilled.")
            .text("Compare this public key with what the offline tool printed.");
        let page = if self.first_time {
            page.text(LATER)
        } else {
            page
        };
        page.row("Public key", &self.recovery_public_key)
            .row("Asked by", &self.origin)
            .row("Signing server", &self.server)
            .rows("Account", &self.accounts)
    }
}
