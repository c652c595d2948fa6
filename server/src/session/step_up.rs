//! What an operation needs beyond a device that is enrolled: today a permit, a
//! one-time code that the operator makes for one key and one operation. Further
//! factors belong here too.
//!
//! Setting recovery words is such an operation: whoever knows the words and has the
//! device's share can compute the private key (SPEC.md 11.10), so a thief of the device
//! who could choose the words would have it.

use std::time::Instant;

use tandem_threshold::recovery::RecoveryPublicKey;
use tandem_wire::{RefusalCode, Token};
use zeroize::Zeroizing;

use super::Opened;
use super::end::End;
use crate::services::Services;
use crate::store::Permission;

/// What a device brought along.
pub(super) struct StepUp {
    permit: Option<[u8; 32]>,
    named: bool,
}

impl StepUp {
    /// Takes a permit as it was typed. One that is none is refused like one that is
    /// wrong, and only if one is needed.
    pub fn of(services: &Services, permit: Option<String>) -> Result<Self, End> {
        let permit = permit.map(Zeroizing::new);
        if permit.is_some() && !services.attempts.allowed(Instant::now()) {
            tracing::warn!("too many wrong codes: refusing all for up to a minute");
            return Err(End::unavailable());
        }
        let token = permit.as_ref().and_then(|text| text.parse::<Token>().ok());
        Ok(Self {
            permit: token.map(|token| token.hash()),
            named: permit.is_some(),
        })
    }

    /// For the store, which uses it in the same step as it writes what is permitted.
    pub const fn permit(&self) -> Option<&[u8; 32]> {
        self.permit.as_ref()
    }

    /// What the store decided, as the device hears it.
    pub fn obey(&self, services: &Services, permission: Permission) -> Result<(), End> {
        match permission {
            Permission::Granted => Ok(()),
            Permission::Required if self.named => {
                services.attempts.failed(Instant::now());
                Err(End::refused(
                    RefusalCode::PermitRequired,
                    "the permit is unknown, used, expired or for something else",
                ))
            }
            Permission::Required => Err(End::refused(
                RefusalCode::PermitRequired,
                "this needs a permit: ask who runs the signing server for one",
            )),
        }
    }
}

/// A recovery public key, as a device names it.
pub(super) fn recovery_key(bytes: &[u8]) -> Result<RecoveryPublicKey, End> {
    RecoveryPublicKey::from_bytes(bytes)
        .map_err(|_| End::invalid_request("recoveryPublicKey", "is not a public key"))
}

/// The device has the words at hand: it has just signed with them, for this session.
/// SPEC.md 11.9.
pub(super) fn prove_words(
    opened: &Opened,
    recovery: &RecoveryPublicKey,
    proof: &[u8],
) -> Result<(), End> {
    recovery
        .verify(&opened.server_nonce, &opened.device.0, proof)
        .map_err(|_| {
            End::refused(
                RefusalCode::Unauthorized,
                "the proof of the recovery words does not verify",
            )
        })
}
