use serde::Deserialize;

use super::{Ask, Page, View};

/// What the words open.
#[derive(Deserialize)]
pub struct RecoverAccounts {
    server: String,
    accounts: Vec<String>,
}

impl View for RecoverAccounts {
    const ASK: Ask = Ask::Yes("Type yes if all of them are yours");

    fn page(&self) -> Page {
        Page::new("Are these your accounts?")
            .warning("If one of them is not yours, do not go on: somebody left it there for you to trust it.")
            .text("Your words open what the server keeps for these. It takes a few seconds for each.")
            .rows("Account", &self.accounts)
            .row("Signing server", &self.server)
    }
}
