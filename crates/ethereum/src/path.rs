//! Where in a request something is: `params[1].message.wallets[0]`.
//!
//! A path is a chain of borrowed steps, so that reading costs nothing for it; only a problem writes
//! it out.

use core::fmt;

use crate::error::name_from_request;

/// One step, and the way to it.
#[derive(Clone, Copy)]
pub(crate) enum Path<'a> {
    Root(&'a str),
    Key(&'a Path<'a>, &'a str),
    Item(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    pub(crate) const fn key(&'a self, key: &'a str) -> Self {
        Self::Key(self, key)
    }

    pub(crate) const fn item(&'a self, position: usize) -> Self {
        Self::Item(self, position)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(name) => f.write_str(name),
            Self::Key(parent, key) => write!(f, "{parent}.{}", name_from_request(key)),
            Self::Item(parent, position) => write!(f, "{parent}[{position}]"),
        }
    }
}
