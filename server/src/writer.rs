//! The one thread that decides and writes: many events, one transaction, one fsync (group commit).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use kith_sync::relay::{ConnId, GuestAnswer, RelayCore, RelayEffects, RelayEngine, RelayEvent, StoreError};
use tokio::sync::{mpsc, oneshot};

use crate::SqliteStore;
use crate::inbox::{Input, Output};
use crate::metrics::Metrics;

/// The most events in one transaction: a bound on how long the first of them waits for its acknowledgement.
const BATCH: usize = 512;

/// What guests are told once the transaction is committed.
type Answers = Vec<(oneshot::Sender<GuestAnswer>, GuestAnswer)>;

/// The writer.
pub(crate) struct Writer {
    pub(crate) core: RelayCore,
    pub(crate) store: SqliteStore,
    pub(crate) inbox: mpsc::Receiver<Input>,
    pub(crate) metrics: Arc<Metrics>,
}

impl Writer {
    /// Runs until it is told to stop, or the store fails.
    pub(crate) fn run(mut self) -> Result<(), StoreError> {
        let mut sockets: HashMap<ConnId, mpsc::UnboundedSender<Output>> = HashMap::new();
        let mut batch = Vec::new();
        loop {
            let Some(first) = self.inbox.blocking_recv() else { return Ok(()) };
            batch.push(first);
            while batch.len() < BATCH {
                match self.inbox.try_recv() {
                    Ok(next) => batch.push(next),
                    Err(_) => break,
                }
            }
            let stop = batch.iter().any(|input| matches!(input, Input::Event(RelayEvent::Stop)));
            match self.batch(&mut batch, &mut sockets) {
                Ok((effects, answers)) => {
                    release(&mut sockets, effects);
                    for (to, answer) in answers {
                        // A guest who is gone hears nothing; what they sent is kept.
                        let _ = to.send(answer);
                    }
                    self.metrics.open(self.core.connections(), self.core.documents(), self.core.cached_groups());
                }
                Err(error) => {
                    // The error that matters is the first; after it a rollback can fail, too.
                    if let Err(second) = self.store.rollback() {
                        tracing::warn!("the transaction could not be rolled back: {second}");
                    }
                    release(&mut sockets, self.core.forget());
                    return Err(error);
                }
            }
            if stop {
                return Ok(());
            }
        }
    }

    /// One transaction. What it returns may only be let out after it returned.
    fn batch(
        &mut self,
        batch: &mut Vec<Input>,
        sockets: &mut HashMap<ConnId, mpsc::UnboundedSender<Output>>,
    ) -> Result<(RelayEffects, Answers), StoreError> {
        let now_ms = now_ms();
        let mut answers = Answers::new();
        let events = batch.len();
        let mut effects = RelayEffects::default();
        self.store.begin()?;
        for input in batch.drain(..) {
            let event = match input {
                Input::Opened(conn, to) => {
                    sockets.insert(conn, to);
                    RelayEvent::Opened(conn)
                }
                Input::Frame(conn, frame, _room) => RelayEvent::Frame(conn, frame),
                Input::Guest(ask, to) => {
                    let (answer, told) = self.core.guest(&mut self.store, now_ms, ask)?;
                    answers.push((to, answer));
                    effects.extend(told);
                    continue;
                }
                Input::Event(event) => {
                    if let RelayEvent::Closed(conn) = &event {
                        sockets.remove(conn);
                    }
                    event
                }
            };
            effects.extend(self.core.handle(&mut self.store, now_ms, event)?);
        }
        effects.extend(self.core.flush(&mut self.store, now_ms)?);
        let began = Instant::now();
        self.store.commit()?;
        self.metrics.batch(events, began.elapsed(), &effects.counts);
        Ok((effects, answers))
    }
}

/// Hands frames to their sockets. A socket that is gone reports so itself.
fn release(sockets: &mut HashMap<ConnId, mpsc::UnboundedSender<Output>>, effects: RelayEffects) {
    for (conn, frame) in effects.send {
        if let Some(socket) = sockets.get(&conn) {
            let _ = socket.send(Output::Frame(frame));
        }
    }
    for conn in effects.close {
        if let Some(socket) = sockets.remove(&conn) {
            let _ = socket.send(Output::Close);
        }
    }
}

/// The wall clock, in Unix milliseconds.
fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
