use serde::Deserialize;

use super::{Ask, Page, View};

/// A drill.
#[derive(Deserialize)]
pub struct TypeWords {
    origin: String,
    accounts: Vec<String>,
}

impl View for TypeWords {
    const ASK: Ask = Ask::Words;

    fn page(&self) -> Page {
        Page::new("Check your recovery words")
            .warning("Nobody needs your words but you. If you did not start this check yourself, end it.")
            .text("Type all 24 words from your paper. This device sees whether they would restore the accounts below, renews what they open, and forgets them again.")
            .row("Asked by", &self.origin)
            .rows("Account", &self.accounts)
    }
}
