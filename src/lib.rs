//! The device half of a Tandem account, as it runs inside the MetaMask snap, in a
//! test page and under node: one crate, one WebAssembly module.
//!
//! ```text
//! wasm ── handle ──> rpc ──> keyring ──> ethereum  (request -> summary, digest)
//!                                   ├──> dialog    (consent)
//!                                   ├──> session ──> wire, threshold (the server's half)
//!                                   └──> state     (shares, accounts)
//! host: everything the outside world does for us, behind one callback
//! ```
//!
//! `src/wasm` is the only part that knows JavaScript.

pub mod error;
pub mod host;
pub mod keyring;
pub mod offline;
pub mod rpc;
pub mod session;
pub mod state;

#[cfg(target_arch = "wasm32")]
pub mod wasm;

use std::rc::Rc;

use futures_util::lock::Mutex;

use crate::host::Host;
use crate::session::Connect;

/// One device: what all of its RPC methods share.
pub struct Device {
    /// The outside world.
    pub(crate) host: Host,
    /// How sockets are opened.
    pub(crate) sockets: Rc<dyn Connect>,
    /// Held while state is read, changed and written back.
    pub(crate) state_lock: Mutex<()>,
    /// Held while an account is made or the device is enrolled, dialog included.
    pub(crate) creation_lock: Mutex<()>,
    /// Held while a ceremony runs: the server runs one per key at a time.
    pub(crate) ceremony_lock: Mutex<()>,
}

impl Device {
    /// A device in the given surroundings.
    #[must_use]
    pub fn new(host: Host, sockets: Rc<dyn Connect>) -> Self {
        Self {
            host,
            sockets,
            state_lock: Mutex::new(()),
            creation_lock: Mutex::new(()),
            ceremony_lock: Mutex::new(()),
        }
    }
}
