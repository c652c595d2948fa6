//! A node's answers, read in the order of the questions.

use serde_json::Value;
use tandem_ethereum::builder::{
    BroadcastFailure, EstimateFailure, FeeHistory, FeeMarket, Speed, blob_fee, read_hash,
    read_receipt, read_u64, read_u128, shown_node_text,
};

use crate::error::Error;
use crate::host::HostError;

/// An answer, and the method that was asked.
type Answer = (&'static str, Result<Value, HostError>);

/// Answers that were not looked at yet.
pub(crate) struct Answers(std::vec::IntoIter<Answer>);

/// What the latest block says about those that follow it.
pub(crate) struct LatestBlock {
    pub(crate) gas_limit: u64,
    /// None on a chain without a fee market (EIP-1559).
    pub(crate) base_fee: Option<u128>,
}

/// What became of a broadcast.
pub(crate) enum Outcome {
    /// The node has the transaction.
    Accepted,
    /// The node will not have it.
    Refused(Error),
    /// Nobody can tell.
    Unknown(Error),
}

impl Answers {
    pub(super) fn new(answers: Vec<Answer>) -> Self {
        Self(answers.into_iter())
    }

    /// `eth_chainId`: refuses a node of another chain than this.
    pub(crate) fn expect_chain(&mut self, chain_id: u64) -> Result<(), Error> {
        let connected = self.count()?;
        if connected == chain_id {
            Ok(())
        } else {
            Err(Error::ChainMismatch {
                transaction: chain_id,
                connected,
            })
        }
    }

    /// A number that counts something.
    pub(crate) fn count(&mut self) -> Result<u64, Error> {
        let (method, answer) = self.needed()?;
        read_u64(&answer).ok_or_else(|| nonsense(method))
    }

    /// A price per gas, in wei.
    pub(crate) fn price(&mut self) -> Result<u128, Error> {
        let (method, answer) = self.needed()?;
        read_u128(&answer).ok_or_else(|| nonsense(method))
    }

    pub(crate) fn latest_block(&mut self) -> Result<LatestBlock, Error> {
        let (method, block) = self.needed()?;
        let read = || {
            Some(LatestBlock {
                gas_limit: read_u64(block.get("gasLimit")?)?,
                base_fee: match block.get("baseFeePerGas") {
                    None | Some(Value::Null) => None,
                    Some(fee) => Some(read_u128(fee)?),
                },
            })
        };
        read().ok_or_else(|| nonsense(method))
    }

    /// The gas that a call needs; none if the node cannot estimate. An error if the call fails.
    pub(crate) fn gas_estimate(&mut self) -> Result<Option<u64>, Error> {
        let (method, answer) = self.next()?;
        let error = match answer {
            Ok(answer) => return read_u64(&answer).map(Some).ok_or_else(|| nonsense(method)),
            Err(error) => error,
        };
        let words = shown_node_text(&error.message);
        match EstimateFailure::of(error.code, &error.message) {
            EstimateFailure::Unavailable => Ok(None),
            EstimateFailure::InsufficientFunds => Err(Error::BroadcastRefused {
                failure: BroadcastFailure::InsufficientFunds,
                words,
            }),
            EstimateFailure::Fails => Err(Error::TransactionFails(match error.data {
                Some(data) if data.len() > 2 => format!("{words} ({})", shown_node_text(&data)),
                _ => words,
            })),
        }
    }

    /// `eth_feeHistory` and `eth_maxPriorityFeePerGas`: what the fee market asks for, from the last
    /// blocks; where they or the node tell nothing, from the node's own suggestion and the latest
    /// block's base fee.
    pub(crate) fn fee_market(&mut self, speed: Speed, base_fee: u128) -> Result<FeeMarket, Error> {
        let (_, history) = self.next()?;
        let history = history
            .ok()
            .and_then(|history| FeeHistory::read(&history, speed));
        let suggestion = self.price();
        Ok(FeeMarket {
            base_fee: history.map_or(base_fee, |history| history.next_base_fee),
            priority_fee: match history.and_then(|history| history.priority_fee) {
                Some(fee) => fee,
                None => suggestion?,
            },
        })
    }

    /// `eth_blobBaseFee`: the highest fee to offer for blob gas.
    pub(crate) fn blob_fee(&mut self) -> Result<u128, Error> {
        blob_fee(self.price()?).ok_or_else(|| nonsense("eth_blobBaseFee"))
    }

    /// `eth_sendRawTransaction`: compares what the node takes the transaction for with what it is.
    pub(crate) fn broadcast(&mut self, hash: &str) -> Result<Outcome, Error> {
        let (method, answer) = self.next()?;
        let unknown = |words| Outcome::Unknown(Error::Node { method, words });
        let error = match answer {
            Ok(answer) if read_hash(&answer).as_deref() == Some(hash) => {
                return Ok(Outcome::Accepted);
            }
            Ok(_) => {
                return Ok(unknown(
                    "it answered with the hash of another transaction".to_owned(),
                ));
            }
            Err(error) => error,
        };
        let words = shown_node_text(&error.message);
        Ok(match BroadcastFailure::of(error.code, &error.message) {
            BroadcastFailure::AlreadyKnown => Outcome::Accepted,
            BroadcastFailure::Unknown => unknown(words),
            failure => Outcome::Refused(Error::BroadcastRefused { failure, words }),
        })
    }

    /// `eth_getTransactionReceipt`, for the caller, if the transaction is mined.
    pub(crate) fn receipt(&mut self, hash: &str) -> Result<Option<Value>, Error> {
        let (method, answer) = self.needed()?;
        if answer.is_null() {
            return Ok(None);
        }
        read_receipt(&answer, hash)
            .map(Some)
            .ok_or_else(|| nonsense(method))
    }

    /// `eth_getTransactionByHash`: does the node have the transaction, mined or not?
    pub(crate) fn is_known(&mut self, hash: &str) -> Result<bool, Error> {
        let (_, answer) = self.needed()?;
        Ok(answer.get("hash").and_then(read_hash).as_deref() == Some(hash))
    }

    fn next(&mut self) -> Result<Answer, Error> {
        self.0
            .next()
            .ok_or(Error::Internal("a question to the node was not asked"))
    }

    /// An answer that cannot be done without.
    fn needed(&mut self) -> Result<(&'static str, Value), Error> {
        let (method, answer) = self.next()?;
        match answer {
            Ok(answer) => Ok((method, answer)),
            Err(error) => Err(Error::Node {
                method,
                words: shown_node_text(&error.message),
            }),
        }
    }
}

fn nonsense(method: &'static str) -> Error {
    Error::Node {
        method,
        words: "its answer makes no sense".to_owned(),
    }
}
