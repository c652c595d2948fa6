//! Step 2.1: fragments of the two polynomials.

use dkls23::protocols::dkg;
use k256::{Scalar, Secp256k1};
use zeroize::Zeroizing;

use super::messages::Fragment;
use super::round2::AwaitCommitment;
use super::{round2, session};
use crate::context::{Context, own_and_peer};
use crate::{Abort, Ceremony, Kind, Reason, Role, codec, domain};

/// After step 2.1: waits for the peer's fragment.
pub struct AwaitFragment {
    context: Context,
    own_fragment: Zeroizing<Scalar>,
    sent: Zeroizing<Vec<u8>>,
}

/// Step 2.1. Returns the fragment to send.
///
/// # Errors
/// [`Reason::WrongCeremony`] if `ceremony` is not a keygen.
pub fn start(role: Role, ceremony: &Ceremony) -> Result<(AwaitFragment, Vec<u8>), Abort> {
    if ceremony.kind != Kind::Keygen {
        return Err(Abort::retry(Reason::WrongCeremony("it is not a keygen")));
    }
    let context = Context::new(role, ceremony, &domain::KEYGEN);
    // 2.1: > f_i(x) = a_i + b_i x at random; keep f_i(i), send f_i(j).
    let fragments = Zeroizing::new(dkg::phase1::<Secp256k1>(&session(&context)));
    let (own, peer) = own_and_peer(role, &fragments)?;
    let sent = codec::encode(&Fragment(peer))?;
    let state = AwaitFragment {
        context,
        own_fragment: Zeroizing::new(own),
        sent: Zeroizing::new(sent.clone()),
    };
    Ok((state, sent))
}

impl AwaitFragment {
    /// Step 2.2. Returns the outer commitment to send.
    ///
    /// # Errors
    /// [`Abort`] if the message is malformed.
    pub fn receive(mut self, message: &[u8]) -> Result<(AwaitCommitment, Vec<u8>), Abort> {
        let peer = Zeroizing::new(codec::decode::<Fragment>(message)?.0);
        self.context.add_round(&self.sent, message);
        let fragments = Zeroizing::new([*self.own_fragment, *peer]);
        round2::commit(self.context, &fragments)
    }
}
