use stateright::{Checker, HasDiscoveries, Model};
use tandem_model::*;

#[test]
fn probe() {
    let mut scenario = Scenario {
        starts_with_a_key: true,
        refreshes: 1,
        signatures: 1,
        crashes: 1,
        ..Default::default()
    };
    for (k, v) in std::env::var("P")
        .unwrap_or_default()
        .split(',')
        .filter_map(|x| x.split_once('='))
    {
        let v: u8 = v.parse().unwrap();
        match k {
            "k" => scenario.keygens = v,
            "r" => scenario.refreshes = v,
            "s" => scenario.signatures = v,
            "p" => scenario.presignatures = v,
            "c" => scenario.crashes = v,
            "d" => scenario.duplicates = v,
            "w" => scenario.device_loses_a_write = v > 0,
            "0" => scenario.starts_with_a_key = v > 0,
            "cd" => scenario.copied = Some(Party::Device),
            "cs" => scenario.copied = Some(Party::Server),
            "l" => scenario.device_is_lost = true,
            "f" => scenario.forged_refusals = true,
            "xd" => scenario.cheat = Some(Party::Device),
            "xs" => scenario.cheat = Some(Party::Server),
            _ => panic!(),
        }
    }
    let mut rules = Rules::TANDEM;
    use Mistake::*;
    let all = [
        DeviceDeletesBeforeProof,
        BareAcknowledgement,
        ServerPreparesAfterItsHalf,
        DeviceDoesNotWaitForItsWrites,
        FloorInTheSnapshot,
        ServerPromotesOnTheProof,
        OpeningNamesTheEpochOnly,
        NothingBindsTheShare,
        TwoSessionsAtOnce,
        RefreshFromCurrentOnly,
        ConfirmIsACeremony,
        ConfirmIsACeremonyThatIgnoresAFreeze,
        AnswersBeforeTheFreeze,
        StrikeAfterTheCheck,
        AcceptsEqualCommitments,
        DeviceKeepsPresignatures,
        ServerKeepsPresignatures,
        PresignaturesOutliveTheEpoch,
        RecomputesARepeatedRequest,
        RecordsAfterRelease,
        CiphertextsAfterPromotion,
    ];
    for m in std::env::var("M")
        .unwrap_or_default()
        .split(',')
        .filter(|m| !m.is_empty())
    {
        rules = rules.but(*all.iter().find(|x| format!("{x:?}") == m).unwrap());
    }
    let start = std::time::Instant::now();
    let checker = Life { rules, scenario }
        .checker()
        .finish_when(HasDiscoveries::AnyFailures)
        .timeout(std::time::Duration::from_secs(60))
        .spawn_bfs()
        .join();
    println!(
        "{} states {} depth {:?} done {}",
        checker.unique_state_count(),
        checker.max_depth(),
        start.elapsed(),
        checker.is_done()
    );
    let d = checker.discoveries();
    for (k, v) in d {
        if k.starts_with("reached") {
            println!("{k} {}", v.into_actions().len())
        } else {
            println!("== {k}:");
            let fin = v.last_state().clone();
            for a in v.into_actions() {
                println!("   {a:?}");
            }
            println!("{fin:?}");
        }
    }
}
