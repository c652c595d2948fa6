//! What this server signs of what it can read.
//!
//! One rule so far: an EIP-7702 authorisation hands an account to a contract, once and for all that
//! is in it, so it is signed only if the operator says so.

use tandem_ethereum::{Fact, Method, Prepared, Request};

use crate::session::End;

/// Which EIP-7702 authorisations are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Authorizations {
    /// None.
    #[default]
    Off,
    /// Those for one chain.
    OneChain,
    /// Also those for every chain at once, chain id 0.
    EveryChain,
}

impl Authorizations {
    const ALL: [Self; 3] = [Self::Off, Self::OneChain, Self::EveryChain];

    /// The word in the configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::OneChain => "one_chain",
            Self::EveryChain => "every_chain",
        }
    }

    /// Reads the word.
    ///
    /// # Errors
    /// What it should have been.
    pub fn parse(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|known| known.as_str() == text);
        found.ok_or_else(|| "is none of off, one_chain, every_chain".to_owned())
    }

    /// Refuses a request that may not be signed here.
    pub(crate) fn judge(self, request: &Request, prepared: &Prepared) -> Result<(), End> {
        if request.method() != Method::SignEip7702Authorization {
            return Ok(());
        }
        let every_chain = prepared
            .summary()
            .facts
            .contains(&Fact::DelegatesOnEveryChain);
        match self {
            Self::EveryChain => Ok(()),
            Self::OneChain if !every_chain => Ok(()),
            Self::OneChain => Err(End::invalid_request(
                "params[0][0]",
                "is 0, every chain, which this server does not sign",
            )),
            Self::Off => Err(End::invalid_request(
                "method",
                "is not allowed by this server (setting eip7702_authorizations)",
            )),
        }
    }
}
