//! One session with the server: one socket, one ceremony. This layer moves bytes
//! and knows nothing of shares; the ceremonies are in `enrol.rs`, `keygen.rs`,
//! `sign.rs`, `presign.rs`, `refresh.rs`, `recovery.rs` and `recover.rs`.

mod enrol;
mod export;
mod failure;
mod held;
mod host_socket;
mod import;
mod inbox;
mod keygen;
mod presign;
mod recover;
mod recovery;
mod refresh;
mod sign;

pub use host_socket::HostSockets;
pub use inbox::{Inbox, SocketData, SocketEvent};
pub(crate) use presign::Prepared;
pub(crate) use recovery::Setup;

use futures_util::future::{Either, FutureExt, LocalBoxFuture, select};
use tandem_threshold::{Nonce, Releases};
use tandem_wire::{
    DeviceKey, Purpose, Reassembler, Refusal, RefusalCode, ServerUrl, Splitter, ToDevice, ToServer,
    Unsigned, release,
};

use crate::Device;
use crate::error::Error;
use crate::host::Host;
use failure::Failure;

/// How long one answer of the server may take. Making a key costs it about a
/// second of computing.
const ANSWER_MS: u32 = 30_000;

/// How often, and at what distance, a ceremony is asked for again while the server
/// is still busy with the one before: it notices a closed socket a moment later.
const BUSY_RETRIES: u32 = 20;
const BUSY_MS: u32 = 250;

/// Opens sockets: through the host inside a snap, directly in a page.
pub trait Connect {
    /// Opens one socket with Tandem's subprotocol.
    fn connect(&self, url: &str) -> LocalBoxFuture<'_, Result<Box<dyn Socket>, TransportError>>;
}

/// An open socket. [`Socket::close`] closes it; one that is dropped instead is
/// closed before the next is opened.
pub trait Socket {
    /// Sends one binary message.
    fn send(&mut self, frame: Vec<u8>) -> LocalBoxFuture<'_, Result<(), TransportError>>;
    /// Waits for the next binary message.
    fn receive(&mut self) -> LocalBoxFuture<'_, Result<Vec<u8>, TransportError>>;
    /// Closes the socket and waits until that is done.
    fn close(self: Box<Self>) -> LocalBoxFuture<'static, ()>;
}

/// A socket that cannot be used (any more), or what came through it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No connection.
    #[error("it cannot be reached ({0})")]
    Unreachable(String),
    /// The connection ended early.
    #[error("it closed the connection")]
    Closed,
    /// No answer in time.
    #[error("it did not answer in time")]
    Silent,
    /// Bytes that are not Tandem's protocol.
    #[error("it does not speak this protocol ({0})")]
    Nonsense(String),
}

/// An open session, after the server's welcome.
pub(crate) struct Session {
    socket: Box<dyn Socket>,
    host: Host,
    splitter: Splitter,
    reassembler: Reassembler,
    /// Complete messages that arrived together with the one last taken.
    ready: Vec<Vec<u8>>,
    /// How long one answer may take, in milliseconds.
    pub(crate) patience: u32,
    pub(crate) releases: Releases,
    pub(crate) server_nonce: Nonce,
    pub(crate) device_nonce: Nonce,
}

impl Session {
    /// Connects and takes the server's welcome.
    ///
    /// What was prepared ends here: MetaMask opens no second socket to one address,
    /// and the server drops it when a session begins.
    pub(crate) async fn connect(device: &Device, url: &ServerUrl) -> Result<Self, Error> {
        device.drop_prepared().await;
        let socket = device.sockets.connect(url.as_str()).await;
        let socket = socket.map_err(|error| match error {
            // The address may be a mistyped one: show it.
            TransportError::Unreachable(reason) => {
                TransportError::Unreachable(format!("{url}: {reason}"))
            }
            other => other,
        })?;
        let mut device_nonce = Nonce::default();
        getrandom::fill(&mut device_nonce)
            .map_err(|_| Error::Internal("no randomness is available"))?;
        let mut session = Self {
            socket,
            host: device.host.clone(),
            splitter: Splitter::default(),
            reassembler: Reassembler::default(),
            ready: Vec::new(),
            patience: ANSWER_MS,
            releases: Releases {
                device: release().to_string(),
                server: String::new(),
            },
            server_nonce: Nonce::default(),
            device_nonce,
        };
        match session.receive().await? {
            ToDevice::Welcome {
                release,
                server_nonce,
            } => {
                session.releases.server = release;
                session.server_nonce = server_nonce;
                Ok(session)
            }
            ToDevice::Refused(refusal) => Err(Error::Refused(refusal)),
            _ => Err(out_of_order()),
        }
    }

    /// Says who we are and what we want.
    pub(crate) async fn open(&mut self, key: &DeviceKey, purpose: Purpose) -> Result<(), Error> {
        let open = Unsigned {
            release: self.releases.device.clone(),
            device_nonce: self.device_nonce,
            purpose,
            device: key.id(),
        }
        .sign(key, &self.server_nonce)
        .map_err(|_| Error::Internal("the device key cannot sign"))?;
        self.send(&ToServer::Open(open)).await
    }

    /// Sends the next ceremony message and waits for the server's.
    pub(crate) async fn round(&mut self, message: Vec<u8>) -> Result<Vec<u8>, Error> {
        self.send(&ToServer::Round(message)).await?;
        self.answer().await
    }

    /// Waits for the server's next ceremony message.
    pub(crate) async fn answer(&mut self) -> Result<Vec<u8>, Error> {
        match self.receive().await? {
            ToDevice::Round(message) => Ok(message),
            ToDevice::Refused(refusal) => Err(Error::Refused(refusal)),
            _ => Err(out_of_order()),
        }
    }

    pub(crate) async fn send(&mut self, message: &ToServer) -> Result<(), Error> {
        let frames = self
            .splitter
            .split(&message.to_bytes())
            .map_err(|error| nonsense(&error))?;
        for frame in frames {
            self.socket.send(frame).await?;
        }
        Ok(())
    }

    pub(crate) async fn receive(&mut self) -> Result<ToDevice, Error> {
        while self.ready.is_empty() {
            let timeout = self.host.sleep(self.patience);
            let frame = match select(self.socket.receive(), Box::pin(timeout)).await {
                Either::Left((frame, _)) => frame?,
                Either::Right(_) => return Err(TransportError::Silent.into()),
            };
            self.ready = self
                .reassembler
                .receive(&frame)
                .map_err(|error| nonsense(&error))?;
        }
        ToDevice::from_bytes(&self.ready.remove(0)).map_err(|error| nonsense(&error))
    }

    /// Whether the session is open, as far as can be told without asking: while it
    /// is the device's turn the server sends nothing.
    pub(crate) fn is_quiet(&mut self) -> bool {
        self.ready.is_empty() && self.socket.receive().now_or_never().is_none()
    }

    pub(crate) async fn close(self) {
        self.socket.close().await;
    }

    /// Ends a ceremony after a failed check. Whatever it obliges to, above all the freeze
    /// of our own key, must be stored before this is called.
    async fn abort(mut self, freeze: bool) {
        // The server finds out by the closed socket if this does not arrive.
        let _sent = self.send(&ToServer::Abort { freeze }).await;
        self.close().await;
    }
}

fn out_of_order() -> Error {
    TransportError::Nonsense("a message came out of order".to_owned()).into()
}

fn nonsense(error: &dyn std::error::Error) -> Error {
    TransportError::Nonsense(error.to_string()).into()
}

/// Whether the server refused for this reason.
pub(crate) fn refused_for(error: &Error, reason: RefusalCode) -> bool {
    matches!(error, Error::Refused(Refusal { code, .. }) if *code == reason)
}

/// Runs a ceremony, and again while the server is busy. It says so before it looks
/// at any message of the ceremony, so this repeats nothing that was checked.
async fn while_busy<T>(
    host: &Host,
    mut ceremony: impl AsyncFnMut() -> Result<T, Error>,
) -> Result<T, Error> {
    for _ in 0..BUSY_RETRIES {
        match ceremony().await {
            Err(error) if refused_for(&error, RefusalCode::Busy) => host.sleep(BUSY_MS).await?,
            outcome => return outcome,
        }
    }
    ceremony().await
}
