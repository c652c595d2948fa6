//! Each rule earns its place: without it, a property breaks. The length of the shortest way
//! there is printed with `--nocapture`, its steps with `TANDEM_MODEL_TRACES=1`.

use std::collections::BTreeSet;

use stateright::{Checker, HasDiscoveries, Model};
use tandem_model::Mistake::{
    AcceptsEqualCommitments, AnswersBeforeTheFreeze, BareAcknowledgement,
    CiphertextsAfterPromotion, ConfirmIgnoresTheFreeze, ConfirmPromotesAtItsEnd,
    ConfirmUsesTheTransferState, DeviceDeletesBeforeProof, DeviceDoesNotWaitForItsWrites,
    DeviceKeepsPresignatures, FloorInTheSnapshot, LooksAtTheRecordOnlyOnce, NothingBindsTheShare,
    OpeningNamesTheEpochOnly, PresignaturesOutliveTheEpoch, RecomputesARepeatedRequest,
    RecordsAfterRelease, RefreshFromCurrentOnly, ServerKeepsPresignatures,
    ServerPreparesAfterItsHalf, ServerPromotesOnTheProof, StrikeAfterTheCheck, TwoSessionsAtOnce,
};
use tandem_model::property::{
    NO_SECOND_TRY, NOT_ACCEPTED, NOT_BELOW, NOT_MIXED, NOT_WHOLE, NOT_WHOLE_ON_DISK, ON_RECORD,
    ONE_DIGEST_A_NONCE, ONE_DIGEST_A_REQUEST, ONE_REFRESH, RECOVERABLE, RESTORE, SHARED, SIGNS,
};
use tandem_model::{Action, Life, Mistake, Party, Rules, Scenario};

const REFRESH: Scenario = Scenario {
    starts_with_a_key: true,
    refreshes: 2,
    signatures: 1,
    crashes: 1,
    ..Scenario::QUIET
};

const LOSSY: Scenario = Scenario {
    device_loses_a_write: true,
    ..REFRESH
};

const SIGN: Scenario = Scenario {
    starts_with_a_key: true,
    signatures: 2,
    crashes: 1,
    ..Scenario::QUIET
};

const PRESIGN: Scenario = Scenario {
    presignatures: 1,
    ..SIGN
};

const KEYGEN: Scenario = Scenario {
    keygens: 1,
    ..Scenario::QUIET
};

const fn cheated_by(cheat: Party, scenario: Scenario) -> Scenario {
    Scenario {
        cheat: Some(cheat),
        ..scenario
    }
}

const fn restoring(copied: Party) -> Scenario {
    Scenario {
        copied: Some(copied),
        ..REFRESH
    }
}

/// Set to anything, the steps of every counterexample are printed.
const TRACES: &str = "TANDEM_MODEL_TRACES";

/// Looks for a state that breaks `property` when the rules are followed but for `mistakes`,
/// and gives the fewest steps that lead there.
///
/// The checker ends some states after the first one, so it is asked again for a shorter way
/// until there is none.
fn counterexample(
    mistakes: &[Mistake],
    scenario: Scenario,
    property: &'static str,
) -> Option<Vec<Action>> {
    let rules = (mistakes.iter()).fold(Rules::TANDEM, |rules, mistake| rules.but(*mistake));
    let mut shortest: Option<Vec<Action>> = None;
    loop {
        let checker = Life { rules, scenario }
            .checker()
            .finish_when(HasDiscoveries::AnyOf(BTreeSet::from([property])));
        let checker = match &shortest {
            // A path of n steps has n + 1 states; the checker looks at fewer than its bound.
            Some(steps) => checker.target_max_depth(steps.len() + 1),
            None => checker,
        };
        match checker.spawn_bfs().join().discovery(property) {
            Some(path) => shortest = Some(path.into_actions()),
            None => return shortest,
        }
    }
}

/// As [`counterexample`], which must exist; prints its length.
fn caught(mistakes: &[Mistake], scenario: Scenario, property: &'static str) {
    let steps = counterexample(mistakes, scenario, property).unwrap_or_default();
    assert!(!steps.is_empty(), "{property:?} does not find {mistakes:?}");
    println!("{mistakes:?}: {} steps to break {property:?}", steps.len());
    if std::env::var_os(TRACES).is_some() {
        for step in steps {
            println!("    {step:?}");
        }
    }
}

#[test]
fn deleting_before_the_proof_loses_the_key() {
    caught(&[DeviceDeletesBeforeProof], REFRESH, SHARED);
}

#[test]
fn a_bare_acknowledgement_in_place_of_the_proof_loses_the_key() {
    caught(&[BareAcknowledgement], REFRESH, SHARED);
}

#[test]
fn a_server_that_prepares_after_its_half_left_loses_the_key() {
    caught(&[ServerPreparesAfterItsHalf], REFRESH, SHARED);
}

#[test]
fn a_device_that_does_not_wait_for_its_writes_loses_the_key() {
    caught(&[DeviceDoesNotWaitForItsWrites], REFRESH, SHARED);
}

#[test]
fn a_server_that_promotes_without_a_later_session_loses_the_key_to_a_forgotten_write() {
    caught(&[ServerPromotesOnTheProof], LOSSY, SHARED);
    // And to nothing less: the proof itself says that both had stored.
    assert_eq!(
        counterexample(&[ServerPromotesOnTheProof], REFRESH, SHARED),
        None
    );
}

#[test]
fn a_floor_that_a_restore_lowers_makes_a_stolen_share_good_again() {
    let restoring = restoring(Party::Server);
    caught(&[FloorInTheSnapshot], restoring, NOT_ACCEPTED);
    // The device itself does not use one: it promoted before its answer left,
    let signed = counterexample(&[FloorInTheSnapshot], restoring, NOT_BELOW);
    assert_eq!(signed, None);
    // and if it does not, it does.
    let both = [FloorInTheSnapshot, ConfirmPromotesAtItsEnd];
    caught(&both, restoring, NOT_BELOW);
}

#[test]
fn two_sessions_at_once_are_two_refreshes_at_once_and_lose_the_key() {
    caught(&[TwoSessionsAtOnce], REFRESH, ONE_REFRESH);
    caught(&[TwoSessionsAtOnce], REFRESH, SHARED);
}

#[test]
fn an_epoch_without_its_lineage_leaves_a_device_that_can_never_sign() {
    caught(&[OpeningNamesTheEpochOnly], LOSSY, SIGNS);
    caught(
        &[OpeningNamesTheEpochOnly],
        restoring(Party::Device),
        RESTORE,
    );
}

#[test]
fn a_ceremony_that_is_not_bound_to_the_share_mixes_shares() {
    caught(&[NothingBindsTheShare], restoring(Party::Device), NOT_MIXED);
}

#[test]
fn a_refresh_refused_from_the_proved_next_share_asks_for_the_words_without_need() {
    caught(&[RefreshFromCurrentOnly], REFRESH, SIGNS);
}

#[test]
fn a_device_that_promotes_after_the_server_loses_the_key_to_a_forgotten_write() {
    caught(&[ConfirmPromotesAtItsEnd], LOSSY, SHARED);
}

#[test]
fn a_device_that_promotes_after_the_server_loses_the_key_to_a_forged_refusal() {
    let forged = Scenario {
        forged_refusals: true,
        ..REFRESH
    };
    caught(&[ConfirmPromotesAtItsEnd], forged, SHARED);
}

#[test]
fn a_confirm_with_checks_is_wrong_whether_a_freeze_stops_it_or_not() {
    let crashes = Scenario {
        refreshes: 1,
        signatures: 0,
        crashes: 3,
        ..LOSSY
    };
    caught(&[ConfirmUsesTheTransferState], crashes, SIGNS);
    let ignored = [ConfirmUsesTheTransferState, ConfirmIgnoresTheFreeze];
    for cheat in [Party::Device, Party::Server] {
        caught(&ignored, cheated_by(cheat, REFRESH), NO_SECOND_TRY);
    }
}

#[test]
fn a_freeze_that_is_answered_before_it_is_stored_gives_a_second_try() {
    for cheat in [Party::Device, Party::Server] {
        let scenario = cheated_by(cheat, SIGN);
        caught(&[AnswersBeforeTheFreeze], scenario, NO_SECOND_TRY);
    }
}

#[test]
fn a_strike_after_the_check_hides_a_failed_check_in_every_crash() {
    let crashes = Scenario {
        crashes: 3,
        signatures: 3,
        ..SIGN
    };
    let scenario = cheated_by(Party::Device, crashes);
    caught(&[StrikeAfterTheCheck], scenario, NO_SECOND_TRY);
}

#[test]
fn equal_commitments_make_one_share_the_whole_key() {
    for cheat in [Party::Device, Party::Server] {
        let scenario = cheated_by(cheat, KEYGEN);
        caught(&[AcceptsEqualCommitments], scenario, NOT_WHOLE);
        // The joint test signature keeps it off the disk,
        let stored = counterexample(&[AcceptsEqualCommitments], scenario, NOT_WHOLE_ON_DISK);
        assert_eq!(stored, None);
        // and nothing else does.
        let both = [AcceptsEqualCommitments, BareAcknowledgement];
        caught(&both, scenario, NOT_WHOLE_ON_DISK);
    }
}

#[test]
fn presignatures_kept_after_an_abort_or_a_restart_sign_twice() {
    let both = [DeviceKeepsPresignatures, ServerKeepsPresignatures];
    caught(&both, PRESIGN, ONE_DIGEST_A_NONCE);
}

#[test]
fn one_side_that_drops_its_presignatures_is_enough() {
    for kept in [DeviceKeepsPresignatures, ServerKeepsPresignatures] {
        assert_eq!(counterexample(&[kept], PRESIGN, ONE_DIGEST_A_NONCE), None);
    }
}

#[test]
fn presignatures_that_outlive_the_epoch_sign_below_the_floor() {
    let scenario = Scenario {
        refreshes: 1,
        ..PRESIGN
    };
    caught(&[PresignaturesOutliveTheEpoch], scenario, NOT_BELOW);
}

#[test]
fn a_record_that_is_looked_up_only_once_lets_a_prepared_session_overtake() {
    let scenario = Scenario {
        refreshes: 1,
        ..PRESIGN
    };
    let two = [PresignaturesOutliveTheEpoch, LooksAtTheRecordOnlyOnce];
    caught(&two, scenario, ONE_DIGEST_A_REQUEST);
    let one = [LooksAtTheRecordOnlyOnce];
    assert_eq!(counterexample(&one, PRESIGN, ONE_DIGEST_A_REQUEST), None);
}

#[test]
fn a_repeated_request_that_is_computed_again_uses_its_nonce_twice() {
    caught(&[RecomputesARepeatedRequest], SIGN, ONE_DIGEST_A_NONCE);
}

#[test]
fn a_half_that_is_recorded_after_it_left_is_forgotten_and_the_request_signed_again() {
    caught(&[RecordsAfterRelease], SIGN, ON_RECORD);
    caught(&[RecordsAfterRelease], SIGN, ONE_DIGEST_A_REQUEST);
}

#[test]
fn ciphertexts_in_a_write_of_their_own_leave_a_share_without_recovery() {
    caught(&[CiphertextsAfterPromotion], REFRESH, RECOVERABLE);
}
