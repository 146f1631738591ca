//! What the relay answers by HTTP: the WebSocket at `/v1`, the guests' page below `/g/`, `/health` and `/metrics`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::{State, WebSocketUpgrade};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kith_sync::relay::ConnId;
use kith_sync::wire::{MAX_FRAME, VERSION};
use tokio::sync::{Semaphore, mpsc};

use crate::guests;
use crate::inbox::Inbox;
use crate::metrics::Metrics;
use crate::socket;

/// Connections at the same time.
const CONNECTIONS: usize = 8_192;

/// Guests' questions that are being read at the same time: each takes the room of one item at most.
const GUESTS: usize = 512;

/// What all handlers share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) inbox: Inbox,
    pub(crate) guests: Arc<Semaphore>,
    metrics: Arc<Metrics>,
    next: Arc<AtomicU64>,
    places: Arc<Semaphore>,
    report: usize,
    /// Held by every connection: when all are dropped, all connections are over.
    alive: mpsc::Sender<()>,
}

impl Shared {
    pub(crate) fn new(inbox: Inbox, metrics: Arc<Metrics>, alive: mpsc::Sender<()>, window: usize) -> Self {
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let guests = Arc::new(Semaphore::new(GUESTS));
        Self { inbox, guests, metrics, next: Arc::new(AtomicU64::new(1)), places, report: window / 8, alive }
    }
}

pub(crate) fn router(shared: Shared) -> Router {
    Router::new()
        .route("/v1", get(connect))
        .route("/health", get(health))
        .route("/metrics", get(metrics))
        .merge(guests::router())
        .with_state(shared)
}

async fn connect(State(shared): State<Shared>, upgrade: WebSocketUpgrade) -> Response {
    let Ok(place) = Arc::clone(&shared.places).try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "this relay has too many connections; try again later\n").into_response();
    };
    let conn = ConnId(shared.next.fetch_add(1, Ordering::Relaxed));
    upgrade
        .max_message_size(MAX_FRAME)
        .max_frame_size(MAX_FRAME)
        .on_upgrade(move |socket| async move {
            let _alive = shared.alive;
            let _place = place;
            socket::serve(socket, conn, shared.inbox, shared.report).await;
        })
        .into_response()
}

async fn health(State(shared): State<Shared>) -> Response {
    if shared.inbox.is_open() {
        axum::Json(serde_json::json!({
            "status": "ok",
            "version": env!("CARGO_PKG_VERSION"),
            "protocol": VERSION,
        }))
        .into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response()
    }
}

async fn metrics(State(shared): State<Shared>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], shared.metrics.text()).into_response()
}
