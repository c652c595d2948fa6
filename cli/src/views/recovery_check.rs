use serde::Deserialize;

use super::{Ask, Page, View};

/// Three of the words are asked for.
#[derive(Deserialize)]
pub struct RecoveryCheck {
    positions: Vec<u64>,
    again: bool,
}

impl View for RecoveryCheck {
    const ASK: Ask = Ask::Secret("The words, a space between them");

    fn page(&self) -> Page {
        let mut page = Page::new("Check what you wrote down");
        if self.again {
            page = page.warning(
                "That was not right. Look at the numbers on your paper. Nothing has been set yet.",
            );
        }
        let positions: Vec<String> = self.positions.iter().map(u64::to_string).collect();
        let positions = positions.join(", ");
        page.text(&format!(
            "Type the words with the numbers {positions}, in this order."
        ))
    }
}
