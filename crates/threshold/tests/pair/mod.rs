//! Two parties in one process. Every message passes through bytes, and a hook
//! sees each of them on its way and may change it.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "shared by several test programs"
)]

use tandem_threshold::{
    Abort, AccountShare, Ceremony, KeyShare, Kind, Releases, Role, Signature, keygen, sign,
};

/// Nonces of every keygen here. Real ones are fresh.
pub const DEVICE_NONCE: [u8; 32] = [1; 32];
pub const SERVER_NONCE: [u8; 32] = [2; 32];

/// Number of messages of a keygen and of a signature.
pub const KEYGEN_MESSAGES: usize = 12;
pub const SIGN_MESSAGES: usize = 4;

/// Which side found what.
#[derive(Debug)]
pub struct Failure {
    pub found_by: Role,
    pub abort: Abort,
    /// 1-based number of the message whose receipt failed.
    pub message: usize,
}

pub fn releases() -> Releases {
    Releases {
        device: "device 0.1.0".into(),
        server: "server 0.1.0".into(),
    }
}

struct Wire<'a> {
    count: usize,
    hook: &'a mut dyn FnMut(usize, &mut Vec<u8>),
}

impl Wire<'_> {
    fn pass(&mut self, mut message: Vec<u8>) -> Vec<u8> {
        self.count += 1;
        (self.hook)(self.count, &mut message);
        message
    }

    fn at<T>(&self, found_by: Role, result: Result<T, Abort>) -> Result<T, Failure> {
        result.map_err(|abort| Failure {
            found_by,
            abort,
            message: self.count,
        })
    }
}

/// The stored test shares: a pair without the cost of a keygen.
pub fn old_shares() -> (KeyShare, KeyShare) {
    let device = include_bytes!("../old_shares/v1/device.share");
    let server = include_bytes!("../old_shares/v1/server.share");
    (
        KeyShare::load(Role::Device, device).unwrap(),
        KeyShare::load(Role::Server, server).unwrap(),
    )
}

pub fn keygen() -> (KeyShare, KeyShare) {
    keygen_with(&mut |_, _| {}).unwrap()
}

pub fn keygen_with(
    hook: &mut dyn FnMut(usize, &mut Vec<u8>),
) -> Result<(KeyShare, KeyShare), Failure> {
    use Role::{Device, Server};
    let releases = releases();
    let ceremony = Ceremony {
        kind: Kind::Keygen,
        releases: &releases,
        device_nonce: &DEVICE_NONCE,
        server_nonce: &SERVER_NONCE,
    };
    let mut wire = Wire { count: 0, hook };
    let (device, d) = wire.at(Device, keygen::start(Device, &ceremony))?;
    let (server, s) = wire.at(Server, keygen::start(Server, &ceremony))?;
    let d = wire.pass(d);
    let (server, s2) = wire.at(Server, server.receive(&d))?;
    let s = wire.pass(s);
    let (device, d) = wire.at(Device, device.receive(&s))?;
    let d = wire.pass(d);
    let (server, s3) = wire.at(Server, server.receive(&d))?;
    let s = wire.pass(s2);
    let (device, d) = wire.at(Device, device.receive(&s))?;
    let d = wire.pass(d);
    let (server, s4) = wire.at(Server, server.receive(&d))?;
    let s = wire.pass(s3);
    let (device, d) = wire.at(Device, device.receive(&s))?;
    let d = wire.pass(d);
    let server = wire.at(Server, server.receive(&d))?;
    let s = wire.pass(s4);
    let device = wire.at(Device, device.receive(&s))?;
    let (device, d) = wire.at(Device, device.open())?;
    let d = wire.pass(d);
    let (server, s) = wire.at(Server, server.reply(&d))?;
    let s = wire.pass(s);
    let (device, d) = wire.at(Device, device.receive(&s))?;
    let d = wire.pass(d);
    let (server, s) = wire.at(Server, server.receive(&d))?;
    let s = wire.pass(s);
    let device = wire.at(Device, device.receive(&s))?;
    Ok((device, server))
}

pub fn sign(device: &KeyShare, server: &KeyShare, account: u32, digest: &[u8; 32]) -> Signature {
    sign_with(device, server, account, digest, &mut |_, _| {}).unwrap()
}

pub fn sign_with(
    device: &KeyShare,
    server: &KeyShare,
    account: u32,
    digest: &[u8; 32],
    hook: &mut dyn FnMut(usize, &mut Vec<u8>),
) -> Result<Signature, Failure> {
    use Role::{Device, Server};
    let releases = releases();
    let ceremony = Ceremony {
        kind: Kind::Sign {
            key: device.id(),
            epoch: device.epoch(),
            account,
            digest,
        },
        releases: &releases,
        device_nonce: &[3; 32],
        server_nonce: &[4; 32],
    };
    let share = |share: &KeyShare| -> AccountShare { share.account(account).unwrap() };
    let mut wire = Wire { count: 0, hook };
    let (device, d) = wire.at(Device, sign::device::open(share(device), &ceremony))?;
    let d = wire.pass(d);
    let (server, s) = wire.at(Server, sign::server::reply(share(server), &ceremony, &d))?;
    let s = wire.pass(s);
    let (device, d) = wire.at(Device, device.receive(&s))?;
    let d = wire.pass(d);
    let s = wire.at(Server, server.receive(&d))?;
    let s = wire.pass(s);
    wire.at(Device, device.receive(&s))
}
