//! The WebAssembly boundary, the same tests under node and in a browser:
//!
//! ```text
//! cargo test --target wasm32-unknown-unknown --test wasm                              node
//! WASM_BINDGEN_USE_BROWSER=1 cargo test --target wasm32-unknown-unknown --test wasm   browser
//! ```

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use js_sys::{Function, Promise};
use serde_json::{Value, json};
use tandem_keyring::wasm::{deliver, finish, handle, prepare, set_host, version};
use tandem_threshold::{Ceremony, KeyShare, Kind, Releases, Role, Signature, keygen, sign};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The example of EIP-155.
fn eip155_example() -> Value {
    json!({
        "method": "eth_signTransaction",
        "params": [{
            "type": "0x0", "chainId": "0x1", "nonce": "0x9", "gasPrice": "0x4a817c800",
            "gasLimit": "0x5208", "to": "0x3535353535353535353535353535353535353535",
            "value": "0xde0b6b3a7640000", "data": "0x",
        }],
        "scope": "eip155:1",
    })
}

#[wasm_bindgen_test]
fn version_tells_what_this_build_is() {
    let version = parse(&version());
    assert_eq!(version["result"]["release"], env!("CARGO_PKG_VERSION"));
    assert_eq!(
        version["result"]["dependencies"].as_str().unwrap().len(),
        64
    );
}

#[wasm_bindgen_test]
fn prepare_gives_the_digest_of_the_eip_155_example() {
    let prepared = parse(&prepare(&eip155_example().to_string()));
    assert_eq!(
        prepared["result"]["digest"],
        "0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53"
    );
}

#[wasm_bindgen_test]
fn finish_assembles_the_eip_155_example() {
    let mut request = eip155_example();
    request["account"] = json!("0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f");
    request["signature"] = json!({
        "r": "0x28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276",
        "s": "0x67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83",
        "yParity": "0x0",
    });
    let finished = parse(&finish(&request.to_string()));
    assert_eq!(finished["result"]["v"], "0x25", "{finished}");
    assert!(
        finished["result"]["raw"]
            .as_str()
            .unwrap()
            .starts_with("0xf86c09")
    );
}

#[wasm_bindgen_test]
fn every_problem_comes_back_at_once_and_nothing_throws() {
    let mut request = eip155_example();
    request["params"][0]["nonce"] = json!("nine");
    request["params"][0]["value"] = json!(-1);
    let error = &parse(&prepare(&request.to_string()))["error"];
    assert_eq!(error["name"], "InvalidTransaction");
    assert_eq!(
        error["data"]["problems"].as_array().unwrap().len(),
        2,
        "{error}"
    );
    for nonsense in ["", "null", "{", "[]", "\u{0}"] {
        assert!(parse(&prepare(nonsense)).get("error").is_some());
        assert!(parse(&finish(nonsense)).get("error").is_some());
        assert!(parse(&deliver(nonsense)).get("error").is_some());
    }
}

#[wasm_bindgen_test]
async fn handle_talks_to_its_host() {
    // A host that stores nothing and knows the time.
    let host = Closure::<dyn Fn(String) -> Promise>::new(|request: String| {
        let result = match parse(&request)["method"].as_str().unwrap() {
            "clock.now" => json!(1),
            _ => Value::Null,
        };
        Promise::resolve(&JsValue::from_str(&json!({"result": result}).to_string()))
    });
    let callback: &Function = host.as_ref().unchecked_ref();
    set_host(callback.clone());
    let ask = |origin: &str, method: &str| {
        let request = json!({
            "origin": origin, "request": {"jsonrpc": "2.0", "id": 7, "method": method},
        });
        handle(request.to_string())
    };
    // The terminal is no origin of the module that the snap has.
    let refused = parse(&ask("tandem-cli", "tandem_status").await);
    assert_eq!(refused["error"]["name"], "Unauthorized");
    let listed = parse(&ask("metamask", "keyring_listAccounts").await);
    assert_eq!(listed, json!({"jsonrpc": "2.0", "id": 7, "result": []}));
    let refused = parse(&ask("https://dapp.example", "keyring_listAccounts").await);
    assert_eq!(refused["error"]["code"], 4100);
    let event = json!({"type": "close", "id": "unknown"}).to_string();
    assert_eq!(
        parse(&deliver(&event)),
        json!({"result": {"delivered": false}})
    );
}

#[wasm_bindgen_test]
fn a_key_is_made_and_signs_in_webassembly() {
    let (device, server) = make_key();
    let digest = [0x5a; 32];
    let signature = make_signature(&device, &server, &digest);
    let account = device.account(0).unwrap();
    let recovered = tandem_ethereum::recover(
        &digest,
        &tandem_ethereum::Signature {
            r: signature.r,
            s: signature.s,
            y_parity: signature.y_parity,
        },
    );
    assert_eq!(
        recovered,
        tandem_ethereum::address_of(&account.public_key())
    );
}

fn releases() -> Releases {
    Releases {
        device: "device".into(),
        server: "server".into(),
    }
}

fn make_key() -> (KeyShare, KeyShare) {
    let releases = releases();
    let ceremony = Ceremony {
        kind: Kind::Keygen,
        releases: &releases,
        device_nonce: &[1; 32],
        server_nonce: &[2; 32],
    };
    let (device, d1) = keygen::start(Role::Device, &ceremony).unwrap();
    let (server, s1) = keygen::start(Role::Server, &ceremony).unwrap();
    let ((device, d2), (server, s2)) = (device.receive(&s1).unwrap(), server.receive(&d1).unwrap());
    let ((device, d3), (server, s3)) = (device.receive(&s2).unwrap(), server.receive(&d2).unwrap());
    let ((device, d4), (server, s4)) = (device.receive(&s3).unwrap(), server.receive(&d3).unwrap());
    let (device, server) = (device.receive(&s4).unwrap(), server.receive(&d4).unwrap());
    let (device, d5) = device.open().unwrap();
    let (server, s5) = server.reply(&d5).unwrap();
    let (device, d6) = device.receive(&s5).unwrap();
    let (server, s6) = server.receive(&d6).unwrap();
    (device.receive(&s6).unwrap(), server)
}

fn make_signature(device: &KeyShare, server: &KeyShare, digest: &[u8; 32]) -> Signature {
    let releases = releases();
    let ceremony = Ceremony {
        kind: Kind::Sign {
            key: device.id(),
            epoch: 0,
            account: 0,
            digest,
        },
        releases: &releases,
        device_nonce: &[3; 32],
        server_nonce: &[4; 32],
    };
    let (state, opening) = sign::device::open(device.account(0).unwrap(), &ceremony).unwrap();
    let (server, reply) =
        sign::server::reply(server.account(0).unwrap(), &ceremony, &opening).unwrap();
    let (state, answer) = state.receive(&reply).unwrap();
    state
        .receive(&server.receive(&answer).unwrap().message)
        .unwrap()
}
