//! What the terms say to whoever can read them: SPEC.md 11.14. They are looked at
//! here in the clear, where only the words could show them.

#![allow(clippy::unwrap_used)]

use k256::elliptic_curve::PrimeField;
use k256::elliptic_curve::ops::Reduce;
use k256::{FieldBytes, ProjectivePoint, Scalar};

use super::{masked, term};
use crate::recovery::RecoveryKey;
use crate::{KeyShare, Role, domain};

fn share(role: Role) -> KeyShare {
    let bytes: &[u8] = match role {
        Role::Device => include_bytes!("../../../tests/old_shares/v1/device.share"),
        Role::Server => include_bytes!("../../../tests/old_shares/v1/server.share"),
    };
    KeyShare::load(role, bytes).unwrap()
}

fn terms(entropy: &[u8; 32]) -> (Scalar, Scalar) {
    let recovery = *RecoveryKey::from_entropy(entropy).public_key();
    let device = term(&share(Role::Device), &recovery).unwrap();
    let server = term(&share(Role::Server), &recovery).unwrap();
    (*device, *server)
}

#[test]
fn the_terms_add_up_to_the_third_point_of_the_line() {
    let (device, server) = terms(&[1; 32]);
    let (device_share, server_share) = (share(Role::Device), share(Role::Server));
    let [x_1, x_2] = [device_share.secret(), server_share.secret()];
    assert_eq!(device + server, x_2 + x_2 - x_1);
    // On the line through both: f(3) - f(2) = f(2) - f(1).
    assert_eq!(device + server - x_2, x_2 - x_1);
    // And 3 X_1 - 2 X, which anybody can compute, is its point.
    let three = ProjectivePoint::GENERATOR * (x_1 + x_1 + x_1);
    let two = ProjectivePoint::from(device_share.party().pk) * Scalar::from(2_u64);
    assert_eq!(ProjectivePoint::GENERATOR * (device + server), three - two);
}

/// Whatever the words show, every private key explains it equally well: for each
/// candidate k there are shares x_1, x_2 and a mask m that give these terms.
#[test]
fn both_terms_in_the_clear_fit_every_private_key() {
    let (device, server) = terms(&[1; 32]);
    let third = device + server;
    for candidate in 0..100_u8 {
        let hash = domain::hash("test candidate", &[&[candidate]]);
        let k = Scalar::reduce(&FieldBytes::from(hash));
        let a = (third - k) * Scalar::from(3_u64).invert().unwrap();
        let (x_1, x_2) = (k + a, k + a + a);
        let mask = device + x_1;
        assert_eq!(-x_1 + mask, device);
        assert_eq!(x_2 + x_2 - mask, server);
    }
}

/// One term is the share under a mask that the words do not know: for a fixed share
/// it takes every value equally often. 4096 terms, top four bits: 256 of each value
/// expected, standard deviation 15.5.
#[test]
fn one_term_alone_is_uniform_whatever_the_share() {
    let (device_share, server_share) = (share(Role::Device), share(Role::Server));
    for side in [&device_share, &server_share] {
        let mut seen = [0_i32; 16];
        for draw in 0..4096_u32 {
            let mask = domain::scalar(domain::RECOVERY_MASK, &[&draw.to_be_bytes()]);
            let term = masked(side.role(), side.secret(), &mask);
            let top: [u8; 32] = term.to_repr().into();
            *seen
                .get_mut(usize::from(top.first().unwrap() >> 4))
                .unwrap() += 1;
        }
        assert!(seen.iter().all(|n| (n - 256).abs() < 80), "{seen:?}");
    }
}

#[test]
fn other_words_and_another_epoch_have_another_mask() {
    let mask = |entropy| {
        let (device, _) = terms(entropy);
        device + share(Role::Device).secret()
    };
    assert_eq!(mask(&[1; 32]), mask(&[1; 32]));
    assert_ne!(mask(&[1; 32]), mask(&[2; 32]));

    let recovery = *RecoveryKey::from_entropy(&[1; 32]).public_key();
    let base = share(Role::Device);
    let later = KeyShare::new(
        base.party().clone(),
        Role::Device,
        base.epoch() + 1,
        base.releases().clone(),
    )
    .unwrap();
    assert_ne!(
        *term(&base, &recovery).unwrap(),
        *term(&later, &recovery).unwrap()
    );
}
