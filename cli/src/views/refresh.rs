use serde::Deserialize;

use super::{Ask, Page, View};

/// The shares of a key are to be replaced.
#[derive(Deserialize)]
pub struct Refresh {
    /// Nobody if the signing server asks.
    origin: Option<String>,
    server: String,
    accounts: Vec<String>,
    frozen: bool,
}

impl View for Refresh {
    const ASK: Ask = Ask::Yes("Type yes to renew the shares");

    fn page(&self) -> Page {
        let mut page = Page::new("Renew the shares of this key?");
        if self.frozen {
            page = page.warning("This key is frozen: a check failed while signing. With new shares the key signs again. If you did not expect that, ask who runs the signing server first.");
        }
        let origin = self.origin.as_deref().unwrap_or("your signing server");
        page.row("Asked by", origin)
            .row("Signing server", &self.server)
            .rows("Account", &self.accounts)
            .text("This device and the server replace both shares of the key. Your addresses stay the same, and a copy of an old share becomes worthless. It takes a few seconds.")
    }
}
