use serde::Deserialize;
use zeroize::Zeroizing;

use super::{Ask, Page, View};

/// The device's share is to be shown.
#[derive(Deserialize)]
pub struct BackupWarning {
    origin: String,
    accounts: Vec<String>,
}

impl View for BackupWarning {
    const ASK: Ask = Ask::Yes("Type yes to show it");

    fn page(&self) -> Page {
        Page::new("Show this device's share?")
            .warning("It is half of your key, in the clear. Whoever gets it, and your recovery words or the server's share, owns the accounts below. You need it only to rebuild the key offline, without your server.")
            .text("A terminal keeps what it shows: clear its history. Save the file on a medium that you lock away, never beside your recovery words.")
            .row("Asked by", &self.origin)
            .rows("Account", &self.accounts)
    }
}

/// The file for `tandem-recover`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Backup {
    file: Zeroizing<String>,
    epoch: u64,
    with_kit: bool,
}

impl View for Backup {
    const ASK: Ask = Ask::Yes("Type yes when you have saved it");
    const IS_SECRET: bool = true;

    fn page(&self) -> Page {
        let mut page = Page::new("This device's share");
        if !self.with_kit {
            page = page.warning("There is no recovery kit in it: recovery words cannot be used with this file. None are set, or they must be checked first.");
        }
        page = page
            .text("Check it with the offline tool: tandem-recover inspect FILE. The next renewal of shares makes it worthless: take a new one then.")
            .row("Renewals so far", &self.epoch.to_string());
        self.file.lines().fold(page, Page::text)
    }
}
