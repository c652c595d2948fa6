//! Reads RLP strictly: each value has one encoding, and any other is refused.
//!
//! Refused are lengths that need fewer bytes, a single byte below 0x80 in a longer form, integers
//! with leading zeros, and bytes that are left over. Nothing is allocated and nothing recurses: a
//! reader borrows the bytes and hands out parts of them.

/// Why bytes are not the RLP that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RlpError {
    /// The bytes end before the value does, or an item is missing.
    #[error("ends too early")]
    Truncated,
    /// There is a shorter encoding of the same value.
    #[error("is not canonical: there is a shorter encoding of the same value")]
    NotCanonical,
    /// A list where bytes belong, or the other way round.
    #[error("has a list where bytes belong, or the other way round")]
    WrongKind,
    /// An integer or a byte string does not have the size of its field.
    #[error("has a value of the wrong size for its field")]
    WrongSize,
    /// Something follows the last item.
    #[error("has something after its last item")]
    LeftOver,
}

/// The items of a list that were not read yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Items<'a>(&'a [u8]);

enum Item<'a> {
    Bytes(&'a [u8]),
    List(Items<'a>),
}

impl<'a> Items<'a> {
    /// The items of the one list that `bytes` are, with nothing after it.
    pub(crate) fn of(bytes: &'a [u8]) -> Result<Self, RlpError> {
        let mut outer = Self(bytes);
        let items = outer.list()?;
        outer.end()?;
        Ok(items)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Nothing may be left.
    pub(crate) const fn end(self) -> Result<(), RlpError> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(RlpError::LeftOver)
        }
    }

    /// The next item, which must be bytes.
    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], RlpError> {
        match self.item()? {
            Item::Bytes(bytes) => Ok(bytes),
            Item::List(_) => Err(RlpError::WrongKind),
        }
    }

    /// The next item, which must be exactly `N` bytes.
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], RlpError> {
        self.bytes()?.try_into().map_err(|_| RlpError::WrongSize)
    }

    /// The next item, which must be a list.
    pub(crate) fn list(&mut self) -> Result<Self, RlpError> {
        match self.item()? {
            Item::List(items) => Ok(items),
            Item::Bytes(_) => Err(RlpError::WrongKind),
        }
    }

    /// The next item as an integer of at most `N` bytes, big-endian.
    pub(crate) fn integer<const N: usize>(&mut self) -> Result<[u8; N], RlpError> {
        let digits = self.bytes()?;
        if digits.first() == Some(&0) {
            return Err(RlpError::NotCanonical);
        }
        let mut number = [0; N];
        let start = N.checked_sub(digits.len()).ok_or(RlpError::WrongSize)?;
        for (to, from) in number.iter_mut().skip(start).zip(digits) {
            *to = *from;
        }
        Ok(number)
    }

    fn item(&mut self) -> Result<Item<'a>, RlpError> {
        let (prefix, rest) = self.0.split_first().ok_or(RlpError::Truncated)?;
        let (length, after) = match prefix {
            0x00..=0x7f => {
                let (byte, rest) = self.0.split_at_checked(1).ok_or(RlpError::Truncated)?;
                self.0 = rest;
                return Ok(Item::Bytes(byte));
            }
            0x80..=0xb7 => (usize::from(prefix - 0x80), rest),
            0xb8..=0xbf => long_length(usize::from(prefix - 0xb7), rest)?,
            0xc0..=0xf7 => (usize::from(prefix - 0xc0), rest),
            0xf8..=0xff => long_length(usize::from(prefix - 0xf7), rest)?,
        };
        let (content, rest) = after.split_at_checked(length).ok_or(RlpError::Truncated)?;
        self.0 = rest;
        if *prefix >= 0xc0 {
            return Ok(Item::List(Self(content)));
        }
        match content {
            [0x00..=0x7f] => Err(RlpError::NotCanonical),
            _ => Ok(Item::Bytes(content)),
        }
    }
}

/// The length of a value of more than 55 bytes, and what follows the length.
fn long_length(size: usize, bytes: &[u8]) -> Result<(usize, &[u8]), RlpError> {
    let (digits, rest) = bytes.split_at_checked(size).ok_or(RlpError::Truncated)?;
    if digits.first() == Some(&0) {
        return Err(RlpError::NotCanonical);
    }
    let length = digits.iter().try_fold(0_usize, |length, digit| {
        Some(length.checked_mul(256)? + usize::from(*digit))
    });
    match length {
        // Nothing that long is here.
        None => Err(RlpError::Truncated),
        Some(0..=55) => Err(RlpError::NotCanonical),
        Some(length) => Ok((length, rest)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test may fail loudly"
    )]

    use super::{Items, RlpError};

    #[test]
    fn reads_bytes_integers_and_lists() {
        // [0x7f, 0x80, "", 258, [1]]
        let mut items = Items::of(&[0xc9, 0x7f, 0x81, 0x80, 0x80, 0x82, 1, 2, 0xc1, 1]).unwrap();
        assert_eq!(items.bytes(), Ok(&[0x7f][..]));
        assert_eq!(items.array(), Ok([0x80]));
        assert_eq!(items.integer(), Ok([0, 0]));
        assert_eq!(items.integer(), Ok([0, 1, 2]));
        assert_eq!(items.list().unwrap().integer(), Ok([1]));
        assert_eq!(items.end(), Ok(()));
    }

    #[test]
    fn refuses_every_encoding_that_is_not_the_shortest() {
        let first = |bytes: &[u8]| Items(bytes).item().map(drop);
        for (bytes, why) in [
            (vec![0x81, 0x7f], "a single byte with a length"),
            (vec![0xb8, 55], "a long length of 55 bytes"),
            (vec![0xf8, 55], "a long length of a list of 55 bytes"),
            (vec![0xb9, 0, 56], "a length with a leading zero"),
            (vec![0xf9, 0, 56], "a list's length with a leading zero"),
        ] {
            let bytes = [bytes, vec![1; 60]].concat();
            assert_eq!(first(&bytes), Err(RlpError::NotCanonical), "{why}");
        }
        assert_eq!(first(&[&[0xb8, 56][..], &[1; 56]].concat()), Ok(()));
        assert_eq!(first(&[&[0xf8, 56][..], &[1; 56]].concat()), Ok(()));
        assert_eq!(Items(&[0]).integer::<8>(), Err(RlpError::NotCanonical));
        assert_eq!(
            Items(&[0x82, 0, 1]).integer::<8>(),
            Err(RlpError::NotCanonical)
        );
    }

    #[test]
    fn refuses_what_is_cut_off_left_over_of_the_wrong_kind_or_size() {
        let truncated: [&[u8]; 6] = [
            &[],
            &[0x81],
            &[0xb8],
            &[0xc1],
            &[0xf9, 1],
            &[0xbf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
        ];
        for bytes in truncated {
            assert_eq!(
                Items(bytes).item().map(drop),
                Err(RlpError::Truncated),
                "{bytes:x?}"
            );
        }
        assert_eq!(Items::of(&[0xc0, 0]).unwrap_err(), RlpError::LeftOver);
        assert_eq!(
            Items::of(&[0xc1, 1]).unwrap().end(),
            Err(RlpError::LeftOver)
        );
        assert_eq!(Items::of(&[0x80]).unwrap_err(), RlpError::WrongKind);
        assert_eq!(Items(&[0xc0]).bytes(), Err(RlpError::WrongKind));
        assert_eq!(
            Items(&[0x82, 1, 1]).integer::<1>(),
            Err(RlpError::WrongSize)
        );
        assert_eq!(Items(&[0x82, 1, 1]).array::<3>(), Err(RlpError::WrongSize));
    }
}
