//! `words`: makes new recovery words.

use std::io::{self, IsTerminal};
use std::path::Path;

use tandem_threshold::recovery::Words;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::output::{new_private_file, say, warn};

/// The words go to the file, or to the person; the public key to standard output.
pub fn run(output: Option<&Path>, yes_print: bool) -> Result<(), Error> {
    if output.is_none() && !yes_print && !io::stderr().is_terminal() {
        return Err(Error::NotATerminal);
    }
    let mut entropy = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *entropy).map_err(Error::Random)?;
    let words = Words::from_entropy(entropy);
    let text = words.to_text();
    if let Some(path) = output {
        let line = Zeroizing::new(format!("{}\n", *text));
        new_private_file(path, &line)?;
        warn("The words are in the file. Write them on paper, then delete it.");
    } else {
        warn("Write these 24 words on paper. They are not shown again:\n");
        warn(&text);
        warn("\nThey are one of the three shares of every account whose kit is made for them.");
    }
    say(&words.key().public_key().to_string())
}
