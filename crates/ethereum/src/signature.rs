//! ECDSA signatures over secp256k1: range, low s, recovery.
//!
//! A signature that comes out of a threshold ceremony is data from outside. Before anything is
//! released it must have r and s in [1, n-1], be brought to low s (EIP-2; flipping s flips the
//! parity), and recover to the account. Recovery ids 2 and 3 (r reduced modulo n) cannot be
//! expressed in Ethereum and do not exist here.

use core::fmt;

use k256::ecdsa::{RecoveryId, VerifyingKey};
use serde_json::Value;

use crate::{Address, Error, U256, address::address_of_key, data, error::Problems, quantity};

/// A signature as it comes out of a ceremony: s may still be high.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// The x coordinate of the nonce point, big-endian.
    pub r: [u8; 32],
    /// Big-endian.
    pub s: [u8; 32],
    /// Is the y coordinate of the nonce point odd?
    pub y_parity: bool,
}

impl Signature {
    /// Reads `{"r","s","yParity"}`; r and s are quantities, the parity is `0`, `1`, `"0x0"` or
    /// `"0x1"`.
    ///
    /// # Errors
    /// [`Error::InvalidRequest`] with every problem, under the path `signature`.
    pub fn from_value(value: &Value) -> Result<Self, Error> {
        let Value::Object(object) = value else {
            return Err(Error::InvalidRequest(Problems::of(
                "signature",
                "is not an object with r, s and yParity",
            )));
        };
        let mut fields = crate::fields::Fields::new("signature", object);
        fields.refuse_unknown(&["r", "s", "yParity"]);
        let mut read = |name| {
            fields.require(name);
            match quantity::parse(fields.get(name)?) {
                Ok(value) => Some(value),
                Err(reason) => {
                    fields.refuse(name, reason);
                    None
                }
            }
        };
        let (r, s, parity) = (read("r"), read("s"), read("yParity"));
        let y_parity = parity.and_then(|parity| match parity.to_u64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => {
                fields.refuse("yParity", "is neither 0 nor 1");
                None
            }
        });
        match (r, s, y_parity) {
            (Some(r), Some(s), Some(y_parity)) if fields.problems.is_empty() => Ok(Self {
                r: r.to_be_bytes(),
                s: s.to_be_bytes(),
                y_parity,
            }),
            _ => Err(Error::InvalidRequest(fields.problems)),
        }
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signature")
            .field("r", &data::to_hex(&self.r))
            .field("s", &data::to_hex(&self.s))
            .field("y_parity", &self.y_parity)
            .finish()
    }
}

/// A signature in range and with low s: the only form that is put into a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LowS {
    inner: k256::ecdsa::Signature,
    r: U256,
    s: U256,
    y_parity: bool,
}

impl LowS {
    /// Checks the range of r and s and brings s to the lower half, flipping the parity with it.
    pub(crate) fn new(signature: &Signature) -> Result<Self, Error> {
        let given = k256::ecdsa::Signature::from_scalars(signature.r, signature.s)
            .map_err(|_| Error::invalid_signature("r or s is not in [1, n-1]"))?;
        let inner = given.normalize_s();
        let flipped = inner != given;
        let (r, s) = inner.split_bytes();
        Ok(Self {
            inner,
            r: U256::from_be_bytes(r.into()),
            s: U256::from_be_bytes(s.into()),
            y_parity: signature.y_parity ^ flipped,
        })
    }

    pub(crate) const fn y_parity(&self) -> bool {
        self.y_parity
    }

    pub(crate) const fn r(&self) -> &U256 {
        &self.r
    }

    pub(crate) const fn s(&self) -> &U256 {
        &self.s
    }

    /// r as RLP writes integers.
    pub(crate) fn r_minimal(&self) -> &[u8] {
        self.r.minimal_be()
    }

    /// s as RLP writes integers.
    pub(crate) fn s_minimal(&self) -> &[u8] {
        self.s.minimal_be()
    }

    /// The account that signed `digest`.
    pub(crate) fn recover(&self, digest: &[u8; 32]) -> Option<Address> {
        let id = RecoveryId::new(self.y_parity, false);
        VerifyingKey::recover_from_prehash(digest, &self.inner, id)
            .ok()
            .map(|key| address_of_key(&key))
    }
}

/// The account whose signature over `digest` this is; `None` if it is nobody's. High s is accepted
/// here, it belongs to the same account as its low twin.
#[must_use]
pub fn recover(digest: &[u8; 32], signature: &Signature) -> Option<Address> {
    LowS::new(signature).ok()?.recover(digest)
}
