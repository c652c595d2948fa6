//! Messages over one WebSocket: frames, time limits, and an orderly end.

use std::collections::VecDeque;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use tandem_wire::{FRAME_MAX, Reassembler, Splitter, ToDevice, ToServer};
use tokio::time::{Instant, interval_at, timeout, timeout_at};
use zeroize::Zeroizing;

use super::end::{CloseCode, End};
use crate::config::Limits;

/// How often the server shows that it is still there.
const PING: Duration = Duration::from_secs(20);
/// How long the device may take to close the socket after the last message.
///
/// The device closes first: MetaMask hands socket events to a snap concurrently,
/// and a close that overtakes the last message would hide it.
const FAREWELL: Duration = Duration::from_secs(5);

/// Messages over one WebSocket.
pub(super) struct Channel {
    socket: WebSocket,
    splitter: Splitter,
    reassembler: Reassembler,
    received: VecDeque<Vec<u8>>,
    message_limit: Duration,
    deadline: Instant,
}

impl Channel {
    pub fn new(socket: WebSocket, limits: &Limits) -> Self {
        Self {
            socket,
            splitter: Splitter::default(),
            reassembler: Reassembler::default(),
            received: VecDeque::new(),
            message_limit: limits.message,
            deadline: Instant::now() + limits.session,
        }
    }

    /// Sends a message. A device that does not read has as long as one that does
    /// not write.
    pub async fn send(&mut self, message: &ToDevice) -> Result<(), End> {
        let bytes = Zeroizing::new(message.to_bytes());
        let frames = self.splitter.split(&bytes).map_err(|error| {
            tracing::error!("a message could not be sent: {error}");
            End::closed(CloseCode::Internal, "the server failed")
        })?;
        let deadline = self.next_deadline();
        for frame in frames {
            match timeout_at(deadline, self.socket.send(Message::Binary(frame.into()))).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Err(End::Gone),
                Err(_) => return Err(too_slow()),
            }
        }
        Ok(())
    }

    /// The next message. It must be complete in time: bytes that drip in do not
    /// stretch the limit.
    pub async fn receive(&mut self) -> Result<ToServer, End> {
        self.receive_by(self.next_deadline()).await
    }

    /// The next message of a device that may take its time, until `deadline`. The
    /// limit of the session gives way to it.
    pub async fn receive_at_leisure(&mut self, deadline: Instant) -> Result<ToServer, End> {
        self.deadline = deadline + self.message_limit;
        self.receive_by(deadline).await
    }

    async fn receive_by(&mut self, deadline: Instant) -> Result<ToServer, End> {
        let mut ping = interval_at(Instant::now() + PING, PING);
        while self.received.is_empty() {
            tokio::select! {
                frame = timeout_at(deadline, self.socket.recv()) => match frame {
                    Ok(Some(Ok(message))) => self.take(message)?,
                    Ok(Some(Err(error))) => return Err(socket_failed(&error)),
                    Ok(None) => return Err(End::Gone),
                    Err(_) => return Err(too_slow()),
                },
                _ = ping.tick() => {
                    let sent = timeout_at(deadline, self.socket.send(Message::Ping(Vec::new().into())));
                    match sent.await {
                        Ok(Ok(())) => {}
                        Ok(Err(_)) => return Err(End::Gone),
                        Err(_) => return Err(too_slow()),
                    }
                }
            }
        }
        let message = Zeroizing::new(self.received.pop_front().unwrap_or_default());
        ToServer::from_bytes(&message).map_err(|_| End::malformed())
    }

    fn take(&mut self, message: Message) -> Result<(), End> {
        match message {
            Message::Binary(frame) => {
                let complete = self
                    .reassembler
                    .receive(&frame)
                    .map_err(|error| End::closed(CloseCode::Protocol, error.to_string()))?;
                self.received.extend(complete);
                Ok(())
            }
            Message::Text(_) => Err(End::closed(
                CloseCode::Unsupported,
                "text is not part of this protocol",
            )),
            Message::Ping(_) | Message::Pong(_) => Ok(()),
            Message::Close(_) => Err(End::Gone),
        }
    }

    /// Waits for the device to close the socket, or for a last message of its.
    pub async fn farewell(&mut self) -> Option<ToServer> {
        self.deadline = self.deadline.min(Instant::now() + FAREWELL);
        self.receive().await.ok()
    }

    /// Closes the socket, and lets the device read what is on its way.
    pub async fn close(mut self, code: CloseCode, reason: String) {
        let close = Message::Close(Some(CloseFrame {
            code: code as u16,
            reason: reason.into(),
        }));
        let closing = async {
            if self.socket.send(close).await.is_ok() {
                while let Some(Ok(_)) = self.socket.recv().await {}
            }
        };
        if timeout(FAREWELL, closing).await.is_err() {
            tracing::debug!("the device does not close its socket");
        }
    }

    fn next_deadline(&self) -> Instant {
        self.deadline.min(Instant::now() + self.message_limit)
    }
}

fn too_slow() -> End {
    End::closed(CloseCode::Policy, "no message in time")
}

/// The WebSocket layer refuses what is too long or not WebSocket at all. It does
/// not say which in a type, only in words for people.
fn socket_failed(error: &axum::Error) -> End {
    let words = error.to_string();
    if words.contains("too long") || words.contains("too big") {
        End::closed(
            CloseCode::TooBig,
            format!("a frame has at most {FRAME_MAX} bytes"),
        )
    } else {
        tracing::debug!("the socket failed: {words}");
        End::Gone
    }
}
