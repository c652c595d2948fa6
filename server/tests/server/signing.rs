//! Signing, and everything that is not signed.

use tandem_threshold::{KeyShare, Signature};
use tandem_wire::{RefusalCode, SignatureBytes, ToDevice, ToServer};

use crate::support::{
    Device, Server, Session, address, authorization, message, recovers, transaction,
};

async fn with_key(server: &Server) -> (Device, KeyShare) {
    let device = Device::enrolled(server).await;
    let share = device.keygen(&server.address).await;
    (device, share)
}

#[tokio::test]
async fn a_transaction_is_signed_and_recorded() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let (request, digest) = transaction(&address(&share, 3), 7);
    let signature = device
        .sign(&server.address, &share, 3, &request, digest)
        .await
        .unwrap();
    assert!(recovers(&share, 3, &digest, &signature));
    let database = rusqlite::Connection::open(server.directory().path().join("tandem.sqlite"));
    let recorded: (u32, String, Vec<u8>, String) = database
        .unwrap()
        .query_row(
            "SELECT account, method, digest, request FROM signatures",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
        .unwrap();
    let expected = (3, "eth_signTransaction".into(), digest.to_vec(), request);
    assert_eq!(recorded, expected);
}

#[tokio::test]
async fn a_key_signs_after_a_restart() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let server = Server::on(server.kill(), &[]);
    assert!(device.signs(&server.address, &share, 0).await);
}

#[tokio::test]
async fn a_digest_that_is_not_the_requests_is_refused() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let (request, mut digest) = message(&address(&share, 0), "pay");
    digest[0] ^= 1;
    let refused = device
        .sign(&server.address, &share, 0, &request, digest)
        .await
        .unwrap_err();
    assert_eq!(refused.code, RefusalCode::DigestMismatch);
    assert!(device.signs(&server.address, &share, 0).await, "not frozen");
}

#[tokio::test]
async fn a_request_of_another_account_is_refused() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let theirs = "0x1111111111111111111111111111111111111111";
    for from in [theirs, &address(&share, 1)] {
        for (request, digest) in [message(from, "pay"), transaction(from, 0)] {
            let refused = device
                .sign(&server.address, &share, 0, &request, digest)
                .await
                .unwrap_err();
            assert_eq!(refused.code, RefusalCode::InvalidRequest);
            assert_eq!(refused.problems[0].field, "account");
        }
    }
}

#[tokio::test]
async fn every_problem_of_a_request_is_named() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let from = address(&share, 0);
    let refuse = async |request: String| {
        device
            .sign(&server.address, &share, 0, &request, [7; 32])
            .await
            .unwrap_err()
    };
    let unknown = refuse(format!(
        r#"{{"method":"eth_sign","params":["{from}","0x00"]}}"#
    ));
    let unknown = unknown.await;
    assert_eq!(unknown.code, RefusalCode::InvalidRequest);
    assert_eq!(unknown.problems[0].field, "method");
    let bad = refuse(format!(
        r#"{{"method":"eth_signTransaction","account":"{from}","params":[{{"from":"{from}","nonce":"x","value":"-1"}}]}}"#
    ))
    .await;
    assert_eq!(bad.code, RefusalCode::InvalidRequest);
    assert!(bad.problems.len() > 1, "{bad:?}");
    let nonsense = refuse("not json".into()).await;
    assert_eq!(nonsense.code, RefusalCode::InvalidRequest);
}

#[tokio::test]
async fn an_unknown_key_is_refused() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let elsewhere = Server::new();
    device
        .enrol(&elsewhere.address, &elsewhere.code())
        .await
        .unwrap();
    let (request, digest) = message(&address(&share, 0), "pay");
    let refused = device
        .sign(&elsewhere.address, &share, 0, &request, digest)
        .await
        .unwrap_err();
    assert_eq!(refused.code, RefusalCode::UnknownKey);
}

#[tokio::test]
async fn another_device_cannot_use_my_key() {
    let server = Server::new();
    let (_, share) = with_key(&server).await;
    let thief = Device::enrolled(&server).await;
    let (request, digest) = message(&address(&share, 0), "pay");
    let refused = thief
        .sign(&server.address, &share, 0, &request, digest)
        .await
        .unwrap_err();
    assert_eq!(refused.code, RefusalCode::UnknownKey);
    let refused = Device::new()
        .sign(&server.address, &share, 0, &request, digest)
        .await
        .unwrap_err();
    assert_eq!(refused.code, RefusalCode::Unauthorized);
}

#[tokio::test]
async fn a_key_signs_one_request_at_a_time() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let (request, digest) = message(&address(&share, 0), "first");
    let mut first = Session::open(&server.address).await;
    let state = device
        .begin_sign(&mut first, &share, 0, &request, digest, &mut |_, _| {})
        .await;
    let reply = first.round().await.unwrap();
    let (other, other_digest) = message(&address(&share, 0), "second");
    let refused = device
        .sign(&server.address, &share, 0, &other, other_digest)
        .await
        .unwrap_err();
    assert_eq!(refused.code, RefusalCode::Busy);
    let (state, answer) = state.receive(&reply).unwrap();
    first.send(&ToServer::Round(answer)).await.unwrap();
    let signature = state.receive(&first.round().await.unwrap()).unwrap();
    assert!(recovers(&share, 0, &digest, &signature));
    // The first session is still open; its key is free already.
    assert!(device.signs(&server.address, &share, 0).await);
}

#[tokio::test]
async fn an_account_that_is_hardened_is_refused() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let (request, digest) = message(&address(&share, 0), "pay");
    let mut session = Session::open(&server.address).await;
    let purpose = tandem_wire::Purpose::Sign(tandem_wire::SignRequest {
        key: *share.id().as_bytes(),
        epoch: 0,
        account: 1 << 31,
        request,
        digest,
        id: [1; 16],
        held: None,
        round: Vec::new(),
    });
    device
        .send_open(&mut session, [1; 32], purpose)
        .await
        .unwrap();
    let Some(ToDevice::Refused(refused)) = session.receive().await else {
        panic!("not refused");
    };
    assert_eq!(refused.code, RefusalCode::InvalidRequest);
}

#[tokio::test]
async fn authorisations_are_signed_only_as_far_as_the_operator_says() {
    for (setting, one_chain, every_chain) in [
        (None, false, false),
        (Some("one_chain"), true, false),
        (Some("every_chain"), true, true),
    ] {
        let flags = setting.map_or(vec![], |word| vec!["--eip7702-authorizations", word]);
        let server = Server::with(&flags);
        let (device, share) = with_key(&server).await;
        for (chain_id, allowed) in [(1, one_chain), (0, every_chain)] {
            let (request, digest) = authorization(&address(&share, 0), chain_id);
            let signed = device
                .sign(&server.address, &share, 0, &request, digest)
                .await;
            match signed {
                Ok(signature) => {
                    assert!(allowed, "{setting:?} {chain_id}");
                    assert!(recovers(&share, 0, &digest, &signature));
                }
                Err(refusal) => {
                    assert!(!allowed, "{setting:?} {chain_id}");
                    assert_eq!(refusal.code, RefusalCode::InvalidRequest);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_signature_that_is_not_of_the_request_is_not_kept() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let (request, digest) = message(&address(&share, 0), "pay");
    let (other, other_digest) = message(&address(&share, 0), "another");
    let signed = device.sign(&server.address, &share, 0, &other, other_digest);
    let another = signed.await.unwrap();
    for wrong in 0..3 {
        let mut session = Session::open(&server.address).await;
        let id = [wrong; 16];
        let state = device
            .begin_sign_with_id(&mut session, &share, 0, &request, digest, id)
            .await;
        let (state, answer) = state.receive(&session.round().await.unwrap()).unwrap();
        session.send(&ToServer::Round(answer)).await.unwrap();
        let made = state.receive(&session.round().await.unwrap()).unwrap();
        let told = |signature: &Signature| SignatureBytes {
            r: signature.r,
            s: signature.s,
            y_is_odd: signature.y_parity,
        };
        let (id, signature) = match wrong {
            0 => ([9; 16], told(&made)),
            1 => (id, told(&another)),
            _ => {
                let mut other_parity = told(&made);
                other_parity.y_is_odd = !other_parity.y_is_odd;
                (id, other_parity)
            }
        };
        let signed = ToServer::Signed { id, signature };
        session.send(&signed).await.unwrap();
        let Some(ToDevice::Refused(refused)) = session.receive().await else {
            panic!("kept: {wrong}");
        };
        assert_eq!(refused.code, RefusalCode::Malformed, "{wrong}");
    }
    let database = rusqlite::Connection::open(server.directory().path().join("tandem.sqlite"));
    let kept: u32 = database
        .unwrap()
        .query_row("SELECT count(signature) FROM signatures", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(kept, 0);
}
