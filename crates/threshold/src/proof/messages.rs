//! The messages of the joint test signature: SPEC.md 2.6. The last one, the
//! server's half, is signing's.

use dkls23::protocols::signing::{Broadcast3to4, TransmitPhase1to2, TransmitPhase2to3};
use k256::Secp256k1;
use serde::{Deserialize, Serialize};

use crate::codec::Message;

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

/// Step 2.6.3, device to server: the device's answer together with its half, so
/// that both sides can finish.
#[derive(Serialize, Deserialize)]
pub struct AnswerWithPartial {
    pub answer: TransmitPhase2to3<Secp256k1>,
    pub partial: Broadcast3to4<Secp256k1>,
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

impl Message for AnswerWithPartial {
    const TAG: u8 = 0x18;
    const NAME: &'static str = "proof answer";
    const MAX_LEN: usize = 57 * 1024;
}
