//! One session: one WebSocket, one ceremony (`tandem-wire`, FORMAT.md section 2).
//!
//! ```text
//! server -> Welcome      release, nonce
//! device -> Open         signed over the nonce: who, what, first round
//! ...                    the ceremony: enrol, keygen, sign, presign and uses, refresh, confirm,
//!                        recovery, kits, recover, import, export
//! ```
//!
//! Calculations and the database calls that belong to them run together on a
//! blocking thread. Such a step always runs to its end, also when the device
//! hangs up in the middle, so a failed check cannot lose its freeze.

mod busy;
mod channel;
mod confirm;
mod end;
mod enrol;
mod export;
mod import;
mod keygen;
mod kits;
mod prepared;
mod presign;
mod recovery;
mod refresh;
mod rounds;
mod shares;
mod sign;
mod step_up;

use std::sync::Arc;

use axum::extract::ws::WebSocket;
use tandem_threshold::{Abort, KeyId, Verdict};
use tandem_wire::{DeviceId, Open, Purpose, RefusalCode, ToDevice, ToServer};
use tokio::sync::SemaphorePermit;
use tokio::time::timeout;

use crate::services::Services;
use crate::shutdown;
pub use busy::{Busy, Running};
use channel::Channel;
pub use end::{CloseCode, End};
pub use enrol::Attempts;
pub use prepared::PreparedSessions;

/// Longest text in which a device may name its release.
const RELEASE_MAX: usize = 256;

/// What is known once the device has opened the session.
struct Opened {
    device: DeviceId,
    device_release: String,
    device_nonce: [u8; 32],
    server_nonce: [u8; 32],
}

/// Runs a session to its end.
pub async fn run(socket: WebSocket, services: Arc<Services>) {
    let mut channel = Channel::new(socket, &services.limits);
    let (code, reason) = match converse(&mut channel, &services).await {
        Ok(()) => {
            channel.farewell().await;
            (CloseCode::Normal, String::new())
        }
        Err(End::Refused(refusal)) => {
            tracing::info!(code = ?refusal.code, "refused a session");
            if channel.send(&ToDevice::Refused(refusal)).await.is_err() {
                return;
            }
            channel.farewell().await;
            (CloseCode::Normal, String::new())
        }
        Err(End::Closed { code, reason }) => {
            tracing::info!(?code, "ended a session: {reason}");
            (code, reason)
        }
        Err(End::Gone) => {
            tracing::debug!("the device hung up");
            return;
        }
    };
    channel.close(code, reason).await;
}

async fn converse(channel: &mut Channel, services: &Arc<Services>) -> Result<(), End> {
    let mut server_nonce = [0; 32];
    getrandom::fill(&mut server_nonce).map_err(|error| {
        tracing::error!("the operating system gives no random numbers: {error}");
        End::unavailable()
    })?;
    let welcome = ToDevice::Welcome {
        release: services.release.clone(),
        server_nonce,
    };
    channel.send(&welcome).await?;
    // A device that has not begun does not keep a server from stopping.
    let first = tokio::select! {
        first = channel.receive() => first?,
        () = shutdown::requested(&services.stop) => {
            return Err(End::closed(CloseCode::GoingAway, "the server stops"));
        }
    };
    let ToServer::Open(open) = first else {
        return Err(End::malformed());
    };
    let (opened, purpose) = verify(&open, server_nonce)?;
    tracing::debug!(device = %opened.device, release = ?opened.device_release, "opened");
    // Whatever a device begins ends what it had prepared.
    services.prepared.end(&opened.device);
    match purpose {
        Purpose::Enrol { token } => enrol::run(channel, services, &opened, token).await,
        Purpose::Keygen { round } => {
            expect_enrolled(services, opened.device).await?;
            keygen::run(channel, services, opened, round).await
        }
        Purpose::Sign(request) => {
            expect_enrolled(services, opened.device).await?;
            sign::run(channel, services, opened, request).await
        }
        Purpose::Presign(request) => {
            expect_enrolled(services, opened.device).await?;
            presign::run(channel, services, opened, request).await
        }
        Purpose::Refresh { key, epoch, round } => {
            expect_enrolled(services, opened.device).await?;
            let job = refresh::Job {
                key: KeyId::from_bytes(key),
                epoch,
                words: None,
                round,
            };
            refresh::run(channel, services, opened, job).await
        }
        Purpose::Confirm { key, epoch, round } => {
            expect_enrolled(services, opened.device).await?;
            let key = KeyId::from_bytes(key);
            confirm::run(channel, services, opened, key, epoch, round).await
        }
        Purpose::Recovery(request) => {
            expect_enrolled(services, opened.device).await?;
            recovery::run(channel, services, opened, request).await
        }
        Purpose::Kits(words) => {
            expect_enrolled(services, opened.device).await?;
            recovery::kits(channel, services, &opened, words).await
        }
        Purpose::Recover {
            key,
            epoch,
            words,
            round,
        } => {
            expect_enrolled(services, opened.device).await?;
            let job = refresh::Job {
                key: KeyId::from_bytes(key),
                epoch,
                words: Some(words),
                round,
            };
            refresh::run(channel, services, opened, job).await
        }
        Purpose::Import(request) => {
            expect_enrolled(services, opened.device).await?;
            import::run(channel, services, opened, request).await
        }
        Purpose::Export(request) => {
            expect_enrolled(services, opened.device).await?;
            export::run(channel, services, opened, request).await
        }
    }
}

fn verify(open: &Open, server_nonce: [u8; 32]) -> Result<(Opened, Purpose), End> {
    let unsigned = open.verify(&server_nonce).map_err(|_| unauthorized())?;
    let release = unsigned.release;
    // It is stored and logged: one line of plain text.
    if release.len() > RELEASE_MAX || !release.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Err(End::malformed());
    }
    let opened = Opened {
        device: unsigned.device,
        device_release: release,
        device_nonce: unsigned.device_nonce,
        server_nonce,
    };
    Ok((opened, unsigned.purpose))
}

async fn expect_enrolled(services: &Arc<Services>, device: DeviceId) -> Result<(), End> {
    let store = Arc::clone(&services.store);
    match blocking(move || store.is_enrolled(&device)).await?? {
        true => Ok(()),
        false => Err(unauthorized()),
    }
}

fn unauthorized() -> End {
    End::refused(
        RefusalCode::Unauthorized,
        "the device is not enrolled here or did not sign this session",
    )
}

fn busy() -> End {
    End::refused(
        RefusalCode::Busy,
        "another ceremony is running; try again when it is over",
    )
}

/// Waits for a turn among the ceremonies.
async fn turn(services: &Services) -> Result<SemaphorePermit<'_>, End> {
    match timeout(services.limits.ceremony_wait, services.ceremonies.acquire()).await {
        Ok(Ok(permit)) => Ok(permit),
        Ok(Err(_)) | Err(_) => {
            tracing::warn!("too many ceremonies (setting max_ceremonies)");
            Err(End::unavailable())
        }
    }
}

/// The device's next message of the ceremony, or that it gave up.
enum Next {
    Round(Vec<u8>),
    Abort { freeze: bool },
}

async fn next(channel: &mut Channel) -> Result<Next, End> {
    match channel.receive().await? {
        ToServer::Round(bytes) => Ok(Next::Round(bytes)),
        ToServer::Abort { freeze } => Ok(Next::Abort { freeze }),
        ToServer::Open(_) | ToServer::Sign(_) | ToServer::Signed { .. } => Err(End::malformed()),
    }
}

fn given_up() -> End {
    End::closed(CloseCode::Normal, "the device gave up")
}

/// Runs work that blocks or takes long. A defect in it ends this session only.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, End> {
    // The panic hook has logged where.
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| End::unavailable())
}

/// The same for a step of a ceremony, which stays running until the step ends.
async fn step<T: Send + 'static>(
    running: &Arc<Running>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, End> {
    let running = Arc::clone(running);
    blocking(move || {
        let result = work();
        drop(running);
        result
    })
    .await
}

/// Logs an abort: the one place where its reason is seen.
fn log_abort(abort: &Abort, what: &str) {
    match abort.verdict {
        Verdict::Retry => tracing::info!(reason = %abort.reason, "{what} was aborted"),
        Verdict::Freeze => tracing::warn!(
            reason = %abort.reason,
            "{what} was aborted: the device failed a check that an honest one cannot fail"
        ),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;
    use std::time::Duration;
    use tandem_threshold::KeyId;

    #[tokio::test]
    async fn a_defect_in_a_step_is_answered_and_frees_the_key() {
        let busy = Arc::new(Busy::default());
        let (device, key) = (DeviceId([1; 33]), Some(KeyId::from_bytes([1; 32])));
        let running = busy.begin(device, key).unwrap();
        let ended = step(&running, || -> u8 { panic!("a defect") }).await;
        let End::Refused(refusal) = ended.unwrap_err() else {
            panic!("not refused");
        };
        assert_eq!(refusal.code, RefusalCode::Unavailable);
        drop(running);
        assert!(busy.begin(device, key).is_some());
    }

    #[tokio::test]
    async fn a_step_keeps_its_key_busy_after_its_session_is_gone() {
        let busy = Arc::new(Busy::default());
        let device = DeviceId([1; 33]);
        let running = busy.begin(device, None).unwrap();
        let (release, wait) = std::sync::mpsc::channel::<()>();
        let (done, ended) = tokio::sync::oneshot::channel::<()>();
        {
            let calculation = step(&running, move || {
                let _released = wait.recv();
                drop(done);
            });
            let mut calculation = std::pin::pin!(calculation);
            // One poll starts it; then the session goes away.
            let started = futures_util::poll!(calculation.as_mut());
            assert!(started.is_pending());
        }
        drop(running);
        assert!(busy.begin(device, None).is_none());
        release.send(()).unwrap();
        assert!(ended.await.is_err());
        let freed = async {
            while busy.begin(device, None).is_none() {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(10), freed).await.unwrap();
    }
}
