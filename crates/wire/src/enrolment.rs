//! The enrolment code: what an operator hands to a user, who types it into the
//! snap's own dialog. `<server address>#<token>`.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{ServerUrl, UrlError};

/// Crockford's base 32, lower case: no i, l, o or u, so it survives being read
/// aloud and copied by hand.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 26 characters of 5 bits: 130 bits, beyond guessing.
const LENGTH: usize = 26;

/// A one-time secret. Wiped when dropped; its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Zeroizing<String>);

/// An enrolment code, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentCode {
    /// Where the server is.
    pub server: ServerUrl,
    /// The one-time token.
    pub token: Token,
}

/// A code that cannot be used. Never repeats what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnrolmentCodeError {
    /// No `#`.
    #[error("an enrolment code is a server address and a token with a # between them")]
    NoToken,
    /// The address is no good.
    #[error("{0}")]
    Server(#[from] UrlError),
    /// Not 26 characters of the alphabet.
    #[error("the token after the # must have 26 letters and digits")]
    Token,
}

impl Token {
    /// Makes a token of 26 random bytes.
    #[must_use]
    pub fn from_random(random: &[u8; LENGTH]) -> Self {
        let text = random
            .iter()
            .filter_map(|byte| ALPHABET.get(usize::from(byte & 31)))
            .map(|byte| char::from(*byte))
            .collect();
        Self(Zeroizing::new(text))
    }

    /// What the server stores instead of the token: SHA-256 with a tag.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::new()
            .chain_update(b"tandem/wire/enrolment-token/v1")
            .chain_update(self.0.as_bytes())
            .finalize()
            .into()
    }

    /// The text as it is printed for the user, in groups for reading.
    #[must_use]
    pub fn in_groups(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(LENGTH + 4));
        for (i, character) in self.0.chars().enumerate() {
            // 26 characters as 5-5-5-5-6.
            if matches!(i, 5 | 10 | 15 | 20) {
                text.push('-');
            }
            text.push(character);
        }
        text
    }

    /// The normalised text, to be sent to the server.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for Token {
    type Err = EnrolmentCodeError;

    /// Accepts upper case, hyphens, spaces, and the look-alikes i, l (1) and o (0).
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut token = Zeroizing::new(String::with_capacity(LENGTH));
        for character in text.chars() {
            let character = match character.to_ascii_lowercase() {
                '-' | ' ' => continue,
                'i' | 'l' => '1',
                'o' => '0',
                other => other,
            };
            let known = u8::try_from(character).is_ok_and(|byte| ALPHABET.contains(&byte));
            if !known || token.len() == LENGTH {
                return Err(EnrolmentCodeError::Token);
            }
            token.push(character);
        }
        if token.len() == LENGTH {
            Ok(Self(token))
        } else {
            Err(EnrolmentCodeError::Token)
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

impl FromStr for EnrolmentCode {
    type Err = EnrolmentCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (server, token) = text
            .trim()
            .split_once('#')
            .ok_or(EnrolmentCodeError::NoToken)?;
        Ok(Self {
            server: server.parse()?,
            token: token.parse()?,
        })
    }
}

impl EnrolmentCode {
    /// The code as it is printed for the user, in groups for reading.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        let token = self.token.in_groups();
        Zeroizing::new(format!("{}#{}", self.server, *token))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn code() -> EnrolmentCode {
        EnrolmentCode {
            server: "ws://127.0.0.1:8549/v1/session".parse().unwrap(),
            token: Token::from_random(&[255; LENGTH]),
        }
    }

    #[test]
    fn a_printed_code_reads_back() {
        let printed = code().expose();
        assert_eq!(
            *printed,
            "ws://127.0.0.1:8549/v1/session#zzzzz-zzzzz-zzzzz-zzzzz-zzzzzz"
        );
        assert_eq!(printed.parse::<EnrolmentCode>().unwrap(), code());
        assert_eq!(
            format!("  {} \n", *printed)
                .parse::<EnrolmentCode>()
                .unwrap(),
            code()
        );
    }

    #[test]
    fn a_token_is_read_as_people_write_it() {
        let clean: Token = "0123456789abcdefghjkmnpqrs".parse().unwrap();
        for written in [
            "OI23 4567 89AB CDEF GHJK MNPQ RS",
            "o-l23456789abcdefghjkmnpqrs",
        ] {
            assert_eq!(written.parse::<Token>().unwrap(), clean);
            assert_eq!(written.parse::<Token>().unwrap().hash(), clean.hash());
        }
    }

    #[test]
    fn a_bad_code_says_which_part_is_wrong_and_never_repeats_it() {
        for (text, error) in [
            (
                "ws://127.0.0.1:8549/v1/session",
                EnrolmentCodeError::NoToken,
            ),
            (
                "ws://host#zzzzz",
                EnrolmentCodeError::Server(UrlError::Unencrypted),
            ),
            ("ws://localhost#zzzzz", EnrolmentCodeError::Token),
            (
                "ws://localhost#zzzzzzzzzzzzzzzzzzzzzzzzzzzz",
                EnrolmentCodeError::Token,
            ),
            (
                "ws://localhost#uuuuuuuuuuuuuuuuuuuuuuuuuu",
                EnrolmentCodeError::Token,
            ),
        ] {
            let found = text.parse::<EnrolmentCode>().unwrap_err();
            assert_eq!(found, error, "{text}");
            assert!(!found.to_string().contains("zzzzz"));
        }
    }

    #[test]
    fn printing_a_token_shows_nothing() {
        assert_eq!(format!("{:?}", code().token), "Token(..)");
    }
}
