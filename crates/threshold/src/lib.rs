//! The life cycle of a two-party ECDSA key over secp256k1: one share at the
//! device (index 1), one at the server (index 2), both needed for every
//! signature. SPEC.md states the protocol step by step; the step numbers in the
//! comments here are SPEC.md's.
//!
//! Every ceremony is a chain of states. A state is consumed by the message that
//! moves it on, so a round cannot be skipped, repeated or run out of order:
//!
//! ```text
//! keygen   AwaitFragment -> AwaitCommitment -> AwaitOpening -> AwaitSetup -> Unproven -> proof -> KeyShare
//! sign     device: AwaitReply -> AwaitPartial -> Signature      server: AwaitAnswer -> PartialSignature
//! presign  device: AwaitReply -> Presignature -> AwaitPartial -> Signature
//!          server: AwaitAnswer -> Presignature -> PartialSignature
//! refresh  Base -> AwaitFragment -> .. -> Unproven -> proof -> Refreshed
//! confirm  the states of sign, with the master share
//! ```
//!
//! Messages are bytes on both sides of every function: what is hashed into the
//! transcript is exactly what crossed the wire.
//!
//! This crate does no I/O and reads no clock. Nonces are parameters. The
//! underlying library, `dkls23`, draws its own randomness from `rand::rng()`, a
//! generator in memory that the operating system seeds; it cannot be passed in.
//!
//! # Security
//!
//! `dkls23` has not been audited, and neither has this crate. Callers MUST treat
//! [`Verdict::Freeze`] as SPEC.md section 5 says: persist the freeze before
//! anything is answered, and never retry; and count every [`Abort::is_strike`].

mod abort;
mod ceremony;
mod codec;
mod context;
mod derive;
mod domain;
mod kept;
mod proof;
mod share;
mod signature;
mod transcript;

pub mod confirm;
pub mod keygen;
pub mod presign;
pub mod recovery;
pub mod refresh;
pub mod sign;

pub use abort::{Abort, MAX_STRIKES, Reason, Verdict};
pub use ceremony::{Basis, Ceremony, CeremonyId, Kind, Nonce, Role};
pub use derive::{AccountShare, DeriveError, MAX_ACCOUNT_INDEX, imported_chain_code};
pub use share::{KeyId, KeyShare, PublicKey, Releases, ShareError, public_key};
pub use signature::Signature;
