//! The messages of keygen: SPEC.md section 2.

use dkls23::protocols::dkg::TransmitInitMulPhase3to4;
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
