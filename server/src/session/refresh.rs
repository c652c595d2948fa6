//! Refresh, the server's side (SPEC.md section 10): from the shares of both (basis
//! (a)), or, for a device that shows the words, from our share and the words (basis (b)).
//!
//! The new share is stored beside the current one. It takes its place when a later
//! session shows that the device has it: a confirmation (`confirm.rs`), a signature.

use std::sync::Arc;

use tandem_threshold::refresh::{self, Base};
use tandem_threshold::{Basis, Ceremony, CeremonyId, KeyId, Kind, Releases};
use tandem_wire::{RefusalCode, ToDevice, WordsProof};
use zeroize::Zeroizing;

use super::channel::Channel;
use super::end::End;
use super::rounds::{Aborts, Rounds};
use super::shares::epoch_mismatch;
use super::sign::Worker;
use super::step_up::{prove_words, recovery_key};
use super::{Opened, busy, step, turn};
use crate::services::Services;
use crate::store::{NextKit, NextShare, UnixMillis};

/// What is to be refreshed.
pub(super) struct Job {
    pub key: KeyId,
    /// Of the shares that the new ones follow.
    pub epoch: u32,
    /// None if the device has its share; else the device lost it, or never had it, and
    /// shows the words.
    pub words: Option<WordsProof>,
    pub round: Vec<u8>,
}

pub(super) async fn run(
    channel: &mut Channel,
    services: &Arc<Services>,
    opened: Opened,
    job: Job,
) -> Result<(), End> {
    let Job {
        key,
        epoch,
        words,
        round,
    } = job;
    let basis = match &words {
        None => Basis::Shares,
        Some(_) => Basis::Recovery,
    };
    let running = services
        .busy
        .begin(opened.device, Some(key))
        .ok_or_else(busy)?;
    let _turn = turn(services).await?;
    let round = Zeroizing::new(round);
    let releases = services.releases(&opened);
    let made_by = releases.clone();
    let mut rounds = Rounds {
        channel,
        running: &running,
        aborts: Aborts {
            what: format!("a refresh of key {key}"),
            against: Some((Worker::new(services, &running), key, epoch)),
        },
    };

    // A frozen share is refreshed like any other: nothing of its transfer state is
    // used.
    let loaded_by = Arc::clone(services);
    let (opened, base, kits) = step(&running, move || -> Result<_, End> {
        let base = match &words {
            None => {
                let stored = loaded_by.find_key(&opened.device, &key)?;
                let share = stored.share(epoch).ok_or_else(epoch_mismatch)?;
                Base::from_share(loaded_by.open_share(&opened.device, &key, share)?)
            }
            Some(words) => loaded_by.base_of_words(&opened, &key, epoch, words)?,
        };
        let kits = loaded_by.open_kits(&key, epoch)?;
        Ok((opened, base, kits))
    })
    .await??;

    let pair = Pair {
        key,
        from_epoch: epoch,
        basis,
    };
    let proved = rounds.make_pair(&opened, releases, pair, base, round);
    let Proved {
        ceremony,
        state,
        message,
    } = proved.await?;
    // Step 10.5.4. Share and proof are stored before the message that lets the device
    // replace its own share can leave.
    let (services, aborts) = (Arc::clone(services), rounds.aborts);
    let partial = step(&running, move || -> Result<Vec<u8>, End> {
        let (refreshed, partial) = aborts.settle(state.receive(&message))?;
        let mut proof = [0; 64];
        let (r, s) = proof.split_at_mut(32);
        r.copy_from_slice(&refreshed.proof.r);
        s.copy_from_slice(&refreshed.proof.s);
        // 11.7: > the kit of the new epoch is stored together with the new share.
        let kits: Vec<_> = kits
            .iter()
            .map(|kit| {
                // A kit does not lead to another line. It says by its epoch that it
                // needs the words, and that the key has these words.
                let kit = match basis {
                    Basis::Shares => {
                        let (slope, pair) = (&refreshed.slope, &refreshed.pair_secret);
                        kit.follow(slope, pair, refreshed.share.epoch(), &ceremony)
                    }
                    Basis::Recovery | Basis::Deal => kit.clone(),
                };
                let sealed = services.seal_kit(&kit, refreshed.share.epoch())?;
                Ok((*kit.recovery().as_bytes(), sealed))
            })
            .collect::<Result<_, End>>()?;
        let kits: Vec<_> = kits
            .iter()
            .map(|(recovery_key, sealed)| NextKit {
                recovery_key,
                sealed,
            })
            .collect();
        services.store.add_next_share(&NextShare {
            key: &key,
            from_epoch: epoch,
            sealed: &services.seal(&opened, &refreshed.share)?,
            releases: &made_by,
            proof: &proof,
            device: &opened.device,
            kits: &kits,
            made_at: UnixMillis::now(),
        })?;
        Ok(partial)
    })
    .await??;
    tracing::info!(%key, from_epoch = epoch, ?basis, "refreshed a key");
    drop(running);
    channel.send(&ToDevice::Round(partial)).await
}

/// The pair that is to be made.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    pub key: KeyId,
    pub from_epoch: u32,
    pub basis: Basis,
}

/// The device's answer, and what takes it: steps 10.5.4.
pub(super) struct Proved {
    pub ceremony: CeremonyId,
    pub state: refresh::server::AwaitAnswer,
    pub message: Zeroizing<Vec<u8>>,
}

impl Rounds<'_> {
    /// Steps 10.3 to 10.5.3, from our point and the device's fragment, which came with its
    /// `Open`.
    pub async fn make_pair(
        &mut self,
        opened: &Opened,
        releases: Releases,
        pair: Pair,
        base: Base,
        round: Zeroizing<Vec<u8>>,
    ) -> Result<Proved, End> {
        let (device_nonce, server_nonce) = (opened.device_nonce, opened.server_nonce);
        let (ceremony, state, fragment, commitment) = self
            .compute(move || {
                let ceremony = Ceremony {
                    kind: Kind::Refresh {
                        key: &pair.key,
                        from_epoch: pair.from_epoch,
                        basis: pair.basis,
                    },
                    releases: &releases,
                    device_nonce: &device_nonce,
                    server_nonce: &server_nonce,
                };
                let (state, fragment) = refresh::start(base, &ceremony)?;
                let (state, commitment) = state.receive(&round)?;
                Ok((ceremony.id(), state, fragment, commitment))
            })
            .await?;
        let message = self.exchange(fragment).await?;
        let (state, opening) = self.compute(move || state.receive(&message)).await?;
        // Step 10.4.
        let message = self.exchange(commitment).await?;
        let (state, setup) = self.compute(move || state.receive(&message)).await?;
        let message = self.exchange(opening).await?;
        let state = self.compute(move || state.receive(&message)).await?;
        // Step 10.5.2.
        let message = self.exchange(setup).await?;
        let (state, reply) = self.compute(move || state.reply(&message)).await?;
        let message = self.exchange(reply).await?;
        Ok(Proved {
            ceremony,
            state,
            message,
        })
    }
}

impl Services {
    /// Our point of step 10.1 (b), for a device that proves that it has the words of the
    /// key. Until it has proved the new share, the key is the other device's.
    fn base_of_words(
        &self,
        opened: &Opened,
        key: &KeyId,
        epoch: u32,
        words: &WordsProof,
    ) -> Result<Base, End> {
        let recovery = recovery_key(&words.recovery_key)?;
        prove_words(opened, &recovery, &words.proof)?;
        let found = self.store.recoverable(recovery.as_bytes())?;
        let found = found.into_iter().find(|found| found.key == *key);
        let found = found.ok_or_else(|| {
            End::refused(RefusalCode::UnknownKey, "these words recover no such key")
        })?;
        if found.share.epoch != epoch {
            return Err(epoch_mismatch());
        }
        let share = self.open_share(&found.device, key, &found.share)?;
        let aborts = Aborts {
            what: format!("a recovery of key {key}"),
            against: None,
        };
        aborts.settle(Base::recover_with_share(share))
    }
}
