//! The four messages of signing: SPEC.md section 3.

use dkls23::protocols::signing::{Broadcast3to4, TransmitPhase1to2, TransmitPhase2to3};
use k256::Secp256k1;
use serde::{Deserialize, Serialize};

use crate::codec::Message;

/// Step 3.1, device to server: the commitment to the device's nonce point and
/// the first message of the multiplication in which the device receives.
#[derive(Serialize, Deserialize)]
pub struct Opening(pub TransmitPhase1to2);

/// Step 3.2, server to device: the server's own opening, and its answer to the
/// device's.
#[derive(Serialize, Deserialize)]
pub struct Reply {
    pub opening: TransmitPhase1to2,
    pub answer: TransmitPhase2to3<Secp256k1>,
}

/// Step 3.3, device to server: the device's answer to the server's opening.
#[derive(Serialize, Deserialize)]
pub struct Answer(pub TransmitPhase2to3<Secp256k1>);

/// Step 3.4, server to device: the server's half of the signature.
#[derive(Serialize, Deserialize)]
pub struct Partial(pub Broadcast3to4<Secp256k1>);

impl Message for Opening {
    const TAG: u8 = 0x21;
    const NAME: &'static str = "sign opening";
    const MAX_LEN: usize = 28 * 1024;
}

impl Message for Reply {
    const TAG: u8 = 0x22;
    const NAME: &'static str = "sign reply";
    const MAX_LEN: usize = 84 * 1024;
}

impl Message for Answer {
    const TAG: u8 = 0x23;
    const NAME: &'static str = "sign answer";
    const MAX_LEN: usize = 57 * 1024;
}

impl Message for Partial {
    const TAG: u8 = 0x24;
    const NAME: &'static str = "sign partial";
    const MAX_LEN: usize = 128;
}
