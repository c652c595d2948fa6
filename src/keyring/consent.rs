//! Consent: what was shown is what is signed.

use serde_json::{Value, json};
use tandem_ethereum::{Address, Finished, Prepared, Request, Signature};

use crate::error::Error;
use crate::host::Host;
use crate::offline::summary_text;

/// A request that the user has seen, decoded, in the snap's own dialog, and said
/// yes to. There is no other way to get one, and the only digest a session signs
/// is computed from it.
#[derive(Debug)]
pub struct Approved {
    request: Request,
    prepared: Prepared,
}

impl Approved {
    /// Shows the request and waits for the user.
    pub(super) async fn ask(host: &Host, origin: &str, request: Request) -> Result<Self, Error> {
        let prepared = request.prepare()?;
        let mut summary: Value = serde_json::from_str(&summary_text(&prepared)?)
            .map_err(|_| Error::Internal("the summary does not decode"))?;
        if let Some(fields) = summary.as_object_mut() {
            fields.insert("origin".to_owned(), json!(origin));
        }
        if host.dialog("sign", summary).await? == json!(true) {
            Ok(Self { request, prepared })
        } else {
            Err(Error::UserRejected)
        }
    }

    /// What is signed.
    pub(crate) const fn digest(&self) -> [u8; 32] {
        self.prepared.digest()
    }

    /// The whole request, for the server to decode and hash again.
    pub(crate) fn request(&self) -> String {
        self.request.to_json()
    }

    /// The answer, once the signature recovers to the account.
    pub(super) fn finish(
        &self,
        signature: &Signature,
        account: &Address,
    ) -> Result<Finished, Error> {
        Ok(self.prepared.finish(signature, account)?)
    }
}
