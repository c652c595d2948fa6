//! The messages of refresh that differ from keygen's: SPEC.md 10.2 to 10.4.

use dkls23::protocols::dkg::TransmitInitMulPhase3to4;
use dkls23::utilities::proofs::DLogProof;
use k256::{AffinePoint, Scalar, Secp256k1};
use serde::{Deserialize, Serialize};

use crate::codec::Message;

/// Step 10.2, device to server: the server's point on a line through the key, and
/// what it is checked with.
#[derive(Serialize, Deserialize)]
pub struct Deal {
    pub point: Scalar,
    pub public_key: AffinePoint,
    pub chain_code: [u8; 32],
    /// The device's point times G.
    pub device_point: AffinePoint,
}

/// Step 10.3: the proof commitment, and the commitment to the seed of step 10.4.
#[derive(Serialize, Deserialize)]
pub struct Commitments {
    pub proof: [u8; 32],
    pub zero_seed: [u8; 32],
}

/// Step 10.4: everything that was committed to, and the base oblivious transfers
/// of both multiplication directions.
#[derive(Serialize, Deserialize)]
pub struct Setup {
    pub proof: DLogProof<Secp256k1>,
    pub zero_seed: [u8; 32],
    pub zero_salt: Vec<u8>,
    pub multiplication: TransmitInitMulPhase3to4<Secp256k1>,
}

impl Message for Deal {
    const TAG: u8 = 0x32;
    const NAME: &'static str = "deal";
    const MAX_LEN: usize = 192;
}

impl Message for Commitments {
    const TAG: u8 = 0x33;
    const NAME: &'static str = "refresh commitments";
    const MAX_LEN: usize = 96;
}

impl Message for Setup {
    const TAG: u8 = 0x34;
    const NAME: &'static str = "refresh setup";
    const MAX_LEN: usize = 160 * 1024;
}
