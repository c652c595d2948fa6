//! What a node says: its numbers, its refusals, its words.
//!
//! JSON-RPC has no codes for most refusals, so they are told apart by words that geth coined and
//! the other nodes took over. A refusal that is not recognised is never taken for something better
//! than it may be.

use serde_json::Value;

use crate::{data, quantity, text};

/// How much of a node's words is shown.
const MAX_TEXT_CHARS: usize = 200;

/// A quantity of 64 bits in a node's answer.
#[must_use]
pub fn read_u64(value: &Value) -> Option<u64> {
    quantity::parse(value).ok()?.to_u64()
}

/// A quantity of 128 bits in a node's answer.
#[must_use]
pub fn read_u128(value: &Value) -> Option<u128> {
    quantity::parse(value).ok()?.to_u128()
}

/// A hash of 32 bytes, as lower-case `0x` text.
#[must_use]
pub fn read_hash(value: &Value) -> Option<String> {
    data::parse_32(value).ok().map(|hash| data::to_hex(&hash))
}

/// A node's words, safe to show: escaped and cut.
#[must_use]
pub fn shown_node_text(words: &str) -> String {
    let cut: String = words.chars().take(MAX_TEXT_CHARS).collect();
    let mut shown = text::escape(&cut);
    if cut.len() < words.len() {
        shown.push('…');
    }
    shown
}

/// Why `eth_estimateGas` failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EstimateFailure {
    /// The node cannot estimate, whatever the transaction.
    Unavailable,
    /// The account cannot pay for it.
    InsufficientFunds,
    /// It would fail now.
    Fails,
}

impl EstimateFailure {
    /// Tells by the error's code and words. An error that the node made out of the transaction is a
    /// failure of the transaction; only what says that there is no node, or no such method, is not.
    #[must_use]
    pub fn of(code: Option<i64>, words: &str) -> Self {
        if contains(words, "insufficient funds") {
            Self::InsufficientFunds
        } else if contains(words, "revert") || !is_unavailable(code) {
            Self::Fails
        } else {
            Self::Unavailable
        }
    }
}

/// Why `eth_sendRawTransaction` failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BroadcastFailure {
    /// The node has the transaction already, which is as good as success.
    AlreadyKnown,
    /// The nonce is used by a transaction that is mined.
    NonceTooLow,
    /// The fees are too low for the node, or to replace the pending one.
    Underpriced,
    /// The account cannot pay for it.
    InsufficientFunds,
    /// The node read the transaction and will not have it.
    Refused,
    /// Nobody can tell whether the node has it.
    Unknown,
}

impl BroadcastFailure {
    /// Tells by the error's code and words. What is not certainly a refusal is [`Self::Unknown`]: the
    /// transaction may be on its way then, and is sent again rather than signed again.
    #[must_use]
    pub fn of(code: Option<i64>, words: &str) -> Self {
        let says =
            |words_of_nodes: &[&str]| words_of_nodes.iter().any(|part| contains(words, part));
        if says(&["already known", "already imported", "alreadyknown"]) {
            return Self::AlreadyKnown;
        }
        if says(&["nonce too low", "nonce is too low", "oldnonce"]) {
            return Self::NonceTooLow;
        }
        if says(&[
            "underpriced",
            "fee too low",
            "less than block base fee",
            "max fee per gas less",
        ]) {
            return Self::Underpriced;
        }
        if says(&["insufficient funds"]) {
            return Self::InsufficientFunds;
        }
        match code {
            // JSON-RPC's range for a server's own errors, and invalid params.
            Some(-32099..=-32000 | -32602) if !is_unavailable(code) => Self::Refused,
            _ => Self::Unknown,
        }
    }
}

/// Codes that speak of the node and not of the transaction: JSON-RPC's own, EIP-1474's for
/// unavailable resources and methods and for limits, EIP-1193's for lost connections, those that
/// MetaMask gives to an endpoint's HTTP failures, and no code at all.
const fn is_unavailable(code: Option<i64>) -> bool {
    matches!(
        code,
        None | Some(-32601 | -32603 | -32002 | -32004 | -32005 | -32080 | -32090 | 4900 | 4901)
    )
}

/// Is `part`, which is lower case, in `words`, whatever their case?
fn contains(words: &str, part: &str) -> bool {
    words
        .as_bytes()
        .windows(part.len())
        .any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{
        BroadcastFailure, EstimateFailure, read_hash, read_u64, read_u128, shown_node_text,
    };

    #[test]
    fn reads_numbers_within_their_limits() {
        assert_eq!(read_u64(&json!("0xffffffffffffffff")), Some(u64::MAX));
        assert_eq!(read_u64(&json!("0x10000000000000000")), None);
        assert_eq!(read_u128(&json!("0x10000000000000000")), Some(1 << 64));
        for nonsense in [json!(null), json!("12"), json!(""), json!({}), json!(-1)] {
            assert_eq!(read_u64(&nonsense), None);
        }
        let hash = format!("0x{}", "aB".repeat(32));
        assert_eq!(read_hash(&json!(hash)), Some(hash.to_lowercase()));
        assert_eq!(read_hash(&json!("0x12")), None);
    }

    #[test]
    fn a_revert_is_a_failure_of_the_transaction_and_a_lost_node_is_none() {
        use EstimateFailure::{Fails, InsufficientFunds, Unavailable};
        for (code, words, expected) in [
            (Some(3), "execution reverted: no", Fails),
            (Some(-32603), "VM Exception: Revert", Fails),
            (
                Some(-32000),
                "gas required exceeds allowance (30000000)",
                Fails,
            ),
            (Some(-32000), "invalid opcode: INVALID", Fails),
            (
                Some(-32003),
                "Insufficient funds for gas * price + value",
                InsufficientFunds,
            ),
            (
                Some(-32601),
                "the method eth_estimateGas does not exist",
                Unavailable,
            ),
            (Some(4900), "disconnected", Unavailable),
            (None, "network error", Unavailable),
        ] {
            assert_eq!(EstimateFailure::of(code, words), expected, "{words}");
        }
    }

    #[test]
    fn the_words_of_geth_and_others_are_told_apart() {
        use BroadcastFailure::{
            AlreadyKnown, InsufficientFunds, NonceTooLow, Refused, Underpriced, Unknown,
        };
        for (code, words, expected) in [
            (Some(-32000), "already known", AlreadyKnown),
            (Some(-32603), "transaction already imported", AlreadyKnown),
            (
                Some(-32000),
                "nonce too low: next nonce 5, tx nonce 4",
                NonceTooLow,
            ),
            (
                Some(-32000),
                "replacement transaction underpriced",
                Underpriced,
            ),
            (
                Some(-32000),
                "transaction underpriced: gas tip cap 0",
                Underpriced,
            ),
            (
                Some(-32000),
                "max fee per gas less than block base fee: address 0x",
                Underpriced,
            ),
            (
                Some(-32003),
                "Insufficient funds for gas * price + value",
                InsufficientFunds,
            ),
            (Some(-32000), "intrinsic gas too low", Refused),
            (Some(-32000), "unknown transaction type", Refused),
            (Some(-32602), "failed to decode", Refused),
            (Some(-32603), "Internal JSON-RPC error.", Unknown),
            (Some(-32005), "request rate exceeded", Unknown),
            (Some(4900), "disconnected", Unknown),
            (None, "timeout", Unknown),
        ] {
            assert_eq!(BroadcastFailure::of(code, words), expected, "{words}");
        }
    }

    #[test]
    fn a_nodes_words_are_escaped_and_cut() {
        let shown = shown_node_text(&format!("no\n\u{202e}{}", "x".repeat(1_000)));
        assert!(shown.starts_with("no\\n\\u{202e}xxx"), "{shown}");
        assert!(shown.ends_with('…'));
        assert!(shown.chars().count() < 220);
        assert_eq!(
            shown_node_text("execution reverted: no"),
            "execution reverted: no"
        );
    }
}
