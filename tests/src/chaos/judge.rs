//! What must be true of everything that came out.

use std::collections::HashMap;
use std::path::Path;

use alloy_primitives::{Address, Signature, U256};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use super::subject::Subject;

/// Remembers every signature of a run.
#[derive(Default)]
pub struct Judge {
    /// r of each signature, and what it was for.
    released: HashMap<U256, String>,
}

impl Judge {
    /// A signature over the subject's last message, by its account, under a nonce that was
    /// never used.
    pub fn signature(&mut self, result: &Value, subject: &Subject, context: &str) {
        let bytes = result
            .pointer("/result")
            .and_then(Value::as_str)
            .expect("a signature");
        let bytes = alloy_primitives::hex::decode(bytes).expect("hex");
        let signature = Signature::from_raw(&bytes).expect("a signature");
        let message = subject.message();
        let signer = signature
            .recover_address_from_msg(&message)
            .expect("a signer");
        let account = subject.account().expect("an account");
        let address: Address = account["address"]
            .as_str()
            .expect("text")
            .parse()
            .expect("an address");
        assert_eq!(signer, address, "{context}: a signature of somebody else");
        let what = format!("{address} {message}");
        let earlier = self.released.insert(signature.r(), what.clone());
        assert_eq!(
            earlier, None,
            "{context}: the nonce of {what} was used before"
        );
    }

    /// A request that failed says so in one of these ways, and in no other. That the shares of the
    /// two sides are of different ages can be so only after an old state was restored.
    pub fn error(&self, answer: &Value, restored: bool, context: &str) {
        let name = answer.pointer("/error/name").and_then(Value::as_str);
        let expected = match name {
            Some("ServerUnavailable" | "ServerBusy" | "KeyFrozen" | "NotStored") => true,
            // Of an old state: of a refresh before, of words before, of a key that has none yet.
            Some("EpochMismatch" | "OtherRecoveryWords" | "PermitRequired") => restored,
            _ => false,
        };
        assert!(expected, "{context}: {answer}");
    }

    /// How many keys the server froze because too many of their checks were cut short.
    pub fn strikes(&self, data: &Path) -> i64 {
        let query = "SELECT count(*) FROM keys WHERE frozen_reason LIKE '%cut short%'";
        open(data)
            .query_row(query, [], |row| row.get(0))
            .expect("a count")
    }

    /// No two halves that the server ever released belong to one nonce.
    pub fn no_nonce_twice(&self, data: &Path) {
        let query = "SELECT count(*), count(DISTINCT ceremony), count(DISTINCT r) FROM signatures";
        let counts: (i64, i64, i64) = open(data)
            .query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .expect("three counts");
        assert_eq!(
            counts.0, counts.1,
            "two halves of one ceremony were released"
        );
        assert_eq!(counts.0, counts.2, "two halves for one nonce were released");
        let released = i64::try_from(self.released.len()).expect("few enough");
        assert!(
            released <= counts.0,
            "a signature came out that the server has no record of"
        );
    }
}

fn open(data: &Path) -> Connection {
    Connection::open_with_flags(data.join("tandem.sqlite"), OpenFlags::SQLITE_OPEN_READ_ONLY)
        .expect("the database")
}
