//! Sign-In with Ethereum (ERC-4361): a message under `personal_sign` that opens a session.
//!
//! Read strictly by the ERC's ABNF ("ABNF Message Format"). A message that is one must name the
//! signing account with its checksum, or it is refused. A message that only looks like one is shown
//! as plain text with a warning, as the ERC asks of wallets, and not refused: no site that follows
//! the ERC takes it for a login, while a text may well quote the sentence. A policy that wants to
//! refuse it has the fact.
//!
//! The page that asks is not visible here, so the comparison of the domain with it, which the ERC
//! wants too, is the wallet's. There is no clock here either: see [`SignIn::is_valid_at`].

use serde::Serialize;

use crate::{Address, rfc3986, time};

const SENTENCE: &str = " wants you to sign in with your Ethereum account";
const MAX_DOMAIN_CHARS: usize = 255;
const MAX_RESOURCES: usize = 64;

/// What a sign-in asks for, for callers that have a clock and a policy. Times are Unix seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignIn {
    /// Who asks, with a port if it has one.
    pub domain: String,
    /// The account that signs in.
    pub address: Address,
    /// Decimal.
    pub chain_id: String,
    /// What the site uses against replay.
    pub nonce: String,
    /// When the message was made, as it says itself.
    pub issued_at: i64,
    /// When it stops to be valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiration_time: Option<i64>,
    /// When it becomes valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<i64>,
}

impl SignIn {
    /// Is the message valid at this time? Only its own limits count, not when it was issued.
    #[must_use]
    pub fn is_valid_at(&self, unix_seconds: i64) -> bool {
        self.not_before.is_none_or(|start| start <= unix_seconds)
            && self.expiration_time.is_none_or(|end| unix_seconds < end)
    }
}

/// What a message is.
pub(crate) enum Reading<'a> {
    /// Nothing of the kind.
    NoSignIn,
    /// It looks like a sign-in, but this part is not as the ERC says.
    Malformed(&'static str),
    /// A sign-in.
    SignIn(Box<SignInMessage<'a>>),
}

/// The parts of a sign-in, as they are written.
pub(crate) struct SignInMessage<'a> {
    pub(crate) scheme: Option<&'a str>,
    pub(crate) domain: &'a str,
    pub(crate) address: &'a str,
    pub(crate) statement: Option<&'a str>,
    pub(crate) uri: &'a str,
    pub(crate) chain_id: u64,
    pub(crate) nonce: &'a str,
    pub(crate) issued_at: Time<'a>,
    pub(crate) expiration_time: Option<Time<'a>>,
    pub(crate) not_before: Option<Time<'a>>,
    pub(crate) request_id: Option<&'a str>,
    pub(crate) resources: Option<Vec<&'a str>>,
}

/// A point in time, as it is written and in Unix seconds.
pub(crate) struct Time<'a> {
    pub(crate) text: &'a str,
    pub(crate) seconds: i64,
}

/// Reads a message.
pub(crate) fn read(message: &[u8]) -> Reading<'_> {
    let Ok(text) = core::str::from_utf8(message) else {
        return Reading::NoSignIn;
    };
    // In any case: what a person takes for a sign-in should be one.
    let sentence = SENTENCE.trim_start().to_ascii_lowercase();
    if !text.to_ascii_lowercase().contains(&sentence) {
        return Reading::NoSignIn;
    }
    match parse(text) {
        Ok(message) => Reading::SignIn(Box::new(message)),
        Err(part) => Reading::Malformed(part),
    }
}

/// Follows the ABNF line by line; the error names the part that breaks it.
fn parse(text: &str) -> Result<SignInMessage<'_>, &'static str> {
    let mut lines = text.split('\n').peekable();
    let mut next = || lines.next();

    let origin = next()
        .and_then(|line| line.strip_suffix(':')?.strip_suffix(SENTENCE))
        .ok_or("first line")?;
    let (scheme, domain) = match origin.split_once("://") {
        Some((scheme, domain)) => (Some(scheme), domain),
        None => (None, origin),
    };
    if scheme.is_some_and(|scheme| !rfc3986::is_scheme(scheme)) {
        return Err("scheme");
    }
    // By the grammar a host may be empty; a sign-in to nobody is none.
    if domain.len() > MAX_DOMAIN_CHARS || rfc3986::host(domain).is_none_or(str::is_empty) {
        return Err("domain");
    }
    let address = next()
        .filter(|line| line.parse::<Address>() != Err(crate::AddressError::Malformed))
        .ok_or("address")?;

    // address LF LF [ statement LF ] LF "URI: "
    if next() != Some("") {
        return Err("empty line after the address");
    }
    let first = next().ok_or("statement")?;
    let second = next().ok_or("statement")?;
    let (statement, uri) = if first.is_empty() && !second.is_empty() {
        (None, second)
    } else if second.is_empty() {
        (Some(first), next().ok_or("URI")?)
    } else {
        return Err("empty line after the statement");
    };
    let in_statement =
        |byte| byte == b' ' || rfc3986::is_reserved(byte) || rfc3986::is_unreserved(byte);
    if statement.is_some_and(|statement| !statement.bytes().all(in_statement)) {
        return Err("statement");
    }

    let uri = uri
        .strip_prefix("URI: ")
        .filter(|uri| rfc3986::is_uri(uri))
        .ok_or("URI")?;
    if next() != Some("Version: 1") {
        return Err("version");
    }
    let chain_id = next()
        .and_then(|line| line.strip_prefix("Chain ID: "))
        .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()))
        .and_then(|digits| digits.parse().ok())
        .ok_or("chain id")?;
    let nonce = next()
        .and_then(|line| line.strip_prefix("Nonce: "))
        .filter(|nonce| nonce.len() >= 8 && nonce.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        .ok_or("nonce")?;
    let issued_at = next()
        .and_then(|line| line.strip_prefix("Issued At: "))
        .ok_or("time of issue")
        .and_then(|text| time(text, "time of issue"))?;

    let mut optional = |label: &str| -> Option<&str> {
        let value = lines.peek()?.strip_prefix(label)?;
        lines.next();
        Some(value)
    };
    let expiration_time = optional("Expiration Time: ")
        .map(|text| time(text, "expiration time"))
        .transpose()?;
    let not_before = optional("Not Before: ")
        .map(|text| time(text, "start of validity"))
        .transpose()?;
    let request_id = optional("Request ID: ");
    if request_id.is_some_and(|id| !rfc3986::is_pchars(id)) {
        return Err("request id");
    }
    let resources = match optional("Resources:") {
        None => None,
        Some("") => {
            let mut resources = Vec::new();
            while let Some(resource) = optional("- ") {
                if !rfc3986::is_uri(resource) || resources.len() >= MAX_RESOURCES {
                    return Err("list of resources");
                }
                resources.push(resource);
            }
            Some(resources)
        }
        Some(_) => return Err("list of resources"),
    };
    if lines.next().is_some() {
        return Err("end");
    }
    Ok(SignInMessage {
        scheme,
        domain,
        address,
        statement,
        uri,
        chain_id,
        nonce,
        issued_at,
        expiration_time,
        not_before,
        request_id,
        resources,
    })
}

fn time<'a>(text: &'a str, part: &'static str) -> Result<Time<'a>, &'static str> {
    let seconds = time::parse_rfc3339(text).ok_or(part)?;
    Ok(Time { text, seconds })
}

impl SignInMessage<'_> {
    /// Why this account must not sign it. Completes the sentence "field …".
    pub(crate) fn refusal(&self, signer: &Address) -> Option<String> {
        match self.address.parse::<Address>() {
            Ok(address) if address != *signer => {
                Some(format!("signs in {address}, not the signer {signer}"))
            }
            Ok(_) if self.address == signer.to_string() => None,
            // In one case, or with a wrong checksum: the ERC asks for ERC-55.
            _ => Some("names the account without its checksum (ERC-55)".to_owned()),
        }
    }

    /// The same for a program. `signer` passed [`Self::refusal`].
    pub(crate) fn to_sign_in(&self, signer: Address) -> SignIn {
        SignIn {
            domain: self.domain.to_owned(),
            address: signer,
            chain_id: self.chain_id.to_string(),
            nonce: self.nonce.to_owned(),
            issued_at: self.issued_at.seconds,
            expiration_time: self.expiration_time.as_ref().map(|time| time.seconds),
            not_before: self.not_before.as_ref().map(|time| time.seconds),
        }
    }

    /// Does the URI, which is what the session is for, lead to the domain that asks?
    pub(crate) fn uri_is_of_domain(&self) -> bool {
        let host_of_uri = rfc3986::host(rfc3986::authority_of(self.uri));
        host_of_uri
            .zip(rfc3986::host(self.domain))
            .is_some_and(|(uri, domain)| uri.eq_ignore_ascii_case(domain))
    }
}
