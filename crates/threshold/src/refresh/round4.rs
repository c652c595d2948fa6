//! Step 10.4: proofs are verified, the seeds opened, the transfers finished.

use dkls23::protocols::AbortReason;
use dkls23::protocols::dkg::ProofCommitment;
use k256::elliptic_curve::PrimeField;
use k256::{Scalar, Secp256k1};
use zeroize::{Zeroize, Zeroizing};

use super::Refresh;
use super::messages::{Commitments, Setup};
use super::unproven::Unproven;
use crate::kept::{OpenedSeeds, Transfers};
use crate::{Abort, Reason, Role, codec};

/// What phase 3 of the library keeps, and the commitments of the peer.
pub(super) struct Kept {
    pub change: Zeroizing<Scalar>,
    pub proof: ProofCommitment<Secp256k1>,
    pub zero: OpenedSeeds,
    pub multiplication: Transfers,
    pub peer: Commitments,
}

/// After round 4: waits for the peer's setup.
pub struct AwaitSetup {
    refresh: Refresh,
    kept: Kept,
    sent: Zeroizing<Vec<u8>>,
}

impl AwaitSetup {
    pub(super) fn new(refresh: Refresh, kept: Kept, sent: Vec<u8>) -> Self {
        Self {
            refresh,
            kept,
            sent: Zeroizing::new(sent),
        }
    }

    /// Ends round 4: a share that nobody may use before it is proved.
    ///
    /// # Errors
    /// [`Abort`]; all are [`Verdict::Retry`](crate::Verdict::Retry), because nothing
    /// of the old pair was touched.
    pub fn receive(mut self, message: &[u8]) -> Result<Unproven, Abort> {
        let setup: Setup = codec::decode(message)?;
        let Refresh {
            context,
            party,
            to_epoch,
        } = &mut self.refresh;
        let Kept { change, peer, .. } = &self.kept;
        let proofs = context.proofs(&self.kept.proof, setup.proof, peer.proof);
        let (zero_commitment, mut zero_opening) =
            context.zero_messages(peer.zero_seed, setup.zero_seed, setup.zero_salt);
        // 10.4: > verify both proofs against the opened commitments, that
        // > 2 z_1 G - z_2 G = 0, so that the key is the same, and the seed against its
        // > commitment; finish the base transfers.
        let finished = party.refresh_complete_phase4(
            context.ceremony.as_bytes(),
            change,
            &proofs,
            &self.kept.zero.0,
            &[zero_commitment],
            std::slice::from_ref(&zero_opening),
            &self.kept.multiplication.0,
            &[setup.multiplication],
        );
        zero_opening.seed.zeroize();
        let refreshed = finished?;
        // 10.4: > the slope is not 0, and the new share neither 0 nor 1.
        let trivial = [Scalar::ZERO, Scalar::ONE].contains(&refreshed.poly_point);
        if **change == Scalar::ZERO || trivial {
            return Err(Abort::retry(Reason::Check(AbortReason::TrivialKeyShare)));
        }
        // 10.6: > a = z_1 at the device, z_2 / 2 at the server.
        let slope = Zeroizing::new(match context.role {
            Role::Device => **change,
            Role::Server => Scalar::TWO_INV * **change,
        });
        context.add_round(&self.sent, message);
        let to_epoch = *to_epoch;
        Ok(Unproven::new(
            self.refresh.context,
            refreshed,
            to_epoch,
            &slope,
        ))
    }
}
