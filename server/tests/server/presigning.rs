//! Prepared signatures: made ahead, used once, gone at the first doubt.

use std::time::Duration;

use tandem_threshold::KeyShare;
use tandem_wire::{PresignRequest, Purpose, RefusalCode, ToDevice, ToServer};
use tokio::time::timeout;

use crate::support::{
    Device, Prepared, Server, Session, address, close_code, message, recovers, transaction,
};

async fn with_key(server: &Server) -> (Device, KeyShare) {
    let device = Device::enrolled(server).await;
    let share = device.keygen(&server.address).await;
    (device, share)
}

fn database(server: &Server) -> rusqlite::Connection {
    rusqlite::Connection::open(server.directory().path().join("tandem.sqlite")).unwrap()
}

/// Changes the key beside the running server.
fn change(server: &Server, assignment: &str) {
    let changed = database(server)
        .execute(&format!("UPDATE keys SET {assignment}"), [])
        .unwrap();
    assert_eq!(changed, 1);
}

fn signatures(server: &Server) -> u32 {
    database(server)
        .query_row("SELECT count(*) FROM signatures", [], |row| row.get(0))
        .unwrap()
}

#[tokio::test]
async fn prepared_signatures_are_used_in_any_order_and_recorded() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let mut prepared = device.prepare(&server.address, &share, 3, 4).await.unwrap();
    server.expect_log("prepared");
    for (index, nonce) in [(2, 7), (0, 8), (3, 9), (1, 10)] {
        let id = *prepared.ready[usize::from(index)].as_ref().unwrap().id();
        let (request, digest) = transaction(&address(&share, 3), nonce);
        let signature = prepared.sign(index, &request, digest).await.unwrap();
        assert!(recovers(&share, 3, &digest, &signature));
        let recorded: (u32, String, String, Vec<u8>) = database(&server)
            .query_row(
                "SELECT account, method, request, r FROM signatures WHERE ceremony = ?1 AND digest = ?2",
                (id.as_bytes(), digest),
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
            )
            .unwrap();
        let method = "eth_signTransaction".to_owned();
        assert_eq!(recorded, (3, method, request, signature.r.to_vec()));
    }
    prepared.session.close().await;
    assert!(device.signs(&server.address, &share, 0).await);
}

#[tokio::test]
async fn a_signature_that_was_not_prepared_records_its_r_too() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let (request, digest) = message(&address(&share, 0), "pay");
    let signature = device
        .sign(&server.address, &share, 0, &request, digest)
        .await
        .unwrap();
    let r: Vec<u8> = database(&server)
        .query_row("SELECT r FROM signatures", [], |row| row.get(0))
        .unwrap();
    assert_eq!(r, signature.r);
}

#[tokio::test]
async fn what_was_used_or_never_prepared_cannot_be_used() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let (request, digest) = message(&address(&share, 0), "pay");
    for index in [0, 2, 255] {
        let mut prepared = device.prepare(&server.address, &share, 0, 2).await.unwrap();
        prepared.sign(0, &request, digest).await.unwrap();
        let (_, round) = prepared.ready[1]
            .take()
            .unwrap()
            .spend(&digest, &[9; 32])
            .unwrap();
        prepared.send_use(index, &request, digest, round).await;
        assert_eq!(prepared.refusal().await.code, RefusalCode::Malformed);
    }
    assert_eq!(signatures(&server), 3);
}

#[tokio::test]
async fn a_use_is_judged_as_a_signature_is_and_a_refused_one_ends_them_all() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let (request, digest) = message(&address(&share, 0), "pay");
    let (theirs, their_digest) = message(&address(&share, 1), "pay");
    let mut other_digest = digest;
    other_digest[0] ^= 1;
    let eth_sign = format!(
        r#"{{"method":"eth_sign","params":["{}","0x00"]}}"#,
        address(&share, 0)
    );
    for (request, digest, code) in [
        (&request, other_digest, RefusalCode::DigestMismatch),
        (&theirs, their_digest, RefusalCode::InvalidRequest),
        (&eth_sign, digest, RefusalCode::InvalidRequest),
        (&"not json".to_owned(), digest, RefusalCode::InvalidRequest),
    ] {
        let mut prepared = device.prepare(&server.address, &share, 0, 2).await.unwrap();
        let refused = prepared.sign(0, request, digest).await.unwrap_err();
        assert_eq!(refused.code, code);
        assert!(ended(prepared).await);
    }
    assert_eq!(signatures(&server), 0);
    assert!(device.signs(&server.address, &share, 0).await, "not frozen");
}

/// Whether the other prepared signature is gone with the session.
async fn ended(mut prepared: Prepared) -> bool {
    let ended = timeout(Duration::from_secs(10), async {
        while prepared.session.receive().await.is_some() {}
    });
    ended.await.is_ok()
}

#[tokio::test]
async fn a_use_of_another_prepared_signature_gives_no_half() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let mut prepared = device.prepare(&server.address, &share, 0, 2).await.unwrap();
    let (request, digest) = message(&address(&share, 0), "pay");
    let first = prepared.ready[0].take().unwrap();
    let (_, round) = first.spend(&digest, &[9; 32]).unwrap();
    prepared.send_use(1, &request, digest, round).await;
    assert_eq!(prepared.refusal().await.code, RefusalCode::Aborted);
    assert_eq!(signatures(&server), 0);
    assert!(device.signs(&server.address, &share, 0).await, "not frozen");
}

#[tokio::test]
async fn a_session_that_waits_keeps_nothing_busy_and_ends_when_another_begins() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let mut first = device.prepare(&server.address, &share, 0, 1).await.unwrap();
    server.expect_log("prepared");
    let mut second = device.prepare(&server.address, &share, 1, 1).await.unwrap();
    assert_eq!(close_code(&mut first.session.socket).await, 1000);
    let (request, digest) = message(&address(&share, 1), "pay");
    let signature = second.sign(0, &request, digest).await.unwrap();
    assert!(recovers(&share, 1, &digest, &signature));

    let mut third = device.prepare(&server.address, &share, 0, 2).await.unwrap();
    server.expect_log("count=2");
    assert!(device.signs(&server.address, &share, 0).await);
    assert_eq!(close_code(&mut third.session.socket).await, 1000);
}

#[tokio::test]
async fn the_session_of_another_device_ends_nothing() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let mut prepared = device.prepare(&server.address, &share, 0, 1).await.unwrap();
    let (other, other_share) = with_key(&server).await;
    assert!(other.signs(&server.address, &other_share, 0).await);
    let (request, digest) = message(&address(&share, 0), "pay");
    assert!(prepared.sign(0, &request, digest).await.is_ok());
}

#[tokio::test]
async fn prepared_signatures_do_not_wait_for_ever() {
    let server = Server::with(&["--prepared-timeout-seconds", "1"]);
    let (device, share) = with_key(&server).await;
    let mut prepared = device.prepare(&server.address, &share, 0, 1).await.unwrap();
    assert_eq!(close_code(&mut prepared.session.socket).await, 1008);
}

#[tokio::test]
async fn a_session_that_waits_outlives_the_limit_of_a_session() {
    let limits = [
        "--message-timeout-seconds",
        "2",
        "--session-timeout-seconds",
        "3",
    ];
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let server = Server::on(server.kill(), &limits);
    let mut prepared = device.prepare(&server.address, &share, 0, 1).await.unwrap();
    // Two silent sessions, one after the other: more than both limits.
    let mut silent = Session::open(&server.address).await;
    assert_eq!(close_code(&mut silent.socket).await, 1008);
    let mut silent = Session::open(&server.address).await;
    assert_eq!(close_code(&mut silent.socket).await, 1008);
    let (request, digest) = message(&address(&share, 0), "pay");
    assert!(prepared.sign(0, &request, digest).await.is_ok());
}

#[tokio::test]
async fn a_session_that_waits_does_not_keep_the_server_from_stopping() {
    let mut server = Server::new();
    let (device, share) = with_key(&server).await;
    let mut prepared = device.prepare(&server.address, &share, 0, 1).await.unwrap();
    server.expect_log("prepared");
    server.terminate();
    assert_eq!(close_code(&mut prepared.session.socket).await, 1001);
    prepared.session.close().await;
    assert!(server.wait().success());
    assert!(!server.log().contains("unfinished"));
}

#[tokio::test]
async fn a_key_that_froze_or_changed_its_epoch_meanwhile_signs_nothing() {
    for (assignment, code) in [
        ("frozen_at = 1, frozen_reason = 'test'", RefusalCode::Frozen),
        ("epoch = 1", RefusalCode::EpochMismatch),
    ] {
        let server = Server::new();
        let (device, share) = with_key(&server).await;
        let mut prepared = device.prepare(&server.address, &share, 0, 1).await.unwrap();
        server.expect_log("prepared");
        change(&server, assignment);
        let (request, digest) = message(&address(&share, 0), "pay");
        let refused = prepared.sign(0, &request, digest).await.unwrap_err();
        assert_eq!(refused.code, code);
        let refused = device.prepare(&server.address, &share, 0, 1).await;
        assert_eq!(refused.err().unwrap().code, code);
        assert_eq!(signatures(&server), 0);
    }
}

#[tokio::test]
async fn a_failed_check_freezes_the_key_and_nothing_is_prepared() {
    for tampered in [1, 2] {
        let server = Server::new();
        let (device, share) = with_key(&server).await;
        let mut prepared = device
            .prepare_with(&server.address, &share, 0, 2, &mut |number, answer| {
                if number == tampered {
                    let middle = answer.len() / 2;
                    answer[middle] ^= 1;
                }
            })
            .await
            .unwrap();
        assert_eq!(prepared.refusal().await.code, RefusalCode::Aborted);
        let refused = device.prepare(&server.address, &share, 0, 1).await;
        assert_eq!(refused.err().unwrap().code, RefusalCode::Frozen);
    }
}

#[tokio::test]
async fn a_device_that_froze_the_key_freezes_it_here_and_ends_what_was_prepared() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let mut prepared = device.prepare(&server.address, &share, 0, 1).await.unwrap();
    let abort = ToServer::Abort { freeze: true };
    prepared.session.send(&abort).await.unwrap();
    assert_eq!(close_code(&mut prepared.session.socket).await, 1000);
    let refused = device.prepare(&server.address, &share, 0, 1).await;
    assert_eq!(refused.err().unwrap().code, RefusalCode::Frozen);
}

#[tokio::test]
async fn a_batch_has_one_to_four() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    for count in [0, 5] {
        let mut session = Session::open(&server.address).await;
        let purpose = Purpose::Presign(PresignRequest {
            key: *share.id().as_bytes(),
            epoch: 0,
            account: 0,
            rounds: vec![vec![0]; count],
        });
        device
            .send_open(&mut session, [1; 32], purpose)
            .await
            .unwrap();
        let Some(ToDevice::Refused(refused)) = session.receive().await else {
            panic!("not refused");
        };
        assert_eq!(refused.code, RefusalCode::Malformed);
    }
}

#[tokio::test]
async fn another_device_prepares_nothing_with_my_key() {
    let server = Server::new();
    let (_, share) = with_key(&server).await;
    let thief = Device::enrolled(&server).await;
    let refused = thief.prepare(&server.address, &share, 0, 1).await;
    assert_eq!(refused.err().unwrap().code, RefusalCode::UnknownKey);
}
