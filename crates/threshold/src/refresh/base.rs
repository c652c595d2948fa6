//! What a new pair is made from: step 10.1.

use dkls23::protocols::Parameters;
use dkls23::protocols::derivation::DerivData;
use dkls23::secp256k1::Party;
use dkls23::utilities::zero_shares::ZeroShare;
use k256::elliptic_curve::PrimeField;
use k256::elliptic_curve::sec1::FromSec1Point;
use k256::{AffinePoint, Scalar};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

use crate::{Abort, Basis, KeyId, KeyShare, PublicKey, Reason, Role};

/// One side's point on a line whose value at 0 is the key. It signs nothing; it
/// can only go into a refresh.
pub struct Base {
    pub(super) party: Party,
    pub(super) role: Role,
    pub(super) key: KeyId,
    /// None where the ceremony alone knows it.
    pub(super) from_epoch: Option<u32>,
    pub(super) basis: Basis,
    /// The deal as it was sent, for the transcript.
    pub(super) deal: Zeroizing<Vec<u8>>,
}

/// The public half of a key.
pub(super) struct Public {
    pub point: AffinePoint,
    pub key: KeyId,
    pub chain_code: [u8; 32],
}

impl Base {
    /// 10.1 (a): > both sides have a share, of the same epoch.
    ///
    /// # Security
    /// The stored share MUST be kept until the new one is proved: SPEC.md 10.8.
    #[must_use]
    pub fn from_share(share: KeyShare) -> Self {
        Self {
            role: share.role(),
            key: *share.id(),
            from_epoch: Some(share.epoch()),
            basis: Basis::Shares,
            party: share.into_party(),
            deal: Zeroizing::default(),
        }
    }

    /// 10.1 (b), the server's side: > g(2) = -3 f(2).
    ///
    /// # Security
    /// A device that lost its share asks for this, so nothing of the key can prove
    /// who it is: the caller MUST have authenticated the user by other means.
    ///
    /// # Errors
    /// [`Reason::WrongCeremony`] if this is the device's share.
    pub fn recover_with_share(share: KeyShare) -> Result<Self, Abort> {
        if share.role() != Role::Server {
            return Err(Abort::retry(Reason::WrongCeremony(
                "the share is the other party's",
            )));
        }
        let public = Public::of(&share.public_key(), share.chain_code())?;
        let from_epoch = share.epoch();
        let point = Zeroizing::new(-Scalar::from(3_u64) * share.party().poly_point);
        Ok(Self::new(
            Role::Server,
            *point,
            public,
            Some(from_epoch),
            Basis::Recovery,
        ))
    }

    /// 10.1 (b), the device's side: > g(1) = -f(3), where f(3) is the third point,
    /// 32 bytes big-endian.
    ///
    /// The public key and the chain code come from the server: the joint test
    /// signature proves that they belong to the third point.
    ///
    /// # Errors
    /// [`Reason::WrongPieces`] if the third point is 0 or not below the order, or the
    /// public key is not one.
    pub fn recover_with_third_point(
        third_point: &[u8; 32],
        public_key: &PublicKey,
        chain_code: &[u8; 32],
    ) -> Result<Self, Abort> {
        let public = Public::of(public_key, chain_code)?;
        let third = scalar(third_point)?;
        Ok(Self::new(
            Role::Device,
            -*third,
            public,
            None,
            Basis::Recovery,
        ))
    }

    /// A party with a point and nothing else: refresh uses none of the pairwise
    /// state, and makes all of it anew.
    pub(super) fn new(
        role: Role,
        point: Scalar,
        public: Public,
        from_epoch: Option<u32>,
        basis: Basis,
    ) -> Self {
        let party = Party {
            parameters: Parameters {
                threshold: 2,
                share_count: 2,
            },
            party_index: role.party_index(),
            // The new pair's is made from the ceremony id and the commitments, and
            // here from nothing else.
            session_id: Vec::new(),
            poly_point: point,
            pk: public.point,
            zero_share: ZeroShare::initialize(Vec::new()),
            mul_senders: BTreeMap::new(),
            mul_receivers: BTreeMap::new(),
            derivation_data: DerivData {
                depth: 0,
                child_number: 0,
                parent_fingerprint: [0; 4],
                poly_point: point,
                pk: public.point,
                chain_code: public.chain_code,
            },
            address: String::new(),
        };
        Self {
            party,
            role,
            key: public.key,
            from_epoch,
            basis,
            deal: Zeroizing::default(),
        }
    }
}

impl Public {
    pub fn of(public_key: &PublicKey, chain_code: &[u8; 32]) -> Result<Self, Abort> {
        let point = AffinePoint::from_sec1_bytes(public_key)
            .map_err(|_| Abort::retry(Reason::WrongPieces))?;
        Ok(Self {
            point,
            key: KeyId::of(public_key, chain_code),
            chain_code: *chain_code,
        })
    }
}

/// A scalar other than 0, 32 bytes big-endian.
pub(super) fn scalar(bytes: &[u8; 32]) -> Result<Zeroizing<Scalar>, Abort> {
    let scalar = Option::<Scalar>::from(Scalar::from_repr((*bytes).into()));
    match scalar {
        Some(scalar) if scalar != Scalar::ZERO => Ok(Zeroizing::new(scalar)),
        _ => Err(Abort::retry(Reason::WrongPieces)),
    }
}
