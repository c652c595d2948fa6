//! What no honest device causes counts against a key, until it is refreshed; what an honest
//! one may cause does not.

use tandem_threshold::{KeyShare, MAX_STRIKES};
use tandem_wire::{Refusal, RefusalCode};

use crate::support::{Device, Server, address, message};

/// A byte of the salt in a signing answer: what is opened is not what was committed to.
const SALT: usize = 210;
/// A byte of the commitment to the proof in a refresh.
const COMMITMENT: usize = 5;

async fn with_key(server: &Server) -> (Device, KeyShare) {
    let device = Device::enrolled(server).await;
    let share = device.keygen(&server.address).await;
    (device, share)
}

/// Changes one byte of message `number`.
fn changed(number: usize, at: usize) -> impl FnMut(usize, &mut Vec<u8>) {
    move |sent, bytes| {
        if sent == number {
            bytes[at] ^= 1;
        }
    }
}

async fn bad_signature(server: &Server, device: &Device, share: &KeyShare) -> Refusal {
    let (request, digest) = message(&address(share, 0), "pay");
    let mut tamper = changed(1, SALT);
    let signed = device.sign_with(&server.address, share, 0, &request, digest, &mut tamper);
    signed.await.unwrap_err()
}

async fn refused_code(server: &Server, device: &Device, share: &KeyShare) -> RefusalCode {
    let (request, digest) = message(&address(share, 0), "pay");
    let signed = device.sign(&server.address, share, 0, &request, digest);
    signed.await.unwrap_err().code
}

fn strikes(server: &Server) -> u32 {
    let path = server.directory().path().join("tandem.sqlite");
    let database = rusqlite::Connection::open(path).unwrap();
    let query = "SELECT strikes FROM keys";
    database.query_row(query, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn bad_answers_freeze_the_key_with_the_last_strike_and_not_before() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    for number in 1..MAX_STRIKES {
        let refused = bad_signature(&server, &device, &share).await;
        assert_eq!(refused.message, "the ceremony was aborted");
        assert_eq!(strikes(&server), number, "a good signature takes none back");
        assert!(device.signs(&server.address, &share, 0).await);
    }
    let last = bad_signature(&server, &device, &share).await;
    assert_eq!(
        (last.code, last.message.as_str()),
        (RefusalCode::Aborted, "the ceremony was aborted"),
        "the last one sounds like every other"
    );
    // The freeze was on the disk before that answer left.
    let server = Server::on(server.kill(), &[]);
    assert_eq!(
        refused_code(&server, &device, &share).await,
        RefusalCode::Frozen
    );
}

#[tokio::test]
async fn what_an_honest_device_may_cause_counts_nothing() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let (request, digest) = message(&address(&share, 0), "pay");
    let mut cut = |number: usize, bytes: &mut Vec<u8>| {
        if number == 1 {
            bytes.truncate(100);
        }
    };
    let signed = device.sign_with(&server.address, &share, 0, &request, digest, &mut cut);
    assert_eq!(signed.await.unwrap_err().code, RefusalCode::Aborted);
    // Of another session: its binding is what is checked first.
    let mut stale = changed(1, 10);
    let signed = device.sign_with(&server.address, &share, 0, &request, digest, &mut stale);
    assert_eq!(signed.await.unwrap_err().code, RefusalCode::Aborted);
    let signed = device.sign(&server.address, &share, 0, &request, [7; 32]);
    assert_eq!(signed.await.unwrap_err().code, RefusalCode::DigestMismatch);
    assert_eq!(strikes(&server), 0);
    assert!(device.signs(&server.address, &share, 0).await);
}

#[tokio::test]
async fn a_refresh_leaves_the_strikes_of_the_old_share_behind() {
    let server = Server::new();
    let (device, old) = with_key(&server).await;
    for _ in 1..MAX_STRIKES {
        bad_signature(&server, &device, &old).await;
    }
    let new = device.refresh(&server, &old).await.unwrap();
    device.confirm(&server, &new).await.unwrap();
    bad_signature(&server, &device, &new).await;
    assert_eq!(strikes(&server), 1);
    assert!(device.signs(&server.address, &new, 0).await);
}

#[tokio::test]
async fn a_lie_in_a_refresh_counts_against_the_share_it_starts_from() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let mut lie = changed(2, COMMITMENT);
    for _ in 0..MAX_STRIKES {
        assert!(device.signs(&server.address, &share, 0).await);
        let refreshed = device.refresh_with(&server, &share, &mut lie).await;
        assert_eq!(refreshed.err().unwrap().code, RefusalCode::Aborted);
    }
    assert_eq!(
        refused_code(&server, &device, &share).await,
        RefusalCode::Frozen
    );
    // An honest refresh is still the way out.
    let new = device.refresh(&server, &share).await.unwrap();
    device.confirm(&server, &new).await.unwrap();
    assert!(device.signs(&server.address, &new, 0).await);
}

#[tokio::test]
async fn the_reason_of_a_strike_is_in_the_servers_log_only() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let refused = bad_signature(&server, &device, &share).await;
    server.expect_log("counted a strike against a key: protocol check failed");
    assert!(!format!("{refused:?}").contains("commit"), "{refused:?}");
}
