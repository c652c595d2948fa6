//! One side holds the whole key, in one piece or in two, and gives the other a
//! point on a new line through it: step 10.2.

use k256::elliptic_curve::PrimeField;
use k256::elliptic_curve::ops::Reduce;
use k256::{AffinePoint, ProjectivePoint, Scalar};
use zeroize::Zeroizing;

use super::base::{Base, Public, scalar};
use super::messages::Deal;
use crate::derive::imported_chain_code;
use crate::share::compressed;
use crate::{Abort, Basis, Ceremony, KeyId, KeyShare, Kind, Reason, Role, codec};

impl Base {
    /// Step 10.2 at a device that has its share and the third point, 32 bytes
    /// big-endian. The key itself is never computed. Returns the deal to send,
    /// before the fragment.
    ///
    /// # Security
    /// `fresh` MUST be 32 random bytes, never used again: whoever knows them and the
    /// deal knows the third point.
    ///
    /// # Errors
    /// [`Reason::WrongPieces`] if the third point is not of this key.
    pub fn deal_from_pieces(
        share: &KeyShare,
        third_point: &[u8; 32],
        fresh: &[u8; 32],
    ) -> Result<(Self, Vec<u8>), Abort> {
        if share.role() != Role::Device {
            return Err(Abort::retry(Reason::WrongCeremony(
                "the share is the other party's",
            )));
        }
        let third = scalar(third_point)?;
        let random = reduced(fresh);
        let first = &share.party().poly_point;
        // 10.2: > g(1) = 3/4 f(1) + 1/2 t, g(2) = 1/2 f(3) + t.
        let half = Scalar::TWO_INV;
        let point = Zeroizing::new(Scalar::from(3_u64) * half * half * *first + half * *random);
        let peer_point = Zeroizing::new(half * *third + *random);
        let public = Public::of(&share.public_key(), share.chain_code())?;
        deal(&point, &peer_point, public, share.epoch())
    }

    /// Step 10.2 at a device that imports a key, 32 bytes big-endian. Returns the deal to send, before the fragment.
    ///
    /// # Security
    /// `fresh` MUST be 32 random bytes, never used again: whoever knows them and the
    /// deal knows the key.
    ///
    /// # Errors
    /// [`Reason::WrongPieces`] if the key is 0 or not below the order.
    pub fn deal_from_key(key: &[u8; 32], fresh: &[u8; 32]) -> Result<(Self, Vec<u8>), Abort> {
        let key = scalar(key)?;
        let peer_point = reduced(fresh);
        // 10.2: > g(1) = 1/2 (k + t), g(2) = t.
        let point = Zeroizing::new(Scalar::TWO_INV * (*key + *peer_point));
        let public_key = ProjectivePoint::mul_by_generator(&key).to_affine();
        let public_key = compressed(&public_key).ok_or(Abort::retry(Reason::WrongPieces))?;
        // 4.2: > whose chain code says that it was imported.
        let public = Public::of(&public_key, &imported_chain_code(&public_key))?;
        deal(&point, &peer_point, public, 0)
    }

    /// The key that the base is of.
    #[must_use]
    pub const fn key(&self) -> &KeyId {
        &self.key
    }

    /// Step 10.2 at the server: checks what it was dealt.
    ///
    /// # Errors
    /// [`Reason::WrongPieces`] if it is not of the key that the ceremony names.
    pub fn accept_deal(ceremony: &Ceremony, message: &[u8]) -> Result<Self, Abort> {
        let Kind::Refresh {
            key, from_epoch, ..
        } = ceremony.kind
        else {
            return Err(Abort::retry(Reason::WrongCeremony("it is not a refresh")));
        };
        let dealt: Deal = codec::decode(message)?;
        let peer_point = Zeroizing::new(dealt.point);
        let wrong = || Abort::retry(Reason::WrongPieces);
        let public_key = compressed(&dealt.public_key).ok_or_else(wrong)?;
        let public = Public::of(&public_key, &dealt.chain_code)?;
        if public.key != *key || !on_line(&dealt.device_point, &peer_point, &public.point) {
            return Err(wrong());
        }
        let (role, basis) = (Role::Server, Basis::Deal);
        let mut base = Self::new(role, *peer_point, public, Some(from_epoch), basis);
        base.deal = Zeroizing::new(message.to_vec());
        Ok(base)
    }
}

/// Checks our own pieces as the server will, and makes the message.
fn deal(
    point: &Scalar,
    peer_point: &Scalar,
    public: Public,
    from_epoch: u32,
) -> Result<(Base, Vec<u8>), Abort> {
    let device_point = ProjectivePoint::mul_by_generator(point).to_affine();
    if !on_line(&device_point, peer_point, &public.point) {
        return Err(Abort::retry(Reason::WrongPieces));
    }
    let message = codec::encode(&Deal {
        point: *peer_point,
        public_key: public.point,
        chain_code: public.chain_code,
        device_point,
    })?;
    let (role, basis) = (Role::Device, Basis::Deal);
    let mut base = Base::new(role, *point, public, Some(from_epoch), basis);
    base.deal = Zeroizing::new(message.clone());
    Ok((base, message))
}

/// 10.2: > 2 (g(1) G) - g(2) G = X, and neither point is 0.
fn on_line(device_point: &AffinePoint, peer_point: &Scalar, public_key: &AffinePoint) -> bool {
    let device_point = ProjectivePoint::from(*device_point);
    let own = ProjectivePoint::mul_by_generator(peer_point);
    device_point != ProjectivePoint::IDENTITY
        && own != ProjectivePoint::IDENTITY
        && device_point.double() - own == ProjectivePoint::from(*public_key)
}

/// 32 random bytes as a scalar. The order is within 2^-127 of 2^256, so that is as
/// good as uniform.
fn reduced(fresh: &[u8; 32]) -> Zeroizing<Scalar> {
    Zeroizing::new(<Scalar as Reduce<k256::FieldBytes>>::reduce(
        &(*fresh).into(),
    ))
}
