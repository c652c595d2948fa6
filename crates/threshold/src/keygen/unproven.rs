//! Steps 2.5 and 2.6: the transcripts are compared and the key is proved by a
//! joint test signature, before anybody shows an address.

use dkls23::protocols::signing::Broadcast3to4;
use dkls23::secp256k1::Party;
use k256::Secp256k1;
use sha3::{Digest, Keccak256};

use super::messages::{ProofOpening, ProofReply};
use super::{Context, device, server};
use crate::sign::engine::{Half, Run};
use crate::{Abort, CeremonyId, KeyShare, Reason, Releases, Role, codec, domain};

/// A share that no signature has proved yet. It cannot be stored or used; it can
/// only go on to the proof.
pub struct Unproven {
    run: Run,
    role: Role,
    transcript: [u8; 32],
    ceremony: CeremonyId,
    releases: Releases,
}

/// What a proved share is made of.
pub(super) struct Proof {
    pub run: Run,
    role: Role,
    ceremony: CeremonyId,
    releases: Releases,
}

impl Proof {
    /// Ends steps 2.6.4 and 2.6.5. There is no other way from a keygen to a share.
    pub fn finish(self, own: Half, peer: Broadcast3to4<Secp256k1>) -> Result<KeyShare, Abort> {
        // 2.6.4, 2.6.5: > combine both halves; the share is real if and only if
        // > the signature verifies under the new key.
        self.run.combine(own, peer)?;
        KeyShare::new(
            self.run.into_party(),
            self.role,
            0,
            self.releases,
            self.ceremony,
        )
        .map_err(|_| Abort::retry(Reason::InvalidSignature))
    }
}

impl Unproven {
    pub(super) fn new(context: Context, party: Party) -> Self {
        let transcript = context.transcript.hash();
        let digest = proof_digest(&transcript);
        Self {
            run: Run::new(party, context.role, &context.ceremony, digest),
            role: context.role,
            transcript,
            ceremony: context.ceremony,
            releases: context.releases,
        }
    }

    /// Step 2.6.1, device only. Returns the opening to send.
    ///
    /// # Errors
    /// [`Reason::WrongCeremony`] if this is the server's share.
    pub fn open(self) -> Result<(device::AwaitReply, Vec<u8>), Abort> {
        self.expect_role(Role::Device)?;
        let (committed, opening) = self.run.commit()?;
        let message = codec::encode(&ProofOpening {
            transcript: self.transcript,
            opening,
        })?;
        let transcript = self.transcript;
        let state = device::AwaitReply::new(self.into_proof(), committed, transcript);
        Ok((state, message))
    }

    /// Step 2.6.2, server only. Returns the reply to send.
    ///
    /// # Errors
    /// [`Reason::TranscriptMismatch`] if the device saw another keygen, found
    /// before any of its proof message is used.
    pub fn reply(self, message: &[u8]) -> Result<(server::AwaitAnswer, Vec<u8>), Abort> {
        self.expect_role(Role::Server)?;
        let peer: ProofOpening = codec::decode(message)?;
        compare(&self.transcript, &peer.transcript)?;
        let (committed, opening) = self.run.commit()?;
        let (multiplied, answer) = self.run.multiply(committed, peer.opening)?;
        let message = codec::encode(&ProofReply {
            transcript: self.transcript,
            opening,
            answer,
        })?;
        let state = server::AwaitAnswer::new(self.into_proof(), multiplied);
        Ok((state, message))
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

    fn into_proof(self) -> Proof {
        Proof {
            run: self.run,
            role: self.role,
            ceremony: self.ceremony,
            releases: self.releases,
        }
    }
}

/// 2.5: > the peer's transcript hash equals ours. Neither is secret.
pub(super) fn compare(own: &[u8; 32], peer: &[u8; 32]) -> Result<(), Abort> {
    if own == peer {
        Ok(())
    } else {
        Err(Abort::retry(Reason::TranscriptMismatch))
    }
}

/// keccak256(0x80 ‖ tag ‖ transcript). No Ethereum payload starts with 0x80 to
/// 0xbf: typed transactions start below 0x80 (EIP-2718), legacy ones at 0xc0 or
/// above (RLP lists), messages with 0x19 (EIP-191). So this signature can never
/// be taken for one the user gave.
fn proof_digest(transcript: &[u8; 32]) -> [u8; 32] {
    let mut hasher = Keccak256::new();
    hasher.update([0x80]);
    hasher.update(domain::KEY_PROOF.as_bytes());
    hasher.update(transcript);
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_signature_signs_nothing_that_ethereum_would_hash() {
        let mut message = vec![0x80];
        message.extend(b"tandem/keygen/proof/v1");
        message.extend([0x11; 32]);
        let digest: [u8; 32] = Keccak256::digest(&message).into();
        assert_eq!(proof_digest(&[0x11; 32]), digest);
        assert!((0x80..0xc0).contains(&message.first().copied().unwrap_or_default()));
    }
}
