//! Preparing a signature before its digest is known, and using it for one digest
//! later: SPEC.md section 12.
//!
//! ```text
//! device  Opening  ->            step 12.1
//!         <-  Reply      server  step 12.2
//! device  Answer   ->            step 12.3     both have a Presignature
//!
//! device  Use      ->            step 12.4     once the digest is fixed
//!         <-  Partial    server  step 12.5
//! ```
//!
//! # Security
//!
//! A presignature is good for one digest. Both sides consume it by using it, and
//! either one alone prevents a second use. Callers MUST keep it in memory only,
//! and MUST drop it with everything prepared together on any abort, freeze,
//! change of epoch, or loss of the connection it was made on.

pub mod device;
mod messages;
mod rerandomise;
pub mod server;

use crate::sign::engine::Run;
use crate::{Abort, AccountShare, Ceremony, Kind, Reason, Role};
use rerandomise::Origin;

/// Stands for the digest in the library's phases 1 to 3. The half computed with
/// it is w = r v, never sent, and completed by step 12.5 only.
const PLACEHOLDER: [u8; 32] = [0; 32];

/// A run on the account's own share, after checking that the ceremony is about
/// this account.
fn run(share: AccountShare, ceremony: &Ceremony, role: Role) -> Result<(Run, Origin), Abort> {
    let Kind::Presign {
        key,
        epoch,
        account,
        ..
    } = ceremony.kind
    else {
        return Err(Abort::retry(Reason::WrongCeremony("it is not presigning")));
    };
    share.expect(role, key, epoch, account)?;
    let origin = Origin {
        id: ceremony.id(),
        public_key: share.public_key(),
        epoch,
        account,
    };
    let run = Run::new(share.into_party(), role, &origin.id, PLACEHOLDER);
    Ok((run, origin))
}
