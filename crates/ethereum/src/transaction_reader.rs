//! Reads the transaction of `eth_signTransaction`.
//!
//! The rules are those of the transaction types' EIPs and of MetaMask's own normalisers, taken
//! strictly: a field that could be read in two ways, that belongs to another type, or that is not
//! known is refused. Every problem is reported at once.

use serde_json::Value;

use crate::{
    Address, Error, Request, U256,
    chains::{self, Fork},
    eip155::LegacyTransaction,
    eip1559::Eip1559Transaction,
    eip2930::{self, AccessListEntry},
    error::Problems,
    fields::Fields,
    gas::{GasFacts, GasField, broken_rules_of_osaka},
    transaction::{Body, Transaction},
    transaction_type::TransactionType,
};

const PATH: &str = "params[0]";
/// EIP-2681: an account that reaches 2^64-1 is stuck.
const MAX_NONCE: u64 = u64::MAX - 1;

/// Every key that a transaction may have. Those of types that are not signed here are known, so
/// that they are refused with their own reason; `v`, `r`, `s` and `yParity` may only be `null`.
const KNOWN: &[&str] = &[
    "type",
    "chainId",
    "nonce",
    "gas",
    "gasLimit",
    "gasPrice",
    "maxFeePerGas",
    "maxPriorityFeePerGas",
    "maxFeePerBlobGas",
    "from",
    "to",
    "value",
    "data",
    "input",
    "accessList",
    "authorizationList",
    "blobVersionedHashes",
    "v",
    "r",
    "s",
    "yParity",
];

/// Reads the params of `eth_signTransaction`.
pub(crate) fn read(request: &Request) -> Result<Transaction, Error> {
    let object = match request.params() {
        [Value::Object(object)] => object,
        [_] => return Err(invalid(PATH, "is not an object")),
        [] => return Err(invalid(PATH, "is missing")),
        _ => return Err(invalid("params", "has more than one entry")),
    };
    let mut fields = Fields::new(PATH, object);
    // Without a type that is known, the rules that all types share still name their problems.
    let transaction_type = TransactionType::read(&mut fields)?;
    fields.refuse_unknown(KNOWN);
    refuse_signature(&mut fields);
    let common = CommonFields::read(&mut fields, transaction_type, request);
    let fees = transaction_type.and_then(|transaction_type| {
        transaction_type.refuse_foreign_fields(&mut fields);
        Fees::read(&mut fields, transaction_type)
    });
    let access_list = match fields.get("accessList") {
        Some(list) => eip2930::parse(&fields.path("accessList"), list, &mut fields.problems),
        None => Vec::new(),
    };
    common.refuse_what_no_node_accepts(&mut fields, &access_list);
    match (common.into_body(), fees) {
        (Some(body), Some(fees)) if fields.problems.is_empty() => {
            Ok(fees.into_transaction(body, access_list))
        }
        _ => Err(Error::InvalidTransaction(fields.problems)),
    }
}

fn invalid(field: &str, reason: &str) -> Error {
    Error::InvalidTransaction(Problems::of(field, reason))
}

/// A transaction that is to be signed carries no signature yet.
fn refuse_signature(fields: &mut Fields<'_>) {
    for name in ["v", "r", "s", "yParity"] {
        if fields.has(name) {
            fields.refuse(
                name,
                "is part of a signature; the transaction is not signed yet",
            );
        }
    }
}

/// The fields that all types share, each `None` after a problem was noted.
struct CommonFields {
    chain_id: Option<u64>,
    nonce: Option<u64>,
    gas_limit: Option<u64>,
    /// The inner `None` creates a contract.
    to: Option<Option<Address>>,
    value: Option<U256>,
    data: Option<Vec<u8>>,
    from: Option<Address>,
}

impl CommonFields {
    fn read(
        fields: &mut Fields<'_>,
        transaction_type: Option<TransactionType>,
        request: &Request,
    ) -> Self {
        // The wider limit where the type is not known: no problem is made up.
        let (max_chain_id, limit) = transaction_type
            .unwrap_or(TransactionType::Eip1559)
            .max_chain_id();
        fields.require("chainId");
        let chain_id = fields.quantity_u64("chainId", max_chain_id, limit);
        if chain_id == Some(0) {
            fields.refuse(
                "chainId",
                "is 0: the signature would be valid on every chain",
            );
        }
        if let (Some(chain_id), Some(scope)) = (chain_id, request.scope())
            && chain_id != scope
        {
            fields.refuse(
                "chainId",
                format!("is {chain_id}, but the scope of the request is eip155:{scope}"),
            );
        }

        fields.require("nonce");
        let nonce = fields.quantity_u64("nonce", MAX_NONCE, "2^64-2, the largest nonce (EIP-2681)");

        if !fields.has("gas") {
            fields.require("gasLimit");
        }
        let gas_limit = fields.either("gasLimit", "gas", |fields, name| {
            fields.quantity_u64(name, u64::MAX, "2^64-1")
        });

        let value = if fields.has("value") {
            fields.quantity("value", U256::MAX, "2^256-1")
        } else {
            Some(U256::ZERO)
        };

        let data = fields.either("data", "input", |fields, name| fields.bytes(name));
        let data = if fields.has("data") || fields.has("input") {
            data
        } else {
            Some(Vec::new())
        };

        // "0x" is how some libraries write the absence of a recipient.
        let creates = fields.get("to").is_none_or(|to| to.as_str() == Some("0x"));
        let to = if creates {
            Some(None)
        } else {
            fields.address("to").map(Some)
        };
        if creates && data.as_ref().is_some_and(Vec::is_empty) {
            fields.refuse(
                "to",
                "is missing; only the creation of a contract, which has data, goes without",
            );
        }

        let from = fields.address("from");
        if let (Some(from), Some(account)) = (&from, request.account())
            && from != account
        {
            fields.refuse("from", format!("is not the account {account}"));
        }

        Self {
            chain_id,
            nonce,
            gas_limit,
            to,
            value,
            data,
            from,
        }
    }

    fn into_body(self) -> Option<Body> {
        Some(Body {
            chain_id: self.chain_id?,
            nonce: self.nonce?,
            gas_limit: self.gas_limit?,
            to: self.to?,
            value: self.value?,
            data: self.data?,
            from: self.from,
        })
    }

    /// Consensus rules refuse only where they are certain; elsewhere the summary warns of them.
    fn refuse_what_no_node_accepts(
        &self,
        fields: &mut Fields<'_>,
        access_list: &[AccessListEntry],
    ) {
        let (Some(chain_id), Some(gas_limit), Some(to), Some(data)) =
            (self.chain_id, self.gas_limit, self.to, self.data.as_ref())
        else {
            return;
        };
        let Some(Fork::Osaka) = chains::find(chain_id).and_then(|chain| chain.fork) else {
            return;
        };
        let facts = GasFacts {
            gas_limit,
            creates: to.is_none(),
            data,
            access_list,
        };
        for rule in broken_rules_of_osaka(&facts) {
            let name = match rule.field {
                GasField::GasLimit if fields.has("gasLimit") => "gasLimit",
                GasField::GasLimit => "gas",
                GasField::Data if fields.has("data") => "data",
                GasField::Data => "input",
            };
            fields.refuse(name, rule.reason);
        }
    }
}

/// What a unit of gas may cost, by type.
enum Fees {
    Legacy {
        gas_price: u128,
    },
    Eip1559 {
        max_fee_per_gas: u128,
        max_priority_fee_per_gas: u128,
    },
}

impl Fees {
    fn read(fields: &mut Fields<'_>, transaction_type: TransactionType) -> Option<Self> {
        match transaction_type {
            TransactionType::Legacy => {
                fields.require("gasPrice");
                Some(Self::Legacy {
                    gas_price: fields.fee("gasPrice")?,
                })
            }
            TransactionType::Eip1559 => {
                fields.require("maxFeePerGas");
                fields.require("maxPriorityFeePerGas");
                let max_fee_per_gas = fields.fee("maxFeePerGas");
                let max_priority_fee_per_gas = fields.fee("maxPriorityFeePerGas");
                let (max_fee_per_gas, max_priority_fee_per_gas) =
                    (max_fee_per_gas?, max_priority_fee_per_gas?);
                if max_priority_fee_per_gas > max_fee_per_gas {
                    fields.refuse("maxPriorityFeePerGas", "is above maxFeePerGas");
                }
                Some(Self::Eip1559 {
                    max_fee_per_gas,
                    max_priority_fee_per_gas,
                })
            }
        }
    }

    fn into_transaction(self, body: Body, access_list: Vec<AccessListEntry>) -> Transaction {
        match self {
            Self::Legacy { gas_price } => {
                Transaction::Legacy(LegacyTransaction { body, gas_price })
            }
            Self::Eip1559 {
                max_fee_per_gas,
                max_priority_fee_per_gas,
            } => Transaction::Eip1559(Eip1559Transaction {
                body,
                max_fee_per_gas,
                max_priority_fee_per_gas,
                access_list,
            }),
        }
    }
}
