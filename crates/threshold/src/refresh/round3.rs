//! Step 10.3, third round: opening the outer commitments, and the check against
//! echoes.

use zeroize::Zeroize;

use super::Refresh;
use super::messages::{Commitments, Setup};
use super::round2::Kept;
use super::round4::{self, AwaitSetup};
use crate::context::only;
use crate::kept::{OpenedSeeds, Transfers};
use crate::{Abort, Reason, codec};

/// After round 3: waits for the peer's opening.
pub struct AwaitOpening {
    refresh: Refresh,
    kept: Kept,
    peer_outer: [u8; 32],
    sent: Vec<u8>,
}

impl AwaitOpening {
    pub(super) const fn new(
        refresh: Refresh,
        kept: Kept,
        peer_outer: [u8; 32],
        sent: Vec<u8>,
    ) -> Self {
        Self {
            refresh,
            kept,
            peer_outer,
            sent,
        }
    }

    /// Round 4. Returns the setup to send: our proof, seed and base transfers.
    ///
    /// # Errors
    /// [`Reason::CommitmentMismatch`] if the peer opened something else than it
    /// committed to, [`Reason::EqualCommitments`] if it echoes ours.
    pub fn receive(mut self, message: &[u8]) -> Result<(AwaitSetup, Vec<u8>), Abort> {
        let peer: Commitments = codec::decode(message)?;
        let Refresh { context, party, .. } = &mut self.refresh;
        // 10.3: > o_j is the commitment to c_j, and neither commitment equals ours.
        context.expect_committed(&self.peer_outer, &peer.proof)?;
        let own = &self.kept.own;
        if peer.proof == own.proof || peer.zero_seed == own.zero_seed {
            return Err(Abort::retry(Reason::EqualCommitments));
        }
        context.add_round(&self.sent, message);

        // 10.4: > open both commitments; start the base transfers of both directions.
        let (zero, zero_messages, multiplication, multiplication_messages) =
            party.refresh_complete_phase3(context.ceremony.as_bytes(), &self.kept.zero.0);
        let (zero, multiplication) = (OpenedSeeds(zero), Transfers(multiplication));
        let mut zero_message = only(zero_messages)?;
        let mut setup = Setup {
            proof: self.kept.proof.proof.clone(),
            zero_seed: zero_message.seed,
            zero_salt: std::mem::take(&mut zero_message.salt),
            multiplication: only(multiplication_messages)?,
        };
        let sent = codec::encode(&setup);
        setup.zero_seed.zeroize();
        zero_message.seed.zeroize();
        let sent = sent?;
        let kept = round4::Kept {
            change: self.kept.change,
            proof: self.kept.proof,
            zero,
            multiplication,
            peer,
        };
        Ok((AwaitSetup::new(self.refresh, kept, sent.clone()), sent))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use k256::Scalar;

    use super::*;
    use crate::keygen::messages::{Fragment, OuterCommitment};
    use crate::refresh::{Base, start};
    use crate::{Basis, Ceremony, KeyShare, Kind, Releases, Role};

    #[test]
    fn a_peer_that_could_commit_to_our_commitment_is_still_refused() {
        let bytes = include_bytes!("../../tests/old_shares/v1/device.share");
        let share = KeyShare::load(Role::Device, bytes).unwrap();
        let (key, releases) = (
            *share.id(),
            Releases {
                device: "d".into(),
                server: "s".into(),
            },
        );
        let ceremony = Ceremony {
            kind: Kind::Refresh {
                key: &key,
                from_epoch: 0,
                basis: Basis::Shares,
            },
            releases: &releases,
            device_nonce: &[1; 32],
            server_nonce: &[2; 32],
        };
        let (state, _) = start(Base::from_share(share), &ceremony).unwrap();
        let fragment = codec::encode(&Fragment(Scalar::from(5_u64))).unwrap();
        let (state, _) = state.receive(&fragment).unwrap();
        let outer = codec::encode(&OuterCommitment([0; 32])).unwrap();
        let (mut state, _) = state.receive(&outer).unwrap();
        // Not possible for a real peer: it would have to know our commitment
        // before we open it.
        let proof = state.kept.own.proof;
        state.peer_outer = state.refresh.context.outer_commitment(Role::Server, &proof);
        let message = codec::encode(&Commitments {
            proof,
            zero_seed: [3; 32],
        })
        .unwrap();
        assert_eq!(
            state.receive(&message).err(),
            Some(Abort::retry(Reason::EqualCommitments))
        );
    }
}
