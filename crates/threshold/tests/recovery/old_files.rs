//! Old kits and backups must load for ever: `tests/old_kits/` keeps a set of every
//! version that was ever released.

use tandem_threshold::recovery::{Backup, File, Kit, MasterKey, Words};

const WORDS: &str = include_str!("../old_kits/v1/words.txt");
const TERMS: &str = include_str!("../old_kits/v1/terms.kit.json");
const DELTAS: &str = include_str!("../old_kits/v1/deltas.kit.json");
const COMPACT: &str = include_str!("../old_kits/v1/compact.kit.json");
const DEVICE: &str = include_str!("../old_kits/v1/device.backup.json");
const SERVER: &str = include_str!("../old_kits/v1/server.backup.json");

/// The accounts of the stored test shares, as `tests/old_shares.rs` has them.
const ACCOUNTS: [(u32, &str); 3] = [
    (
        0,
        "038365d3fb640dbd11e28673a6a82436fc921bec151ec30ee98eeb4614abf5b668",
    ),
    (
        1,
        "0285c327de04b3d5dc14c51b683c31adbf2541a85f2f619f9728f79bdc9a5574ac",
    ),
    (
        2_147_483_647,
        "022af788e8a0f19855dacb77bff12b238121482380e0c1d6211151f33a83e8f282",
    ),
];

fn kit(text: &str) -> Kit {
    match File::read(text).unwrap() {
        File::Kit(kit) => kit,
        File::Backup(_) => panic!("it is a backup"),
    }
}

fn backup(text: &str) -> Backup {
    match File::read(text).unwrap() {
        File::Backup(backup) => backup,
        File::Kit(_) => panic!("it is a kit"),
    }
}

#[test]
fn version_1_words_open_version_1_kits() {
    let words = Words::read(WORDS).unwrap().key();
    for (text, epoch, deltas) in [(TERMS, 0, 0), (DELTAS, 2, 2), (COMPACT, 2, 0)] {
        let kit = kit(text);
        assert_eq!((kit.epoch(), kit.deltas()), (epoch, deltas));
        assert_eq!(kit.recovery(), words.public_key());
        assert_eq!(kit.open(&words).unwrap().epoch(), epoch);
    }
}

#[test]
fn version_1_files_give_the_accounts_that_they_always_gave() {
    let words = Words::read(WORDS).unwrap().key();
    let (device, server) = (backup(DEVICE), backup(SERVER));
    let mut masters = vec![MasterKey::from_backups(&device, &server).unwrap()];
    for text in [DELTAS, COMPACT] {
        let share = kit(text).open(&words).unwrap();
        for backup in [&device, &server] {
            masters.push(MasterKey::from_words(backup, &share).unwrap());
        }
    }
    let own = device.kit().unwrap().open(&words).unwrap();
    masters.push(MasterKey::from_words(&device, &own).unwrap());
    for master in masters {
        for (index, public_key) in ACCOUNTS {
            let account = master.account(index).unwrap();
            let hex: String = account
                .public_key()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            assert_eq!(hex, public_key, "m/{index}");
        }
    }
}

#[test]
fn version_1_files_are_written_back_byte_for_byte() {
    for text in [TERMS, DELTAS, COMPACT, DEVICE, SERVER] {
        assert_eq!(*File::read(text).unwrap().to_text().unwrap(), text);
    }
    let words = Words::read(WORDS).unwrap();
    assert_eq!(*words.to_text(), WORDS.trim_end());
}
