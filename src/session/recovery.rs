//! Encrypting the third share of a key to recovery words: the device's side of
//! SPEC.md 11.5.

use tandem_threshold::recovery::setup::device;
use tandem_threshold::recovery::{Kit, RecoveryKey, RecoveryPublicKey};
use tandem_threshold::{Ceremony, KeyShare, Kind};
use tandem_wire::{DeviceKey, Purpose, RecoveryRequest};

use super::{Failure, Session, while_busy};
use crate::Device;
use crate::error::Error;
use crate::state::Recovery;

/// What to set up.
pub(crate) struct Setup<'a> {
    /// Key id.
    pub key: &'a str,
    /// The public key of the words.
    pub recovery: &'a RecoveryPublicKey,
    /// The words themselves, where the user has just shown to have them: the kit is
    /// opened before it counts.
    pub words: Option<&'a RecoveryKey>,
    /// What the operator gave the user, if the server asked for it.
    pub permit: Option<&'a str>,
}

impl Device {
    /// Makes a kit with the server. When it returns, both sides have stored it.
    pub(crate) async fn run_recovery_setup(&self, setup: &Setup<'_>) -> Result<(), Error> {
        let _held = self.ceremony_lock.lock().await;
        self.settle(setup.key).await?;
        while_busy(&self.host, async || self.set_up_once(setup).await).await
    }

    async fn set_up_once(&self, setup: &Setup<'_>) -> Result<(), Error> {
        let state = self.load().await?;
        let enrolment = state.enrolment_of(state.key(setup.key)?)?;
        let device_key = enrolment.device_key()?;
        let share = state.key(setup.key)?.share()?;
        let mut session = Session::connect(self, &enrolment.url()?).await?;
        let kit = match rounds(&mut session, &device_key, &share, setup).await {
            Ok(kit) => kit,
            Err(Failure::Check(_)) => {
                // Nothing of the share's transfer state was used: nothing to freeze.
                session.abort(false).await;
                return Err(Error::Protocol);
            }
            Err(Failure::Session(error)) => {
                session.close().await;
                return Err(error);
            }
        };
        let stored = self.store_kit(setup, &kit).await;
        if stored.is_err() {
            session.close().await;
            return stored;
        }
        // The server may drop its kit for other words. If it does not hear of this, it
        // keeps both.
        let heard = session.round(Vec::new()).await;
        session.close().await;
        match heard {
            Ok(_) | Err(Error::Server(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn store_kit(&self, setup: &Setup<'_>, kit: &Kit) -> Result<(), Error> {
        let now = self.host.now().await;
        self.store_durably(Box::new(move |state| {
            let key = state.key_mut(setup.key)?;
            let set_at = match &key.recovery {
                Some(recovery) if recovery.kit()?.recovery() == setup.recovery => recovery.set_at,
                _ => now,
            };
            key.recovery = Some(Recovery::new(kit, set_at, setup.words.map(|_| now))?);
            Ok(())
        }))
        .await
    }
}

async fn rounds(
    session: &mut Session,
    device_key: &DeviceKey,
    share: &KeyShare,
    setup: &Setup<'_>,
) -> Result<Kit, Failure> {
    let releases = session.releases.clone();
    let (device_nonce, server_nonce) = (session.device_nonce, session.server_nonce);
    let ceremony = Ceremony {
        kind: Kind::Recovery {
            key: share.id(),
            epoch: share.epoch(),
            recovery: setup.recovery,
        },
        releases: &releases,
        device_nonce: &device_nonce,
        server_nonce: &server_nonce,
    };
    let mut randomness = [0; 32];
    getrandom::fill(&mut randomness).map_err(|_| Error::Internal("no randomness is available"))?;
    let (state, round) = device::offer(share, &ceremony, &randomness)?;
    let proof = setup
        .words
        .map(|words| words.sign(&server_nonce, &device_key.id().0))
        .transpose()
        .map_err(|_| Error::Internal("the recovery key cannot sign"))?;
    let request = RecoveryRequest {
        key: *share.id().as_bytes(),
        epoch: share.epoch(),
        recovery_key: setup.recovery.as_bytes().to_vec(),
        proof: proof.map(|proof| proof.to_vec()),
        permit: setup.permit.map(str::to_owned),
        round,
    };
    session.open(device_key, Purpose::Recovery(request)).await?;
    let kit = state.receive(&session.answer().await?)?;
    // 11.5.3: > Who made the words opens the kit now.
    if let Some(words) = setup.words
        && kit.open(words).is_err()
    {
        // The server's term is none. Its kit does not count before it hears of ours.
        return Err(Error::Protocol.into());
    }
    Ok(kit)
}
