//! Power cuts: kill -9 at every message.

use tandem_wire::ToServer;

use crate::support::{Device, Server, Session, Step, address, message, recovers};

/// Messages of the device in a keygen.
const MESSAGES: usize = 6;

#[tokio::test]
async fn a_power_cut_at_any_message_of_a_keygen_loses_no_key() {
    let mut server = Some(Server::new());
    let device = Device::enrolled(server.as_ref().unwrap()).await;
    let mut shares = 0;
    for number in 0..MESSAGES {
        for moment in [Step::Sent(number), Step::Answered(number)] {
            let address = server.as_ref().unwrap().address.clone();
            let mut directory = None;
            let share = device
                .keygen_with(&address, &mut |step| {
                    if step == moment {
                        directory = Some(server.take().unwrap().kill());
                    }
                })
                .await;
            let restarted = Server::on(directory.unwrap(), &[]);
            if let Some(share) = share {
                shares += 1;
                assert!(
                    device.signs(&restarted.address, &share, 0).await,
                    "{moment:?}: the device has a share that the server has not"
                );
            }
            server = Some(restarted);
        }
    }
    assert!(shares >= 1, "after the last answer the device has a share");
    let server = server.unwrap();
    let share = device.keygen(&server.address).await;
    assert!(device.signs(&server.address, &share, 0).await);
}

#[tokio::test]
async fn a_power_cut_at_any_message_of_a_signature_loses_no_key() {
    let mut server = Server::new();
    let device = Device::enrolled(&server).await;
    let share = device.keygen(&server.address).await;
    let (request, digest) = message(&address(&share, 0), "pay");
    for cut in 0..4 {
        let mut session = Session::open(&server.address).await;
        let state = device
            .begin_sign(&mut session, &share, 0, &request, digest, &mut |_, _| {})
            .await;
        if cut == 0 {
            server = Server::on(server.kill(), &[]);
            continue;
        }
        let reply = session.round().await.unwrap();
        let (state, answer) = state.receive(&reply).unwrap();
        if cut == 1 {
            server = Server::on(server.kill(), &[]);
            continue;
        }
        session.send(&ToServer::Round(answer)).await.unwrap();
        if cut == 2 {
            server = Server::on(server.kill(), &[]);
            continue;
        }
        let partial = session.round().await.unwrap();
        server = Server::on(server.kill(), &[]);
        let signature = state.receive(&partial).unwrap();
        assert!(recovers(&share, 0, &digest, &signature));
        let recorded = recorded(&server);
        assert!(recorded >= 1, "what left was written before");
    }
    assert!(device.signs(&server.address, &share, 0).await);
}

#[tokio::test]
async fn a_code_works_or_is_used_up_after_a_power_cut() {
    let server = Server::new();
    let code = server.code();
    let device = Device::new();
    device.enrol(&server.address, &code).await.unwrap();
    let server = Server::on(server.kill(), &[]);
    device.enrol(&server.address, &code).await.unwrap_err();
    device.keygen(&server.address).await;
}

fn recorded(server: &Server) -> u32 {
    let path = server.directory().path().join("tandem.sqlite");
    rusqlite::Connection::open(path)
        .unwrap()
        .query_row("SELECT count(*) FROM signatures", [], |row| row.get(0))
        .unwrap()
}
