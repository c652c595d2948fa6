//! Words and files come in here, into memory that is wiped.

use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

use tandem_threshold::recovery::{Backup, File, Kit, MAX_FILE_LEN, WORD_COUNT, Words};
use zeroize::Zeroizing;

use crate::cli::FromWords;
use crate::error::Error;
use crate::output::warn;

/// Longest text that is looked at for words: 24 words, eight letters each, and a lot
/// of white space.
pub const MAX_WORDS_LEN: usize = 4096;

/// How often a person may try to type the words.
const TRIES: usize = 3;

/// The words, from where the arguments say.
pub fn words(from: &FromWords) -> Result<Words, Error> {
    if let Some(path) = &from.words_file {
        let file = open(path)?;
        let text = read(file, MAX_WORDS_LEN).map_err(|source| Error::File {
            path: path.clone(),
            source,
        })?;
        return parse(&path.display().to_string(), &text);
    }
    if io::stdin().is_terminal() {
        return typed();
    }
    let text = read(io::stdin().lock(), MAX_WORDS_LEN).map_err(|source| Error::Stream {
        what: "standard input",
        source,
    })?;
    parse("standard input", &text)
}

/// Asks at the terminal. What is typed is not shown.
fn typed() -> Result<Words, Error> {
    let mut tries = 1;
    loop {
        match parse("terminal", typed_text()?.as_bytes()) {
            Ok(words) => return Ok(words),
            Err(error) if tries == TRIES => return Err(error),
            Err(error) => warn(&error.to_string()),
        }
        tries += 1;
    }
}

/// Lines until there are enough words, or an empty one. Not just the first: the rest
/// of words pasted on several lines would else be left to the shell, and its history.
fn typed_text() -> Result<Zeroizing<String>, Error> {
    let mut text = Zeroizing::new(String::with_capacity(2 * MAX_WORDS_LEN));
    loop {
        let count = text.split_whitespace().count();
        if count >= WORD_COUNT || text.len() > MAX_WORDS_LEN {
            return Ok(text);
        }
        let prompt =
            format!("Recovery words, not shown while you type ({count} of {WORD_COUNT}): ");
        let line = rpassword::prompt_password(prompt)
            .map(Zeroizing::new)
            .map_err(|source| Error::Stream {
                what: "terminal",
                source,
            })?;
        if line.trim().is_empty() {
            return Ok(text);
        }
        text.push_str(&line);
        text.push(' ');
    }
}

fn parse(from: &str, text: &[u8]) -> Result<Words, Error> {
    let from = || from.to_owned();
    let text = std::str::from_utf8(text)
        .ok()
        .filter(|text| text.len() <= MAX_WORDS_LEN)
        .ok_or_else(|| Error::NotText { from: from() })?;
    Words::read(text).map_err(|source| Error::Words {
        from: from(),
        source,
    })
}

/// Any of our files.
pub fn file(path: &Path) -> Result<File, Error> {
    let content = |source| Error::Content {
        path: path.to_owned(),
        source,
    };
    let bytes = read(open(path)?, MAX_FILE_LEN).map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })?;
    // Bytes that are not text are not JSON either: they are refused as such.
    let text = std::str::from_utf8(&bytes).unwrap_or_default();
    File::read(text).map_err(content)
}

/// A recovery kit.
pub fn kit(path: &Path) -> Result<Kit, Error> {
    match file(path)? {
        File::Kit(kit) => Ok(kit),
        other @ File::Backup(_) => Err(wrong_kind(path, &other, "recovery kit")),
    }
}

/// The backup of one party; `expected` is how such a file calls itself.
pub fn backup(path: &Path, expected: &'static str) -> Result<Backup, Error> {
    match file(path)? {
        File::Backup(backup) if File::kind_of(&backup) == expected => Ok(backup),
        other => Err(wrong_kind(path, &other, expected)),
    }
}

fn wrong_kind(path: &Path, file: &File, expected: &'static str) -> Error {
    Error::WrongKind {
        path: path.to_owned(),
        found: file.kind(),
        expected,
    }
}

fn open(path: &Path) -> Result<fs::File, Error> {
    fs::File::open(path).map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })
}

/// Reads at most `max` bytes and one more, which tells that there are too many. The
/// buffer never grows, so it leaves no copy behind.
fn read(mut from: impl Read, max: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut buffer = Zeroizing::new(vec![0; max + 1]);
    let mut length = 0;
    while let Some(room) = buffer.get_mut(length..).filter(|room| !room.is_empty()) {
        match from.read(room) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    buffer.truncate(length);
    Ok(buffer)
}
