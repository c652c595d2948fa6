//! Vectors that others published: EIP-155, EIP-191, ERC-55.

use crate::support::{Signer, message_request, prepare, prepare_transaction};
use serde_json::json;
use tandem_ethereum::{Address, AddressError};

/// The example of EIP-155 itself: every intermediate value is in the text of the EIP.
#[test]
fn signs_the_example_of_eip_155() {
    let prepared = prepare_transaction(json!({
        "nonce": "0x9", "gasPrice": "0x4a817c800", "gasLimit": "0x5208",
        "to": "0x3535353535353535353535353535353535353535", "value": "0xde0b6b3a7640000",
        "data": "0x", "chainId": "0x1",
    }))
    .unwrap();
    assert_eq!(
        hex::encode(prepared.payload()),
        "ec098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080018080"
    );
    assert_eq!(
        hex::encode(prepared.digest()),
        "daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53"
    );
    let result = Signer::new(&[0x46; 32]).finish(&prepared).result;
    assert_eq!(result["v"], "0x25");
    assert_eq!(
        result["r"],
        "0x28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276"
    );
    assert_eq!(
        result["s"],
        "0x67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83"
    );
    assert_eq!(
        result["raw"],
        "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83"
    );
}

/// The `personal_sign` example of the web3.js documentation (`eth.accounts.sign`, "Some data").
#[test]
fn signs_the_documented_message_of_web3() {
    let key =
        hex::decode("4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318").unwrap();
    let signer = Signer::new(&key);
    let address = signer.address().to_lower_hex();
    assert_eq!(address, "0x2c7536e3605d9c16a7a3d7b1898e529396a65c23");
    let prepared = prepare(&message_request("0x536f6d652064617461", &address)).unwrap();
    assert_eq!(
        prepared.payload(),
        b"\x19Ethereum Signed Message:\n9Some data"
    );
    assert_eq!(
        hex::encode(prepared.digest()),
        "1da44b586eb0729ff70a73c326926f6ed5a25f5b056e7f47fbc6e58d86871655"
    );
    assert_eq!(
        signer.finish(&prepared).result,
        "0xb91467e570a6466aa9e9876cbcd013baba02900b8979d43fe208a4a4f339f5fd6007e74cd82e037b800186422fc2da167c747ef045e5d18a5f5d4300f8e1a0291c"
    );
}

/// The test cases of ERC-55.
#[test]
fn reads_and_writes_the_checksums_of_erc_55() {
    for text in [
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
        "0xde709f2102306220921060314715629080e2fb77",
        "0x27b1fdb04752bbc536007a920d24acb045561c26",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ] {
        let address: Address = text.parse().unwrap();
        assert_eq!(address.to_string(), text);
        assert_eq!(
            text.to_lowercase().parse(),
            Ok(address),
            "all lower case carries no checksum"
        );
        assert_eq!(
            format!("0x{}", text[2..].to_uppercase()).parse(),
            Ok(address),
            "nor does all upper case"
        );
    }
    assert_eq!(
        "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed".parse::<Address>(),
        Err(AddressError::Checksum)
    );
}
