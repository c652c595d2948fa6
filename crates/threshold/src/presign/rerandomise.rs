//! What both sides hold between preparation and use, and how the digest and the
//! rerandomiser enter: SPEC.md 12.3 to 12.5.

use dkls23::protocols::signing::Broadcast3to4;
use k256::elliptic_curve::PrimeField;
use k256::elliptic_curve::ops::Reduce;
use k256::elliptic_curve::point::{AffineCoordinates, DecompactPoint};
use k256::{AffinePoint, FieldBytes, Scalar, Secp256k1};
use zeroize::Zeroizing;

use crate::sign::engine::Half;
use crate::{Abort, CeremonyId, Nonce, PublicKey, Reason, domain, share};

/// Whose presignature it is, and of which ceremony. Not secret.
pub struct Origin {
    pub id: CeremonyId,
    pub public_key: PublicKey,
    pub epoch: u32,
    pub account: u32,
}

/// One side's prepared half. Nothing of the share is in it; whoever had both
/// sides' and one signature made with them would have the account's key.
pub struct Prepared {
    pub origin: Origin,
    /// R with the even one of its two y coordinates. The other has the same x, and
    /// so gives the same signature; the two sides must only take the same.
    nonce_point: AffinePoint,
    /// phi_i.
    inversion_mask: Zeroizing<Scalar>,
    /// u_i.
    u: Zeroizing<Scalar>,
    /// v_i.
    v: Zeroizing<Scalar>,
}

/// Both nonces and the digest: what the rerandomiser depends on besides the
/// presignature itself.
pub struct Purpose<'a> {
    pub digest: &'a [u8; 32],
    pub device_nonce: &'a Nonce,
    pub server_nonce: &'a Nonce,
}

impl Prepared {
    /// 12.3: > with m = 0 the half is w_i = r v_i, so v_i = w_i / r. Keep R, phi_i,
    /// > u_i, v_i.
    pub fn new(
        origin: Origin,
        half: Half,
        inversion_mask: Zeroizing<Scalar>,
    ) -> Result<Self, Abort> {
        let nonce_point = AffinePoint::decompact(&half.x_coordinate.into());
        let r = scalar(&half.x_coordinate)?;
        Ok(Self {
            origin,
            nonce_point: Option::from(nonce_point).ok_or_else(invalid)?,
            inversion_mask,
            u: Zeroizing::new(half.broadcast.u),
            v: Zeroizing::new(half.broadcast.w * inverse(&r)?),
        })
    }

    /// 12.4: > binding = H(use tag, ceremony id, X', R, m, device nonce).
    pub fn binding(&self, digest: &[u8; 32], device_nonce: &Nonce) -> Result<[u8; 32], Abort> {
        self.hash(domain::PRESIGN_USE, &[digest, device_nonce])
    }

    /// 12.5: > delta = H(rerandomiser tag, ceremony id, X', R, m, device nonce,
    /// > server nonce); R' = delta R, r' = x(R'), u' = delta u, w' = m phi + r' v.
    pub fn rerandomise(self, purpose: &Purpose) -> Result<Half, Abort> {
        let Purpose {
            digest,
            device_nonce,
            server_nonce,
        } = *purpose;
        let fields: [&[u8; 32]; 3] = [digest, device_nonce, server_nonce];
        let delta = scalar(&self.hash(domain::PRESIGN_RERANDOMISER, &fields)?)?;
        let x_coordinate = (self.nonce_point * delta).to_affine().x().into();
        let r = scalar(&x_coordinate)?;
        let m = <Scalar as Reduce<FieldBytes>>::reduce(&(*digest).into());
        Ok(Half {
            x_coordinate,
            broadcast: Broadcast3to4::<Secp256k1> {
                u: *self.u * delta,
                w: m * *self.inversion_mask + r * *self.v,
            },
        })
    }

    fn hash(&self, tag: &str, purpose: &[&[u8; 32]]) -> Result<[u8; 32], Abort> {
        let nonce_point = share::compressed(&self.nonce_point).ok_or_else(invalid)?;
        let mut fields: Vec<&[u8]> = vec![
            self.origin.id.as_bytes(),
            &self.origin.public_key,
            &nonce_point,
        ];
        fields.extend(purpose.iter().map(|field| field.as_slice()));
        Ok(domain::hash(tag, &fields))
    }
}

/// 12.2: > commitment = H(server nonce tag, ceremony id, server nonce).
pub fn commitment(ceremony: &CeremonyId, server_nonce: &Nonce) -> [u8; 32] {
    domain::hash(
        domain::PRESIGN_NONCE,
        &[ceremony.as_bytes(), server_nonce.as_slice()],
    )
}

/// A number from 1 to n - 1. Reducing would favour small ones; refusing the others
/// does not, and happens with probability 2^-128.
fn scalar(bytes: &[u8; 32]) -> Result<Scalar, Abort> {
    let scalar: Option<Scalar> = Scalar::from_repr((*bytes).into()).into();
    scalar
        .filter(|scalar| *scalar != Scalar::ZERO)
        .ok_or_else(invalid)
}

fn inverse(scalar: &Scalar) -> Result<Scalar, Abort> {
    Option::from(scalar.invert()).ok_or_else(invalid)
}

const fn invalid() -> Abort {
    Abort::retry(Reason::InvalidSignature)
}
