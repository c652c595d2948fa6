//! What every session shares.

use std::sync::Arc;

use tokio::sync::{Semaphore, watch};

use crate::config::{Config, Limits};
use crate::health::Readiness;
use crate::policy::Authorizations;
use crate::seal::SealingKey;
use crate::session::{Attempts, Busy, PreparedSessions};
use crate::store::Store;

/// What every session shares.
pub struct Services {
    /// The memory.
    pub store: Arc<dyn Store>,
    /// What seals shares.
    pub sealing: SealingKey,
    /// Bounds.
    pub limits: Limits,
    /// Web origins that may open sessions.
    pub allowed_origins: Vec<String>,
    /// Which EIP-7702 authorisations are signed.
    pub authorizations: Authorizations,
    /// This program, as `tandem_wire::Release` prints it.
    pub release: String,
    /// One permit a session.
    pub sessions: Arc<Semaphore>,
    /// One permit a ceremony.
    pub ceremonies: Semaphore,
    /// Which ceremonies are running.
    pub busy: Arc<Busy>,
    /// Which devices have prepared signatures.
    pub prepared: Arc<PreparedSessions>,
    /// Wrong enrolment codes and permits of late.
    pub attempts: Attempts,
    /// What `/readyz` found last.
    pub readiness: Readiness,
    /// True once the server is to stop.
    pub stop: watch::Receiver<bool>,
}

impl Services {
    /// Puts them together.
    #[must_use]
    pub fn new(
        config: &Config,
        store: Arc<dyn Store>,
        sealing: SealingKey,
        stop: watch::Receiver<bool>,
    ) -> Self {
        let permits = |number: u32| usize::try_from(number).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            store,
            sealing,
            limits: config.limits,
            allowed_origins: config.allowed_origins.clone(),
            authorizations: config.authorizations,
            release: tandem_wire::release().to_string(),
            sessions: Arc::new(Semaphore::new(permits(config.limits.sessions))),
            ceremonies: Semaphore::new(permits(config.limits.ceremonies)),
            busy: Arc::default(),
            prepared: Arc::default(),
            attempts: Attempts::default(),
            readiness: Readiness::default(),
            stop,
        }
    }
}
