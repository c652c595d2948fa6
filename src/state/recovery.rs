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
