//! Kills without mercy: the server as a process, at frames, at durable steps and at random moments,
//! and the device at any call it makes, over every ceremony, again and again. Afterwards every
//! account that MetaMask was told of signs, and no nonce was ever used twice.
//!
//! A run is a seed and a number of cycles. The choices depend on nothing else; where a kill at a
//! random moment lands depends on the machine as well.

mod durable;
mod judge;
mod plan;
mod subject;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::{Direction, Fate, Server, TestDevice, Wallet};
use durable::KillAtSync;
use judge::Judge;
use plan::{Act, Cycle, Fault};
use subject::Subject;

/// Devices that live through the run side by side.
const SUBJECTS: usize = 3;

/// What a run did.
#[derive(Debug, Default)]
pub struct Report {
    /// Cycles of each kind, by "ceremony / fault".
    pub cycles: BTreeMap<String, usize>,
    /// Cycles in which the fault hit while the request was not answered.
    pub struck: usize,
    /// Those of them in which the server was killed.
    pub server_kills: usize,
    /// Keys that a new device took over with their words.
    pub recovered: usize,
    /// Signatures that were made and judged.
    pub signatures: usize,
    /// Restored states that were refused for their age.
    pub too_old: usize,
    /// Keys that were frozen because too many checks of them were cut short.
    pub struck_out: usize,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, count) in &self.cycles {
            writeln!(f, "{count:>6}  {kind}")?;
        }
        write!(
            f,
            "{:>6}  in all; {} hit a request that was running, {} of them kills of the server; {} signatures, no nonce twice; {} keys recovered; {} states too old; {} keys struck out",
            self.cycles.values().sum::<usize>(),
            self.struck,
            self.server_kills,
            self.signatures,
            self.recovered,
            self.too_old,
            self.struck_out,
        )
    }
}

/// How many cycles a kill of the server inside a ceremony takes at most, on average.
const CYCLES_FOR_A_KILL: usize = 5;

/// Runs until the server was killed `kills` times inside a ceremony. Panics at the first broken
/// promise, with the cycle that broke it.
pub async fn run(seed: u64, kills: usize) -> Report {
    let mut chaos = Chaos::start(seed).await;
    for number in 0..kills * CYCLES_FOR_A_KILL {
        if chaos.report.server_kills >= kills {
            break;
        }
        let cycle = Cycle::choose(&mut chaos.random);
        chaos.context = format!("seed {seed}, cycle {number}: {cycle:?}");
        chaos.cycle(cycle).await;
    }
    chaos.finish()
}

struct Chaos {
    random: fastrand::Rng,
    server: Rc<RefCell<Server>>,
    kill_at_sync: Option<KillAtSync>,
    subjects: Vec<Subject>,
    judge: Judge,
    report: Report,
    /// Whether an old state of the device was restored in this cycle.
    restored: bool,
    /// What is going on, for the message of a failure.
    context: String,
}

impl Chaos {
    async fn start(seed: u64) -> Self {
        let server = Server::start_with(&["--log", "off", "--max-keys-per-device", "100000"]);
        let mut subjects = Vec::new();
        for _ in 0..SUBJECTS {
            subjects.push(Subject::with_account(server.enrolment_code()).await);
        }
        Self {
            random: fastrand::Rng::with_seed(seed),
            server: Rc::new(RefCell::new(server)),
            kill_at_sync: KillAtSync::compile(),
            subjects,
            judge: Judge::default(),
            report: Report::default(),
            restored: false,
            context: String::new(),
        }
    }

    async fn cycle(&mut self, cycle: Cycle) {
        let place = self.random.usize(..self.subjects.len());
        // A key is made by a device that has none; the one before comes back if none is made.
        let before = if cycle.act.starts_afresh() {
            let fresh = Subject::without_account(self.code()).await;
            self.replace(place, fresh)
        } else {
            None
        };
        if cycle.act == Act::Recover {
            self.recover(place, cycle).await;
            return;
        }
        if cycle.act == Act::Drill && !self.subject(place).find_words().await {
            return;
        }
        self.permit(place, cycle.act).await;
        let wallet = self.subject(place).wallet.clone();
        self.restored = matches!(cycle.fault, Fault::OldState(_));
        if let Fault::OldState(steps) = cycle.fault {
            self.subject_mut(place).go_back(steps);
        }
        let struck = Rc::new(Cell::new(false));
        let fate = self.arm(&wallet, cycle.fault, &struck);
        let device = TestDevice::new(&wallet, fate);
        let answer = self.subject_mut(place).act(&device, cycle.act).await;
        let answered = answer
            .as_ref()
            .is_some_and(|answer| answer.get("result").is_some());
        if let Some(answer) = &answer {
            self.accept(answer, cycle.act, place);
        }
        drop(device);
        self.disarm(&wallet);
        if struck.get() || !answered {
            self.report.struck += 1;
            self.report.server_kills += usize::from(cycle.kills_server());
        }
        *self.report.cycles.entry(cycle.kind()).or_default() += 1;
        if self.restored {
            self.old_state_harms_nothing(place).await;
        }
        self.nothing_is_lost(place).await;
        self.subject_mut(place).remember();
        if let Some(before) = before
            && self.subject(place).is_empty()
        {
            self.replace(place, before);
        }
    }

    /// The operator hands out what the user needs.
    async fn permit(&self, place: usize, act: Act) {
        let subject = self.subject(place);
        let permit = match (act.needs(), subject.key().await) {
            (Some("import"), _) => self.server.borrow().command(&["import-permit"]),
            (Some(operation), Some(key)) => {
                self.server.borrow().command(&["permit", &key, operation])
            }
            _ => return,
        };
        *subject.wallet.permit.borrow_mut() = permit;
    }

    /// A new device takes the key of another over, through a fault; once it has it, it signs and
    /// the other one does not.
    async fn recover(&mut self, place: usize, cycle: Cycle) {
        if !self.subject(place).find_words().await {
            return;
        }
        let (paper, account) = {
            let subject = self.subject(place);
            (subject.wallet.paper.borrow().clone(), subject.account())
        };
        let mut successor = self.subject(place).successor(self.code()).await;
        *successor.wallet.paper.borrow_mut() = paper;
        // An old state of a device that has none is none.
        let struck = Rc::new(Cell::new(false));
        let fate = self.arm(&successor.wallet, cycle.fault, &struck);
        let device = TestDevice::new(&successor.wallet, fate);
        let answer = successor.act(&device, Act::Recover).await;
        drop(device);
        self.disarm(&successor.wallet);
        let answered = answer
            .as_ref()
            .is_some_and(|answer| answer.get("result").is_some());
        if struck.get() || !answered {
            self.report.struck += 1;
            self.report.server_kills += usize::from(cycle.kills_server());
        }
        *self.report.cycles.entry(cycle.kind()).or_default() += 1;
        if !answered {
            // What was cut off is asked for again.
            let device = TestDevice::new(&successor.wallet, Fate::Lives);
            let again = successor.act(&device, Act::Recover).await;
            let again = again.expect("the device lives");
            assert!(again.get("result").is_some(), "{}: {again}", self.context);
        }
        assert_eq!(successor.account(), account, "{}", self.context);
        let lost = self.replace(place, successor).expect("a subject");
        self.report.recovered += 1;
        self.nothing_is_lost(place).await;
        self.subject_mut(place).remember();
        let mut lost = lost;
        let device = TestDevice::new(&lost.wallet, Fate::Lives);
        let refused = lost
            .act(&device, Act::Sign)
            .await
            .expect("the device lives");
        let name = refused.pointer("/error/name").and_then(Value::as_str);
        assert!(
            matches!(name, Some("ServerLacksKey" | "KeyFrozen")),
            "{}: the old device: {refused}",
            self.context
        );
    }

    /// Prepares the fault; returns how the device ends.
    fn arm(&mut self, wallet: &Rc<Wallet>, fault: Fault, struck: &Rc<Cell<bool>>) -> Fate {
        match fault {
            Fault::DeviceBefore(call) => return Fate::EndsBefore(call),
            Fault::DeviceAfter(call) => return Fate::EndsAfter(call),
            Fault::ServerAtFrame { number, lost } => {
                let (killer, struck) = (self.server.borrow().killer(), struck.clone());
                let seen = Cell::new(0);
                wallet.on_frame(move |direction, frame| {
                    seen.set(seen.get() + 1);
                    if seen.get() == number {
                        killer.kill();
                        struck.set(true);
                        // An answer on its way is lost with the server, or is not.
                        if lost && direction == Direction::ToDevice {
                            frame.clear();
                        }
                    }
                });
            }
            Fault::ServerAtSync { number, moment } => {
                if let Some(library) = &self.kill_at_sync {
                    let environment = library.environment(number, moment);
                    let mut server = self.server.borrow_mut();
                    server.kill();
                    // Dead before it listens is one more moment to die.
                    struck.set(!server.restart_in(&environment));
                }
            }
            Fault::LostWrite(number) => {
                let (owner, struck) = (Rc::downgrade(wallet), struck.clone());
                let seen = Cell::new(0);
                wallet.on_settle(move || {
                    seen.set(seen.get() + 1);
                    if let (true, Some(wallet)) = (seen.get() == number, owner.upgrade()) {
                        wallet.lose_last_write();
                        struck.set(true);
                    }
                });
            }
            Fault::OldState(_) => {}
            Fault::ServerAtRandom(delay) => {
                let killer = self.server.borrow().killer();
                thread::spawn(move || {
                    thread::sleep(Duration::from_micros(delay));
                    killer.kill();
                });
            }
        }
        Fate::Lives
    }

    /// The fault is over: a server that was never in danger, as a user would find it.
    fn disarm(&mut self, wallet: &Rc<Wallet>) {
        wallet.on_frame(|_, _| {});
        wallet.on_settle(|| {});
        let mut server = self.server.borrow_mut();
        server.kill();
        server.restart();
    }

    /// Looks at an answer that came in spite of the fault.
    fn accept(&mut self, answer: &Value, act: Act, place: usize) {
        match answer.get("result") {
            Some(result) if act.signs() => {
                let Self {
                    judge,
                    subjects,
                    context,
                    ..
                } = self;
                let subject = subjects.get(place).expect("a place among the subjects");
                judge.signature(result, subject, context);
                self.report.signatures += 1;
            }
            Some(_) => {}
            None => self.judge.error(answer, self.restored, &self.context),
        }
    }

    /// A state from before a refresh either still signs, and is the one that counts now, or is
    /// refused for its age; then the newer one comes back.
    async fn old_state_harms_nothing(&mut self, place: usize) {
        if self.subject(place).is_empty() {
            return;
        }
        let subject = self.subject_mut(place);
        let device = TestDevice::new(&subject.wallet, Fate::Lives);
        let answer = subject.act(&device, Act::Sign).await;
        let answer = answer.expect("the device lives");
        if answer.pointer("/error/name") == Some(&Value::from("EpochMismatch")) {
            self.report.too_old += 1;
            self.subject_mut(place).go_back(0);
        } else {
            self.accept(&answer, Act::Sign, place);
        }
    }

    /// Every account that MetaMask was told of is still there and signs.
    async fn nothing_is_lost(&mut self, place: usize) {
        let context = self.context.clone();
        let subject = self.subject_mut(place);
        subject.nothing_is_missing(&context).await;
        let device = TestDevice::new(&subject.wallet, Fate::Lives);
        if subject.is_empty() {
            return;
        }
        let answer = subject
            .act(&device, Act::Sign)
            .await
            .expect("the device lives");
        if answer.get("result").is_some() {
            self.accept(&answer, Act::Sign, place);
            return;
        }
        // Checks that kills cut short are counted, and a key whose count is full is frozen. A refresh
        // revives it.
        let name = answer.pointer("/error/name");
        assert_eq!(name, Some(&Value::from("KeyFrozen")), "{context}: {answer}");
        let strikes = self.judge.strikes(self.server.borrow().data());
        assert!(strikes > 0, "{context}: frozen, and no key has struck out");
        self.report.struck_out += 1;
        let subject = self.subject_mut(place);
        let device = TestDevice::new(&subject.wallet, Fate::Lives);
        let refreshed = subject.act(&device, Act::Refresh).await;
        let revived = subject
            .act(&device, Act::Sign)
            .await
            .expect("the device lives");
        let is_signature = revived.get("result").is_some();
        assert!(is_signature, "{context}: {refreshed:?}, then {revived}");
        self.accept(&revived, Act::Sign, place);
    }

    fn code(&self) -> String {
        self.server.borrow().enrolment_code()
    }

    fn finish(self) -> Report {
        let Self {
            judge,
            report,
            server,
            ..
        } = self;
        judge.no_nonce_twice(server.borrow().data());
        report
    }

    /// Puts another subject there; the one that was.
    fn replace(&mut self, place: usize, subject: Subject) -> Option<Subject> {
        let old = self.subjects.get_mut(place)?;
        Some(std::mem::replace(old, subject))
    }

    fn subject(&self, place: usize) -> &Subject {
        self.subjects
            .get(place)
            .expect("a place among the subjects")
    }

    fn subject_mut(&mut self, place: usize) -> &mut Subject {
        self.subjects
            .get_mut(place)
            .expect("a place among the subjects")
    }
}
