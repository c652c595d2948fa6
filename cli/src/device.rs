//! One run of the device: its state, its surroundings, and what is asked of it.

use std::path::PathBuf;
use std::rc::Rc;

use serde_json::{Value, json};
use tandem_keyring::Device;
use tandem_keyring::host::Host as DeviceHost;
use tandem_keyring::rpc::TERMINAL;
use tandem_keyring::session::{HostSockets, Inbox};

use crate::error::Error;
use crate::host::{Host, Node, Surroundings};
use crate::state::Locked;
use crate::terminal;

/// Where a command finds its device, and what is around it.
#[derive(Debug, Clone)]
pub struct Place {
    /// The file of the state.
    pub state: PathBuf,
    /// Where its passphrase is, if it is not typed.
    pub passphrase: Option<PathBuf>,
}

/// A device that can be asked.
pub struct Terminal {
    device: Device,
}

impl Terminal {
    /// Takes the device that is there.
    pub fn open(place: &Place, node: Option<Node>, prints_words: bool) -> Result<Self, Error> {
        Self::start(place, Locked::existing(&place.state)?, node, prints_words)
    }

    /// The same, or one that does not exist yet.
    pub fn open_or_make(place: &Place) -> Result<Self, Error> {
        Self::start(place, Locked::existing_or_new(&place.state)?, None, false)
    }

    fn start(
        place: &Place,
        locked: Locked,
        node: Option<Node>,
        prints_words: bool,
    ) -> Result<Self, Error> {
        let is_new = !locked.exists()?;
        let passphrase = terminal::passphrase(place.passphrase.as_deref(), is_new)?;
        let state = locked.open(&passphrase)?;
        let inbox = Inbox::default();
        let surroundings = Surroundings::new(state, node, prints_words, inbox.clone());
        let host = DeviceHost::new(Rc::new(Host(Rc::new(surroundings))));
        let sockets = Rc::new(HostSockets::new(host.clone(), inbox));
        Ok(Self {
            device: Device::new(host, sockets),
        })
    }

    /// One request; its result.
    pub async fn request(&self, method: &str, params: Value) -> Result<Value, Error> {
        let request = json!({
            "origin": TERMINAL,
            "request": {"jsonrpc": "2.0", "id": 1, "method": method, "params": params},
        });
        let response = self.device.handle(&request.to_string()).await;
        let mut response: Value = serde_json::from_str(&response)
            .map_err(|_| Error::Internal("the device's answer is not JSON".to_owned()))?;
        if let Some(error) = response.get("error") {
            return Err(Error::from_device(error));
        }
        Ok(response
            .get_mut("result")
            .map(Value::take)
            .unwrap_or_default())
    }
}
