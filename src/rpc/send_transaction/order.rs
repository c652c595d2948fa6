//! What a caller of `tandem_sendTransaction` wants, read and found to be possible.

use serde_json::Value;
use tandem_ethereum::builder::{Draft, Pending, Speed, shown_node_text};

use super::super::transaction_status::{find, hash_param};
use crate::error::Error;
use crate::keyring::params::Params;
use crate::state::{Account, State, Transaction};

/// A draft, and what it is for.
pub(super) struct Order {
    pub(super) account: Account,
    pub(super) draft: Draft,
    pub(super) replaces: Option<Replaced>,
    pub(super) speed: Speed,
}

/// A transaction of ours whose place another one takes.
pub(super) struct Replaced {
    pub(super) hash: String,
    pending: Pending,
}

impl Replaced {
    pub(super) const fn pending(&self) -> &Pending {
        &self.pending
    }

    /// Is it ours, not refused, and not replaced by another one yet?
    pub(super) fn is_newest(&self, ours: &[Transaction]) -> bool {
        let found = ours.iter().find(|ours| ours.hash == self.hash);
        found.is_some_and(|found| found.holds_nonce() && found.newest(ours).hash == self.hash)
    }
}

impl Order {
    pub(super) fn read(origin: &str, params: &Value, state: &State) -> Result<Self, Error> {
        let asked = Asked::read(params)?;
        let (draft, replaces) = asked.draft(state, origin)?;
        let account = state.account_at(&draft.from().to_lower_hex())?;
        if state.key(&account.key)?.frozen {
            return Err(Error::KeyFrozen);
        }
        Ok(Self {
            account: account.clone(),
            draft,
            replaces,
            speed: asked.speed,
        })
    }
}

/// The params.
struct Asked<'a> {
    transaction: Option<&'a Value>,
    speed: Speed,
    replaces: Option<String>,
    cancels: bool,
}

impl<'a> Asked<'a> {
    fn read(params: &'a Value) -> Result<Self, Error> {
        let mut reader = Params::read(params);
        let names = ["transaction", "speed", "replaces", "cancel"];
        for (name, _) in params.as_object().into_iter().flatten() {
            if !names.contains(&name.as_str()) {
                reader.problem(&shown_node_text(name), "is not a field of this request");
            }
        }
        let speed = match reader.get("speed") {
            None => Some(Speed::default()),
            Some(speed) => speed.as_str().and_then(Speed::find),
        };
        if speed.is_none() {
            reader.problem("speed", "must be low, medium or high");
        }
        let transaction = reader.get("transaction");
        let cancels = reader.get("cancel").is_some();
        let replaces = match (cancels, reader.get("replaces").is_some()) {
            (true, true) => {
                reader.problem("cancel", "cannot be given together with replaces");
                None
            }
            (true, false) => hash_param(&mut reader, "cancel"),
            (false, true) => hash_param(&mut reader, "replaces"),
            (false, false) => None,
        };
        if cancels && transaction.is_some() {
            reader.problem("transaction", "cannot be given together with cancel");
        }
        if transaction.is_none() && !cancels && reader.get("replaces").is_none() {
            reader.problem("transaction", "is missing");
        }
        reader.finish()?;
        Ok(Self {
            transaction,
            speed: speed.unwrap_or_default(),
            replaces,
            cancels,
        })
    }

    /// What is to be sent, and what it replaces.
    fn draft(&self, state: &State, origin: &str) -> Result<(Draft, Option<Replaced>), Error> {
        let Some(hash) = &self.replaces else {
            let transaction = self.transaction.unwrap_or(&Value::Null);
            return Ok((Draft::read(transaction)?, None));
        };
        let found = find(state, origin, hash)?;
        let pending = Pending::read(&found.request);
        let pending = pending.ok_or(Error::Internal("a pending transaction cannot be raised"))?;
        let draft = match self.transaction {
            Some(transaction) => Draft::read(transaction)?,
            None if self.cancels => Draft::read(&pending.cancellation())?,
            None => Draft::read(&pending.again())?,
        };
        let replaced = Replaced {
            hash: hash.clone(),
            pending,
        };
        Ok((draft, Some(replaced)))
    }
}
