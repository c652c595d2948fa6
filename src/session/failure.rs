//! How a ceremony ends early, and what that obliges the device to (SPEC.md section 5).

use tandem_threshold::{Abort, Verdict};
use tandem_wire::RefusalCode;

use super::{Session, refused_for};
use crate::Device;
use crate::error::Error;
use crate::state::Which;

/// Why the rounds of a ceremony ended early.
pub(super) enum Failure {
    /// A check of the protocol failed; the verdict must be obeyed.
    Check(Abort),
    /// The session broke, or the server refused.
    Session(Error),
}

impl From<Abort> for Failure {
    fn from(abort: Abort) -> Self {
        Self::Check(abort)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Session(error)
    }
}

impl Device {
    /// Ends a session with this share of a key that failed, and does what the failure
    /// obliges to: stored before anything is answered, to the server or the caller. If it
    /// cannot be stored, nothing is answered.
    pub(super) async fn fail(
        &self,
        session: Session,
        failure: Failure,
        key: &str,
        which: Which,
    ) -> Error {
        match failure {
            Failure::Check(abort) => match self.obey(&abort, key, which).await {
                Ok(frozen) => {
                    session.abort(frozen).await;
                    if frozen {
                        Error::KeyFrozen
                    } else {
                        Error::Protocol
                    }
                }
                Err(error) => error,
            },
            Failure::Session(error) => {
                session.close().await;
                if !refused_for(&error, RefusalCode::Frozen) {
                    return error;
                }
                match self.freeze(key, which).await {
                    Ok(()) => Error::KeyFrozen,
                    Err(error) => error,
                }
            }
        }
    }

    /// Does what an abort obliges to, durably. Says whether the share is frozen now.
    async fn obey(&self, abort: &Abort, key: &str, which: Which) -> Result<bool, Error> {
        if abort.verdict == Verdict::Freeze {
            self.freeze(key, which).await?;
            return Ok(true);
        }
        if abort.is_strike() {
            return self.strike(key, which).await;
        }
        Ok(false)
    }
}
