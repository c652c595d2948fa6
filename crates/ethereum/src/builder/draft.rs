//! A draft: a transaction with holes, and what fills them.

use serde_json::{Map, Value};

use super::{fees::FeeMarket, replacement::Pending};
use crate::{
    Address, Error, Request, U256, data,
    error::Problems,
    gas::MAX_TRANSACTION_GAS,
    json,
    quantity::{self, to_text},
    transaction::Body,
    transaction_reader,
};

/// Where a caller finds the transaction in its own params; the strict reader's paths are rewritten
/// to it.
const PATH: &str = "params.transaction";
const READER_PATH: &str = "params[0]";

/// A transaction as a caller gave it. What it gives is sound already; what it leaves out is found
/// out by [`Draft::nonce`] and the methods after it, and handed to [`Draft::complete`].
#[derive(Clone, Debug)]
pub struct Draft {
    /// What was given, without nulls.
    fields: Map<String, Value>,
    /// What was given, read. The nonce and the gas limit may be stand-ins; they are never signed.
    body: Body,
    from: Address,
}

/// Where the missing fees come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeeSource {
    /// None is missing.
    Given,
    /// `eth_gasPrice`: the type has one price.
    GasPrice,
    /// `eth_feeHistory`: the type has a highest total and a priority fee.
    Market,
}

/// What a node told, and the nonce that was chosen. Anything that the draft gives wins.
#[derive(Clone, Copy, Debug)]
pub struct Filling {
    /// The nonce.
    pub nonce: u64,
    /// The gas limit, if the draft has none.
    pub gas_limit: Option<u64>,
    /// Does the chain have a base fee (EIP-1559)?
    pub has_base_fee: bool,
    /// For [`FeeSource::GasPrice`].
    pub gas_price: Option<u128>,
    /// For [`FeeSource::Market`].
    pub market: Option<FeeMarket>,
    /// The highest fee for blob gas, for [`Draft::wants_blob_fee`].
    pub blob_fee: Option<u128>,
}

impl Draft {
    /// Reads what a caller gave.
    ///
    /// # Errors
    /// Those of the strict reader, every problem at once, as if what is missing were there and right.
    /// The chain id and the sender must be given: a guess at either could sign something else.
    pub fn read(transaction: &Value) -> Result<Self, Error> {
        let Value::Object(given) = transaction else {
            return Err(refusal(PATH, "is not an object"));
        };
        let mut fields = Map::new();
        for (name, value) in given {
            if !value.is_null() {
                fields.insert(name.clone(), value.clone());
            }
        }
        let outcome = request(with_stand_ins(fields.clone()), None)
            .and_then(|request| transaction_reader::read(&request));
        let has_sender = fields.contains_key("from");
        match outcome {
            Ok(transaction) => match transaction.body().from {
                Some(from) => Ok(Self {
                    fields,
                    body: transaction.body().clone(),
                    from,
                }),
                None => Err(refusal(&field("from"), "is missing")),
            },
            Err(error) => Err(relocated(error, (!has_sender).then_some("from"))),
        }
    }

    /// The sender.
    #[must_use]
    pub const fn from(&self) -> &Address {
        &self.from
    }

    /// The chain.
    #[must_use]
    pub const fn chain_id(&self) -> u64 {
        self.body.chain_id
    }

    /// The nonce, if it is given.
    #[must_use]
    pub fn nonce(&self) -> Option<u64> {
        self.has("nonce").then_some(self.body.nonce)
    }

    /// Must the gas be estimated?
    #[must_use]
    pub fn wants_gas_limit(&self) -> bool {
        !self.has("gas") && !self.has("gasLimit")
    }

    /// Must a fee for blob gas be found?
    #[must_use]
    pub fn wants_blob_fee(&self) -> bool {
        self.is_blob() && !self.has("maxFeePerBlobGas")
    }

    /// Is it a blob transaction (EIP-4844)? Its network form needs the blobs, which are not signed.
    #[must_use]
    pub fn is_blob(&self) -> bool {
        // It does not depend on the chain.
        type_number(&self.fields, true) == Some(3)
    }

    /// Where the missing fees come from, on a chain with or without a base fee.
    ///
    /// # Errors
    /// [`Error::InvalidTransaction`] if they belong to a fee market and the chain has none.
    pub fn fee_source(&self, has_base_fee: bool) -> Result<FeeSource, Error> {
        if type_number(&self.fields, has_base_fee).is_none_or(|number| number < 2) {
            return Ok(if self.has("gasPrice") {
                FeeSource::Given
            } else {
                FeeSource::GasPrice
            });
        }
        if self.has("maxFeePerGas") && self.has("maxPriorityFeePerGas") {
            return Ok(FeeSource::Given);
        }
        if has_base_fee {
            return Ok(FeeSource::Market);
        }
        Err(refusal(
            &field("type"),
            "has a fee market (EIP-1559), which this network does not have; give gasPrice instead",
        ))
    }

    /// The call for `eth_estimateGas`. Without fees, with which a node would compare the account's
    /// balance before it knows the gas; and with the value in its shortest form, because `0x00`
    /// breaks some nodes.
    #[must_use]
    pub fn estimate_call(&self) -> Value {
        let mut call = Map::new();
        let mut put = |name: &str, value: Value| {
            call.insert(name.to_owned(), value);
        };
        put("from", self.from.to_lower_hex().into());
        if let Some(to) = &self.body.to {
            put("to", to.to_lower_hex().into());
        }
        put("value", to_text(self.body.value).into());
        if !self.body.data.is_empty() {
            put("data", data::to_hex(&self.body.data).into());
        }
        for name in ["accessList", "authorizationList", "blobVersionedHashes"] {
            if let Some(list) = self.fields.get(name) {
                put(name, list.clone());
            }
        }
        Value::Object(call)
    }

    /// The complete request. With `replaces`, the nonce is that of the pending transaction, and no
    /// fee is below what a node takes for a replacement.
    ///
    /// # Errors
    /// [`Error::InvalidTransaction`] with every problem: what the draft gives is never altered, also
    /// where it cannot replace.
    pub fn complete(
        mut self,
        filling: &Filling,
        replaces: Option<&Pending>,
    ) -> Result<Request, Error> {
        if let Some(pending) = replaces {
            pending.check(&self)?;
        }
        let number = type_number(&self.fields, filling.has_base_fee).unwrap_or(0);
        self.fill("type", Some(number.into()));
        self.fill("nonce", Some(filling.nonce.into()));
        if self.wants_gas_limit() {
            self.fill("gas", filling.gas_limit.map(u128::from));
        }
        let floor = |fee: Option<u128>, least: fn(&Pending) -> u128| {
            Some(fee?.max(replaces.map_or(0, least)))
        };
        if number < 2 {
            self.fill(
                "gasPrice",
                floor(filling.gas_price, |pending| pending.least_max_fee),
            );
        } else if let Some(market) = filling.market {
            self.fill_market(market, replaces);
        }
        if number == 3 {
            self.fill(
                "maxFeePerBlobGas",
                floor(filling.blob_fee, |pending| pending.least_blob_fee),
            );
        }
        let scope = format!("eip155:{}", self.body.chain_id);
        request(self.fields, Some((&scope, &self.from)))
    }

    /// A given highest fee bounds the priority fee that is filled in; a given priority fee is part
    /// of the highest fee that is.
    fn fill_market(&mut self, market: FeeMarket, replaces: Option<&Pending>) {
        let least_max_fee = replaces.map_or(0, |pending| pending.least_max_fee);
        let least_priority_fee = replaces.map_or(0, |pending| pending.least_priority_fee);
        let priority_fee = self
            .fee("maxPriorityFeePerGas")
            .unwrap_or(market.priority_fee.max(least_priority_fee));
        let given_max_fee = self.fee("maxFeePerGas");
        self.fill(
            "maxFeePerGas",
            market
                .max_fee(priority_fee)
                .map(|fee| fee.max(least_max_fee)),
        );
        self.fill(
            "maxPriorityFeePerGas",
            Some(priority_fee.min(given_max_fee.unwrap_or(u128::MAX))),
        );
    }

    /// Puts a number into a hole. Without one the hole stays, and the strict reader, which reads
    /// every request again, names it.
    fn fill(&mut self, name: &str, value: Option<u128>) {
        if let Some(value) = value {
            fill(&mut self.fields, name, value);
        }
    }

    fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// A given fee.
    pub(super) fn fee(&self, name: &str) -> Option<u128> {
        quantity::parse(self.fields.get(name)?).ok()?.to_u128()
    }
}

/// The problem of one field of a draft.
pub(super) fn field(name: &str) -> String {
    format!("{PATH}.{name}")
}

fn refusal(field: &str, reason: &str) -> Error {
    Error::InvalidTransaction(Problems::of(field, reason))
}

/// The type: given, told by the fields that only one type has, or else the newest that the chain
/// knows and that signs no more than was given. `None` if what is given is no number.
fn type_number(fields: &Map<String, Value>, has_base_fee: bool) -> Option<u8> {
    let has = |name: &str| fields.contains_key(name);
    if let Some(given) = fields.get("type") {
        return quantity::parse(given).ok()?.to_u64()?.try_into().ok();
    }
    Some(if has("authorizationList") {
        4
    } else if has("blobVersionedHashes") || has("maxFeePerBlobGas") {
        3
    } else if has("maxFeePerGas")
        || has("maxPriorityFeePerGas")
        || (has_base_fee && !has("gasPrice"))
    {
        2
    } else {
        u8::from(has("accessList"))
    })
}

/// The fields with every hole filled by something that breaks no rule, so that the strict reader
/// finds the problems of what was given, all of them, and no other.
fn with_stand_ins(mut fields: Map<String, Value>) -> Map<String, Value> {
    let number = type_number(&fields, true);
    let stand_ins: &[(&str, u128)] = match number {
        Some(0 | 1) => &[("gasPrice", 0)],
        Some(2 | 4) => &[("maxFeePerGas", u128::MAX), ("maxPriorityFeePerGas", 0)],
        Some(3) => &[
            ("maxFeePerGas", u128::MAX),
            ("maxPriorityFeePerGas", 0),
            ("maxFeePerBlobGas", 1),
        ],
        _ => &[],
    };
    for (name, value) in stand_ins {
        fill(&mut fields, name, *value);
    }
    if let Some(number) = number {
        fill(&mut fields, "type", number.into());
    }
    fill(&mut fields, "nonce", 0);
    if !fields.contains_key("gasLimit") {
        fill(&mut fields, "gas", MAX_TRANSACTION_GAS.into());
    }
    fields
}

fn fill(fields: &mut Map<String, Value>, name: &str, value: u128) {
    if !fields.contains_key(name) {
        fields.insert(name.to_owned(), to_text(U256::from(value)).into());
    }
}

fn request(fields: Map<String, Value>, bound: Option<(&str, &Address)>) -> Result<Request, Error> {
    Request::from_value(json::object([
        ("method", "eth_signTransaction".into()),
        ("params", vec![fields].into()),
        ("scope", bound.map(|(scope, _)| scope).into()),
        (
            "account",
            bound.map(|(_, account)| account.to_lower_hex()).into(),
        ),
    ]))
}

/// The reader's problems under the caller's own names, and one field more that is missing.
fn relocated(error: Error, missing: Option<&str>) -> Error {
    let Error::InvalidTransaction(problems) = error else {
        return error;
    };
    let mut relocated = Problems::new();
    for problem in problems.as_slice() {
        let path = match problem.field.strip_prefix(READER_PATH) {
            Some(rest) => format!("{PATH}{rest}"),
            None => problem.field.clone(),
        };
        relocated.add(path, problem.reason.as_str());
    }
    if let Some(name) = missing {
        relocated.add(field(name), "is missing");
    }
    Error::InvalidTransaction(relocated)
}
