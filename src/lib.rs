//! The device half of a Tandem account, as it runs inside the MetaMask snap, in a
//! test page and under node: one crate, one WebAssembly module.
//!
//! ```text
//! wasm ── handle ──> rpc ──> keyring ──> ethereum  (request -> summary, digest)
//!                                   ├──> dialog    (consent)
//!                                   ├──> session ──> wire, threshold (the server's half)
//!                                   └──> state     (shares, accounts, transactions)
//!                 └─────> chain     (what an Ethereum node answers)
//! host: everything the outside world does for us, behind one callback
//! ```
//!
//! `src/wasm` is the only part that knows JavaScript.

pub mod chain;
pub mod error;
pub mod host;
pub mod keyring;
pub mod offline;
pub mod rpc;
pub mod session;
pub mod state;

#[cfg(target_arch = "wasm32")]
pub mod wasm;

use std::cell::RefCell;
use std::rc::Rc;

use futures_util::lock::Mutex;

use crate::host::Host;
use crate::session::{Connect, Prepared};

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
    /// One for each address: held from the choice of a nonce until the transaction is sent, dialog
    /// included, so that no two transactions get the same.
    pub(crate) nonce_locks: RefCell<Vec<(String, Rc<Mutex<()>>)>>,
    /// Origins whose `tandem_sendTransaction` is not answered yet.
    pub(crate) sending: RefCell<Vec<String>>,
    /// Held while a ceremony runs: the server runs one per key at a time.
    pub(crate) ceremony_lock: Mutex<()>,
    /// Signatures that wait for their request. Changed only while `ceremony_lock` is held.
    pub(crate) prepared: RefCell<Option<Prepared>>,
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
            nonce_locks: RefCell::default(),
            sending: RefCell::default(),
            ceremony_lock: Mutex::new(()),
            prepared: RefCell::default(),
        }
    }
}
