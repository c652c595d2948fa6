//! The joint test signature that ends keygen and refresh: steps 2.5 and 2.6. The
//! transcripts are compared and the new shares sign together, before anybody
//! uses one of them.

mod messages;
#[cfg(test)]
mod tests;

use dkls23::protocols::signing::Broadcast3to4;
use dkls23::secp256k1::Party;
use k256::Secp256k1;
use sha3::{Digest, Keccak256};

use crate::context::Context;
use crate::sign::engine::{Committed, Half, Multiplied, Run};
use crate::sign::messages::Partial;
use crate::{Abort, Reason, Role, Signature, codec};
use messages::{AnswerWithPartial, ProofOpening, ProofReply};

/// A new share that no signature has proved yet.
pub struct Test {
    run: Run,
    role: Role,
    transcript: [u8; 32],
}

impl Test {
    pub fn new(context: &Context, party: Party) -> Self {
        let transcript = context.transcript.hash();
        let digest = digest(context.tags.proof, &transcript);
        Self {
            run: Run::new(party, context.role, &context.ceremony, digest),
            role: context.role,
            transcript,
        }
    }

    /// 2.6.1: > Device: send t_4 and the opening.
    pub fn open(&self) -> Result<(Committed, Vec<u8>), Abort> {
        self.expect_role(Role::Device)?;
        let (committed, opening) = self.run.commit()?;
        let message = codec::encode(&ProofOpening {
            transcript: self.transcript,
            opening,
        })?;
        Ok((committed, message))
    }

    /// 2.6.2: > Server: compare t_4; send t_4, its opening and its answer.
    pub fn reply(&self, message: &[u8]) -> Result<(Multiplied, Vec<u8>), Abort> {
        self.expect_role(Role::Server)?;
        let peer: ProofOpening = codec::decode(message)?;
        self.compare(&peer.transcript)?;
        let (committed, opening) = self.run.commit()?;
        let (multiplied, answer) = self.run.multiply(committed, peer.opening)?;
        let message = codec::encode(&ProofReply {
            transcript: self.transcript,
            opening,
            answer,
        })?;
        Ok((multiplied, message))
    }

    /// 2.6.3: > Device: compare t_4; check the answer; send its own answer and its
    /// > half.
    pub fn answer(&self, committed: Committed, message: &[u8]) -> Result<(Half, Vec<u8>), Abort> {
        let reply: ProofReply = codec::decode(message)?;
        self.compare(&reply.transcript)?;
        let (multiplied, answer) = self.run.multiply(committed, reply.opening)?;
        let half = self.run.check(multiplied, reply.answer)?;
        let message = codec::encode(&AnswerWithPartial {
            answer,
            partial: half.share(),
        })?;
        Ok((half, message))
    }

    /// 2.6.4: > Server: check the answer, combine both halves, verify.
    /// Returns the proved share, the signature, and the half to send.
    pub fn finish_server(
        self,
        multiplied: Multiplied,
        message: &[u8],
    ) -> Result<(Party, Signature, Vec<u8>), Abort> {
        let peer: AnswerWithPartial = codec::decode(message)?;
        let half = self.run.check(multiplied, peer.answer)?;
        let partial = codec::encode(&Partial(half.share()))?;
        let (party, signature) = self.finish(half, peer.partial)?;
        Ok((party, signature, partial))
    }

    /// 2.6.5: > Device: combine, verify.
    pub fn finish_device(self, own: Half, message: &[u8]) -> Result<(Party, Signature), Abort> {
        let Partial(peer) = codec::decode(message)?;
        self.finish(own, peer)
    }

    /// The share is real if and only if the signature verifies under its key.
    /// There is no other way from a keygen or a refresh to a share.
    fn finish(
        self,
        own: Half,
        peer: Broadcast3to4<Secp256k1>,
    ) -> Result<(Party, Signature), Abort> {
        let signature = self.run.combine(own, peer)?;
        Ok((self.run.into_party(), signature))
    }

    /// The share, which is not proved.
    pub const fn party(&self) -> &Party {
        self.run.party()
    }

    /// 2.5: > compares before it uses anything else of the peer's message. Neither
    /// hash is secret.
    fn compare(&self, peer: &[u8; 32]) -> Result<(), Abort> {
        if self.transcript == *peer {
            Ok(())
        } else {
            Err(Abort::retry(Reason::TranscriptMismatch))
        }
    }

    fn expect_role(&self, role: Role) -> Result<(), Abort> {
        if self.role == role {
            Ok(())
        } else {
            Err(Abort::retry(Reason::WrongCeremony(
                "this step belongs to the other party",
            )))
        }
    }
}

/// keccak256(0x80 ‖ tag ‖ hash). No Ethereum payload starts with 0x80 to 0xbf:
/// typed transactions start below 0x80 (EIP-2718), legacy ones at 0xc0 or above
/// (RLP lists), messages with 0x19 (EIP-191). So this signature can never be
/// taken for one the user gave.
pub fn digest(tag: &str, hash: &[u8; 32]) -> [u8; 32] {
    let mut hasher = Keccak256::new();
    hasher.update([0x80]);
    hasher.update(tag.as_bytes());
    hasher.update(hash);
    hasher.finalize().into()
}
