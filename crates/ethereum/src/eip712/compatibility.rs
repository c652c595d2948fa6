//! Which strict rules are relaxed, one by one, each for a reason and with a test.
//!
//! A row may stand here only if applications that people use need it, and if both readings still
//! give the same digest, which the differential test checks.

use crate::refusal::{self, Refusal};

/// The rule, by its refusal, and why it is relaxed.
const RELAXED: &[(&Refusal, &str)] = &[(
    &refusal::DOMAIN_FIELD_ORDER,
    "EIP-712: \"User-agents should accept fields in any order as specified by the EIP712Domain type.\"",
)];

/// Is the rule behind this refusal relaxed?
pub(super) fn relaxes(refusal: &Refusal) -> bool {
    RELAXED
        .iter()
        .any(|(relaxed, _)| relaxed.code == refusal.code)
}
