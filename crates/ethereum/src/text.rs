//! Makes text from strangers safe to show: what could hide, reorder or break lines becomes visible.
//!
//! A message is shown to the person who signs it. Text that moves the cursor, turns the reading
//! direction, takes no space or looks like a space could show something else than what is signed,
//! so every such character is written as an escape. The backslash is escaped too, so that an
//! escape can never be mistaken for text that only looks like one.

use core::fmt::Write as _;

/// Escapes `text` for display. The result has no control, format, line-breaking or invisible
/// characters, and determines the input: different texts are shown differently.
#[must_use]
pub(crate) fn escape(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' => shown.push_str("\\\\"),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            deceptive if is_deceptive(deceptive) => {
                // Writing to a String cannot fail.
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(deceptive));
            }
            plain => shown.push(plain),
        }
    }
    shown
}

/// Does the text hold characters that a reader cannot see or that change how the rest is read?
/// Line breaks and tabs do not count: they are ordinary in messages.
#[must_use]
pub(crate) fn has_deceptive_characters(text: &str) -> bool {
    text.chars()
        .any(|character| !matches!(character, '\n' | '\r' | '\t') && is_deceptive(character))
}

/// Control characters, format characters (Unicode category Cf), separators other than the plain
/// space, blank-looking letters, variation selectors, private use and noncharacters.
const fn is_deceptive(character: char) -> bool {
    matches!(character,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{a0}' // controls, no-break space
        | '\u{ad}' // soft hyphen
        | '\u{34f}' // combining grapheme joiner
        | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}'
        | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' // Hangul fillers: blank letters
        | '\u{1680}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{2000}'..='\u{200f}' // spaces of all widths, zero-width, marks of direction
        | '\u{2028}'..='\u{202f}' // line and paragraph separators, bidi embeddings and overrides
        | '\u{205f}'..='\u{206f}' // word joiner, invisible operators, bidi isolates
        | '\u{2800}' | '\u{3000}' // blank braille pattern, ideographic space
        | '\u{e000}'..='\u{f8ff}' // private use: any glyph a font likes
        | '\u{fdd0}'..='\u{fdef}' // noncharacters
        | '\u{fe00}'..='\u{fe0f}' // variation selectors
        | '\u{feff}' // byte order mark
        | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
        | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}' // musical format characters, blank note head
        | '\u{e0000}'..='\u{e0fff}' // tags, variation selectors supplement
        | '\u{f0000}'..='\u{10ffff}' // private use planes
    )
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test may fail loudly"
    )]

    use super::{escape, has_deceptive_characters};

    #[test]
    fn leaves_ordinary_text_of_any_language_alone() {
        for text in ["Hello, world! 1.5 ETH", "Grüße", "こんにちは", "שלום", "🦊"] {
            assert_eq!(escape(text), text);
            assert!(!has_deceptive_characters(text));
        }
    }

    #[test]
    fn shows_line_breaks_bidi_marks_and_zero_width_characters() {
        assert_eq!(escape("a\nb\r\tc"), "a\\nb\\r\\tc");
        assert_eq!(escape("\u{202e}drow"), "\\u{202e}drow");
        assert_eq!(escape("pay\u{200b}pal"), "pay\\u{200b}pal");
        assert_eq!(
            escape("\u{2066}\u{feff}\u{e0041}\u{3164}\0"),
            "\\u{2066}\\u{feff}\\u{e0041}\\u{3164}\\u{0}"
        );
    }

    #[test]
    fn cannot_be_fooled_by_text_that_looks_like_an_escape() {
        assert_eq!(escape("\\u{202e}"), "\\\\u{202e}");
        assert_ne!(escape("\\n"), escape("\n"));
    }

    #[test]
    fn line_breaks_alone_are_not_deceptive() {
        assert!(!has_deceptive_characters("one\ntwo\tthree\r\n"));
        assert!(has_deceptive_characters("one\u{2029}two"));
    }
}
