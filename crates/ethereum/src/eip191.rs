//! `personal_sign`: messages under EIP-191, version 0x45.
//!
//! Params are `[data, address]`; signed is `"\x19Ethereum Signed Message:\n" ‖ length ‖ data`, with
//! the length in decimal. The prefix keeps a message from ever being a transaction.
//!
//! The data is `0x` and whole bytes, which is what MetaMask sends. Its own library takes any other
//! text as the message itself (`"0xzz"`, `"0X00"`), which is a trap: refused here.
//!
//! A sign-in (ERC-4361) must be one of the signer; see [`erc4361`].

use serde_json::Value;

use crate::{
    Address, Error, Request, data,
    erc4361::{self, Reading},
    error::Problems,
};

const PREFIX: &[u8] = b"\x19Ethereum Signed Message:\n";

/// A message that passed every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PersonalMessage {
    pub(crate) message: Vec<u8>,
    pub(crate) signer: Address,
}

impl PersonalMessage {
    /// Reads the params of the request.
    pub(crate) fn read(request: &Request) -> Result<Self, Error> {
        let mut problems = Problems::new();
        let message = match request.params().first() {
            None | Some(Value::Null) => Err("is missing"),
            Some(value) => data::parse(value),
        }
        .map_err(|reason| problems.add("params[0]", reason));
        let signer = match request.params().get(1) {
            None | Some(Value::Null) => Err("is missing".to_owned()),
            Some(value) => Address::parse(value).map_err(|error| error.to_string()),
        }
        .map_err(|reason| problems.add("params[1]", reason));
        if let (Ok(signer), Some(account)) = (&signer, request.account())
            && signer != account
        {
            problems.add("params[1]", format!("is not the account {account}"));
        }
        if let (Ok(message), Ok(signer)) = (&message, &signer)
            && let Reading::SignIn(sign_in) = erc4361::read(message)
            && let Some(reason) = sign_in.refusal(signer)
        {
            problems.add("params[0].address", reason);
        }
        if request.params().len() > 2 {
            problems.add("params", "has more than two entries");
        }
        match (message, signer) {
            (Ok(message), Ok(signer)) if problems.is_empty() => Ok(Self { message, signer }),
            _ => Err(Error::InvalidMessage(problems)),
        }
    }

    /// The bytes whose hash is signed.
    pub(crate) fn payload(&self) -> Vec<u8> {
        let length = self.message.len().to_string();
        [PREFIX, length.as_bytes(), &self.message].concat()
    }
}
