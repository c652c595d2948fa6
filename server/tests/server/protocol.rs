//! What comes in over the socket, from clients that do not behave.

use futures_util::SinkExt;
use tandem_wire::{FRAME_MAX, RefusalCode, Splitter, ToDevice, ToServer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{DEADLINE, Device, Server, Session, close_code, http_get, upgrade_status};

const SUBPROTOCOL: (&str, &str) = ("sec-websocket-protocol", "tandem.v1");

#[tokio::test]
async fn health_is_answered() {
    let server = Server::new();
    for path in ["/livez", "/readyz"] {
        let answer = http_get(&server.address, path).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    let answer = http_get(&server.address, "/elsewhere").await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
}

#[tokio::test]
async fn a_socket_needs_the_subprotocol() {
    let server = Server::new();
    let address = &server.address;
    assert_eq!(upgrade_status(address, &[SUBPROTOCOL]).await, 101);
    assert_eq!(upgrade_status(address, &[]).await, 400);
    let other = ("sec-websocket-protocol", "tandem.v2");
    assert_eq!(upgrade_status(address, &[other]).await, 400);
}

#[tokio::test]
async fn web_pages_are_held_to_the_list_of_origins() {
    let server = Server::with(&["--allowed-origins", "https://a.example,http://b.example:81"]);
    for (origin, status) in [
        ("null", 101),
        ("https://a.example", 101),
        ("http://b.example:81", 101),
        ("http://localhost:8000", 403),
        ("https://evil.example", 403),
    ] {
        let headers = [SUBPROTOCOL, ("origin", origin)];
        assert_eq!(
            upgrade_status(&server.address, &headers).await,
            status,
            "{origin}"
        );
    }
}

#[tokio::test]
async fn a_socket_that_breaks_the_rules_is_closed_with_the_right_code() {
    let server = Server::new();
    let frame = |version: u8| vec![version, 0, 0, 0, 0, 0, 1];
    for (what, message, code) in [
        ("text", Message::text("hello"), 1003),
        ("no payload", Message::binary(vec![1, 0, 0, 0, 0, 0]), 1002),
        ("another version", Message::binary(frame(2)), 1002),
        ("too long", Message::binary(vec![1; FRAME_MAX + 1]), 1009),
    ] {
        let mut session = Session::open(&server.address).await;
        session.socket.send(message).await.unwrap();
        assert_eq!(close_code(&mut session.socket).await, code, "{what}");
    }
    Device::enrolled(&server).await;
}

#[tokio::test]
async fn a_frame_that_is_sent_twice_ends_the_session() {
    let server = Server::new();
    let mut session = Session::open(&server.address).await;
    let mut frames = Splitter::default().split(&[7; 70_000]).unwrap();
    let first = frames.swap_remove(0);
    for _ in 0..2 {
        let message = Message::binary(first.clone());
        session.socket.send(message).await.unwrap();
    }
    assert_eq!(close_code(&mut session.socket).await, 1002);
}

#[tokio::test]
async fn a_message_that_is_none_or_not_now_is_refused() {
    let server = Server::new();
    let round_first = ToServer::Round(vec![1]).to_bytes();
    let abort_first = ToServer::Abort { freeze: true }.to_bytes();
    for message in [vec![0xff; 50], vec![0], round_first, abort_first] {
        let mut session = Session::open(&server.address).await;
        for frame in Splitter::default().split(&message).unwrap() {
            session.socket.send(Message::binary(frame)).await.unwrap();
        }
        let Some(ToDevice::Refused(refusal)) = session.receive().await else {
            panic!("not refused");
        };
        assert_eq!(refusal.code, RefusalCode::Malformed);
    }
}

#[tokio::test]
async fn an_open_of_another_session_is_refused() {
    let server = Server::new();
    let device = Device::enrolled(&server).await;
    let mut session = Session::open(&server.address).await;
    session.server_nonce = [9; 32];
    device.begin_keygen(&mut session).await.unwrap();
    let Some(ToDevice::Refused(refusal)) = session.receive().await else {
        panic!("not refused");
    };
    assert_eq!(refusal.code, RefusalCode::Unauthorized);
}

#[tokio::test]
async fn a_silent_device_is_let_go() {
    let server = Server::with(&["--message-timeout-seconds", "1"]);
    let mut silent = Session::open(&server.address).await;
    assert_eq!(close_code(&mut silent.socket).await, 1008);

    let device = Device::enrolled(&server).await;
    let mut session = Session::open(&server.address).await;
    device.begin_keygen(&mut session).await.unwrap();
    session.round().await.unwrap();
    assert_eq!(close_code(&mut session.socket).await, 1008);
    let mut next = Session::open(&server.address).await;
    device.begin_keygen(&mut next).await.unwrap();
    next.round().await.expect("not busy any more");
}

#[tokio::test]
async fn a_session_has_a_limit_in_all() {
    let server = Server::with(&["--session-timeout-seconds", "1"]);
    let mut session = Session::open(&server.address).await;
    assert_eq!(close_code(&mut session.socket).await, 1008);
}

#[tokio::test]
async fn frames_of_a_message_that_never_ends_do_not_stretch_the_limit() {
    let server = Server::with(&["--message-timeout-seconds", "1"]);
    let mut session = Session::open(&server.address).await;
    // Each frame says that more is to come.
    for number in 0..10_u8 {
        let frame = vec![1, 1, 0, 0, 0, number, 0];
        session.socket.send(Message::binary(frame)).await.unwrap();
    }
    assert_eq!(close_code(&mut session.socket).await, 1008);
}

#[tokio::test]
async fn more_sessions_than_allowed_are_turned_away() {
    let server = Server::with(&["--max-sessions", "2"]);
    let first = Session::open(&server.address).await;
    let _second = Session::open(&server.address).await;
    assert_eq!(upgrade_status(&server.address, &[SUBPROTOCOL]).await, 503);
    let answer = http_get(&server.address, "/readyz").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    first.close().await;
    // The place is free once the server has seen the close.
    let freed = async {
        while upgrade_status(&server.address, &[SUBPROTOCOL]).await != 101 {
            tokio::task::yield_now().await;
        }
    };
    timeout(DEADLINE, freed).await.unwrap();
}

#[tokio::test]
async fn more_ceremonies_than_allowed_wait_and_are_turned_away() {
    let server = Server::with(&["--max-ceremonies", "1", "--ceremony-wait-seconds", "1"]);
    let (slow, other) = (
        Device::enrolled(&server).await,
        Device::enrolled(&server).await,
    );
    let mut first = Session::open(&server.address).await;
    slow.begin_keygen(&mut first).await.unwrap();
    first.round().await.unwrap();
    let mut second = Session::open(&server.address).await;
    other.begin_keygen(&mut second).await.unwrap();
    let Some(ToDevice::Refused(refusal)) = second.receive().await else {
        panic!("not refused");
    };
    assert_eq!(refusal.code, RefusalCode::Unavailable);
}

#[tokio::test]
async fn garbage_before_http_does_not_disturb_others() {
    let server = Server::new();
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    stream.write_all(&[0xff; 4096]).await.unwrap();
    let mut answer = Vec::new();
    let _ended = stream.read_to_end(&mut answer).await;
    Device::enrolled(&server).await;
}
