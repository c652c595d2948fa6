//! HTTP: the routes, who may open a session, and the listening loop.
//!
//! The loop is written on hyper itself because `axum::serve` has no limit on how
//! long a client may take for its headers.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tandem_wire::{FRAME_MAX, SUBPROTOCOL};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tracing::Instrument;

use crate::config::SESSION_PATH;
use crate::services::Services;
use crate::{health, session, shutdown};

/// How long a client may take for the headers of a request.
const HEADERS: Duration = Duration::from_secs(10);
/// Connections that are no sessions (yet): health checks, upgrades on the way.
const SPARE_CONNECTIONS: usize = 512;
/// Pause after the system refused a connection, for example for want of files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until the server is to stop, then lets running sessions finish.
pub async fn serve(listener: TcpListener, services: Arc<Services>, grace: Duration) {
    let connections = Arc::new(Semaphore::new(SPARE_CONNECTIONS));
    let mut number: u64 = 0;
    loop {
        // A session gives its connection permit back once it has its own.
        let accepted = async {
            let permit = Arc::clone(&connections).acquire_owned().await;
            (permit, listener.accept().await)
        };
        tokio::select! {
            (permit, connection) = accepted => match connection {
                Ok((stream, _)) => {
                    number += 1;
                    let span = tracing::info_span!("connection", number);
                    let serving = connection_task(stream, Arc::clone(&services));
                    tokio::spawn(async move { serving.await; drop(permit); }.instrument(span));
                }
                Err(error) => {
                    tracing::warn!("a connection was not accepted: {error}");
                    sleep(ACCEPT_PAUSE).await;
                }
            },
            () = shutdown::requested(&services.stop) => break,
        }
    }
    drop(listener);
    tracing::info!("stopping: running sessions may finish");
    let all = services.limits.sessions;
    match timeout(grace, services.sessions.acquire_many(all)).await {
        Ok(_) => tracing::info!("stopped"),
        Err(_) => tracing::warn!("stopped with sessions unfinished (setting shutdown_seconds)"),
    }
}

async fn connection_task(stream: TcpStream, services: Arc<Services>) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!("small messages may wait: {error}");
    }
    let stop = Arc::clone(&services);
    let service = TowerToHyperService::new(router(services));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = shutdown::requested(&stop.stop) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!("a connection failed: {error}");
    }
}

fn router(services: Arc<Services>) -> Router {
    Router::new()
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route(SESSION_PATH, get(open))
        .with_state(services)
}

/// `GET /v1/session`
async fn open(
    State(services): State<Arc<Services>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Response {
    if !origin_allowed(headers.get(header::ORIGIN), &services.allowed_origins) {
        return refuse(StatusCode::FORBIDDEN, "this origin may not open sessions\n");
    }
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade.protocols([SUBPROTOCOL]),
        Err(rejection) => return rejection.into_response(),
    };
    if upgrade.selected_protocol().is_none() {
        return refuse(
            StatusCode::BAD_REQUEST,
            "the subprotocol must be tandem.v1\n",
        );
    }
    if *services.stop.borrow() {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "the server stops\n");
    }
    let Ok(permit) = Arc::clone(&services.sessions).try_acquire_owned() else {
        tracing::warn!("too many sessions (setting max_sessions)");
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "too many sessions\n");
    };
    let span = tracing::Span::current();
    // Messages are cut into frames by tandem-wire, so a WebSocket message is a
    // single frame.
    upgrade
        .max_frame_size(FRAME_MAX)
        .max_message_size(FRAME_MAX)
        .on_upgrade(move |socket| {
            async move {
                session::run(socket, services).await;
                drop(permit);
            }
            .instrument(span)
        })
}

fn refuse(status: StatusCode, reason: &'static str) -> Response {
    (status, reason).into_response()
}

/// Web pages are held to the list. What is not a web page comes in: programs send
/// no origin, snaps send `null`, and MetaMask opens a snap's sockets itself, as a
/// browser extension. The device's signature, not its origin, is what lets it in.
fn origin_allowed(origin: Option<&HeaderValue>, list: &[String]) -> bool {
    let Some(origin) = origin else {
        return true;
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    origin == "null"
        || origin.starts_with("chrome-extension://")
        || origin.starts_with("moz-extension://")
        || list.iter().any(|allowed| allowed == origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_pages_are_held_to_the_list_and_others_are_not() {
        let list = ["http://localhost:8000".to_owned()];
        let allowed = |origin| origin_allowed(Some(&HeaderValue::from_static(origin)), &list);
        assert!(origin_allowed(None, &list));
        for origin in [
            "null",
            "http://localhost:8000",
            "chrome-extension://ljfoeinjpaedjfecbmggjgodbgkmjkjk",
            "moz-extension://b4b4b4b4-0000-4000-8000-000000000000",
        ] {
            assert!(allowed(origin), "{origin}");
        }
        for origin in [
            "https://evil.example",
            "http://localhost:8001",
            "http://localhost:8000.evil.example",
            "https://localhost:8000",
            "",
        ] {
            assert!(!allowed(origin), "{origin}");
        }
    }
}
