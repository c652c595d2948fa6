//! From a request to its digest, and from a signature to the answer.

use serde_json::Value;

use crate::{
    Address, Error, Method, Request, Signature, SignedTransaction, Summary, authorization_summary,
    data,
    eip191::PersonalMessage,
    eip712::{self, Version},
    eip7702::Delegation,
    json, keccak256,
    signature::LowS,
    summary,
    transaction::Transaction,
    transaction_reader, transaction_summary, typed_data_v1,
};

/// A request that passed every check, with the bytes to sign and what to show.
///
/// # Security
/// The digest is computed from the content and cannot be set. Callers MUST show
/// [`Prepared::summary`] and sign [`Prepared::digest`] of the same value.
#[derive(Clone, Debug)]
pub struct Prepared {
    content: Content,
    account: Option<Address>,
    payload: Vec<u8>,
    digest: [u8; 32],
    summary: Summary,
}

#[derive(Clone, Debug)]
enum Content {
    Transaction(Box<Transaction>),
    /// A message, typed data or an authorisation: their answer is the bare signature.
    Message,
}

/// What the readers of messages give.
pub(crate) struct Message {
    pub(crate) signer: Address,
    /// The bytes whose hash is signed.
    pub(crate) payload: Vec<u8>,
    pub(crate) summary: Summary,
}

pub(crate) fn prepare(request: &Request) -> Result<Prepared, Error> {
    let message = match request.method() {
        Method::SignTransaction => return prepare_transaction(request),
        Method::SignEip7702Authorization => return prepare_authorization(request),
        Method::PersonalSign => {
            let message = PersonalMessage::read(request)?;
            Message {
                signer: message.signer,
                payload: message.payload(),
                summary: summary::of_message(&message),
            }
        }
        Method::SignTypedDataV1 => typed_data_v1::prepare(request)?,
        Method::SignTypedDataV3 => eip712::prepare(request, Version::V3)?,
        Method::SignTypedDataV4 => eip712::prepare(request, Version::V4)?,
    };
    Ok(Prepared {
        content: Content::Message,
        account: Some(message.signer),
        digest: keccak256(&message.payload),
        payload: message.payload,
        summary: message.summary,
    })
}

fn prepare_transaction(request: &Request) -> Result<Prepared, Error> {
    let transaction = transaction_reader::read(request)?;
    let account = transaction.body().from.or(request.account().copied());
    let payload = transaction.payload();
    let summary = transaction_summary::of(&transaction, account.as_ref(), &payload);
    Ok(Prepared {
        content: Content::Transaction(Box::new(transaction)),
        account,
        digest: keccak256(&payload),
        payload,
        summary,
    })
}

fn prepare_authorization(request: &Request) -> Result<Prepared, Error> {
    let delegation = Delegation::read(request)?;
    let account = request.account().copied();
    let payload = delegation.payload();
    Ok(Prepared {
        content: Content::Message,
        summary: authorization_summary::of(&delegation, account.as_ref()),
        account,
        digest: keccak256(&payload),
        payload,
    })
}

impl Prepared {
    /// The hash to sign: Keccak-256 of the payload.
    #[must_use]
    pub const fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The exact bytes that are hashed.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// What to show before signing.
    #[must_use]
    pub const fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The account that the request names: as `from`, as the message's signer, or in the envelope.
    #[must_use]
    pub const fn account(&self) -> Option<&Address> {
        self.account.as_ref()
    }

    /// Checks the signature and assembles the answer that MetaMask expects.
    ///
    /// # Errors
    /// [`Error::InvalidSignature`] if r or s is out of range, if the signature does not recover to
    /// `account`, or if the request names another account. Nothing of the signature is released
    /// then.
    pub fn finish(&self, signature: &Signature, account: &Address) -> Result<Finished, Error> {
        if self.account.is_some_and(|named| named != *account) {
            return Err(Error::invalid_signature(
                "the request names another account",
            ));
        }
        let signature = LowS::new(signature)?;
        if signature.recover(&self.digest) != Some(*account) {
            return Err(Error::invalid_signature(format!(
                "it does not recover to the account {account}"
            )));
        }
        let result = match &self.content {
            Content::Transaction(transaction) => signed_transaction(transaction, &signature)?,
            Content::Message => signed_message(&signature),
        };
        Ok(Finished { result })
    }
}

/// A released signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// For a transaction `{"r","s","v","raw","hash"}`, for a message or typed data the 65 bytes as
    /// `0x` text.
    pub result: Value,
}

/// r and s are written with all 32 bytes: ethereumjs, in MetaMask, reads that form as well as
/// the shortest one, and libraries that take r and s for byte strings read only that form.
fn signed_transaction(transaction: &Transaction, signature: &LowS) -> Result<Value, Error> {
    let raw = transaction.raw(signature);
    // Read back by other code than wrote it: what leaves is what was asked for.
    if !SignedTransaction::from_raw(&raw).is_ok_and(|read| read.is(transaction, signature)) {
        return Err(Error::invalid_signature(
            "the signed bytes do not read back as the transaction",
        ));
    }
    Ok(json::object([
        ("r", data::to_hex(&signature.r().to_be_bytes()).into()),
        ("s", data::to_hex(&signature.s().to_be_bytes()).into()),
        ("v", format!("{:#x}", transaction.v(signature)).into()),
        ("raw", data::to_hex(&raw).into()),
        ("hash", data::to_hex(&keccak256(&raw)).into()),
    ]))
}

/// The answer for messages of all kinds: r, s and 27 or 28.
fn signed_message(signature: &LowS) -> Value {
    let v = 27 + u8::from(signature.y_parity());
    let bytes = [
        signature.r().to_be_bytes().as_slice(),
        &signature.s().to_be_bytes(),
        &[v],
    ]
    .concat();
    Value::String(data::to_hex(&bytes))
}
