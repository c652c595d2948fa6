//! Signing with the server: the device's side of SPEC.md section 3.
//!
//! A request is signed once: its id goes with it through every session that is about it, and
//! what this device holds of a signature outlives the session that broke ([`Held`]).

use tandem_threshold::{Ceremony, KeyShare, Kind, Signature, sign};
use tandem_wire::{DeviceKey, Purpose, RefusalCode, SignRequest};

use super::held::{Answer, Held};
use super::{Failure, Session, refused_for, while_busy};
use crate::Device;
use crate::error::Error;
use crate::keyring::Approved;
use crate::state::{Account, Which};

/// How often, and at what distance, a half that has perhaps left the server is asked for when
/// the session broke: a server that is restarted is back by then.
const RELEASED_TRIES: u32 = 4;
const RELEASED_MS: u32 = 500;

impl Device {
    /// Signs what the user approved, with one account: with a signature that was
    /// prepared, if there is one, else by the whole ceremony.
    ///
    /// The state is read only now, while no other ceremony runs: another request may
    /// have frozen the key since the user was asked.
    pub(crate) async fn run_sign(
        &self,
        account: &Account,
        approved: &Approved,
    ) -> Result<Signature, Error> {
        match self.sign_settled(account, approved).await {
            // The operator of the server wants new shares first; so must the user.
            Err(error) if refused_for(&error, RefusalCode::RefreshRequired) => {
                self.want_refresh(&account.key).await?;
                self.ask_to_refresh(&account.key, None).await?;
                self.run_refresh(&account.key).await?;
                self.sign_settled(account, approved).await
            }
            outcome => outcome,
        }
    }

    async fn sign_settled(
        &self,
        account: &Account,
        approved: &Approved,
    ) -> Result<Signature, Error> {
        let _held = self.ceremony_lock.lock().await;
        self.settle(&account.key).await?;
        let mut held = None;
        if let Some(signature) = self.sign_prepared(account, approved, &mut held).await? {
            return Ok(signature);
        }
        let mut tries = 0;
        loop {
            let signed = while_busy(&self.host, async || {
                self.sign_once(account, approved, &mut held).await
            })
            .await;
            match signed {
                Err(Error::Server(_)) if held.is_some() && tries < RELEASED_TRIES => {
                    self.host.sleep(RELEASED_MS << tries).await?;
                    tries += 1;
                }
                outcome => return outcome,
            }
        }
    }

    async fn sign_once(
        &self,
        account: &Account,
        approved: &Approved,
        held: &mut Option<Held>,
    ) -> Result<Signature, Error> {
        let state = self.load().await?;
        let enrolment = state.enrolment_of(state.key(&account.key)?)?;
        let device_key = enrolment.device_key()?;
        let share = state.key(&account.key)?.share()?;
        let mut session = Session::connect(self, &enrolment.url()?).await?;
        let outcome = rounds(&mut session, &device_key, &share, account, approved, held).await;
        match outcome {
            Ok(signature) => {
                session.close().await;
                Ok(signature)
            }
            Err(failure) => Err(self
                .fail(session, failure, &account.key, Which::Current)
                .await),
        }
    }
}

async fn rounds(
    session: &mut Session,
    device_key: &DeviceKey,
    share: &KeyShare,
    account: &Account,
    approved: &Approved,
    held: &mut Option<Held>,
) -> Result<Signature, Failure> {
    let releases = session.releases.clone();
    let (device_nonce, server_nonce) = (session.device_nonce, session.server_nonce);
    let digest = approved.digest();
    let ceremony = Ceremony {
        kind: Kind::Sign {
            key: share.id(),
            epoch: share.epoch(),
            account: account.index,
            digest: &digest,
        },
        releases: &releases,
        device_nonce: &device_nonce,
        server_nonce: &server_nonce,
    };
    let account_share = share
        .account(account.index)
        .map_err(|_| Error::Internal("the account's index is not valid"))?;
    let (state, round) = sign::device::open(account_share, &ceremony)?;
    let request = SignRequest {
        key: *share.id().as_bytes(),
        epoch: share.epoch(),
        account: account.index,
        request: approved.request(),
        digest,
        id: approved.id(),
        held: held.as_ref().map(Held::ceremony),
        round,
    };
    session.open(device_key, Purpose::Sign(request)).await?;
    let partial = match session.signing_answer().await? {
        Answer::Round(message) => {
            let (state, answer) = state.receive(&message)?;
            // The server's half may leave as soon as it has this answer.
            *held = Some(Held::signing(*ceremony.id().as_bytes(), state));
            session.round(answer).await?
        }
        Answer::Released(partial) => partial,
        Answer::Signed(signature) => return Ok(signature),
    };
    session.finish(held, &partial, approved.id()).await
}
