//! `tandem_recover`: a device that has no share of a key takes the key over from one that
//! is lost, with the recovery words. The device that had it signs nothing any more.

use serde_json::{Value, json};
use tandem_threshold::KeyShare;
use tandem_threshold::recovery::{Kit, RecoveryKey, Words};
use zeroize::Zeroizing;

use crate::Device;
use crate::error::Error;
use crate::keyring::address_of_kit;
use crate::session::Setup;
use crate::state::{Account, Enrolment, Key, Recovery, State};

impl Device {
    pub(super) async fn recover(&self, origin: &str) -> Result<Value, Error> {
        let _held = self.creation_lock.lock().await;
        let state = self.load().await?;
        let enrolment = state.enrolment()?;
        let summary = json!({"origin": origin, "server": enrolment.server});
        let words = match self.host.dialog("recover", summary).await? {
            Value::String(typed) => {
                Words::read(&Zeroizing::new(typed)).map_err(Error::InvalidWords)?
            }
            _ => return Err(Error::UserRejected),
        };
        let words = words.key();
        let kits = self.fetch_kits(enrolment, &words).await?;
        if kits.is_empty() {
            return Err(Error::NothingToRecover);
        }
        // Whoever knows the public key of the words could have left a kit of a key of
        // their own here: the user says whether these are their accounts.
        let addresses = kits.iter().map(address_of_kit);
        let addresses: Vec<String> = addresses.collect::<Result<_, _>>()?;
        let summary = json!({"server": enrolment.server, "accounts": addresses});
        if self.host.dialog("recoverAccounts", summary).await? != json!(true) {
            return Err(Error::UserRejected);
        }
        let mut keys = Vec::new();
        for kit in kits {
            keys.push(self.take_over(enrolment, &words, &kit).await?);
        }
        Ok(json!({"keys": keys, "accounts": addresses}))
    }

    async fn take_over(
        &self,
        enrolment: &Enrolment,
        words: &RecoveryKey,
        kit: &Kit,
    ) -> Result<String, Error> {
        let id = kit.key().to_string();
        self.prove_unproved(&id).await;
        let share = self.run_recover(enrolment, words, kit).await?;
        let account = Account::derive(&share, 0)?;
        // The kit is of the line before, and says by its epoch that it needs the words
        // once more: if this ends here, a drill makes it anew.
        let now = self.host.now().await;
        self.store_durably(Box::new(|state| store(state, &share, &account, kit, now)))
            .await?;
        self.prove(&id).await?;
        let setup = Setup {
            key: &id,
            recovery: words.public_key(),
            words: Some(words),
            permit: None,
        };
        self.run_recovery_setup(&setup).await?;
        self.announce(&account, None).await?;
        Ok(id)
    }
}

/// A share that this device has of the key, however old, stays until the new one is
/// proved.
fn store(
    state: &mut State,
    share: &KeyShare,
    account: &Account,
    kit: &Kit,
    now: u64,
) -> Result<(), Error> {
    let mut key = Key::new(share, now)?;
    let recovery = Recovery::new(kit, now, None)?;
    match state.keys.iter_mut().find(|stored| stored.id == key.id) {
        Some(stored) => {
            stored.recovery.get_or_insert(recovery);
            let bytes = share
                .to_bytes()
                .map_err(|_| Error::Internal("the share does not encode"))?;
            stored.prepare(&bytes, Some(kit))?;
        }
        None => {
            key.recovery = Some(recovery);
            state.keys.push(key);
        }
    }
    if state.account(&account.id).is_err() {
        state.accounts.push(account.clone());
    }
    Ok(())
}
