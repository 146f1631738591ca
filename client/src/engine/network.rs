//! Connections to relays: one task each, which connects, passes frames both ways, and tries again when the line is cut.
//!
//! Nothing of the protocol is known here. Frames wait in the engine's inbox only as far as [`BUDGET`] allows: a task that has
//! used it up stops reading its socket, so that a relay that sends faster than this machine applies is held back by TCP.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use kith_group::{Random, SystemRandom};
use kith_sync::client::LineId;
use kith_sync::wire::MAX_FRAME;
use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, mpsc as queue};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message as SocketMessage};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config};

use super::Message;
use super::event::RelayState;

/// Where a relay's WebSocket is, below its address.
const PATH: &str = "/v1";
/// Bytes of frames that may wait in the engine's inbox per relay.
const BUDGET: usize = 8 << 20;
/// How long a connection may take to stand.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// The first wait after a cut is drawn from up to this; it doubles with each failure (full jitter).
const FIRST_WAIT_MS: u64 = 250;
/// The longest wait.
const LONGEST_WAIT_MS: u64 = 30_000;
/// A silent line is asked for a sign of life after this long, and given up after twice as long.
const SILENCE: Duration = Duration::from_secs(30);
/// How long a closing line may take to carry what was given to it.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);
/// Frames are at most [`MAX_FRAME`] by protocol; the socket refuses more before it is all in memory.
const LARGEST_MESSAGE: usize = MAX_FRAME + 1024;

/// What the engine tells a line's task.
pub(super) enum Outgoing {
    Frame(Vec<u8>),
    /// Close this connection and make another after the back-off.
    Reconnect,
    /// Close this connection and make no other.
    Hang,
}

/// The process's one network runtime: every engine in it shares two threads.
fn runtime() -> std::io::Result<&'static Runtime> {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let made = tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_name("kith-network").enable_all().build()?;
    Ok(RUNTIME.get_or_init(|| made))
}

/// How relays prove who they are: the certificates that this computer trusts, checked by rustls. On Linux those are the system's
/// bundle, or what `SSL_CERT_FILE` and `SSL_CERT_DIR` name. They are read anew for each connection, so that an authority that
/// somebody adds or takes away counts at the next try.
fn tls() -> Result<Connector, String> {
    use rustls_platform_verifier::BuilderVerifierExt;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|_| {
            "this computer has no list of the certificate authorities that it trusts; on Debian it is the package ca-certificates"
                .to_owned()
        })?
        .with_no_client_auth();
    Ok(Connector::Rustls(Arc::new(config)))
}

/// Every connection of one engine.
pub(super) struct Network {
    inbox: mpsc::Sender<Message>,
    tasks: BTreeMap<String, JoinHandle<()>>,
    lines: BTreeMap<LineId, (String, queue::UnboundedSender<Outgoing>)>,
    numbers: Arc<AtomicU32>,
}

impl Network {
    pub(super) fn new(inbox: mpsc::Sender<Message>) -> Self {
        Self { inbox, tasks: BTreeMap::new(), lines: BTreeMap::new(), numbers: Arc::new(AtomicU32::new(1)) }
    }

    /// Keeps a connection to `relay` (an address from [`super::address::normalised`]), unless one is kept already.
    pub(super) fn connect(&mut self, relay: &str) -> std::io::Result<()> {
        if self.tasks.get(relay).is_some_and(|task| !task.is_finished()) {
            return Ok(());
        }
        let task = Task { relay: relay.to_owned(), inbox: self.inbox.clone(), numbers: Arc::clone(&self.numbers) };
        self.tasks.insert(relay.to_owned(), runtime()?.spawn(task.run()));
        Ok(())
    }

    /// The connections' relays.
    pub(super) fn relays(&self) -> impl Iterator<Item = &String> {
        self.tasks.keys()
    }

    pub(super) fn opened(&mut self, line: LineId, relay: String, outgoing: queue::UnboundedSender<Outgoing>) {
        self.lines.insert(line, (relay, outgoing));
    }

    pub(super) fn closed(&mut self, line: LineId) {
        self.lines.remove(&line);
    }

    pub(super) fn relay_of(&self, line: LineId) -> Option<&str> {
        self.lines.get(&line).map(|(relay, _)| relay.as_str())
    }

    pub(super) fn tell(&self, line: LineId, outgoing: Outgoing) {
        if let Some((_, sender)) = self.lines.get(&line) {
            // A line whose task has ended gets nothing more; its end is in the inbox.
            let _ = sender.send(outgoing);
        }
    }

    /// Cuts every line; each is made anew.
    pub(super) fn reconnect_all(&mut self) {
        for (_, (_, sender)) in std::mem::take(&mut self.lines) {
            let _ = sender.send(Outgoing::Reconnect);
        }
    }

    /// Ends the connection to a relay that wants none; nothing is carried any more, and it is not tried again.
    pub(super) fn give_up(&mut self, relay: &str) {
        if let Some(task) = self.tasks.remove(relay) {
            task.abort();
        }
    }

    /// Ends the connection to one relay, or to all; what was given to them is carried first, within [`CLOSE_WITHIN`].
    pub(super) fn hang_up(&mut self, relay: Option<&str>) {
        let chosen = |name: &str| relay.is_none_or(|relay| relay == name);
        for (name, sender) in self.lines.values() {
            if chosen(name) {
                let _ = sender.send(Outgoing::Hang);
            }
        }
        let with_line: Vec<String> = self.lines.values().map(|(name, _)| name.clone()).collect();
        self.lines.retain(|_, (name, _)| !chosen(name));
        let names: Vec<String> = self.tasks.keys().filter(|name| chosen(name)).cloned().collect();
        for name in names {
            let Some(task) = self.tasks.remove(&name) else { continue };
            let Ok(runtime) = runtime() else { continue };
            if !with_line.contains(&name) {
                // Between two connections there is nothing to carry.
                task.abort();
                continue;
            }
            let abort = task.abort_handle();
            let (done, wait) = mpsc::channel();
            runtime.spawn(async move {
                if timeout(CLOSE_WITHIN, task).await.is_err() {
                    abort.abort();
                }
                let _ = done.send(());
            });
            let _ = wait.recv_timeout(CLOSE_WITHIN + Duration::from_secs(1));
        }
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for task in self.tasks.values() {
            task.abort();
        }
    }
}

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

/// One relay's connection, for as long as the engine wants it.
struct Task {
    relay: String,
    inbox: mpsc::Sender<Message>,
    numbers: Arc<AtomicU32>,
}

/// Why one connection ended.
enum End {
    Cut(String),
    Again,
    Hung,
}

impl Task {
    async fn run(self) {
        let budget = Arc::new(Semaphore::new(BUDGET));
        let mut failures = 0_u32;
        loop {
            self.say(RelayState::Connecting);
            let why = match self.connect().await {
                Ok(socket) => {
                    let line = LineId(self.numbers.fetch_add(1, Ordering::Relaxed));
                    let (outgoing, orders) = queue::unbounded_channel();
                    let began = Instant::now();
                    if self.inbox.send(Message::Opened { line, relay: self.relay.clone(), outgoing }).is_err() {
                        return;
                    }
                    let end = self.carry(socket, line, orders, &budget).await;
                    if self.inbox.send(Message::Closed { line }).is_err() {
                        return;
                    }
                    // A line that stood for a while starts the back-off anew; one that is cut at once does not.
                    if began.elapsed() > Duration::from_secs(10) {
                        failures = 0;
                    }
                    match end {
                        End::Hung => return,
                        End::Again => "the connection is made anew".to_owned(),
                        End::Cut(why) => why,
                    }
                }
                Err(why) => why,
            };
            self.say(RelayState::Down { why });
            sleep(Self::wait(failures)).await;
            failures = failures.saturating_add(1);
        }
    }

    /// Exponential back-off with full jitter: a relay that comes back is not met by everybody at once.
    fn wait(failures: u32) -> Duration {
        let most = FIRST_WAIT_MS.saturating_mul(1 << failures.min(16)).min(LONGEST_WAIT_MS);
        let mut draw = [0; 8];
        SystemRandom.fill(&mut draw);
        Duration::from_millis(u64::from_be_bytes(draw) % (most + 1))
    }

    fn say(&self, state: RelayState) {
        let _ = self.inbox.send(Message::Relay { relay: self.relay.clone(), state });
    }

    async fn connect(&self) -> Result<Socket, String> {
        let config = WebSocketConfig::default().max_message_size(Some(LARGEST_MESSAGE)).max_frame_size(Some(LARGEST_MESSAGE));
        let plain = self.relay.starts_with("ws://");
        let connector = if plain { Connector::Plain } else { tls()? };
        // The last argument asks for TCP_NODELAY: a keystroke must not wait for another.
        let address = format!("{}{PATH}", self.relay);
        let connecting = connect_async_tls_with_config(address.as_str(), Some(config), true, Some(connector));
        let (socket, _) = timeout(CONNECT_WITHIN, connecting)
            .await
            .map_err(|_| "it does not answer".to_owned())?
            .map_err(|error| sentence(&error))?;
        if let (true, MaybeTlsStream::Plain(stream)) = (plain, socket.get_ref()) {
            // "localhost" is a name like any other: where it leads is what counts.
            if !stream.peer_addr().is_ok_and(|address| address.ip().is_loopback()) {
                return Err("its address leads beyond this computer and would not be encrypted".to_owned());
            }
        }
        Ok(socket)
    }

    async fn carry(
        &self,
        socket: Socket,
        line: LineId,
        mut orders: queue::UnboundedReceiver<Outgoing>,
        budget: &Arc<Semaphore>,
    ) -> End {
        let (mut sink, mut stream) = socket.split();
        let mut silent = 0;
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    Some(Outgoing::Frame(frame)) => {
                        if let Err(error) = sink.feed(SocketMessage::Binary(frame.into())).await {
                            return End::Cut(sentence(&error));
                        }
                        // Whatever else waits goes in the same write.
                        let mut end = None;
                        while let Ok(order) = orders.try_recv() {
                            match order {
                                Outgoing::Frame(frame) => {
                                    if let Err(error) = sink.feed(SocketMessage::Binary(frame.into())).await {
                                        return End::Cut(sentence(&error));
                                    }
                                }
                                Outgoing::Reconnect => end = Some(End::Again),
                                Outgoing::Hang => end = Some(End::Hung),
                            }
                            if end.is_some() {
                                break;
                            }
                        }
                        if let Err(error) = sink.flush().await {
                            return End::Cut(sentence(&error));
                        }
                        if let Some(end) = end {
                            return farewell(sink, stream, end).await;
                        }
                    }
                    Some(Outgoing::Reconnect) => return farewell(sink, stream, End::Again).await,
                    Some(Outgoing::Hang) | None => return farewell(sink, stream, End::Hung).await,
                },
                heard = timeout(SILENCE, stream.next()) => match heard {
                    Ok(Some(Ok(SocketMessage::Binary(bytes)))) => {
                        silent = 0;
                        let cost = u32::try_from(bytes.len().clamp(1, BUDGET)).unwrap_or(u32::MAX);
                        let Ok(permit) = Arc::clone(budget).acquire_many_owned(cost).await else { return End::Hung };
                        if self.inbox.send(Message::Frame { line, bytes: bytes.into(), permit }).is_err() {
                            return End::Hung;
                        }
                    }
                    Ok(Some(Ok(SocketMessage::Close(_)))) | Ok(None) => return End::Cut("it closed the connection".to_owned()),
                    Ok(Some(Ok(_))) => silent = 0,
                    Ok(Some(Err(error))) => return End::Cut(sentence(&error)),
                    Err(_) if silent > 0 => return End::Cut("it does not answer any more".to_owned()),
                    Err(_) => {
                        silent += 1;
                        if let Err(error) = sink.send(SocketMessage::Ping(Vec::new().into())).await {
                            return End::Cut(sentence(&error));
                        }
                    }
                },
            }
        }
    }
}

/// Closes a connection so that the other side has read what was sent before.
async fn farewell(
    mut sink: futures_util::stream::SplitSink<Socket, SocketMessage>,
    mut stream: futures_util::stream::SplitStream<Socket>,
    end: End,
) -> End {
    let closing = async {
        if sink.send(SocketMessage::Close(None)).await.is_ok() {
            while let Some(Ok(_)) = stream.next().await {}
        }
    };
    let _ = timeout(CLOSE_WITHIN / 2, closing).await;
    end
}

/// What a socket's error means to a person.
fn sentence(error: &SocketError) -> String {
    match error {
        // What rustls says comes inside an error of the socket.
        SocketError::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref()) {
            Some(tls) => tls_sentence(tls),
            None => io_sentence(error),
        },
        SocketError::Http(response) => format!("what answers there is not a Kith relay (it said {})", response.status()),
        SocketError::ConnectionClosed | SocketError::AlreadyClosed => "it closed the connection".to_owned(),
        SocketError::Tls(error) => format!("it cannot prove who it is ({error})"),
        other => other.to_string(),
    }
}

fn io_sentence(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::ConnectionRefused => "nothing answers there".to_owned(),
        std::io::ErrorKind::ConnectionReset | std::io::ErrorKind::UnexpectedEof => "the connection was cut".to_owned(),
        _ => error.to_string(),
    }
}

/// Why a relay could not prove who it is, or no encrypted connection stands. Nothing of ours was sent.
fn tls_sentence(error: &rustls::Error) -> String {
    use rustls::{CertificateError as Certificate, Error};
    match error {
        Error::InvalidCertificate(Certificate::UnknownIssuer) => {
            "it cannot prove who it is: this computer does not trust the authority that signed its certificate. Ask your IT team"
        }
        Error::InvalidCertificate(Certificate::NotValidForName | Certificate::NotValidForNameContext { .. }) => {
            "it cannot prove who it is: its certificate is for another name. Check the address with your IT team"
        }
        Error::InvalidCertificate(Certificate::Expired | Certificate::ExpiredContext { .. }) => {
            "it cannot prove who it is: its certificate has run out, or this computer's clock is wrong"
        }
        Error::InvalidCertificate(Certificate::NotValidYet | Certificate::NotValidYetContext { .. }) => {
            "it cannot prove who it is: its certificate is not valid yet, or this computer's clock is wrong"
        }
        Error::InvalidCertificate(_) | Error::NoCertificatesPresented => {
            "it cannot prove who it is: its certificate does not hold. Ask your IT team"
        }
        Error::InvalidMessage(_) => "what answers there does not speak TLS, so nothing would be encrypted. Check the address",
        _ => return format!("no encrypted connection could be made ({error})"),
    }
    .to_owned()
}

/// Calls `f` once, on a thread of its own, when this process is asked to end (Ctrl-C; on Unix also SIGTERM).
pub fn on_interrupt(f: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    runtime()?.spawn(async move {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let Ok(mut ended) = signal(SignalKind::terminate()) else { return };
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = ended.recv() => {}
            }
        }
        #[cfg(not(unix))]
        if tokio::signal::ctrl_c().await.is_err() {
            return;
        }
        let _ = tokio::task::spawn_blocking(f).await;
    });
    Ok(())
}
