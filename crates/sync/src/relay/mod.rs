//! The relay's side of the protocol, without I/O.
//!
//! # The loop
//!
//! A driver owns a [`RelayEngine`], a [`RelayCore`] and sockets. It takes whatever events wait (at least one), and
//!
//! 1. opens one transaction ([`RelayEngine::begin`]),
//! 2. hands each event to [`RelayCore::handle`], then calls [`RelayCore::flush`] once: records accepted by several events leave in
//!    one frame for each reader,
//! 3. commits, and only then sends and closes what the [`RelayEffects`] of steps 2 say, in their order.
//!
//! So nobody is told of a record that a power cut could take back, and one fsync serves all that came together. If anything
//! fails, the driver rolls back, throws the effects away and calls [`RelayCore::forget`].
//!
//! # What it does and does not know
//!
//! It checks, without reading: a signed-in device, a member of the group, its role, the epoch, that a commit is lawful, sizes and
//! quotas. It numbers and chains records (protocol 2), and it holds nothing that names a person.
//!
//! A reader is a cursor, never a queue: for each reader the core remembers the last record sent and how many bytes the socket has
//! yet to take. When those exceed the window nothing more is queued; the cursor stays where it is until [`RelayEvent::Drained`].

mod blobs;
mod codes;
mod config;
pub mod conformance;
mod connection;
mod effects;
mod groups;
mod guests;
mod hold;
mod joining;
mod log;
mod memory;
mod passing;
mod reading;
mod rooms;
mod sign_in;
mod step;
mod store;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use kith_group::{DocumentId, GuestLinkId, Random, RelayId, RequestId};

pub use config::{
    CODE_TRIES, Enrolment, Limits, MAX_ADMISSION, MAX_CHUNKS, MAX_GROUP_INFO, MAX_PRESENCE, MAX_REQUEST, MAX_WINDOW, RelayConfig,
};
pub use effects::{ConnId, RelayCounts, RelayEffects, RelayEvent};
pub use guests::{GuestAnswer, GuestAsk};
pub use memory::MemoryStore;
pub use sign_in::token_digest;
pub use store::{
    AdmissionRow, Appended, BlobRow, Decision, DocumentRow, GuestCodeRow, GuestItemRow, GuestLinkRow, GuestReadingRow, Head,
    InviteRow, NewRecord, Place, ReceiptRow, RelayEngine, RelayStore, RemovedRow, RequestRow, StoreError,
};

use crate::wire::{About, Reason, ServerMessage};
use connection::{Allowance, Connection};
use groups::Groups;
use rooms::Room;
use step::Step;

/// The relay's state machine. Everything in it can be rebuilt from the store and by clients that connect again.
pub struct RelayCore {
    config: RelayConfig,
    random: Box<dyn Random>,
    relay: Option<RelayId>,
    connections: BTreeMap<ConnId, Connection>,
    rooms: BTreeMap<DocumentId, Room>,
    groups: Groups,
    watchers: BTreeMap<RequestId, BTreeSet<ConnId>>,
    /// Documents whose logs grew since the last flush.
    grown: BTreeSet<DocumentId>,
    /// Documents that are held.
    held: BTreeSet<DocumentId>,
    /// Encoded frames of this batch, by document and the cursor that they move on, with the cursor after them.
    frames: BTreeMap<(DocumentId, u64), (Bytes, u64)>,
    /// Guests' links by which something came lately: how much more may come. In memory only, and dropped once it is full again.
    guests: BTreeMap<GuestLinkId, Allowance>,
    /// How many more codes may be tried.
    codes: Option<Allowance>,
    /// When readings were last looked through for closed windows, in Unix milliseconds.
    swept_ms: i64,
}

impl RelayCore {
    /// A relay that goes by `config`. Its id comes from the store.
    pub fn new(config: RelayConfig, random: Box<dyn Random>) -> Self {
        let groups = Groups::new(config.limits.cached_groups);
        Self {
            config,
            random,
            relay: None,
            connections: BTreeMap::new(),
            rooms: BTreeMap::new(),
            groups,
            watchers: BTreeMap::new(),
            grown: BTreeSet::new(),
            held: BTreeSet::new(),
            frames: BTreeMap::new(),
            guests: BTreeMap::new(),
            codes: None,
            swept_ms: i64::MIN,
        }
    }

    /// Handles one event inside an open transaction of `store`. `now_ms` is Unix time in milliseconds.
    ///
    /// On an error the driver rolls back and calls [`RelayCore::forget`].
    pub fn handle(&mut self, store: &mut dyn RelayStore, now_ms: i64, event: RelayEvent) -> Result<RelayEffects, StoreError> {
        let mut step = Step::new(self, store, now_ms);
        step.expire_holds()?;
        step.event(event)?;
        Ok(step.effects)
    }

    /// Answers a guest inside an open transaction of `store`. The answer may only be given, and the effects let out, once the
    /// transaction is committed.
    pub fn guest(
        &mut self,
        store: &mut dyn RelayStore,
        now_ms: i64,
        ask: GuestAsk,
    ) -> Result<(GuestAnswer, RelayEffects), StoreError> {
        let mut step = Step::new(self, store, now_ms);
        let answer = step.guest(ask)?;
        Ok((answer, step.effects))
    }

    /// Sends what the events of this batch appended to everybody who is live, in as few frames as possible. Called once at the
    /// end of each batch, inside its transaction.
    pub fn flush(&mut self, store: &mut dyn RelayStore, now_ms: i64) -> Result<RelayEffects, StoreError> {
        let mut step = Step::new(self, store, now_ms);
        step.fan_out()?;
        Ok(step.effects)
    }

    /// After a transaction that did not commit: drops all copies of what the store holds and everything that connections had
    /// proved. Every client is told that nothing was kept and is closed; it connects again and sends again what was not
    /// acknowledged.
    pub fn forget(&mut self) -> RelayEffects {
        self.groups.forget_all();
        self.rooms.clear();
        self.watchers.clear();
        self.grown.clear();
        self.held.clear();
        self.frames.clear();
        self.relay = None;
        self.close_all(Reason::StoreFailed)
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// How many documents have somebody connected.
    pub fn documents(&self) -> usize {
        self.rooms.len()
    }

    /// How many groups are in memory.
    pub fn cached_groups(&self) -> usize {
        self.groups.len()
    }

    /// Bytes sent on a connection and not yet taken by its socket.
    pub fn in_flight(&self, conn: ConnId) -> usize {
        self.connections.get(&conn).map_or(0, |connection| connection.in_flight)
    }

    /// Refuses and closes every connection.
    fn close_all(&mut self, reason: Reason) -> RelayEffects {
        let message = ServerMessage::Refused { about: About::Connection, reason, expected: None };
        let frame = Bytes::from(message.to_frame());
        let mut effects = RelayEffects::default();
        for conn in std::mem::take(&mut self.connections).into_keys() {
            effects.send.push((conn, frame.clone()));
            effects.close.push(conn);
        }
        effects
    }
}

impl std::fmt::Debug for RelayCore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RelayCore")
            .field("connections", &self.connections.len())
            .field("documents", &self.rooms.len())
            .finish_non_exhaustive()
    }
}
