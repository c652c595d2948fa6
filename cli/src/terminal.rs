//! The person at the other end: a terminal, or a script behind a pipe. Dialogs go to standard
//! error, results to standard output. At a pipe, every answer is a line of standard input, in the
//! order of the questions.

use std::fs;
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::path::Path;

use serde_json::Value;
use tandem_threshold::recovery::WORD_COUNT;
use zeroize::Zeroizing;

use crate::error::Error;

/// Longest line that is read.
const MAX_LINE: usize = 4096;

/// Shortest passphrase of a new device, in characters.
const MIN_PASSPHRASE: usize = 8;

/// Text that a person typed. `None`: there is no more.
type Typed = Result<Option<Zeroizing<String>>, Error>;

/// One line on standard error. If nobody can hear it there is nobody to tell.
pub fn warn(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", printable(line));
}

/// A result on standard output, as JSON on several lines.
pub fn print(result: &Value) -> Result<(), Error> {
    let text = serde_json::to_string_pretty(result).unwrap_or_default();
    let mut out = io::stdout().lock();
    let mut print = || {
        for line in text.lines() {
            writeln!(out, "{}", printable(line))?;
        }
        out.flush()
    };
    print().map_err(|source| Error::Stream {
        what: "standard output",
        source,
    })
}

/// Text that cannot move the cursor, change colours or the reading direction: what could is written
/// as an escape. Texts of the core are safe already; this is where a terminal would take harm if
/// one was not. The form is that of JSON, which stays JSON.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        let is_harmful = character.is_control()
            || matches!(character,
                '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}');
        if is_harmful {
            shown.push_str(&format!("\\u{:04x}", u32::from(character)));
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Shows a page, line by line, as it is: [`crate::views`] makes lines that are safe.
pub fn show(page: &str) {
    let _ = io::stderr().lock().write_all(page.as_bytes());
}

/// A question and the line that answers it. Anything but "yes" is a no.
pub fn confirm(question: &str) -> Result<bool, Error> {
    ask(question);
    let answer = line()?;
    Ok(answer.is_some_and(|answer| answer.trim() == "yes"))
}

/// Whether what [`show`] says goes to a terminal, not to a file or another program.
pub fn shows_to_a_person() -> bool {
    io::stderr().is_terminal()
}

/// Text that is not shown while it is typed.
pub fn secret(question: &str) -> Typed {
    if !io::stdin().is_terminal() {
        ask(question);
        return line();
    }
    let typed = rpassword::prompt_password(format!("{question}: ")).map(Zeroizing::new);
    match typed {
        Ok(typed) => Ok(Some(typed)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(source) => Err(Error::Stream {
            what: "terminal",
            source,
        }),
    }
}

/// Recovery words: lines until there are all of them, or an empty one. Not just the first: the rest
/// of words that were pasted on several lines would else be left to the shell, and its history.
pub fn words() -> Typed {
    let mut text = Zeroizing::new(String::with_capacity(2 * MAX_LINE + 2));
    loop {
        let count = text.split_whitespace().count();
        if count >= WORD_COUNT || text.len() > MAX_LINE {
            return Ok(Some(text));
        }
        let question = format!("Recovery words ({count} of {WORD_COUNT})");
        match secret(&question)? {
            Some(line) if !line.trim().is_empty() => {
                text.push_str(&line);
                text.push(' ');
            }
            _ if count == 0 => return Ok(None),
            _ => return Ok(Some(text)),
        }
    }
}

/// The passphrase of a state, from a file if one is named; asked for twice if the state is new and
/// somebody types.
pub fn passphrase(file: Option<&Path>, is_new: bool) -> Result<Zeroizing<String>, Error> {
    let typed = match file {
        Some(path) => passphrase_of(path)?,
        None => secret("Passphrase of this device")?.ok_or(Error::Passphrase("is missing"))?,
    };
    if typed.is_empty() {
        return Err(Error::Passphrase("is empty"));
    }
    if is_new && typed.chars().count() < MIN_PASSPHRASE {
        return Err(Error::Passphrase("is shorter than 8 characters"));
    }
    if is_new && file.is_none() && io::stdin().is_terminal() {
        let again = secret("The same once more")?;
        if again.as_deref() != Some(&*typed) {
            return Err(Error::Passphrase("was not the same the second time"));
        }
    }
    Ok(typed)
}

/// The first line of a file.
fn passphrase_of(path: &Path) -> Result<Zeroizing<String>, Error> {
    let failed = |source| Error::File {
        path: path.to_owned(),
        source,
    };
    let file = fs::File::open(path).map_err(failed)?;
    let line = read_line(&mut io::BufReader::new(file)).map_err(failed)?;
    line.ok_or(Error::Passphrase("is empty"))
}

fn line() -> Typed {
    read_line(&mut io::stdin().lock()).map_err(|source| Error::Stream {
        what: "standard input",
        source,
    })
}

/// A line without its end.
fn read_line(from: &mut impl BufRead) -> io::Result<Option<Zeroizing<String>>> {
    // The buffer never grows, so it leaves no copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_LINE + 1));
    let mut limited = from.take(MAX_LINE as u64 + 1);
    limited.read_until(b'\n', &mut bytes)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    if bytes.len() > MAX_LINE {
        return Err(io::Error::other("a line is longer than 4096 bytes"));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| io::Error::other("a line is not text"))?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    Ok(Some(Zeroizing::new(text.to_owned())))
}

/// At a pipe the answer ends no line, so the question does.
fn ask(question: &str) {
    let end = if io::stdin().is_terminal() {
        ": "
    } else {
        ":\n"
    };
    let mut out = io::stderr().lock();
    let _ = write!(out, "{question}{end}");
    let _ = out.flush();
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_printed() {
        let harmful = "\u{1b}[2J \u{9b}1m \u{7} \r \n \u{7f} \u{202e}x \u{2066} \u{200b} \u{feff}";
        let shown = printable(harmful);
        assert!(
            shown
                .chars()
                .all(|character| character == ' ' || character.is_ascii_graphic()),
            "{shown}"
        );
        assert!(shown.starts_with("\\u001b[2J \\u009b1m"), "{shown}");
        assert_eq!(printable("0x00 Ωμέγα \\n"), "0x00 Ωμέγα \\n");
    }

    #[test]
    fn a_line_is_read_whole_and_without_its_end() {
        let lines = b"one\r\ntwo\n\nlast";
        let mut from = io::BufReader::new(&lines[..]);
        let mut next = || read_line(&mut from).unwrap().map(|line| line.to_string());
        assert_eq!(next().as_deref(), Some("one"));
        assert_eq!(next().as_deref(), Some("two"));
        assert_eq!(next().as_deref(), Some(""));
        assert_eq!(next().as_deref(), Some("last"));
        assert_eq!(next(), None);
        let long = vec![b'a'; MAX_LINE + 1];
        assert!(read_line(&mut io::BufReader::new(&long[..])).is_err());
        assert!(read_line(&mut io::BufReader::new(&b"\xff\n"[..])).is_err());
    }
}
