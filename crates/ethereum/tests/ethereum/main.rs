//! The tests of this crate from outside, in one program: one file per subject.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod alloy_oracle;
mod authorizations;
mod builder;
mod calldata_batches;
mod calldata_encoding;
mod calldata_tokens;
mod consensus_rules;
mod envelope_and_messages;
mod ethersproject_cases;
mod fuzz_checks;
mod fuzz_corpus;
mod hostile_input;
mod published_vectors;
mod sign_in;
mod signatures;
mod signed_transactions;
mod summaries;
mod support;
mod transaction_rules;
mod typed_data_oracle;
mod typed_data_rules;
mod typed_data_summaries;
mod typed_data_vectors;
mod typed_transaction_rules;
mod wycheproof_vectors;
