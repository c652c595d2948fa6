//! What keygen and refresh have in common: the checks of SPEC.md 2.2 and 2.3,
//! and what every state of the two carries along.

use dkls23::protocols::PartiesMessage;
use dkls23::protocols::dkg::{
    ProofCommitment, TransmitInitZeroSharePhase2to4, TransmitInitZeroSharePhase3to4,
};
use dkls23::utilities::proofs::DLogProof;
use k256::Secp256k1;

use crate::domain::PairTags;
use crate::transcript::Transcript;
use crate::{Abort, Ceremony, CeremonyId, Reason, Releases, Role, domain};

/// One side of a ceremony that ends with a new pair of shares.
pub struct Context {
    pub role: Role,
    pub ceremony: CeremonyId,
    pub releases: Releases,
    pub transcript: Transcript,
    pub tags: &'static PairTags,
}

impl Context {
    pub fn new(role: Role, ceremony: &Ceremony, tags: &'static PairTags) -> Self {
        let id = ceremony.id();
        Self {
            role,
            ceremony: id,
            releases: ceremony.releases.clone(),
            transcript: Transcript::new(tags.transcript, &id),
            tags,
        }
    }

    /// Adds one round to the transcript. `own` and `peer` are the exact bytes.
    pub fn add_round(&mut self, own: &[u8], peer: &[u8]) {
        self.transcript.add_round(self.role, own, peer);
    }

    /// 2.2: > H(outer tag, ceremony id, maker's index, proof commitment).
    pub fn outer_commitment(&self, maker: Role, proof_commitment: &[u8; 32]) -> [u8; 32] {
        domain::hash(
            self.tags.outer_commitment,
            &[self.ceremony.as_bytes(), &[maker.index()], proof_commitment],
        )
    }

    /// 2.3: > H(outer tag, ceremony id, peer's index, opened c_j) is what the peer
    /// > sent in 2.2.
    pub fn expect_committed(&self, peer_outer: &[u8; 32], opened: &[u8; 32]) -> Result<(), Abort> {
        if self.outer_commitment(self.role.peer(), opened) == *peer_outer {
            Ok(())
        } else {
            Err(Abort::retry(Reason::CommitmentMismatch))
        }
    }

    /// 2.4: our proof, and the peer's with the commitment that was opened in 2.3.
    pub fn proofs(
        &self,
        own: &ProofCommitment<Secp256k1>,
        peer: DLogProof<Secp256k1>,
        peer_commitment: [u8; 32],
    ) -> [ProofCommitment<Secp256k1>; 2] {
        let peer = ProofCommitment {
            index: self.role.peer().party_index(),
            proof: peer,
            commitment: peer_commitment,
        };
        [own.clone(), peer]
    }

    /// 2.4: the peer's seed of the zero shares and its commitment, as the library
    /// wants them.
    pub fn zero_messages(
        &self,
        commitment: [u8; 32],
        seed: [u8; 32],
        salt: Vec<u8>,
    ) -> (
        TransmitInitZeroSharePhase2to4,
        TransmitInitZeroSharePhase3to4,
    ) {
        let parties = || PartiesMessage {
            sender: self.role.peer().party_index(),
            receiver: self.role.party_index(),
        };
        let commitment = TransmitInitZeroSharePhase2to4 {
            parties: parties(),
            commitment,
        };
        let opening = TransmitInitZeroSharePhase3to4 {
            parties: parties(),
            seed,
            salt,
        };
        (commitment, opening)
    }
}

/// The one entry of a list that the library makes for each counterparty.
pub fn only<T>(list: Vec<T>) -> Result<T, Abort> {
    let mut list = list.into_iter();
    match (list.next(), list.next()) {
        (Some(entry), None) => Ok(entry),
        _ => Err(Abort::retry(Reason::WrongCeremony(
            "it is not between two parties",
        ))),
    }
}

/// Of the two values of a line that a side made, the one it keeps and the one it
/// sends (SPEC.md 2.1).
pub fn own_and_peer<T: Copy>(role: Role, values: &[T]) -> Result<(T, T), Abort> {
    match (role, values) {
        (Role::Device, &[device, server]) => Ok((device, server)),
        (Role::Server, &[device, server]) => Ok((server, device)),
        _ => Err(Abort::retry(Reason::WrongCeremony(
            "it is not between two parties",
        ))),
    }
}
