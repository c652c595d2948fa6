//! A pair of shares, a setup between them, and refreshes of real shares by a line
//! that the test chooses.

use dkls23::secp256k1::Party;
use k256::elliptic_curve::ops::Reduce;
use k256::{ProjectivePoint, Scalar};
use sha2::{Digest, Sha256};
use tandem_threshold::recovery::{Kit, KitError, RecoveryKey, Words, setup};
use tandem_threshold::{Abort, Ceremony, CeremonyId, KeyShare, Kind, Releases, Role};
use zeroize::Zeroizing;

use crate::pair;

pub const DEVICE_RANDOMNESS: [u8; 32] = [0x11; 32];
pub const SERVER_RANDOMNESS: [u8; 32] = [0x22; 32];

pub fn words(entropy: u8) -> Words {
    Words::from_entropy(Zeroizing::new([entropy; 32]))
}

pub fn key(entropy: u8) -> RecoveryKey {
    words(entropy).key()
}

pub fn scalar(seed: &str) -> Scalar {
    Scalar::reduce(&Sha256::digest(seed))
}

/// Runs `run` with the ceremony of a setup.
pub fn ceremony<T>(share: &KeyShare, words: &RecoveryKey, run: impl FnOnce(&Ceremony) -> T) -> T {
    let releases = pair::releases();
    run(&Ceremony {
        kind: Kind::Recovery {
            key: share.id(),
            epoch: share.epoch(),
            recovery: words.public_key(),
        },
        releases: &releases,
        device_nonce: &[5; 32],
        server_nonce: &[6; 32],
    })
}

pub type Hook<'a> = &'a mut dyn FnMut(usize, &mut Vec<u8>);

/// A setup between a pair; `hook` sees both messages on their way.
pub fn setup_with(
    device: &KeyShare,
    server: &KeyShare,
    words: &RecoveryKey,
    hook: Hook,
) -> Result<(Kit, Kit), (Role, Abort)> {
    let by = |role| move |abort| (role, abort);
    ceremony(device, words, |ceremony| {
        let (state, mut message) =
            setup::device::offer(device, ceremony, &DEVICE_RANDOMNESS).map_err(by(Role::Device))?;
        hook(1, &mut message);
        let (server, mut message) =
            setup::server::complete(server, ceremony, &SERVER_RANDOMNESS, &message)
                .map_err(by(Role::Server))?;
        hook(2, &mut message);
        let device = state.receive(&message).map_err(by(Role::Device))?;
        Ok((stored(&device), stored(&server)))
    })
}

/// The kit of an honest setup, read back from its bytes.
pub fn setup(device: &KeyShare, server: &KeyShare, words: &RecoveryKey) -> Kit {
    let (kit, same) = setup_with(device, server, words, &mut |_, _| {}).unwrap();
    assert_eq!(kit, same);
    kit
}

pub fn stored(kit: &Kit) -> Kit {
    Kit::from_bytes(&kit.to_bytes().unwrap()).unwrap()
}

/// One refresh: the line a x, and the pair's new seed of the zero shares.
pub struct Refresh {
    pub slope: Scalar,
    pub seed: [u8; 32],
    pub ceremony: CeremonyId,
}

/// The `number`th refresh of a test.
pub fn refresh(number: u8) -> Refresh {
    let releases = pair::releases();
    Refresh {
        slope: scalar(&format!("slope {number}")),
        seed: Sha256::digest(format!("seed {number}")).into(),
        // Only its id is used: any ceremony will do.
        ceremony: Ceremony {
            kind: Kind::Keygen,
            releases: &releases,
            device_nonce: &[number; 32],
            server_nonce: &[number; 32],
        }
        .id(),
    }
}

/// The stored form of a share, behind its version byte.
#[derive(serde::Serialize, serde::Deserialize)]
struct Stored {
    epoch: u32,
    releases: Releases,
    ceremony: [u8; 32],
    party: Party,
}

impl Refresh {
    /// What a complete refresh makes of a share: f' = f + a x, a new seed, the next
    /// epoch. (The transfer state, which recovery does not use, stays.)
    pub fn of_share(&self, share: &KeyShare) -> KeyShare {
        let bytes = share.to_bytes().unwrap();
        let mut stored: Stored = postcard::from_bytes(&bytes[1..]).unwrap();
        stored.epoch += 1;
        let index = Scalar::from(u64::from(share.role().index()));
        stored.party.poly_point += self.slope * index;
        stored.party.derivation_data.poly_point = stored.party.poly_point;
        stored.party.zero_share.seeds[0].seed = self.seed;
        let bytes = postcard::to_extend(&stored, vec![bytes[0]]).unwrap();
        KeyShare::load(share.role(), &bytes).unwrap()
    }

    /// The pair's secret afterwards: SPEC.md 11.5.
    pub fn pair_secret(&self) -> [u8; 32] {
        pair_secret(&session(&pair::old_shares().0), &self.seed)
    }

    /// The kit after it, if it is of epoch `epoch` then.
    pub fn apply(&self, kit: &Kit, epoch: u32) -> Result<Kit, KitError> {
        let slope: [u8; 32] = self.slope.to_bytes().into();
        kit.with_delta(&slope, &self.pair_secret(), epoch, &self.ceremony)
    }

    /// The kit after it.
    pub fn of_kit(&self, kit: &Kit) -> Kit {
        let next = kit.epoch() + 1;
        stored(&self.apply(kit, next).unwrap())
    }
}

/// The library's session id of a stored share.
pub fn session(share: &KeyShare) -> [u8; 32] {
    let bytes = share.to_bytes().unwrap();
    let stored: Stored = postcard::from_bytes(&bytes[1..]).unwrap();
    stored.ceremony
}

/// H(pair secret tag, session id, seed of the zero shares), from the text of 11.5.
pub fn pair_secret(session: &[u8; 32], seed: &[u8; 32]) -> [u8; 32] {
    let tag = b"tandem/refresh/pair-secret/v1";
    let mut hasher = Sha256::new();
    for field in [&tag[..], session, seed] {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field);
    }
    hasher.finalize().into()
}

/// x_i of a stored share.
pub fn secret(share: &KeyShare) -> Scalar {
    let bytes = share.to_bytes().unwrap();
    let stored: Stored = postcard::from_bytes(&bytes[1..]).unwrap();
    stored.party.poly_point
}

/// The seed of the zero shares, and the chain code.
pub fn seed_and_chain_code(share: &KeyShare) -> ([u8; 32], [u8; 32]) {
    let bytes = share.to_bytes().unwrap();
    let stored: Stored = postcard::from_bytes(&bytes[1..]).unwrap();
    let party = &stored.party;
    (
        party.zero_share.seeds[0].seed,
        party.derivation_data.chain_code,
    )
}

/// The same share with another seed of the zero shares.
pub fn with_seed(share: &KeyShare, seed: [u8; 32]) -> KeyShare {
    let bytes = share.to_bytes().unwrap();
    let mut stored: Stored = postcard::from_bytes(&bytes[1..]).unwrap();
    stored.party.zero_share.seeds[0].seed = seed;
    let bytes = postcard::to_extend(&stored, vec![bytes[0]]).unwrap();
    KeyShare::load(share.role(), &bytes).unwrap()
}

/// The same kit, made by programs of another name.
pub fn with_releases(kit: &Kit, release: &str) -> Kit {
    let mut stored = crate::kits::read(kit);
    stored.releases = Releases {
        device: release.to_owned(),
        server: release.to_owned(),
    };
    Kit::from_bytes(&postcard::to_extend(&stored, vec![1]).unwrap()).unwrap()
}

/// A pair of another key, without the cost of a keygen: the stored pair, with its
/// line moved up.
pub fn other_pair() -> (KeyShare, KeyShare) {
    let moved = |share: &KeyShare| {
        let bytes = share.to_bytes().unwrap();
        let mut stored: Stored = postcard::from_bytes(&bytes[1..]).unwrap();
        let step = scalar("another key");
        let party = &mut stored.party;
        party.poly_point += step;
        party.pk = (ProjectivePoint::GENERATOR * step + party.pk).to_affine();
        party.derivation_data.poly_point = party.poly_point;
        party.derivation_data.pk = party.pk;
        let bytes = postcard::to_extend(&stored, vec![bytes[0]]).unwrap();
        KeyShare::load(share.role(), &bytes).unwrap()
    };
    let (device, server) = pair::old_shares();
    (moved(&device), moved(&server))
}
