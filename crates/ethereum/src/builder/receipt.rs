//! The receipt of a mined transaction, as a node tells it.

use serde_json::{Map, Value};

use super::node::read_hash;
use crate::{
    Address, data,
    quantity::{self, to_text},
};

/// What a sender wants to know of a receipt, in the form nodes use: `status` (`0x1`, or `0x0` for a
/// transaction that failed, which is mined and paid for all the same), `blockNumber`, `gasUsed`,
/// `effectiveGasPrice` (null on chains that do not tell it) and `contractAddress` (null if none was
/// created).
///
/// `None` if the answer is not a receipt of the transaction with this hash.
#[must_use]
pub fn read_receipt(answer: &Value, hash: &str) -> Option<Value> {
    if read_hash(answer.get("transactionHash")?)? != hash {
        return None;
    }
    let mut receipt = Map::new();
    for name in ["status", "blockNumber", "gasUsed", "effectiveGasPrice"] {
        let number = answer
            .get(name)
            .and_then(|value| quantity::parse(value).ok());
        if number.is_none() && name != "effectiveGasPrice" {
            return None;
        }
        receipt.insert(name.to_owned(), number.map(to_text).into());
    }
    let contract = answer
        .get("contractAddress")
        .and_then(|address| Address::parse(address).ok());
    receipt.insert(
        "contractAddress".to_owned(),
        contract
            .map(|contract| data::to_hex(contract.as_bytes()))
            .into(),
    );
    Some(receipt.into())
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test may fail loudly"
    )]

    use serde_json::{Value, json};

    use super::read_receipt;

    fn hash() -> String {
        format!("0x{}", "ab".repeat(32))
    }

    fn answer() -> Value {
        json!({
            "transactionHash": hash().to_uppercase().replacen("0X", "0x", 1),
            "status": "0x1", "blockNumber": "0x0a", "gasUsed": "0x5208",
            "effectiveGasPrice": "0x3b9aca00", "contractAddress": null, "logs": [],
        })
    }

    #[test]
    fn keeps_what_a_sender_wants_to_know() {
        assert_eq!(
            read_receipt(&answer(), &hash()),
            Some(json!({
                "status": "0x1", "blockNumber": "0xa", "gasUsed": "0x5208",
                "effectiveGasPrice": "0x3b9aca00", "contractAddress": null,
            }))
        );
    }

    #[test]
    fn tells_failure_and_the_created_contract() {
        let contract = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed";
        let mut failed = answer();
        failed["status"] = json!("0x0");
        failed["contractAddress"] = json!(contract);
        failed["effectiveGasPrice"] = json!(null);
        let receipt = read_receipt(&failed, &hash()).unwrap();
        assert_eq!(receipt["status"], "0x0");
        assert_eq!(receipt["contractAddress"], contract);
        assert_eq!(receipt["effectiveGasPrice"], json!(null));
    }

    #[test]
    fn a_receipt_of_something_else_or_of_another_shape_is_none() {
        assert_eq!(read_receipt(&answer(), "0x00"), None);
        for field in ["transactionHash", "status", "blockNumber", "gasUsed"] {
            let mut holed = answer();
            holed[field] = json!("nonsense");
            assert_eq!(read_receipt(&holed, &hash()), None, "{field}");
        }
        assert_eq!(read_receipt(&json!(null), &hash()), None);
    }
}
