//! What a keygen and a signature cost each side: `cargo bench -p tandem-threshold`.
//!
//! Prints one JSON object per line. Times are CPU time of this thread where the
//! kernel gives it (`/proc/thread-self/schedstat`, Linux), else wall time; the
//! field `clock` says which. Memory and the wire are not measured.

#![allow(clippy::unwrap_used, reason = "a benchmark stops at the first error")]

use std::time::Instant;

use tandem_threshold::{Abort, AccountShare, Ceremony, KeyShare, Kind, Releases, Role};
use tandem_threshold::{keygen, sign};

const KEYGENS: usize = 7;
const SIGNATURES: usize = 101;

/// Nanoseconds of CPU time of this thread so far. The kernel brings the counter
/// up to date when the thread gives way, so it does that first.
fn cpu_nanoseconds() -> Option<u64> {
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// Time and traffic of one side in one ceremony.
#[derive(Clone, Default)]
struct Side {
    milliseconds: f64,
    messages: usize,
    bytes: usize,
}

impl Side {
    fn run<T>(&mut self, step: impl FnOnce() -> Result<T, Abort>) -> T {
        let (wall, cpu) = (Instant::now(), cpu_nanoseconds());
        let result = step();
        let nanoseconds = match (cpu, cpu_nanoseconds()) {
            (Some(before), Some(after)) => (after - before) as f64,
            _ => wall.elapsed().as_nanos() as f64,
        };
        self.milliseconds += nanoseconds / 1e6;
        result.unwrap()
    }

    fn send<S>(&mut self, step: impl FnOnce() -> Result<(S, Vec<u8>), Abort>) -> (S, Vec<u8>) {
        let (state, message) = self.run(step);
        self.sent(&message);
        (state, message)
    }

    fn sent(&mut self, message: &[u8]) {
        self.messages += 1;
        self.bytes += message.len();
    }
}

fn releases() -> Releases {
    Releases {
        device: "bench".into(),
        server: "bench".into(),
    }
}

fn keygen_once(nonce: u8) -> ([Side; 2], KeyShare, KeyShare) {
    let releases = releases();
    let ceremony = Ceremony {
        kind: Kind::Keygen,
        releases: &releases,
        device_nonce: &[nonce; 32],
        server_nonce: &[!nonce; 32],
    };
    let (mut d, mut s) = (Side::default(), Side::default());
    let (device, from_device) = d.send(|| keygen::start(Role::Device, &ceremony));
    let (server, from_server) = s.send(|| keygen::start(Role::Server, &ceremony));
    let (device, next) = d.send(|| device.receive(&from_server));
    let (server, from_server) = s.send(|| server.receive(&from_device));
    let from_device = next;
    let (device, next) = d.send(|| device.receive(&from_server));
    let (server, from_server) = s.send(|| server.receive(&from_device));
    let from_device = next;
    let (device, next) = d.send(|| device.receive(&from_server));
    let (server, from_server) = s.send(|| server.receive(&from_device));
    let device = d.run(|| device.receive(&from_server));
    let server = s.run(|| server.receive(&next));
    let (device, from_device) = d.send(|| device.open());
    let (server, from_server) = s.send(|| server.reply(&from_device));
    let (device, from_device) = d.send(|| device.receive(&from_server));
    let (server, from_server) = s.send(|| server.receive(&from_device));
    let device = d.run(|| device.receive(&from_server));
    ([d, s], device, server)
}

fn sign_once(device: &KeyShare, server: &KeyShare, digest: &[u8; 32]) -> [Side; 2] {
    let releases = releases();
    let ceremony = Ceremony {
        kind: Kind::Sign {
            key: device.id(),
            epoch: device.epoch(),
            account: 0,
            digest,
        },
        releases: &releases,
        device_nonce: digest,
        server_nonce: digest,
    };
    let share = |share: &KeyShare| -> AccountShare { share.account(0).unwrap() };
    let (mut d, mut s) = (Side::default(), Side::default());
    let (state, message) = d.send(|| sign::device::open(share(device), &ceremony));
    let (server, message) = s.send(|| sign::server::reply(share(server), &ceremony, &message));
    let (device, message) = d.send(|| state.receive(&message));
    let message = s.run(|| server.receive(&message));
    s.sent(&message);
    d.run(|| device.receive(&message));
    [d, s]
}

fn report(ceremony: &str, runs: &[[Side; 2]]) {
    let clock = if cpu_nanoseconds().is_some() {
        "cpu"
    } else {
        "wall"
    };
    for (at, side) in ["device", "server"].into_iter().enumerate() {
        let mut of_side: Vec<Side> = runs.iter().filter_map(|r| r.get(at)).cloned().collect();
        of_side.sort_by(|a, b| a.milliseconds.total_cmp(&b.milliseconds));
        let median = of_side.get(of_side.len() / 2).unwrap();
        let fastest = of_side.first().unwrap();
        println!(
            "{{\"ceremony\":\"{ceremony}\",\"side\":\"{side}\",\"runs\":{},\"clock\":\"{clock}\",\
             \"median_ms\":{:.2},\"min_ms\":{:.2},\"messages_sent\":{},\"bytes_sent\":{}}}",
            of_side.len(),
            median.milliseconds,
            fastest.milliseconds,
            median.messages,
            median.bytes,
        );
    }
}

fn main() {
    let mut keygens = Vec::new();
    let mut pair = None;
    for nonce in 0..KEYGENS {
        let (sides, device, server) = keygen_once(u8::try_from(nonce).unwrap());
        keygens.push(sides);
        pair = Some((device, server));
    }
    report("keygen", &keygens);
    let (device, server) = pair.unwrap();
    let signatures: Vec<_> = (0..SIGNATURES)
        .map(|i| sign_once(&device, &server, &[u8::try_from(i).unwrap(); 32]))
        .collect();
    report("sign", &signatures);
    for (side, share) in [("device", &device), ("server", &server)] {
        println!(
            "{{\"stored_share\":\"{side}\",\"bytes\":{}}}",
            share.to_bytes().unwrap().len()
        );
    }
}
