//! The questions to a node.

use serde_json::Value;
use tandem_ethereum::builder::{FeeHistory, Speed};

/// One JSON-RPC call.
pub(crate) struct Question {
    pub(super) method: &'static str,
    pub(super) params: Value,
}

impl Question {
    /// A question whose params are texts.
    pub(crate) fn of(method: &'static str, params: &[&str]) -> Self {
        let mut texts = Vec::with_capacity(params.len());
        for param in params {
            texts.push(Value::from(*param));
        }
        Self {
            method,
            params: texts.into(),
        }
    }

    pub(crate) fn latest_block() -> Self {
        Self {
            method: "eth_getBlockByNumber",
            params: vec![Value::from("latest"), false.into()].into(),
        }
    }

    pub(crate) fn estimate_gas(call: Value) -> Self {
        Self {
            method: "eth_estimateGas",
            params: vec![call].into(),
        }
    }

    pub(crate) fn fee_history() -> Self {
        Self {
            method: "eth_feeHistory",
            params: vec![
                Value::from(FeeHistory::BLOCKS),
                "latest".into(),
                Speed::PERCENTILES.into(),
            ]
            .into(),
        }
    }

    pub(crate) fn send(raw: &str) -> Self {
        Self::of("eth_sendRawTransaction", &[raw])
    }

    pub(crate) fn receipt(hash: &str) -> Self {
        Self::of("eth_getTransactionReceipt", &[hash])
    }

    pub(crate) fn transaction(hash: &str) -> Self {
        Self::of("eth_getTransactionByHash", &[hash])
    }
}
