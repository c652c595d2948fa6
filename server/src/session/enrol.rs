//! Enrolment: a token that the operator gave out makes one device known.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tandem_wire::{RefusalCode, ToDevice, Token};
use zeroize::Zeroizing;

use super::channel::Channel;
use super::end::End;
use super::{Opened, blocking};
use crate::services::Services;
use crate::store::{Enrolment, NewDevice, UnixMillis};

/// Failed attempts in one [`WINDOW`], over all devices.
const FAILURES: u32 = 60;
const WINDOW: Duration = Duration::from_secs(60);

/// Counts failed attempts with enrolment codes and permits. Tokens cannot be guessed (130 bits); this keeps those
/// who try from costing more than a little.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<Option<(Instant, u32)>>);

impl Attempts {
    pub(super) fn allowed(&self, now: Instant) -> bool {
        let window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        window.is_none_or(|(since, failures)| {
            failures < FAILURES || now.duration_since(since) >= WINDOW
        })
    }

    pub(super) fn failed(&self, now: Instant) {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *window = match *window {
            Some((since, failures)) if now.duration_since(since) < WINDOW => {
                Some((since, failures.saturating_add(1)))
            }
            _ => Some((now, 1)),
        };
    }
}

pub(super) async fn run(
    channel: &mut Channel,
    services: &Arc<Services>,
    opened: &Opened,
    token: String,
) -> Result<(), End> {
    if !services.attempts.allowed(Instant::now()) {
        tracing::warn!("too many failed enrolments: refusing all for up to a minute");
        return Err(End::unavailable());
    }
    let text = Zeroizing::new(token);
    let store = Arc::clone(&services.store);
    let (device, release) = (opened.device, opened.device_release.clone());
    let enrolment = blocking(move || {
        // A token that is not one is refused like one that is wrong.
        let Ok(token) = text.parse::<Token>() else {
            return Ok(Enrolment::Refused);
        };
        let device = NewDevice {
            id: &device,
            release: &release,
            at: UnixMillis::now(),
        };
        store.enrol(&token.hash(), &device)
    });
    match enrolment.await?? {
        Enrolment::Done => {
            tracing::info!(device = %opened.device, "enrolled a device");
            channel.send(&ToDevice::Enrolled).await
        }
        Enrolment::Refused => {
            services.attempts.failed(Instant::now());
            Err(End::refused(
                RefusalCode::InvalidToken,
                "the enrolment code is unknown, used or expired",
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_counted_for_a_minute() {
        let attempts = Attempts::default();
        let start = Instant::now();
        for _ in 0..FAILURES {
            assert!(attempts.allowed(start));
            attempts.failed(start);
        }
        assert!(!attempts.allowed(start));
        assert!(attempts.allowed(start + WINDOW));
        attempts.failed(start + WINDOW);
        assert!(
            attempts.allowed(start + WINDOW),
            "a new minute, a new count"
        );
    }
}
