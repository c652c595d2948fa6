//! The one error that leaves this crate: a JSON-RPC error object with a name for
//! programs, one sentence for people, and every problem found.

use serde_json::Value;
pub use tandem_ethereum::Problem;
use tandem_ethereum::{builder::BroadcastFailure, json_object};
use tandem_wire::{Refusal, RefusalCode};

use crate::host::HostError;
use crate::session::TransportError;

/// Why a request was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The request does not have the shape it must have.
    #[error("the request is not valid")]
    InvalidRequest(Vec<Problem>),
    /// The transaction or message is not valid; the inner error says how.
    #[error("{0}")]
    Ethereum(tandem_ethereum::Error),
    /// No such method.
    #[error("there is no method {0}")]
    MethodNotFound(String),
    /// A method of the keyring protocol that Tandem does not offer.
    #[error("{0} is not supported")]
    MethodNotSupported(String),
    /// This origin may not call this method.
    #[error("{origin} may not call {method}")]
    Unauthorized {
        /// Who called.
        origin: String,
        /// What it called.
        method: String,
    },
    /// The user said no.
    #[error("the user rejected the request")]
    UserRejected,
    /// This device belongs to no server yet.
    #[error("this device is not connected to a signing server yet; enrol it first")]
    NotEnrolled,
    /// It already belongs to one.
    #[error("this device is already connected to {0}")]
    AlreadyEnrolled(String),
    /// What the user typed is not an enrolment code.
    #[error("{0}")]
    InvalidEnrolmentCode(tandem_wire::EnrolmentCodeError),
    /// What the user typed is not recovery words. Says where, never what.
    #[error("{0}")]
    InvalidWords(tandem_threshold::recovery::WordsError),
    /// They are recovery words, but of another key, or were replaced.
    #[error("these are not the recovery words of this key")]
    OtherWords,
    /// The user did not have the words that were shown just before.
    #[error("the words were not repeated correctly; no recovery words were set")]
    WordsNotConfirmed,
    /// The server has no key for these words.
    #[error("the signing server has nothing that these words recover")]
    NothingToRecover,
    /// The kit does not open, or is of other shares than the server's.
    #[error("what the signing server keeps for these words does not recover the key")]
    UselessKit,
    /// What the user typed is not a private key. Never says what it was.
    #[error("that is not a private key: 64 hexadecimal digits, and a key of the curve")]
    InvalidPrivateKey,
    /// The device has an account at this address.
    #[error("this device has the account {0} already")]
    AccountExists(String),
    /// There is nothing to drill.
    #[error("this key has no recovery words yet")]
    NoRecovery,
    /// No account with this id or address.
    #[error("there is no account {0}")]
    AccountNotFound(String),
    /// No key with this id.
    #[error("there is no key {0}")]
    KeyNotFound(String),
    /// No pending request with this id: Tandem answers every request at once.
    #[error("there is no pending request {0}")]
    RequestNotFound(String),
    /// A protocol check failed on this key; it will not sign any more.
    #[error(
        "the key of this account is frozen: a protocol check failed; a refresh makes it usable again"
    )]
    KeyFrozen,
    /// A ceremony failed in a way that harms nothing. Which check it was tells a
    /// user nothing; SPEC.md lists them.
    #[error("a check of the signing protocol failed; nothing was signed or made")]
    Protocol,
    /// The server said no.
    #[error("the signing server refused: {}", .0.message)]
    Refused(Refusal),
    /// The server cannot be reached, went away, or speaks nonsense.
    #[error("the signing server cannot be used: {0}")]
    Server(TransportError),
    /// The host lost a write that an answer depends on.
    #[error(
        "what this needs was not kept (was the wallet locked just now?); nothing was created or sent, try again"
    )]
    NotStored,
    /// The node is of another chain than the transaction.
    #[error(
        "the transaction is for chain {transaction}, but the Ethereum node is of chain {connected}; switch the network"
    )]
    ChainMismatch {
        /// The chain of the transaction.
        transaction: u64,
        /// The chain that the node says it has.
        connected: u64,
    },
    /// The Ethereum node does not answer, or not as it must.
    #[error("the Ethereum node cannot be used: {method}: {words}")]
    Node {
        /// What it was asked.
        method: &'static str,
        /// What it said, safe to show.
        words: String,
    },
    /// The node tried the transaction, and it fails.
    #[error("the transaction would fail: {0}")]
    TransactionFails(String),
    /// The node will not have the transaction.
    #[error("the Ethereum node refused the transaction: {words}")]
    BroadcastRefused {
        /// Why.
        failure: BroadcastFailure,
        /// What it said, safe to show.
        words: String,
    },
    /// This origin's last transaction is still before the user.
    #[error("{0} already asks for a transaction; answer that request first")]
    AlreadySending(String),
    /// No transaction with this hash was sent by this origin.
    #[error("there is no transaction {0} that was sent from here")]
    TransactionNotFound(String),
    /// It cannot be replaced any more.
    #[error("the transaction {0} is not pending any more")]
    NotPending(String),
    /// More would fill the store.
    #[error("too many transactions of this account are waiting; wait, or cancel one")]
    TooManyPending,
    /// Stored state that this release cannot read. Nothing was changed.
    #[error("the stored state cannot be read: {0}")]
    State(String),
    /// The surroundings failed us.
    #[error("{0}")]
    Host(#[from] HostError),
    /// Our own fault.
    #[error("internal error: {0}")]
    Internal(&'static str),
}

impl Error {
    /// A single problem with one field.
    pub(crate) fn field(field: &str, reason: &str) -> Self {
        Self::InvalidRequest(vec![Problem {
            field: field.to_owned(),
            reason: reason.to_owned(),
            code: None,
        }])
    }

    /// The JSON-RPC code: EIP-1193, EIP-1474 or JSON-RPC 2.0.
    #[must_use]
    pub fn code(&self) -> i64 {
        match self {
            Self::InvalidRequest(_)
            | Self::InvalidEnrolmentCode(_)
            | Self::InvalidWords(_)
            | Self::OtherWords
            | Self::InvalidPrivateKey
            | Self::WordsNotConfirmed => -32602,
            Self::Ethereum(error) => error.code(),
            Self::MethodNotFound(_) => -32601,
            Self::MethodNotSupported(_) => -32004,
            Self::Unauthorized { .. } => 4100,
            Self::UserRejected => 4001,
            Self::AccountNotFound(_)
            | Self::KeyNotFound(_)
            | Self::RequestNotFound(_)
            | Self::TransactionNotFound(_) => -32001,
            Self::NotEnrolled
            | Self::NoRecovery
            | Self::NothingToRecover
            | Self::UselessKit
            | Self::AlreadyEnrolled(_)
            | Self::AccountExists(_)
            | Self::KeyFrozen
            | Self::NotStored
            | Self::AlreadySending(_) => -32002,
            Self::TransactionFails(_) | Self::BroadcastRefused { .. } | Self::NotPending(_) => {
                -32003
            }
            Self::TooManyPending => -32005,
            Self::ChainMismatch { .. } => 4901,
            Self::Refused(refusal) => match refusal.code {
                RefusalCode::InvalidRequest => -32602,
                _ => -32002,
            },
            Self::Server(_) | Self::Node { .. } => 4900,
            Self::Protocol | Self::State(_) | Self::Host(_) | Self::Internal(_) => -32603,
        }
    }

    /// The stable name that programs may compare.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "InvalidRequest",
            Self::Ethereum(error) => error.name(),
            Self::MethodNotFound(_) => "MethodNotFound",
            Self::MethodNotSupported(_) => "MethodNotSupported",
            Self::Unauthorized { .. } => "Unauthorized",
            Self::UserRejected => "UserRejected",
            Self::NotEnrolled => "NotEnrolled",
            Self::AlreadyEnrolled(_) => "AlreadyEnrolled",
            Self::InvalidEnrolmentCode(_) => "InvalidEnrolmentCode",
            Self::InvalidWords(_) => "InvalidRecoveryWords",
            Self::OtherWords => "OtherRecoveryWords",
            Self::WordsNotConfirmed => "WordsNotConfirmed",
            Self::NothingToRecover => "NothingToRecover",
            Self::UselessKit => "UselessKit",
            Self::NoRecovery => "NoRecovery",
            Self::InvalidPrivateKey => "InvalidPrivateKey",
            Self::AccountExists(_) => "AccountExists",
            Self::AccountNotFound(_) => "AccountNotFound",
            Self::KeyNotFound(_) => "KeyNotFound",
            Self::RequestNotFound(_) => "RequestNotFound",
            Self::KeyFrozen => "KeyFrozen",
            Self::Protocol => "ProtocolFailed",
            Self::Refused(refusal) => refusal_name(refusal.code),
            Self::Server(_) => "ServerUnavailable",
            Self::NotStored => "NotStored",
            Self::ChainMismatch { .. } => "ChainMismatch",
            Self::Node { .. } => "NodeUnavailable",
            Self::TransactionFails(_) => "TransactionFails",
            Self::BroadcastRefused { failure, .. } => match failure {
                BroadcastFailure::NonceTooLow => "NonceTooLow",
                BroadcastFailure::Underpriced => "Underpriced",
                BroadcastFailure::InsufficientFunds => "InsufficientFunds",
                _ => "BroadcastRefused",
            },
            Self::AlreadySending(_) => "AlreadySending",
            Self::TransactionNotFound(_) => "TransactionNotFound",
            Self::NotPending(_) => "NotPending",
            Self::TooManyPending => "TooManyPending",
            Self::State(_) => "StateUnreadable",
            Self::Host(_) => "HostFailed",
            Self::Internal(_) => "Internal",
        }
    }

    /// Every problem with the request's fields.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        match self {
            Self::InvalidRequest(problems) => problems.clone(),
            Self::Ethereum(error) => error.problems().to_vec(),
            Self::Refused(refusal) => refusal
                .problems
                .iter()
                .map(|problem| Problem {
                    field: problem.field.clone(),
                    reason: problem.reason.clone(),
                    code: None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// `{"code","name","message","data":{"name","problems":[{"field","reason","code"?}]}}`. The name is in
    /// `data` as well, because MetaMask passes only code, message and data on.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let problems: Vec<Value> = self.problems().iter().map(Problem::to_json).collect();
        let data = json_object([("name", self.name().into()), ("problems", problems.into())]);
        json_object([
            ("code", self.code().into()),
            ("name", self.name().into()),
            ("message", self.to_string().into()),
            ("data", data),
        ])
    }
}

impl From<tandem_ethereum::Error> for Error {
    fn from(error: tandem_ethereum::Error) -> Self {
        Self::Ethereum(error)
    }
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        Self::Server(error)
    }
}

const fn refusal_name(code: RefusalCode) -> &'static str {
    match code {
        RefusalCode::Malformed => "ServerRefusedMalformed",
        RefusalCode::Unauthorized => "ServerRefusedDevice",
        RefusalCode::InvalidToken => "InvalidEnrolmentToken",
        RefusalCode::UnknownKey => "ServerLacksKey",
        RefusalCode::Frozen => "KeyFrozen",
        RefusalCode::Busy => "ServerBusy",
        RefusalCode::EpochMismatch => "EpochMismatch",
        RefusalCode::InvalidRequest => "ServerRefusedRequest",
        RefusalCode::DigestMismatch => "DigestMismatch",
        RefusalCode::Aborted => "ProtocolFailed",
        RefusalCode::Unavailable => "ServerUnavailable",
        RefusalCode::RefreshRequired => "RefreshRequired",
        RefusalCode::PermitRequired => "PermitRequired",
        RefusalCode::RequestConflict => "RequestConflict",
    }
}
