//! `tandem_move`: a key leaves its server for another one, under the same addresses, with its
//! recovery words. The server that it leaves is not asked, and may be lost.

use serde_json::{Value, json};
use tandem_threshold::recovery::{RecoveryShare, Words};
use tandem_wire::RefusalCode;
use zeroize::Zeroizing;

use super::named_key::{NamedKey, shown};
use crate::Device;
use crate::error::Error;
use crate::keyring::params::Params;
use crate::session::{Setup, refused_for};
use crate::state::{Enrolment, State};

impl Device {
    pub(super) async fn move_key(&self, origin: &str, params: &Value) -> Result<Value, Error> {
        let mut reader = Params::read(params);
        let named = NamedKey::read(&mut reader);
        let anew = reader.get("anew").is_some_and(|anew| *anew == json!(true));
        reader.finish()?;
        let _held = self.creation_lock.lock().await;
        let state = self.load().await?;
        let key = named.find(&state)?;
        let record = state.key(&key)?;
        let kit = record.recovery.as_ref().ok_or(Error::NoRecovery)?.kit()?;
        let share = record.share_to_refresh()?;
        // Words that must be drilled first open nothing that fits.
        kit.fits(&share).map_err(|_| Error::UselessKit)?;
        let warning = shown(&state, &key, Some(origin))?;
        if self.host.dialog("moveWarning", warning).await? != json!(true) {
            return Err(Error::UserRejected);
        }
        let to = self.choose_server(&state, &key, anew).await?;
        let summary = shown(&state, &key, Some(origin))?;
        let words = match self.host.dialog("typeWords", summary).await? {
            Value::String(typed) => {
                Words::read(&Zeroizing::new(typed)).map_err(Error::InvalidWords)?
            }
            _ => return Err(Error::UserRejected),
        };
        if words.key().public_key() != kit.recovery() {
            return Err(Error::OtherWords);
        }
        let third = kit.open(&words.key()).map_err(|_| Error::UselessKit)?;
        self.bring_to(&state, &key, &third, &to).await?;
        drop(third);
        // The pair is of another line: the words need a kit of it, with that server.
        let words_key = words.key();
        self.settle_move(&key).await?;
        self.run_recovery_setup(&Setup {
            key: &key,
            recovery: kit.recovery(),
            words: Some(&words_key),
            permit: None,
        })
        .await?;
        Ok(json!({"keyId": key, "server": to.server}))
    }

    /// Where the key is to go: where this device belongs, if the key is elsewhere; where it was
    /// to go when it was cut off; else where the user has a code for.
    async fn choose_server(
        &self,
        state: &State,
        key: &str,
        anew: bool,
    ) -> Result<Enrolment, Error> {
        if State::is_elsewhere(state.key(key)?) {
            return Ok(state.enrolment()?.clone());
        }
        if let (Some(joining), false) = (&state.joining, anew) {
            return Ok(joining.clone());
        }
        let to = self.ask_enrolment().await?;
        if to.server == state.enrolment()?.server {
            return Err(Error::AlreadyEnrolled(to.server));
        }
        // Before anything else: the identity that the pair will belong to.
        let joining = to.clone();
        self.store_durably(Box::new(|state| {
            state.joining = Some(joining);
            Ok(())
        }))
        .await?;
        Ok(to)
    }

    async fn bring_to(
        &self,
        state: &State,
        key: &str,
        third: &RecoveryShare,
        to: &Enrolment,
    ) -> Result<(), Error> {
        match self.run_move(key, third, to, None).await {
            Err(error) if refused_for(&error, RefusalCode::PermitRequired) => {}
            outcome => return outcome,
        }
        let first = state.accounts.iter().find(|account| account.key == key);
        let address = first.map_or("", |account| account.address.as_str());
        let summary = json!({"address": address});
        let typed = match self.host.dialog("importPermit", summary).await? {
            Value::String(typed) => Zeroizing::new(typed),
            _ => return Err(Error::UserRejected),
        };
        self.run_move(key, third, to, Some(typed.trim())).await
    }
}
