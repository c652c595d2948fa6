//! A short run of `npm run chaos`: the variables `TANDEM_CHAOS_KILLS` and `TANDEM_SEED` make it
//! longer and another one.

use tandem_tests::chaos;
use tokio::task::LocalSet;

/// Of the server, inside a ceremony.
const KILLS: u64 = 20;

fn variable(name: &str) -> Option<u64> {
    let given = std::env::var(name).ok()?;
    assert!(given.parse::<u64>().is_ok(), "{name} is not a number");
    given.parse().ok()
}

#[test]
#[expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a report for whoever runs it"
)]
fn kills_at_any_moment_lose_no_key_and_use_no_nonce_twice() {
    let kills = variable("TANDEM_CHAOS_KILLS").unwrap_or(KILLS);
    let seed = variable("TANDEM_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("TANDEM_SEED={seed} repeats the choices of this run of {kills} kills of the server");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let kills = usize::try_from(kills).unwrap();
    let report = LocalSet::new().block_on(&runtime, chaos::run(seed, kills));
    println!("{report}");
}
