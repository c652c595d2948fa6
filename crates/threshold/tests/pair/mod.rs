//! Two parties in one process. Every message passes through bytes, and a hook
//! sees each of them on its way and may change it.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "shared by several test programs"
)]

use tandem_threshold::refresh::{self, Base, Refreshed};
use tandem_threshold::{
    Abort, AccountShare, Basis, Ceremony, KeyId, KeyShare, Kind, Releases, Role, Signature,
    confirm, keygen, presign, sign,
};

/// Nonces of every keygen here. Real ones are fresh.
pub const DEVICE_NONCE: [u8; 32] = [1; 32];
pub const SERVER_NONCE: [u8; 32] = [2; 32];

/// The nonces of steps 12.2 and 12.4 of every presignature here with index 0; with
/// another index the server's is another one.
pub const PRESIGN_SERVER_NONCE: [u8; 32] = [5; 32];
pub const USE_NONCE: [u8; 32] = [6; 32];

/// Number of messages of a keygen, of a signature, and of a presignature with its
/// use.
pub const KEYGEN_MESSAGES: usize = 12;
pub const SIGN_MESSAGES: usize = 4;
pub const PRESIGN_MESSAGES: usize = 5;
/// Number of messages of a refresh, without the deal that may come before.
pub const REFRESH_MESSAGES: usize = 12;

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

/// The same key after one refresh.
pub fn old_refreshed_shares() -> (KeyShare, KeyShare) {
    let device = include_bytes!("../old_shares/v1-epoch-1/device.share");
    let server = include_bytes!("../old_shares/v1-epoch-1/server.share");
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
    let s = wire.pass(s.message);
    wire.at(Device, device.receive(&s))
}

/// Both sides' presignature.
pub struct Presigned {
    pub device: presign::device::Presignature,
    pub server: presign::server::Presignature,
}

/// The ceremony of every presignature here.
pub fn presigning<'a>(
    share: &'a KeyShare,
    account: u32,
    index: u8,
    releases: &'a Releases,
) -> Ceremony<'a> {
    Ceremony {
        kind: Kind::Presign {
            key: share.id(),
            epoch: share.epoch(),
            account,
            index,
        },
        releases,
        device_nonce: &[3; 32],
        server_nonce: &[4; 32],
    }
}

pub fn presign(device: &KeyShare, server: &KeyShare, account: u32, index: u8) -> Presigned {
    presign_recorded(device, server, account, index).0
}

/// Also gives the three messages that it took.
pub fn presign_recorded(
    device: &KeyShare,
    server: &KeyShare,
    account: u32,
    index: u8,
) -> (Presigned, Vec<Vec<u8>>) {
    let mut sent = Vec::new();
    let mut hook = |_: usize, message: &mut Vec<u8>| sent.push(message.clone());
    let mut wire = Wire {
        count: 0,
        hook: &mut hook,
    };
    let presigned = prepare(device, server, account, index, &mut wire).unwrap();
    (presigned, sent)
}

fn prepare(
    device: &KeyShare,
    server: &KeyShare,
    account: u32,
    index: u8,
    wire: &mut Wire,
) -> Result<Presigned, Failure> {
    use Role::{Device, Server};
    let releases = releases();
    let ceremony = presigning(device, account, index, &releases);
    let share = |share: &KeyShare| -> AccountShare { share.account(account).unwrap() };
    let (device, d) = wire.at(Device, presign::device::open(share(device), &ceremony))?;
    let d = wire.pass(d);
    let nonce = &PRESIGN_SERVER_NONCE.map(|byte| byte + index);
    let (server, s) = wire.at(
        Server,
        presign::server::reply(share(server), &ceremony, nonce, &d),
    )?;
    let s = wire.pass(s);
    let (device, d) = wire.at(Device, device.receive(&s))?;
    let d = wire.pass(d);
    let server = wire.at(Server, server.receive(&d))?;
    Ok(Presigned { device, server })
}

/// Prepares with account 0 and uses it for `digest`: messages 1 to 3, then 4 and 5.
/// Also gives the r that the server learns.
pub fn presign_with(
    device: &KeyShare,
    server: &KeyShare,
    digest: &[u8; 32],
    hook: &mut dyn FnMut(usize, &mut Vec<u8>),
) -> Result<(Signature, [u8; 32]), Failure> {
    let mut wire = Wire { count: 0, hook };
    let presigned = prepare(device, server, 0, 0, &mut wire)?;
    finish(presigned, digest, &mut wire)
}

/// Uses a presignature.
pub fn spend(presigned: Presigned, digest: &[u8; 32]) -> (Signature, [u8; 32]) {
    let mut hook = |_: usize, _: &mut Vec<u8>| {};
    let mut wire = Wire {
        count: 3,
        hook: &mut hook,
    };
    finish(presigned, digest, &mut wire).unwrap()
}

fn finish(
    presigned: Presigned,
    digest: &[u8; 32],
    wire: &mut Wire,
) -> Result<(Signature, [u8; 32]), Failure> {
    use Role::{Device, Server};
    let Presigned { device, server } = presigned;
    let (device, d) = wire.at(Device, device.spend(digest, &USE_NONCE))?;
    let d = wire.pass(d);
    let partial = wire.at(Server, server.spend(digest, &d))?;
    let s = wire.pass(partial.message);
    let signature = wire.at(Device, device.receive(&s))?;
    Ok((signature, partial.r))
}

/// Signs under the master key, as SPEC.md 10.7.
pub fn confirm(device: KeyShare, server: KeyShare) -> Result<Signature, Failure> {
    confirm_with(device, server, &mut |_, _| {})
}

pub fn confirm_with(
    device: KeyShare,
    server: KeyShare,
    hook: &mut dyn FnMut(usize, &mut Vec<u8>),
) -> Result<Signature, Failure> {
    use Role::{Device, Server};
    let releases = releases();
    let (key, epoch) = (*device.id(), device.epoch());
    let kind = Kind::Confirm { key: &key, epoch };
    let ceremony = Ceremony {
        kind,
        releases: &releases,
        device_nonce: &[7; 32],
        server_nonce: &[8; 32],
    };
    let mut wire = Wire { count: 0, hook };
    let (device, d) = wire.at(Device, confirm::open(device, &ceremony))?;
    let d = wire.pass(d);
    let (server, s) = wire.at(Server, confirm::reply(server, &ceremony, &d))?;
    let s = wire.pass(s);
    let (device, d) = wire.at(Device, device.receive(&s))?;
    let d = wire.pass(d);
    let s = wire.at(Server, server.receive(&d))?;
    let s = wire.pass(s.message);
    wire.at(Device, device.receive(&s))
}

/// The ceremony of every refresh here.
pub fn refresh_ceremony<'a>(
    key: &'a KeyId,
    from_epoch: u32,
    basis: Basis,
    releases: &'a Releases,
) -> Ceremony<'a> {
    Ceremony {
        kind: Kind::Refresh {
            key,
            from_epoch,
            basis,
        },
        releases,
        device_nonce: &[5; 32],
        server_nonce: &[6; 32],
    }
}

/// A refresh of two shares of the same epoch.
pub fn refresh(device: KeyShare, server: KeyShare) -> (Refreshed, Refreshed) {
    refresh_with(device, server, &mut |_, _| {}).unwrap()
}

pub fn refresh_with(
    device: KeyShare,
    server: KeyShare,
    hook: &mut dyn FnMut(usize, &mut Vec<u8>),
) -> Result<(Refreshed, Refreshed), Failure> {
    let (key, epoch, releases) = (*device.id(), device.epoch(), releases());
    let ceremony = refresh_ceremony(&key, epoch, Basis::Shares, &releases);
    let (device, server) = (Base::from_share(device), Base::from_share(server));
    new_pair_with(device, server, &ceremony, hook)
}

pub fn new_pair_with(
    device: Base,
    server: Base,
    ceremony: &Ceremony,
    hook: &mut dyn FnMut(usize, &mut Vec<u8>),
) -> Result<(Refreshed, Refreshed), Failure> {
    use Role::{Device, Server};
    let mut wire = Wire { count: 0, hook };
    let (device, d) = wire.at(Device, refresh::start(device, ceremony))?;
    let (server, s) = wire.at(Server, refresh::start(server, ceremony))?;
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
    let unstored = wire.at(Device, device.receive(&s))?;
    let prepared = unstored.bytes().unwrap();
    let (slope, secret) = (
        unstored.slope().clone(),
        unstored.pair_secret().unwrap().clone(),
    );
    let (device, d) = unstored.stored();
    let d = wire.pass(d);
    let (server, s) = wire.at(Server, server.receive(&d))?;
    let s = wire.pass(s);
    let device = wire.at(Device, device.receive(&s))?;
    // What the device was given to store is what it ends with.
    assert!(prepared == device.share.to_bytes().unwrap());
    assert!(slope == device.slope && secret == device.pair_secret);
    Ok((device, server))
}
