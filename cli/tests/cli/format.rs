//! The file as README.md writes it down, read and written with nothing of the program.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use serde_json::{Value, json};

use super::support::{ACCOUNT, Folder, PASSPHRASE, old_state};

fn cipher(passphrase: &str, salt: &[u8]) -> XChaCha20Poly1305 {
    let mut key = [0; 32];
    let params = Params::new(65_536, 3, 4, Some(32)).unwrap();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, &mut key)
        .unwrap();
    XChaCha20Poly1305::new(&Key::from(key))
}

/// What a file holds.
pub fn open(passphrase: &str, file: &[u8]) -> Value {
    let (header, sealed) = file.split_at(55);
    assert_eq!(&header[..15], b"tandem device\n\x01");
    let nonce: [u8; 24] = header[31..55].try_into().unwrap();
    let payload = Payload {
        msg: sealed,
        aad: header,
    };
    let state = cipher(passphrase, &header[15..31]).decrypt(&XNonce::from(nonce), payload);
    serde_json::from_slice(&state.unwrap()).unwrap()
}

/// A file with this in it.
pub fn seal(passphrase: &str, state: &str) -> Vec<u8> {
    let mut file = b"tandem device\n\x01".to_vec();
    file.extend([7; 16 + 24]);
    let payload = Payload {
        msg: state.as_bytes(),
        aad: &file,
    };
    let sealed = cipher(passphrase, &[7; 16]).encrypt(&XNonce::from([7; 24]), payload);
    [file, sealed.unwrap()].concat()
}

#[test]
fn an_old_file_opens_and_says_what_it_said() {
    let state = open(PASSPHRASE, &old_state());
    let plain = include_str!("../../../tests/old_states/version-1-recovery.json");
    assert_eq!(state, serde_json::from_str::<Value>(plain).unwrap());
    let folder = Folder::old();
    let status = folder.run_old(&["status"], "").done();
    assert_eq!(status["accounts"][0]["address"], ACCOUNT);
    assert_eq!(status["enrolled"], true);
    assert!(status["keys"][0]["recovery"].is_object(), "{status}");
}

#[test]
fn a_file_that_was_written_by_the_table_is_read() {
    let plain = include_str!("../../../tests/old_states/version-1.json");
    let folder = Folder::with(&seal("other words", plain));
    let accounts = folder.run(&["account", "list"], "other words\n").done();
    assert_eq!(accounts.as_array().unwrap().len(), 1);
}

#[test]
fn a_state_of_a_later_release_is_named_and_left_untouched() {
    let file = seal("other words", &json!({"version": 99}).to_string());
    let folder = Folder::with(&file);
    folder
        .run(&["account", "create"], "other words\nyes\n")
        .failed(1, "StateUnreadable");
    assert_eq!(std::fs::read(folder.state()).unwrap(), file);
}
