//! How a session ends early, and what the device hears of it.
//!
//! A device learns what it can act on: what is wrong with its request, that a
//! key is frozen, that it should try later. It never learns why a protocol check
//! failed, or what is wrong inside the server; that is logged, once, here.

use tandem_ethereum as ethereum;
use tandem_wire::{Problem, Refusal, RefusalCode};

use crate::seal::SealError;
use crate::store::StoreError;

/// Close codes of RFC 6455, section 7.4.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseCode {
    /// Done.
    Normal = 1000,
    /// The server stops.
    GoingAway = 1001,
    /// A frame that is not one of this protocol.
    Protocol = 1002,
    /// A text frame.
    Unsupported = 1003,
    /// Too slow.
    Policy = 1008,
    /// Too long.
    TooBig = 1009,
    /// The server failed.
    Internal = 1011,
}

/// How a session ends early.
#[derive(Debug)]
pub enum End {
    /// The device is told, then the socket closes.
    Refused(Refusal),
    /// The socket closes at once, with a code.
    Closed {
        /// The code.
        code: CloseCode,
        /// At most 123 bytes.
        reason: String,
    },
    /// The socket is gone.
    Gone,
}

impl End {
    /// A refusal without problems of fields.
    #[must_use]
    pub fn refused(code: RefusalCode, message: &str) -> Self {
        Self::Refused(Refusal {
            code,
            message: message.to_owned(),
            problems: Vec::new(),
        })
    }

    /// Closes without a word.
    #[must_use]
    pub fn closed(code: CloseCode, reason: impl Into<String>) -> Self {
        Self::Closed {
            code,
            reason: reason.into(),
        }
    }

    /// A message that is none, or not now.
    #[must_use]
    pub fn malformed() -> Self {
        Self::refused(
            RefusalCode::Malformed,
            "the message does not decode or is out of order",
        )
    }

    /// The one answer to every failed protocol check.
    #[must_use]
    pub fn aborted() -> Self {
        Self::refused(RefusalCode::Aborted, "the ceremony was aborted")
    }

    /// The key is frozen.
    #[must_use]
    pub fn frozen() -> Self {
        Self::refused(
            RefusalCode::Frozen,
            "the key is frozen: it signs nothing until it is refreshed",
        )
    }

    /// The server cannot work. The reason is logged where it is found.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::refused(
            RefusalCode::Unavailable,
            "the server cannot do this now; try again later",
        )
    }

    /// A request with one thing wrong with it.
    #[must_use]
    pub fn invalid_request(field: &str, reason: &str) -> Self {
        Self::Refused(Refusal {
            code: RefusalCode::InvalidRequest,
            message: format!("the request is refused: {field} {reason}"),
            problems: vec![Problem {
                field: field.to_owned(),
                reason: reason.to_owned(),
            }],
        })
    }
}

/// Everything that is wrong with the request, as `tandem-ethereum` says it.
impl From<ethereum::Error> for End {
    fn from(error: ethereum::Error) -> Self {
        let mut problems: Vec<Problem> = error
            .problems()
            .iter()
            .map(|problem| Problem {
                field: problem.field.clone(),
                reason: problem.reason.clone(),
            })
            .collect();
        if problems.is_empty() {
            problems.push(Problem {
                field: "method".to_owned(),
                reason: "is not supported".to_owned(),
            });
        }
        Self::Refused(Refusal {
            code: RefusalCode::InvalidRequest,
            message: error.to_string(),
            problems,
        })
    }
}

impl From<StoreError> for End {
    fn from(error: StoreError) -> Self {
        tracing::error!("a session cannot go on: {error}");
        Self::unavailable()
    }
}

impl From<SealError> for End {
    fn from(error: SealError) -> Self {
        tracing::error!("a session cannot go on: {error}");
        Self::unavailable()
    }
}
