//! Every domain-separation tag of this crate, in one place. Each hash starts
//! with one of these, so no hash of one kind can stand for another.

use sha2::{Digest, Sha256};

/// Ceremony id: SPEC.md 1.2.
pub const CEREMONY: &str = "tandem/ceremony/v1";
/// Commitment to a proof commitment, bound to the sender: SPEC.md 2.2.
pub const OUTER_COMMITMENT: &str = "tandem/keygen/outer-commitment/v1";
/// Running hash of all messages of a keygen: SPEC.md 2.5.
pub const TRANSCRIPT: &str = "tandem/keygen/transcript/v1";
/// The message of the joint test signature that ends keygen: SPEC.md 2.6.
pub const KEY_PROOF: &str = "tandem/keygen/proof/v1";
/// Key id: SPEC.md 1.3.
pub const KEY_ID: &str = "tandem/key-id/v1";
/// Commitment to the server's nonce of a presignature: SPEC.md 12.2.
pub const PRESIGN_NONCE: &str = "tandem/presign/server-nonce/v1";
/// What a presignature is asked to be used for: SPEC.md 12.4.
pub const PRESIGN_USE: &str = "tandem/presign/use/v1";
/// The rerandomiser of a presignature: SPEC.md 12.5.
pub const PRESIGN_RERANDOMISER: &str = "tandem/presign/rerandomiser/v1";

#[cfg(test)]
const ALL: [&str; 8] = [
    CEREMONY,
    OUTER_COMMITMENT,
    TRANSCRIPT,
    KEY_PROOF,
    KEY_ID,
    PRESIGN_NONCE,
    PRESIGN_USE,
    PRESIGN_RERANDOMISER,
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
