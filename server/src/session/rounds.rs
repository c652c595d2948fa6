//! What keygen and refresh do alike: both parties speak in lock step, each message
//! of the device is answered with the server's message of the same round, made one
//! step earlier. A failed check freezes nothing by itself, because all the state that it
//! is about is new and dropped with the session. A refresh counts it against the share that
//! it starts from; a keygen has no share yet.

use std::sync::Arc;

use tandem_threshold::{Abort, KeyId};
use tandem_wire::ToDevice;
use zeroize::{Zeroize, Zeroizing};

use super::channel::Channel;
use super::end::End;
use super::sign::Worker;
use super::{Next, Running, given_up, log_abort, next, step};

/// One keygen or one refresh.
pub(super) struct Rounds<'a> {
    pub channel: &'a mut Channel,
    pub running: &'a Arc<Running>,
    /// Who hears of aborts.
    pub aborts: Aborts,
}

/// Who hears of the aborts of a keygen or a refresh, before the device does.
#[derive(Clone)]
pub(super) struct Aborts {
    /// For the log.
    pub what: String,
    /// The share that strikes count against, with what counts them.
    pub against: Option<(Worker, KeyId, u32)>,
}

impl Aborts {
    /// What is left of a step that may have aborted. Runs on a blocking thread.
    pub fn settle<T>(&self, result: Result<T, Abort>) -> Result<T, End> {
        let abort = match result {
            Ok(done) => return Ok(done),
            Err(abort) => abort,
        };
        log_abort(&abort, &self.what);
        if let Some((worker, key, epoch)) = &self.against {
            worker.strike(key, *epoch, &abort, false)?;
        }
        Err(End::aborted())
    }
}

impl Rounds<'_> {
    /// A step that can abort. (`&mut` because a socket cannot be shared across threads.)
    pub async fn compute<T: Send + 'static>(
        &mut self,
        work: impl FnOnce() -> Result<T, Abort> + Send + 'static,
    ) -> Result<T, End> {
        let aborts = self.aborts.clone();
        step(self.running, move || aborts.settle(work())).await?
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
