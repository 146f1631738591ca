//! A relay, its store in memory, and connections whose other ends are the test.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use kith_group::{DeviceKey, Digest, RelayId, SeededRandom, sign_in_message};

use crate::relay::{ConnId, Enrolment, MemoryStore, RelayConfig, RelayCore, RelayEffects, RelayEngine as _, RelayEvent};
use crate::wire::{ClientMessage, Credential, Reason, ServerMessage};

pub(super) const RELAY: RelayId = RelayId([9; 16]);

/// 2026, in Unix milliseconds.
pub(super) const START_MS: i64 = 1_790_000_000_000;

pub(super) struct World {
    pub(super) core: RelayCore,
    pub(super) store: MemoryStore,
    pub(super) now_ms: i64,
    pub(super) closed: BTreeSet<ConnId>,
    /// Connections whose sockets take nothing: their bytes stay in flight.
    pub(super) stuck: BTreeSet<ConnId>,
    heard: BTreeMap<ConnId, Vec<ServerMessage>>,
    connections: u64,
}

impl World {
    pub(super) fn new(enrolment: Enrolment) -> Self {
        Self::with(RelayConfig::new(enrolment))
    }

    pub(super) fn with(config: RelayConfig) -> Self {
        Self {
            core: RelayCore::new(config, Box::new(SeededRandom::new(1))),
            store: MemoryStore::new(RELAY),
            now_ms: START_MS,
            closed: BTreeSet::new(),
            stuck: BTreeSet::new(),
            heard: BTreeMap::new(),
            connections: 0,
        }
    }

    /// One transaction with these events, synced, then its effects.
    pub(super) fn batch(&mut self, events: Vec<RelayEvent>) -> RelayEffects {
        let effects = self.uncommitted(events);
        self.store.commit_as(true);
        self.release(&effects);
        effects
    }

    /// One transaction with these events, left open.
    pub(super) fn uncommitted(&mut self, events: Vec<RelayEvent>) -> RelayEffects {
        self.store.begin().unwrap();
        let mut effects = RelayEffects::default();
        for event in events {
            effects.extend(self.core.handle(&mut self.store, self.now_ms, event).unwrap());
        }
        effects.extend(self.core.flush(&mut self.store, self.now_ms).unwrap());
        effects
    }

    /// Hands effects to the other ends; sockets that are not stuck take everything at once.
    pub(super) fn release(&mut self, effects: &RelayEffects) {
        let mut taken: BTreeMap<ConnId, usize> = BTreeMap::new();
        for (conn, frame) in &effects.send {
            let message = ServerMessage::from_frame(frame).expect("the relay sends messages");
            self.heard.entry(*conn).or_default().push(message);
            if !self.stuck.contains(conn) {
                *taken.entry(*conn).or_default() += frame.len();
            }
        }
        self.closed.extend(&effects.close);
        let drained: Vec<_> = taken.into_iter().map(|(conn, bytes)| RelayEvent::Drained { conn, bytes }).collect();
        if !drained.is_empty() {
            self.batch(drained);
        }
    }

    /// A stuck socket takes `bytes`.
    pub(super) fn drain(&mut self, conn: ConnId, bytes: usize) {
        self.batch(vec![RelayEvent::Drained { conn, bytes }]);
    }

    pub(super) fn pass(&mut self, ms: i64) {
        self.now_ms += ms;
        self.batch(vec![RelayEvent::Tick]);
    }

    /// What a connection was sent since it was last asked.
    pub(super) fn heard(&mut self, conn: ConnId) -> Vec<ServerMessage> {
        self.heard.remove(&conn).unwrap_or_default()
    }

    pub(super) fn is_closed(&self, conn: ConnId) -> bool {
        self.closed.contains(&conn)
    }

    /// A frame, and everything that its sender hears of it.
    pub(super) fn frame(&mut self, conn: ConnId, frame: Vec<u8>) -> Vec<ServerMessage> {
        self.heard(conn);
        self.batch(vec![RelayEvent::Frame(conn, Bytes::from(frame))]);
        self.heard(conn)
    }

    pub(super) fn say(&mut self, conn: ConnId, message: &ClientMessage) -> Vec<ServerMessage> {
        self.frame(conn, message.to_frame())
    }

    /// The one reason why a message is refused.
    pub(super) fn refused(&mut self, conn: ConnId, message: &ClientMessage) -> Reason {
        let heard = self.say(conn, message);
        match heard.as_slice() {
            [ServerMessage::Refused { reason, .. }] => *reason,
            other => panic!("expected one refusal, heard {other:?}"),
        }
    }

    /// A connection and its challenge.
    pub(super) fn connect(&mut self) -> (ConnId, Digest) {
        self.connections += 1;
        let conn = ConnId(self.connections);
        self.batch(vec![RelayEvent::Opened(conn)]);
        match self.heard(conn).as_slice() {
            [ServerMessage::Challenge { relay: RELAY, nonce }] => (conn, *nonce),
            other => panic!("expected a challenge, heard {other:?}"),
        }
    }

    pub(super) fn sign_in_with(&self, key: &DeviceKey, nonce: &Digest, credential: Option<Credential>) -> ClientMessage {
        let signature = key.sign(&sign_in_message(&RELAY, &nonce.0));
        ClientMessage::SignIn { enrolment: key.public(), signature, credential }
    }

    /// A connection that is signed in with `key`.
    pub(super) fn signed_in(&mut self, key: &DeviceKey) -> (ConnId, Digest) {
        let (conn, nonce) = self.connect();
        let message = self.sign_in_with(key, &nonce, Some(Credential::Open));
        assert_eq!(self.say(conn, &message), [ServerMessage::SignedIn]);
        (conn, nonce)
    }
}
