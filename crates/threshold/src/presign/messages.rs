//! The five messages of a presignature: SPEC.md section 12. The first three carry
//! what those of signing carry.

use dkls23::protocols::signing::{Broadcast3to4, TransmitPhase1to2, TransmitPhase2to3};
use k256::Secp256k1;
use serde::{Deserialize, Serialize};

use crate::codec::Message;

/// Step 12.1, device to server.
#[derive(Serialize, Deserialize)]
pub struct Opening(pub TransmitPhase1to2);

/// Step 12.2, server to device: as in signing, and the commitment to the server's
/// nonce.
#[derive(Serialize, Deserialize)]
pub struct Reply {
    pub opening: TransmitPhase1to2,
    pub answer: TransmitPhase2to3<Secp256k1>,
    pub nonce_commitment: [u8; 32],
}

/// Step 12.3, device to server.
#[derive(Serialize, Deserialize)]
pub struct Answer(pub TransmitPhase2to3<Secp256k1>);

/// Step 12.4, device to server: what the presignature is used for.
#[derive(Serialize, Deserialize)]
pub struct Use {
    pub nonce: [u8; 32],
    pub binding: [u8; 32],
}

/// Step 12.5, server to device: the opened nonce and the server's half.
#[derive(Serialize, Deserialize)]
pub struct Partial {
    pub nonce: [u8; 32],
    pub partial: Broadcast3to4<Secp256k1>,
}

impl Message for Opening {
    const TAG: u8 = 0x61;
    const NAME: &'static str = "presign opening";
    const MAX_LEN: usize = 28 * 1024;
}

impl Message for Reply {
    const TAG: u8 = 0x62;
    const NAME: &'static str = "presign reply";
    const MAX_LEN: usize = 84 * 1024;
}

impl Message for Answer {
    const TAG: u8 = 0x63;
    const NAME: &'static str = "presign answer";
    const MAX_LEN: usize = 57 * 1024;
}

impl Message for Use {
    const TAG: u8 = 0x64;
    const NAME: &'static str = "presignature use";
    const MAX_LEN: usize = 128;
}

impl Message for Partial {
    const TAG: u8 = 0x65;
    const NAME: &'static str = "presignature partial";
    const MAX_LEN: usize = 192;
}
