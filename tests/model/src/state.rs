//! Everything there is at one moment: two parties, the network, copies that somebody may put
//! back, and what must be remembered to judge.

use crate::network::{Body, Message, Network, Purpose, Refusal};
use crate::share::{DeviceDisk, Digest, REQUESTS, STRIKES, ServerDisk, Share};

/// One of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// The snap in MetaMask.
    Device,
    /// The signing server.
    Server,
}

/// The whole system.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    pub(crate) device: Device,
    pub(crate) server: Server,
    pub(crate) network: Network,
    /// A copy of one side's disk, taken at some moment.
    pub(crate) copy: Option<Copied>,
    pub(crate) spent: Spent,
    pub(crate) history: History,
}

/// The device: MetaMask's store, and the memory of the snap.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Device {
    pub disk: DeviceDisk,
    /// What the last write replaced. A crash falls back to it while the write has not settled.
    pub before: DeviceDisk,
    /// The last write is on disk.
    pub settled: bool,
    pub session: Option<DeviceSession>,
    pub presignature: Option<Presignature>,
    /// How the last session ended, as the user was told.
    pub told: Told,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeviceSession {
    pub id: u8,
    pub purpose: Purpose,
    pub stage: Stage,
    /// The peer's commitment was ours, and was accepted.
    pub whole: bool,
}

/// What a session of the device waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    Reply,
    /// That a write settles; then the answer leaves.
    Preparation,
    Half,
    /// That a write settles; then the session is over.
    Promotion,
    /// That the freeze settles; then the server is told.
    Freeze,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Told {
    Nothing,
    Signed,
    Frozen,
    NeedsRecovery,
}

/// A presignature in memory, named by the session that made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Presignature {
    pub id: u8,
    pub share: Share,
}

/// The server: its database, and the memory of its program.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Server {
    pub disk: ServerDisk,
    /// The highest epoch that was promoted. Not in the database, so no restore lowers it.
    pub floor: u8,
    /// A write that was answered for already. Only mistakes have one.
    pub unwritten: Option<ServerDisk>,
    pub sessions: Vec<ServerSession>,
    pub presignature: Option<Presignature>,
    /// The nonce of the last session for a request. Only a mistake remembers it.
    pub remembered: Option<(u8, u8)>,
}

/// A session of the server, between its reply and the device's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ServerSession {
    pub id: u8,
    pub purpose: Purpose,
    /// The server's own share.
    pub share: Share,
    /// Names the nonce: the session that drew it.
    pub nonce: u8,
    pub whole: bool,
}

/// A copy of a disk, and of the floor as it was then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Copied {
    Device(DeviceDisk),
    Server(ServerDisk, u8),
}

/// What was used up of the scenario's bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Spent {
    pub crashes: u8,
    pub rollbacks: u8,
    pub lost_devices: u8,
    pub duplicates: u8,
    pub keygens: u8,
    pub refreshes: u8,
    pub signatures: u8,
    pub presignatures: u8,
}

/// What happened, as nobody but the judge remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct History {
    /// An address was shown.
    pub announced: bool,
    /// A copy was put back, or the device was lost.
    pub restored: bool,
    /// The server's database was put back.
    pub server_restored: bool,
    /// The highest epoch that the server promoted.
    pub promoted: u8,
    /// Halves that left under nonces that somebody still has.
    pub released: Vec<(u8, Digest)>,
    /// The digests that halves left for, by request: bit 0 for A, bit 1 for B.
    pub digests: [u8; REQUESTS],
    /// A half left below the promoted epoch.
    pub below_floor: bool,
    /// A half left for a share that the device did not use.
    pub mixed: bool,
    /// Two digests had halves under one nonce.
    pub nonce_twice: bool,
    /// Failed checks, by the share whose transfer state they tried, and who checked.
    pub failed: Vec<(Party, Share)>,
    /// Those that the cheat could see fail.
    pub answered: Vec<(Party, Share)>,
}

impl History {
    /// A check failed. More than break the property need not be told apart.
    pub(crate) fn fails(&mut self, party: Party, share: Share) {
        let one = (party, share);
        let times = self.failed.iter().filter(|other| **other == one).count();
        if times <= usize::from(STRIKES) {
            self.failed.push(one);
        }
    }

    /// The cheat saw a check fail.
    pub(crate) fn answers(&mut self, party: Party, share: Share) {
        let one = (party, share);
        let times = self.answered.iter().filter(|other| **other == one).count();
        if times <= 1 {
            self.answered.push(one);
        }
    }
}

impl Device {
    /// Writes to MetaMask's store, which answers before the write is on disk. A write over an
    /// unsettled one goes to disk with it, or not at all.
    pub(crate) fn write(&mut self, disk: DeviceDisk) {
        if disk != self.disk {
            if self.settled {
                self.before = self.disk;
            }
            self.disk = disk;
            self.settled = false;
        }
    }
}

impl Server {
    /// The database as the running program sees it.
    pub(crate) fn view(&self) -> ServerDisk {
        self.unwritten.unwrap_or(self.disk)
    }

    /// Commits; or, by mistake, answers first and commits later.
    pub(crate) fn write(&mut self, disk: ServerDisk, before_answering: bool) {
        if before_answering && self.unwritten.is_none() {
            self.disk = disk;
        } else {
            self.unwritten = Some(disk);
        }
    }
}

impl State {
    pub(crate) fn send(&mut self, to: Party, session: u8, body: Body) {
        self.network.send(Message { to, session, body });
    }

    pub(crate) fn refuse(&mut self, session: u8, refusal: Refusal) {
        self.send(Party::Device, session, Body::Refused(refusal));
    }

    /// A number for a new session. Numbers that nobody remembers any more are used again,
    /// which keeps the model finite; 32 random bytes of each side stand behind them.
    pub(crate) fn fresh_session(&self) -> u8 {
        let device = [
            self.device.session.map(|session| session.id),
            self.device.presignature.map(|presignature| presignature.id),
            self.server.presignature.map(|presignature| presignature.id),
            self.server.remembered.map(|(_, nonce)| nonce),
        ];
        let sessions = self.server.sessions.iter();
        let used: Vec<u8> = device
            .into_iter()
            .flatten()
            .chain(sessions.flat_map(|session| [session.id, session.nonce]))
            .chain(
                self.network
                    .messages()
                    .iter()
                    .map(|message| message.session),
            )
            .chain(self.records().map(|record| record.nonce))
            .collect();
        fresh(|number| used.contains(&number))
    }

    /// A lineage that nobody knows.
    pub(crate) fn fresh_lineage(&self) -> u8 {
        let device = &self.device;
        let server = &self.server;
        let mut used: Vec<Share> = Vec::new();
        for disk in [device.disk, device.before].iter().chain(match &self.copy {
            Some(Copied::Device(disk)) => Some(disk),
            _ => None,
        }) {
            used.extend(disk.shares().map(|held| held.share));
        }
        for disk in [server.disk, server.view()].iter().chain(match &self.copy {
            Some(Copied::Server(disk, _)) => Some(disk),
            _ => None,
        }) {
            used.extend(disk.shares().map(|held| held.share));
        }
        let mut of_purpose = |purpose: Purpose| used.extend(purpose.made().or(purpose.with()));
        device
            .session
            .iter()
            .for_each(|session| of_purpose(session.purpose));
        server
            .sessions
            .iter()
            .for_each(|session| of_purpose(session.purpose));
        for message in self.network.messages() {
            if let Body::Open(purpose) = message.body {
                of_purpose(purpose);
            }
        }
        let presignatures = [device.presignature, server.presignature];
        used.extend(presignatures.iter().flatten().map(|it| it.share));
        fresh(|number| used.iter().any(|share| share.lineage == number))
    }

    fn records(&self) -> impl Iterator<Item = crate::share::Record> {
        let copied = match self.copy {
            Some(Copied::Server(disk, _)) => disk.records,
            _ => [None; REQUESTS],
        };
        let here = self.server.view().records;
        here.into_iter().chain(copied).flatten()
    }

    /// Forgets what can have no effect any more, so that equal situations are equal states.
    pub(crate) fn normalise(&mut self, may_lose_a_write: bool) {
        let device = self.device.session.map(|session| session.id);
        let server = &self.server;
        self.network
            .retain(|message| match (message.to, message.body) {
                // Nobody waits for it, and nobody will: an id is never used twice.
                (Party::Device, _) => device == Some(message.session),
                (Party::Server, Body::Open(_)) => true,
                (Party::Server, Body::Resume { .. }) => device == Some(message.session),
                (Party::Server, _) => {
                    let is_it = |id| id == message.session;
                    server.sessions.iter().any(|session| is_it(session.id))
                        || server.presignature.is_some_and(|it| is_it(it.id))
                }
            });
        let nonces: Vec<u8> = (server.sessions.iter().map(|session| session.nonce))
            .chain(server.presignature.map(|presignature| presignature.id))
            .chain(server.remembered.map(|(_, nonce)| nonce))
            .collect();
        self.history
            .released
            .retain(|(nonce, _)| nonces.contains(nonce));
        if self.device.settled && !may_lose_a_write {
            self.device.before = self.device.disk;
        }
    }
}

fn fresh(used: impl Fn(u8) -> bool) -> u8 {
    (0..u8::MAX)
        .find(|number| !used(*number))
        .unwrap_or(u8::MAX)
}
