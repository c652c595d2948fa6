//! A failed check freezes a key, for good and before anything is answered.

use tandem_threshold::KeyShare;
use tandem_wire::{Refusal, RefusalCode, ToServer};
use tokio::time::timeout;

use crate::support::{DEADLINE, Device, Server, Session, address, message};

/// Changes one byte of message `number`, counted from its end.
async fn tampered(
    server: &Server,
    device: &Device,
    share: &KeyShare,
    number: usize,
    from_end: usize,
) -> Refusal {
    let (request, digest) = message(&address(share, 0), "pay");
    let mut tamper = |i: usize, bytes: &mut Vec<u8>| {
        if i == number {
            let at = bytes.len() - from_end;
            bytes[at] ^= 1;
        }
    };
    device
        .sign_with(&server.address, share, 0, &request, digest, &mut tamper)
        .await
        .unwrap_err()
}

async fn sign(server: &Server, device: &Device, share: &KeyShare) -> Refusal {
    let (request, digest) = message(&address(share, 0), "pay");
    device
        .sign(&server.address, share, 0, &request, digest)
        .await
        .unwrap_err()
}

#[tokio::test]
async fn a_tampered_answer_freezes_the_key_for_good() {
    let server = Server::new();
    let device = Device::enrolled(&server).await;
    let share = device.keygen(&server.address).await;
    let other = device.keygen(&server.address).await;

    let refused = tampered(&server, &device, &share, 1, 2000).await;
    assert_eq!(refused.code, RefusalCode::Aborted);
    assert_eq!(refused.message, "the ceremony was aborted");

    // The freeze was on the disk before the answer left.
    let server = Server::on(server.kill(), &[]);
    assert_eq!(
        sign(&server, &device, &share).await.code,
        RefusalCode::Frozen
    );
    assert!(device.signs(&server.address, &other, 0).await);
}

#[tokio::test]
async fn the_reason_of_a_freeze_is_in_the_servers_records_only() {
    let server = Server::new();
    let device = Device::enrolled(&server).await;
    let share = device.keygen(&server.address).await;
    let refused = tampered(&server, &device, &share, 1, 2000).await;
    server.expect_log("froze a key: protocol check failed");
    server.expect_log(&format!("key={}", share.id()));
    let path = server.directory().path().join("tandem.sqlite");
    let reason: String = rusqlite::Connection::open(path)
        .unwrap()
        .query_row("SELECT frozen_reason FROM keys", [], |row| row.get(0))
        .unwrap();
    assert!(reason.starts_with("protocol check failed"), "{reason}");
    assert!(!format!("{refused:?}").contains("check"), "{refused:?}");
}

#[tokio::test]
async fn a_tampered_opening_freezes_the_key() {
    let server = Server::new();
    let device = Device::enrolled(&server).await;
    let share = device.keygen(&server.address).await;
    let refused = tampered(&server, &device, &share, 0, 10).await;
    assert_eq!(refused.code, RefusalCode::Aborted);
    assert_eq!(
        sign(&server, &device, &share).await.code,
        RefusalCode::Frozen
    );
}

#[tokio::test]
async fn a_malformed_answer_sounds_the_same_and_does_not_freeze() {
    let server = Server::new();
    let device = Device::enrolled(&server).await;
    let share = device.keygen(&server.address).await;
    let (request, digest) = message(&address(&share, 0), "pay");
    let mut cut = |i: usize, bytes: &mut Vec<u8>| {
        if i == 1 {
            bytes.truncate(100);
        }
    };
    let malformed = device
        .sign_with(&server.address, &share, 0, &request, digest, &mut cut)
        .await
        .unwrap_err();
    assert!(device.signs(&server.address, &share, 0).await);
    let freezing = tampered(&server, &device, &share, 1, 2000).await;
    assert_eq!(malformed, freezing, "the peer cannot tell them apart");
}

#[tokio::test]
async fn a_device_that_found_a_failed_check_freezes_its_key_here_too() {
    let server = Server::new();
    let device = Device::enrolled(&server).await;
    let share = device.keygen(&server.address).await;
    let (request, digest) = message(&address(&share, 0), "pay");
    let mut session = Session::open(&server.address).await;
    device
        .begin_sign(&mut session, &share, 0, &request, digest, &mut |_, _| {})
        .await;
    session.round().await.unwrap();
    session
        .send(&ToServer::Abort { freeze: true })
        .await
        .unwrap();
    assert_eq!(session.receive().await, None);
    assert_eq!(
        sign(&server, &device, &share).await.code,
        RefusalCode::Frozen
    );
}

#[tokio::test]
async fn a_device_that_only_gives_up_freezes_nothing() {
    let server = Server::new();
    let device = Device::enrolled(&server).await;
    let share = device.keygen(&server.address).await;
    let (request, digest) = message(&address(&share, 0), "pay");
    for goodbye in [Some(ToServer::Abort { freeze: false }), None] {
        let mut session = Session::open(&server.address).await;
        device
            .begin_sign(&mut session, &share, 0, &request, digest, &mut |_, _| {})
            .await;
        session.round().await.unwrap();
        match goodbye {
            Some(message) => session.send(&message).await.unwrap(),
            None => session.close().await,
        }
        // Only once the server has noticed is the key free again.
        let signed = async {
            loop {
                let outcome = device.sign(&server.address, &share, 0, &request, digest);
                match outcome.await {
                    Err(refusal) if refusal.code == RefusalCode::Busy => {
                        tokio::task::yield_now().await;
                    }
                    outcome => break outcome,
                }
            }
        };
        timeout(DEADLINE, signed).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_device_can_freeze_its_key_after_the_last_message_too() {
    let server = Server::new();
    let device = Device::enrolled(&server).await;
    let share = device.keygen(&server.address).await;
    let (request, digest) = message(&address(&share, 0), "pay");
    let mut session = Session::open(&server.address).await;
    let state = device
        .begin_sign(&mut session, &share, 0, &request, digest, &mut |_, _| {})
        .await;
    let reply = session.round().await.unwrap();
    let (_, answer) = state.receive(&reply).unwrap();
    session.send(&ToServer::Round(answer)).await.unwrap();
    session.round().await.unwrap();
    let abort = ToServer::Abort { freeze: true };
    session.send(&abort).await.unwrap();
    assert_eq!(session.receive().await, None);
    assert_eq!(
        sign(&server, &device, &share).await.code,
        RefusalCode::Frozen
    );
}
