//! Sockets in a page or a worker, where the realm has a `WebSocket` of its own.

use futures_util::future::LocalBoxFuture;
use futures_util::{SinkExt, StreamExt};
use gloo_net::websocket::futures::WebSocket;
use gloo_net::websocket::{Message, State};
use js_sys::Reflect;
use tandem_wire::SUBPROTOCOL;
use wasm_bindgen::JsValue;

use crate::session::{Connect, Socket, TransportError};

/// Opens sockets with gloo-net.
pub struct PageSockets;

/// Whether this realm has a `WebSocket`. A snap's has none.
pub fn available() -> bool {
    Reflect::get(&js_sys::global(), &JsValue::from_str("WebSocket"))
        .is_ok_and(|constructor| constructor.is_function())
}

impl Connect for PageSockets {
    fn connect(&self, url: &str) -> LocalBoxFuture<'_, Result<Box<dyn Socket>, TransportError>> {
        let opened = WebSocket::open_with_protocol(url, SUBPROTOCOL);
        Box::pin(async move {
            let socket = opened.map_err(|error| TransportError::Unreachable(error.to_string()))?;
            let socket: Box<dyn Socket> = Box::new(PageSocket(socket));
            Ok(socket)
        })
    }
}

struct PageSocket(WebSocket);

impl Socket for PageSocket {
    fn send(&mut self, frame: Vec<u8>) -> LocalBoxFuture<'_, Result<(), TransportError>> {
        Box::pin(async move {
            let sent = SinkExt::send(&mut self.0, Message::Bytes(frame)).await;
            sent.map_err(|_| TransportError::Closed)
        })
    }

    fn receive(&mut self) -> LocalBoxFuture<'_, Result<Vec<u8>, TransportError>> {
        Box::pin(async move {
            // The server speaks first, so a socket that never opened shows here.
            let connecting = matches!(self.0.state(), State::Connecting);
            match self.0.next().await {
                Some(Ok(Message::Bytes(frame))) => Ok(frame),
                Some(Ok(Message::Text(_))) => {
                    Err(TransportError::Nonsense("it sent text".to_owned()))
                }
                Some(Err(error)) if connecting => {
                    Err(TransportError::Unreachable(error.to_string()))
                }
                Some(Err(_)) | None => Err(TransportError::Closed),
            }
        })
    }

    fn close(self: Box<Self>) -> LocalBoxFuture<'static, ()> {
        Box::pin(async move {
            // A socket that is already closed has nothing left to close.
            let _closed = self.0.close(None, None);
        })
    }
}
