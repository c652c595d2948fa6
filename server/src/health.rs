//! `/livez`: the process answers. `/readyz`: it can do its work, which means that
//! the database takes writes and its sealing key is the one we hold.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::StatusCode;
use tokio::sync::Mutex;

use crate::services::Services;
use crate::store::{StoreError, UnixMillis};

/// How long an answer is repeated, so that asking cannot wear out the disk.
const FRESH: Duration = Duration::from_secs(1);

/// What was found last.
#[derive(Debug, Default)]
pub struct Readiness(Mutex<Option<(Instant, bool)>>);

/// `GET /livez`
pub async fn live() -> &'static str {
    "live\n"
}

/// `GET /readyz`
pub async fn ready(State(services): State<Arc<Services>>) -> (StatusCode, &'static str) {
    if *services.stop.borrow() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    let mut last = services.readiness.0.lock().await;
    let is_ready = match *last {
        Some((at, is_ready)) if at.elapsed() < FRESH => is_ready,
        _ => {
            let is_ready = look(Arc::clone(&services)).await;
            *last = Some((Instant::now(), is_ready));
            is_ready
        }
    };
    if is_ready {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
    }
}

async fn look(services: Arc<Services>) -> bool {
    let found = tokio::task::spawn_blocking(move || -> Result<(), StoreError> {
        services.store.probe(UnixMillis::now())?;
        services.store.check_sealing_key(&services.sealing)
    });
    match found.await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::error!("not ready: {error}");
            false
        }
        Err(_) => false,
    }
}
