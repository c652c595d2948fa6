use serde::Deserialize;

use super::{Ask, Page, View};

/// A key is to leave its server.
#[derive(Deserialize)]
pub struct MoveWarning {
    origin: String,
    server: String,
    accounts: Vec<String>,
}

impl View for MoveWarning {
    const ASK: Ask = Ask::Yes("Type yes to move");

    fn page(&self) -> Page {
        Page::new("Move to another signing server?")
            .warning("The old server keeps its share. It is worth nothing alone, or with this device from now on. With an older copy of this device's share, or with your recovery words, it is the key. If you leave that server because you do not trust it, move what the accounts hold instead.")
            .text("The accounts below keep their addresses. You need your recovery words, and an enrolment code and a permit of the new server.")
            .row("Asked by", &self.origin)
            .row("Signing server until now", &self.server)
            .rows("Account", &self.accounts)
    }
}
