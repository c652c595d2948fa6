use serde::Deserialize;

use super::{Ask, Page, View};

/// A private key is to be imported.
#[derive(Deserialize)]
pub struct ImportWarning {
    origin: String,
    server: String,
}

impl View for ImportWarning {
    const ASK: Ask = Ask::Yes("Type yes to import a key");

    fn page(&self) -> Page {
        Page::new("Import a private key?")
            .warning("A copy of the key stays a key. It existed in one place, and whoever has a copy of it can use it without this device and without your signing server. A new account, to which you move what it holds, is safer.")
            .text("The key is split between this device and the server and then forgotten here. It gives one account, at its own address.")
            .row("Asked by", &self.origin)
            .row("Signing server", &self.server)
    }
}

/// The key itself.
#[derive(Deserialize)]
pub struct ImportKey {}

impl View for ImportKey {
    const ASK: Ask = Ask::Secret("Private key (64 hexadecimal digits)");

    fn page(&self) -> Page {
        Page::new("Type the private key").text("Clear the clipboard if you copied it.")
    }
}

/// The signing server wants a permit for it.
#[derive(Deserialize)]
pub struct ImportPermit {
    address: String,
}

impl View for ImportPermit {
    const ASK: Ask = Ask::Secret("Permit (xxxxx-xxxxx-xxxxx-xxxxx-xxxxxx)");

    fn page(&self) -> Page {
        Page::new("Your signing server wants a permit")
            .text("Importing a key needs the consent of who runs the signing server. It works once. They make it with:")
            .text("tandem-server import-permit")
            .row("Account", &self.address)
    }
}
