//! Taking a key over with its recovery words, on a device that has no share of it: the
//! device's side of SPEC.md 10.1 (b).
//!
//! Until a later session proves the new share, the server has it beside that of the old
//! device, which goes on; so a device that ends at any moment here has lost nothing,
//! and asks again.

use tandem_threshold::recovery::{Kit, RecoveryKey};
use tandem_threshold::refresh::{self, Base};
use tandem_threshold::{Basis, Ceremony, KeyShare, Kind};
use tandem_wire::{DeviceKey, Purpose, ToDevice, WordsProof};

use super::{Failure, Session, out_of_order, while_busy};
use crate::Device;
use crate::error::Error;
use crate::state::Enrolment;

impl Device {
    /// Every kit that the server has for these words.
    pub(crate) async fn fetch_kits(
        &self,
        enrolment: &Enrolment,
        words: &RecoveryKey,
    ) -> Result<Vec<Kit>, Error> {
        let _held = self.ceremony_lock.lock().await;
        let device_key = enrolment.device_key()?;
        let mut session = Session::connect(self, &enrolment.url()?).await?;
        let purpose = Purpose::Kits(prove(&session, &device_key, words)?);
        session.open(&device_key, purpose).await?;
        let answer = session.receive().await?;
        session.close().await;
        match answer {
            // One that this release cannot read is of no use here.
            ToDevice::Kits(kits) => Ok(kits
                .iter()
                .filter_map(|kit| Kit::from_bytes(kit).ok())
                .collect()),
            ToDevice::Refused(refusal) => Err(Error::Refused(refusal)),
            _ => Err(out_of_order()),
        }
    }

    /// A new pair of shares from the server's share and the words. The share that comes
    /// back is proved and not stored. It counts when a later session has shown it.
    pub(crate) async fn run_recover(
        &self,
        enrolment: &Enrolment,
        words: &RecoveryKey,
        kit: &Kit,
    ) -> Result<KeyShare, Error> {
        let _held = self.ceremony_lock.lock().await;
        while_busy(&self.host, async || {
            let device_key = enrolment.device_key()?;
            let mut session = Session::connect(self, &enrolment.url()?).await?;
            match rounds(&mut session, &device_key, words, kit).await {
                Ok(share) => {
                    session.close().await;
                    Ok(share)
                }
                Err(Failure::Check(_)) => {
                    // All that was checked is new and gone.
                    session.abort(false).await;
                    Err(Error::Protocol)
                }
                Err(Failure::Session(error)) => {
                    session.close().await;
                    Err(error)
                }
            }
        })
        .await
    }
}

fn prove(
    session: &Session,
    device_key: &DeviceKey,
    words: &RecoveryKey,
) -> Result<WordsProof, Error> {
    let proof = words
        .sign(&session.server_nonce, &device_key.id().0)
        .map_err(|_| Error::Internal("the recovery key cannot sign"))?;
    Ok(WordsProof {
        recovery_key: words.public_key().as_bytes().to_vec(),
        proof: proof.to_vec(),
    })
}

async fn rounds(
    session: &mut Session,
    device_key: &DeviceKey,
    words: &RecoveryKey,
    kit: &Kit,
) -> Result<KeyShare, Failure> {
    let third = kit.open(words).map_err(|_| Error::UselessKit)?;
    let releases = session.releases.clone();
    let (device_nonce, server_nonce) = (session.device_nonce, session.server_nonce);
    let ceremony = Ceremony {
        kind: Kind::Refresh {
            key: kit.key(),
            from_epoch: kit.epoch(),
            basis: Basis::Recovery,
        },
        releases: &releases,
        device_nonce: &device_nonce,
        server_nonce: &server_nonce,
    };
    let base =
        Base::recover_with_third_point(&third.to_bytes(), &kit.public_key(), kit.chain_code())?;
    let (state, round) = refresh::start(base, &ceremony)?;
    let purpose = Purpose::Recover {
        key: *kit.key().as_bytes(),
        epoch: kit.epoch(),
        words: prove(session, device_key, words)?,
        round,
    };
    session.open(device_key, purpose).await?;
    let (state, message) = state.receive(&session.answer().await?)?;
    let (state, message) = state.receive(&session.round(message).await?)?;
    let (state, message) = state.receive(&session.round(message).await?)?;
    let unproven = state.receive(&session.round(message).await?)?;
    let (state, message) = unproven.open()?;
    let unstored = state.receive(&session.round(message).await?)?;
    // 10.8 (1) wants the share stored first, because the server's old share could be
    // deleted after this. It is not before a session proves the new one, and this device
    // begins none before it has stored it.
    let (state, message) = unstored.stored();
    Ok(state.receive(&session.round(message).await?)?.share)
}
