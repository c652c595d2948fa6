//! `tandem_recover`: a device that has no share of a key takes the key over from one that
//! is lost, with the recovery words. The device that had it signs nothing any more.

use serde_json::{Value, json};
use tandem_threshold::KeyShare;
use tandem_threshold::recovery::{Kit, RecoveryKey, Words};
use tandem_wire::RefusalCode;
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
        let setup = Setup {
            key: &id,
            recovery: words.public_key(),
            words: Some(words),
            permit: None,
        };
        // What was cut off before is brought to its end, if the server knows our share.
        let finished = match self.load().await?.key(&id) {
            Ok(_) => match self.set_up_and_prove(&setup).await {
                Err(error) if is_of_no_use(&error) => false,
                outcome => {
                    outcome?;
                    true
                }
            },
            Err(_) => false,
        };
        if !finished {
            let share = self.run_recover(enrolment, words, kit).await?;
            let account = Account::derive(&share, 0)?;
            let now = self.host.now().await;
            self.store_durably(Box::new(|state| store(state, &share, &account, kit, now)))
                .await?;
            self.set_up_and_prove(&setup).await?;
        }
        let state = self.load().await?;
        let first = |account: &&Account| account.key == id && account.index == 0;
        if let Some(account) = state.accounts.iter().find(first) {
            self.announce(account, None).await?;
        }
        Ok(id)
    }

    /// First the kit of the new share, then the proof that lets the server give up the old
    /// share: at every moment the words open a kit of a share that the server has.
    async fn set_up_and_prove(&self, setup: &Setup<'_>) -> Result<(), Error> {
        self.run_recovery_setup(setup).await?;
        self.prove(setup.key).await
    }
}

/// Whether the server has not, or no more, the other half of a share that we have.
fn is_of_no_use(error: &Error) -> bool {
    match error {
        Error::KeyFrozen | Error::Protocol => true,
        Error::Refused(refusal) => matches!(
            refusal.code,
            RefusalCode::EpochMismatch
                | RefusalCode::UnknownKey
                | RefusalCode::Frozen
                | RefusalCode::PermitRequired
        ),
        _ => false,
    }
}

/// The joint signature has proved the share, so it takes the place of one of which the
/// server has no other half. The kit is of the line before, and says by its epoch that it
/// needs the words once more: if this ends here, a drill makes it anew.
fn store(
    state: &mut State,
    share: &KeyShare,
    account: &Account,
    kit: &Kit,
    now: u64,
) -> Result<(), Error> {
    let mut key = Key::new(share, now)?;
    key.recovery = Some(Recovery::new(kit, now, None)?);
    match state.keys.iter_mut().find(|stored| stored.id == key.id) {
        Some(stored) => *stored = key,
        None => state.keys.push(key),
    }
    if state.account(&account.id).is_err() {
        state.accounts.push(account.clone());
    }
    Ok(())
}
