//! The record of a transaction that was sent with `tandem_sendTransaction`.
//!
//! It is stored, durably, after the signature and before the network hears of the transaction: so
//! whatever ends the device, there is no transaction on the network that it knows nothing of. The
//! two seconds that this takes are paid for every transaction. The alternative, a write that
//! MetaMask may forget when it is locked or closed within half a second, could leave a user before
//! an account that paid, with no trace of it here and every reason to pay again.
//!
//! What happens to the record later is written without waiting: if that is lost, the signed
//! transaction is sent once more, and a node that has it already says so.

use serde_json::{Map, Value};
use tandem_ethereum::{builder::read_u64, json_object};

use super::record::Fields;

/// More transactions of one account on one chain than this may not wait at once.
const MAX_WAITING: usize = 32;
/// So many of those that are settled are kept, for their status.
const MAX_SETTLED: usize = 16;

/// A signed transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// Its hash, lower case.
    pub hash: String,
    /// The origin that asked for it.
    pub origin: String,
    /// The sender, lower case.
    pub account: String,
    /// The chain.
    pub chain_id: u64,
    /// The nonce.
    pub nonce: u64,
    /// The request that was signed, as JSON text: replacing it starts from here.
    pub request: String,
    /// The signed transaction; it is sent again and never signed again.
    pub raw: String,
    /// How far it got.
    pub broadcast: Broadcast,
}

/// How far a signed transaction got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broadcast {
    /// As far as we know no node has it yet.
    Owed,
    /// A node has accepted it.
    Done,
    /// A node has refused it. Nobody sends it again, and its nonce is free.
    Refused,
    /// The caller sends it, because its network form holds blobs that are not signed (EIP-4844).
    Caller,
}

const STATES: [(Broadcast, &str); 4] = [
    (Broadcast::Owed, "owed"),
    (Broadcast::Done, "done"),
    (Broadcast::Refused, "refused"),
    (Broadcast::Caller, "caller"),
];

impl Transaction {
    pub(super) fn from_json(value: Value) -> Option<Self> {
        let mut fields = Fields::of(
            value,
            &[
                "hash",
                "origin",
                "account",
                "chainId",
                "nonce",
                "request",
                "raw",
                "broadcast",
            ],
        )?;
        let broadcast = fields.text("broadcast")?;
        Some(Self {
            hash: fields.text("hash")?,
            origin: fields.text("origin")?,
            account: fields.text("account")?,
            chain_id: read_u64(&fields.take("chainId")?)?,
            nonce: read_u64(&fields.take("nonce")?)?,
            request: fields.text("request")?,
            raw: fields.text("raw")?,
            broadcast: STATES
                .iter()
                .find_map(|(state, name)| (*name == broadcast).then_some(*state))?,
        })
    }

    pub(super) fn to_json(&self) -> Value {
        let name = STATES.iter().find(|(state, _)| *state == self.broadcast);
        json_object([
            ("hash", self.hash.as_str().into()),
            ("origin", self.origin.as_str().into()),
            ("account", self.account.as_str().into()),
            // Text, because JSON numbers are not exact beyond 2^53.
            ("chainId", format!("{:#x}", self.chain_id).into()),
            ("nonce", format!("{:#x}", self.nonce).into()),
            ("request", self.request.as_str().into()),
            ("raw", self.raw.as_str().into()),
            ("broadcast", name.map(|(_, name)| *name).into()),
        ])
    }

    /// Is it one of this account on this chain?
    pub fn belongs_to(&self, account: &str, chain_id: u64) -> bool {
        self.account == account && self.chain_id == chain_id
    }

    /// What a caller is told: hash, nonce, and these members.
    pub(crate) fn describe(&self, members: &[(&str, Value)]) -> Value {
        let mut answer = Map::new();
        let mut put = |name: &str, value: Value| answer.insert(name.to_owned(), value);
        put("hash", self.hash.as_str().into());
        put("nonce", format!("{:#x}", self.nonce).into());
        for (name, value) in members {
            put(name, value.clone());
        }
        answer.into()
    }

    /// Does it stand for its nonce? One that was refused does not.
    pub fn holds_nonce(&self) -> bool {
        self.broadcast != Broadcast::Refused
    }

    /// The newest of these that stands for the same nonce as this one; it has replaced the others.
    pub fn newest<'a>(&'a self, all: &'a [Self]) -> &'a Self {
        all.iter()
            .rfind(|other| {
                other.belongs_to(&self.account, self.chain_id)
                    && other.nonce == self.nonce
                    && other.holds_nonce()
            })
            .unwrap_or(self)
    }
}

/// May another transaction wait beside these of its account and chain? `latest` is the network's
/// count.
pub(crate) fn has_room(ours: &[Transaction], latest: u64) -> bool {
    ours.iter().filter(|ours| ours.nonce >= latest).count() < MAX_WAITING
}

/// Adds a transaction, and forgets the oldest of those of its account and chain that are settled:
/// whose nonce is below `latest`, the network's count.
pub(crate) fn add_transaction(all: &mut Vec<Transaction>, added: Transaction, latest: u64) {
    let settled = |other: &Transaction| {
        other.belongs_to(&added.account, added.chain_id) && other.nonce < latest
    };
    let count = all.iter().filter(|other| settled(other)).count();
    let mut surplus = count.saturating_sub(MAX_SETTLED);
    for other in core::mem::take(all) {
        if surplus > 0 && settled(&other) {
            surplus -= 1;
        } else {
            all.push(other);
        }
    }
    all.push(added);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn transaction(nonce: u64, broadcast: Broadcast) -> Transaction {
        Transaction {
            hash: format!("0x{nonce:064x}"),
            origin: "https://dapp.example".to_owned(),
            account: "0x01".to_owned(),
            chain_id: u64::MAX,
            nonce,
            request: "{}".to_owned(),
            raw: "0x02".to_owned(),
            broadcast,
        }
    }

    #[test]
    fn a_record_reads_back_whole_in_every_state() {
        for (broadcast, _) in STATES {
            let written = transaction(u64::MAX - 1, broadcast);
            assert_eq!(Transaction::from_json(written.to_json()), Some(written));
        }
        let mut unknown = transaction(1, Broadcast::Done).to_json();
        *unknown.get_mut("broadcast").unwrap() = "later".into();
        assert_eq!(Transaction::from_json(unknown), None);
    }

    #[test]
    fn the_newest_of_a_nonce_stands_for_it_unless_it_was_refused() {
        let mut all: Vec<Transaction> = [Broadcast::Done, Broadcast::Owed, Broadcast::Refused]
            .map(|broadcast| transaction(7, broadcast))
            .into();
        all.push(transaction(8, Broadcast::Done));
        let first = all.first().unwrap();
        assert_eq!(first.newest(&all).broadcast, Broadcast::Owed);
    }

    #[test]
    fn settled_transactions_are_forgotten_oldest_first_and_waiting_ones_never() {
        let mut all = Vec::new();
        for nonce in 0..40 {
            add_transaction(&mut all, transaction(nonce, Broadcast::Done), 30.min(nonce));
        }
        let nonces: Vec<u64> = all.iter().map(|kept| kept.nonce).collect();
        assert_eq!(nonces, (14..40).collect::<Vec<_>>());
    }

    #[test]
    fn too_many_may_not_wait() {
        let mut all: Vec<Transaction> = (0..31)
            .map(|nonce| transaction(nonce, Broadcast::Done))
            .collect();
        assert!(has_room(&all, 0));
        all.push(transaction(31, Broadcast::Done));
        assert!(!has_room(&all, 0));
        assert!(has_room(&all, 1));
    }
}
