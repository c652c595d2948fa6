//! Every domain-separation tag of this crate, in one place. Each hash starts
//! with one of these, so no hash of one kind can stand for another.

use k256::elliptic_curve::ops::ReduceNonZero;
use k256::{FieldBytes, Scalar};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Ceremony id: SPEC.md 1.2.
pub const CEREMONY: &str = "tandem/ceremony/v1";
/// Key id: SPEC.md 1.3.
pub const KEY_ID: &str = "tandem/key-id/v1";
/// The chain code of a key that was imported: SPEC.md 4.2.
pub const IMPORTED: &str = "tandem/import/chain-code/v1";
/// Commitment to the server's nonce of a presignature: SPEC.md 12.2.
pub const PRESIGN_NONCE: &str = "tandem/presign/server-nonce/v1";
/// What a presignature is asked to be used for: SPEC.md 12.4.
pub const PRESIGN_USE: &str = "tandem/presign/use/v1";
/// The rerandomiser of a presignature: SPEC.md 12.5.
pub const PRESIGN_RERANDOMISER: &str = "tandem/presign/rerandomiser/v1";
/// A secret that both sides of one pair share: SPEC.md 10.6.
pub const PAIR_SECRET: &str = "tandem/refresh/pair-secret/v1";
/// The message of a confirmation: SPEC.md 10.7.
pub const CONFIRM: &str = "tandem/confirm/v1";
/// The private key that recovery words stand for: SPEC.md 11.2.
pub const RECOVERY_KEY: &str = "tandem/recovery/key/v1";
/// The mask between the two recovery terms: SPEC.md 11.5.
pub const RECOVERY_MASK: &str = "tandem/recovery/mask/v1";
/// The ephemeral key of an encryption to the recovery public key: SPEC.md 11.3.
pub const RECOVERY_EPHEMERAL: &str = "tandem/recovery/ephemeral/v1";
/// The pad of such an encryption: SPEC.md 11.3.
pub const RECOVERY_PAD: &str = "tandem/recovery/pad/v1";
/// Its tag: SPEC.md 11.3.
pub const RECOVERY_TAG: &str = "tandem/recovery/tag/v1";
/// Randomness of the delta that both sides compute after a refresh: SPEC.md 11.7.
pub const RECOVERY_DELTA: &str = "tandem/recovery/delta/v1";
/// Fingerprint of a recovery kit: SPEC.md 11.4.
pub const RECOVERY_KIT: &str = "tandem/recovery/kit/v1";
/// What the recovery key signs to prove that somebody has the words: SPEC.md 11.9.
pub const RECOVERY_PROOF: &str = "tandem/recovery/proof-of-words/v1";

/// The tags of a ceremony that ends with a new pair of shares.
pub struct PairTags {
    /// Commitment to a proof commitment, bound to the sender: SPEC.md 2.2.
    pub outer_commitment: &'static str,
    /// Running hash of all messages: SPEC.md 2.5.
    pub transcript: &'static str,
    /// The message of the joint test signature that ends it: SPEC.md 2.6.
    pub proof: &'static str,
}

/// SPEC.md section 2.
pub const KEYGEN: PairTags = PairTags {
    outer_commitment: "tandem/keygen/outer-commitment/v1",
    transcript: "tandem/keygen/transcript/v1",
    proof: "tandem/keygen/proof/v1",
};
/// SPEC.md section 10.
pub const REFRESH: PairTags = PairTags {
    outer_commitment: "tandem/refresh/outer-commitment/v1",
    transcript: "tandem/refresh/transcript/v1",
    proof: "tandem/refresh/proof/v1",
};

#[cfg(test)]
const ALL: [&str; 22] = [
    CEREMONY,
    KEY_ID,
    IMPORTED,
    PRESIGN_NONCE,
    PRESIGN_USE,
    PRESIGN_RERANDOMISER,
    PAIR_SECRET,
    CONFIRM,
    KEYGEN.outer_commitment,
    KEYGEN.transcript,
    KEYGEN.proof,
    REFRESH.outer_commitment,
    REFRESH.transcript,
    REFRESH.proof,
    RECOVERY_KEY,
    RECOVERY_MASK,
    RECOVERY_EPHEMERAL,
    RECOVERY_PAD,
    RECOVERY_TAG,
    RECOVERY_DELTA,
    RECOVERY_KIT,
    RECOVERY_PROOF,
];

/// SHA-256 over a tag and fields. Every field carries its length, so two
/// different lists of fields never give the same input.
pub fn hash(tag: &str, fields: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for field in std::iter::once(tag.as_bytes()).chain(fields.iter().copied()) {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field);
    }
    hasher.finalize().into()
}

/// The hash as a scalar from 1 to n - 1: `1 + (hash mod (n - 1))`. n is so close to
/// 2^256 that no value is more likely than another by more than a factor of
/// 1 + 2^-127.
pub fn scalar(tag: &str, fields: &[&[u8]]) -> Zeroizing<Scalar> {
    let hash = Zeroizing::new(hash(tag, fields));
    Zeroizing::new(Scalar::reduce_nonzero(&FieldBytes::from(*hash)))
}

#[cfg(test)]
mod tests {
    use super::{ALL, hash};
    use std::collections::BTreeSet;

    #[test]
    fn no_two_tags_are_equal() {
        assert_eq!(ALL.iter().collect::<BTreeSet<_>>().len(), ALL.len());
    }

    #[test]
    fn moving_a_byte_from_one_field_to_the_next_changes_the_hash() {
        assert_ne!(hash("t", &[b"ab", b"c"]), hash("t", &[b"a", b"bc"]));
        assert_ne!(hash("t", &[b"ab"]), hash("ta", &[b"b"]));
        assert_ne!(hash("t", &[b"a", b""]), hash("t", &[b"a"]));
    }
}
