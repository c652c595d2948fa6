//! Making a new pair of shares with the server, and proving it: the device's side
//! of SPEC.md section 10.
//!
//! What the device stores follows 10.8: the new share beside the old one before the
//! server can finish, in its place once the server has proved that it has the other
//! half. Whatever ends the device in between, the next ceremony of the key finds
//! out by a confirmation which of the two the server knows (`settle`).

use tandem_threshold::refresh::{self, Base, Refreshed};
use tandem_threshold::{Basis, Ceremony, KeyShare, Kind, confirm};
use tandem_wire::{DeviceKey, Purpose, RefusalCode};

use super::{Failure, Session, refused_for, while_busy};
use crate::Device;
use crate::error::Error;
use crate::state::Which;

impl Device {
    /// Refreshes the shares of a key, frozen or not. When it returns, the new share
    /// is the one in use, and not frozen.
    pub(crate) async fn run_refresh(&self, key: &str) -> Result<(), Error> {
        let _held = self.ceremony_lock.lock().await;
        let unsettled = match self.settle(key).await {
            Ok(()) => false,
            // The unproved share is frozen: it can be refreshed, not confirmed.
            Err(Error::KeyFrozen) => true,
            Err(error) => return Err(error),
        };
        match self.refresh_from_current(key).await {
            // The server went over to the share that we could not confirm.
            Err(error) if unsettled && refused_for(&error, RefusalCode::EpochMismatch) => {
                self.promote(key).await?;
                self.refresh_from_current(key).await?;
            }
            outcome => outcome?,
        }
        match self.confirm(key, Which::Current).await {
            // The server learns it from the next session.
            Err(Error::Server(_)) => Ok(()),
            outcome => outcome,
        }
    }

    /// Brings a key that is on its way to another server there: from now on that one signs.
    pub(crate) async fn settle_move(&self, key: &str) -> Result<(), Error> {
        let _held = self.ceremony_lock.lock().await;
        self.confirm(key, Which::Next).await
    }

    /// If a refresh was cut off, finds out whether the server knows its share.
    pub(super) async fn settle(&self, key: &str) -> Result<(), Error> {
        let state = self.load().await?;
        let record = state.key(key)?;
        if !record.has_next() {
            return Ok(());
        }
        let moves = record.moves_to().is_some();
        match self.confirm(key, Which::Next).await {
            Err(error)
                if refused_for(&error, RefusalCode::EpochMismatch)
                    || moves && refused_for(&error, RefusalCode::UnknownKey) =>
            {
                self.store_durably(Box::new(|state| {
                    state.key_mut(key)?.drop_next();
                    Ok(())
                }))
                .await
            }
            // Whatever is wrong at the server that it moves to, the share in use is another
            // server's business, and signs on.
            Err(_) if moves => Ok(()),
            outcome => outcome,
        }
    }

    /// Remembers that the server wants a refresh. If that is lost, it says so again.
    pub(super) async fn want_refresh(&self, key: &str) -> Result<(), Error> {
        self.update(Box::new(|state| {
            state.key_mut(key)?.refresh_wanted = true;
            Ok(())
        }))
        .await
    }

    /// The share that was not proved is.
    async fn promote(&self, key: &str) -> Result<(), Error> {
        let now = self.host.now().await;
        self.store_durably(Box::new(move |state| state.promote(key, now)))
            .await
    }

    async fn refresh_from_current(&self, key: &str) -> Result<(), Error> {
        while_busy(&self.host, async || self.refresh_once(key).await).await?;
        self.promote(key).await
    }

    async fn refresh_once(&self, key: &str) -> Result<(), Error> {
        let state = self.load().await?;
        let enrolment = state.enrolment_of(state.key(key)?)?;
        let device_key = enrolment.device_key()?;
        let share = state.key(key)?.share_to_refresh()?;
        let mut session = Session::connect(self, &enrolment.url()?).await?;
        match self
            .refresh_rounds(&mut session, &device_key, share, key)
            .await
        {
            Ok(_) => {
                session.close().await;
                Ok(())
            }
            Err(Failure::Check(abort)) => {
                // All that was checked is new and gone: nothing to freeze, but it counts
                // against the share that it starts from. If the new share is stored
                // already, it stays until it is settled.
                if abort.is_strike() {
                    self.strike(key, Which::Current).await?;
                }
                session.abort(false).await;
                Err(Error::Protocol)
            }
            Err(Failure::Session(error)) => {
                session.close().await;
                Err(error)
            }
        }
    }

    async fn refresh_rounds(
        &self,
        session: &mut Session,
        device_key: &DeviceKey,
        share: KeyShare,
        key: &str,
    ) -> Result<Refreshed, Failure> {
        let releases = session.releases.clone();
        let (device_nonce, server_nonce) = (session.device_nonce, session.server_nonce);
        let (id, epoch) = (*share.id(), share.epoch());
        let ceremony = Ceremony {
            kind: Kind::Refresh {
                key: &id,
                from_epoch: epoch,
                basis: Basis::Shares,
            },
            releases: &releases,
            device_nonce: &device_nonce,
            server_nonce: &server_nonce,
        };
        let (state, round) = refresh::start(Base::from_share(share), &ceremony)?;
        let purpose = Purpose::Refresh {
            key: *id.as_bytes(),
            epoch,
            round,
        };
        session.open(device_key, purpose).await?;
        let (state, message) = state.receive(&session.answer().await?)?;
        let (state, message) = state.receive(&session.round(message).await?)?;
        let (state, message) = state.receive(&session.round(message).await?)?;
        let unproven = state.receive(&session.round(message).await?)?;
        let (state, message) = unproven.open()?;
        let unstored = state.receive(&session.round(message).await?)?;
        // 10.8 (1): > stores the new share beside the old one, then sends its answer.
        let bytes = unstored.bytes()?;
        let pair_secret = unstored.pair_secret()?;
        let (new_epoch, ceremony_id) = (epoch.saturating_add(1), ceremony.id());
        self.store_durably(Box::new(|state| {
            let key = state.key_mut(key)?;
            // 11.7: > The kit of the new epoch is stored together with the new share.
            let kit = match &key.recovery {
                Some(recovery) => {
                    let kit = recovery.kit()?;
                    Some(kit.follow(unstored.slope(), &pair_secret, new_epoch, &ceremony_id))
                }
                None => None,
            };
            key.prepare(&bytes, kit.as_ref())
        }))
        .await?;
        let (state, message) = unstored.stored();
        Ok(state.receive(&session.round(message).await?)?)
    }

    /// Shows the server that we have a share, and learns that it has the other half.
    async fn confirm(&self, key: &str, which: Which) -> Result<(), Error> {
        while_busy(&self.host, async || self.confirm_once(key, which).await).await
    }

    async fn confirm_once(&self, key: &str, which: Which) -> Result<(), Error> {
        let state = self.load().await?;
        let record = state.key(key)?;
        let enrolment = match (which, record.moves_to()) {
            (Which::Next, Some(to)) => to,
            _ => state.enrolment_of(record)?,
        };
        let device_key = enrolment.device_key()?;
        let share = match which {
            Which::Current => state.key(key)?.share()?,
            Which::Next => state.key(key)?.share_to_confirm()?,
        };
        let mut session = Session::connect(self, &enrolment.url()?).await?;
        match self
            .confirm_rounds(&mut session, &device_key, share, key, which)
            .await
        {
            Ok(()) => {
                session.close().await;
                Ok(())
            }
            Err(failure) => {
                // What was the next share may be the current one by now.
                let which = match which {
                    Which::Next if self.load().await?.key(key)?.has_next() => Which::Next,
                    Which::Next | Which::Current => Which::Current,
                };
                Err(self.fail(session, failure, key, which).await)
            }
        }
    }

    async fn confirm_rounds(
        &self,
        session: &mut Session,
        device_key: &DeviceKey,
        share: KeyShare,
        key: &str,
        which: Which,
    ) -> Result<(), Failure> {
        let releases = session.releases.clone();
        let (device_nonce, server_nonce) = (session.device_nonce, session.server_nonce);
        let (id, epoch) = (*share.id(), share.epoch());
        let ceremony = Ceremony {
            kind: Kind::Confirm { key: &id, epoch },
            releases: &releases,
            device_nonce: &device_nonce,
            server_nonce: &server_nonce,
        };
        let (state, round) = confirm::open(share, &ceremony)?;
        let purpose = Purpose::Confirm {
            key: *id.as_bytes(),
            epoch,
            round,
        };
        session.open(device_key, purpose).await?;
        let (state, answer) = state.receive(&session.answer().await?)?;
        // 10.8 (5): > the reply was checked with the share, so the server has the other
        // > half; the answer lets it give up the epoch before, so the device does first.
        if let Which::Next = which {
            self.promote(key).await?;
        }
        // The signature says what we wanted to know.
        state.receive(&session.round(answer).await?)?;
        Ok(())
    }

    /// Proves the share of a key that was recovered: from then on the key is this
    /// device's.
    pub(crate) async fn prove(&self, key: &str) -> Result<(), Error> {
        let _held = self.ceremony_lock.lock().await;
        self.settle(key).await?;
        self.confirm(key, Which::Current).await
    }
}
