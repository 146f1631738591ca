//! A running relay, in this process: for the command line, tests, the demo and benchmarks.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt as _;
use kith_group::SystemRandom;
use kith_sync::relay::{Enrolment, RelayConfig, RelayCore, RelayEvent, StoreError};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::RelayError;
use crate::http::{Shared, router};
use crate::inbox::Inbox;
use crate::metrics::Metrics;
use crate::store::{FolderLock, SqliteStore};
use crate::writer::Writer;

/// How often the state machine is told that time passes.
const TICK: Duration = Duration::from_millis(250);

/// How long a stopping relay waits for its connections to say goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

/// What a relay is started with.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The data folder; made if it is not there.
    pub data: PathBuf,
    /// What it goes by: who may enrol (open is refused unless `listen` is loopback), limits and paces.
    pub relay: RelayConfig,
}

impl Config {
    /// With the usual limits and paces.
    pub fn new(listen: SocketAddr, data: PathBuf, enrolment: Enrolment) -> Self {
        Self { listen, data, relay: RelayConfig::new(enrolment) }
    }
}

/// Starts relays.
#[derive(Debug)]
pub struct Server;

/// A relay that runs. Dropping it without [`Running::stop`] leaves it running as long as the runtime does.
#[derive(Debug)]
pub struct Running {
    addr: SocketAddr,
    inbox: InboxHandle,
    stop_listening: watch::Sender<bool>,
    connections: mpsc::Receiver<()>,
    ended: oneshot::Receiver<Result<(), StoreError>>,
}

/// The inbox, without showing what is in it.
struct InboxHandle(Inbox);

impl std::fmt::Debug for InboxHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Inbox")
    }
}

impl Server {
    /// Starts a relay. When this returns, it listens.
    pub async fn start(config: Config) -> Result<Running, RelayError> {
        if config.relay.enrolment == Enrolment::Open && !config.listen.ip().is_loopback() {
            return Err(RelayError::OpenToAll(config.listen));
        }
        let lock = FolderLock::take(&config.data)?;
        let store = SqliteStore::open(&config.data)?;
        let listen_failed = |source| RelayError::Listen { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).await.map_err(listen_failed)?;
        let addr = listener.local_addr().map_err(listen_failed)?;

        let metrics = Arc::new(Metrics::new());
        let (inbox, from_sockets) = Inbox::new();
        let core = RelayCore::new(config.relay, Box::new(SystemRandom));
        let writer = Writer { core, store, inbox: from_sockets, metrics: Arc::clone(&metrics) };
        let (end, ended) = oneshot::channel();
        std::thread::Builder::new()
            .name("kith-relay-writer".into())
            .spawn(move || {
                let result = writer.run();
                if let Err(error) = &result {
                    tracing::error!("the relay stops: {error}");
                }
                // The folder is ours until the store is closed, and another's from the moment at which anybody hears of the end.
                drop(lock);
                let _ = end.send(result);
            })
            .map_err(RelayError::System)?;

        let (alive, connections) = mpsc::channel(1);
        let (stop_listening, stopped) = watch::channel(false);
        tokio::spawn(tick(inbox.clone(), stopped.clone()));
        let app = router(Shared::new(inbox.clone(), metrics, alive, config.relay.limits.window));
        let listener = listener.tap_io(|stream| {
            // Small frames must not wait for each other (Nagle): a keystroke is one.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!("TCP_NODELAY was refused: {error}");
            }
        });
        tokio::spawn(async move {
            let mut stopped = stopped;
            let serving = axum::serve(listener, app).with_graceful_shutdown(async move {
                let _ = stopped.wait_for(|stop| *stop).await;
            });
            if let Err(error) = serving.await {
                tracing::error!("listening ended: {error}");
            }
        });
        tracing::info!("listening on {addr}");
        let inbox = InboxHandle(inbox);
        Ok(Running { addr, inbox, stop_listening, connections, ended })
    }
}

impl Running {
    /// The address that it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The URL for clients on this machine.
    pub fn url(&self) -> String {
        format!("ws://{}", self.addr)
    }

    /// Waits until the relay stops by itself, which it only does when its store fails.
    pub async fn failed(&mut self) -> RelayError {
        match (&mut self.ended).await {
            Ok(Err(error)) => error.into(),
            Ok(Ok(())) | Err(_) => RelayError::System(std::io::Error::other("its writer ended")),
        }
    }

    /// Stops: no new connections, the batch under way finishes, everybody is told and closed.
    pub async fn stop(mut self) -> Result<(), RelayError> {
        let _ = self.stop_listening.send(true);
        let _ = self.inbox.0.event(RelayEvent::Stop).await;
        let result = (&mut self.ended).await;
        drop(self.inbox);
        // All connections hold a sender of this channel: it ends when the last of them does.
        if timeout(GOODBYE, self.connections.recv()).await.is_err() {
            tracing::warn!("some connections did not say goodbye");
        }
        match result {
            Ok(Err(error)) => Err(error.into()),
            Ok(Ok(())) | Err(_) => Ok(()),
        }
    }
}

async fn tick(inbox: Inbox, mut stopped: watch::Receiver<bool>) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                if inbox.event(RelayEvent::Tick).await.is_err() {
                    return;
                }
            }
            _ = stopped.changed() => return,
        }
    }
}
