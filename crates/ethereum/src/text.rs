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

/// What one or several texts may deceive a reader with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hints {
    /// Characters that cannot be seen or that change how the rest is read.
    pub(crate) hidden: bool,
    /// A word of letters from different scripts that look alike.
    pub(crate) mixed_scripts: bool,
    /// Letters under many accents.
    pub(crate) stacked_marks: bool,
}

impl Hints {
    /// Adds what is found in a text.
    pub(crate) fn look_at(&mut self, text: &str) {
        self.hidden |= has_deceptive_characters(text);
        self.mixed_scripts |= has_mixed_scripts(text);
        self.stacked_marks |= has_stacked_marks(text);
    }
}

/// Does the text hold characters that a reader cannot see or that change how the rest is read?
/// Line breaks and tabs do not count: they are ordinary in messages.
#[must_use]
pub(crate) fn has_deceptive_characters(text: &str) -> bool {
    text.chars()
        .any(|character| !matches!(character, '\n' | '\r' | '\t') && is_deceptive(character))
}

/// Does a word mix scripts whose letters look alike, as in "pаypal" with a Cyrillic а? A hint: "Δt"
/// mixes too, and a word that imitates with the letters of one foreign script alone does not.
#[must_use]
pub(crate) fn has_mixed_scripts(text: &str) -> bool {
    let mut script_of_word = None;
    for character in text.chars() {
        match script(character) {
            Some(script) => {
                if script_of_word.is_some_and(|of_word| of_word != script) {
                    return true;
                }
                script_of_word = Some(script);
            }
            None => {
                let is_inside = character.is_ascii_digit()
                    || is_mark(character)
                    || (!character.is_ascii() && is_deceptive(character));
                if !is_inside {
                    script_of_word = None;
                }
            }
        }
    }
    false
}

/// More combining marks in a row than any language writes. They pile up over other lines.
#[must_use]
pub(crate) fn has_stacked_marks(text: &str) -> bool {
    const MOST_IN_A_LANGUAGE: usize = 4;
    let mut marks = 0;
    text.chars().any(|character| {
        marks = if is_mark(character) { marks + 1 } else { 0 };
        marks > MOST_IN_A_LANGUAGE
    })
}

/// Does a host name stand for letters beyond ASCII: as they are, percent-encoded, or in Punycode?
#[must_use]
pub(crate) fn is_international_domain(host: &str) -> bool {
    let is_punycode = |label: &str| {
        label
            .get(..4)
            .is_some_and(|start| start.eq_ignore_ascii_case("xn--"))
    };
    !host.is_ascii() || host.contains('%') || host.split('.').any(is_punycode)
}

/// The scripts with letters that are taken for each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    Armenian,
    Cherokee,
    Coptic,
    Lisu,
    /// Latin letters and digits again, as wide as Chinese ones.
    Fullwidth,
    /// Latin and Greek letters again, in the styles of formulas.
    Mathematical,
}

const fn script(letter: char) -> Option<Script> {
    Some(match letter {
        'a'..='z'
        | 'A'..='Z'
        | '\u{c0}'..='\u{24f}'
        | '\u{250}'..='\u{2af}'
        | '\u{1e00}'..='\u{1eff}' => Script::Latin,
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Script::Greek,
        '\u{400}'..='\u{482}'
        | '\u{48a}'..='\u{52f}'
        | '\u{1c80}'..='\u{1c8f}'
        | '\u{a640}'..='\u{a66e}' => Script::Cyrillic,
        '\u{531}'..='\u{587}' => Script::Armenian,
        '\u{13a0}'..='\u{13fd}' | '\u{ab70}'..='\u{abbf}' => Script::Cherokee,
        '\u{2c80}'..='\u{2cff}' => Script::Coptic,
        '\u{a4d0}'..='\u{a4fd}' => Script::Lisu,
        '\u{ff10}'..='\u{ff19}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' => {
            Script::Fullwidth
        }
        '\u{1d400}'..='\u{1d7ff}' => Script::Mathematical,
        _ => return None,
    })
}

/// Combining marks that go over or under any letter, and those of Thai, which pile up as well.
const fn is_mark(character: char) -> bool {
    matches!(character,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{e31}' | '\u{e34}'..='\u{e3a}'
        | '\u{e47}'..='\u{e4e}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}'
    )
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

    use super::{
        escape, has_deceptive_characters, has_mixed_scripts, has_stacked_marks,
        is_international_domain,
    };

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

    #[test]
    fn finds_words_that_mix_scripts_that_look_alike() {
        for text in [
            "p\u{430}ypal",            // Cyrillic а
            "\u{3bf}pen",              // Greek ο
            "e\u{301}\u{43e}",         // Cyrillic о after an accent
            "1\u{441}oin",             // Cyrillic с after a digit
            "pay\u{200b}\u{440}",      // a space of no width between
            "\u{578}ne",               // Armenian ո
            "\u{13aa}old",             // Cherokee Ꭺ
            "\u{ff41}bc",              // fullwidth ａ
            "\u{1d41a}bc",             // mathematical 𝐚
            "\u{2c9f}pen",             // Coptic ⲟ
            "\u{a4f3}pen",             // Lisu ꓳ
            "good text and \u{455}ix", // Cyrillic ѕ in the last word
        ] {
            assert!(has_mixed_scripts(text), "{text}");
        }
        for text in [
            "Hello, world! 1.5 ETH",
            "Grüße naïve Łódź Tiếng Việt",
            "Привет, ETH",
            "Привет-ETH/USDC",
            "Привет—ETH",
            "Γειά σου ETH",
            "Ethereumで5ETHを送る",
            "ｆｕｌｌ ＷＩＤＴＨ",
            "שלום ETH مرحبا",
            "5µm",
            "🦊ETHПривет".split_at(7).0,
        ] {
            assert!(!has_mixed_scripts(text), "{text}");
        }
    }

    #[test]
    fn finds_more_than_four_marks_in_a_row() {
        assert!(!has_stacked_marks("e\u{301}\u{302}\u{303}\u{304}e\u{301}"));
        assert!(has_stacked_marks("e\u{301}\u{302}\u{303}\u{304}\u{305}"));
        assert!(!has_stacked_marks("ที่ นี้"));
    }

    #[test]
    fn finds_domains_beyond_ascii_in_every_disguise() {
        for host in [
            "xn--pypal-4ve.com",
            "www.XN--pypal-4ve.com",
            "p\u{430}ypal.com",
            "p%d0%b0ypal.com",
        ] {
            assert!(is_international_domain(host), "{host}");
        }
        for host in ["paypal.com", "axn--b.com", "xn-.com", "", "[::1]"] {
            assert!(!is_international_domain(host), "{host}");
        }
    }
}
