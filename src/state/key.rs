//! One key in the stored object: the device's shares of it, and what counts against them.

use std::fmt;

use base64ct::{Base64, Encoding};
use serde_json::Value;
use tandem_ethereum::json_object;
use tandem_threshold::recovery::Kit;
use tandem_threshold::{KeyShare, MAX_STRIKES, Role};
use zeroize::Zeroizing;

use super::record::Fields;
use super::recovery::{self, Recovery};
use super::{Enrolment, Secret};
use crate::error::Error;

/// One key: our share of it.
#[derive(PartialEq, Eq)]
pub struct Key {
    /// Key id, hex.
    pub id: String,
    /// `KeyShare::to_bytes`, base64.
    share: Secret,
    /// A protocol check failed: the key must not sign.
    pub frozen: bool,
    /// Aborts that no honest server causes.
    strikes: u32,
    /// The share of a refresh that the server has not proved to have.
    next: Option<Next>,
    /// The server signs nothing before a refresh.
    pub refresh_wanted: bool,
    /// Unix time in milliseconds.
    pub created_at: u64,
    /// The same, of the last refresh.
    pub refreshed_at: Option<u64>,
    /// The same, of the last time that its private key was shown.
    pub exported_at: Option<u64>,
    /// What recovery words open, if the key has any.
    pub recovery: Option<Recovery>,
    /// The server that has the other half, if that is not the one this device belongs to.
    pub(super) enrolment: Option<Enrolment>,
}

/// A share that is not proved: only a confirmation may use it.
#[derive(PartialEq, Eq)]
struct Next {
    /// As [`Key::share`].
    share: Secret,
    /// A protocol check failed in a confirmation.
    frozen: bool,
    /// As [`Key::strikes`].
    strikes: u32,
    /// The recovery kit after the refresh, base64.
    kit: Option<String>,
    /// The server that has the other half, if the key is on its way to another one.
    enrolment: Option<Enrolment>,
}

/// Which of the two shares of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The one in use.
    Current,
    /// The one that is not proved.
    Next,
}

impl Key {
    /// A record of a share that was proved just now.
    pub fn new(share: &KeyShare, created_at: u64) -> Result<Self, Error> {
        let bytes = share
            .to_bytes()
            .map_err(|_| Error::Internal("the share does not encode"))?;
        Ok(Self {
            id: share.id().to_string(),
            share: Zeroizing::new(Base64::encode_string(&bytes)),
            frozen: false,
            strikes: 0,
            next: None,
            refresh_wanted: false,
            created_at,
            refreshed_at: None,
            exported_at: None,
            recovery: None,
            enrolment: None,
        })
    }

    pub(super) fn from_json(value: Value) -> Option<Self> {
        let names = [
            "id",
            "share",
            "frozen",
            "createdAt",
            "next",
            "refreshWanted",
            "refreshedAt",
            "exportedAt",
            "strikes",
            "recovery",
            "enrolment",
        ];
        let mut fields = Fields::of(value, &names)?;
        Some(Self {
            id: fields.text("id")?,
            share: Zeroizing::new(fields.text("share")?),
            frozen: fields.take("frozen")?.as_bool()?,
            strikes: fields.count("strikes")?,
            created_at: fields.take("createdAt")?.as_u64()?,
            // Added later: absent in older states, and where there is none.
            next: match fields.take("next") {
                None => None,
                Some(next) => Some(Next::from_json(next)?),
            },
            refresh_wanted: match fields.take("refreshWanted") {
                None => false,
                Some(wanted) => wanted.as_bool()?,
            },
            refreshed_at: match fields.take("refreshedAt") {
                None => None,
                Some(at) => Some(at.as_u64()?),
            },
            exported_at: match fields.take("exportedAt") {
                None => None,
                Some(at) => Some(at.as_u64()?),
            },
            recovery: match fields.take("recovery") {
                None => None,
                Some(recovery) => Some(Recovery::from_json(recovery)?),
            },
            enrolment: match fields.take("enrolment") {
                None => None,
                Some(enrolment) => Some(Enrolment::from_json(enrolment)?),
            },
        })
    }

    pub(super) fn to_json(&self) -> Value {
        let mut value = json_object([
            ("id", self.id.as_str().into()),
            ("share", self.share.as_str().into()),
            ("frozen", self.frozen.into()),
            ("createdAt", self.created_at.into()),
        ]);
        // Left out where there is none, so that an older release reads what it can.
        if let Some(fields) = value.as_object_mut() {
            if let Some(next) = &self.next {
                fields.insert("next".to_owned(), next.to_json());
            }
            if self.refresh_wanted {
                fields.insert("refreshWanted".to_owned(), true.into());
            }
            if let Some(at) = self.refreshed_at {
                fields.insert("refreshedAt".to_owned(), at.into());
            }
            if let Some(at) = self.exported_at {
                fields.insert("exportedAt".to_owned(), at.into());
            }
            if self.strikes > 0 {
                fields.insert("strikes".to_owned(), self.strikes.into());
            }
            if let Some(recovery) = &self.recovery {
                fields.insert("recovery".to_owned(), recovery.to_json());
            }
            if let Some(enrolment) = &self.enrolment {
                fields.insert("enrolment".to_owned(), enrolment.to_json());
            }
        }
        value
    }

    /// The share, ready to use. [`Error::KeyFrozen`] if it must not be.
    pub fn share(&self) -> Result<KeyShare, Error> {
        if self.frozen {
            return Err(Error::KeyFrozen);
        }
        self.share_to_refresh()
    }

    /// The share, frozen or not: a refresh uses none of what a freeze is about.
    pub fn share_to_refresh(&self) -> Result<KeyShare, Error> {
        load(&self.share)
    }

    /// Whether there is a share that is not proved.
    pub const fn has_next(&self) -> bool {
        self.next.is_some()
    }

    /// The share that is not proved, to be confirmed. [`Error::KeyFrozen`] if it must
    /// not be.
    pub fn share_to_confirm(&self) -> Result<KeyShare, Error> {
        match &self.next {
            None => Err(Error::Internal("there is no share to confirm")),
            Some(Next { frozen: true, .. }) => Err(Error::KeyFrozen),
            Some(next) => load(&next.share),
        }
    }

    /// Keeps an unproved share beside the one in use, with the recovery kit that follows
    /// it.
    pub fn prepare(&mut self, share: &[u8], kit: Option<&Kit>) -> Result<(), Error> {
        self.next = Some(Next {
            share: Zeroizing::new(Base64::encode_string(share)),
            frozen: false,
            strikes: 0,
            kit: kit.map(recovery::encode).transpose()?,
            enrolment: None,
        });
        Ok(())
    }

    /// The same for a share whose other half another server will have.
    pub fn prepare_move(&mut self, share: &[u8], to: &Enrolment) -> Result<(), Error> {
        self.prepare(share, None)?;
        if let Some(next) = &mut self.next {
            next.enrolment = Some(to.clone());
        }
        Ok(())
    }

    /// Where the key is on its way to, with a share that is not proved.
    pub fn moves_to(&self) -> Option<&Enrolment> {
        self.next.as_ref()?.enrolment.as_ref()
    }

    /// The server has proved that it has the next share: puts it in the place of the
    /// one in use, with what counts against it and nothing of what counted against the
    /// old one. Without a next share nothing changes. If the key was on its way to another
    /// server it has arrived: the answer is that one.
    pub(super) fn promote(&mut self, at: u64) -> Option<Enrolment> {
        let mut arrived = None;
        if let Some(next) = self.next.take() {
            arrived = next.enrolment;
            self.share = next.share;
            self.frozen = next.frozen;
            self.strikes = next.strikes;
            if let (Some(recovery), Some(kit)) = (&mut self.recovery, next.kit) {
                recovery.follow(kit);
            }
            self.refresh_wanted = false;
            self.refreshed_at = Some(at);
        }
        arrived
    }

    /// The server has no such next share.
    pub fn drop_next(&mut self) {
        self.next = None;
    }

    /// A protocol check failed: this share must not be used any more.
    pub fn freeze(&mut self, which: Which) {
        match (which, &mut self.next) {
            (Which::Current, _) => self.frozen = true,
            (Which::Next, Some(next)) => next.frozen = true,
            (Which::Next, None) => {}
        }
    }

    /// An abort that no honest server causes: the last one that a share may have
    /// freezes it.
    pub fn strike(&mut self, which: Which) {
        let strikes = match (which, &mut self.next) {
            (Which::Current, _) => &mut self.strikes,
            (Which::Next, Some(next)) => &mut next.strikes,
            (Which::Next, None) => return,
        };
        *strikes = strikes.saturating_add(1);
        if *strikes >= MAX_STRIKES {
            self.freeze(which);
        }
    }

    /// Whether this share must not be used.
    pub fn is_frozen(&self, which: Which) -> bool {
        match which {
            Which::Current => self.frozen,
            Which::Next => self.next.as_ref().is_some_and(|next| next.frozen),
        }
    }
}

impl Next {
    fn from_json(value: Value) -> Option<Self> {
        let mut fields = Fields::of(value, &["share", "frozen", "strikes", "kit", "enrolment"])?;
        Some(Self {
            share: Zeroizing::new(fields.text("share")?),
            frozen: fields.take("frozen")?.as_bool()?,
            strikes: fields.count("strikes")?,
            kit: match fields.take("kit") {
                None => None,
                Some(Value::String(kit)) => Some(kit),
                Some(_) => return None,
            },
            enrolment: match fields.take("enrolment") {
                None => None,
                Some(enrolment) => Some(Enrolment::from_json(enrolment)?),
            },
        })
    }

    fn to_json(&self) -> Value {
        let mut value = json_object([
            ("share", self.share.as_str().into()),
            ("frozen", self.frozen.into()),
        ]);
        if let Some(fields) = value.as_object_mut() {
            if self.strikes > 0 {
                fields.insert("strikes".to_owned(), self.strikes.into());
            }
            if let Some(kit) = &self.kit {
                fields.insert("kit".to_owned(), kit.as_str().into());
            }
            if let Some(enrolment) = &self.enrolment {
                fields.insert("enrolment".to_owned(), enrolment.to_json());
            }
        }
        value
    }
}

fn load(share: &Secret) -> Result<KeyShare, Error> {
    let unreadable = || Error::State("a key share is not valid".to_owned());
    let bytes = Zeroizing::new(Base64::decode_vec(share).map_err(|_| unreadable())?);
    KeyShare::load(Role::Device, &bytes).map_err(|_| unreadable())
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("id", &self.id)
            .field("frozen", &self.frozen)
            .finish_non_exhaustive()
    }
}
