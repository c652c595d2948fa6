//! Reads the transaction of `eth_signTransaction`.
//!
//! The rules are those of the transaction types' EIPs and of MetaMask's own normalisers, taken
//! strictly: a field that could be read in two ways, that belongs to another type, or that is not
//! known is refused. Every problem is reported at once.

use serde_json::Value;

use crate::{
    Address, Error, Request, U256, chains,
    eip155::LegacyTransaction,
    eip1559::FeeMarketTransaction,
    eip2930::{self, AccessListEntry, AccessListTransaction},
    eip4844::{self, BlobTransaction},
    eip7702::{self, SetCodeTransaction},
    error::Problems,
    fields::Fields,
    gas::{self, GasFacts, GasField},
    transaction::{Body, Transaction},
    transaction_type::TransactionType,
};

const PATH: &str = "params[0]";
/// EIP-2681: an account that reaches 2^64-1 is stuck.
const MAX_NONCE: u64 = u64::MAX - 1;

/// Every key that a transaction may have; `v`, `r`, `s` and `yParity` may only be `null`.
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
    let transaction_type = TransactionType::read(&mut fields);
    fields.refuse_unknown(KNOWN);
    refuse_signature(&mut fields);
    let common = CommonFields::read(&mut fields, transaction_type, request);
    let chain_id = common.chain_id;
    let specific = transaction_type.and_then(|transaction_type| {
        transaction_type.refuse_foreign_fields(&mut fields);
        SpecificFields::read(&mut fields, transaction_type, chain_id)
    });
    let access_list = match fields.get("accessList") {
        Some(list) => eip2930::parse(&fields.path("accessList"), list, &mut fields.problems),
        None => Vec::new(),
    };
    common.refuse_what_no_node_accepts(&mut fields, &access_list, specific.as_ref());
    match (common.into_body(), specific) {
        (Some(body), Some(specific)) if fields.problems.is_empty() => {
            Ok(specific.into_transaction(body, access_list))
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
            .unwrap_or(TransactionType::FeeMarket)
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
        if creates && transaction_type.is_some_and(|known| !known.may_create()) {
            fields.refuse(
                "to",
                "is missing; a transaction of this type cannot create a contract",
            );
        } else if creates && data.as_ref().is_some_and(Vec::is_empty) {
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

    /// Consensus rules refuse only where they are certain; elsewhere the summary warns of them.
    /// What could not be read counts as nothing, so that no problem is made up.
    fn refuse_what_no_node_accepts(
        &self,
        fields: &mut Fields<'_>,
        access_list: &[AccessListEntry],
        specific: Option<&SpecificFields>,
    ) {
        let (Some(chain_id), Some(gas_limit), Some(to), Some(data)) =
            (self.chain_id, self.gas_limit, self.to, self.data.as_ref())
        else {
            return;
        };
        let Some(fork) = chains::find(chain_id).and_then(|chain| chain.fork) else {
            return;
        };
        let facts = GasFacts {
            gas_limit,
            creates: to.is_none(),
            data,
            access_list,
            authorizations: match specific {
                Some(SpecificFields::SetCode { authorizations, .. }) => authorizations.len(),
                _ => 0,
            },
            blobs: match specific {
                Some(SpecificFields::Blob {
                    blob_versioned_hashes,
                    ..
                }) => blob_versioned_hashes.len(),
                _ => 0,
            },
        };
        for rule in gas::broken_rules(fork, &facts) {
            let name = match rule.field {
                GasField::GasLimit if fields.has("gasLimit") => "gasLimit",
                GasField::GasLimit => "gas",
                GasField::Data if fields.has("data") => "data",
                GasField::Data => "input",
                GasField::Blobs => "blobVersionedHashes",
            };
            fields.refuse(name, rule.reason);
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
}

/// What one type has and another has not, but for the access list.
enum SpecificFields {
    Legacy {
        gas_price: u128,
    },
    AccessList {
        gas_price: u128,
    },
    FeeMarket(Fees),
    Blob {
        fees: Fees,
        max_fee_per_blob_gas: u128,
        blob_versioned_hashes: Vec<[u8; 32]>,
    },
    SetCode {
        fees: Fees,
        authorizations: Vec<eip7702::Authorization>,
    },
}

/// The fees of EIP-1559, each per unit of gas.
struct Fees {
    max: u128,
    max_priority: u128,
}

impl Fees {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        fields.require("maxFeePerGas");
        fields.require("maxPriorityFeePerGas");
        let max = fields.fee("maxFeePerGas");
        let max_priority = fields.fee("maxPriorityFeePerGas");
        let fees = Self {
            max: max?,
            max_priority: max_priority?,
        };
        if fees.max_priority > fees.max {
            fields.refuse("maxPriorityFeePerGas", "is above maxFeePerGas");
        }
        Some(fees)
    }

    fn into_fee_market(
        self,
        body: Body,
        access_list: Vec<AccessListEntry>,
    ) -> FeeMarketTransaction {
        FeeMarketTransaction {
            body,
            max_fee_per_gas: self.max,
            max_priority_fee_per_gas: self.max_priority,
            access_list,
        }
    }
}

impl SpecificFields {
    /// Each field is read, and its problems noted, before a missing one ends the reading.
    fn read(
        fields: &mut Fields<'_>,
        transaction_type: TransactionType,
        chain_id: Option<u64>,
    ) -> Option<Self> {
        Some(match transaction_type {
            TransactionType::Legacy => Self::Legacy {
                gas_price: read_gas_price(fields)?,
            },
            TransactionType::AccessList => Self::AccessList {
                gas_price: read_gas_price(fields)?,
            },
            TransactionType::FeeMarket => Self::FeeMarket(Fees::read(fields)?),
            TransactionType::Blob => {
                let fees = Fees::read(fields);
                fields.require("maxFeePerBlobGas");
                let max_fee_per_blob_gas = fields.fee("maxFeePerBlobGas");
                let blob_versioned_hashes = eip4844::read_versioned_hashes(fields);
                Self::Blob {
                    fees: fees?,
                    max_fee_per_blob_gas: max_fee_per_blob_gas?,
                    blob_versioned_hashes,
                }
            }
            TransactionType::SetCode => {
                let fees = Fees::read(fields);
                let authorizations = eip7702::read_list(fields, chain_id);
                Self::SetCode {
                    fees: fees?,
                    authorizations,
                }
            }
        })
    }

    fn into_transaction(self, body: Body, access_list: Vec<AccessListEntry>) -> Transaction {
        match self {
            Self::Legacy { gas_price } => {
                Transaction::Legacy(LegacyTransaction { body, gas_price })
            }
            Self::AccessList { gas_price } => Transaction::AccessList(AccessListTransaction {
                body,
                gas_price,
                access_list,
            }),
            Self::FeeMarket(fees) => {
                Transaction::FeeMarket(fees.into_fee_market(body, access_list))
            }
            Self::Blob {
                fees,
                max_fee_per_blob_gas,
                blob_versioned_hashes,
            } => Transaction::Blob(BlobTransaction {
                fee_market: fees.into_fee_market(body, access_list),
                max_fee_per_blob_gas,
                blob_versioned_hashes,
            }),
            Self::SetCode {
                fees,
                authorizations,
            } => Transaction::SetCode(SetCodeTransaction {
                fee_market: fees.into_fee_market(body, access_list),
                authorizations,
            }),
        }
    }
}

fn read_gas_price(fields: &mut Fields<'_>) -> Option<u128> {
    fields.require("gasPrice");
    fields.fee("gasPrice")
}
