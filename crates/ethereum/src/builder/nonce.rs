//! Which nonce comes next.
//!
//! The network counts what is mined (`latest`) and what its node has seen (`pending`); the device
//! knows what it signed itself, also where no node has seen it yet. The next nonce is the first that
//! is free in all three views. `pending` is asked too, because MetaMask sends transactions of the
//! same account that the device has no record of: with `latest` alone the next one would silently
//! replace such a transaction. A count that is too high leaves a transaction waiting, which can be
//! seen and mended; one that is too low takes another's place.

/// The next nonce, from the network's counts and the nonces of our own pending transactions, in any
/// order: the first after both counts that none of ours has. A gap in ours is filled, not jumped.
///
/// `None` if the account has no nonce left.
#[must_use]
pub fn next_nonce(latest: u64, pending: u64, ours: &[u64]) -> Option<u64> {
    let mut next = latest.max(pending);
    // Each round meets one of `ours`, so there are at most as many rounds.
    while ours.contains(&next) {
        next = next.checked_add(1)?;
    }
    Some(next)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::next_nonce;

    #[test]
    fn is_the_first_nonce_that_is_free_in_every_view() {
        for (latest, pending, ours, expected) in [
            (0, 0, &[][..], 0),
            (5, 5, &[], 5),
            (5, 5, &[5], 6),
            (5, 5, &[6, 5], 7),
            // What is mined does not count any more.
            (5, 5, &[3, 4], 5),
            // Beyond a gap nothing counts: the gap is filled first.
            (5, 5, &[7, 8], 5),
            (5, 5, &[5, 7], 6),
            // The node has seen transactions that we have no record of.
            (5, 8, &[], 8),
            (5, 6, &[5, 6], 7),
            (5, 7, &[5, 7], 8),
            // A node that has lost its pool must not make us sign a nonce twice.
            (5, 0, &[5], 6),
        ] {
            assert_eq!(
                next_nonce(latest, pending, ours),
                Some(expected),
                "{latest} {pending} {ours:?}"
            );
        }
    }

    #[test]
    fn an_account_at_its_last_nonce_has_no_next_one() {
        assert_eq!(next_nonce(u64::MAX, 0, &[u64::MAX]), None);
    }

    proptest! {
        #[test]
        fn is_never_used_and_never_behind_the_network(
            latest in 0_u64..20, pending in 0_u64..20, ours in proptest::collection::vec(0_u64..20, 0..20),
        ) {
            let next = next_nonce(latest, pending, &ours);
            prop_assert!(next.is_some_and(|next| next >= latest && next >= pending && !ours.contains(&next)));
        }
    }
}
