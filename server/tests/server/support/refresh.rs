//! A device that refreshes a key, and one that confirms a share.

use tandem_threshold::refresh::{self, Base};
use tandem_threshold::{Basis, Ceremony, KeyShare, Kind, Role, confirm};
use tandem_wire::{Purpose, Refusal, ToServer};

use super::device::{Device, Tamper, expect_round, nonce, releases};
use super::{Server, Session};

/// The same share once more: a share is consumed by what it is used for.
pub fn copy(share: &KeyShare) -> KeyShare {
    KeyShare::load(Role::Device, &share.to_bytes().unwrap()).unwrap()
}

impl Device {
    /// A refresh without a confirmation.
    pub async fn refresh(&self, server: &Server, share: &KeyShare) -> Result<KeyShare, Refusal> {
        self.refresh_with(server, share, &mut |_, _| {}).await
    }

    pub async fn refresh_with(
        &self,
        server: &Server,
        share: &KeyShare,
        tamper: Tamper<'_>,
    ) -> Result<KeyShare, Refusal> {
        let mut session = Session::open(&server.address).await;
        let (releases, device_nonce) = (releases(&session), nonce());
        let ceremony = Ceremony {
            kind: Kind::Refresh {
                key: share.id(),
                from_epoch: share.epoch(),
                basis: Basis::Shares,
            },
            releases: &releases,
            device_nonce: &device_nonce,
            server_nonce: &session.server_nonce.clone(),
        };
        let (state, mut round) = refresh::start(Base::from_share(copy(share)), &ceremony).unwrap();
        tamper(0, &mut round);
        let purpose = Purpose::Refresh {
            key: *share.id().as_bytes(),
            epoch: share.epoch(),
            round,
        };
        let opened = self.send_open(&mut session, device_nonce, purpose);
        opened.await.unwrap();
        let answer = expect_round(&mut session).await?;
        let (state, mut message) = state.receive(&answer).unwrap();
        tamper(1, &mut message);
        let answer = exchange(&mut session, message).await?;
        let (state, mut message) = state.receive(&answer).unwrap();
        tamper(2, &mut message);
        let answer = exchange(&mut session, message).await?;
        let (state, mut message) = state.receive(&answer).unwrap();
        tamper(3, &mut message);
        let answer = exchange(&mut session, message).await?;
        let (state, mut message) = state.receive(&answer).unwrap().open().unwrap();
        tamper(4, &mut message);
        let answer = exchange(&mut session, message).await?;
        let (state, mut message) = state.receive(&answer).unwrap().stored();
        tamper(5, &mut message);
        let answer = exchange(&mut session, message).await?;
        let refreshed = state.receive(&answer).unwrap();
        session.close().await;
        Ok(refreshed.share)
    }

    pub async fn confirm(&self, server: &Server, share: &KeyShare) -> Result<(), Refusal> {
        self.confirm_with(server, share, &mut |_, _| {}).await
    }

    pub async fn confirm_with(
        &self,
        server: &Server,
        share: &KeyShare,
        tamper: Tamper<'_>,
    ) -> Result<(), Refusal> {
        let mut session = Session::open(&server.address).await;
        let (releases, device_nonce) = (releases(&session), nonce());
        let kind = Kind::Confirm {
            key: share.id(),
            epoch: share.epoch(),
        };
        let ceremony = Ceremony {
            kind,
            releases: &releases,
            device_nonce: &device_nonce,
            server_nonce: &session.server_nonce.clone(),
        };
        let (state, mut round) = confirm::open(copy(share), &ceremony).unwrap();
        tamper(0, &mut round);
        let purpose = Purpose::Confirm {
            key: *share.id().as_bytes(),
            epoch: share.epoch(),
            round,
        };
        let opened = self.send_open(&mut session, device_nonce, purpose);
        opened.await.unwrap();
        let answer = expect_round(&mut session).await?;
        let (state, mut message) = state.receive(&answer).unwrap();
        tamper(1, &mut message);
        let answer = exchange(&mut session, message).await?;
        state.receive(&answer).unwrap();
        session.close().await;
        Ok(())
    }
}

async fn exchange(session: &mut Session, message: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    session.send(&ToServer::Round(message)).await.unwrap();
    expect_round(session).await
}
