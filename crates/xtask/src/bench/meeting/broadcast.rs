//! The floor: a WebSocket server that passes each frame to everybody and does nothing else.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use axum::Router;
use axum::extract::ws::{Message, WebSocket};
use axum::extract::{State, WebSocketUpgrade};
use axum::routing::get;
use axum::serve::ListenerExt as _;
use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpListener;
use tokio::sync::broadcast;
use tokio_tungstenite::tungstenite::Message as ClientMessage;

use super::Stored;
use super::child::{Child, Part};

/// Frames that a slow reader may be behind before it misses some.
const QUEUE: usize = 4_096;

/// Starts the server; returns its address for clients.
pub(super) async fn serve(listen: SocketAddr) -> anyhow::Result<String> {
    let listener = TcpListener::bind(listen).await?;
    let address = listener.local_addr()?;
    let (everybody, _) = broadcast::channel::<Bytes>(QUEUE);
    let upgrade = |State(everybody): State<broadcast::Sender<Bytes>>, ws: WebSocketUpgrade| async move {
        ws.on_upgrade(|socket| pass(socket, everybody))
    };
    let app = Router::new().route("/", get(upgrade)).with_state(everybody);
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(format!("ws://{address}/"))
}

async fn pass(socket: WebSocket, everybody: broadcast::Sender<Bytes>) {
    let mut from_all = everybody.subscribe();
    let (mut sink, mut stream) = socket.split();
    let reading = async {
        while let Some(Ok(Message::Binary(frame))) = stream.next().await {
            let _ = everybody.send(frame);
        }
    };
    let writing = async {
        while let Ok(frame) = from_all.recv().await {
            if sink.send(Message::Binary(frame)).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = reading => {}
        () = writing => {}
    }
}

/// What one delivery costs that server, in microseconds of processor time, when `people` sockets send it the relay's own records
/// at the times at which the relay had them.
pub(super) fn measure(stored: &[Stored], people: usize, folder: &Path) -> anyhow::Result<f64> {
    let server = Child::start(Part::Broadcast, folder)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let before = server.busy()?;
    let delivered = runtime.block_on(talk(stored, people, &server.url))?;
    let busy = server.busy()? - before;
    drop(runtime);
    server.stop()?;
    ensure!(delivered == stored.len() * people, "the floor lost frames: {delivered} of {}", stored.len() * people);
    Ok(busy.as_secs_f64() * 1e6 / delivered as f64)
}

/// Sends every record on its sender's socket and counts what all sockets get.
async fn talk(stored: &[Stored], people: usize, url: &str) -> anyhow::Result<usize> {
    let mut sinks = Vec::new();
    let mut readers = Vec::new();
    for _ in 0..people {
        let (socket, _) = tokio_tungstenite::connect_async_with_config(url, None, true).await?;
        let (sink, mut stream) = socket.split();
        sinks.push(sink);
        let expected = stored.len();
        readers.push(tokio::spawn(async move {
            let mut got = 0;
            while got < expected {
                match tokio::time::timeout(Duration::from_secs(10), stream.next()).await {
                    Ok(Some(Ok(ClientMessage::Binary(_)))) => got += 1,
                    Ok(Some(Ok(_))) => {}
                    _ => break,
                }
            }
            got
        }));
    }
    // Everybody's subscription must stand before the first frame.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut senders: Vec<[u8; 16]> = stored.iter().map(|record| record.sender).collect();
    senders.sort_unstable();
    senders.dedup();
    let began = Instant::now();
    let first = stored.first().map_or(0, |record| record.received_ms);
    for record in stored {
        let due = Duration::from_millis(u64::try_from(record.received_ms - first).unwrap_or(0));
        tokio::time::sleep(due.saturating_sub(began.elapsed())).await;
        let place = senders.binary_search(&record.sender).unwrap_or(0);
        let sink = sinks.get_mut(place).context("more people sent than came in")?;
        sink.send(ClientMessage::Binary(record.bytes.clone().into())).await?;
    }
    let mut delivered = 0;
    for reader in readers {
        delivered += reader.await?;
    }
    Ok(delivered)
}
