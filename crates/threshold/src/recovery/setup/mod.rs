//! Making a kit: SPEC.md 11.5. Each party encrypts its term of f(3); both end with
//! the same kit.
//!
//! ```text
//! device  Offer       ->            step 11.5.1
//!         <-  Completion    server  step 11.5.2
//! ```

pub mod device;
mod messages;
pub mod server;
#[cfg(test)]
mod tests;

use k256::Scalar;
use zeroize::Zeroizing;

use super::cipher::{Content, Place, Sealed};
use super::kit::{Body, device_point};
use super::{Kit, RecoveryPublicKey};
use crate::{Abort, Ceremony, CeremonyId, KeyShare, Kind, Reason, Role, ShareError, domain};

/// What one side brings along: its own term, and the kit without any.
struct Draft {
    ceremony: CeremonyId,
    body: Body,
    own: Sealed,
}

impl Draft {
    /// Checks that the ceremony is about this share, and encrypts our term.
    fn new(
        share: &KeyShare,
        role: Role,
        ceremony: &Ceremony,
        randomness: &[u8; 32],
    ) -> Result<Self, Abort> {
        let fits = |ok: bool, what| {
            if ok {
                Ok(())
            } else {
                Err(Abort::retry(Reason::WrongCeremony(what)))
            }
        };
        let Kind::Recovery {
            key,
            epoch,
            recovery,
        } = ceremony.kind
        else {
            return Err(Abort::retry(Reason::WrongCeremony(
                "it is not a recovery setup",
            )));
        };
        fits(share.role() == role, "the share is the other party's")?;
        fits(share.id() == key, "the share is of another key")?;
        fits(share.epoch() == epoch, "the share is of another epoch")?;
        let incomplete = || Abort::retry(Reason::WrongCeremony("the share is not of a pair"));
        let term = term(share, recovery).map_err(|_| incomplete())?;
        let place = Place {
            key,
            epoch,
            content: match role {
                Role::Device => Content::DeviceTerm,
                Role::Server => Content::ServerTerm,
            },
        };
        let own = Sealed::seal(recovery, &place, &term, randomness).ok_or_else(incomplete)?;
        let public_key = share.party().pk;
        Ok(Self {
            ceremony: ceremony.id(),
            body: Body {
                recovery: *recovery.point(),
                public_key,
                chain_code: *share.chain_code(),
                epoch,
                device_point: device_point(role, share.secret(), &public_key),
                base: Vec::new(),
                deltas: Vec::new(),
                releases: ceremony.releases.clone(),
            },
            own,
        })
    }

    /// 11.5.1, 11.5.2: > the peer speaks of this very ceremony.
    fn expect_ceremony(&self, named: &[u8; 32]) -> Result<(), Abort> {
        if named == self.ceremony.as_bytes() {
            Ok(())
        } else {
            Err(Abort::retry(Reason::WrongCeremony(
                "the peer speaks of another one",
            )))
        }
    }

    /// The kit, and its fingerprint.
    fn finish(mut self, device: Sealed, server: Sealed) -> Result<(Kit, [u8; 32]), Abort> {
        self.body.base = vec![device, server];
        Kit::new(self.body)
            .and_then(|kit| {
                let fingerprint = kit.fingerprint()?;
                Ok((kit, fingerprint))
            })
            .map_err(|_| Abort::retry(Reason::WrongCeremony("the kit would not be one")))
    }
}

/// 11.5: > the device's term is -x_1 + m, the server's 2 x_2 - m, with
/// > m = S(mask tag, pair secret, key id, epoch, RK).
fn term(share: &KeyShare, recovery: &RecoveryPublicKey) -> Result<Zeroizing<Scalar>, ShareError> {
    let mask = domain::scalar(
        domain::RECOVERY_MASK,
        &[
            &*share.pair_secret()?,
            share.id().as_bytes(),
            &share.epoch().to_be_bytes(),
            recovery.as_bytes(),
        ],
    );
    Ok(Zeroizing::new(masked(share.role(), share.secret(), &mask)))
}

fn masked(role: Role, secret: &Scalar, mask: &Scalar) -> Scalar {
    match role {
        Role::Device => mask - secret,
        Role::Server => secret + secret - mask,
    }
}
