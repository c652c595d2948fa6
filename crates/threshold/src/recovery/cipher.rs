//! Encryption of one scalar to the recovery public key: SPEC.md 11.3.
//!
//! A Diffie-Hellman key with a fresh ephemeral, hashed to a pad that hides the
//! scalar once, and to a tag that binds it to its place.

use k256::elliptic_curve::PrimeField;
use k256::elliptic_curve::subtle::ConstantTimeEq;
use k256::{AffinePoint, ProjectivePoint, Scalar};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{RecoveryKey, RecoveryPublicKey};
use crate::{KeyId, domain, share};

/// What a ciphertext is, so that none can stand in the place of another.
#[derive(Clone, Copy)]
pub enum Content {
    /// -x_1 + m, by the device.
    DeviceTerm = 1,
    /// 2 x_2 - m, by the server.
    ServerTerm = 2,
    /// 3a, the change of f(3) by one refresh.
    Delta = 3,
    /// f(3) itself, after a compaction.
    Share = 4,
}

/// The place that a ciphertext belongs to.
pub struct Place<'a> {
    /// The key it helps to recover.
    pub key: &'a KeyId,
    /// The epoch that it leads to.
    pub epoch: u32,
    /// What it is there.
    pub content: Content,
}

/// One encrypted scalar.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    ephemeral: AffinePoint,
    masked: [u8; 32],
    tag: [u8; 16],
}

impl Sealed {
    /// Encrypts. None only for keys that cannot exist (a point at infinity).
    ///
    /// # Security
    /// `randomness` MUST be known to nobody who may not know `scalar`. The
    /// ephemeral is hashed from it *and* the scalar and its place, so even if it
    /// were used twice no two different scalars would meet the same pad.
    pub fn seal(
        recipient: &RecoveryPublicKey,
        place: &Place,
        scalar: &Scalar,
        randomness: &[u8; 32],
    ) -> Option<Self> {
        let plain = Zeroizing::new(<[u8; 32]>::from(scalar.to_repr()));
        // 11.3: > e = S(ephemeral tag, randomness, place, RK, scalar), E = e G.
        let secret = domain::scalar(
            domain::RECOVERY_EPHEMERAL,
            &[
                randomness,
                place.key.as_bytes(),
                &place.epoch.to_be_bytes(),
                &[place.content as u8],
                recipient.as_bytes(),
                &*plain,
            ],
        );
        let ephemeral = ProjectivePoint::mul_by_generator(&secret).to_affine();
        let shared = Shared::new(recipient.point(), &secret, &ephemeral, recipient)?;
        let masked = xor(&plain, &shared.pad(place));
        Some(Self {
            ephemeral,
            masked,
            tag: shared.tag(place, &masked),
        })
    }

    /// Decrypts. None if it was not made for this key and place, or was changed.
    pub fn open(&self, key: &RecoveryKey, place: &Place) -> Option<Zeroizing<Scalar>> {
        let shared = Shared::new(
            &self.ephemeral,
            key.secret(),
            &self.ephemeral,
            key.public_key(),
        )?;
        if !bool::from(shared.tag(place, &self.masked).ct_eq(&self.tag)) {
            return None;
        }
        let plain = Zeroizing::new(xor(&self.masked, &shared.pad(place)));
        Option::from(Scalar::from_repr((*plain).into())).map(Zeroizing::new)
    }
}

/// What both ends of one encryption know.
struct Shared {
    /// x coordinate of e RK = rk E.
    secret: Zeroizing<[u8; 32]>,
    ephemeral: [u8; 33],
    recipient: [u8; 33],
}

impl Shared {
    fn new(
        point: &AffinePoint,
        scalar: &Scalar,
        ephemeral: &AffinePoint,
        recipient: &RecoveryPublicKey,
    ) -> Option<Self> {
        let product = (ProjectivePoint::from(*point) * scalar).to_affine();
        let compressed = Zeroizing::new(share::compressed(&product)?);
        let [_, x @ ..] = &*compressed;
        Some(Self {
            secret: Zeroizing::new(*x),
            ephemeral: share::compressed(ephemeral)?,
            recipient: *recipient.as_bytes(),
        })
    }

    /// 11.3: > pad = H(pad tag, Z, E, RK, place).
    fn pad(&self, place: &Place) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.hash(domain::RECOVERY_PAD, place, &[]))
    }

    /// 11.3: > tag = the first 16 bytes of H(tag tag, Z, E, RK, place, masked).
    fn tag(&self, place: &Place, masked: &[u8; 32]) -> [u8; 16] {
        let mut tag = [0; 16];
        let hash = self.hash(domain::RECOVERY_TAG, place, masked);
        tag.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        tag
    }

    fn hash(&self, tag: &str, place: &Place, masked: &[u8]) -> [u8; 32] {
        domain::hash(
            tag,
            &[
                &*self.secret,
                &self.ephemeral,
                &self.recipient,
                place.key.as_bytes(),
                &place.epoch.to_be_bytes(),
                &[place.content as u8],
                masked,
            ],
        )
    }
}

fn xor(a: &[u8; 32], b: &[u8; 32]) -> [u8; 32] {
    let mut out = *a;
    out.iter_mut().zip(b).for_each(|(out, b)| *out ^= b);
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::codec;

    fn key(entropy: u8) -> RecoveryKey {
        RecoveryKey::from_entropy(&[entropy; 32])
    }

    fn seal(scalar: u64, randomness: u8) -> Sealed {
        let place = Place {
            key: &KeyId::from_bytes([7; 32]),
            epoch: 3,
            content: Content::Delta,
        };
        let recipient = key(1);
        let scalar = Scalar::from(scalar);
        Sealed::seal(recipient.public_key(), &place, &scalar, &[randomness; 32]).unwrap()
    }

    fn open_at(sealed: &Sealed, key: &RecoveryKey, id: u8, epoch: u32, content: Content) -> bool {
        let place = Place {
            key: &KeyId::from_bytes([id; 32]),
            epoch,
            content,
        };
        sealed.open(key, &place).is_some()
    }

    #[test]
    fn the_holder_of_the_words_reads_what_was_sealed() {
        let id = KeyId::from_bytes([7; 32]);
        for scalar in [Scalar::ZERO, Scalar::ONE, -Scalar::ONE] {
            let place = Place {
                key: &id,
                epoch: 0,
                content: Content::Share,
            };
            let sealed = Sealed::seal(key(1).public_key(), &place, &scalar, &[9; 32]).unwrap();
            assert_eq!(*sealed.open(&key(1), &place).unwrap(), scalar);
        }
    }

    #[test]
    fn nothing_opens_with_other_words_or_in_another_place() {
        let sealed = seal(5, 9);
        assert!(open_at(&sealed, &key(1), 7, 3, Content::Delta));
        assert!(!open_at(&sealed, &key(2), 7, 3, Content::Delta));
        assert!(!open_at(&sealed, &key(1), 8, 3, Content::Delta));
        assert!(!open_at(&sealed, &key(1), 7, 4, Content::Delta));
        for content in [Content::DeviceTerm, Content::ServerTerm, Content::Share] {
            assert!(!open_at(&sealed, &key(1), 7, 3, content));
        }
    }

    #[test]
    fn no_bit_of_a_ciphertext_can_change() {
        let bytes = codec::encode_secret(0, &seal(5, 9)).unwrap();
        let mut decoded = 0;
        for bit in 8..8 * bytes.len() {
            let mut changed = bytes.to_vec();
            *changed.get_mut(bit / 8).unwrap() ^= 1 << (bit % 8);
            // Half of all changed points are no points.
            if let Ok(sealed) = codec::decode_exact::<Sealed>(0, 128, &changed) {
                decoded += 1;
                assert!(
                    !open_at(&sealed, &key(1), 7, 3, Content::Delta),
                    "bit {bit}"
                );
            }
        }
        assert!(decoded > 8 * 48);
    }

    #[test]
    fn a_ciphertext_at_infinity_does_not_open() {
        let mut sealed = seal(5, 9);
        sealed.ephemeral = AffinePoint::IDENTITY;
        assert!(!open_at(&sealed, &key(1), 7, 3, Content::Delta));
    }

    #[test]
    fn the_same_randomness_never_gives_two_scalars_the_same_pad() {
        let [first, again, other, fresh] = [seal(5, 9), seal(5, 9), seal(6, 9), seal(5, 8)];
        assert!(first == again);
        assert!(first.ephemeral != other.ephemeral);
        assert!(first.ephemeral != fresh.ephemeral);
    }
}
