//! What an Ethereum node is asked, through the host: MetaMask's own connection to the network that
//! its user has chosen.
//!
//! The node is a stranger. It can lie about nonces, fees and what happened to a transaction; it
//! cannot change what is signed, because all of that is shown before. Its numbers are read with
//! limits and its words are made safe to show in `tandem_ethereum::builder`.
//!
//! The host lets these methods through and no others: `eth_chainId`, `eth_getTransactionCount`,
//! `eth_estimateGas`, `eth_getBlockByNumber`, `eth_feeHistory`, `eth_gasPrice`,
//! `eth_maxPriorityFeePerGas`, `eth_blobBaseFee`, `eth_sendRawTransaction`,
//! `eth_getTransactionReceipt`, `eth_getTransactionByHash`.

mod answers;
mod question;

pub(crate) use answers::{Answers, LatestBlock, Outcome};
pub(crate) use question::Question;

use tandem_ethereum::json_object;

use crate::host::Host;

/// Asks the node, one question after another. Nothing fails here: every answer is looked at by
/// itself, in the order of the questions.
pub(crate) async fn ask(host: &Host, questions: Vec<Question>) -> Answers {
    let mut answers = Vec::with_capacity(questions.len());
    for Question { method, params } in questions {
        let request = json_object([("method", method.into()), ("params", params)]);
        answers.push((method, host.call("ethereum.request", request).await));
    }
    Answers::new(answers)
}
