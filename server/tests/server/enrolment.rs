//! Enrolment: one code, one device, once.

use tandem_wire::{RefusalCode, Token};

use crate::support::{Device, Server};

#[tokio::test]
async fn a_code_enrols_one_device_once() {
    let server = Server::new();
    let code = server.code();
    let device = Device::new();
    device.enrol(&server.address, &code).await.unwrap();
    let again = device.enrol(&server.address, &code).await.unwrap_err();
    assert_eq!(again.code, RefusalCode::InvalidToken);
    let other = Device::new().enrol(&server.address, &code).await;
    assert_eq!(other.unwrap_err(), again, "used up for everybody");
}

#[tokio::test]
async fn an_unknown_token_and_one_that_is_none_get_the_same_answer() {
    let server = Server::new();
    let device = Device::new();
    let unknown = Token::from_random(&[9; 26]);
    let first = device.enrol_with(&server.address, unknown.expose()).await;
    assert_eq!(first.as_ref().unwrap_err().code, RefusalCode::InvalidToken);
    for token in ["", "x", "....", &"z".repeat(5000)] {
        let other = device.enrol_with(&server.address, token).await;
        assert_eq!(other, first, "{token:.10}");
    }
}

#[tokio::test]
async fn a_code_is_read_as_people_type_it() {
    let server = Server::new();
    let code = server.code();
    let (_, token) = code.split_once('#').unwrap();
    let typed = token.to_uppercase().replace('0', "O").replace('1', "l");
    Device::new()
        .enrol_with(&server.address, &typed)
        .await
        .unwrap();
}

#[tokio::test]
async fn too_many_failures_stop_enrolment_and_nothing_else() {
    let server = Server::new();
    let known = Device::enrolled(&server).await;
    let guesser = Device::new();
    let mut codes = Vec::new();
    for _ in 0..70 {
        let refused = guesser.enrol_with(&server.address, "guess").await;
        codes.push(refused.unwrap_err().code);
    }
    assert_eq!(codes.first(), Some(&RefusalCode::InvalidToken));
    assert_eq!(codes.last(), Some(&RefusalCode::Unavailable));
    known.keygen(&server.address).await;
}
