//! The third share: SPEC.md section 11. Every message, kit and backup passes
//! through bytes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

#[path = "../pair/mod.rs"]
mod pair;
mod support;

mod backups;
mod files;
mod kits;
mod old_files;
mod real_refreshes;
mod rebuilding;
mod refreshes;
mod setups;
mod single_holders;
mod specification;
