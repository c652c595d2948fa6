use serde::Deserialize;
use zeroize::Zeroizing;

use super::{Ask, LATER, Page, View};

/// The words are shown, once.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryWords {
    origin: String,
    accounts: Vec<String>,
    /// Whether the key was made just now.
    first_time: bool,
    words: Vec<Zeroizing<String>>,
}

impl View for RecoveryWords {
    const ASK: Ask = Ask::Yes("Type yes when you have written them down");
    const IS_SECRET: bool = true;

    fn can_wait(&self) -> bool {
        self.first_time
    }

    fn page(&self) -> Page {
        let mut page = Page::new("Write down your recovery words")
            .warning("Nobody will ever ask you for them. With your device or your server they are the key to your accounts. They are not a wallet phrase: other wallets can do nothing with them. Tandem has not been audited.")
            .text("If this device is lost, these words and your signing server restore the accounts below. Write them on paper, with their numbers. They are shown only now, and three of them are asked for next.");
        if self.first_time {
            page = page.text(LATER);
        }
        for (at, word) in self.words.iter().enumerate() {
            page = page.row(&(at + 1).to_string(), word);
        }
        page.row("Asked by", &self.origin)
            .rows("Account", &self.accounts)
    }
}
