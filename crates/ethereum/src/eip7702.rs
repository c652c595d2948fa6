//! Set-code transactions (type 4, EIP-7702) and the authorisations in them.
//!
//! Signed is `0x04 ‖ rlp([…the fee market fields…, authorizationList])`; on the network `yParity, r,
//! s` follow in the same list. Each authorisation is signed by the account that it gives code to,
//! which need not be the sender: `keccak256(0x05 ‖ rlp([chainId, address, nonce]))`.

use rlp::RlpStream;
use serde_json::Value;

use crate::{
    Address, Error, Request, Signature, U256, eip1559::FeeMarketTransaction, error::Problems,
    fields::Fields, keccak256, quantity, signature::LowS,
};

/// EIP-7702: keeps an authorisation from being a transaction or a message.
const MAGIC: u8 = 5;

/// A set-code transaction that passed every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SetCodeTransaction {
    pub(crate) fee_market: FeeMarketTransaction,
    pub(crate) authorizations: Vec<Authorization>,
}

impl SetCodeTransaction {
    pub(crate) fn append_fields(&self, stream: &mut RlpStream) {
        self.fee_market.append_fields(stream);
        stream.begin_list(self.authorizations.len());
        for authorization in &self.authorizations {
            authorization.append(stream);
        }
    }
}

/// What an account signs to act with the code of another address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Delegation {
    /// 0 is every chain.
    pub(crate) chain_id: u64,
    /// Whose code; the zero address takes a delegation back.
    pub(crate) delegate: Address,
    pub(crate) nonce: u64,
}

impl Delegation {
    /// Reads `[chainId, address, nonce]`, the only parameter of `eth_signEip7702Authorization`.
    pub(crate) fn read(request: &Request) -> Result<Self, Error> {
        const PATH: &str = "params[0]";
        let invalid = |problems| Err(Error::InvalidAuthorization(problems));
        let (chain_id, delegate, nonce) = match request.params() {
            [Value::Array(tuple)] => match tuple.as_slice() {
                [chain_id, delegate, nonce] => (chain_id, delegate, nonce),
                _ => {
                    return invalid(Problems::of(PATH, "is not [chainId, address, nonce]"));
                }
            },
            [_] => return invalid(Problems::of(PATH, "is not a list")),
            [] => return invalid(Problems::of(PATH, "is missing")),
            _ => return invalid(Problems::of("params", "has more than one entry")),
        };
        let mut problems = Problems::new();
        let mut number = |value, position: u8| {
            let read =
                quantity::parse(value).and_then(|number| number.to_u64().ok_or("is above 2^64-1"));
            read.map_err(|reason| problems.add(format!("{PATH}[{position}]"), reason))
        };
        let (chain_id, nonce) = (number(chain_id, 0), number(nonce, 2));
        let delegate = Address::parse(delegate)
            .map_err(|error| problems.add(format!("{PATH}[1]"), error.to_string()));
        if let (Ok(chain_id), Some(scope)) = (chain_id, request.scope())
            && chain_id != 0
            && chain_id != scope
        {
            problems.add(
                format!("{PATH}[0]"),
                format!("is {chain_id}, but the scope of the request is eip155:{scope}"),
            );
        }
        if nonce == Ok(u64::MAX) {
            problems.add(format!("{PATH}[2]"), NONCE_NEVER_VALID);
        }
        match (chain_id, delegate, nonce) {
            (Ok(chain_id), Ok(delegate), Ok(nonce)) if problems.is_empty() => Ok(Self {
                chain_id,
                delegate,
                nonce,
            }),
            _ => invalid(problems),
        }
    }

    /// Does it take a delegation back?
    pub(crate) fn revokes(&self) -> bool {
        self.delegate == Address::from_bytes([0; 20])
    }

    /// The bytes whose hash is signed.
    pub(crate) fn payload(&self) -> Vec<u8> {
        let mut stream = RlpStream::new_list(3);
        self.append(&mut stream);
        [&[MAGIC][..], &stream.out()].concat()
    }

    fn append(&self, stream: &mut RlpStream) {
        stream
            .append(&self.chain_id)
            .append(&self.delegate.as_bytes().as_slice())
            .append(&self.nonce);
    }
}

const NONCE_NEVER_VALID: &str = "is 2^64-1, which no chain accepts (EIP-7702)";

/// A delegation with the signature of its account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Authorization {
    pub(crate) delegation: Delegation,
    pub(crate) y_parity: bool,
    pub(crate) r: U256,
    pub(crate) s: U256,
    /// Who signed it.
    pub(crate) authority: Address,
}

impl Authorization {
    /// With the account that signed it; `None` if it is nobody's signature.
    pub(crate) fn new(delegation: Delegation, signature: &LowS) -> Option<Self> {
        Some(Self {
            y_parity: signature.y_parity(),
            r: *signature.r(),
            s: *signature.s(),
            authority: signature.recover(&keccak256(&delegation.payload()))?,
            delegation,
        })
    }

    fn append(&self, stream: &mut RlpStream) {
        stream.begin_list(6);
        self.delegation.append(stream);
        stream
            .append(&u8::from(self.y_parity))
            .append(&self.r.minimal_be())
            .append(&self.s.minimal_be());
    }

    /// Reads `{"chainId","address","nonce","yParity","r","s"}` of a transaction on `chain_id`.
    ///
    /// EIP-7702 lets a node skip an authorisation that is not valid; here it is refused, because
    /// nobody means to pay for one that does nothing.
    fn read(
        path: &str,
        value: &Value,
        chain_id: Option<u64>,
        problems: &mut Problems,
    ) -> Option<Self> {
        let Value::Object(object) = value else {
            problems.add(path, "is not an object");
            return None;
        };
        const KEYS: &[&str] = &["chainId", "address", "nonce", "yParity", "r", "s"];
        let mut fields = Fields::new(path, object);
        fields.refuse_unknown(KEYS);
        for key in KEYS {
            fields.require(key);
        }
        let own_chain = fields.quantity("chainId", U256::MAX, "2^256-1");
        let own_chain = own_chain.and_then(|own_chain| {
            let known = own_chain.to_u64();
            let applies = known.filter(|id| *id == 0 || chain_id.is_none_or(|chain| *id == chain));
            if applies.is_none() {
                fields.refuse("chainId", "is neither 0 nor the chain of the transaction");
            }
            applies
        });
        let delegate = fields.address("address");
        let nonce = fields.quantity_u64("nonce", u64::MAX, "2^64-1");
        if nonce == Some(u64::MAX) {
            fields.refuse("nonce", NONCE_NEVER_VALID);
        }
        let parity = fields.quantity_u64("yParity", 1, "1");
        let r = fields.quantity("r", U256::MAX, "2^256-1");
        let s = fields.quantity("s", U256::MAX, "2^256-1");
        let read = (|| {
            let delegation = Delegation {
                chain_id: own_chain?,
                delegate: delegate?,
                nonce: nonce?,
            };
            let (r, s) = (r?, s?);
            let signature = Signature {
                r: r.to_be_bytes(),
                s: s.to_be_bytes(),
                y_parity: parity? == 1,
            };
            let Ok(low) = LowS::new(&signature) else {
                fields.refuse("r", "or s is not in [1, n-1]");
                return None;
            };
            if *low.s() != s {
                fields.refuse("s", "is above n/2 (EIP-2)");
                return None;
            }
            let authorization = Self::new(delegation, &low);
            if authorization.is_none() {
                fields.refuse("r", "and s are nobody's signature of this authorisation");
            }
            authorization
        })();
        problems.append(fields.problems);
        read
    }
}

/// Reads `authorizationList`, which must not be empty.
pub(crate) fn read_list(fields: &mut Fields<'_>, chain_id: Option<u64>) -> Vec<Authorization> {
    const NAME: &str = "authorizationList";
    let list = fields.entries(
        NAME,
        "a set-code transaction carries at least one authorisation",
    );
    let mut authorizations = Vec::with_capacity(list.len());
    for (position, item) in list.iter().enumerate() {
        let path = fields.path(&format!("{NAME}[{position}]"));
        authorizations.extend(Authorization::read(
            &path,
            item,
            chain_id,
            &mut fields.problems,
        ));
    }
    authorizations
}
