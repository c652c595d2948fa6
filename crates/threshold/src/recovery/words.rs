//! The words a person writes down: SPEC.md 11.2. The list and the checksum are
//! those of BIP-39 for 256 bits, so any BIP-39 tool can check a copy. The key is
//! not a BIP-39 seed: as a wallet phrase the words lead nowhere.

use std::fmt::{self, Write};

use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use super::RecoveryKey;

/// How many words there are.
pub const WORD_COUNT: usize = 24;

/// Bits of entropy and checksum that one word stands for.
const BITS_PER_WORD: usize = 11;

/// The English list of BIP-39, a word a line, in alphabetical order. No two words
/// start with the same four letters.
const LIST: &str = include_str!("english.txt");

/// 24 recovery words: 256 random bits.
///
/// # Security
///
/// The words are a share of every key whose kit is encrypted to them. They are
/// neither `Clone` nor printable, and wiped when dropped.
pub struct Words(Zeroizing<[u8; 32]>);

/// A text that is not recovery words. Says where, never what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WordsError {
    /// Not 24 words of the list.
    NotWords {
        /// How many words there are.
        count: usize,
        /// Which of the first 24 are not in the list, counted from 1.
        unknown: Vec<usize>,
    },
    /// All words are in the list, but the checksum is wrong.
    Checksum,
}

impl fmt::Display for WordsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checksum => f.write_str(
                "the words do not belong together: one is another word, or they are in another order",
            ),
            Self::NotWords { count, unknown } => {
                f.write_str("these are not recovery words:")?;
                if *count != WORD_COUNT {
                    write!(f, " there are {count} instead of {WORD_COUNT}")?;
                }
                for (nth, position) in unknown.iter().enumerate() {
                    let first = if *count == WORD_COUNT { "" } else { ";" };
                    let before = if nth == 0 { first } else { "," };
                    write!(f, "{before} number {position} is not in the list")?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for WordsError {}

impl Words {
    /// Makes words of 32 random bytes.
    ///
    /// # Security
    /// The bytes MUST come fresh from the operating system's generator, and MUST
    /// NOT be used for anything else.
    #[must_use]
    pub const fn from_entropy(entropy: Zeroizing<[u8; 32]>) -> Self {
        Self(entropy)
    }

    /// Reads words that a person typed: upper or lower case, any white space
    /// between them, and the first four letters are enough.
    ///
    /// # Errors
    /// [`WordsError`], with every problem at once.
    pub fn read(text: &str) -> Result<Self, WordsError> {
        let mut bits = Zeroizing::new([0; 33]);
        let (mut count, mut unknown) = (0, Vec::new());
        for typed in text.split_whitespace() {
            if count < WORD_COUNT {
                match find(typed) {
                    Some(index) => put(&mut bits, count, index),
                    None => unknown.push(count + 1),
                }
            }
            count += 1;
        }
        if count != WORD_COUNT || !unknown.is_empty() {
            return Err(WordsError::NotWords { count, unknown });
        }
        let [entropy @ .., _] = &*bits;
        let words = Self(Zeroizing::new(*entropy));
        if *words.bits() == *bits {
            Ok(words)
        } else {
            Err(WordsError::Checksum)
        }
    }

    /// The word at a position, counted from 1. For a dialog that asks for some of
    /// them back.
    #[must_use]
    pub fn word(&self, position: usize) -> Option<&'static str> {
        let number = position.checked_sub(1)?;
        if number >= WORD_COUNT {
            return None;
        }
        LIST.lines().nth(get(&self.bits(), number))
    }

    /// Whether this is the word at a position, counted from 1, as [`Words::read`] would
    /// read it.
    #[must_use]
    pub fn is_at(&self, position: usize, typed: &str) -> bool {
        self.word(position).is_some()
            && find(typed).and_then(|at| LIST.lines().nth(at)) == self.word(position)
    }

    /// All words, in order, a space between them.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        // The longest word has eight letters: the text never moves, and leaves no
        // copy behind.
        let mut text = Zeroizing::new(String::with_capacity(WORD_COUNT * 9));
        for position in 1..=WORD_COUNT {
            let space = if position == 1 { "" } else { " " };
            let _ = write!(text, "{space}{}", self.word(position).unwrap_or_default());
        }
        text
    }

    /// The recovery key that the words stand for.
    #[must_use]
    pub fn key(&self) -> RecoveryKey {
        RecoveryKey::from_entropy(&self.0)
    }

    /// BIP-39: the entropy, then the first eight bits of its SHA-256.
    fn bits(&self) -> Zeroizing<[u8; 33]> {
        let mut bits = Zeroizing::new([0; 33]);
        let [entropy @ .., checksum] = &mut *bits;
        *entropy = *self.0;
        let mut digest: [u8; 32] = Sha256::digest(*self.0).into();
        [*checksum, ..] = digest;
        digest.zeroize();
        bits
    }
}

/// The index of a typed word: the word itself, or at least its first four letters.
fn find(typed: &str) -> Option<usize> {
    LIST.lines().position(|word| {
        (typed.len() == word.len() || typed.len() >= 4)
            && word
                .get(..typed.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(typed))
    })
}

/// Where bit `bit` of word `number` lies: a byte, and the mask in it.
const fn place(number: usize, bit: usize) -> (usize, u8) {
    let at = number * BITS_PER_WORD + bit;
    (at / 8, 0x80 >> (at % 8))
}

fn put(bits: &mut [u8; 33], number: usize, index: usize) {
    for bit in 0..BITS_PER_WORD {
        let (at, mask) = place(number, bit);
        if let Some(byte) = bits.get_mut(at)
            && index >> (BITS_PER_WORD - 1 - bit) & 1 == 1
        {
            *byte |= mask;
        }
    }
}

fn get(bits: &[u8; 33], number: usize) -> usize {
    (0..BITS_PER_WORD).fold(0, |index, bit| {
        let (at, mask) = place(number, bit);
        let set = bits.get(at).is_some_and(|byte| byte & mask != 0);
        index << 1 | usize::from(set)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    /// Published with BIP-39 (english, 256 bits).
    const VECTORS: [(&str, &str); 8] = [
        (
            "0000000000000000000000000000000000000000000000000000000000000000",
            "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
             abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
             abandon art",
        ),
        (
            "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f",
            "legal winner thank year wave sausage worth useful legal winner thank year wave sausage \
             worth useful legal winner thank year wave sausage worth title",
        ),
        (
            "8080808080808080808080808080808080808080808080808080808080808080",
            "letter advice cage absurd amount doctor acoustic avoid letter advice cage absurd amount \
             doctor acoustic avoid letter advice cage absurd amount doctor acoustic bless",
        ),
        (
            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo \
             zoo vote",
        ),
        (
            "68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c",
            "hamster diagram private dutch cause delay private meat slide toddler razor book happy \
             fancy gospel tennis maple dilemma loan word shrug inflict delay length",
        ),
        (
            "9f6a2878b2520799a44ef18bc7df394e7061a224d2c33cd015b157d746869863",
            "panda eyebrow bullet gorilla call smoke muffin taste mesh discover soft ostrich alcohol \
             speed nation flash devote level hobby quick inner drive ghost inside",
        ),
        (
            "066dca1a2bb7e8a1db2832148ce9933eea0f3ac9548d793112d9a95c9407efad",
            "all hour make first leader extend hole alien behind guard gospel lava path output census \
             museum junior mass reopen famous sing advance salt reform",
        ),
        (
            "f585c11aec520db57dd353c69554b21a89b20fb0650966fa0a9d6f74fd989d8f",
            "void come effort suffer camp survey warrior heavy shoot primary clutch crush open amazing \
             screen patrol group space point ten exist slush involve unfold",
        ),
    ];

    fn entropy(hex: &str) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        }
        bytes
    }

    fn words(entropy: [u8; 32]) -> Words {
        Words::from_entropy(Zeroizing::new(entropy))
    }

    fn refused(text: &str) -> WordsError {
        Words::read(text).map(|_| ()).unwrap_err()
    }

    #[test]
    fn the_list_is_the_english_list_of_another_bip_39() {
        let list: Vec<_> = LIST.lines().collect();
        assert_eq!(list, bip39::Language::English.word_list());
    }

    #[test]
    fn the_published_vectors_of_bip_39_are_written_and_read() {
        for (hex, text) in VECTORS {
            assert_eq!(*words(entropy(hex)).to_text(), text);
            assert_eq!(*Words::read(text).unwrap().0, entropy(hex));
        }
    }

    #[test]
    fn another_bip_39_writes_the_same_words() {
        for seed in 0..200_u8 {
            let entropy: [u8; 32] = Sha256::digest([seed]).into();
            let theirs = bip39::Mnemonic::from_entropy(&entropy).unwrap();
            let ours = words(entropy);
            let listed: Vec<_> = theirs.words().collect();
            assert_eq!(*ours.to_text(), listed.join(" "));
            for (position, word) in (1..).zip(&listed) {
                assert_eq!(ours.word(position), Some(*word));
            }
            assert_eq!([ours.word(0), ours.word(25)], [None, None]);
        }
    }

    #[test]
    fn case_space_and_all_but_four_letters_do_not_matter() {
        let (hex, text) = VECTORS[7];
        let short: Vec<_> = text
            .split(' ')
            .map(|word| word.get(..4).unwrap_or(word).to_uppercase())
            .collect();
        for typed in [
            text.to_uppercase(),
            format!("\r\n\t {}  \n", text.replace(' ', "\n  ")),
            short.join("\u{3000}"),
        ] {
            assert_eq!(*Words::read(&typed).unwrap().0, entropy(hex));
        }
    }

    #[test]
    fn four_letters_name_one_word_and_three_only_a_word_of_three() {
        for (index, word) in LIST.lines().enumerate() {
            assert_eq!(find(word), Some(index));
            assert_eq!(find(word.get(..4).unwrap_or(word)), Some(index));
            let three = &word[..3];
            assert_eq!(find(three).is_some(), LIST.lines().any(|w| w == three));
            assert_eq!(find(&format!("{word}x")), None);
        }
    }

    #[test]
    fn every_wrong_word_is_named_by_its_position_and_nothing_else() {
        let text = VECTORS[7].1;
        let typed = text.replace("come", "secretish").replace("exist", "éxist");
        let error = refused(&typed);
        assert_eq!(
            error.to_string(),
            "these are not recovery words: number 2 is not in the list, number 21 is not in the list"
        );
        let error = refused(&format!("{typed} zoo"));
        assert_eq!(
            error.to_string(),
            "these are not recovery words: there are 25 instead of 24; number 2 is not in the list, \
             number 21 is not in the list"
        );
        assert_eq!(
            refused("").to_string(),
            "these are not recovery words: there are 0 instead of 24"
        );
    }

    #[test]
    fn another_word_or_another_order_is_found_by_the_checksum() {
        let text = VECTORS[7].1;
        for wrong in [
            text.replace("come", "able"),
            text.replace("void come", "come void"),
            text.replace("unfold", "unfair"),
        ] {
            assert_eq!(refused(&wrong), WordsError::Checksum);
        }
    }

    #[test]
    fn a_repeated_word_is_right_at_its_own_position_only() {
        let words = Words::read(VECTORS[7].1).unwrap();
        let last = words.word(24).unwrap();
        assert!(words.is_at(24, last) && words.is_at(24, &last.to_uppercase()));
        assert!(words.is_at(24, &last[..4]));
        assert!(!words.is_at(24, &last[..3]) && !words.is_at(24, "") && !words.is_at(24, "able"));
        assert!(!words.is_at(23, last) && !words.is_at(0, last) && !words.is_at(25, last));
        assert!(!words.is_at(25, "notaword") && !words.is_at(0, "notaword"));
    }

    #[test]
    fn changing_any_one_bit_gives_other_words_and_another_key() {
        let base = words([0x5a; 32]);
        for bit in 0..256 {
            let mut changed = [0x5a; 32];
            changed[bit / 8] ^= 1 << (bit % 8);
            let changed = words(changed);
            assert_ne!(changed.to_text(), base.to_text());
            assert_ne!(changed.key().public_key(), base.key().public_key());
        }
    }
}
