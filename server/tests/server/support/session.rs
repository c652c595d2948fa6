//! The client's end of one socket.

use futures_util::{SinkExt, StreamExt};
use tandem_wire::{Reassembler, Splitter, ToDevice, ToServer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::DEADLINE;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A session that has its `Welcome`.
pub struct Session {
    pub socket: Socket,
    pub server_release: String,
    pub server_nonce: [u8; 32],
    splitter: Splitter,
    reassembler: Reassembler,
}

impl Session {
    pub async fn open(address: &str) -> Self {
        Self::try_open(address).await.unwrap()
    }

    /// `None` if the server is gone.
    pub async fn try_open(address: &str) -> Option<Self> {
        let socket = connect(address, &[("sec-websocket-protocol", "tandem.v1")])
            .await
            .ok()?;
        let mut session = Self {
            socket,
            server_release: String::new(),
            server_nonce: [0; 32],
            splitter: Splitter::default(),
            reassembler: Reassembler::default(),
        };
        let ToDevice::Welcome {
            release,
            server_nonce,
        } = session.receive().await?
        else {
            panic!("no welcome");
        };
        session.server_release = release;
        session.server_nonce = server_nonce;
        Some(session)
    }

    /// Sends a message; `None` if the server is gone.
    pub async fn send(&mut self, message: &ToServer) -> Option<()> {
        for frame in self.splitter.split(&message.to_bytes()).unwrap() {
            self.socket.send(Message::Binary(frame.into())).await.ok()?;
        }
        Some(())
    }

    /// The next message; `None` if the socket closes before it.
    pub async fn receive(&mut self) -> Option<ToDevice> {
        loop {
            match timeout(DEADLINE, self.socket.next()).await.unwrap()? {
                Ok(Message::Binary(frame)) => {
                    if let Some(message) = self.reassembler.receive(&frame).unwrap().pop() {
                        return Some(ToDevice::from_bytes(&message).unwrap());
                    }
                }
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// The server's next ceremony message.
    pub async fn round(&mut self) -> Option<Vec<u8>> {
        match self.receive().await? {
            ToDevice::Round(bytes) => Some(bytes),
            other => panic!("not a round: {other:?}"),
        }
    }

    pub async fn close(mut self) {
        let _closed = self.socket.close(None).await;
    }
}

/// Waits for the close frame.
pub async fn close_code(socket: &mut Socket) -> u16 {
    loop {
        match timeout(DEADLINE, socket.next()).await.unwrap() {
            Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
            Some(Ok(Message::Binary(_) | Message::Ping(_))) => {}
            other => panic!("no close frame but {other:?}"),
        }
    }
}

async fn connect(address: &str, headers: &[(&'static str, &str)]) -> Result<Socket, Error> {
    let mut request = format!("ws://{address}/v1/session").into_client_request()?;
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).unwrap();
        request.headers_mut().insert(*name, value);
    }
    let connecting = timeout(DEADLINE, connect_async(request)).await.unwrap();
    connecting.map(|(socket, _)| socket)
}

/// The status with which an upgrade is answered; 101 if it is granted.
pub async fn upgrade_status(address: &str, headers: &[(&'static str, &str)]) -> u16 {
    match connect(address, headers).await {
        Ok(_) => 101,
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(error) => panic!("{error}"),
    }
}

/// Status line and body of a plain request.
pub async fn http_get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let reading = stream.read_to_string(&mut answer);
    timeout(DEADLINE, reading).await.unwrap().unwrap();
    answer
}
