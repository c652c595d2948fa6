//! A signed transaction, read back from the bytes that the network takes.
//!
//! Before a signed transaction is released, its bytes are read again by this reader, which shares
//! nothing with the encoder, and compared with what was asked for. It is as strict as the network:
//! canonical RLP (EIP-2718), known types, low s (EIP-2), and a chain id (EIP-155).

use crate::{
    Address, Signature, U256,
    eip155::LegacyTransaction,
    eip1559::FeeMarketTransaction,
    eip2930::{AccessListEntry, AccessListTransaction},
    eip4844::BlobTransaction,
    eip7702::{Authorization, Delegation, SetCodeTransaction},
    keccak256,
    rlp_reader::{Items, RlpError},
    signature::LowS,
    transaction::{Body, Transaction},
    transaction_type::TransactionType,
};

/// Why bytes are not a signed transaction. The message completes the sentence "the transaction …".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The first byte is no transaction type that is known (EIP-2718).
    #[error("has a type that is not known")]
    UnknownType,
    /// The list after the type.
    #[error("{0}")]
    Rlp(#[from] RlpError),
    /// `v` or the parity is not one that is made here; 27 and 28 have no replay protection.
    #[error("has a v or a parity that is not valid")]
    Parity,
    /// r or s is out of range, or s is high.
    #[error("has a signature that is out of range or has a high s")]
    Signature,
}

/// A transaction with its signature.
#[derive(Clone, Debug)]
pub struct SignedTransaction {
    transaction: Transaction,
    signature: LowS,
}

impl SignedTransaction {
    /// Reads the canonical form; for a blob transaction the one without the blobs.
    ///
    /// # Errors
    /// [`DecodeError`] for the first thing that is wrong.
    pub fn from_raw(raw: &[u8]) -> Result<Self, DecodeError> {
        let (transaction_type, list) = match raw.split_first() {
            Some((0xc0..=0xff, _)) => (TransactionType::Legacy, raw),
            Some((number @ 1..=0x7f, list)) => (
                TransactionType::from_number((*number).into()).ok_or(DecodeError::UnknownType)?,
                list,
            ),
            _ => return Err(DecodeError::UnknownType),
        };
        let mut items = Items::of(list)?;
        let signed = match transaction_type {
            TransactionType::Legacy => read_legacy(&mut items)?,
            typed => {
                let transaction = read_typed(typed, &mut items)?;
                let y_parity = read_parity(&mut items)?;
                let signature = read_signature(&mut items, y_parity)?;
                Self {
                    transaction,
                    signature,
                }
            }
        };
        items.end()?;
        Ok(signed)
    }

    /// The bytes again.
    #[must_use]
    pub fn raw(&self) -> Vec<u8> {
        self.transaction.raw(&self.signature)
    }

    /// Who signed it; `None` if it is nobody's signature.
    #[must_use]
    pub fn signer(&self) -> Option<Address> {
        self.signature
            .recover(&keccak256(&self.transaction.payload()))
    }

    /// Is it this transaction with this signature? `from` is not part of either.
    pub(crate) fn is(&self, transaction: &Transaction, signature: &LowS) -> bool {
        self.signature == *signature && self.transaction.same_fields(transaction)
    }
}

/// `[nonce, gasPrice, gasLimit, to, value, data, v, r, s]`
fn read_legacy(items: &mut Items<'_>) -> Result<SignedTransaction, DecodeError> {
    let nonce = read_u64(items)?;
    let gas_price = read_u128(items)?;
    let mut body = read_call(items, 0, nonce)?;
    // v = 35 + 2 * chain id + parity.
    let beyond = read_u64(items)?
        .checked_sub(35)
        .ok_or(DecodeError::Parity)?;
    body.chain_id = beyond / 2;
    let signature = read_signature(items, beyond % 2 == 1)?;
    Ok(SignedTransaction {
        transaction: Transaction::Legacy(LegacyTransaction { body, gas_price }),
        signature,
    })
}

/// The fields of a typed transaction, up to its signature.
fn read_typed(
    transaction_type: TransactionType,
    items: &mut Items<'_>,
) -> Result<Transaction, DecodeError> {
    let chain_id = read_u64(items)?;
    let nonce = read_u64(items)?;
    if let TransactionType::AccessList = transaction_type {
        return Ok(Transaction::AccessList(AccessListTransaction {
            gas_price: read_u128(items)?,
            body: read_call(items, chain_id, nonce)?,
            access_list: read_access_list(items)?,
        }));
    }
    let fee_market = FeeMarketTransaction {
        max_priority_fee_per_gas: read_u128(items)?,
        max_fee_per_gas: read_u128(items)?,
        body: read_call(items, chain_id, nonce)?,
        access_list: read_access_list(items)?,
    };
    Ok(match transaction_type {
        TransactionType::Blob => Transaction::Blob(BlobTransaction {
            fee_market,
            max_fee_per_blob_gas: read_u128(items)?,
            blob_versioned_hashes: read_list(items, |items| Ok(items.array()?))?,
        }),
        TransactionType::SetCode => Transaction::SetCode(SetCodeTransaction {
            fee_market,
            authorizations: read_list(items, read_authorization)?,
        }),
        _ => Transaction::FeeMarket(fee_market),
    })
}

/// `gasLimit, to, value, data`, which follow one another in every type.
fn read_call(items: &mut Items<'_>, chain_id: u64, nonce: u64) -> Result<Body, DecodeError> {
    Ok(Body {
        chain_id,
        nonce,
        gas_limit: read_u64(items)?,
        to: match items.bytes()? {
            [] => None,
            address => Some(Address::from_bytes(
                address.try_into().map_err(|_| RlpError::WrongSize)?,
            )),
        },
        value: U256::from_be_bytes(items.integer()?),
        data: items.bytes()?.to_vec(),
        from: None,
    })
}

fn read_access_list(items: &mut Items<'_>) -> Result<Vec<AccessListEntry>, DecodeError> {
    read_list(items, |items| {
        let mut entry = items.list()?;
        let read = AccessListEntry {
            address: Address::from_bytes(entry.array()?),
            storage_keys: read_list(&mut entry, |keys| Ok(keys.array()?))?,
        };
        entry.end()?;
        Ok(read)
    })
}

/// `[chainId, address, nonce, yParity, r, s]`
fn read_authorization(items: &mut Items<'_>) -> Result<Authorization, DecodeError> {
    let mut entry = items.list()?;
    let delegation = Delegation {
        chain_id: read_u64(&mut entry)?,
        delegate: Address::from_bytes(entry.array()?),
        nonce: read_u64(&mut entry)?,
    };
    let y_parity = read_parity(&mut entry)?;
    let signature = read_signature(&mut entry, y_parity)?;
    entry.end()?;
    Authorization::new(delegation, &signature).ok_or(DecodeError::Signature)
}

fn read_list<T>(
    items: &mut Items<'_>,
    read: impl Fn(&mut Items<'_>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let mut list = items.list()?;
    let mut entries = Vec::new();
    while !list.is_empty() {
        entries.push(read(&mut list)?);
    }
    Ok(entries)
}

fn read_parity(items: &mut Items<'_>) -> Result<bool, DecodeError> {
    match items.integer()? {
        [0] => Ok(false),
        [1] => Ok(true),
        [_] => Err(DecodeError::Parity),
    }
}

/// r and s, which must be in range and low already.
fn read_signature(items: &mut Items<'_>, y_parity: bool) -> Result<LowS, DecodeError> {
    let given = Signature {
        r: items.integer()?,
        s: items.integer()?,
        y_parity,
    };
    match LowS::new(&given) {
        Ok(low) if low.s().to_be_bytes() == given.s => Ok(low),
        _ => Err(DecodeError::Signature),
    }
}

fn read_u64(items: &mut Items<'_>) -> Result<u64, DecodeError> {
    Ok(u64::from_be_bytes(items.integer()?))
}

fn read_u128(items: &mut Items<'_>) -> Result<u128, DecodeError> {
    Ok(u128::from_be_bytes(items.integer()?))
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test may fail loudly"
    )]

    use super::SignedTransaction;

    /// The example of EIP-155, with one byte changed.
    fn example(place: usize, change: u8) -> SignedTransaction {
        let mut raw = hex::decode(concat!(
            "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025",
            "a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276",
            "a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83",
        ))
        .unwrap();
        raw[place] ^= change;
        SignedTransaction::from_raw(&raw).unwrap()
    }

    #[test]
    fn is_another_with_another_field_or_another_signature() {
        let read = example(0, 0);
        assert!(read.is(&example(0, 0).transaction, &example(0, 0).signature));
        let (nonce, last_of_r) = (2, 76);
        assert!(!read.is(&example(nonce, 1).transaction, &read.signature));
        assert!(!read.is(&read.transaction, &example(last_of_r, 1).signature));
    }
}
