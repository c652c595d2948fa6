//! What keygen and refresh do alike: both parties speak in lock step, each message
//! of the device is answered with the server's message of the same round, made one
//! step earlier. A failed check freezes nothing, because all the state that it is
//! about is new and dropped with the session.

use std::sync::Arc;

use tandem_threshold::Abort;
use tandem_wire::ToDevice;
use zeroize::{Zeroize, Zeroizing};

use super::channel::Channel;
use super::end::End;
use super::{Next, Running, given_up, log_abort, next, step};

/// One keygen or one refresh.
pub(super) struct Rounds<'a> {
    pub channel: &'a mut Channel,
    pub running: &'a Arc<Running>,
    /// For the log.
    pub what: String,
}

impl Rounds<'_> {
    /// A step that can abort. (`&mut` because a socket cannot be shared across threads.)
    pub async fn compute<T: Send + 'static>(
        &mut self,
        work: impl FnOnce() -> Result<T, Abort> + Send + 'static,
    ) -> Result<T, End> {
        let result = step(self.running, work).await?;
        result.map_err(|abort| aborted(&abort, &self.what))
    }

    /// Sends a message and waits for the device's next. Fragments and setups are
    /// secrets: both directions are wiped after use.
    pub async fn exchange(&mut self, message: Vec<u8>) -> Result<Zeroizing<Vec<u8>>, End> {
        let mut message = ToDevice::Round(message);
        let sent = self.channel.send(&message).await;
        if let ToDevice::Round(bytes) = &mut message {
            bytes.zeroize();
        }
        sent?;
        match next(self.channel).await? {
            Next::Round(message) => Ok(Zeroizing::new(message)),
            Next::Abort { .. } => Err(given_up()),
        }
    }
}

pub(super) fn aborted(abort: &Abort, what: &str) -> End {
    log_abort(abort, what);
    End::aborted()
}
