//! What the outside does for us: storage, dialogs, sockets, the clock, and events
//! to MetaMask. One function from request text to response text, so that a snap,
//! a page and a test can each be a host.
//!
//! | method | params | result |
//! |---|---|---|
//! | `state.get` | `{}` | the stored value, or null |
//! | `state.set` | `{value}` | null |
//! | `dialog` | `{view, summary?}` | true, false, or the text typed |
//! | `socket.open` | `{url, protocols}` | `{id}` |
//! | `socket.list` | `{}` | `[{id, url}]`: all that are open, also from an earlier life |
//! | `socket.send` | `{id, message: number[]}` | null |
//! | `socket.close` | `{id}` | null |
//! | `clock.now` | `{}` | Unix time in milliseconds |
//! | `clock.sleep` | `{ms}` | null, when they have passed |
//! | `keyring.emit` | `{event, params}` | null |
//! | `ethereum.request` | `{method, params: []}` | the Ethereum node's answer; [`crate::chain`] lists the methods |
//!
//! The response is `{"result": ..}` or `{"error": {"code", "message", "data"?}}`; `data` is text,
//! what a contract answered when it reverted.

use std::rc::Rc;

use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use tandem_ethereum::json_object;

/// The host as this crate sees it.
#[derive(Clone)]
pub struct Host(Rc<dyn Call>);

/// A host: text in, text out. A rejected promise arrives as `Err` with its text.
pub trait Call {
    /// Does one request.
    fn call(&self, request: String) -> LocalBoxFuture<'static, Result<String, String>>;
}

/// The host did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{method} failed: {message}")]
pub struct HostError {
    /// What was asked.
    pub method: &'static str,
    /// The host's code, when it gave one.
    pub code: Option<i64>,
    /// What the host said.
    pub message: String,
    /// What a contract answered when it reverted, as `0x` text.
    pub data: Option<String>,
}

impl Host {
    /// Wraps a host.
    #[must_use]
    pub fn new(call: Rc<dyn Call>) -> Self {
        Self(call)
    }

    pub(crate) async fn call(
        &self,
        method: &'static str,
        params: Value,
    ) -> Result<Value, HostError> {
        let fail = |code, message| HostError {
            method,
            code,
            message,
            data: None,
        };
        let request = json_object([("method", method.into()), ("params", params)]).to_string();
        let response = self
            .0
            .call(request)
            .await
            .map_err(|message| fail(None, message))?;
        let mut response: Value = tandem_ethereum::parse_json(&response)
            .map_err(|_| fail(None, "the host's answer is not JSON".to_owned()))?;
        if let Some(error) = response.get("error") {
            let message = error.get("message").and_then(Value::as_str);
            let data = error.get("data").and_then(Value::as_str);
            return Err(HostError {
                data: data.map(str::to_owned),
                ..fail(
                    error.get("code").and_then(Value::as_i64),
                    message.unwrap_or("the host gave no reason").to_owned(),
                )
            });
        }
        match response.get_mut("result") {
            Some(result) => Ok(result.take()),
            None => Err(fail(None, "the host's answer has no result".to_owned())),
        }
    }

    /// Shows one of the snap's own dialogs and waits for the user.
    pub(crate) async fn dialog(&self, view: &str, summary: Value) -> Result<Value, HostError> {
        self.call(
            "dialog",
            json_object([("view", view.into()), ("summary", summary)]),
        )
        .await
    }

    /// Unix time in milliseconds; 0 if the host's clock is out of order, because
    /// nothing here depends on it but records.
    pub(crate) async fn now(&self) -> u64 {
        match self.call("clock.now", json_object([])).await {
            Ok(value) => value.as_u64().unwrap_or(0),
            Err(_) => 0,
        }
    }

    /// Returns after `ms` milliseconds.
    pub(crate) async fn sleep(&self, ms: u32) -> Result<(), HostError> {
        self.call("clock.sleep", json_object([("ms", ms.into())]))
            .await
            .map(drop)
    }

    /// Sends an event to MetaMask's side of the keyring.
    pub(crate) async fn emit(&self, event: &str, params: Value) -> Result<(), HostError> {
        self.call(
            "keyring.emit",
            json_object([("event", event.into()), ("params", params)]),
        )
        .await
        .map(drop)
    }
}
