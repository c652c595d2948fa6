//! Consent: what was shown is what is signed.

use serde_json::Value;
use tandem_ethereum::{Address, Finished, Prepared, Request, Signature};

use tandem_wire::RequestId;

use crate::error::Error;
use crate::host::Host;
use crate::offline::summary_text;

/// A request that the user has seen, decoded, in the snap's own dialog, and said
/// yes to. There is no other way to get one, and the only digest a session signs
/// is computed from it.
#[derive(Debug)]
pub struct Approved {
    id: RequestId,
    request: Request,
    prepared: Prepared,
}

/// What a site that checks its own limits would refuse, so the signature is for something else.
const OUT_OF_TIME: &str = "By the clock of this computer this sign-in is not valid now: it has expired, or its time has not come.";

impl Approved {
    /// Shows the request and waits for the user. `id` names what was asked for: whatever else
    /// comes with this id later is answered with the same signature, or refused. `notes` are shown among the warnings: what is not
    /// in the request but matters to who approves it.
    pub(crate) async fn ask(
        host: &Host,
        origin: &str,
        id: RequestId,
        request: Request,
        mut notes: Vec<String>,
    ) -> Result<Self, Error> {
        let prepared = request.prepare()?;
        if is_sign_in_out_of_time(host, &prepared).await {
            notes.push(OUT_OF_TIME.to_owned());
        }
        let mut summary: Value = tandem_ethereum::parse_json(&summary_text(&prepared)?)
            .map_err(|_| Error::Internal("the summary does not decode"))?;
        if let Some(fields) = summary.as_object_mut() {
            fields.insert("origin".to_owned(), origin.into());
            if let Some(warnings) = fields.get_mut("warnings").and_then(Value::as_array_mut) {
                warnings.extend(notes.into_iter().map(Value::String));
            }
        }
        if host.dialog("sign", summary).await? == Value::Bool(true) {
            Ok(Self {
                id,
                request,
                prepared,
            })
        } else {
            Err(Error::UserRejected)
        }
    }

    /// Name of the request.
    pub(crate) const fn id(&self) -> RequestId {
        self.id
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
    pub(crate) fn finish(
        &self,
        signature: &Signature,
        account: &Address,
    ) -> Result<Finished, Error> {
        Ok(self.prepared.finish(signature, account)?)
    }
}

/// Is it a sign-in (ERC-4361) beyond its own limits? A clock that is out of order says nothing.
async fn is_sign_in_out_of_time(host: &Host, prepared: &Prepared) -> bool {
    let Some(sign_in) = &prepared.summary().sign_in else {
        return false;
    };
    match i64::try_from(host.now().await / 1000) {
        Ok(0) | Err(_) => false,
        Ok(seconds) => !sign_in.is_valid_at(seconds),
    }
}
