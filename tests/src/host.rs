//! A wallet around the device code: storage, a user, sockets and a clock, with a
//! count of every call, so that a test can end the device at any of them.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::{Either, LocalBoxFuture, select};
use futures_util::stream::SplitSink;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tandem_keyring::Device;
use tandem_keyring::host::{Call, Host};
use tandem_keyring::session::{HostSockets, Inbox, SocketEvent};
use tandem_keyring::state::WRITE_SETTLES_MS;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::{AbortHandle, spawn_local};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite};

/// Sees a frame on its way and may change it.
type FrameHook = Box<dyn FnMut(Direction, &mut Vec<u8>)>;
/// Answers for an Ethereum node.
type Node = dyn Fn(&str, &Value) -> Result<Value, String>;
type Sink = SplitSink<WebSocketStream<MaybeTlsStream<TcpStream>>, tungstenite::Message>;

/// At which call the device ends, and whether the call is still done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It lives.
    Lives,
    /// It ends when it makes this call (from 1), before the call is done.
    EndsBefore(usize),
    /// It ends when this call was done, before it hears of it.
    EndsAfter(usize),
}

/// Everything that outlives the device: what MetaMask keeps, and the user.
pub struct Wallet {
    /// The stored state, as text.
    pub stored: RefCell<Option<String>>,
    /// What was stored before the last write.
    overwritten: RefCell<Option<String>>,
    /// What the user types into the enrolment dialog.
    pub code: RefCell<String>,
    /// Whether the user says yes.
    pub approves: Cell<bool>,
    /// Whether the user takes the recovery words that come with a new key, or says "later".
    pub takes_words: Cell<bool>,
    /// The recovery words that the user wrote down when they were shown last.
    pub paper: RefCell<Vec<String>>,
    /// How often the user will repeat recovery words wrongly.
    pub mistakes: Cell<usize>,
    /// The permit that the user types; the user cancels if it is empty.
    pub permit: RefCell<String>,
    /// The private key that the user types.
    pub secret: RefCell<String>,
    /// Every dialog that was shown.
    pub shown: RefCell<Vec<Value>>,
    /// Every event sent to MetaMask.
    pub events: RefCell<Vec<Value>>,
    tamper: RefCell<FrameHook>,
    during_dialog: RefCell<Box<dyn FnMut()>>,
    during_settling: RefCell<Box<dyn FnMut()>>,
    node: RefCell<Rc<Node>>,
    /// Open sockets. They are MetaMask's, so they outlive the device.
    sockets: RefCell<HashMap<String, OpenSocket>>,
    opened: Cell<usize>,
    /// Where events go: to the device that lives now.
    inbox: RefCell<Inbox>,
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

/// Which way a frame goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the device.
    ToServer,
    /// To the device.
    ToDevice,
}

impl Default for Wallet {
    fn default() -> Self {
        Self {
            stored: RefCell::default(),
            overwritten: RefCell::default(),
            code: RefCell::default(),
            approves: Cell::new(true),
            takes_words: Cell::default(),
            paper: RefCell::default(),
            mistakes: Cell::default(),
            permit: RefCell::default(),
            secret: RefCell::default(),
            shown: RefCell::default(),
            events: RefCell::default(),
            tamper: RefCell::new(Box::new(|_, _| {})),
            during_dialog: RefCell::new(Box::new(|| {})),
            during_settling: RefCell::new(Box::new(|| {})),
            node: RefCell::new(Rc::new(|_, _| Err("there is no node".to_owned()))),
            sockets: RefCell::default(),
            opened: Cell::default(),
            inbox: RefCell::default(),
        }
    }
}

impl Wallet {
    /// From now on, `hook` runs while a dialog is open, before the user answers.
    pub fn on_dialog(&self, hook: impl FnMut() + 'static) {
        *self.during_dialog.borrow_mut() = Box::new(hook);
    }

    /// From now on, `hook` runs while the device waits for a write to settle.
    pub fn on_settle(&self, hook: impl FnMut() + 'static) {
        *self.during_settling.borrow_mut() = Box::new(hook);
    }

    /// Loses the last write, as locking MetaMask before it has settled does.
    pub fn lose_last_write(&self) {
        *self.stored.borrow_mut() = self.overwritten.borrow().clone();
    }

    /// From now on, `node` answers for the Ethereum node.
    pub fn on_node(&self, node: impl Fn(&str, &Value) -> Result<Value, String> + 'static) {
        *self.node.borrow_mut() = Rc::new(node);
    }

    /// How many sockets were opened so far.
    pub fn sockets_opened(&self) -> usize {
        self.opened.get()
    }

    /// From now on, `hook` sees every frame on its way and may change it. The connection breaks
    /// before a frame of which it leaves nothing.
    pub fn on_frame(&self, hook: impl FnMut(Direction, &mut Vec<u8>) + 'static) {
        *self.tamper.borrow_mut() = Box::new(hook);
    }
}

/// The id of a request that never came before, as MetaMask makes them: a UUID.
pub fn fresh_id() -> String {
    let id = format!("{:032x}", fastrand::u128(..));
    format!(
        "{}-{}-4{}-8{}-{}",
        &id[..8],
        &id[8..12],
        &id[13..16],
        &id[17..20],
        &id[20..]
    )
}

/// One life of the device.
pub struct TestDevice {
    device: Device,
    world: Rc<World>,
}

struct World {
    wallet: Rc<Wallet>,
    fate: Cell<Fate>,
    calls: Cell<usize>,
    ended: Notify,
}

impl TestDevice {
    /// Starts the device over what the wallet keeps.
    pub fn new(wallet: &Rc<Wallet>, fate: Fate) -> Self {
        let inbox = Inbox::default();
        *wallet.inbox.borrow_mut() = inbox.clone();
        let world = Rc::new(World {
            wallet: wallet.clone(),
            fate: Cell::new(fate),
            calls: Cell::new(0),
            ended: Notify::new(),
        });
        let host = Host::new(Rc::new(Caller(world.clone())));
        let sockets = Rc::new(HostSockets::new(host.clone(), inbox));
        Self {
            device: Device::new(host, sockets),
            world,
        }
    }

    /// Calls made so far.
    pub fn calls(&self) -> usize {
        self.world.calls.get()
    }

    /// One request; `None` if the device ended during it.
    pub async fn request(&self, origin: &str, method: &str, params: Value) -> Option<Value> {
        let request = json!({
            "origin": origin,
            "request": {"jsonrpc": "2.0", "id": 1, "method": method, "params": params},
        })
        .to_string();
        let handled = Box::pin(self.device.handle(&request));
        let ended = Box::pin(self.world.ended.notified());
        match select(handled, ended).await {
            Either::Left((response, _)) => Some(serde_json::from_str(&response).expect("JSON")),
            Either::Right(_) => None,
        }
    }

    /// One request that must succeed.
    pub async fn result(&self, origin: &str, method: &str, params: Value) -> Value {
        let mut response = self
            .request(origin, method, params)
            .await
            .expect("the device lives");
        match response.get_mut("result") {
            Some(result) => result.take(),
            None => panic!("{method}: {response}"),
        }
    }

    /// One request that must fail; the error.
    pub async fn error(&self, origin: &str, method: &str, params: Value) -> Value {
        let mut response = self
            .request(origin, method, params)
            .await
            .expect("the device lives");
        match response.get_mut("error") {
            Some(error) => error.take(),
            None => panic!("{method}: {response}"),
        }
    }
}

/// The host callback. Holds the world, which outlives every call.
struct Caller(Rc<World>);

impl Call for Caller {
    fn call(&self, request: String) -> LocalBoxFuture<'static, Result<String, String>> {
        let world = self.0.clone();
        Box::pin(async move {
            let request: Value = serde_json::from_str(&request).expect("JSON");
            let method = request["method"].as_str().expect("a method").to_owned();
            // Waiting for a timeout is not a step the device takes.
            if method == "clock.sleep" {
                return Ok(world.sleep(&request["params"]).await);
            }
            let number = world.calls.get() + 1;
            world.calls.set(number);
            if world.fate.get() == Fate::EndsBefore(number) {
                return world.end().await;
            }
            let response = match world.answer(&method, &request["params"]).await {
                Ok(result) => json!({"result": result}),
                Err(message) => json!({"error": {"code": -32002, "message": message}}),
            };
            if world.fate.get() == Fate::EndsAfter(number) {
                return world.end().await;
            }
            Ok(response.to_string())
        })
    }
}

impl World {
    /// The device is gone: nobody hears of this call any more.
    async fn end(&self) -> Result<String, String> {
        self.ended.notify_one();
        std::future::pending().await
    }

    /// The device's clock. This wallet's store is durable at once, so waiting for it
    /// takes no time; a timeout takes what it takes.
    async fn sleep(&self, params: &Value) -> String {
        let ms = params["ms"].as_u64().expect("milliseconds");
        if ms == u64::from(WRITE_SETTLES_MS) {
            (self.wallet.during_settling.borrow_mut())();
        } else {
            tokio::time::sleep(Duration::from_millis(ms)).await;
        }
        json!({"result": null}).to_string()
    }

    async fn answer(self: &Rc<Self>, method: &str, params: &Value) -> Result<Value, String> {
        let wallet = &self.wallet;
        match method {
            "state.get" => Ok(match &*wallet.stored.borrow() {
                Some(text) => serde_json::from_str(text).expect("JSON"),
                None => Value::Null,
            }),
            "state.set" => {
                let written = Some(params["value"].to_string());
                *wallet.overwritten.borrow_mut() = wallet.stored.replace(written);
                Ok(Value::Null)
            }
            "dialog" => {
                wallet.shown.borrow_mut().push(params.clone());
                (wallet.during_dialog.borrow_mut())();
                Ok(wallet.user(params))
            }
            "clock.now" => Ok(json!(1)),
            "keyring.emit" => {
                wallet.events.borrow_mut().push(params.clone());
                Ok(Value::Null)
            }
            "ethereum.request" => {
                let node = wallet.node.borrow().clone();
                node(
                    params["method"].as_str().expect("a method"),
                    &params["params"],
                )
            }
            "socket.open" => self.open(params).await,
            "socket.send" => self.send(params).await,
            "socket.list" => {
                let sockets = wallet.sockets.borrow();
                let list = sockets
                    .iter()
                    .map(|(id, socket)| json!({"id": id, "url": socket.url}));
                Ok(list.collect())
            }
            "socket.close" => {
                let id = params["id"].as_str().expect("an id");
                let socket = wallet.sockets.borrow_mut().remove(id);
                if let Some(mut socket) = socket {
                    let _closed = socket.sink.close().await;
                }
                Ok(Value::Null)
            }
            other => Err(format!("{other} is not a host method")),
        }
    }

    async fn open(&self, params: &Value) -> Result<Value, String> {
        let url = params["url"].as_str().expect("a url");
        let wallet = self.wallet.clone();
        if wallet
            .sockets
            .borrow()
            .values()
            .any(|socket| socket.url == url)
        {
            // MetaMask's words.
            return Err(format!(
                "An open WebSocket connection to {url} already exists."
            ));
        }
        let mut request = url
            .into_client_request()
            .map_err(|error| error.to_string())?;
        let protocol = params["protocols"][0].as_str().expect("a protocol");
        request.headers_mut().insert(
            "Sec-WebSocket-Protocol",
            HeaderValue::from_str(protocol).expect("a header"),
        );
        let (socket, _) = connect_async(request)
            .await
            .map_err(|error| error.to_string())?;
        let (sink, mut stream) = socket.split();
        wallet.opened.set(wallet.opened.get() + 1);
        let id = format!("socket-{}", wallet.opened.get());
        let (owner, name) = (wallet.clone(), id.clone());
        let reader = spawn_local(async move {
            while let Some(Ok(message)) = stream.next().await {
                if let tungstenite::Message::Binary(bytes) = message {
                    let mut frame = bytes.to_vec();
                    (owner.tamper.borrow_mut())(Direction::ToDevice, &mut frame);
                    if frame.is_empty() {
                        break;
                    }
                    owner.deliver(json!({
                        "type": "message", "id": name, "data": {"type": "binary", "message": frame},
                    }));
                }
            }
            owner.sockets.borrow_mut().remove(&name);
            owner.deliver(json!({"type": "close", "id": name}));
        });
        let socket = OpenSocket {
            url: url.to_owned(),
            sink,
            reader: reader.abort_handle(),
        };
        wallet.sockets.borrow_mut().insert(id.clone(), socket);
        Ok(json!({"id": id}))
    }

    async fn send(&self, params: &Value) -> Result<Value, String> {
        let id = params["id"].as_str().expect("an id");
        let wallet = &self.wallet;
        let mut frame: Vec<u8> = serde_json::from_value(params["message"].clone()).expect("bytes");
        (wallet.tamper.borrow_mut())(Direction::ToServer, &mut frame);
        let socket = wallet.sockets.borrow_mut().remove(id);
        let mut socket = socket.ok_or("the socket is closed")?;
        if frame.is_empty() {
            return Err("the socket is closed".to_owned());
        }
        let sent = socket.sink.send(tungstenite::Message::binary(frame)).await;
        sent.map_err(|error| error.to_string())?;
        wallet.sockets.borrow_mut().insert(id.to_owned(), socket);
        Ok(Value::Null)
    }
}

impl Wallet {
    /// What the user does in a dialog.
    fn user(&self, dialog: &Value) -> Value {
        let (approves, summary) = (self.approves.get(), &dialog["summary"]);
        match dialog["view"].as_str() {
            Some("enrol") => json!(*self.code.borrow()),
            Some("recoveryWords" | "recoveryKey")
                if summary["firstTime"] == true && !self.takes_words.get() =>
            {
                json!(false)
            }
            Some("recoveryWords") if approves => {
                let words = serde_json::from_value(summary["words"].clone());
                *self.paper.borrow_mut() = words.expect("words");
                json!(true)
            }
            Some("recoveryCheck") if approves => {
                let asked = summary["positions"].as_array().expect("positions");
                let (paper, mistakes) = (self.paper.borrow(), self.mistakes.get());
                self.mistakes.set(mistakes.saturating_sub(1));
                let written = |at: &Value| {
                    let at = usize::try_from(at.as_u64().expect("a position")).expect("small");
                    // A mistake: the word before or after.
                    let at = at - 1;
                    let at = if mistakes == 0 { at } else { at ^ 1 };
                    paper.get(at).cloned().expect("a word")
                };
                let typed: Vec<String> = asked.iter().map(written).collect();
                json!(typed.join(" "))
            }
            Some("typeWords" | "recover") if approves => json!(self.paper.borrow().join(" ")),
            Some("importKey") if approves => json!(*self.secret.borrow()),
            Some("importKey") => Value::Null,
            Some("permit" | "importPermit") if !self.permit.borrow().is_empty() => {
                json!(*self.permit.borrow())
            }
            Some("recoveryCheck" | "typeWords" | "recover" | "permit" | "importPermit") => {
                Value::Null
            }
            _ => json!(approves),
        }
    }

    fn deliver(&self, event: Value) {
        let event = SocketEvent::from_json(&event).expect("an event");
        self.inbox.borrow().deliver(event);
    }
}
