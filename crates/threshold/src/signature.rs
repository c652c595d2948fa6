//! A finished signature: SPEC.md 3.4.

/// An ECDSA signature over secp256k1 with `s` in the lower half of the order
/// (EIP-2), verified against the account's public key. Not secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// x coordinate of the nonce point, big-endian.
    pub r: [u8; 32],
    /// Big-endian, at most half the group order.
    pub s: [u8; 32],
    /// Whether the nonce point's y coordinate is odd.
    pub y_parity: bool,
}
