//! New shares for a key: which of them the server keeps, and what it does with each.

use tandem_threshold::KeyShare;
use tandem_wire::{Refusal, RefusalCode};

use crate::support::{Device, Server, address, command, message};

async fn with_key(server: &Server) -> (Device, KeyShare) {
    let device = Device::enrolled(server).await;
    let share = device.keygen(&server.address).await;
    (device, share)
}

async fn refused(server: &Server, device: &Device, share: &KeyShare) -> RefusalCode {
    let (request, digest) = message(&address(share, 0), "pay");
    let signed = device.sign(&server.address, share, 0, &request, digest);
    signed.await.unwrap_err().code
}

fn code<T>(refused: Result<T, Refusal>) -> RefusalCode {
    refused.err().unwrap().code
}

fn count(server: &Server, table: &str) -> u32 {
    let path = server.directory().path().join("tandem.sqlite");
    let database = rusqlite::Connection::open(path).unwrap();
    let query = format!("SELECT count(*) FROM {table}");
    database.query_row(&query, [], |row| row.get(0)).unwrap()
}

/// What the database holds as the server's current share.
fn sealed(server: &Server) -> Vec<u8> {
    let path = server.directory().path().join("tandem.sqlite");
    let database = rusqlite::Connection::open(path).unwrap();
    let query = "SELECT sealed_share FROM keys";
    database.query_row(query, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn both_shares_sign_until_the_new_one_is_proved_and_then_only_that() {
    let server = Server::new();
    let (device, old) = with_key(&server).await;
    let new = device.refresh(&server, &old).await.unwrap();
    assert_eq!(new.public_key(), old.public_key());
    assert!(device.signs(&server.address, &old, 0).await);
    assert_eq!(
        (count(&server, "next_shares"), count(&server, "refreshes")),
        (1, 0)
    );

    device.confirm(&server, &new).await.unwrap();
    assert_eq!(
        (count(&server, "next_shares"), count(&server, "refreshes")),
        (0, 1)
    );
    // It was on the disk before the server's half left.
    let server = Server::on(server.kill(), &[]);
    assert_eq!(
        refused(&server, &device, &old).await,
        RefusalCode::EpochMismatch
    );
    assert_eq!(
        code(device.refresh(&server, &old).await),
        RefusalCode::EpochMismatch
    );
    assert!(device.signs(&server.address, &new, 0).await);
    device.confirm(&server, &new).await.unwrap();
}

#[tokio::test]
async fn a_share_that_was_replaced_is_nowhere_in_the_files() {
    let server = Server::new();
    let (device, old) = with_key(&server).await;
    let old_sealed = sealed(&server);
    let new = device.refresh(&server, &old).await.unwrap();
    device.confirm(&server, &new).await.unwrap();
    let directory = server.directory();
    let path = directory.path().join("tandem.sqlite");
    let database = rusqlite::Connection::open(path).unwrap();
    database
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    // Parts of pages: a record of 52 KB is spread over many. The new share was in two
    // tables, and is in one now.
    let new_sealed = sealed(&server);
    for at in [10_000, 20_000, 30_000, 40_000] {
        let places = |sealed: &[u8]| {
            let part = &sealed[at..at + 200];
            let found = |bytes: &[u8]| bytes.windows(part.len()).filter(|w| *w == part).count();
            let files = directory.files();
            files.iter().map(|(_, bytes)| found(bytes)).sum::<usize>()
        };
        assert_eq!(places(&old_sealed), 0, "{at}");
        assert!(places(&new_sealed) <= 1, "{at}");
    }
}

#[tokio::test]
async fn a_signature_with_the_new_share_proves_it() {
    let server = Server::new();
    let (device, old) = with_key(&server).await;
    let new = device.refresh(&server, &old).await.unwrap();
    assert!(device.signs(&server.address, &new, 0).await);
    assert_eq!(count(&server, "next_shares"), 0);
    assert_eq!(
        refused(&server, &device, &old).await,
        RefusalCode::EpochMismatch
    );
}

#[tokio::test]
async fn a_refresh_that_is_not_proved_gives_way_to_another() {
    let server = Server::new();
    let (device, old) = with_key(&server).await;
    let first = device.refresh(&server, &old).await.unwrap();
    let second = device.refresh(&server, &old).await.unwrap();
    assert_eq!(
        code(device.confirm(&server, &first).await),
        RefusalCode::EpochMismatch
    );
    device.confirm(&server, &second).await.unwrap();
    assert!(device.signs(&server.address, &second, 0).await);
}

#[tokio::test]
async fn a_refresh_of_the_new_share_proves_it() {
    let server = Server::new();
    let (device, old) = with_key(&server).await;
    let first = device.refresh(&server, &old).await.unwrap();
    let second = device.refresh(&server, &first).await.unwrap();
    assert_eq!(
        refused(&server, &device, &old).await,
        RefusalCode::EpochMismatch
    );
    assert!(device.signs(&server.address, &first, 0).await);
    assert!(device.signs(&server.address, &second, 0).await);
}

#[tokio::test]
async fn only_the_key_of_the_device_and_an_epoch_that_is_there_are_refreshed() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let other = Device::enrolled(&server).await;
    assert_eq!(
        code(other.refresh(&server, &share).await),
        RefusalCode::UnknownKey
    );
    assert_eq!(
        code(other.confirm(&server, &share).await),
        RefusalCode::UnknownKey
    );
    let stranger = Device::new();
    assert_eq!(
        code(stranger.refresh(&server, &share).await),
        RefusalCode::Unauthorized
    );
    assert_eq!(
        code(stranger.confirm(&server, &share).await),
        RefusalCode::Unauthorized
    );
    // From another server, or from before this database.
    let elsewhere = Server::new();
    device
        .enrol(&elsewhere.address, &elsewhere.code())
        .await
        .unwrap();
    assert_eq!(
        code(device.refresh(&elsewhere, &share).await),
        RefusalCode::UnknownKey
    );
    let new = device.refresh(&server, &share).await.unwrap();
    let newer = device.refresh(&server, &new).await.unwrap();
    drop(newer);
    assert_eq!(
        code(device.confirm(&server, &share).await),
        RefusalCode::EpochMismatch
    );
}

#[tokio::test]
async fn a_failed_check_in_a_confirmation_freezes_the_new_share_and_a_refresh_ends_that() {
    let server = Server::new();
    let (device, old) = with_key(&server).await;
    let new = device.refresh(&server, &old).await.unwrap();
    let mut tamper = |number: usize, bytes: &mut Vec<u8>| {
        if number == 1 {
            let at = bytes.len() - 2000;
            bytes[at] ^= 1;
        }
    };
    let refusal = device.confirm_with(&server, &new, &mut tamper).await;
    assert_eq!(code(refusal), RefusalCode::Aborted);
    let server = Server::on(server.kill(), &[]);
    assert_eq!(
        code(device.confirm(&server, &new).await),
        RefusalCode::Frozen
    );
    assert_eq!(refused(&server, &device, &new).await, RefusalCode::Frozen);
    let again = device.refresh(&server, &old).await.unwrap();
    device.confirm(&server, &again).await.unwrap();
    assert!(device.signs(&server.address, &again, 0).await);
}

#[tokio::test]
async fn a_frozen_key_signs_again_after_a_refresh_and_not_before() {
    let server = Server::new();
    let (device, old) = with_key(&server).await;
    let (request, digest) = message(&address(&old, 0), "pay");
    let mut tamper = |number: usize, bytes: &mut Vec<u8>| {
        if number == 1 {
            let at = bytes.len() - 2000;
            bytes[at] ^= 1;
        }
    };
    let signed = device.sign_with(&server.address, &old, 0, &request, digest, &mut tamper);
    assert_eq!(code(signed.await), RefusalCode::Aborted);
    assert_eq!(
        code(device.confirm(&server, &old).await),
        RefusalCode::Frozen
    );
    let new = device.refresh(&server, &old).await.unwrap();
    assert_eq!(refused(&server, &device, &old).await, RefusalCode::Frozen);
    device.confirm(&server, &new).await.unwrap();
    assert!(device.signs(&server.address, &new, 0).await);
}

#[tokio::test]
async fn a_key_of_which_a_refresh_is_wanted_signs_after_it() {
    let server = Server::new();
    let (device, old) = with_key(&server).await;
    let directory = server.directory();
    let data = directory.path().to_str().unwrap().to_owned();
    let wants = |keys: &str| command(&["--data-dir", &data, "refresh", keys], &[]);
    let unknown = wants(&"00".repeat(32));
    assert!(!unknown.success && unknown.stderr.contains("not in the database"));
    assert!(!wants("everything").success);
    assert!(wants(&old.id().to_string()).success);

    assert_eq!(
        refused(&server, &device, &old).await,
        RefusalCode::RefreshRequired
    );
    let new = device.refresh(&server, &old).await.unwrap();
    assert_eq!(
        refused(&server, &device, &old).await,
        RefusalCode::RefreshRequired
    );
    assert!(device.signs(&server.address, &new, 0).await);
    assert!(device.signs(&server.address, &new, 0).await);
}
