//! SPEC.md 11.13: kits and backups as text.

use tandem_threshold::recovery::{Backup, File, FileError, Kit, KitError, MAX_FILE_LEN};

use crate::pair::old_shares;
use crate::support::{key, setup, with_releases};

fn texts() -> [String; 3] {
    let (device, server) = old_shares();
    let kit = setup(&device, &server, &key(1));
    [
        File::Kit(kit.clone()),
        File::Backup(Backup::new(&device, Some(kit.clone())).unwrap()),
        File::Backup(Backup::new(&server, Some(kit)).unwrap()),
    ]
    .map(|file| file.to_text().unwrap().to_string())
}

fn refused(text: &str) -> FileError {
    File::read(text).unwrap_err()
}

#[test]
fn a_file_is_read_back_and_written_the_same() {
    let kinds = [
        "recovery kit",
        "backup of the device",
        "backup of the server",
    ];
    for (text, kind) in texts().iter().zip(kinds) {
        let file = File::read(text).unwrap();
        assert_eq!(file.kind(), kind);
        assert_eq!(*file.to_text().unwrap(), *text);
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(value["tandem"], kind);
        assert_eq!(value["version"], 1);
        assert_eq!(value["key"], file.key().to_string());
        // Order and white space are not part of the format.
        File::read(&value.to_string()).unwrap();
    }
}

#[test]
fn a_file_that_says_something_else_than_its_data_is_refused() {
    let [kit, device, server] = texts();
    let backups = [("recovery kit", &kit), ("backup of the device", &device)];
    for (kind, text) in backups {
        for other in [
            "recovery kit",
            "backup of the device",
            "backup of the server",
        ] {
            if other != kind {
                assert!(matches!(
                    refused(&text.replace(kind, other)),
                    FileError::Contradiction("tandem") | FileError::Kit(_) | FileError::Backup(_)
                ));
            }
        }
    }
    assert_eq!(
        refused(&device.replace("of the device", "of the server")),
        FileError::Contradiction("tandem")
    );
    assert_eq!(
        refused(&server.replace("\"epoch\": 0", "\"epoch\": 1")),
        FileError::Contradiction("epoch")
    );
    assert_eq!(
        refused(&kit.replace("\"key\": \"44", "\"key\": \"45")),
        FileError::Contradiction("key")
    );
    assert_eq!(
        refused(&kit.replace("\"publicKey\": \"02", "\"publicKey\": \"03")),
        FileError::Contradiction("publicKey")
    );
}

#[test]
fn a_file_that_is_not_one_says_why() {
    let [kit, ..] = texts();
    assert_eq!(refused(""), FileError::NotOurs);
    assert_eq!(refused("{}"), FileError::NotOurs);
    assert_eq!(refused(&kit.replace("epoch", "epochs")), FileError::NotOurs);
    assert_eq!(
        refused(&kit.replace("{\n", "{\n \"more\": 1,")),
        FileError::NotOurs
    );
    assert_eq!(
        refused(&kit.replacen("{", "{\"epoch\": 0,", 1)),
        FileError::NotOurs
    );
    assert_eq!(
        refused(&kit.replace("recovery kit", "shopping list")),
        FileError::UnknownKind
    );
    assert_eq!(
        refused(&kit.replace("\"version\": 1", "\"version\": 2")),
        FileError::UnknownVersion(2)
    );
    assert_eq!(
        refused(&kit.replace("\"data\": \"", "\"data\": \"?")),
        FileError::NotBase64
    );
    assert_eq!(
        refused(&kit.replace("\"data\": \"", "\"data\": \"AAAA")),
        FileError::Kit(KitError::Undecodable(
            "this release does not know its version"
        ))
    );
    assert_eq!(refused(&" ".repeat(MAX_FILE_LEN + 1)), FileError::TooLong);
}

#[test]
fn the_largest_kit_fits_a_file() {
    let (device, server) = old_shares();
    let kit = setup(&device, &server, &key(1));
    let mut kit = with_releases(&kit, &"x".repeat(512));
    let r = crate::support::refresh(1);
    for epoch in 1..=256 {
        kit = r.apply(&kit, epoch).unwrap();
    }
    let text = File::Kit(kit).to_text().unwrap();
    assert!(text.len() <= MAX_FILE_LEN, "{}", text.len());
    File::read(&text).unwrap();
}

/// What comes from a disk or a page may be anything: every cut and many changes of a good
/// file are read without a panic, and what still reads is what was written.
#[test]
fn damaged_files_and_bytes_are_refused_without_a_panic() {
    for text in texts() {
        let bytes = text.as_bytes();
        for at in (0..bytes.len()).step_by(7) {
            let cut = std::str::from_utf8(&bytes[..at]).unwrap();
            assert!(File::read(cut).is_err());
            let mut changed = bytes.to_vec();
            changed[at] ^= 0x05;
            let changed = String::from_utf8(changed).unwrap();
            if let Ok(file) = File::read(&changed) {
                // Only the sentence for people, and what the ciphertexts hold, is free.
                assert_eq!(file.to_text().unwrap().len(), text.len());
            }
        }
    }
    let (device, server) = old_shares();
    let kit = setup(&device, &server, &key(1));
    let backup = Backup::new(&device, Some(kit.clone())).unwrap();
    let (kit, backup) = (kit.to_bytes().unwrap(), backup.to_bytes().unwrap());
    for at in 0..kit.len() {
        assert!(Kit::from_bytes(&kit[..at]).is_err());
        let mut changed = kit.clone();
        changed[at] ^= 0x80;
        if let Ok(read) = Kit::from_bytes(&changed) {
            assert_eq!(read.to_bytes().unwrap(), changed);
            assert!(read.open(&key(1)).is_err(), "byte {at}");
        }
    }
    for at in 0..backup.len() {
        assert!(Backup::load(&backup[..at]).is_err());
        let mut changed = backup.to_vec();
        changed[at] ^= 0x80;
        if let Ok(read) = Backup::load(&changed) {
            assert_eq!(*read.to_bytes().unwrap(), changed);
        }
    }
}
