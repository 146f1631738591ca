//! The world: a clock, lines that fail, machines that stop, and a relay.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use bytes::Bytes;
use kith_group::{AppendRule, DocumentKind, InviteId, Link, RelayId, SeededRandom};
use kith_sync::client::{ClientCore, ClientError, Effects, Input, Notice};
use kith_sync::relay::{ConnId, Enrolment, MemoryStore, RelayConfig, RelayCore, RelayEffects, RelayEngine, RelayEvent};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

use super::Plan;
use super::peers::{CANARY, Peer, genesis, line_id};

/// The relay's address, as links name it.
pub(super) const RELAY: &str = "ws://127.0.0.1:4480";

/// When the story begins: 2026-01-05 09:00 UTC, in Unix milliseconds.
const START: i64 = 1_767_603_600_000;

/// Something that will happen.
#[derive(Debug)]
pub(super) enum Event {
    ToRelay { conn: u64, bytes: Vec<u8> },
    ToClient { conn: u64, bytes: Bytes },
    RelayTick,
    RelayStarts,
    ClientTick(usize),
    Starts(usize),
    Connects(usize),
    Syncs(usize),
    Invites(usize),
    Edits(usize),
    GoesOffline(usize, i64),
    ComesBack(usize),
    Chores(usize),
    Removes(usize),
    Misbehaves(usize),
}

/// A connection.
struct Conn {
    peer: usize,
    alive: bool,
    /// When the last frame in each direction arrives: frames do not overtake unless the plan says so.
    last_up: i64,
    last_down: i64,
}

/// A simulated world.
pub struct World {
    pub(super) plan: Plan,
    pub(super) now: i64,
    pub(super) random: ChaCha20Rng,
    queue: BinaryHeap<Reverse<(i64, u64)>>,
    events: BTreeMap<u64, Event>,
    scheduled: u64,
    pub(super) peers: Vec<Peer>,
    conns: BTreeMap<u64, Conn>,
    next_conn: u64,
    relay: Option<RelayCore>,
    pub(super) store: MemoryStore,
    relay_tick: bool,
    faults: bool,
    pub(super) links: BTreeMap<InviteId, Link>,
    /// What did not hold on the way.
    pub(super) wrong: Vec<String>,
    pub(super) steps: u64,
    pub(super) crashes: u64,
    pub(super) cuts: u64,
}

impl World {
    /// The world of a plan, before anything has happened.
    pub fn new(plan: &Plan) -> Self {
        let mut random = ChaCha20Rng::seed_from_u64(plan.seed);
        let skew = plan.skew_ms;
        let peers = (0..plan.people)
            .map(|index| Peer::new(index, if skew == 0 { 0 } else { random.random_range(-skew..=skew) }))
            .collect();
        let mut world = Self {
            plan: plan.clone(),
            now: START,
            random,
            queue: BinaryHeap::new(),
            events: BTreeMap::new(),
            scheduled: 0,
            peers,
            conns: BTreeMap::new(),
            next_conn: 1,
            relay: None,
            store: MemoryStore::new(RelayId([7; 16])),
            relay_tick: false,
            faults: true,
            links: BTreeMap::new(),
            wrong: Vec::new(),
            steps: 0,
            crashes: 0,
            cuts: 0,
        };
        world.start_relay();
        for index in 0..plan.people {
            world.start_peer(index);
        }
        world.create();
        world.write_story();
        world
    }

    pub(super) fn at(&mut self, when: i64, event: Event) {
        self.scheduled += 1;
        self.queue.push(Reverse((when.max(self.now), self.scheduled)));
        self.events.insert(self.scheduled, event);
    }

    fn one_in(&mut self, n: u32) -> bool {
        self.faults && n > 0 && self.random.next_u32().is_multiple_of(n)
    }

    fn start_relay(&mut self) {
        self.relay = Some(RelayCore::new(RelayConfig::new(Enrolment::Open), Box::new(SeededRandom::new(self.plan.seed ^ 0xee))));
    }

    fn start_peer(&mut self, index: usize) {
        let seed = self.plan.seed;
        if let Err(error) = self.peers[index].start(seed) {
            self.wrong.push(format!("{index} could not open its store: {error}"));
            return;
        }
        self.at(self.now, Event::Connects(index));
    }

    fn create(&mut self) {
        let clock = self.peers[0].clock(self.now);
        let peer = &mut self.peers[0];
        let Some(core) = peer.core.as_mut() else { return };
        peer.disk.begin();
        match core.create_document(&mut peer.disk, clock, DocumentKind::WORKING, AppendRule::Everyone, Some(RELAY), &mut genesis)
        {
            Ok(identity) => {
                peer.disk.commit(true);
                peer.document = Some(identity.document);
            }
            Err(error) => self.wrong.push(format!("creating: {error}")),
        }
    }

    fn write_story(&mut self) {
        let lasts = self.plan.lasts_ms;
        for index in 1..self.plan.people {
            let when = self.now + self.random.random_range(0..lasts * 2 / 5);
            self.at(when, Event::Invites(index));
        }
        for _ in 0..self.plan.edits {
            let (who, when) = (self.random.random_range(0..self.plan.people), self.random.random_range(0..lasts));
            // Bursts: people type for a while, then pause.
            for key in 0..self.random.random_range(1..5) {
                self.at(self.now + when + key * 170, Event::Edits(who));
            }
        }
        for index in 0..self.plan.people {
            for _ in 0..self.random.random_range(0..3) {
                let (when, long) = (self.random.random_range(0..lasts), self.random.random_range(0..lasts / 4));
                self.at(self.now + when, Event::GoesOffline(index, long));
            }
        }
        if self.plan.hostile {
            for _ in 0..self.random.random_range(3..15) {
                let when = self.now + self.random.random_range(lasts / 3..lasts);
                self.at(when, Event::Misbehaves(1));
            }
        }
        for removal in 0..self.plan.removals {
            let when = self.now + self.random.random_range(lasts / 2..lasts);
            self.at(when, Event::Removes(self.plan.people - 1 - removal));
        }
    }

    /// Plays the story, with its faults.
    pub fn play(&mut self) {
        let end = self.now + self.plan.lasts_ms;
        while self.next(Some(end)) {}
        self.now = self.now.max(end);
    }

    /// Lets everything come to rest without faults.
    pub fn settle(&mut self) {
        self.faults = false;
        for index in 0..self.peers.len() {
            self.peers[index].online = true;
            if self.peers[index].core.is_none() {
                self.start_peer(index);
            }
            self.at(self.now, Event::Connects(index));
            self.at(self.now, Event::Chores(index));
        }
        let give_up = self.now + 24 * 3_600_000;
        let mut look = self.now + 1_000;
        while self.now < give_up {
            if !self.next(Some(look)) {
                self.now = look;
                if self.is_quiet() {
                    break;
                }
                look += 1_000;
                for index in 0..self.peers.len() {
                    self.at(self.now, Event::Chores(index));
                }
            }
        }
        if !self.is_quiet() {
            self.wrong.push(format!("the world did not come to rest: {}", self.unrest()));
        }
        for index in 0..self.peers.len() {
            self.step(index, |core, disk, now| core.farewell(disk, now));
        }
        let end = self.now + 5_000;
        while self.next(Some(end)) {}
        for index in 0..self.peers.len() {
            self.step(index, |core, disk, now| core.rest(disk, now).map(|()| Effects::default()));
        }
    }

    fn is_quiet(&self) -> bool {
        let waits = self.events.values().any(|event| matches!(event, Event::ToRelay { .. } | Event::ToClient { .. }));
        !waits
            && self.peers.iter().filter(|peer| !peer.hostile).all(|peer| {
                let Some(core) = &peer.core else { return false };
                let joined = peer.request.is_none()
                    || core.joins(&peer.disk).is_ok_and(|joins| joins.iter().all(|join| !join.progress.is_open()));
                let connected = peer.line.is_some();
                joined && connected && core.is_quiet(&peer.disk).unwrap_or(false)
            })
    }

    /// What keeps the world from rest, for whoever reads a failure.
    fn unrest(&self) -> String {
        let peers = self.peers.iter().map(|peer| {
            let documents = peer.core.as_ref().map(ClientCore::documents).unwrap_or_default();
            let quiet = peer.core.as_ref().is_some_and(|core| core.is_quiet(&peer.disk).unwrap_or(false));
            let joins = peer.core.as_ref().and_then(|core| core.joins(&peer.disk).ok()).unwrap_or_default();
            let progress: Vec<_> = joins.iter().map(|join| &join.progress).collect();
            let standing: Vec<_> = documents.iter().map(|document| &document.standing).collect();
            let document = peer.document.zip(peer.core.as_ref());
            let intents = document.and_then(|(id, core)| core.intents(&peer.disk, &id).ok()).map_or(0, |intents| intents.len());
            format!("{}: line {:?} quiet {quiet} {standing:?} wishes {intents} joins {progress:?}", peer.index, peer.line)
        });
        peers.collect::<Vec<_>>().join("; ")
    }

    /// Lets the next thing happen, if one does before `until`.
    fn next(&mut self, until: Option<i64>) -> bool {
        let Some(Reverse((when, number))) = self.queue.peek().copied() else { return false };
        if until.is_some_and(|until| when > until) {
            return false;
        }
        self.queue.pop();
        self.now = self.now.max(when);
        if let Some(event) = self.events.remove(&number) {
            self.steps += 1;
            self.happens(event);
        }
        true
    }

    fn happens(&mut self, event: Event) {
        match event {
            Event::ToRelay { conn, bytes } => {
                if self.conns.get(&conn).is_some_and(|conn| conn.alive) {
                    self.relay_step(RelayEvent::Frame(ConnId(conn), bytes.into()));
                }
            }
            Event::ToClient { conn, bytes } => {
                let Some(peer) = self.conns.get(&conn).filter(|conn| conn.alive).map(|conn| conn.peer) else { return };
                self.relay_step(RelayEvent::Drained { conn: ConnId(conn), bytes: bytes.len() });
                self.step(peer, |core, disk, now| {
                    core.handle(disk, now, Input::Frame { line: line_id(conn), bytes: bytes.to_vec() })
                });
            }
            Event::RelayTick => {
                self.relay_tick = false;
                self.relay_step(RelayEvent::Tick);
            }
            Event::RelayStarts => self.start_relay(),
            Event::ClientTick(index) => {
                self.peers[index].tick_at = None;
                self.step(index, |core, disk, now| core.handle(disk, now, Input::Tick));
            }
            Event::Starts(index) => {
                if self.peers[index].core.is_none() {
                    self.start_peer(index);
                }
            }
            Event::Connects(index) => self.connect(index),
            Event::Syncs(index) => {
                if self.peers[index].core.is_some() {
                    self.peers[index].disk.commit(true);
                }
            }
            Event::Invites(index) => self.invite(index),
            Event::Edits(index) => self.edit(index),
            Event::GoesOffline(index, long) => {
                self.peers[index].online = false;
                if let Some(conn) = self.peers[index].line {
                    self.cut(conn);
                }
                self.at(self.now + long, Event::ComesBack(index));
            }
            Event::ComesBack(index) => {
                self.peers[index].online = true;
                self.at(self.now, Event::Connects(index));
            }
            Event::Chores(index) => self.chores(index),
            Event::Removes(index) => self.remove(index),
            Event::Misbehaves(index) => self.misbehave(index),
        }
    }

    fn connect(&mut self, index: usize) {
        let peer = &self.peers[index];
        if !peer.online || peer.line.is_some() || peer.core.is_none() {
            return;
        }
        if self.relay.is_none() {
            self.at(self.now + 500, Event::Connects(index));
            return;
        }
        let conn = self.next_conn;
        self.next_conn += 1;
        self.conns.insert(conn, Conn { peer: index, alive: true, last_up: self.now, last_down: self.now });
        self.peers[index].line = Some(conn);
        self.step(index, |core, disk, now| core.handle(disk, now, Input::Opened { line: line_id(conn), relay: RELAY.into() }));
        self.relay_step(RelayEvent::Opened(ConnId(conn)));
    }

    /// A line is gone, for both ends.
    fn cut(&mut self, conn: u64) {
        let Some(line) = self.conns.get_mut(&conn) else { return };
        if !line.alive {
            return;
        }
        line.alive = false;
        let peer = line.peer;
        self.cuts += 1;
        self.relay_step(RelayEvent::Closed(ConnId(conn)));
        if self.peers[peer].line == Some(conn) {
            self.peers[peer].line = None;
            self.step(peer, |core, disk, now| core.handle(disk, now, Input::Closed { line: line_id(conn) }));
            let again = self.now + self.random.random_range(100..3_000);
            self.at(again, Event::Connects(peer));
        }
    }

    /// A machine stops, with everything that was only in its memory.
    fn crash_peer(&mut self, index: usize) {
        self.crashes += 1;
        let lost = self.random.random_range(0..=self.peers[index].disk.at_risk());
        self.peers[index].disk.crash(lost);
        self.peers[index].core = None;
        if let Some(conn) = self.peers[index].line.take() {
            if let Some(line) = self.conns.get_mut(&conn) {
                line.alive = false;
            }
            self.relay_step(RelayEvent::Closed(ConnId(conn)));
        }
        let again = self.now + self.random.random_range(200..20_000);
        self.at(again, Event::Starts(index));
    }

    fn crash_relay(&mut self) {
        self.crashes += 1;
        self.store.crash();
        self.relay = None;
        let conns: Vec<u64> = self.conns.iter().filter(|(_, conn)| conn.alive).map(|(number, _)| *number).collect();
        for conn in conns {
            self.cut(conn);
        }
        let again = self.now + self.random.random_range(200..10_000);
        self.at(again, Event::RelayStarts);
    }

    /// One step of one practitioner's program: a transaction, then its effects. Returns whether it was committed.
    pub(super) fn step(
        &mut self,
        index: usize,
        f: impl FnOnce(&mut ClientCore, &mut super::Disk, i64) -> Result<Effects, ClientError>,
    ) -> bool {
        let crash = self.one_in(self.plan.crash_one_in);
        let before = crash && self.random.next_u32().is_multiple_of(2);
        let clock = self.peers[index].clock(self.now);
        let peer = &mut self.peers[index];
        let Some(core) = peer.core.as_mut() else { return false };
        peer.disk.begin();
        let effects = match f(core, &mut peer.disk, clock) {
            Ok(effects) => effects,
            Err(error) => {
                peer.disk.rollback();
                self.wrong.push(format!("a step of {index} failed: {error}"));
                return false;
            }
        };
        if before {
            self.crash_peer(index);
            return false;
        }
        self.peers[index].disk.commit(effects.durable);
        if !effects.durable {
            self.at(self.now + 250, Event::Syncs(index));
        }
        if crash {
            let durable = effects.durable;
            self.crash_peer(index);
            return durable;
        }
        let durable = effects.durable;
        self.release(index, effects);
        durable
    }

    /// A step's effects leave the machine.
    fn release(&mut self, index: usize, effects: Effects) {
        let line = self.peers[index].line;
        for (id, bytes) in effects.frames {
            if let Some(conn) = line.filter(|conn| line_id(*conn) == id) {
                self.up(conn, bytes);
            }
        }
        for notice in effects.notices {
            self.notice(index, notice);
        }
        self.note_removals(index);
        for (id, _) in effects.close {
            if let Some(conn) = line.filter(|conn| line_id(*conn) == id) {
                self.cut(conn);
            }
        }
        let skew = self.peers[index].skew;
        let wanted = self.peers[index].core.as_ref().and_then(ClientCore::next_tick).map(|at| at - skew);
        if let Some(at) = wanted
            && self.peers[index].tick_at.is_none_or(|known| at < known)
        {
            self.peers[index].tick_at = Some(at);
            self.at(at, Event::ClientTick(index));
        }
    }

    fn notice(&mut self, index: usize, notice: Notice) {
        match notice {
            Notice::Waiting { .. } => self.at(self.now + 1_000, Event::Chores(index)),
            Notice::Joined { document, .. } => self.peers[index].document = Some(document),
            Notice::Words { .. } => self.at(self.now + 2_000, Event::Chores(0)),
            Notice::Finding { text, .. } if !self.plan.hostile => self.wrong.push(format!("{index} found: {text}")),
            Notice::IntentFailed { why, .. } => self.wrong.push(format!("a wish of {index} failed: {why}")),
            Notice::JoinFailed { why, .. } => self.wrong.push(format!("{index} could not join: {why}")),
            _ => {}
        }
    }

    /// The roster of the lead who removes says who is out: the news of it may have been lost with a machine that stopped.
    fn note_removals(&mut self, index: usize) {
        if index != 0 || !self.peers.iter().any(|peer| peer.removing && peer.removed_at.is_none()) {
            return;
        }
        let Some((document, core)) = self.peers[index].document.zip(self.peers[index].core.as_ref()) else { return };
        let members: Vec<_> = core.members(&document).iter().map(|member| member.device).collect();
        let now = self.now;
        for peer in self.peers.iter_mut().filter(|peer| peer.removing && peer.removed_at.is_none()) {
            let device = peer.core.as_ref().and_then(|core| core.identity(&document)).map(|identity| identity.device);
            if device.is_some_and(|device| !members.contains(&device)) {
                peer.removed_at = Some(now);
            }
        }
    }

    /// A frame goes up.
    pub(super) fn up(&mut self, conn: u64, bytes: Vec<u8>) {
        self.look_for_canary(&bytes, "a frame to the relay");
        if self.one_in(self.plan.cut_one_in) {
            self.cut(conn);
            return;
        }
        let (overtakes, twice) = (self.one_in(self.plan.overtakes_one_in), self.one_in(self.plan.twice_one_in));
        let takes = self.random.random_range(1..=self.plan.latency_ms);
        let Some(line) = self.conns.get_mut(&conn) else { return };
        let arrives = if overtakes { self.now + 1 } else { line.last_up.max(self.now + takes) };
        line.last_up = line.last_up.max(arrives);
        if twice {
            self.at(arrives, Event::ToRelay { conn, bytes: bytes.clone() });
        }
        self.at(arrives, Event::ToRelay { conn, bytes });
        if !self.relay_tick {
            self.relay_tick = true;
            self.at(arrives + 2_200, Event::RelayTick);
        }
    }

    /// A frame comes down.
    fn down(&mut self, conn: u64, bytes: Bytes) {
        self.look_for_canary(&bytes, "a frame from the relay");
        if self.one_in(self.plan.cut_one_in) {
            self.cut(conn);
            return;
        }
        let (overtakes, twice) = (self.one_in(self.plan.overtakes_one_in), self.one_in(self.plan.twice_one_in));
        let takes = self.random.random_range(1..=self.plan.latency_ms);
        let Some(line) = self.conns.get_mut(&conn) else { return };
        let arrives = if overtakes { self.now + 1 } else { line.last_down.max(self.now + takes) };
        line.last_down = line.last_down.max(arrives);
        if twice {
            self.at(arrives, Event::ToClient { conn, bytes: bytes.clone() });
        }
        self.at(arrives, Event::ToClient { conn, bytes });
    }

    fn look_for_canary(&mut self, bytes: &[u8], place: &str) {
        if bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes()) {
            self.wrong.push(format!("{place} shows text"));
        }
    }

    /// One step of the relay: a transaction, then its effects.
    fn relay_step(&mut self, event: RelayEvent) {
        let crash = matches!(event, RelayEvent::Frame(..)) && self.one_in(self.plan.crash_one_in.saturating_mul(10));
        let before = crash && self.random.next_u32().is_multiple_of(2);
        let now = self.now;
        let Some(relay) = self.relay.as_mut() else { return };
        let stepped = self.store.begin().and_then(|()| {
            let mut effects: RelayEffects = relay.handle(&mut self.store, now, event)?;
            effects.extend(relay.flush(&mut self.store, now)?);
            Ok(effects)
        });
        let effects = match stepped {
            Ok(effects) => effects,
            Err(error) => {
                self.wrong.push(format!("the relay failed: {error}"));
                return;
            }
        };
        if before {
            self.crash_relay();
            return;
        }
        self.store.commit_as(true);
        if crash {
            self.crash_relay();
            return;
        }
        for (conn, bytes) in effects.send {
            self.down(conn.0, bytes);
        }
        for conn in effects.close {
            self.cut(conn.0);
        }
    }
}
