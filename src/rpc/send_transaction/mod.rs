//! `tandem_sendTransaction {transaction, speed?, replaces?, cancel?}`: completes a
//! transaction, asks the user, signs it with the server, and sends it.
//!
//! A page uses it where no wallet stands between it and the snap. The order is what
//! makes it safe to end anywhere: the nonce is chosen under the account's lock, the
//! record is durable before the network hears of the transaction, and from then on
//! the same signed bytes are sent, as often as it takes.

mod order;
mod plan;

use std::cell::RefCell;
use std::rc::Rc;

use futures_util::lock::Mutex;
use serde_json::Value;
use tandem_ethereum::Signature;
use tandem_wire::RequestId;

use self::order::Order;
use self::plan::Plan;
use crate::Device;
use crate::chain::{Outcome, Question, ask};
use crate::error::Error;
use crate::keyring::Approved;
use crate::state::{Broadcast, Transaction, add_transaction};

impl Device {
    pub(super) async fn send_transaction(
        &self,
        origin: &str,
        params: &Value,
    ) -> Result<Value, Error> {
        let _sending = Sending::begin(&self.sending, origin)?;
        let order = Order::read(origin, params, &self.load().await?)?;
        let lock = self.nonce_lock(&order.account.address);
        let _held = lock.lock().await;
        let plan = self.plan(order).await?;
        let transaction = self.sign_plan(origin, &plan).await?;
        self.store_durably(Box::new(|state| {
            add_transaction(&mut state.transactions, transaction.clone(), plan.latest);
            Ok(())
        }))
        .await?;
        self.send_first(&plan.owed, &transaction).await
    }

    /// Asks the user, and signs.
    async fn sign_plan(&self, origin: &str, plan: &Plan) -> Result<Transaction, Error> {
        let (request, notes) = (plan.request.clone(), plan.notes.clone());
        // A page that asks again asks for another transaction.
        let mut id = RequestId::default();
        getrandom::fill(&mut id).map_err(|_| Error::Internal("no randomness is available"))?;
        let approved = Approved::ask(&self.host, origin, id, request, notes).await?;
        let signature = self.run_sign(&plan.account, &approved).await?;
        plan.signed(origin, &approved, &signature)
    }

    /// Sends what is stored, the older ones first.
    async fn send_first(
        &self,
        owed: &[Transaction],
        transaction: &Transaction,
    ) -> Result<Value, Error> {
        if transaction.broadcast == Broadcast::Caller {
            let raw = ("raw", transaction.raw.as_str().into());
            return Ok(transaction.describe(&[("broadcast", false.into()), raw]));
        }
        let mut questions = Vec::new();
        for sent in owed.iter().chain([transaction]) {
            questions.push(Question::send(&sent.raw));
        }
        let mut answers = ask(&self.host, questions).await;
        let mut marks = Vec::new();
        for earlier in owed {
            // Whatever else comes of it, its status tells; and the new one is approved too.
            if let Outcome::Accepted = answers.broadcast(&earlier.hash)? {
                marks.push((earlier.hash.clone(), Broadcast::Done));
            }
        }
        let outcome = answers.broadcast(&transaction.hash)?;
        let mark = match outcome {
            Outcome::Accepted => Broadcast::Done,
            Outcome::Refused(_) => Broadcast::Refused,
            Outcome::Unknown(_) => Broadcast::Owed,
        };
        marks.push((transaction.hash.clone(), mark));
        self.mark(marks).await;
        match outcome {
            Outcome::Accepted => Ok(transaction.describe(&[("broadcast", true.into())])),
            Outcome::Refused(error) => Err(error),
            // It is signed and may be on its way. An error would invite the caller to have a
            // second one signed; a hash invites it to ask for the status, which sends it again.
            Outcome::Unknown(error) => {
                let problem = ("problem", error.to_string().into());
                Ok(transaction.describe(&[("broadcast", false.into()), problem]))
            }
        }
    }

    /// The lock of one account's nonces.
    fn nonce_lock(&self, address: &str) -> Rc<Mutex<()>> {
        let mut locks = self.nonce_locks.borrow_mut();
        if let Some((_, lock)) = locks.iter().find(|(of, _)| of == address) {
            return lock.clone();
        }
        let lock = Rc::new(Mutex::new(()));
        locks.push((address.to_owned(), lock.clone()));
        lock
    }
}

impl Plan {
    /// The record of what was signed.
    fn signed(
        &self,
        origin: &str,
        approved: &Approved,
        signature: &tandem_threshold::Signature,
    ) -> Result<Transaction, Error> {
        let signature = Signature {
            r: signature.r,
            s: signature.s,
            y_parity: signature.y_parity,
        };
        let finished = approved
            .finish(&signature, &self.account.address()?)?
            .result;
        let text = |name: &str| match finished.get(name) {
            Some(Value::String(text)) => Ok(text.clone()),
            _ => Err(Error::Internal("a signed transaction has no bytes")),
        };
        Ok(Transaction {
            hash: text("hash")?,
            origin: origin.to_owned(),
            account: self.account.address.clone(),
            chain_id: self.chain_id,
            nonce: self.nonce,
            request: approved.request(),
            raw: text("raw")?,
            broadcast: if self.is_blob {
                Broadcast::Caller
            } else {
                Broadcast::Owed
            },
        })
    }
}

/// An origin whose request is not answered yet. One at a time: a page must not bury its user in
/// dialogs.
struct Sending<'a> {
    origins: &'a RefCell<Vec<String>>,
    origin: &'a str,
}

impl<'a> Sending<'a> {
    fn begin(origins: &'a RefCell<Vec<String>>, origin: &'a str) -> Result<Self, Error> {
        let mut open = origins.borrow_mut();
        if open.iter().any(|other| other == origin) {
            return Err(Error::AlreadySending(origin.to_owned()));
        }
        open.push(origin.to_owned());
        Ok(Self { origins, origin })
    }
}

impl Drop for Sending<'_> {
    fn drop(&mut self) {
        self.origins.borrow_mut().retain(|open| open != self.origin);
    }
}
