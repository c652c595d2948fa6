//! The Ethereum node: JSON-RPC over HTTP.

use std::time::Duration;

use serde_json::{Value, json};
use tandem_wire::{ServerUrl, UrlError};
use ureq::Agent;

use super::{Failure, INTERNAL_ERROR, tls};

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Longest answer: a block with the hashes of its transactions is a tenth of it.
const MAX_ANSWER: u64 = 2 * 1024 * 1024;

/// A node and how it is reached. Its address may hold a key to it, so it is never printed.
#[derive(Clone)]
pub struct Node {
    agent: Agent,
    url: String,
}

impl Node {
    /// `https://` anywhere, `http://` on this machine only: what is asked tells who asks, and what is
    /// answered decides what fees are offered.
    ///
    /// # Errors
    /// What is wrong with the address.
    pub fn new(url: &str) -> Result<Self, String> {
        let rest = url.strip_prefix("http").filter(|rest| {
            // Nothing but these two: "ws" and the rest must not become an address by itself.
            rest.starts_with("://") || rest.starts_with("s://")
        });
        let rest = rest.ok_or("must start with https:// (or http:// on this machine)")?;
        // The rules are those for the address of a signing server.
        match format!("ws{rest}").parse::<ServerUrl>() {
            Ok(_) => {}
            Err(UrlError::Unencrypted) => {
                let reason = "is http://, which is for this machine only (localhost, 127.0.0.1, [::1]); use https://";
                return Err(reason.to_owned());
            }
            Err(UrlError::Host) => return Err("has no valid host name".to_owned()),
            Err(UrlError::Port) => return Err("has no valid port".to_owned()),
            Err(_) => return Err("is no address that is used here: letters, digits, /, ., _, - and ~ only, at most 512 bytes".to_owned()),
        }
        let mut config = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .max_redirects_will_error(true)
            // Nodes answer some JSON-RPC errors with a status of 400 or more.
            .http_status_as_error(false)
            // The socket to the signing server takes no proxy either.
            .proxy(None);
        if rest.starts_with('s') {
            config = config.tls_config(tls::config()?);
        }
        Ok(Self {
            agent: config.build().new_agent(),
            url: url.to_owned(),
        })
    }

    /// One question.
    pub(super) async fn request(&self, method: &str, params: Value) -> Result<Value, Failure> {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let (agent, url) = (self.agent.clone(), self.url.clone());
        let asked = tokio::task::spawn_blocking(move || post(&agent, &url, &request.to_string()));
        let answer = asked.await.map_err(|error| error.to_string())??;
        let mut answer = tandem_ethereum::parse_json(&answer)
            .map_err(|_| "the node's answer is not JSON".to_owned())?;
        if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
            let text = |name| error.get(name).and_then(Value::as_str).map(str::to_owned);
            let message = text("message").unwrap_or_else(|| "the node gave no reason".to_owned());
            return Err(Failure {
                code: error
                    .get("code")
                    .and_then(Value::as_i64)
                    .unwrap_or(INTERNAL_ERROR),
                message,
                data: text("data"),
            });
        }
        match answer.get_mut("result") {
            Some(result) => Ok(result.take()),
            None => Err("the node's answer has no result".to_owned().into()),
        }
    }

    /// The number of its chain.
    ///
    /// # Errors
    /// What the node said instead.
    pub async fn chain_id(&self) -> Result<String, String> {
        let answer = self.request("eth_chainId", json!([])).await;
        match answer.map_err(|failure| failure.message)? {
            Value::String(id) => Ok(id),
            _ => Err("its chain is no number".to_owned()),
        }
    }
}

fn post(agent: &Agent, url: &str, body: &str) -> Result<String, String> {
    let request = agent.post(url).content_type("application/json");
    let answer = request.send(body).map_err(|error| words(&error))?;
    let status = answer.status();
    let mut body = answer.into_body();
    let text = body.with_config().limit(MAX_ANSWER).read_to_string();
    let text = text.map_err(|error| words(&error))?;
    if text.trim().is_empty() {
        return Err(format!("it answered with HTTP status {}", status.as_u16()));
    }
    Ok(text)
}

/// Without the address.
fn words(error: &ureq::Error) -> String {
    match error {
        ureq::Error::BadUri(_) => "its address is not valid".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_elsewhere_is_asked_over_tls_only() {
        for url in [
            "http://127.0.0.1:8545",
            "http://localhost/",
            "http://[::1]:1/a_b-c.d~e",
        ] {
            assert!(Node::new(url).is_ok(), "{url}");
        }
        for url in [
            "http://node.example",
            "http://127.0.0.1.example",
            "http://127.0.0.1@node.example",
            "ws://127.0.0.1",
            "httpx://127.0.0.1",
            "http:127.0.0.1",
            "https://user:word@node.example",
            "127.0.0.1:8545",
            "",
        ] {
            let refused = Node::new(url).err();
            assert!(refused.is_some(), "{url}");
        }
    }
}
