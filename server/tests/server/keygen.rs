//! Making keys.

use tandem_wire::{Purpose, RefusalCode, ToDevice, ToServer};

use crate::support::{Device, Server, Session};

#[tokio::test]
async fn a_new_key_signs_with_several_accounts() {
    let server = Server::new();
    let device = Device::enrolled(&server).await;
    let share = device.keygen(&server.address).await;
    for account in [0, 1, 1000] {
        assert!(device.signs(&server.address, &share, account).await);
    }
    let releases = share.releases();
    assert!(releases.server.starts_with("tandem/"), "{releases:?}");
}

#[tokio::test]
async fn a_device_that_is_not_enrolled_makes_no_key() {
    let server = Server::new();
    let mut session = Session::open(&server.address).await;
    Device::new().begin_keygen(&mut session).await.unwrap();
    assert_eq!(refusal(&mut session).await, RefusalCode::Unauthorized);
}

#[tokio::test]
async fn a_device_has_as_many_keys_as_the_server_allows() {
    let server = Server::with(&["--max-keys-per-device", "1"]);
    let device = Device::enrolled(&server).await;
    device.keygen(&server.address).await;
    let mut session = Session::open(&server.address).await;
    device.begin_keygen(&mut session).await.unwrap();
    assert_eq!(refusal(&mut session).await, RefusalCode::Unavailable);
    Device::enrolled(&server)
        .await
        .keygen(&server.address)
        .await;
}

#[tokio::test]
async fn a_device_makes_one_key_at_a_time() {
    let server = Server::new();
    let device = Device::enrolled(&server).await;
    let mut first = Session::open(&server.address).await;
    device.begin_keygen(&mut first).await.unwrap();
    first.round().await.unwrap();
    let mut second = Session::open(&server.address).await;
    device.begin_keygen(&mut second).await.unwrap();
    assert_eq!(refusal(&mut second).await, RefusalCode::Busy);
}

#[tokio::test]
async fn a_bad_keygen_message_is_aborted_without_a_reason() {
    let server = Server::new();
    let device = Device::enrolled(&server).await;
    let mut session = Session::open(&server.address).await;
    let round = b"nonsense".to_vec();
    device
        .send_open(&mut session, [1; 32], Purpose::Keygen { round })
        .await
        .unwrap();
    let Some(ToDevice::Refused(refused)) = session.receive().await else {
        panic!("not refused");
    };
    assert_eq!(refused.code, RefusalCode::Aborted);
    assert_eq!(refused.message, "the ceremony was aborted");
    device.keygen(&server.address).await;
}

#[tokio::test]
async fn a_device_that_gives_up_can_begin_again_at_once() {
    let server = Server::new();
    let device = Device::enrolled(&server).await;
    let mut session = Session::open(&server.address).await;
    device.begin_keygen(&mut session).await.unwrap();
    session.round().await.unwrap();
    session
        .send(&ToServer::Abort { freeze: true })
        .await
        .unwrap();
    assert_eq!(session.receive().await, None);
    device.keygen(&server.address).await;
}

async fn refusal(session: &mut Session) -> RefusalCode {
    match session.receive().await {
        Some(ToDevice::Refused(refusal)) => refusal.code,
        other => panic!("not refused but {other:?}"),
    }
}
