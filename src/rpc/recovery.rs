//! `tandem_setRecovery` and `tandem_drill`: the words that restore a key. They are
//! shown and typed in the snap's own dialogs; no page sees them, and nothing here is
//! stored but the kit, which the words open.

use serde_json::{Value, json};
use tandem_threshold::recovery::{Kit, RecoveryPublicKey, WORD_COUNT, Words};
use tandem_wire::RefusalCode;
use zeroize::Zeroizing;

use super::named_key::{NamedKey, shown};
use crate::Device;
use crate::error::Error;
use crate::keyring::params::Params;
use crate::session::{Setup, refused_for};
use crate::state::{Key, State};

/// How many words are asked for again.
const ASKED: usize = 3;

/// How often they may be wrong.
const ATTEMPTS: usize = 3;

/// Recovery for a key, and who asks for it.
pub(crate) struct Asked<'a> {
    /// Key id.
    pub key: &'a str,
    /// The origin.
    pub origin: &'a str,
    /// The key was made just now: the user may do this later.
    pub first_time: bool,
}

impl Device {
    /// New words for a key, or a public key of words that were made elsewhere.
    pub(super) async fn set_recovery(&self, origin: &str, params: &Value) -> Result<Value, Error> {
        let mut reader = Params::read(params);
        let named = NamedKey::read(&mut reader);
        let given = match reader.get("recoveryPublicKey") {
            None => None,
            Some(value) => {
                let key = read_public_key(value);
                if key.is_none() {
                    reader.problem("recoveryPublicKey", NOT_A_PUBLIC_KEY);
                }
                key
            }
        };
        reader.finish()?;
        let _held = self.creation_lock.lock().await;
        let state = self.load().await?;
        let key = named.find(&state)?;
        let asked = Asked {
            key: &key,
            origin,
            first_time: false,
        };
        self.ask_recovery(&state, &asked, given).await?;
        self.recovery_of(&key).await
    }

    /// Asks the user for what [`Asked`] says, and sets it. The creation lock must be held.
    pub(crate) async fn ask_recovery(
        &self,
        state: &State,
        asked: &Asked<'_>,
        given: Option<RecoveryPublicKey>,
    ) -> Result<(), Error> {
        let key = asked.key;
        // A key that cannot be set up now must not make anybody write words down.
        state.key(key)?.share()?;
        let mut summary = shown(state, key, Some(asked.origin))?;
        insert(&mut summary, "firstTime", json!(asked.first_time));
        match given {
            Some(recovery) => {
                insert(
                    &mut summary,
                    "recoveryPublicKey",
                    json!(format!("0x{recovery}")),
                );
                if self.host.dialog("recoveryKey", summary).await? != json!(true) {
                    return Err(Error::UserRejected);
                }
                self.set_up(key, &recovery, None).await
            }
            None => {
                let words = self.make_words(summary).await?;
                self.set_up(key, words.key().public_key(), Some(&words))
                    .await
            }
        }
    }

    /// The user types the words: they are checked against the kit, and the kit is made
    /// anew for the same words, so that both sides have one that has just been opened.
    pub(super) async fn drill(&self, origin: &str, params: &Value) -> Result<Value, Error> {
        let mut reader = Params::read(params);
        let named = NamedKey::read(&mut reader);
        reader.finish()?;
        let _held = self.creation_lock.lock().await;
        let state = self.load().await?;
        let key = named.find(&state)?;
        let record = state.key(&key)?;
        let share = record.share()?;
        let recovery = record.recovery.as_ref().ok_or(Error::NoRecovery)?;
        let kit = recovery.kit()?;
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
        let opened = kit.fits(&share).and_then(|()| kit.open(&words.key()));
        self.set_up(&key, kit.recovery(), Some(&words)).await?;
        let mut result = self.recovery_of(&key).await?;
        insert(&mut result, "repaired", json!(opened.is_err()));
        Ok(result)
    }

    /// Makes words and sees that the user has them. Nothing is set before that.
    async fn make_words(&self, mut summary: Value) -> Result<Words, Error> {
        let mut entropy = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *entropy).map_err(|_| NO_RANDOMNESS)?;
        let words = Words::from_entropy(entropy);
        let list: Vec<_> = (1..=WORD_COUNT).filter_map(|at| words.word(at)).collect();
        insert(&mut summary, "words", json!(list));
        if self.host.dialog("recoveryWords", summary).await? != json!(true) {
            return Err(Error::UserRejected);
        }
        for attempt in 0..ATTEMPTS {
            let positions = positions()?;
            let summary = json!({"positions": positions, "again": attempt > 0});
            let typed = match self.host.dialog("recoveryCheck", summary).await? {
                Value::String(typed) => Zeroizing::new(typed),
                _ => return Err(Error::UserRejected),
            };
            let mut answers = typed.split_whitespace();
            let right = positions
                .iter()
                .all(|at| answers.next().is_some_and(|typed| words.is_at(*at, typed)));
            if right && answers.next().is_none() {
                return Ok(words);
            }
        }
        Err(Error::WordsNotConfirmed)
    }

    /// Makes the kit; asks for a permit if the server wants one.
    async fn set_up(
        &self,
        key: &str,
        recovery: &RecoveryPublicKey,
        words: Option<&Words>,
    ) -> Result<(), Error> {
        let words = words.map(Words::key);
        let mut setup = Setup {
            key,
            recovery,
            words: words.as_ref(),
            permit: None,
        };
        match self.run_recovery_setup(&setup).await {
            Err(error) if refused_for(&error, RefusalCode::PermitRequired) => {}
            outcome => return outcome,
        }
        let summary = json!({"keyId": key, "operation": "recovery"});
        let typed = match self.host.dialog("permit", summary).await? {
            Value::String(typed) => Zeroizing::new(typed),
            _ => return Err(Error::UserRejected),
        };
        setup.permit = Some(typed.trim());
        self.run_recovery_setup(&setup).await
    }

    async fn recovery_of(&self, key: &str) -> Result<Value, Error> {
        let state = self.load().await?;
        Ok(json!({"keyId": key, "recovery": recovery_status(state.key(key)?)}))
    }
}

const NO_RANDOMNESS: Error = Error::Internal("no randomness is available");

/// What `tandem_status` says of a key's recovery; null if it has none.
pub(super) fn recovery_status(key: &Key) -> Value {
    let Some(recovery) = &key.recovery else {
        return Value::Null;
    };
    let kit = recovery.kit().ok();
    let kit = kit.as_ref();
    let usable = |kit: &Kit| {
        let share = key.share_to_refresh();
        share.is_ok_and(|share| kit.fits(&share).is_ok())
    };
    json!({
        "recoveryPublicKey": kit.map(|kit| format!("0x{}", kit.recovery())),
        "setAt": recovery.set_at,
        "openedAt": recovery.opened_at,
        // The words must be typed once, in a drill, before they can restore the key.
        "drillNeeded": !kit.is_some_and(usable),
    })
}

/// Different positions from 1 to 24, chosen at random, in order.
fn positions() -> Result<Vec<usize>, Error> {
    let mut chosen = Vec::new();
    while chosen.len() < ASKED {
        let mut byte = [0];
        getrandom::fill(&mut byte).map_err(|_| NO_RANDOMNESS)?;
        // 240 is the last multiple of 24 in a byte: every position is as likely.
        let [drawn] = byte.map(usize::from);
        let position = drawn % WORD_COUNT + 1;
        if drawn < 240 && !chosen.contains(&position) {
            chosen.push(position);
        }
    }
    chosen.sort_unstable();
    Ok(chosen)
}

/// What is wrong with anything else.
pub(crate) const NOT_A_PUBLIC_KEY: &str = "must be a compressed public key in hex";

/// The public key of words that were made elsewhere.
pub(crate) fn read_public_key(value: &Value) -> Option<RecoveryPublicKey> {
    let text = value.as_str()?;
    let digits = text.strip_prefix("0x").unwrap_or(text);
    RecoveryPublicKey::from_bytes(&hex::decode(digits).ok()?).ok()
}

fn insert(summary: &mut Value, name: &str, value: Value) {
    if let Some(fields) = summary.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}
