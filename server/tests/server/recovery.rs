//! Recovery kits: who may set one, and that the kit that is stored opens.

use tandem_server::seal::KitLabel;
use tandem_server::sealing_key;
use tandem_server::store::sqlite::SqliteStore;
use tandem_server::store::{NewPermit, Operation, Store, UnixMillis};
use tandem_threshold::recovery::{Kit, RecoveryKey, Words};
use tandem_threshold::{KeyId, KeyShare};
use tandem_wire::{RefusalCode, Token};
use zeroize::Zeroizing;

use crate::support::{Device, Output, Server, address, command, message};

fn words(byte: u8) -> RecoveryKey {
    Words::from_entropy(Zeroizing::new([byte; 32])).key()
}

async fn with_key(server: &Server) -> (Device, KeyShare) {
    let device = Device::enrolled(server).await;
    let share = device.keygen(&server.address).await;
    (device, share)
}

async fn signs(server: &Server, device: &Device, share: &KeyShare) {
    let (request, digest) = message(&address(share, 0), "pay");
    let signed = device.sign(&server.address, share, 0, &request, digest);
    signed.await.unwrap();
}

/// What the server has for a share.
fn kits(server: &Server, share: &KeyShare) -> Vec<Kit> {
    let directory = server.directory();
    let path = directory.path();
    let store = SqliteStore::open_existing(&path.join("tandem.sqlite")).unwrap();
    let sealing = sealing_key::read(&path.join("sealing.key")).unwrap();
    let stored = store.kits(share.id(), share.epoch()).unwrap();
    let open = |stored: &tandem_server::store::StoredKit| {
        let label = KitLabel {
            key: share.id(),
            epoch: share.epoch(),
            recovery_key: &stored.recovery_key,
        };
        Kit::from_bytes(&sealing.open_kit(label, &stored.sealed).unwrap()).unwrap()
    };
    stored.iter().map(open).collect()
}

fn ask_permit(server: &Server, key: &str, arguments: &[&str]) -> Output {
    let data = server.directory().path().to_str().unwrap().to_owned();
    let start = ["--data-dir", &data, "permit", key, "recovery"];
    command(&[&start, arguments].concat(), &[])
}

fn permit(server: &Server, key: &KeyId, arguments: &[&str]) -> String {
    let output = ask_permit(server, &key.to_string(), arguments);
    assert!(output.success, "{}", output.stderr);
    output.stdout.trim().to_owned()
}

#[tokio::test]
async fn the_kit_is_stored_and_follows_every_refresh() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    assert!(kits(&server, &share).is_empty());
    let kit = device
        .set_recovery(&server, &share, &words(1), None, true)
        .await
        .unwrap();
    // A power cut: it was on the disk before the completion left.
    let server = Server::on(server.kill(), &[]);
    assert_eq!(kits(&server, &share), [kit]);
    let (mut old, mut epochs) = (share, 0);
    for _ in 0..2 {
        let new = device.refresh(&server, &old).await.unwrap();
        // Beside the kit of the old share, which counts until the new one is proved.
        assert_eq!(kits(&server, &old).len(), 1);
        device.confirm(&server, &new).await.unwrap();
        assert!(kits(&server, &old).is_empty());
        epochs += 1;
        let [kit] = &*kits(&server, &new) else {
            unreachable!("one kit");
        };
        assert_eq!(kit.deltas(), epochs);
        kit.fits(&new).unwrap();
        kit.open(&words(1)).unwrap();
        old = new;
    }
}

#[tokio::test]
async fn words_are_free_until_the_key_signs_and_then_take_a_permit() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    // A device that never says that it has stored the kit: it does not count.
    device
        .set_recovery(&server, &share, &words(1), None, false)
        .await
        .unwrap();
    device
        .set_recovery(&server, &share, &words(2), None, false)
        .await
        .unwrap();
    assert_eq!(kits(&server, &share).len(), 1);
    signs(&server, &device, &share).await;
    let refused = async |words: &RecoveryKey, permit: Option<&str>| {
        let set = device
            .set_recovery(&server, &share, words, permit, true)
            .await;
        assert_eq!(set.unwrap_err().code, RefusalCode::PermitRequired);
    };
    refused(&words(3), None).await;
    refused(&words(3), Some("not a permit")).await;
    refused(&words(3), Some(&"0".repeat(26))).await;
    let good = permit(&server, share.id(), &[]);
    let kit = device
        .set_recovery(&server, &share, &words(3), Some(&good), true)
        .await;
    assert_eq!(kits(&server, &share), [kit.unwrap()]);
    // It was used.
    refused(&words(4), Some(&good)).await;
}

#[tokio::test]
async fn a_kit_that_counts_takes_a_permit_even_if_nothing_was_signed() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    device
        .set_recovery(&server, &share, &words(1), None, true)
        .await
        .unwrap();
    let refused = device
        .set_recovery(&server, &share, &words(2), None, true)
        .await;
    assert_eq!(refused.unwrap_err().code, RefusalCode::PermitRequired);
}

#[tokio::test]
async fn a_permit_is_for_one_key_and_expires() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let other = device.keygen(&server.address).await;
    signs(&server, &device, &share).await;
    let of_other = permit(&server, other.id(), &["--expires-minutes", "1"]);
    let path = server.directory().path().join("tandem.sqlite");
    let store = SqliteStore::open_existing(&path).unwrap();
    let expired = Token::from_random(&[7; 26]);
    store
        .add_permit(&NewPermit {
            hash: expired.hash(),
            key: share.id(),
            operation: Operation::Recovery,
            created_at: UnixMillis(0),
            expires_at: UnixMillis::now(),
        })
        .unwrap();
    for permit in [&*of_other, expired.expose()] {
        let set = device
            .set_recovery(&server, &share, &words(1), Some(permit), true)
            .await;
        assert_eq!(set.unwrap_err().code, RefusalCode::PermitRequired);
    }
    assert!(kits(&server, &share).is_empty());
}

#[tokio::test]
async fn a_permit_needs_a_key_that_is_there() {
    let server = Server::new();
    let output = ask_permit(&server, &"00".repeat(32), &[]);
    assert!(!output.success);
    assert!(
        output.stderr.contains("not in the database"),
        "{}",
        output.stderr
    );
}

#[tokio::test]
async fn the_kit_in_use_stays_until_the_device_has_the_new_one() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let first = device
        .set_recovery(&server, &share, &words(1), None, true)
        .await
        .unwrap();
    let good = permit(&server, share.id(), &[]);
    let second = device
        .set_recovery(&server, &share, &words(2), Some(&good), false)
        .await;
    let mut both = kits(&server, &share);
    both.sort_by_key(|kit| *kit.recovery() == *first.recovery());
    assert_eq!(both, [second.unwrap(), first.clone()]);
    // Both follow, and words that were proved need no permit.
    let new = device.refresh(&server, &share).await.unwrap();
    assert_eq!(kits(&server, &new).len(), 2);
    device.confirm(&server, &new).await.unwrap();
    device
        .set_recovery_again(&server, &new, &words(1))
        .await
        .unwrap();
    let [kit] = &*kits(&server, &new) else {
        unreachable!("one kit");
    };
    assert_eq!((kit.recovery(), kit.deltas()), (first.recovery(), 0));
}

#[tokio::test]
async fn the_same_words_are_free_with_a_proof_only() {
    let server = Server::new();
    let (device, share) = with_key(&server).await;
    let kit = device
        .set_recovery(&server, &share, &words(1), None, true)
        .await
        .unwrap();
    // A thief of the device could put a kit here that does not open.
    let again = device
        .set_recovery(&server, &share, &words(1), None, true)
        .await;
    assert_eq!(again.unwrap_err().code, RefusalCode::PermitRequired);
    let forged = device
        .set_recovery_by(&server, &share, &words(1), &words(2))
        .await;
    assert_eq!(forged.unwrap_err().code, RefusalCode::Unauthorized);
    assert_eq!(kits(&server, &share), std::slice::from_ref(&kit));
    let again = device
        .set_recovery_again(&server, &share, &words(1))
        .await
        .unwrap();
    assert_ne!(again, kit);
    assert_eq!(kits(&server, &share), [again]);
    // A proof of other words is good for nothing.
    let other = device.set_recovery_again(&server, &share, &words(2)).await;
    assert_eq!(other.unwrap_err().code, RefusalCode::PermitRequired);
}
