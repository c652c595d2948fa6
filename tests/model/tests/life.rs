//! Tandem's rules, in every order in which things can go wrong within the bounds.

use std::time::Instant;

use stateright::{Checker, Model};
use tandem_model::property::{
    REACHES_FREEZE, REACHES_PROMOTION, REACHES_RECOVERY, REACHES_SIGNATURE, REACHES_UNPROVED,
};
use tandem_model::{Life, Party, Rules, Scenario};

/// A key that exists, and nothing that goes wrong.
const KEY: Scenario = Scenario {
    starts_with_a_key: true,
    ..Scenario::QUIET
};

/// The names of the properties that are reached if the model does anything at all.
const REACHED: &str = "reached: ";

/// Visits every state of `scenario` under Tandem's rules. Every property must hold, and
/// everything in `reached` must have been seen.
fn holds(scenario: Scenario, reached: &[&str]) {
    let rules = Rules::TANDEM;
    let start = Instant::now();
    let checker = Life { rules, scenario }.checker().spawn_bfs().join();
    println!(
        "{} states, depth {}, {:.1} s",
        checker.unique_state_count(),
        checker.max_depth(),
        start.elapsed().as_secs_f32()
    );
    assert!(checker.is_done(), "some states were not visited");
    let found = checker.discoveries();
    for (name, path) in &found {
        assert!(
            name.starts_with(REACHED),
            "{name:?} does not hold: {:#?}",
            path.clone().into_actions()
        );
    }
    for name in reached {
        assert!(found.contains_key(name), "not {name:?}");
    }
}

#[test]
fn a_keygen_leaves_no_account_or_one_that_signs() {
    let scenario = Scenario {
        keygens: 3,
        signatures: 1,
        crashes: 3,
        duplicates: 2,
        ..Scenario::QUIET
    };
    holds(scenario, &[REACHES_SIGNATURE]);
}

#[test]
fn an_echo_in_a_keygen_gets_nowhere() {
    for cheat in [Party::Device, Party::Server] {
        let scenario = Scenario {
            keygens: 2,
            signatures: 1,
            crashes: 2,
            cheat: Some(cheat),
            ..Scenario::QUIET
        };
        holds(scenario, &[REACHES_SIGNATURE]);
    }
}

#[test]
fn two_refreshes_survive_three_crashes_and_a_write_that_metamask_forgets() {
    let scenario = Scenario {
        refreshes: 2,
        signatures: 1,
        crashes: 3,
        device_loses_a_write: true,
        ..KEY
    };
    let reached = [REACHES_SIGNATURE, REACHES_PROMOTION, REACHES_UNPROVED];
    holds(scenario, &reached);
}

#[test]
fn a_refresh_survives_three_crashes_and_messages_that_come_twice() {
    let scenario = Scenario {
        refreshes: 1,
        signatures: 2,
        crashes: 3,
        duplicates: 1,
        device_loses_a_write: true,
        ..KEY
    };
    holds(scenario, &[REACHES_PROMOTION, REACHES_FREEZE]);
}

#[test]
fn requests_that_come_again_are_signed_once() {
    let scenario = Scenario {
        signatures: 3,
        crashes: 3,
        duplicates: 2,
        device_loses_a_write: true,
        ..KEY
    };
    holds(scenario, &[REACHES_SIGNATURE, REACHES_FREEZE]);
}

#[test]
fn presignatures_are_used_once_and_never_after_a_refresh() {
    let scenario = Scenario {
        refreshes: 1,
        signatures: 2,
        presignatures: 1,
        crashes: 1,
        ..KEY
    };
    holds(scenario, &[REACHES_SIGNATURE, REACHES_PROMOTION]);
}

#[test]
fn an_old_backup_of_the_device_signs_or_asks_for_the_words() {
    let scenario = Scenario {
        refreshes: 2,
        signatures: 1,
        crashes: 1,
        copied: Some(Party::Device),
        ..KEY
    };
    holds(scenario, &[REACHES_RECOVERY, REACHES_PROMOTION]);
}

#[test]
fn an_old_backup_of_the_server_signs_or_asks_for_the_words() {
    let scenario = Scenario {
        refreshes: 2,
        signatures: 1,
        crashes: 1,
        copied: Some(Party::Server),
        ..KEY
    };
    holds(scenario, &[REACHES_RECOVERY, REACHES_PROMOTION]);
}

#[test]
fn a_lost_device_is_replaced_with_the_words_wherever_the_refresh_stood() {
    let scenario = Scenario {
        refreshes: 2,
        signatures: 1,
        crashes: 1,
        device_is_lost: true,
        ..KEY
    };
    holds(scenario, &[REACHES_RECOVERY, REACHES_PROMOTION]);
}

#[test]
fn a_lost_device_that_comes_back_signs_or_asks_for_the_words() {
    let scenario = Scenario {
        refreshes: 1,
        signatures: 1,
        crashes: 1,
        device_is_lost: true,
        copied: Some(Party::Device),
        ..KEY
    };
    holds(scenario, &[REACHES_RECOVERY, REACHES_PROMOTION]);
}

#[test]
fn a_cheat_sees_one_failed_check_a_share() {
    for cheat in [Party::Device, Party::Server] {
        let scenario = Scenario {
            refreshes: 1,
            signatures: 2,
            crashes: 1,
            cheat: Some(cheat),
            ..KEY
        };
        holds(scenario, &[REACHES_FREEZE, REACHES_PROMOTION]);
    }
}

#[test]
fn a_forged_refusal_costs_no_share() {
    let scenario = Scenario {
        refreshes: 2,
        signatures: 1,
        forged_refusals: true,
        ..KEY
    };
    holds(scenario, &[REACHES_PROMOTION]);
}

mod long {
    //! Wider bounds, minutes each: `cargo test -p tandem-model --test life -- --ignored`.

    use super::*;

    #[test]
    #[ignore = "minutes"]
    fn two_refreshes_and_two_signatures_survive_three_crashes_and_a_lost_write() {
        let scenario = Scenario {
            refreshes: 2,
            signatures: 2,
            crashes: 3,
            duplicates: 1,
            device_loses_a_write: true,
            ..KEY
        };
        holds(scenario, &[REACHES_PROMOTION, REACHES_FREEZE]);
    }

    #[test]
    #[ignore = "minutes"]
    fn presignatures_survive_two_crashes() {
        let scenario = Scenario {
            refreshes: 1,
            signatures: 2,
            presignatures: 2,
            crashes: 2,
            ..KEY
        };
        holds(scenario, &[REACHES_SIGNATURE, REACHES_FREEZE]);
    }

    #[test]
    #[ignore = "minutes"]
    fn an_old_backup_survives_two_crashes() {
        for copied in [Party::Device, Party::Server] {
            let scenario = Scenario {
                refreshes: 2,
                signatures: 1,
                crashes: 2,
                copied: Some(copied),
                ..KEY
            };
            holds(scenario, &[REACHES_RECOVERY, REACHES_PROMOTION]);
        }
    }

    #[test]
    #[ignore = "minutes"]
    fn a_lost_device_and_an_old_backup_survive_a_crash() {
        for copied in [Party::Device, Party::Server] {
            let scenario = Scenario {
                refreshes: 2,
                signatures: 1,
                crashes: 1,
                device_is_lost: true,
                copied: Some(copied),
                ..KEY
            };
            holds(scenario, &[REACHES_RECOVERY, REACHES_PROMOTION]);
        }
    }

    #[test]
    #[ignore = "minutes"]
    fn a_cheat_sees_one_failed_check_a_share_over_two_refreshes() {
        for cheat in [Party::Device, Party::Server] {
            let scenario = Scenario {
                refreshes: 2,
                signatures: 2,
                crashes: 3,
                cheat: Some(cheat),
                ..KEY
            };
            holds(scenario, &[REACHES_FREEZE, REACHES_PROMOTION]);
        }
    }
}
