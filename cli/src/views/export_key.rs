use serde::Deserialize;
use zeroize::Zeroizing;

use super::{Ask, Page, View};

/// The private key is to be shown.
#[derive(Deserialize)]
pub struct ExportWarning {
    origin: String,
    accounts: Vec<String>,
}

impl View for ExportWarning {
    const ASK: Ask = Ask::Yes("Type yes to show it");

    fn page(&self) -> Page {
        Page::new("Show the private key?")
            .warning("Whoever sees it owns the account. From then on the key exists in one place. Who has it, and a recovery kit, owns all accounts below. Renewing shares does not undo it: only moving what they hold to a new account does.")
            .text("A terminal keeps what it shows: clear its history.")
            .row("Asked by", &self.origin)
            .rows("Account", &self.accounts)
    }
}

/// The private key.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedKey {
    address: String,
    private_key: Zeroizing<String>,
}

impl View for ExportedKey {
    const ASK: Ask = Ask::Yes("Type yes when you have it");
    const IS_SECRET: bool = true;

    fn page(&self) -> Page {
        Page::new("The private key")
            .row("Private key", &self.private_key)
            .row("Account", &self.address)
            .text("This account goes on signing as before.")
    }
}
