//! Wycheproof's ECDSA vectors for secp256k1: hostile and unusual signatures.
//!
//! Nothing here verifies against a public key; an account is recovered and compared. So a valid
//! vector must recover to the address of its key with one of the two parities, after high s is
//! brought down, and an invalid one with neither. The only valid signatures that cannot exist here
//! are those whose nonce point has an x coordinate of n or more; they are counted.

use k256::ecdsa::{RecoveryId, Signature as K256Signature, VerifyingKey};
use sha2::{Digest, Sha256, Sha512};
use sha3::{Sha3_256, Sha3_512};
use tandem_ethereum::{Address, Signature, address_of, recover};
use wycheproof::{
    TestResult,
    ecdsa::{TestFlag, TestName, TestSet},
};

/// The left-most 32 bytes of the hash, as ECDSA takes them.
fn digest(name: TestName, message: &[u8]) -> [u8; 32] {
    let hash = match name {
        TestName::EcdsaSecp256k1Sha256
        | TestName::EcdsaSecp256k1Sha256P1363
        | TestName::EcdsaSecp256k1Sha256Bitcoin => Sha256::digest(message).to_vec(),
        TestName::EcdsaSecp256k1Sha512 | TestName::EcdsaSecp256k1Sha512P1363 => {
            Sha512::digest(message).to_vec()
        }
        TestName::EcdsaSecp256k1Sha3_256 => Sha3_256::digest(message).to_vec(),
        TestName::EcdsaSecp256k1Sha3_512 => Sha3_512::digest(message).to_vec(),
        _ => panic!("a set without a hash"),
    };
    hash[..32].try_into().unwrap()
}

/// r and s of the fixed 64 bytes, or of DER, which k256 reads strictly.
fn r_and_s(is_der: bool, signature: &[u8]) -> Option<([u8; 32], [u8; 32])> {
    if is_der {
        let (r, s) = K256Signature::from_der(signature).ok()?.split_bytes();
        return Some((r.into(), s.into()));
    }
    let fixed: [u8; 64] = signature.try_into().ok()?;
    Some((
        fixed[..32].try_into().unwrap(),
        fixed[32..].try_into().unwrap(),
    ))
}

/// Does k256 recover the account with a nonce point whose x coordinate is n or more?
fn has_reduced_x(digest: &[u8; 32], (r, s): ([u8; 32], [u8; 32]), account: Address) -> bool {
    let signature = K256Signature::from_scalars(r, s).unwrap();
    [false, true].into_iter().any(|is_y_odd| {
        let id = RecoveryId::new(is_y_odd, true);
        VerifyingKey::recover_from_prehash(digest, &signature, id)
            .is_ok_and(|key| address_of(key.to_sec1_point(false).as_bytes()) == Some(account))
    })
}

/// How many vectors there are, and how many of them are valid but cannot be expressed.
fn judge(name: TestName, is_der: bool) -> (usize, usize) {
    let set = TestSet::load(name).unwrap();
    let (mut checked, mut inexpressible) = (0, 0);
    for group in set.test_groups {
        let account = address_of(&group.key.key).unwrap();
        for test in group.tests {
            let digest = digest(name, &test.msg);
            let read = r_and_s(is_der, &test.sig);
            let recovers = read.is_some_and(|(r, s)| {
                [false, true].into_iter().any(|y_parity| {
                    recover(&digest, &Signature { r, s, y_parity }) == Some(account)
                })
            });
            let valid = match test.result {
                TestResult::Valid => true,
                // Invalid for Bitcoin because s is high, which is brought down here.
                TestResult::Invalid => {
                    test.flags.contains(&TestFlag::SignatureMalleabilityBitcoin)
                        || test.comment == "edge case for signature malleability"
                }
                TestResult::Acceptable => panic!("{}: neither valid nor invalid", test.tc_id),
            };
            if valid && !recovers && read.is_some_and(|read| has_reduced_x(&digest, read, account))
            {
                inexpressible += 1;
            } else {
                assert_eq!(recovers, valid, "{name:?} {}: {}", test.tc_id, test.comment);
            }
            checked += 1;
        }
    }
    (checked, inexpressible)
}

#[test]
fn signatures_of_64_bytes() {
    for (name, expected) in [
        (TestName::EcdsaSecp256k1Sha256P1363, (252, 2)),
        (TestName::EcdsaSecp256k1Sha512P1363, (322, 2)),
    ] {
        assert_eq!(judge(name, false), expected, "{name:?}");
    }
}

#[test]
fn signatures_in_der() {
    for (name, expected) in [
        (TestName::EcdsaSecp256k1Sha256, (476, 2)),
        (TestName::EcdsaSecp256k1Sha512, (546, 2)),
        (TestName::EcdsaSecp256k1Sha256Bitcoin, (463, 1)),
        (TestName::EcdsaSecp256k1Sha3_256, (474, 1)),
        (TestName::EcdsaSecp256k1Sha3_512, (540, 1)),
    ] {
        assert_eq!(judge(name, true), expected, "{name:?}");
    }
}
