//! Preparing signatures and using them: the device's side of SPEC.md section 12.
//!
//! What is prepared is in this life's memory and nowhere else, with the socket that
//! it belongs to. It goes when either ends, when another session begins, and when
//! anything about it is in doubt.

use tandem_threshold::presign::device::{AwaitReply, Presignature, open};
use tandem_threshold::{Ceremony, KeyShare, Kind, Nonce, Signature};
use tandem_wire::{DeviceKey, PresignRequest, Purpose, RefusalCode, ToServer, UseRequest};

use super::held::{Answer, Held};
use super::{Failure, Session, out_of_order, refused_for};
use crate::Device;
use crate::error::Error;
use crate::keyring::Approved;
use crate::state::{Account, Which};

/// How long one answer may take, in milliseconds. A signature can do without what is
/// prepared, so it does not wait for it as long as for a ceremony.
const ANSWER_MS: u32 = 5_000;

/// Signatures that are prepared, and the session that prepared them.
pub(crate) struct Prepared {
    session: Session,
    /// Key id, hex.
    key: String,
    /// With their numbers in the session. The last is used first.
    presignatures: Vec<(u8, Presignature)>,
}

impl Prepared {
    /// Whether it can sign with this account and its share of this epoch.
    fn fits(&mut self, account: &Account, epoch: u32) -> bool {
        let one = self.presignatures.last();
        let fits = one.is_some_and(|(_, one)| {
            one.account() == account.index && one.epoch() == epoch && self.key == account.key
        });
        fits && self.session.is_quiet()
    }
}

impl Device {
    /// Prepares `count` signatures with an account, unless some are ready. Returns
    /// how many are; none if another ceremony runs, because that would end them.
    pub(crate) async fn run_presign(&self, account: &Account, count: u8) -> Result<usize, Error> {
        let Some(_held) = self.ceremony_lock.try_lock() else {
            return Ok(0);
        };
        if let Some(prepared) = self.take_fitting(account).await {
            let ready = prepared.presignatures.len();
            self.prepared.replace(Some(prepared));
            return Ok(ready);
        }
        self.settle(&account.key).await?;
        let state = self.load().await?;
        let enrolment = state.enrolment_of(state.key(&account.key)?)?;
        let device_key = enrolment.device_key()?;
        let share = state.key(&account.key)?.share()?;
        let url = enrolment.url()?;
        let mut session = Session::connect(self, &url).await?;
        session.patience = ANSWER_MS;
        match prepare(&mut session, &device_key, &share, account, count).await {
            Ok(presignatures) => {
                let ready = presignatures.len();
                let prepared = Prepared {
                    session,
                    key: account.key.clone(),
                    presignatures,
                };
                self.prepared.replace(Some(prepared));
                Ok(ready)
            }
            Err(failure) => Err(self
                .fail(session, failure, &account.key, Which::Current)
                .await),
        }
    }

    /// Signs with what is prepared, while the ceremony lock is held. None if nothing
    /// fits, or if the session broke: whatever was sent for use is spent, and the
    /// whole ceremony may sign the same request, unless the server's half is all that
    /// `held` lacks.
    pub(super) async fn sign_prepared(
        &self,
        account: &Account,
        approved: &Approved,
        held: &mut Option<Held>,
    ) -> Result<Option<Signature>, Error> {
        // It goes back only after a signature.
        let Some(mut prepared) = self.take_fitting(account).await else {
            return Ok(None);
        };
        let Some((index, presignature)) = prepared.presignatures.pop() else {
            return Ok(None);
        };
        match spend(&mut prepared.session, index, presignature, approved, held).await {
            Ok(signature) => {
                if prepared.presignatures.is_empty() {
                    prepared.session.close().await;
                } else {
                    self.prepared.replace(Some(prepared));
                }
                Ok(Some(signature))
            }
            Err(failure) => {
                // No answer, or a server that had not begun: nothing was checked, so
                // the whole ceremony repeats nothing.
                let broke = match &failure {
                    Failure::Session(Error::Server(_)) => true,
                    Failure::Session(error) => refused_for(error, RefusalCode::Busy),
                    Failure::Check(_) => false,
                };
                let error = self
                    .fail(prepared.session, failure, &account.key, Which::Current)
                    .await;
                if broke { Ok(None) } else { Err(error) }
            }
        }
    }

    /// Takes out what is prepared for this account as it stands now. Anything else that
    /// is prepared ends.
    async fn take_fitting(&self, account: &Account) -> Option<Prepared> {
        let mut prepared = self.prepared.take()?;
        match self.epoch_of(account).await {
            Ok(epoch) if prepared.fits(account, epoch) => Some(prepared),
            // What is wrong with the key is found again, and said, by the ceremony.
            _ => {
                prepared.session.close().await;
                None
            }
        }
    }

    /// The epoch of the account's share, if it may sign.
    async fn epoch_of(&self, account: &Account) -> Result<u32, Error> {
        let state = self.load().await?;
        Ok(state.key(&account.key)?.share()?.epoch())
    }

    /// Ends what is prepared.
    pub(super) async fn drop_prepared(&self) {
        if let Some(prepared) = self.prepared.take() {
            prepared.session.close().await;
        }
    }
}

/// Steps 12.1 to 12.3, for all at once.
async fn prepare(
    session: &mut Session,
    device_key: &DeviceKey,
    share: &KeyShare,
    account: &Account,
    count: u8,
) -> Result<Vec<(u8, Presignature)>, Failure> {
    let (states, request) = open_all(session, share, account.index, count)?;
    session.open(device_key, Purpose::Presign(request)).await?;
    let mut presignatures = Vec::with_capacity(states.len());
    let mut answers = Vec::with_capacity(states.len());
    for (index, state) in (0..).zip(states) {
        let (presignature, answer) = state.receive(&session.answer().await?)?;
        presignatures.push((index, presignature));
        answers.push(answer);
    }
    // Only when all of the server's are checked.
    for answer in answers {
        session.send(&ToServer::Round(answer)).await?;
    }
    Ok(presignatures)
}

/// Step 12.1.
fn open_all(
    session: &Session,
    share: &KeyShare,
    account: u32,
    count: u8,
) -> Result<(Vec<AwaitReply>, PresignRequest), Failure> {
    let mut states = Vec::new();
    let mut request = PresignRequest {
        key: *share.id().as_bytes(),
        epoch: share.epoch(),
        account,
        rounds: Vec::new(),
    };
    for index in 0..count {
        let ceremony = Ceremony {
            kind: Kind::Presign {
                key: share.id(),
                epoch: request.epoch,
                account,
                index,
            },
            releases: &session.releases,
            device_nonce: &session.device_nonce,
            server_nonce: &session.server_nonce,
        };
        let share = share
            .account(account)
            .map_err(|_| Error::Internal("the account's index is not valid"))?;
        let (state, round) = open(share, &ceremony)?;
        states.push(state);
        request.rounds.push(round);
    }
    Ok((states, request))
}

/// Steps 12.4 and 12.6.
async fn spend(
    session: &mut Session,
    index: u8,
    presignature: Presignature,
    approved: &Approved,
    held: &mut Option<Held>,
) -> Result<Signature, Failure> {
    let digest = approved.digest();
    let mut nonce = Nonce::default();
    getrandom::fill(&mut nonce).map_err(|_| Error::Internal("no randomness is available"))?;
    let ceremony = *presignature.id().as_bytes();
    let (state, round) = presignature.spend(&digest, &nonce)?;
    let request = UseRequest {
        index,
        request: approved.request(),
        digest,
        id: approved.id(),
        round,
    };
    // The server's half may leave as soon as it has this.
    *held = Some(Held::prepared(ceremony, state));
    session.send(&ToServer::Sign(request)).await?;
    let partial = match session.signing_answer().await? {
        Answer::Round(partial) => partial,
        // The request was signed before; what was prepared is spent all the same.
        Answer::Signed(signature) => return Ok(signature),
        Answer::Released(_) => return Err(out_of_order().into()),
    };
    session.finish(held, &partial, approved.id()).await
}
