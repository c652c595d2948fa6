//! Proving in a session of its own that both sides have the shares of an epoch:
//! SPEC.md 10.7.
//!
//! The messages and the states are those of [`sign`](crate::sign); what is signed
//! is a digest that can never be a request of the user.

use dkls23::protocols::AbortReason;

use crate::sign::device::fits;
use crate::sign::engine::Run;
use crate::sign::{device, server};
use crate::{Abort, Ceremony, KeyShare, Kind, Reason, Role, domain, proof};

/// Step 10.7.1, at the device. Returns the opening to send. The signature at the
/// end proves that the server has the share of this epoch.
///
/// # Errors
/// [`Reason::WrongCeremony`] if `ceremony` is not a confirmation with this share.
pub fn open(share: KeyShare, ceremony: &Ceremony) -> Result<(device::AwaitReply, Vec<u8>), Abort> {
    device::open_run(run(share, ceremony, Role::Device)?)
}

/// Step 10.7.2, at the server. Returns the reply to send.
///
/// # Security
/// Once [`server::AwaitAnswer::receive`] has succeeded, the device has proved that
/// it has the share of this epoch. The caller MUST make the epoch the current one
/// durably before it sends the half: the device then forgets the epoch before.
///
/// # Errors
/// [`Abort`]; obey its verdict. [`Reason::OtherShare`] if the device has a share of
/// this epoch that our refresh did not make, found before anything of it is used.
pub fn reply(
    share: KeyShare,
    ceremony: &Ceremony,
    message: &[u8],
) -> Result<(server::AwaitAnswer, Vec<u8>), Abort> {
    let run = run(share, ceremony, Role::Server)?;
    server::reply_run(run, message).map_err(|abort| match abort.reason {
        Reason::Check(AbortReason::SessionBindingMismatch { .. }) => {
            Abort::retry(Reason::OtherShare)
        }
        _ => abort,
    })
}

/// A run for the master share, after checking that the ceremony is about it.
fn run(share: KeyShare, ceremony: &Ceremony, role: Role) -> Result<Run, Abort> {
    let Kind::Confirm { key, epoch } = ceremony.kind else {
        return Err(Abort::retry(Reason::WrongCeremony(
            "it is not a confirmation",
        )));
    };
    fits(share.role() == role, "the share is the other party's")?;
    fits(share.id() == key, "the share is of another key")?;
    fits(share.epoch() == epoch, "the share is of another epoch")?;
    let id = ceremony.id();
    // 10.7: > keccak256(0x80 ‖ confirm tag ‖ ceremony id).
    let digest = proof::digest(domain::CONFIRM, id.as_bytes());
    Ok(Run::new(share.into_party(), role, &id, digest))
}
