//! What the device keeps of a key's recovery: the kit, never the words.

use base64ct::{Base64, Encoding};
use serde_json::Value;
use tandem_ethereum::json_object;
use tandem_threshold::recovery::Kit;

use super::record::Fields;
use crate::error::Error;

/// The recovery kit of a key. The server has the same.
#[derive(PartialEq, Eq)]
pub struct Recovery {
    /// `Kit::to_bytes`, base64.
    kit: String,
    /// When the words were set: Unix time in milliseconds.
    pub set_at: u64,
    /// When the words last opened the kit. Never, for words that were made elsewhere
    /// and were not drilled.
    pub opened_at: Option<u64>,
}

impl Recovery {
    /// A kit that was made just now, and opened if the words are at hand.
    pub fn new(kit: &Kit, set_at: u64, opened_at: Option<u64>) -> Result<Self, Error> {
        Ok(Self {
            kit: encode(kit)?,
            set_at,
            opened_at,
        })
    }

    /// The kit.
    pub fn kit(&self) -> Result<Kit, Error> {
        let unreadable = || Error::State("a recovery kit is not valid".to_owned());
        let bytes = Base64::decode_vec(&self.kit).map_err(|_| unreadable())?;
        Kit::from_bytes(&bytes).map_err(|_| unreadable())
    }

    /// The kit as it followed a refresh.
    pub(super) fn follow(&mut self, kit: String) {
        self.kit = kit;
    }

    pub(super) fn from_json(value: Value) -> Option<Self> {
        let mut fields = Fields::of(value, &["kit", "setAt", "openedAt"])?;
        Some(Self {
            kit: fields.text("kit")?,
            set_at: fields.take("setAt")?.as_u64()?,
            opened_at: match fields.take("openedAt")? {
                Value::Null => None,
                at => Some(at.as_u64()?),
            },
        })
    }

    pub(super) fn to_json(&self) -> Value {
        json_object([
            ("kit", self.kit.as_str().into()),
            ("setAt", self.set_at.into()),
            ("openedAt", self.opened_at.into()),
        ])
    }
}

/// A kit, as it is stored.
pub(super) fn encode(kit: &Kit) -> Result<String, Error> {
    let bytes = kit
        .to_bytes()
        .map_err(|_| Error::Internal("the recovery kit does not encode"))?;
    Ok(Base64::encode_string(&bytes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::state::State;
    use tandem_threshold::recovery::{KitError, Words};

    #[test]
    fn a_state_with_a_kit_loads_for_ever_and_its_words_open_it() {
        let stored = include_str!("../../tests/old_states/version-1-recovery.json");
        let value: Value = serde_json::from_str(stored).unwrap();
        let mut state = State::from_json(value.clone()).unwrap();
        assert_eq!(state.to_json(), value);
        let key = state.keys.first_mut().unwrap();
        let recovery = key.recovery.as_ref().unwrap();
        assert_eq!((recovery.set_at, recovery.opened_at), (3, None));
        let kit = recovery.kit().unwrap();
        kit.fits(&key.share().unwrap()).unwrap();
        let paper = include_str!("../../crates/threshold/tests/old_kits/v1/words.txt");
        kit.open(&Words::read(paper).unwrap().key()).unwrap();

        // A kit that could not follow a refresh says so by its epoch.
        key.promote(4);
        let kit = key.recovery.as_ref().unwrap().kit().unwrap();
        let behind = kit.fits(&key.share().unwrap());
        assert!(matches!(behind, Err(KitError::DoesNotFit(_))));
    }

    #[test]
    fn a_promotion_takes_the_kit_that_was_stored_with_the_share() {
        let stored = include_str!("../../tests/old_states/version-1-recovery.json");
        let mut value: Value = serde_json::from_str(stored).unwrap();
        let next = value.pointer_mut("/keys/0/next/kit").unwrap();
        *next = "of the next share".into();
        let mut state = State::from_json(value).unwrap();
        let key = state.keys.first_mut().unwrap();
        key.promote(4);
        let promoted = key.recovery.as_ref().unwrap().to_json();
        assert_eq!(promoted.get("kit"), Some(&"of the next share".into()));
        assert_eq!(promoted.get("setAt"), Some(&3.into()));
    }
}
