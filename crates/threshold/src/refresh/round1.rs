//! Step 10.3, first round: fragments of two lines through 0.

use k256::Scalar;
use zeroize::Zeroizing;

use super::Refresh;
use super::base::Base;
use super::round2::{self, AwaitCommitment};
use crate::context::{Context, own_and_peer};
use crate::keygen::messages::Fragment;
use crate::{Abort, Basis, Ceremony, Kind, Reason, codec, domain};

/// After round 1: waits for the peer's fragment.
pub struct AwaitFragment {
    refresh: Refresh,
    own_fragment: Zeroizing<Scalar>,
    sent: Zeroizing<Vec<u8>>,
}

/// Round 1. Returns the fragment to send.
///
/// # Errors
/// [`Reason::WrongCeremony`] if `ceremony` is not a refresh of this key from this
/// epoch and on this basis.
pub fn start(base: Base, ceremony: &Ceremony) -> Result<(AwaitFragment, Vec<u8>), Abort> {
    let wrong = |what| Abort::retry(Reason::WrongCeremony(what));
    let Kind::Refresh {
        key,
        from_epoch,
        basis,
    } = ceremony.kind
    else {
        return Err(wrong("it is not a refresh"));
    };
    if base.key != *key {
        return Err(wrong("the share is of another key"));
    }
    if base.from_epoch.is_some_and(|epoch| epoch != from_epoch) {
        return Err(wrong("the share is of another epoch"));
    }
    if base.basis != basis {
        return Err(wrong("the new pair is made from something else"));
    }
    let to_epoch = from_epoch
        .checked_add(1)
        .ok_or_else(|| wrong("there is no epoch after this one"))?;
    let Base {
        party, role, deal, ..
    } = base;
    let mut context = Context::new(role, ceremony, &domain::REFRESH);
    // 10.2: > the deal is the device's message of a round of its own.
    if basis == Basis::Deal {
        context.transcript.add_message(&deal);
    }
    // 10.3: > f_i(x) = b_i x with b_i at random; keep f_i(i), send f_i(j).
    let fragments = Zeroizing::new(party.refresh_complete_phase1());
    let (own, peer) = own_and_peer(role, &fragments)?;
    let sent = codec::encode(&Fragment(peer))?;
    let state = AwaitFragment {
        refresh: Refresh {
            context,
            party,
            to_epoch,
        },
        own_fragment: Zeroizing::new(own),
        sent: Zeroizing::new(sent.clone()),
    };
    Ok((state, sent))
}

impl AwaitFragment {
    /// Round 2. Returns the outer commitment to send.
    ///
    /// # Errors
    /// [`Abort`] if the message is malformed.
    pub fn receive(mut self, message: &[u8]) -> Result<(AwaitCommitment, Vec<u8>), Abort> {
        let peer = Zeroizing::new(codec::decode::<Fragment>(message)?.0);
        self.refresh.context.add_round(&self.sent, message);
        let fragments = Zeroizing::new([*self.own_fragment, *peer]);
        round2::commit(self.refresh, &fragments)
    }
}
