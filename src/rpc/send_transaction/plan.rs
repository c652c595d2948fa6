//! Everything that is decided before the user is asked: where the transaction goes in the
//! account's row, and what fills the holes of the draft.

use tandem_ethereum::Request;
use tandem_ethereum::builder::{Draft, FeeSource, Filling, gas_limit, next_nonce};

use super::order::{Order, Replaced};
use crate::Device;
use crate::chain::{Answers, LatestBlock, Question, ask};
use crate::error::Error;
use crate::state::{Account, Broadcast, State, Transaction, has_room};

const NO_ESTIMATE: &str =
    "The Ethereum node could not try this transaction. It may fail, and the gas limit is a guess.";

/// A page that gives a nonce can push out another page's transaction, or MetaMask's; not unseen.
const TAKEN_NONCE: &str = "Another transaction with this nonce is pending. This one takes its place, unless that one is mined first.";

/// What to show, to sign and to store.
pub(super) struct Plan {
    pub(super) request: Request,
    pub(super) account: Account,
    pub(super) chain_id: u64,
    pub(super) nonce: u64,
    pub(super) is_blob: bool,
    /// The network's count when the nonce was chosen.
    pub(super) latest: u64,
    /// What the user should know beside the transaction itself.
    pub(super) notes: Vec<String>,
    /// Signed transactions before this one that no node has yet.
    pub(super) owed: Vec<Transaction>,
}

/// What the network says before anything is decided.
struct Network {
    /// How many transactions of the account are mined.
    latest: u64,
    /// How many the node knows.
    pending: u64,
    block: LatestBlock,
}

/// Where the transaction goes in the account's row.
struct Place {
    nonce: u64,
    notes: Vec<String>,
    owed: Vec<Transaction>,
}

impl Device {
    /// Asks the node for everything that the draft leaves open. The account's nonce lock is held.
    pub(super) async fn plan(&self, order: Order) -> Result<Plan, Error> {
        let answers = ask(&self.host, order.first_questions()).await;
        let network = order.network(answers)?;
        // Read under the lock: it has what the last one to hold the lock has stored.
        let place = order.place(&network, self.load().await?)?;
        let fees = order.draft.fee_source(network.block.base_fee.is_some())?;
        let answers = ask(&self.host, fee_questions(&order.draft, fees)).await;
        order.fill(fees, answers, &network, place)
    }
}

impl Order {
    fn first_questions(&self) -> Vec<Question> {
        let address = &self.account.address;
        let mut questions = vec![
            Question::of("eth_chainId", &[]),
            Question::of("eth_getTransactionCount", &[address, "latest"]),
            Question::of("eth_getTransactionCount", &[address, "pending"]),
            Question::latest_block(),
        ];
        if let Some(replaced) = &self.replaces {
            questions.push(Question::receipt(&replaced.hash));
        }
        questions
    }

    /// The answers to the first questions.
    fn network(&self, mut answers: Answers) -> Result<Network, Error> {
        answers.expect_chain(self.draft.chain_id())?;
        let network = Network {
            latest: answers.count()?,
            pending: answers.count()?,
            block: answers.latest_block()?,
        };
        match &self.replaces {
            Some(replaced) if answers.receipt(&replaced.hash)?.is_some() => {
                Err(Error::NotPending(replaced.hash.clone()))
            }
            _ => Ok(network),
        }
    }

    /// The transactions of this account on this chain.
    fn ours(&self, state: State) -> Vec<Transaction> {
        let mut ours = Vec::new();
        for transaction in state.transactions {
            if transaction.belongs_to(&self.account.address, self.draft.chain_id()) {
                ours.push(transaction);
            }
        }
        ours
    }

    /// The nonce, and what of ours comes before it.
    fn place(&self, network: &Network, state: State) -> Result<Place, Error> {
        let ours = self.ours(state);
        let latest = network.latest;
        // What replaces another one frees a place as it takes one.
        if self.replaces.is_none() && !has_room(&ours, latest) {
            return Err(Error::TooManyPending);
        }
        let mut notes = Vec::new();
        let nonce = if let Some(replaced) = &self.replaces {
            let nonce = replaced.pending().nonce();
            if nonce < latest || !replaced.is_newest(&ours) {
                return Err(Error::NotPending(replaced.hash.clone()));
            }
            notes.push(format!(
                "It takes the place of the transaction {}, unless that one is mined first.",
                replaced.hash
            ));
            nonce
        } else {
            let mut waiting = Vec::new();
            for ours in ours.iter().filter(|ours| ours.holds_nonce()) {
                waiting.push(ours.nonce);
            }
            match self.draft.nonce() {
                Some(given) => {
                    if (latest..network.pending).contains(&given) || waiting.contains(&given) {
                        notes.push(TAKEN_NONCE.to_owned());
                    }
                    given
                }
                None => next_nonce(latest, network.pending, &waiting)
                    .ok_or(Error::Internal("the account has no nonce left"))?,
            }
        };
        let mut owed = Vec::new();
        for ours in ours {
            if ours.broadcast == Broadcast::Owed && (latest..nonce).contains(&ours.nonce) {
                notes.push(format!(
                    "The transaction {} with nonce {}, which you approved earlier, has not reached the network. It is sent first.",
                    ours.hash, ours.nonce
                ));
                owed.push(ours);
            }
        }
        Ok(Place { nonce, notes, owed })
    }

    /// Completes the draft with the answers to [`fee_questions`].
    fn fill(
        self,
        fees: FeeSource,
        mut answers: Answers,
        network: &Network,
        place: Place,
    ) -> Result<Plan, Error> {
        let Self {
            account,
            draft,
            replaces,
            speed,
        } = self;
        let Place {
            nonce,
            mut notes,
            owed,
        } = place;
        let Network { latest, block, .. } = network;
        let mut filling = Filling {
            nonce,
            gas_limit: None,
            has_base_fee: block.base_fee.is_some(),
            gas_price: None,
            market: None,
            blob_fee: None,
        };
        match fees {
            FeeSource::Given => {}
            FeeSource::GasPrice => filling.gas_price = Some(answers.price()?),
            FeeSource::Market => {
                let base_fee = block.base_fee.unwrap_or_default();
                filling.market = Some(answers.fee_market(speed, base_fee)?);
            }
        }
        if draft.wants_blob_fee() {
            filling.blob_fee = Some(answers.blob_fee()?);
        }
        if draft.wants_gas_limit() {
            let estimate = answers.gas_estimate()?;
            if estimate.is_none() {
                notes.push(NO_ESTIMATE.to_owned());
            }
            filling.gas_limit = Some(gas_limit(estimate, block.gas_limit));
        }
        Ok(Plan {
            chain_id: draft.chain_id(),
            is_blob: draft.is_blob(),
            request: draft.complete(&filling, replaces.as_ref().map(Replaced::pending))?,
            account,
            nonce,
            latest: *latest,
            notes,
            owed,
        })
    }
}

fn fee_questions(draft: &Draft, fees: FeeSource) -> Vec<Question> {
    let mut questions = Vec::new();
    match fees {
        FeeSource::Given => {}
        FeeSource::GasPrice => questions.push(Question::of("eth_gasPrice", &[])),
        FeeSource::Market => {
            questions.push(Question::fee_history());
            questions.push(Question::of("eth_maxPriorityFeePerGas", &[]));
        }
    }
    if draft.wants_blob_fee() {
        questions.push(Question::of("eth_blobBaseFee", &[]));
    }
    if draft.wants_gas_limit() {
        questions.push(Question::estimate_gas(draft.estimate_call()));
    }
    questions
}
