//! A signature that lacks the server's half only. It outlives its session: the half may have
//! left the server when the session broke, and is the same whenever it comes.

use tandem_threshold::{Abort, Signature, presign, sign};
use tandem_wire::{RequestId, SignatureBytes, ToDevice, ToServer};

use super::{Failure, Session, out_of_order};
use crate::error::Error;

/// Kept in memory only, and for one request.
pub(super) struct Held {
    /// Id of the ceremony: the server's name for the half.
    ceremony: [u8; 32],
    state: State,
}

enum State {
    Signing(sign::device::AwaitPartial),
    Prepared(presign::device::AwaitPartial),
}

impl Held {
    /// After step 3.3.
    pub const fn signing(ceremony: [u8; 32], state: sign::device::AwaitPartial) -> Self {
        let state = State::Signing(state);
        Self { ceremony, state }
    }

    /// After step 12.4.
    pub const fn prepared(ceremony: [u8; 32], state: presign::device::AwaitPartial) -> Self {
        let state = State::Prepared(state);
        Self { ceremony, state }
    }

    /// Id of the ceremony.
    pub const fn ceremony(&self) -> [u8; 32] {
        self.ceremony
    }

    /// Steps 3.4 and 12.6.
    pub fn receive(self, partial: &[u8]) -> Result<Signature, Abort> {
        match self.state {
            State::Signing(state) => state.receive(partial),
            State::Prepared(state) => state.receive(partial),
        }
    }
}

/// How the server answers a request to sign.
pub(super) enum Answer {
    /// By the next message of the ceremony.
    Round(Vec<u8>),
    /// By the half that is lacking.
    Released(Vec<u8>),
    /// By the signature, made in an earlier session.
    Signed(Signature),
}

impl Session {
    /// Waits for the answer to a request to sign.
    pub(super) async fn signing_answer(&mut self) -> Result<Answer, Error> {
        match self.receive().await? {
            ToDevice::Round(message) => Ok(Answer::Round(message)),
            ToDevice::Released(partial) => Ok(Answer::Released(partial)),
            ToDevice::Signed(SignatureBytes { r, s, y_is_odd }) => Ok(Answer::Signed(Signature {
                r,
                s,
                y_parity: y_is_odd,
            })),
            ToDevice::Refused(refusal) => Err(Error::Refused(refusal)),
            _ => Err(out_of_order()),
        }
    }

    /// Makes the signature of what is held and the server's half, and tells it to the server,
    /// so that it can answer the same request with it again. Nothing is lost if that does not
    /// arrive: this device has it.
    pub(super) async fn finish(
        &mut self,
        held: &mut Option<Held>,
        partial: &[u8],
        id: RequestId,
    ) -> Result<Signature, Failure> {
        let held = held.take().ok_or_else(out_of_order)?;
        let made = held.receive(partial)?;
        let Signature { r, s, y_parity } = made;
        let signature = SignatureBytes {
            r,
            s,
            y_is_odd: y_parity,
        };
        let _sent = self.send(&ToServer::Signed { id, signature }).await;
        Ok(made)
    }
}
