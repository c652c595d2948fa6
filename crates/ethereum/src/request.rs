//! The envelope of a signing request: `{"method","params","scope"?,"account"?}`.
//!
//! This is the text that the device sends to the server, whole, so that both read the same words.
//! It is checked in two steps: here the envelope, in [`Request::prepare`] the content.

use serde_json::{Map, Value};

use crate::{
    Address, Error, Prepared, Signature, U256, atomic,
    error::{Problems, name_from_request},
    json, prepared,
    refusal::{self, Refusal},
};

/// Longer requests are refused. Nodes take transactions of at most 128 KiB, twice that in
/// hexadecimal.
pub const MAX_REQUEST_BYTES: usize = 256 * 1024;
/// Deeper requests are refused; nothing that is signed nests this deep.
const MAX_DEPTH: usize = 64;

/// A method that can be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `eth_signTransaction`
    SignTransaction,
    /// `personal_sign`
    PersonalSign,
    /// `eth_signTypedData_v1`
    SignTypedDataV1,
    /// `eth_signTypedData_v3`
    SignTypedDataV3,
    /// `eth_signTypedData_v4`
    SignTypedDataV4,
    /// `eth_signEip7702Authorization`
    SignEip7702Authorization,
}

impl Method {
    const ALL: [Self; 6] = [
        Self::SignTransaction,
        Self::PersonalSign,
        Self::SignTypedDataV1,
        Self::SignTypedDataV3,
        Self::SignTypedDataV4,
        Self::SignEip7702Authorization,
    ];

    /// The method's name in JSON-RPC.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignTransaction => "eth_signTransaction",
            Self::PersonalSign => "personal_sign",
            Self::SignTypedDataV1 => "eth_signTypedData_v1",
            Self::SignTypedDataV3 => "eth_signTypedData_v3",
            Self::SignTypedDataV4 => "eth_signTypedData_v4",
            Self::SignEip7702Authorization => "eth_signEip7702Authorization",
        }
    }

    const fn is_typed_data(self) -> bool {
        matches!(
            self,
            Self::SignTypedDataV1 | Self::SignTypedDataV3 | Self::SignTypedDataV4
        )
    }

    fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == name)
    }
}

/// A request whose envelope is sound. Its content is checked by [`Request::prepare`].
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    method: Method,
    params: Vec<Value>,
    scope: Option<U256>,
    account: Option<Address>,
    text: String,
}

impl Request {
    /// Reads a request. Refused are text above [`MAX_REQUEST_BYTES`], duplicate keys, and unknown
    /// keys of the envelope.
    ///
    /// # Errors
    /// [`Error::InvalidRequest`] with every problem, or [`Error::MethodNotSupported`].
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Self::from_value(parse_bounded(text)?)
    }

    /// The same, from JSON that was read elsewhere.
    ///
    /// # Errors
    /// As [`Request::from_json`].
    pub fn from_value(value: Value) -> Result<Self, Error> {
        if json::is_deeper_than(&value, MAX_DEPTH) {
            return Err(invalid_request(
                "request",
                format!("is nested more than {MAX_DEPTH} levels deep"),
            ));
        }
        let text = value.to_string();
        if text.len() > MAX_REQUEST_BYTES {
            return Err(too_long());
        }
        let Value::Object(mut envelope) = value else {
            return Err(invalid_request("request", "is not an object"));
        };
        let mut problems = Problems::new();
        for key in envelope.keys() {
            if !["method", "params", "scope", "account"].contains(&key.as_str()) {
                problems.add(name_from_request(key), "is not a field of a request");
            }
        }
        let method = match envelope.get("method") {
            // Which other rules hold depends on the method, so an unsupported one is said alone.
            Some(Value::String(name)) => {
                Some(Method::find(name).ok_or_else(|| Error::method_not_supported(name))?)
            }
            None | Some(Value::Null) => {
                problems.add("method", "is missing");
                None
            }
            Some(_) => {
                problems.add("method", "is not text");
                None
            }
        };
        let typed_data = method.is_some_and(Method::is_typed_data);
        let scope =
            scope_of(&envelope, typed_data).map_err(|refusal| problems.refuse(&"scope", refusal));
        let account = account_of(&envelope).map_err(|reason| problems.add("account", reason));
        let params = match envelope.remove("params") {
            Some(Value::Array(params)) => params,
            None | Some(Value::Null) => {
                problems.add("params", "is missing");
                Vec::new()
            }
            Some(_) => {
                problems.add("params", "is not a list");
                Vec::new()
            }
        };
        match (method, scope, account) {
            (Some(method), Ok(scope), Ok(account)) if problems.is_empty() => Ok(Self {
                method,
                params,
                scope,
                account,
                text,
            }),
            _ => Err(Error::InvalidRequest(problems)),
        }
    }

    /// Reads a request that carries a signature beside its own keys, as `finish` takes it.
    ///
    /// # Errors
    /// As [`Request::from_json`] and [`Signature::from_value`].
    pub fn from_signed_json(text: &str) -> Result<(Self, Signature), Error> {
        let mut value = parse_bounded(text)?;
        let signature = value
            .as_object_mut()
            .and_then(|envelope| envelope.remove("signature"));
        let signature = signature.ok_or_else(|| invalid_request("signature", "is missing"))?;
        Ok((Self::from_value(value)?, Signature::from_value(&signature)?))
    }

    /// What is to be signed.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// The chain id of the scope `eip155:<chain id>`, if the request has one. Only the scope of
    /// typed data can exceed 64 bits, see [`Request::scope_of_typed_data`].
    #[must_use]
    pub fn scope(&self) -> Option<u64> {
        self.scope.and_then(U256::to_u64)
    }

    /// The chain id of the scope in full: a domain's chain id has up to 256 bits.
    #[must_use]
    pub const fn scope_of_typed_data(&self) -> Option<U256> {
        self.scope
    }

    /// The account that the envelope names.
    #[must_use]
    pub const fn account(&self) -> Option<&Address> {
        self.account.as_ref()
    }

    pub(crate) fn params(&self) -> &[Value] {
        &self.params
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The request as compact JSON, which [`Request::from_json`] accepts and, if the request can be
    /// prepared, reads the same. (Numbers that are not integers may be rounded; none is signed.)
    #[must_use]
    pub fn to_json(&self) -> String {
        self.text.clone()
    }

    /// Reads the content and makes everything that is needed to show and to sign it.
    ///
    /// # Errors
    /// [`Error::InvalidTransaction`], [`Error::InvalidMessage`], [`Error::InvalidTypedData`] or
    /// [`Error::InvalidAuthorization`] with every problem.
    pub fn prepare(&self) -> Result<Prepared, Error> {
        prepared::prepare(self)
    }
}

fn parse_bounded(text: &str) -> Result<Value, Error> {
    if text.len() > MAX_REQUEST_BYTES {
        return Err(too_long());
    }
    json::parse(text).map_err(|reason| {
        Error::InvalidRequest(Problems::of_refusal(
            "request",
            &refusal::INVALID_JSON,
            &reason,
        ))
    })
}

fn invalid_request(field: &str, reason: impl AsRef<str>) -> Error {
    Error::InvalidRequest(Problems::of(field, reason))
}

fn too_long() -> Error {
    invalid_request(
        "request",
        format!("is longer than {MAX_REQUEST_BYTES} bytes"),
    )
}

/// Absent, `null` and `""` mean that the request is not bound to a chain by its scope.
fn scope_of(
    envelope: &Map<String, Value>,
    typed_data: bool,
) -> Result<Option<U256>, &'static Refusal> {
    let text = match envelope.get("scope") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) if text.is_empty() => return Ok(None),
        Some(Value::String(text)) => text,
        Some(_) => return Err(&refusal::NOT_TEXT),
    };
    let chain_id = text
        .strip_prefix("eip155:")
        .ok_or(&refusal::MALFORMED_SCOPE)?;
    // One text for one chain: no sign, no leading zero. MetaMask writes the domain's chain id of
    // typed data into the scope as it stands there, so that one may be hexadecimal and of any size.
    if chain_id.starts_with("0x") && !typed_data {
        return Err(&refusal::MALFORMED_SCOPE);
    }
    match atomic::read_integer_text(chain_id) {
        Ok((false, chain_id)) if typed_data || chain_id.to_u64().is_some() => Ok(Some(chain_id)),
        _ => Err(&refusal::MALFORMED_SCOPE),
    }
}

fn account_of(envelope: &Map<String, Value>) -> Result<Option<Address>, String> {
    match envelope.get("account") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => Address::parse(value)
            .map(Some)
            .map_err(|error| error.to_string()),
    }
}
