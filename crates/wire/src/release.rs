//! Which program this is: recorded with every share it makes, so that a bad
//! release or dependency can be traced to the keys it touched.

use std::fmt;

/// A build of Tandem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release {
    /// Semantic version.
    pub version: &'static str,
    /// Git commit, or `unknown` when built outside a checkout.
    pub commit: &'static str,
    /// SHA-256 of Cargo.lock, hex: the exact dependency set.
    pub dependencies: &'static str,
}

/// This build.
#[must_use]
pub const fn release() -> Release {
    Release {
        version: env!("CARGO_PKG_VERSION"),
        commit: env!("TANDEM_COMMIT"),
        dependencies: env!("TANDEM_DEPENDENCIES"),
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "tandem/{} commit/{} dependencies/{}",
            self.version, self.commit, self.dependencies
        )
    }
}
