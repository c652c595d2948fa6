//! Old shares must load for ever: `tests/old_shares/` keeps a pair of every
//! stored version that was ever released.

#![allow(clippy::unwrap_used)]

mod pair;

use k256::ecdsa::{Signature, VerifyingKey, signature::hazmat::PrehashVerifier};
use tandem_threshold::KeyShare;

const KEY_ID: &str = "44c489e4ff127c32ae40680582c157c20fa50f6bd214b03732795f04c0745ab8";
const MASTER: &str = "025904e1f6340114c2fad4dc19c6a1b8baabf478c061a687fd5383b6c0d73078fc";
const ACCOUNTS: [(u32, &str); 3] = [
    (
        0,
        "038365d3fb640dbd11e28673a6a82436fc921bec151ec30ee98eeb4614abf5b668",
    ),
    (
        1,
        "0285c327de04b3d5dc14c51b683c31adbf2541a85f2f619f9728f79bdc9a5574ac",
    ),
    (
        2_147_483_647,
        "022af788e8a0f19855dacb77bff12b238121482380e0c1d6211151f33a83e8f282",
    ),
];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_version_1_pair_has_the_same_key_and_accounts_as_when_it_was_made() {
    let (device, server) = pair::old_shares();
    let (refreshed_device, refreshed_server) = pair::old_refreshed_shares();
    for (share, epoch) in [
        (&device, 0),
        (&server, 0),
        (&refreshed_device, 1),
        (&refreshed_server, 1),
    ] {
        assert_eq!(share.id().to_string(), KEY_ID);
        assert_eq!(hex(&share.public_key()), MASTER);
        assert_eq!(share.epoch(), epoch);
        assert_eq!(share.releases(), &pair::releases());
        for (index, public_key) in ACCOUNTS {
            assert_eq!(hex(&share.account(index).unwrap().public_key()), public_key);
        }
    }
}

#[test]
fn a_version_1_pair_signs() {
    signs(&pair::old_shares());
    signs(&pair::old_refreshed_shares());
}

fn signs((device, server): &(KeyShare, KeyShare)) {
    for (index, _) in ACCOUNTS {
        let digest = [0x77; 32];
        let signature = pair::sign(device, server, index, &digest);
        let public_key = device.account(index).unwrap().public_key();
        VerifyingKey::from_sec1_bytes(&public_key)
            .unwrap()
            .verify_prehash(
                &digest,
                &Signature::from_scalars(signature.r, signature.s).unwrap(),
            )
            .unwrap();
    }
}

#[test]
fn a_version_1_pair_is_written_back_byte_for_byte() {
    let (device, server) = pair::old_shares();
    let (refreshed_device, refreshed_server) = pair::old_refreshed_shares();
    let written = [device, server, refreshed_device, refreshed_server];
    let kept: [&[u8]; 4] = [
        include_bytes!("old_shares/v1/device.share"),
        include_bytes!("old_shares/v1/server.share"),
        include_bytes!("old_shares/v1-epoch-1/device.share"),
        include_bytes!("old_shares/v1-epoch-1/server.share"),
    ];
    for (written, kept) in written.map(|s| s.to_bytes().unwrap()).iter().zip(kept) {
        assert!(written.as_slice() == kept);
    }
}
