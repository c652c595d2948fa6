//! Sockets through the host: inside a snap there is no `WebSocket`, but MetaMask
//! opens one for us (SIP-20).

use futures_channel::mpsc::UnboundedReceiver;
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use tandem_ethereum::json_object;
use tandem_wire::SUBPROTOCOL;

use super::inbox::{Delivery, Inbox};
use super::{Connect, Socket, TransportError};
use crate::host::{Host, HostError};

/// How often, and at what distance, the host is asked whether sockets that were told
/// to close are closed. One whose server never answers the close is not waited for
/// any longer.
const CLOSING_QUESTIONS: u32 = 40;
const CLOSING_MS: u32 = 50;

/// Opens sockets by asking the host.
pub struct HostSockets {
    host: Host,
    inbox: Inbox,
}

impl HostSockets {
    /// Sockets whose events arrive in `inbox`.
    #[must_use]
    pub const fn new(host: Host, inbox: Inbox) -> Self {
        Self { host, inbox }
    }
}

impl Connect for HostSockets {
    fn connect(&self, url: &str) -> LocalBoxFuture<'_, Result<Box<dyn Socket>, TransportError>> {
        let params = json_object([("url", url.into()), ("protocols", [SUBPROTOCOL].into())]);
        Box::pin(async move {
            self.close_orphans().await;
            let opening = self.inbox.opening();
            let answer = self
                .host
                .call("socket.open", params)
                .await
                .map_err(unreachable)?;
            let Some(id) = answer.get("id").and_then(Value::as_str) else {
                let reason = "the host opened a socket without an id".to_owned();
                return Err(TransportError::Unreachable(reason));
            };
            let socket: Box<dyn Socket> = Box::new(HostSocket {
                id: id.to_owned(),
                events: opening.listen(id),
                host: self.host.clone(),
                inbox: self.inbox.clone(),
            });
            Ok(socket)
        })
    }
}

impl HostSockets {
    /// Closes sockets of an earlier life of this snap, or of the session before, and
    /// waits until they are closed: MetaMask keeps them open when it stops the snap,
    /// takes its time to close them, refuses a second one to the same address as long
    /// as it has the first, and the server would take the old session for a running
    /// one.
    async fn close_orphans(&self) {
        for _ in 0..CLOSING_QUESTIONS {
            let orphans = self.orphans().await;
            if orphans.is_empty() {
                return;
            }
            for id in orphans {
                let _closed = self
                    .host
                    .call("socket.close", json_object([("id", id.into())]))
                    .await;
            }
            if self.host.sleep(CLOSING_MS).await.is_err() {
                return;
            }
        }
    }

    /// Ids of open sockets that nothing here uses. A host that cannot list has none.
    async fn orphans(&self) -> Vec<String> {
        let Ok(Value::Array(sockets)) = self.host.call("socket.list", json_object([])).await else {
            return Vec::new();
        };
        let ids = sockets.iter().map(|socket| {
            let id = socket.get("id").and_then(Value::as_str);
            id.unwrap_or_default().to_owned()
        });
        ids.filter(|id| !self.inbox.knows(id)).collect()
    }
}

struct HostSocket {
    id: String,
    events: UnboundedReceiver<Delivery>,
    host: Host,
    inbox: Inbox,
}

impl Socket for HostSocket {
    fn send(&mut self, frame: Vec<u8>) -> LocalBoxFuture<'_, Result<(), TransportError>> {
        let params = json_object([("id", self.id.as_str().into()), ("message", frame.into())]);
        Box::pin(async move {
            let sent = self.host.call("socket.send", params).await;
            sent.map(drop).map_err(|_| TransportError::Closed)
        })
    }

    fn receive(&mut self) -> LocalBoxFuture<'_, Result<Vec<u8>, TransportError>> {
        Box::pin(async move {
            let event = self.events.next().await;
            event.unwrap_or(Err(TransportError::Closed))
        })
    }

    fn close(self: Box<Self>) -> LocalBoxFuture<'static, ()> {
        Box::pin(async move {
            // A socket that is already closed has nothing left to close.
            let params = json_object([("id", self.id.as_str().into())]);
            let _closed = self.host.call("socket.close", params).await;
        })
    }
}

impl Drop for HostSocket {
    fn drop(&mut self) {
        self.inbox.forget(&self.id);
    }
}

fn unreachable(error: HostError) -> TransportError {
    TransportError::Unreachable(error.message)
}
