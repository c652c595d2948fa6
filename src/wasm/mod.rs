//! The boundary to JavaScript: six functions, one string in and one string out.
//! Nothing here decides anything; types and doc comments become the `.d.ts`.

mod call;
mod page_socket;

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Function;
use serde_json::Value;
use tandem_ethereum::json_object;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::Device;
use crate::error::Error;
use crate::host::Host;
use crate::offline;
use crate::session::{Connect, HostSockets, Inbox, SocketEvent};

thread_local! {
    static DEVICE: RefCell<Option<(Rc<Device>, Inbox)>> = const { RefCell::new(None) };
}

/// Shows panics on the console; runs when the module is instantiated.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}

/// Sets the one function that Rust calls back: `(request: string) => Promise<string>`.
/// Call it once, before `handle`.
#[wasm_bindgen]
pub fn set_host(
    #[wasm_bindgen(unchecked_param_type = "(request: string) => Promise<string>")]
    callback: Function,
) {
    let host = Host::new(Rc::new(call::Callback::new(callback)));
    let inbox = Inbox::default();
    let sockets: Rc<dyn Connect> = if page_socket::available() {
        Rc::new(page_socket::PageSockets)
    } else {
        Rc::new(HostSockets::new(host.clone(), inbox.clone()))
    };
    let device = Rc::new(Device::new(host, sockets));
    DEVICE.set(Some((device, inbox)));
}

/// Does one request: `{"origin","request": <JSON-RPC 2.0>}` to a JSON-RPC response.
/// Never rejects.
#[wasm_bindgen]
pub async fn handle(request: String) -> String {
    let device = DEVICE.with_borrow(|device| device.as_ref().map(|(device, _)| device.clone()));
    match device {
        Some(device) => device.handle(&request).await,
        None => json_object([
            ("jsonrpc", "2.0".into()),
            ("id", Value::Null),
            ("error", no_host().to_json()),
        ])
        .to_string(),
    }
}

/// Puts a SIP-20 socket event into the inbox of the session that waits for it:
/// `{"result":{"delivered":boolean}}`.
#[wasm_bindgen]
pub fn deliver(event: &str) -> String {
    let outcome = tandem_ethereum::parse_json(event)
        .ok()
        .and_then(|event| SocketEvent::from_json(&event))
        .ok_or_else(|| Error::field("event", "is not a socket event"))
        .and_then(|event| {
            DEVICE.with_borrow(|device| match device {
                Some((_, inbox)) => Ok(json_object([("delivered", inbox.deliver(event).into())])),
                None => Err(no_host()),
            })
        });
    answer(outcome)
}

/// Tells what a request would sign: `{"method","params","scope","account"?}` to
/// `{"result":{"digest","payload","summary"}}` or `{"error":{..}}`.
#[wasm_bindgen]
pub fn prepare(request: &str) -> String {
    match offline::prepare(request) {
        Ok(result) => format!(r#"{{"result":{result}}}"#),
        Err(error) => answer(Err(error)),
    }
}

/// Assembles what MetaMask expects: the input of `prepare` with
/// `"signature":{"r","s","yParity"}` to `{"result":..}` or `{"error":{..}}`.
#[wasm_bindgen]
pub fn finish(request: &str) -> String {
    answer(offline::finish(request))
}

/// Tells what this build is: `{"result":{"release","commit","dependencies","wire","state"}}`.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    answer(Ok(offline::version()))
}

fn answer(outcome: Result<Value, Error>) -> String {
    json_object([match outcome {
        Ok(result) => ("result", result),
        Err(error) => ("error", error.to_json()),
    }])
    .to_string()
}

fn no_host() -> Error {
    Error::Internal("set_host was not called")
}
