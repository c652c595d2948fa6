//! Sockets to the signing server.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::stream::SplitSink;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tandem_keyring::session::{Inbox, SocketData, SocketEvent};
use tandem_wire::FRAME_MAX;
use tokio::net::TcpStream;
use tokio::task::{AbortHandle, spawn_local};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

/// How long a connection may take to be made, and to be closed.
const PATIENCE: Duration = Duration::from_secs(10);

type Sink = SplitSink<WebSocketStream<MaybeTlsStream<TcpStream>>, Message>;

/// The open sockets of this process.
pub struct Sockets {
    open: RefCell<BTreeMap<String, OpenSocket>>,
    /// Where events go.
    inbox: Inbox,
}

struct OpenSocket {
    url: String,
    sink: Sink,
    reader: AbortHandle,
}

impl Drop for OpenSocket {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

impl Sockets {
    pub fn new(inbox: Inbox) -> Self {
        Self {
            open: RefCell::default(),
            inbox,
        }
    }

    /// `{id}` of a new socket.
    pub async fn open(&self, url: &str, protocol: &str) -> Result<Value, String> {
        let mut request = url.into_client_request().map_err(words)?;
        let protocol = HeaderValue::from_str(protocol)
            .map_err(|_| "the subprotocol is not a header".to_owned())?;
        request
            .headers_mut()
            .insert("Sec-WebSocket-Protocol", protocol);
        let limits = WebSocketConfig::default()
            .max_message_size(Some(FRAME_MAX))
            .max_frame_size(Some(FRAME_MAX));
        let connecting = connect_async_with_config(request, Some(limits), true);
        let connected = timeout(PATIENCE, connecting).await;
        let (socket, _) = connected
            .map_err(|_| "it does not answer".to_owned())?
            .map_err(words)?;
        let (sink, mut stream) = socket.split();
        let id = self.next_id();
        let (inbox, name) = (self.inbox.clone(), id.clone());
        let reader = spawn_local(async move {
            while let Some(Ok(message)) = stream.next().await {
                let data = match message {
                    Message::Binary(bytes) => SocketData::Binary {
                        message: bytes.to_vec(),
                    },
                    Message::Text(_) => SocketData::Text,
                    _ => continue,
                };
                let id = name.clone();
                inbox.deliver(SocketEvent::Message { id, data });
            }
            inbox.deliver(SocketEvent::Close { id: name });
        });
        let socket = OpenSocket {
            url: url.to_owned(),
            sink,
            reader: reader.abort_handle(),
        };
        self.open.borrow_mut().insert(id.clone(), socket);
        Ok(json!({"id": id}))
    }

    /// `[{id, url}]`.
    pub fn list(&self) -> Value {
        let open = self.open.borrow();
        open.iter()
            .map(|(id, socket)| json!({"id": id, "url": socket.url}))
            .collect()
    }

    pub async fn send(&self, id: &str, frame: Vec<u8>) -> Result<(), String> {
        let socket = self.open.borrow_mut().remove(id);
        let mut socket = socket.ok_or("the socket is closed")?;
        socket
            .sink
            .send(Message::binary(frame))
            .await
            .map_err(words)?;
        self.open.borrow_mut().insert(id.to_owned(), socket);
        Ok(())
    }

    pub async fn close(&self, id: &str) {
        let socket = self.open.borrow_mut().remove(id);
        if let Some(mut socket) = socket {
            let _closed = timeout(PATIENCE, socket.sink.close()).await;
        }
    }

    fn next_id(&self) -> String {
        let open = self.open.borrow();
        let taken = |number: &usize| open.contains_key(&number.to_string());
        let free = (0..=open.len()).find(|number| !taken(number));
        free.unwrap_or_default().to_string()
    }
}

fn words(error: tungstenite::Error) -> String {
    error.to_string()
}
