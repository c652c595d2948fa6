//! `tandem_transactionStatus {hash}`: what became of a transaction that
//! `tandem_sendTransaction` sent. A signed one that the network does not know is
//! sent again, byte for byte; none is ever signed again.

use serde_json::Value;
use tandem_ethereum::builder::read_hash;

use super::origins;
use crate::Device;
use crate::chain::{Outcome, Question, ask};
use crate::error::Error;
use crate::keyring::params::Params;
use crate::state::{Broadcast, State, Transaction};

impl Device {
    pub(super) async fn transaction_status(
        &self,
        origin: &str,
        params: &Value,
    ) -> Result<Value, Error> {
        let mut reader = Params::read(params);
        let hash = hash_param(&mut reader, "hash");
        reader.finish()?;
        let hash = hash.unwrap_or_default();
        let state = self.load().await?;
        let transaction = find(&state, origin, &hash)?;

        let questions = vec![
            Question::of("eth_chainId", &[]),
            Question::receipt(&hash),
            Question::transaction(&hash),
        ];
        let mut answers = ask(&self.host, questions).await;
        answers.expect_chain(transaction.chain_id)?;
        if let Some(receipt) = answers.receipt(&hash)? {
            return Ok(status(transaction, "mined", &[("receipt", receipt)]));
        }
        if answers.is_known(&hash)? {
            if matches!(transaction.broadcast, Broadcast::Owed | Broadcast::Refused) {
                self.mark(vec![(hash, Broadcast::Done)]).await;
            }
            return Ok(status(transaction, "pending", &[]));
        }

        // The receipt once more, after the count: it may have been mined between the two.
        let questions = vec![
            Question::of("eth_getTransactionCount", &[&transaction.account, "latest"]),
            Question::receipt(&hash),
        ];
        let mut answers = ask(&self.host, questions).await;
        let is_nonce_used = answers.count()? > transaction.nonce;
        if let Some(receipt) = answers.receipt(&hash)? {
            return Ok(status(transaction, "mined", &[("receipt", receipt)]));
        }
        let newest = transaction.newest(&state.transactions);
        if newest.hash != hash {
            let by = ("by", newest.hash.as_str().into());
            return Ok(status(transaction, "replaced", &[by]));
        }
        if is_nonce_used {
            return Ok(status(transaction, "replaced", &[]));
        }
        match transaction.broadcast {
            Broadcast::Refused => Ok(status(transaction, "dropped", &[])),
            // Only the caller can send it, and tell whether it did.
            Broadcast::Caller => Ok(status(transaction, "pending", &[])),
            Broadcast::Owed | Broadcast::Done => self.send_again(transaction).await,
        }
    }

    async fn send_again(&self, transaction: &Transaction) -> Result<Value, Error> {
        let Transaction { hash, raw, .. } = transaction;
        let mut answers = ask(&self.host, vec![Question::send(raw)]).await;
        match answers.broadcast(hash)? {
            Outcome::Accepted => {
                self.mark(vec![(hash.clone(), Broadcast::Done)]).await;
                Ok(status(transaction, "pending", &[]))
            }
            Outcome::Refused(reason) => {
                // One that a node had accepted may be mined yet, so it keeps its nonce.
                if transaction.broadcast == Broadcast::Owed {
                    self.mark(vec![(hash.clone(), Broadcast::Refused)]).await;
                }
                let reason = ("reason", reason.to_string().into());
                Ok(status(transaction, "dropped", &[reason]))
            }
            Outcome::Unknown(error) => Err(error),
        }
    }

    /// Notes how far transactions got, but for those that the caller sends. What happened has
    /// happened: that it could not be noted must not reach a caller as a failure, and without the
    /// note the same bytes are sent once more.
    pub(super) async fn mark(&self, marks: Vec<(String, Broadcast)>) {
        let noted = self.update(Box::new(move |state| {
            for transaction in &mut state.transactions {
                for (hash, broadcast) in &marks {
                    if transaction.hash == *hash && transaction.broadcast != Broadcast::Caller {
                        transaction.broadcast = *broadcast;
                    }
                }
            }
            Ok(())
        }));
        let _lost = noted.await;
    }
}

/// A transaction that this origin may follow: its own, or for the companion page any.
pub(super) fn find<'a>(
    state: &'a State,
    origin: &str,
    hash: &str,
) -> Result<&'a Transaction, Error> {
    state
        .transactions
        .iter()
        .find(|transaction| {
            transaction.hash == hash
                && (transaction.origin == origin || origins::is_companion(origin))
        })
        .ok_or_else(|| Error::TransactionNotFound(hash.to_owned()))
}

/// A hash among the params; none after a problem was noted.
pub(super) fn hash_param(reader: &mut Params<'_>, name: &str) -> Option<String> {
    let hash = reader.get(name).and_then(read_hash);
    if hash.is_none() {
        reader.problem(name, "is missing or not a hash of 32 bytes");
    }
    hash
}

fn status(transaction: &Transaction, status: &str, more: &[(&str, Value)]) -> Value {
    let mut members = vec![("status", status.into())];
    members.extend_from_slice(more);
    transaction.describe(&members)
}
