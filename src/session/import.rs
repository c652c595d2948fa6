//! Making the first pair of shares with a server, of a key that the user has, or that leaves
//! another server: the device's side of SPEC.md 10.1 (c).

use tandem_threshold::recovery::RecoveryShare;
use tandem_threshold::refresh::{self, Base};
use tandem_threshold::{Basis, Ceremony, KeyShare, Kind};
use tandem_wire::{DeviceKey, ImportRequest, Purpose};
use zeroize::Zeroizing;

use super::{Failure, Session, while_busy};
use crate::Device;
use crate::error::Error;
use crate::state::Enrolment;

/// What a device brings to a server.
struct Brought<'a> {
    /// Our point, and what the server is dealt.
    dealt: (Base, Vec<u8>),
    from_epoch: u32,
    permit: Option<&'a str>,
}

impl Device {
    /// Imports a private key, 32 bytes big-endian. The share that comes back is proved and not
    /// stored. If it is lost before it is, the key can be imported again.
    pub(crate) async fn run_import(
        &self,
        enrolment: &Enrolment,
        secret: &Zeroizing<[u8; 32]>,
        permit: Option<&str>,
    ) -> Result<KeyShare, Error> {
        let _held = self.ceremony_lock.lock().await;
        while_busy(&self.host, async || {
            let brought = Brought {
                dealt: Base::deal_from_key(secret, &*fresh()?).map_err(|_| Error::Protocol)?,
                from_epoch: 0,
                permit,
            };
            // 10.8 (1) wants the share stored first, because an old one could be deleted after
            // this. There is none but the key itself, which the user has.
            let store = async |_: &[u8]| Ok(());
            self.bring(enrolment, brought, store).await
        })
        .await
    }

    /// Makes a pair with another server, from our share and the third point. The new share is
    /// stored beside the one in use; a confirmation brings the key there.
    pub(crate) async fn run_move(
        &self,
        key: &str,
        third: &RecoveryShare,
        to: &Enrolment,
        permit: Option<&str>,
    ) -> Result<(), Error> {
        let _held = self.ceremony_lock.lock().await;
        while_busy(&self.host, async || {
            let share = self.load().await?.key(key)?.share_to_refresh()?;
            let from_epoch = share.epoch();
            let dealt = Base::deal_from_pieces(&share, &third.to_bytes(), &*fresh()?);
            let brought = Brought {
                dealt: dealt.map_err(|_| Error::UselessKit)?,
                from_epoch,
                permit,
            };
            // 10.8 (1): > stores the new share beside the old one, then sends its answer.
            let store = async |bytes: &[u8]| {
                self.store_durably(Box::new(|state| {
                    state.key_mut(key)?.prepare_move(bytes, to)
                }))
                .await
            };
            self.bring(to, brought, store).await.map(drop)
        })
        .await
    }

    async fn bring(
        &self,
        enrolment: &Enrolment,
        brought: Brought<'_>,
        store: impl AsyncFnOnce(&[u8]) -> Result<(), Error>,
    ) -> Result<KeyShare, Error> {
        let device_key = enrolment.device_key()?;
        let mut session = Session::connect(self, &enrolment.url()?).await?;
        match rounds(&mut session, &device_key, brought, store).await {
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
    }
}

fn fresh() -> Result<Zeroizing<[u8; 32]>, Error> {
    let mut fresh = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *fresh).map_err(|_| Error::Internal("no randomness is available"))?;
    Ok(fresh)
}

async fn rounds(
    session: &mut Session,
    device_key: &DeviceKey,
    brought: Brought<'_>,
    store: impl AsyncFnOnce(&[u8]) -> Result<(), Error>,
) -> Result<KeyShare, Failure> {
    let Brought {
        dealt: (base, deal),
        from_epoch,
        permit,
    } = brought;
    let releases = session.releases.clone();
    let (device_nonce, server_nonce) = (session.device_nonce, session.server_nonce);
    let key = *base.key();
    let ceremony = Ceremony {
        kind: Kind::Refresh {
            key: &key,
            from_epoch,
            basis: Basis::Deal,
        },
        releases: &releases,
        device_nonce: &device_nonce,
        server_nonce: &server_nonce,
    };
    let (state, round) = refresh::start(base, &ceremony)?;
    let request = ImportRequest {
        key: *key.as_bytes(),
        epoch: from_epoch,
        permit: permit.map(str::to_owned),
        deal,
        round,
    };
    session.open(device_key, Purpose::Import(request)).await?;
    let (state, message) = state.receive(&session.answer().await?)?;
    let (state, message) = state.receive(&session.round(message).await?)?;
    let (state, message) = state.receive(&session.round(message).await?)?;
    let unproven = state.receive(&session.round(message).await?)?;
    let (state, message) = unproven.open()?;
    let unstored = state.receive(&session.round(message).await?)?;
    store(&unstored.bytes()?).await?;
    let (state, message) = unstored.stored();
    Ok(state.receive(&session.round(message).await?)?.share)
}
