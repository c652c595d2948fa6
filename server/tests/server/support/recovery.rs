//! A device that sets recovery words.

use tandem_threshold::recovery::setup::device;
use tandem_threshold::recovery::{Kit, RecoveryKey};
use tandem_threshold::{Ceremony, KeyShare, Kind};
use tandem_wire::{Purpose, RecoveryRequest, Refusal, ToServer};

use super::device::{Device, expect_round, nonce, releases};
use super::{Server, Session};

impl Device {
    /// A setup. Unless `stores`, the device goes away with the server's answer.
    pub async fn set_recovery(
        &self,
        server: &Server,
        share: &KeyShare,
        words: &RecoveryKey,
        permit: Option<&str>,
        stores: bool,
    ) -> Result<Kit, Refusal> {
        self.recovery_setup(server, share, words, None, permit, stores)
            .await
    }

    /// A setup for words that are proved.
    pub async fn set_recovery_again(
        &self,
        server: &Server,
        share: &KeyShare,
        words: &RecoveryKey,
    ) -> Result<Kit, Refusal> {
        self.set_recovery_by(server, share, words, words).await
    }

    /// A setup for words that `prover` proves.
    pub async fn set_recovery_by(
        &self,
        server: &Server,
        share: &KeyShare,
        words: &RecoveryKey,
        prover: &RecoveryKey,
    ) -> Result<Kit, Refusal> {
        self.recovery_setup(server, share, words, Some(prover), None, true)
            .await
    }

    async fn recovery_setup(
        &self,
        server: &Server,
        share: &KeyShare,
        words: &RecoveryKey,
        prover: Option<&RecoveryKey>,
        permit: Option<&str>,
        stores: bool,
    ) -> Result<Kit, Refusal> {
        let mut session = Session::open(&server.address).await;
        let (releases, device_nonce) = (releases(&session), nonce());
        let server_nonce = session.server_nonce;
        let ceremony = Ceremony {
            kind: Kind::Recovery {
                key: share.id(),
                epoch: share.epoch(),
                recovery: words.public_key(),
            },
            releases: &releases,
            device_nonce: &device_nonce,
            server_nonce: &server_nonce,
        };
        let (state, round) = device::offer(share, &ceremony, &nonce()).unwrap();
        let sign = |words: &RecoveryKey| words.sign(&server_nonce, &self.key.id().0).unwrap();
        let purpose = Purpose::Recovery(RecoveryRequest {
            key: *share.id().as_bytes(),
            epoch: share.epoch(),
            recovery_key: words.public_key().as_bytes().to_vec(),
            proof: prover.map(|words| sign(words).to_vec()),
            permit: permit.map(str::to_owned),
            round,
        });
        let opened = self.send_open(&mut session, device_nonce, purpose);
        opened.await.unwrap();
        let kit = state.receive(&expect_round(&mut session).await?).unwrap();
        if stores {
            session.send(&ToServer::Round(Vec::new())).await.unwrap();
            assert!(expect_round(&mut session).await?.is_empty());
        } else {
            session
                .send(&ToServer::Abort { freeze: false })
                .await
                .unwrap();
        }
        session.close().await;
        Ok(kit)
    }
}
