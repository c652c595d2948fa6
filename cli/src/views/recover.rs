use serde::Deserialize;

use super::{Ask, Page, View};

/// A device that has no share yet.
#[derive(Deserialize)]
pub struct Recover {
    origin: String,
    server: String,
}

impl View for Recover {
    const ASK: Ask = Ask::Words;

    fn page(&self) -> Page {
        Page::new("Recover your accounts")
            .warning("If you did not start this yourself, end it.")
            .text("Type all 24 recovery words from your paper. With them and your signing server this device gets new shares of your accounts; the device that had them signs nothing any more.")
            .row("Asked by", &self.origin)
            .row("Signing server", &self.server)
    }
}
