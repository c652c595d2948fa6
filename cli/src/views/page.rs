//! Lines of text, each safe for a terminal.

use std::fmt;

use zeroize::Zeroizing;

use crate::terminal::printable;

/// Room for every page with words, so that they leave no copy behind when it grows.
const ROOM: usize = 16 * 1024;

/// What is shown before a question. Wiped when dropped.
pub struct Page(Zeroizing<String>);

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Page(..)")
    }
}

impl Page {
    /// A page with its title.
    pub fn new(title: &str) -> Self {
        let mut page = Self(Zeroizing::new(String::with_capacity(ROOM)));
        page.push(&["\n"]);
        page.push(&[&printable(title), "\n"]);
        page
    }

    /// What a reader must see first.
    pub fn warning(mut self, text: &str) -> Self {
        self.push(&["  WARNING: ", &printable(text), "\n"]);
        self
    }

    /// A sentence.
    pub fn text(mut self, text: &str) -> Self {
        self.push(&["  ", &printable(text), "\n"]);
        self
    }

    /// A field.
    pub fn row(mut self, label: &str, value: &str) -> Self {
        let value = printable(value);
        let shown = if value.is_empty() { "(empty)" } else { &value };
        self.push(&["  ", &printable(label), ": ", shown, "\n"]);
        self
    }

    /// The same for several values.
    pub fn rows(self, label: &str, values: &[String]) -> Self {
        values
            .iter()
            .fold(self, |page, value| page.row(label, value))
    }

    /// All of it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn push(&mut self, parts: &[&str]) {
        for part in parts {
            self.0.push_str(part);
        }
    }
}
