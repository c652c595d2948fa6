//! What must hold in every state, and what must be reachable so that the model says anything.

use stateright::Property;

use crate::Life;
use crate::continuation::End;
use crate::network::Purpose;
use crate::share::{Digest, STRIKES, Share};
use crate::state::{Party, State, Told};

type Promise = Property<Life>;

/// I1, as long as nothing was put back.
pub const SHARED: &str = "I1 both hold one share, or something was put back";
/// I1, when something was.
pub const RECOVERABLE: &str = "I1 whatever is held, the words and it give the key";
/// I2.
pub const NOT_BELOW: &str = "I2 nothing below the promoted epoch is signed with";
/// I2, of a device's half that was stolen.
pub const NOT_ACCEPTED: &str = "I2 nothing below the promoted epoch is accepted";
/// I3.
pub const NOT_MIXED: &str = "I3 no signature mixes shares";
/// I4.
pub const RESTORE: &str = "I4 what was put back signs, or asks for the words and then signs";
/// I5.
pub const ONE_REFRESH: &str = "I5 one refresh at a time";
/// I6.
pub const SIGNS: &str = "I6 without further faults a signature succeeds, without the words";
/// I7.
pub const ONE_DIGEST_A_NONCE: &str = "I7 one nonce, one digest";
/// A request that comes again gets the same bytes, or an error.
pub const ONE_DIGEST_A_REQUEST: &str = "one request, one digest";
/// The server knows every half that left.
pub const ON_RECORD: &str = "every half that left is on record";
/// The key is nowhere in one place.
pub const NOT_WHOLE: &str = "no share is the whole key";
/// As above, of what survives a restart.
pub const NOT_WHOLE_ON_DISK: &str = "no share on a disk is the whole key";
/// Selective failure: one visible try a share, and no more hidden ones than there are strikes.
pub const NO_SECOND_TRY: &str = "no transfer state is tried again after a failed check";

/// Reached somewhere, so that the properties are not about nothing.
pub const REACHES_SIGNATURE: &str = "reached: a signature";
/// As above.
pub const REACHES_PROMOTION: &str = "reached: both hold a next epoch and nothing older";
/// As above.
pub const REACHES_UNPROVED: &str = "reached: an idle device with an unproved next share";
/// As above.
pub const REACHES_RECOVERY: &str = "reached: a device that asks for the words";
/// As above.
pub const REACHES_FREEZE: &str = "reached: a frozen share";

pub(crate) fn all() -> Vec<Promise> {
    let mut all: Vec<Promise> = vec![
        Promise::always(SHARED, |_, state| {
            let history = &state.history;
            !history.announced || history.restored || both_hold(state).next().is_some()
        }),
        Promise::always(RECOVERABLE, |_, state| {
            let device = state.device.disk.shares();
            let mut held = device.chain(state.server.disk.shares());
            held.all(|held| held.ciphertexts)
        }),
        Promise::always(NOT_BELOW, |_, state| !state.history.below_floor),
        Promise::always(NOT_ACCEPTED, |life, state| {
            let mut old = state.server.disk.shares().map(|held| held.share);
            !old.any(|share| {
                let (request, digest) = (0, Digest::A);
                let purpose = Purpose::Sign {
                    share,
                    request,
                    digest,
                };
                share.epoch < state.history.promoted && life.server_share(state, purpose).is_ok()
            })
        }),
        Promise::always(NOT_MIXED, |_, state| !state.history.mixed),
        Promise::always(RESTORE, |life, state| {
            life.scenario.somebody_lies()
                || !state.history.restored
                || !idle(state)
                || life.continuation(state) != End::Stuck
        }),
        Promise::always(ONE_REFRESH, |_, state| {
            let sessions = state.server.sessions.iter();
            sessions
                .filter(|session| session.purpose.made().is_some())
                .count()
                <= 1
        }),
        Promise::always(SIGNS, |life, state| {
            life.scenario.somebody_lies()
                || state.history.restored
                || !idle(state)
                || match life.continuation(state) {
                    End::Signs => true,
                    End::NoKey => !state.history.announced,
                    End::Recovers | End::AsksForWords | End::Stuck => false,
                }
        }),
        Promise::always(ONE_DIGEST_A_NONCE, |_, state| !state.history.nonce_twice),
        Promise::always(ONE_DIGEST_A_REQUEST, |_, state| {
            let history = &state.history;
            history.server_restored || !history.digests.contains(&3)
        }),
        Promise::always(ON_RECORD, |_, state| {
            let history = &state.history;
            let mut halves = history.digests.iter().zip(state.server.disk.records);
            history.server_restored
                || halves.all(|(digests, record)| *digests == 0 || record.is_some())
        }),
        Promise::always(NOT_WHOLE, |_, state| {
            let mut sessions = state.server.sessions.iter();
            !on_a_disk(state)
                && !sessions.any(|session| session.whole)
                && !state.device.session.is_some_and(|session| session.whole)
        }),
        Promise::always(NOT_WHOLE_ON_DISK, |_, state| !on_a_disk(state)),
        Promise::always(NO_SECOND_TRY, |_, state| {
            let history = &state.history;
            let of = |list: &[(Party, Share)], one: &(Party, Share)| {
                list.iter().filter(|other| *other == one).count()
            };
            let answered = &history.answered;
            let failed = &history.failed;
            answered.iter().all(|one| of(answered, one) <= 1)
                && failed
                    .iter()
                    .all(|one| one.0 == Party::Device || of(failed, one) <= usize::from(STRIKES))
        }),
    ];
    all.extend([
        Promise::sometimes(REACHES_SIGNATURE, |_, state| {
            state.device.told == Told::Signed
        }),
        Promise::sometimes(REACHES_PROMOTION, |_, state| {
            let (device, server) = (state.device.disk, state.server.disk);
            both_hold(state).any(|share| {
                share.epoch > 0 && device.shares().count() == 1 && server.shares().count() == 1
            })
        }),
        Promise::sometimes(REACHES_UNPROVED, |_, state| {
            state.device.disk.next.is_some() && idle(state)
        }),
        Promise::sometimes(REACHES_RECOVERY, |_, state| {
            state.device.told == Told::NeedsRecovery
        }),
        Promise::sometimes(REACHES_FREEZE, |_, state| {
            let device = state.device.disk.shares();
            device
                .chain(state.server.disk.shares())
                .any(|held| held.frozen)
        }),
    ]);
    all
}

/// The continuation is judged where the device waits for nothing; such a state follows every
/// other one without a fault.
fn idle(state: &State) -> bool {
    state.device.session.is_none() && state.device.settled
}

/// The shares that both have on disk.
fn both_hold(state: &State) -> impl Iterator<Item = Share> {
    let server = state.server.disk.shares().map(|held| held.share);
    server.filter(|share| state.device.disk.holds(*share))
}

fn on_a_disk(state: &State) -> bool {
    let device = state.device.disk.shares();
    device
        .chain(state.server.disk.shares())
        .any(|held| held.whole)
}
