//! Where socket events wait for the session that reads them.
//!
//! Inside a snap, each event is a call of its own (`onWebSocketEvent`), while the
//! session is a suspended call in the same realm. The inbox connects the two.

use std::cell::RefCell;
use std::rc::Rc;

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use serde_json::Value;

use super::TransportError;

/// Events kept for sockets whose `open` has not answered yet.
const EARLY_MAX: usize = 64;

/// What came through a socket.
pub(super) type Delivery = Result<Vec<u8>, TransportError>;

/// The inbox; clones share it.
#[derive(Clone, Default)]
pub struct Inbox(Rc<RefCell<Inner>>);

#[derive(Default)]
struct Inner {
    /// One or two at a time.
    sockets: Vec<(String, UnboundedSender<Delivery>)>,
    /// How many `open` calls are waiting for their answer.
    opening: usize,
    early: Vec<(String, Delivery)>,
}

/// A SIP-20 socket event.
#[derive(Debug)]
pub enum SocketEvent {
    /// The socket is open.
    Open {
        /// The socket.
        id: String,
    },
    /// A message arrived.
    Message {
        /// The socket.
        id: String,
        /// What arrived.
        data: SocketData,
    },
    /// The socket is closed.
    Close {
        /// The socket.
        id: String,
    },
}

/// The content of a message.
#[derive(Debug)]
pub enum SocketData {
    /// Text. Tandem sends none.
    Text,
    /// Bytes.
    Binary {
        /// One number per byte.
        message: Vec<u8>,
    },
}

impl SocketEvent {
    /// Reads an event: `{"type","id","data"?}`, and fields that do not matter here.
    #[must_use]
    pub fn from_json(event: &Value) -> Option<Self> {
        let id = event.get("id")?.as_str()?.to_owned();
        Some(match event.get("type")?.as_str()? {
            "open" => Self::Open { id },
            "message" => Self::Message {
                id,
                data: SocketData::from_json(event.get("data")?)?,
            },
            "close" => Self::Close { id },
            _ => return None,
        })
    }
}

impl SocketData {
    fn from_json(data: &Value) -> Option<Self> {
        let byte = |number: &Value| u8::try_from(number.as_u64()?).ok();
        Some(match data.get("type")?.as_str()? {
            "text" => Self::Text,
            "binary" => {
                let message = data.get("message")?.as_array()?;
                Self::Binary {
                    message: message.iter().map(byte).collect::<Option<_>>()?,
                }
            }
            _ => return None,
        })
    }
}

impl Inner {
    fn sender(&self, id: &str) -> Option<&UnboundedSender<Delivery>> {
        let found = self.sockets.iter().find(|(socket, _)| socket == id);
        found.map(|(_, sender)| sender)
    }

    fn forget(&mut self, id: &str) {
        self.sockets.retain(|(socket, _)| socket != id);
    }
}

impl Inbox {
    /// Puts an event into the inbox of the session that waits for it. False if no
    /// session does: the snap was restarted and the socket is an orphan.
    pub fn deliver(&self, event: SocketEvent) -> bool {
        let (id, delivery) = match event {
            SocketEvent::Open { id } => return self.expects(&id),
            SocketEvent::Message { id, data } => match data {
                SocketData::Binary { message } => (id, Ok(message)),
                SocketData::Text => {
                    let text = TransportError::Nonsense("it sent text".to_owned());
                    (id, Err(text))
                }
            },
            SocketEvent::Close { id } => (id, Err(TransportError::Closed)),
        };
        let mut inner = self.0.borrow_mut();
        if let Some(sender) = inner.sender(&id) {
            return sender.unbounded_send(delivery).is_ok();
        }
        // An event may overtake the answer that tells us the socket's id.
        if inner.opening > 0 && inner.early.len() < EARLY_MAX {
            inner.early.push((id, delivery));
            return true;
        }
        false
    }

    fn expects(&self, id: &str) -> bool {
        self.0.borrow().opening > 0 || self.knows(id)
    }

    /// Whether a session of this life reads this socket.
    pub(super) fn knows(&self, id: &str) -> bool {
        self.0.borrow().sender(id).is_some()
    }

    /// Says that an `open` is under way, until the guard is dropped.
    pub(super) fn opening(&self) -> Opening {
        self.0.borrow_mut().opening += 1;
        Opening(self.clone())
    }

    pub(super) fn forget(&self, id: &str) {
        self.0.borrow_mut().forget(id);
    }
}

/// An `open` that is under way.
pub(super) struct Opening(Inbox);

impl Opening {
    /// The open socket's events, from the first.
    pub(super) fn listen(&self, id: &str) -> UnboundedReceiver<Delivery> {
        let (sender, receiver) = unbounded();
        let mut inner = self.0.0.borrow_mut();
        let early = std::mem::take(&mut inner.early);
        for (early_id, delivery) in early {
            if early_id == id {
                // The receiver is held here, so this cannot fail.
                let _sent = sender.unbounded_send(delivery);
            } else {
                inner.early.push((early_id, delivery));
            }
        }
        inner.forget(id);
        inner.sockets.push((id.to_owned(), sender));
        receiver
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        let mut inner = self.0.0.borrow_mut();
        inner.opening -= 1;
        if inner.opening == 0 {
            inner.early.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn event(json: &str) -> SocketEvent {
        SocketEvent::from_json(&serde_json::from_str(json).unwrap()).unwrap()
    }

    const MESSAGE: &str = r#"{"type":"message","id":"a","origin":"ws://x","data":{"type":"binary","message":[1,255]}}"#;

    #[test]
    fn a_message_that_overtakes_the_answer_to_open_is_kept() {
        let inbox = Inbox::default();
        let opening = inbox.opening();
        assert!(inbox.deliver(event(MESSAGE)));
        let mut events = opening.listen("a");
        drop(opening);
        assert_eq!(events.try_recv().unwrap(), Ok(vec![1, 255]));
    }

    #[test]
    fn an_event_that_nobody_waits_for_is_reported() {
        let inbox = Inbox::default();
        assert!(!inbox.deliver(event(MESSAGE)));
        let opening = inbox.opening();
        let events = opening.listen("a");
        drop(opening);
        assert!(inbox.deliver(event(MESSAGE)));
        drop(events);
        inbox.forget("a");
        assert!(!inbox.deliver(event(MESSAGE)));
    }

    #[test]
    fn a_close_and_a_text_end_the_session() {
        let inbox = Inbox::default();
        let mut events = inbox.opening().listen("a");
        inbox.deliver(event(
            r#"{"type":"message","id":"a","data":{"type":"text","message":"x"}}"#,
        ));
        inbox.deliver(event(
            r#"{"type":"close","id":"a","code":1000,"reason":"","wasClean":true}"#,
        ));
        assert!(matches!(
            events.try_recv().unwrap(),
            Err(TransportError::Nonsense(_))
        ));
        assert_eq!(events.try_recv().unwrap(), Err(TransportError::Closed));
    }
}
