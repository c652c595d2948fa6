//! A device: identity, enrolment, keygen, signing and presigning over a session.

use tandem_threshold::keygen::{self, AwaitFragment};
use tandem_threshold::presign::{self, device::Presignature};
use tandem_threshold::sign;
use tandem_threshold::{Ceremony, KeyShare, Kind, Releases, Role, Signature};
use tandem_wire::{
    DeviceId, DeviceKey, EnrolmentCode, PresignRequest, Purpose, Refusal, RequestId, SignRequest,
    ToDevice, ToServer, Unsigned, UseRequest,
};

use super::{Session, address, message};

const RELEASE: &str = "test device";

/// A device with its identity.
pub struct Device {
    pub key: DeviceKey,
}

/// A moment in a keygen: message `n` of the device (from 0, its `Open`) was sent,
/// or the answer to it received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Sent(usize),
    Answered(usize),
}

/// Changes messages of a signing on their way: number 0 is in the `Open`.
pub type Tamper<'a> = &'a mut dyn FnMut(usize, &mut Vec<u8>);

impl Device {
    pub fn new() -> Self {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).unwrap();
        Self {
            key: DeviceKey::from_bytes(&bytes).unwrap(),
        }
    }

    pub fn id(&self) -> DeviceId {
        self.key.id()
    }

    /// A device that is enrolled at the server.
    pub async fn enrolled(server: &super::Server) -> Self {
        let device = Self::new();
        device.enrol(&server.address, &server.code()).await.unwrap();
        device
    }

    pub async fn enrol(&self, server: &str, code: &str) -> Result<(), Refusal> {
        let code: EnrolmentCode = code.parse().unwrap();
        self.enrol_with(server, code.token.expose()).await
    }

    pub async fn enrol_with(&self, server: &str, token: &str) -> Result<(), Refusal> {
        let mut session = Session::open(server).await;
        let token = token.to_owned();
        self.send_open(&mut session, [0; 32], Purpose::Enrol { token })
            .await
            .unwrap();
        let answer = session.receive().await.unwrap();
        session.close().await;
        match answer {
            ToDevice::Enrolled => Ok(()),
            ToDevice::Refused(refusal) => Err(refusal),
            other => panic!("{other:?}"),
        }
    }

    pub async fn send_open(
        &self,
        session: &mut Session,
        device_nonce: [u8; 32],
        purpose: Purpose,
    ) -> Option<()> {
        let unsigned = Unsigned {
            release: RELEASE.into(),
            device_nonce,
            device: self.id(),
            purpose,
        };
        let open = unsigned.sign(&self.key, &session.server_nonce).unwrap();
        session.send(&ToServer::Open(open)).await
    }

    /// Begins a keygen, up to the sent `Open`.
    pub async fn begin_keygen(&self, session: &mut Session) -> Option<AwaitFragment> {
        let (releases, device_nonce) = (releases(session), nonce());
        let ceremony = Ceremony {
            kind: Kind::Keygen,
            releases: &releases,
            device_nonce: &device_nonce,
            server_nonce: &session.server_nonce,
        };
        let (state, round) = keygen::start(Role::Device, &ceremony).unwrap();
        self.send_open(session, device_nonce, Purpose::Keygen { round })
            .await?;
        Some(state)
    }

    pub async fn keygen(&self, server: &str) -> KeyShare {
        self.keygen_with(server, &mut |_| {}).await.unwrap()
    }

    /// A keygen; `None` if the server went away. `hook` runs at every step.
    pub async fn keygen_with(&self, server: &str, hook: &mut dyn FnMut(Step)) -> Option<KeyShare> {
        let mut session = Session::try_open(server).await?;
        let state = self.begin_keygen(&mut session).await?;
        hook(Step::Sent(0));
        let answer = session.round().await?;
        hook(Step::Answered(0));
        let (state, message) = state.receive(&answer).unwrap();
        let answer = exchange(&mut session, message, 1, hook).await?;
        let (state, message) = state.receive(&answer).unwrap();
        let answer = exchange(&mut session, message, 2, hook).await?;
        let (state, message) = state.receive(&answer).unwrap();
        let answer = exchange(&mut session, message, 3, hook).await?;
        let (state, message) = state.receive(&answer).unwrap().open().unwrap();
        let answer = exchange(&mut session, message, 4, hook).await?;
        let (state, message) = state.receive(&answer).unwrap();
        let answer = exchange(&mut session, message, 5, hook).await?;
        let share = state.receive(&answer).unwrap();
        session.close().await;
        Some(share)
    }

    /// Signs a message with an account, and says whether k256 recovers it.
    pub async fn signs(&self, server: &str, share: &KeyShare, account: u32) -> bool {
        let (request, digest) = message(&address(share, account), "hello");
        let signature = self.sign(server, share, account, &request, digest).await;
        super::recovers(share, account, &digest, &signature.unwrap())
    }

    pub async fn sign(
        &self,
        server: &str,
        share: &KeyShare,
        account: u32,
        request: &str,
        digest: [u8; 32],
    ) -> Result<Signature, Refusal> {
        let mut untouched = |_: usize, _: &mut Vec<u8>| {};
        self.sign_with(server, share, account, request, digest, &mut untouched)
            .await
    }

    pub async fn sign_with(
        &self,
        server: &str,
        share: &KeyShare,
        account: u32,
        request: &str,
        digest: [u8; 32],
        tamper: Tamper<'_>,
    ) -> Result<Signature, Refusal> {
        let mut session = Session::open(server).await;
        let state = self
            .begin_sign(&mut session, share, account, request, digest, tamper)
            .await;
        let (state, mut message) = state.receive(&expect_round(&mut session).await?).unwrap();
        tamper(1, &mut message);
        session.send(&ToServer::Round(message)).await.unwrap();
        let partial = expect_round(&mut session).await?;
        let signature = state.receive(&partial).unwrap();
        session.close().await;
        Ok(signature)
    }

    /// Begins the signature of a request with this id, up to the sent `Open`.
    pub async fn begin_sign_with_id(
        &self,
        session: &mut Session,
        share: &KeyShare,
        account: u32,
        request: &str,
        digest: [u8; 32],
        id: RequestId,
    ) -> sign::device::AwaitReply {
        let asked = Asked {
            account,
            request,
            digest,
            id,
        };
        self.begin(session, share, &asked, &mut |_, _| {}).await
    }

    /// Begins a signature, up to the sent `Open`.
    pub async fn begin_sign(
        &self,
        session: &mut Session,
        share: &KeyShare,
        account: u32,
        request: &str,
        digest: [u8; 32],
        tamper: Tamper<'_>,
    ) -> sign::device::AwaitReply {
        let asked = Asked {
            account,
            request,
            digest,
            id: fresh_id(),
        };
        self.begin(session, share, &asked, tamper).await
    }

    async fn begin(
        &self,
        session: &mut Session,
        share: &KeyShare,
        asked: &Asked<'_>,
        tamper: Tamper<'_>,
    ) -> sign::device::AwaitReply {
        let Asked {
            account,
            request,
            digest,
            id,
        } = *asked;
        let (releases, device_nonce) = (releases(session), nonce());
        let ceremony = Ceremony {
            kind: Kind::Sign {
                key: share.id(),
                epoch: share.epoch(),
                account,
                digest: &digest,
            },
            releases: &releases,
            device_nonce: &device_nonce,
            server_nonce: &session.server_nonce,
        };
        let (state, mut round) =
            sign::device::open(share.account(account).unwrap(), &ceremony).unwrap();
        tamper(0, &mut round);
        let purpose = Purpose::Sign(SignRequest {
            key: *share.id().as_bytes(),
            epoch: share.epoch(),
            account,
            request: request.to_owned(),
            digest,
            id,
            held: None,
            round,
        });
        self.send_open(session, device_nonce, purpose)
            .await
            .unwrap();
        state
    }
}

/// What a device asks the server to sign.
struct Asked<'a> {
    account: u32,
    request: &'a str,
    digest: [u8; 32],
    id: RequestId,
}

/// A session that prepared signatures, and the device's half of each.
pub struct Prepared {
    pub session: Session,
    pub ready: Vec<Option<Presignature>>,
}

impl Device {
    /// Prepares `count` signatures with an account.
    pub async fn prepare(
        &self,
        server: &str,
        share: &KeyShare,
        account: u32,
        count: u8,
    ) -> Result<Prepared, Refusal> {
        let mut untouched = |_: usize, _: &mut Vec<u8>| {};
        self.prepare_with(server, share, account, count, &mut untouched)
            .await
    }

    /// The same; `tamper` sees the device's answers, from number 1.
    pub async fn prepare_with(
        &self,
        server: &str,
        share: &KeyShare,
        account: u32,
        count: u8,
        tamper: Tamper<'_>,
    ) -> Result<Prepared, Refusal> {
        let mut session = Session::open(server).await;
        let (releases, device_nonce) = (releases(&session), nonce());
        let server_nonce = session.server_nonce;
        let (mut states, mut rounds) = (Vec::new(), Vec::new());
        for index in 0..count {
            let ceremony = Ceremony {
                kind: Kind::Presign {
                    key: share.id(),
                    epoch: share.epoch(),
                    account,
                    index,
                },
                releases: &releases,
                device_nonce: &device_nonce,
                server_nonce: &server_nonce,
            };
            let account_share = share.account(account).unwrap();
            let (state, round) = presign::device::open(account_share, &ceremony).unwrap();
            states.push(state);
            rounds.push(round);
        }
        let purpose = Purpose::Presign(PresignRequest {
            key: *share.id().as_bytes(),
            epoch: share.epoch(),
            account,
            rounds,
        });
        self.send_open(&mut session, device_nonce, purpose)
            .await
            .unwrap();
        let mut replies = vec![expect_round(&mut session).await?];
        while replies.len() < states.len() {
            replies.push(expect_round(&mut session).await?);
        }
        let mut ready = Vec::new();
        for (number, (state, reply)) in states.into_iter().zip(replies).enumerate() {
            let (presignature, mut answer) = state.receive(&reply).unwrap();
            tamper(number + 1, &mut answer);
            session.send(&ToServer::Round(answer)).await.unwrap();
            ready.push(Some(presignature));
        }
        Ok(Prepared { session, ready })
    }
}

impl Prepared {
    /// Uses one for a request.
    pub async fn sign(
        &mut self,
        index: u8,
        request: &str,
        digest: [u8; 32],
    ) -> Result<Signature, Refusal> {
        let presignature = self.ready[usize::from(index)].take().unwrap();
        let (state, round) = presignature.spend(&digest, &nonce()).unwrap();
        self.send_use(index, request, digest, round).await;
        let partial = expect_round(&mut self.session).await?;
        Ok(state.receive(&partial).unwrap())
    }

    /// Sends a use as it is.
    pub async fn send_use(&mut self, index: u8, request: &str, digest: [u8; 32], round: Vec<u8>) {
        let used = ToServer::Sign(UseRequest {
            index,
            request: request.to_owned(),
            digest,
            id: fresh_id(),
            round,
        });
        self.session.send(&used).await.unwrap();
    }

    /// The server's refusal.
    pub async fn refusal(&mut self) -> Refusal {
        expect_round(&mut self.session).await.unwrap_err()
    }
}

async fn exchange(
    session: &mut Session,
    message: Vec<u8>,
    number: usize,
    hook: &mut dyn FnMut(Step),
) -> Option<Vec<u8>> {
    session.send(&ToServer::Round(message)).await?;
    hook(Step::Sent(number));
    let answer = session.round().await?;
    hook(Step::Answered(number));
    Some(answer)
}

pub async fn expect_round(session: &mut Session) -> Result<Vec<u8>, Refusal> {
    match session.receive().await.unwrap() {
        ToDevice::Round(bytes) => Ok(bytes),
        ToDevice::Refused(refusal) => Err(refusal),
        other => panic!("{other:?}"),
    }
}

pub fn releases(session: &Session) -> Releases {
    Releases {
        device: RELEASE.into(),
        server: session.server_release.clone(),
    }
}

/// Of a request that never came before.
pub fn fresh_id() -> RequestId {
    let mut id = RequestId::default();
    getrandom::fill(&mut id).unwrap();
    id
}

pub fn nonce() -> [u8; 32] {
    let mut nonce = [0; 32];
    getrandom::fill(&mut nonce).unwrap();
    nonce
}
