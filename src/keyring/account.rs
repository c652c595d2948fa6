//! An account as MetaMask sees it.

use serde_json::Value;
use tandem_ethereum::{Address, address_of, json_object, keccak256};
use tandem_threshold::recovery::Kit;
use tandem_threshold::{KeyId, KeyShare};

use crate::error::Error;
use crate::state::Account;

/// What an account can sign. `eth_sign` is not here and never will be.
const METHODS: [&str; 5] = [
    "personal_sign",
    "eth_signTransaction",
    "eth_signTypedData_v1",
    "eth_signTypedData_v3",
    "eth_signTypedData_v4",
];

impl Account {
    /// Account `m/index` of a key.
    pub(crate) fn derive(share: &KeyShare, index: u32) -> Result<Self, Error> {
        let account = share
            .account(index)
            .map_err(|_| Error::Internal("the account's index is not valid"))?;
        let address = address_of(&account.public_key())
            .ok_or(Error::Internal("the account's key is not a point"))?;
        Ok(Self {
            id: uuid(share.id(), index),
            key: share.id().to_string(),
            index,
            address: address.to_lower_hex(),
            announced: false,
        })
    }

    /// The address, for comparing.
    pub(crate) fn address(&self) -> Result<Address, Error> {
        self.address
            .parse()
            .map_err(|_| Error::State("an account's address is not valid".to_owned()))
    }

    /// The keyring protocol's account object.
    pub(super) fn to_json(&self) -> Value {
        json_object([
            ("id", self.id.as_str().into()),
            ("type", "eip155:eoa".into()),
            ("address", self.address.as_str().into()),
            ("scopes", ["eip155:0"].into()),
            ("options", json_object([])),
            ("methods", METHODS.into()),
        ])
    }
}

/// The first account of the key that a kit recovers.
pub fn address_of_kit(kit: &Kit) -> Result<String, Error> {
    let account = kit.account(0).ok();
    let address = account.as_ref().and_then(|key| address_of(key));
    let address = address.ok_or(Error::Internal("the account's key is not a point"))?;
    Ok(address.to_lower_hex())
}

/// A UUID that depends on key and index only, so that an account that is made
/// again, here or on a new device, is the same one to MetaMask. Version and
/// variant bits say "random" (version 4), the only kind MetaMask accepts.
fn uuid(key: &KeyId, index: u32) -> String {
    let mut preimage = b"tandem/account-id/v1".to_vec();
    preimage.extend_from_slice(key.as_bytes());
    preimage.extend_from_slice(&index.to_be_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(keccak256(&preimage).first_chunk::<16>().unwrap_or(&[0; 16]));
    let [_, _, _, _, _, _, version, _, variant, ..] = &mut bytes;
    *version = *version & 0x0f | 0x40;
    *variant = *variant & 0x3f | 0x80;
    let mut id = hex::encode(bytes);
    for hyphen in [20, 16, 12, 8] {
        id.insert(hyphen, '-');
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn an_account_id_is_a_version_4_uuid_and_depends_on_key_and_index() {
        let ids: BTreeSet<String> = [([1; 32], 0), ([1; 32], 1), ([2; 32], 0)]
            .map(|(key, index)| uuid(&KeyId::from_bytes(key), index))
            .into();
        assert_eq!(ids.len(), 3);
        for id in ids {
            let parts: Vec<&str> = id.split('-').collect();
            assert_eq!(
                parts.iter().map(|part| part.len()).collect::<Vec<_>>(),
                [8, 4, 4, 4, 12]
            );
            assert!(parts.get(2).is_some_and(|part| part.starts_with('4')));
            assert!(
                parts
                    .get(3)
                    .is_some_and(|part| part.starts_with(['8', '9', 'a', 'b']))
            );
        }
    }
}
