//! What sockets hand to the writer thread, and what it hands back. Bounded on the way in by events and by bytes.

use std::sync::Arc;

use bytes::Bytes;
use kith_sync::relay::{ConnId, GuestAnswer, GuestAsk, RelayEvent};
use kith_sync::wire::MAX_FRAME;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

/// Events that may wait for the writer.
const EVENTS: usize = 4_096;

/// Bytes of frames that may wait for the writer, over all connections.
const BYTES: usize = 64 << 20;

/// To the writer.
pub(crate) enum Input {
    /// A connection opened; what is for it goes there.
    Opened(ConnId, mpsc::UnboundedSender<Output>),
    /// A frame, with the room that it takes until it is handled.
    Frame(ConnId, Bytes, OwnedSemaphorePermit),
    /// A guest's question, and where its answer goes.
    Guest(GuestAsk, oneshot::Sender<GuestAnswer>),
    /// Anything else.
    Event(RelayEvent),
}

/// To a socket.
pub(crate) enum Output {
    /// Send this. Not bounded here: the state machine counts what is under way and stops at its window.
    Frame(Bytes),
    /// Close, once all before it is out.
    Close,
}

/// The way to the writer.
#[derive(Clone)]
pub(crate) struct Inbox {
    events: mpsc::Sender<Input>,
    bytes: Arc<Semaphore>,
}

/// The writer is gone: the relay stops.
pub(crate) struct Gone;

impl Inbox {
    pub(crate) fn new() -> (Self, mpsc::Receiver<Input>) {
        let (events, receiver) = mpsc::channel(EVENTS);
        (Self { events, bytes: Arc::new(Semaphore::new(BYTES)) }, receiver)
    }

    pub(crate) async fn opened(&self, conn: ConnId, to: mpsc::UnboundedSender<Output>) -> Result<(), Gone> {
        self.events.send(Input::Opened(conn, to)).await.map_err(|_| Gone)
    }

    /// Waits for room, so that a flood is slowed at its own socket.
    pub(crate) async fn frame(&self, conn: ConnId, frame: Bytes) -> Result<(), Gone> {
        let size = u32::try_from(frame.len().clamp(1, MAX_FRAME)).unwrap_or(1);
        let permit = Arc::clone(&self.bytes).acquire_many_owned(size).await.map_err(|_| Gone)?;
        self.events.send(Input::Frame(conn, frame, permit)).await.map_err(|_| Gone)
    }

    pub(crate) async fn event(&self, event: RelayEvent) -> Result<(), Gone> {
        self.events.send(Input::Event(event)).await.map_err(|_| Gone)
    }

    /// Asks for a guest; `None` if the relay stops or could not store.
    pub(crate) async fn guest(&self, ask: GuestAsk) -> Option<GuestAnswer> {
        let (to, answer) = oneshot::channel();
        self.events.send(Input::Guest(ask, to)).await.ok()?;
        answer.await.ok()
    }

    /// Whether the writer still takes events.
    pub(crate) fn is_open(&self) -> bool {
        !self.events.is_closed()
    }
}
