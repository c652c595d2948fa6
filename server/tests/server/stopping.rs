//! SIGTERM: running sessions finish, others do not begin.

use tandem_wire::ToServer;

use crate::support::{Device, Server, Session, address, close_code, message, recovers};

#[tokio::test]
async fn a_running_signature_finishes_and_a_waiting_session_is_sent_away() {
    let mut server = Server::new();
    let device = Device::enrolled(&server).await;
    let share = device.keygen(&server.address).await;
    let (request, digest) = message(&address(&share, 0), "pay");
    let mut waiting = Session::open(&server.address).await;
    let mut running = Session::open(&server.address).await;
    let state = device
        .begin_sign(&mut running, &share, 0, &request, digest, &mut |_, _| {})
        .await;
    let reply = running.round().await.unwrap();

    server.terminate();
    assert_eq!(close_code(&mut waiting.socket).await, 1001);
    server.expect_log("stopping");
    assert!(
        tokio::net::TcpStream::connect(&server.address)
            .await
            .is_err(),
        "nobody new comes in"
    );
    let (state, answer) = state.receive(&reply).unwrap();
    running.send(&ToServer::Round(answer)).await.unwrap();
    let signature = state.receive(&running.round().await.unwrap()).unwrap();
    assert!(recovers(&share, 0, &digest, &signature));
    running.close().await;
    assert!(server.wait().success());
}

#[tokio::test]
async fn a_session_that_does_not_finish_does_not_hold_the_server() {
    let mut server = Server::with(&["--shutdown-seconds", "1"]);
    let device = Device::enrolled(&server).await;
    let mut stuck = Session::open(&server.address).await;
    device.begin_keygen(&mut stuck).await.unwrap();
    stuck.round().await.unwrap();
    server.terminate();
    assert!(server.wait().success());
    server.expect_log("sessions unfinished");
}
