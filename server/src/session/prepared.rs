//! Which devices have a session that waits with prepared signatures: at most one
//! each. Such a session keeps nothing busy, and ends when its device begins another.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tandem_wire::DeviceId;
use tokio::sync::watch;

/// The sessions that wait. Each is told of its end by the loss of its sender.
#[derive(Debug, Default)]
pub struct PreparedSessions(Mutex<HashMap<DeviceId, watch::Sender<()>>>);

/// One session that waits; over when dropped.
#[derive(Debug)]
pub struct Waiting {
    sessions: Arc<PreparedSessions>,
    device: DeviceId,
    end: watch::Receiver<()>,
}

impl PreparedSessions {
    /// A session of this device waits from now on. One that did before is told to end.
    #[must_use]
    pub fn begin(self: &Arc<Self>, device: DeviceId) -> Waiting {
        let (sender, end) = watch::channel(());
        self.lock().insert(device, sender);
        Waiting {
            sessions: Arc::clone(self),
            device,
            end,
        }
    }

    /// Tells the session of this device that waits, if there is one, to end.
    pub fn end(&self, device: &DeviceId) {
        self.lock().remove(device);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<DeviceId, watch::Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// Returns once the session is to end.
    pub async fn ended(&mut self) {
        // Nothing is ever sent: the sender goes away.
        let _gone = self.end.changed().await;
    }

    /// Whether the session is to end.
    pub fn is_over(&self) -> bool {
        self.end.has_changed().is_err()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut sessions = self.sessions.lock();
        let listed = sessions.get(&self.device);
        // It may be a later session's.
        if listed.is_some_and(|sender| sender.subscribe().same_channel(&self.end)) {
            sessions.remove(&self.device);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: DeviceId = DeviceId([1; 33]);
    const BOB: DeviceId = DeviceId([2; 33]);

    #[tokio::test]
    async fn a_device_has_one_session_that_waits() {
        let sessions = Arc::new(PreparedSessions::default());
        let mut first = sessions.begin(ALICE);
        let theirs = sessions.begin(BOB);
        assert!(!first.is_over());
        let second = sessions.begin(ALICE);
        assert!(first.is_over());
        first.ended().await;
        assert!(!second.is_over());
        // The end of the first is not the end of the second.
        drop(first);
        assert!(!second.is_over());
        sessions.end(&ALICE);
        assert!(second.is_over());
        assert!(!theirs.is_over());
    }

    #[test]
    fn a_session_that_is_over_leaves_nothing_behind() {
        let sessions = Arc::new(PreparedSessions::default());
        drop(sessions.begin(ALICE));
        assert!(sessions.lock().is_empty());
    }
}
