//! The ceremonies, message by message.

use serde_json::{Value, json};
use tandem_threshold::refresh::{self, Base};
use tandem_threshold::{
    Abort, AccountShare, Basis, Ceremony, KeyShare, Kind, Reason, Releases, Role, Signature,
    Verdict, keygen, presign, sign,
};

/// What one side spent.
#[derive(Debug, Default, Clone)]
pub struct Cost {
    /// CPU time in milliseconds.
    pub cpu_ms: f64,
    /// Messages sent.
    pub messages: usize,
    /// Bytes sent, before framing.
    pub bytes: usize,
}

/// What one run of one ceremony cost both sides.
#[derive(Debug, Default, Clone)]
pub struct Report {
    /// The device's side.
    pub device: Cost,
    /// The server's side.
    pub server: Cost,
}

struct Meter<'a> {
    clock: &'a dyn Fn() -> f64,
    report: Report,
}

impl Meter<'_> {
    /// One step of one side. Its message, if it makes one, is counted.
    fn step<T>(&mut self, role: Role, work: impl FnOnce() -> T) -> T {
        let start = (self.clock)();
        let result = work();
        self.cost(role).cpu_ms += (self.clock)() - start;
        result
    }

    fn sent(&mut self, role: Role, message: &[u8]) {
        let cost = self.cost(role);
        cost.messages += 1;
        cost.bytes += message.len();
    }

    fn cost(&mut self, role: Role) -> &mut Cost {
        match role {
            Role::Device => &mut self.report.device,
            Role::Server => &mut self.report.server,
        }
    }
}

macro_rules! step {
    ($meter:ident, $role:ident, $work:expr) => {{
        let (state, message) = $meter.step(Role::$role, || $work)?;
        $meter.sent(Role::$role, &message);
        (state, message)
    }};
}

fn releases() -> Releases {
    Releases {
        device: "bench".into(),
        server: "bench".into(),
    }
}

fn make_key(clock: &dyn Fn() -> f64) -> Result<(KeyShare, KeyShare, Report), Abort> {
    let mut meter = Meter {
        clock,
        report: Report::default(),
    };
    let releases = releases();
    let ceremony = Ceremony {
        kind: Kind::Keygen,
        releases: &releases,
        device_nonce: &[1; 32],
        server_nonce: &[2; 32],
    };
    let (device, d1) = step!(meter, Device, keygen::start(Role::Device, &ceremony));
    let (server, s1) = step!(meter, Server, keygen::start(Role::Server, &ceremony));
    let (device, d2) = step!(meter, Device, device.receive(&s1));
    let (server, s2) = step!(meter, Server, server.receive(&d1));
    let (device, d3) = step!(meter, Device, device.receive(&s2));
    let (server, s3) = step!(meter, Server, server.receive(&d2));
    let (device, d4) = step!(meter, Device, device.receive(&s3));
    let (server, s4) = step!(meter, Server, server.receive(&d3));
    let device = meter.step(Role::Device, || device.receive(&s4))?;
    let server = meter.step(Role::Server, || server.receive(&d4))?;
    let (device, d5) = step!(meter, Device, device.open());
    let (server, s5) = step!(meter, Server, server.reply(&d5));
    let (device, d6) = step!(meter, Device, device.receive(&s5));
    let (server, s6) = step!(meter, Server, server.receive(&d6));
    let device = meter.step(Role::Device, || device.receive(&s6))?;
    Ok((device, server, meter.report))
}

fn unusable() -> Abort {
    Abort {
        verdict: Verdict::Retry,
        reason: Reason::InvalidSignature,
    }
}

fn make_new_pair(
    device: KeyShare,
    server: KeyShare,
    clock: &dyn Fn() -> f64,
) -> Result<(KeyShare, KeyShare, Report), Abort> {
    let mut meter = Meter {
        clock,
        report: Report::default(),
    };
    let (key, releases) = (*device.id(), releases());
    let ceremony = Ceremony {
        kind: Kind::Refresh {
            key: &key,
            from_epoch: device.epoch(),
            basis: Basis::Shares,
        },
        releases: &releases,
        device_nonce: &[5; 32],
        server_nonce: &[6; 32],
    };
    let start = |share| refresh::start(Base::from_share(share), &ceremony);
    let (device, d1) = step!(meter, Device, start(device));
    let (server, s1) = step!(meter, Server, start(server));
    let (device, d2) = step!(meter, Device, device.receive(&s1));
    let (server, s2) = step!(meter, Server, server.receive(&d1));
    let (device, d3) = step!(meter, Device, device.receive(&s2));
    let (server, s3) = step!(meter, Server, server.receive(&d2));
    let (device, d4) = step!(meter, Device, device.receive(&s3));
    let (server, s4) = step!(meter, Server, server.receive(&d3));
    let device = meter.step(Role::Device, || device.receive(&s4))?;
    let server = meter.step(Role::Server, || server.receive(&d4))?;
    let (device, d5) = step!(meter, Device, device.open());
    let (server, s5) = step!(meter, Server, server.reply(&d5));
    let (device, d6) = step!(meter, Device, {
        device.receive(&s5).and_then(|unstored| {
            // What is to be stored is part of the work.
            unstored.bytes()?;
            Ok(unstored.stored())
        })
    });
    let (server, s6) = step!(meter, Server, server.receive(&d6));
    let device = meter.step(Role::Device, || device.receive(&s6))?;
    Ok((device.share, server.share, meter.report))
}

fn make_signature(
    device: &KeyShare,
    server: &KeyShare,
    digest: &[u8; 32],
    clock: &dyn Fn() -> f64,
) -> Result<(Signature, Report), Abort> {
    let mut meter = Meter {
        clock,
        report: Report::default(),
    };
    let releases = releases();
    let ceremony = Ceremony {
        kind: Kind::Sign {
            key: device.id(),
            epoch: device.epoch(),
            account: 0,
            digest,
        },
        releases: &releases,
        device_nonce: &[3; 32],
        server_nonce: &[4; 32],
    };
    let (device, d1) = step!(
        meter,
        Device,
        sign::device::open(account(device)?, &ceremony)
    );
    let (server, s1) = step!(
        meter,
        Server,
        sign::server::reply(account(server)?, &ceremony, &d1)
    );
    let (device, d2) = step!(meter, Device, device.receive(&s1));
    let s2 = meter.step(Role::Server, || server.receive(&d2))?;
    meter.sent(Role::Server, &s2.message);
    let signature = meter.step(Role::Device, || device.receive(&s2.message))?;
    Ok((signature, meter.report))
}

/// Deriving the account's share is part of every signature.
fn account(share: &KeyShare) -> Result<AccountShare, Abort> {
    share.account(0).map_err(|_| unusable())
}

/// A signature in two parts: what is prepared, and what remains once the digest is
/// known.
fn make_presignature(
    device: &KeyShare,
    server: &KeyShare,
    digest: &[u8; 32],
    clock: &dyn Fn() -> f64,
) -> Result<[Report; 2], Abort> {
    let mut meter = Meter {
        clock,
        report: Report::default(),
    };
    let releases = releases();
    let ceremony = Ceremony {
        kind: Kind::Presign {
            key: device.id(),
            epoch: device.epoch(),
            account: 0,
            index: 0,
        },
        releases: &releases,
        device_nonce: &[3; 32],
        server_nonce: &[4; 32],
    };
    let (device, d1) = step!(
        meter,
        Device,
        presign::device::open(account(device)?, &ceremony)
    );
    let (server, s1) = step!(
        meter,
        Server,
        presign::server::reply(account(server)?, &ceremony, &[5; 32], &d1)
    );
    let (device, d2) = step!(meter, Device, device.receive(&s1));
    let server = meter.step(Role::Server, || server.receive(&d2))?;
    let prepared = std::mem::take(&mut meter.report);
    let (device, d3) = step!(meter, Device, device.spend(digest, &[6; 32]));
    let s2 = meter.step(Role::Server, || server.spend(digest, &d3))?;
    meter.sent(Role::Server, &s2.message);
    meter.step(Role::Device, || device.receive(&s2.message))?;
    Ok([prepared, meter.report])
}

/// Runs `keygens` keygens, as many refreshes, `signatures` signatures and as many
/// presignatures with their use; medians and minima as JSON, and the
/// last signature, for another library to judge.
///
/// # Errors
/// An honest run that aborts, as text.
pub fn run(keygens: usize, signatures: usize, clock: &dyn Fn() -> f64) -> Result<Value, String> {
    let mut made = Vec::new();
    let mut shares = None;
    for _ in 0..keygens.max(1) {
        let (device, server, report) = make_key(clock).map_err(|abort| abort.to_string())?;
        made.push(report);
        shares = Some((device, server));
    }
    let (mut device, mut server) = shares.ok_or("no key was made")?;
    let mut refreshed = Vec::new();
    for _ in 0..keygens.max(1) {
        let pair = make_new_pair(device, server, clock).map_err(|abort| abort.to_string())?;
        refreshed.push(pair.2);
        (device, server) = (pair.0, pair.1);
    }
    let public_key = device
        .account(0)
        .map_err(|error| error.to_string())?
        .public_key();
    let (mut signed, mut prepared, mut online) = (Vec::new(), Vec::new(), Vec::new());
    let mut last = Value::Null;
    for number in 0..signatures.max(1) {
        let digest = [number.to_le_bytes()[0]; 32];
        let (signature, report) =
            make_signature(&device, &server, &digest, clock).map_err(|abort| abort.to_string())?;
        signed.push(report);
        last = json!({
            "publicKey": public_key.as_slice(),
            "digest": digest,
            "r": signature.r,
            "s": signature.s,
        });
        let [preparation, use_of_it] = make_presignature(&device, &server, &digest, clock)
            .map_err(|abort| abort.to_string())?;
        prepared.push(preparation);
        online.push(use_of_it);
    }
    let share = device.to_bytes().map_err(|error| error.to_string())?;
    Ok(json!({
        "keygen": summarise(&made),
        "refresh": summarise(&refreshed),
        "sign": summarise(&signed),
        "presign": summarise(&prepared),
        "online": summarise(&online),
        "lastSignature": last,
        "storedShareBytes": share.len(),
    }))
}

fn summarise(reports: &[Report]) -> Value {
    let side = |pick: fn(&Report) -> &Cost| {
        let mut times: Vec<f64> = reports.iter().map(|report| pick(report).cpu_ms).collect();
        times.sort_by(f64::total_cmp);
        let round = |ms: Option<&f64>| ms.map(|ms| (ms * 100.0).round() / 100.0);
        json!({
            "cpuMsMedian": round(times.get(times.len() / 2)),
            "cpuMsMin": round(times.first()),
            "messages": reports.last().map(|report| pick(report).messages),
            "bytes": reports.last().map(|report| pick(report).bytes),
        })
    };
    json!({
        "runs": reports.len(),
        "device": side(|report| &report.device),
        "server": side(|report| &report.server),
    })
}
