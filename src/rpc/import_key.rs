//! `tandem_importKey`: an account of a private key that the user has. It is typed into the
//! snap's own dialog, and is gone when the shares are made; no page sees it.

use serde_json::{Value, json};
use tandem_ethereum::address_of;
use tandem_threshold::{KeyId, imported_chain_code, public_key};
use tandem_wire::RefusalCode;
use zeroize::Zeroizing;

use super::Asked;
use crate::Device;
use crate::error::Error;
use crate::session::refused_for;
use crate::state::{Account, Key};

impl Device {
    /// The new account, as the keyring protocol has it.
    pub(super) async fn import_key(&self, origin: &str) -> Result<Value, Error> {
        let _held = self.creation_lock.lock().await;
        let state = self.load().await?;
        let enrolment = state.enrolment()?;
        let warning = json!({"origin": origin, "server": enrolment.server});
        if self.host.dialog("importWarning", warning).await? != json!(true) {
            return Err(Error::UserRejected);
        }
        let secret = match self.host.dialog("importKey", json!({})).await? {
            Value::String(typed) => read_secret(&Zeroizing::new(typed))?,
            _ => return Err(Error::UserRejected),
        };
        let public_key = public_key(&secret).ok_or(Error::InvalidPrivateKey)?;
        let address = address_of(&public_key).ok_or(Error::InvalidPrivateKey)?;
        let address = address.to_lower_hex();
        if state.account_at(&address).is_ok() {
            return Err(Error::AccountExists(address));
        }
        let id = KeyId::of(&public_key, &imported_chain_code(&public_key)).to_string();
        if let Ok(key) = state.key(&id) {
            // Imported before, and its account was removed since.
            let account = Account::derive(&key.share()?, 0)?;
            self.store_account(account.clone(), None).await?;
            return self.finish(&account, origin).await;
        }
        let share = match self.run_import(enrolment, &secret, None).await {
            Err(error) if refused_for(&error, RefusalCode::PermitRequired) => {
                let summary = json!({"address": address});
                let typed = match self.host.dialog("importPermit", summary).await? {
                    Value::String(typed) => Zeroizing::new(typed),
                    _ => return Err(Error::UserRejected),
                };
                self.run_import(enrolment, &secret, Some(typed.trim()))
                    .await?
            }
            outcome => outcome?,
        };
        drop(secret);
        let account = Account::derive(&share, 0)?;
        if account.address != address {
            return Err(Error::Internal("another key was imported"));
        }
        let key = Key::new(&share, self.host.now().await)?;
        self.store_account(account.clone(), Some(key)).await?;
        self.finish(&account, origin).await
    }

    async fn finish(&self, account: &Account, origin: &str) -> Result<Value, Error> {
        let asked = Asked {
            key: &account.key,
            origin,
            first_time: true,
        };
        self.finish_account(account, &asked, None, None).await
    }
}

/// 64 hexadecimal digits, with 0x or without. What is wrong with others is not said: it would
/// tell what was typed.
fn read_secret(typed: &str) -> Result<Zeroizing<[u8; 32]>, Error> {
    let typed = typed.trim();
    let digits = typed.strip_prefix("0x").unwrap_or(typed);
    let mut secret = Zeroizing::new([0; 32]);
    hex::decode_to_slice(digits, &mut *secret).map_err(|_| Error::InvalidPrivateKey)?;
    Ok(secret)
}
