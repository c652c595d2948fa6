//! The messages of keygen: SPEC.md section 2.

use dkls23::protocols::dkg::TransmitInitMulPhase3to4;
use dkls23::protocols::signing::{TransmitPhase1to2, TransmitPhase2to3};
use dkls23::utilities::proofs::DLogProof;
use k256::{Scalar, Secp256k1};
use serde::{Deserialize, Serialize};

use crate::codec::Message;

/// Step 2.1: the sender's polynomial, evaluated at the receiver's index.
#[derive(Serialize, Deserialize)]
pub struct Fragment(pub Scalar);

/// Step 2.2: a commitment to the sender's proof commitment, bound to its index.
#[derive(Serialize, Deserialize)]
pub struct OuterCommitment(pub [u8; 32]);

/// Step 2.3: the proof commitment, and the commitments to the seeds of step 2.4.
#[derive(Serialize, Deserialize)]
pub struct Commitments {
    pub proof: [u8; 32],
    pub zero_seed: [u8; 32],
    pub chain_code: [u8; 32],
}

/// Step 2.4: everything that was committed to, and the base oblivious transfers
/// of both multiplication directions.
#[derive(Serialize, Deserialize)]
pub struct Setup {
    pub proof: DLogProof<Secp256k1>,
    pub zero_seed: [u8; 32],
    pub zero_salt: Vec<u8>,
    pub chain_code: [u8; 32],
    pub chain_code_salt: Vec<u8>,
    pub multiplication: TransmitInitMulPhase3to4<Secp256k1>,
}

/// Steps 2.5 and 2.6.1, device to server: the transcript hash and the opening of
/// the test signature.
#[derive(Serialize, Deserialize)]
pub struct ProofOpening {
    pub transcript: [u8; 32],
    pub opening: TransmitPhase1to2,
}

/// Steps 2.5 and 2.6.2, server to device.
#[derive(Serialize, Deserialize)]
pub struct ProofReply {
    pub transcript: [u8; 32],
    pub opening: TransmitPhase1to2,
    pub answer: TransmitPhase2to3<Secp256k1>,
}

impl Message for Fragment {
    const TAG: u8 = 0x11;
    const NAME: &'static str = "keygen fragment";
    const MAX_LEN: usize = 64;
}

impl Message for OuterCommitment {
    const TAG: u8 = 0x12;
    const NAME: &'static str = "keygen outer commitment";
    const MAX_LEN: usize = 64;
}

impl Message for Commitments {
    const TAG: u8 = 0x13;
    const NAME: &'static str = "keygen commitments";
    const MAX_LEN: usize = 128;
}

impl Message for Setup {
    const TAG: u8 = 0x14;
    const NAME: &'static str = "keygen setup";
    const MAX_LEN: usize = 160 * 1024;
}

impl Message for ProofOpening {
    const TAG: u8 = 0x16;
    const NAME: &'static str = "proof opening";
    const MAX_LEN: usize = 28 * 1024;
}

impl Message for ProofReply {
    const TAG: u8 = 0x17;
    const NAME: &'static str = "proof reply";
    const MAX_LEN: usize = 84 * 1024;
}
