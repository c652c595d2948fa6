//! DKLs23 Protocol 3.6 (eprint 2023/765) for exactly two parties, as the four
//! phases of the library. Each phase consumes what the one before it kept.

use std::collections::BTreeMap;

use dkls23::protocols::PartyIndex;
use dkls23::protocols::signing::{
    Broadcast3to4, KeepPhase1to2, KeepPhase2to3, SignData, TransmitPhase1to2, TransmitPhase2to3,
    UniqueKeep1to2, UniqueKeep2to3,
};
use dkls23::secp256k1::Party;
use k256::ecdsa::signature::hazmat::PrehashVerifier;
use k256::{Scalar, Secp256k1};
use zeroize::{Zeroize, Zeroizing};

use crate::context::only;
use crate::{Abort, CeremonyId, Reason, Role, Signature};

/// One signing run: the share, and what it signs.
pub struct Run {
    party: Party,
    data: SignData,
    digest: [u8; 32],
}

/// Kept between phase 1 and 2. Holds secrets; wiped by the library when dropped.
pub struct Committed {
    unique: UniqueKeep1to2<Secp256k1>,
    kept: BTreeMap<PartyIndex, KeepPhase1to2<Secp256k1>>,
}

/// Kept between phase 2 and 3.
pub struct Multiplied {
    unique: UniqueKeep2to3<Secp256k1>,
    kept: BTreeMap<PartyIndex, KeepPhase2to3<Secp256k1>>,
}

impl Multiplied {
    /// The inversion mask phi_i. The half that [`Run::check`] makes has it
    /// multiplied by the digest only, so a digest that comes later needs it.
    pub fn inversion_mask(&self) -> Zeroizing<Scalar> {
        Zeroizing::new(self.unique.inversion_mask)
    }
}

/// Our half of the signature, and the nonce point's x coordinate. Spent by
/// [`Run::combine`] or by being sent.
pub struct Half {
    /// x(R), big-endian.
    pub x_coordinate: [u8; 32],
    /// u_i and w_i.
    pub broadcast: Broadcast3to4<Secp256k1>,
}

impl Half {
    /// Gives the half away.
    pub fn release(self) -> Broadcast3to4<Secp256k1> {
        self.broadcast
    }

    /// A copy to send, where this side goes on to combine (the joint test
    /// signature, SPEC.md 2.6).
    pub fn share(&self) -> Broadcast3to4<Secp256k1> {
        self.broadcast.clone()
    }
}

impl Run {
    pub fn new(party: Party, role: Role, ceremony: &CeremonyId, digest: [u8; 32]) -> Self {
        let data = SignData {
            sign_id: ceremony.as_bytes().to_vec(),
            counterparties: vec![role.peer().party_index()],
            message_hash: digest,
        };
        Self {
            party,
            data,
            digest,
        }
    }

    /// Protocol 3.6 steps 4 to 6: > sample the nonce share and the mask, commit to
    /// > the nonce point, start the multiplication as its receiver.
    pub fn commit(&self) -> Result<(Committed, TransmitPhase1to2), Abort> {
        let (unique, kept, messages) = self.party.sign_phase1(&self.data)?;
        Ok((Committed { unique, kept }, only(messages)?))
    }

    /// Protocol 3.6 step 7: > answer the peer's multiplication, open the
    /// > commitment. A failed multiplication check is a freeze.
    pub fn multiply(
        &self,
        committed: Committed,
        peer: TransmitPhase1to2,
    ) -> Result<(Multiplied, TransmitPhase2to3<Secp256k1>), Abort> {
        let Committed { unique, kept } = committed;
        let (unique, kept, messages) = self.party.sign_phase2(&self.data, unique, kept, &[peer])?;
        Ok((Multiplied { unique, kept }, only(messages)?))
    }

    /// Protocol 3.6 steps 8 and 9: > check the opening and both products, then
    /// > compute our half. A failed consistency check is a freeze.
    pub fn check(
        &self,
        multiplied: Multiplied,
        peer: TransmitPhase2to3<Secp256k1>,
    ) -> Result<Half, Abort> {
        let Multiplied { unique, kept } = multiplied;
        let (x_coordinate, broadcast) =
            self.party.sign_phase3(&self.data, unique, kept, &[peer])?;
        Ok(Half {
            x_coordinate: scalar_bytes(&x_coordinate)
                .ok_or(Abort::retry(Reason::InvalidSignature))?,
            broadcast,
        })
    }

    /// Protocol 3.6 step 10: the signature, low s, verified by the library and
    /// once more by `k256`.
    pub fn combine(&self, own: Half, peer: Broadcast3to4<Secp256k1>) -> Result<Signature, Abort> {
        let Half {
            x_coordinate: r,
            broadcast,
        } = own;
        let (s, recovery) =
            self.party
                .sign_phase4(&self.data, &hex(&r), &[broadcast, peer], true)?;
        let invalid = || Abort::retry(Reason::InvalidSignature);
        let s = scalar_bytes(&s).ok_or_else(invalid)?;
        // Bit 1 says that x was at or above the group order: then r is not x,
        // Ethereum has no encoding for it, and it never happens (2^-127).
        if recovery > 1 {
            return Err(invalid());
        }
        let signature = k256::ecdsa::Signature::from_scalars(r, s).map_err(|_| invalid())?;
        if signature.normalize_s() != signature {
            return Err(invalid());
        }
        k256::ecdsa::VerifyingKey::from_affine(self.party.pk)
            .and_then(|key| key.verify_prehash(&self.digest, &signature))
            .map_err(|_| invalid())?;
        Ok(Signature {
            r,
            s,
            y_parity: recovery == 1,
        })
    }

    /// The share.
    pub const fn party(&self) -> &Party {
        &self.party
    }

    /// Takes the share back out, to keep it once the run has proved it.
    pub fn into_party(self) -> Party {
        self.party
    }

    /// What is left to combine and verify with once every secret of the share is
    /// wiped: the public key and the party's index.
    pub fn into_public_party(self) -> Party {
        let mut party = self.party;
        party.zeroize();
        party
    }
}

/// 32 bytes as the library writes scalars: 64 hex digits.
fn hex(bytes: &[u8; 32]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        for digit in [byte >> 4, byte & 0xf] {
            text.push(char::from_digit(digit.into(), 16).unwrap_or('0'));
        }
    }
    text
}

/// 64 hex digits, as the library writes scalars, to 32 bytes.
fn scalar_bytes(hex: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if hex.len() != 2 * bytes.len() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}
