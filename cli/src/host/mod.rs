//! The host of the device: what `src/host.rs` of the keyring lists, done by this process.

mod node;
mod sockets;
mod tls;

pub use node::Node;
pub use tls::choose_provider as choose_tls;

use std::rc::Rc;
use std::time::{Duration, SystemTime};

use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};
use tandem_keyring::host::Call;
use tandem_keyring::session::Inbox;
use zeroize::Zeroizing;

use self::sockets::Sockets;
use crate::error::Error;
use crate::state::StateFile;
use crate::terminal;
use crate::views::{self, Ask, Dialog};

/// JSON-RPC's code for an internal error.
const INTERNAL_ERROR: i64 = -32603;

/// Everything around the device.
pub struct Surroundings {
    state: StateFile,
    sockets: Sockets,
    /// None if the command needs none.
    node: Option<Node>,
    /// Whether recovery words may be shown where standard error is no terminal.
    prints_words: bool,
}

/// A failure as the device gets to hear it.
struct Failure {
    code: i64,
    message: String,
    data: Option<String>,
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self {
            code: INTERNAL_ERROR,
            message,
            data: None,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        error.to_string().into()
    }
}

/// The callback of the device.
pub struct Host(pub Rc<Surroundings>);

impl Call for Host {
    fn call(&self, request: String) -> LocalBoxFuture<'static, Result<String, String>> {
        let surroundings = self.0.clone();
        Box::pin(async move {
            let response = match surroundings.answer(&request).await {
                Ok(result) => json!({"result": result}),
                Err(Failure {
                    code,
                    message,
                    data,
                }) => json!({"error": {"code": code, "message": message, "data": data}}),
            };
            Ok(response.to_string())
        })
    }
}

impl Surroundings {
    /// For one run of the program.
    pub fn new(state: StateFile, node: Option<Node>, prints_words: bool, inbox: Inbox) -> Self {
        Self {
            state,
            sockets: Sockets::new(inbox),
            node,
            prints_words,
        }
    }

    async fn answer(&self, request: &str) -> Result<Value, Failure> {
        let mut request: Value = serde_json::from_str(request)
            .map_err(|_| "the request of the device is not JSON".to_owned())?;
        let method = match request.get("method") {
            Some(Value::String(method)) => method.clone(),
            _ => return Err("the request of the device has no method".to_owned().into()),
        };
        let mut params = request
            .get_mut("params")
            .map(Value::take)
            .unwrap_or_default();
        let mut take = |name: &str| params.get_mut(name).map(Value::take).unwrap_or_default();
        match method.as_str() {
            "state.get" => self.load(),
            "state.set" => self.store(&take("value")),
            "dialog" => self.dialog(&text(take("view"))?, take("summary")),
            "clock.now" => Ok(now().into()),
            "clock.sleep" => {
                let ms = take("ms").as_u64().ok_or("ms is not a number".to_owned())?;
                tokio::time::sleep(Duration::from_millis(ms)).await;
                Ok(Value::Null)
            }
            // Nobody else here has to hear of new accounts.
            "keyring.emit" => Ok(Value::Null),
            "ethereum.request" => {
                let node = self.node.clone();
                let node = node.ok_or("no Ethereum node was named".to_owned())?;
                node.request(&text(take("method"))?, take("params")).await
            }
            "socket.open" => {
                let protocols = take("protocols");
                let protocol = protocols.get(0).cloned().unwrap_or_default();
                let opened = self
                    .sockets
                    .open(&text(take("url"))?, &text(protocol)?)
                    .await;
                Ok(opened?)
            }
            "socket.list" => Ok(self.sockets.list()),
            "socket.send" => {
                let frame = serde_json::from_value(take("message"))
                    .map_err(|_| "message is not a list of bytes".to_owned())?;
                self.sockets.send(&text(take("id"))?, frame).await?;
                Ok(Value::Null)
            }
            "socket.close" => {
                self.sockets.close(&text(take("id"))?).await;
                Ok(Value::Null)
            }
            other => Err(format!("there is no host method {other}").into()),
        }
    }

    fn load(&self) -> Result<Value, Failure> {
        let Some(state) = self.state.read()? else {
            return Ok(Value::Null);
        };
        let state = serde_json::from_slice(&state);
        Ok(state.map_err(|_| "the state is not JSON".to_owned())?)
    }

    fn store(&self, state: &Value) -> Result<Value, Failure> {
        let state = Zeroizing::new(state.to_string());
        self.state.write(state.as_bytes())?;
        Ok(Value::Null)
    }

    /// Nothing else waits meanwhile: the device asks its user before it opens a socket.
    fn dialog(&self, view: &str, summary: Value) -> Result<Value, Failure> {
        let Dialog {
            page,
            ask,
            is_secret,
            can_wait,
        } = views::dialog(view, summary)?;
        if is_secret && !self.prints_words && !terminal::shows_to_a_person() {
            let reason = "standard error is not a terminal: give --yes-print to print what is secret all the same";
            if can_wait {
                terminal::show(&format!(
                    "\nNo recovery words: {reason}, or set them later.\n"
                ));
                return Ok(false.into());
            }
            return Err(reason.to_owned().into());
        }
        terminal::show(page.as_str());
        let typed = match ask {
            Ask::Yes(question) => return Ok(terminal::confirm(question)?.into()),
            Ask::Secret(question) => terminal::secret(question)?,
            Ask::Words => terminal::words()?,
        };
        // Nothing typed is a cancelled dialog.
        let typed = typed.filter(|typed| !typed.trim().is_empty());
        Ok(typed.map_or(Value::Null, |typed| typed.as_str().into()))
    }
}

fn text(value: Value) -> Result<String, Failure> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err("a text is missing in the request of the device"
            .to_owned()
            .into()),
    }
}

/// Unix time in milliseconds.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or_default()
    })
}
