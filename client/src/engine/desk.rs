//! The engine's thread: it alone touches the store and the protocol.
//!
//! Each turn of the loop takes what has come in, does it inside one transaction, commits where something must be on the disk
//! before anybody hears of it, and only then lets frames and answers out. What the relay has anyway may stay uncommitted for
//! [`LINGER`] (protocol 10). When a step fails, the whole open transaction is taken back, the protocol's memory is thrown away,
//! and every connection is made anew: what came from the relay comes again.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use kith_group::{DocumentId, DocumentKind};
use kith_sync::client::{ClientCore, ClientError, CloseReason, Effects, Input, LineId, Notice, Standing};

use super::event::{Event, RelayState};
use super::network::{Network, Outgoing};
use super::work::Work;
use super::{Clock, EngineError, Message, kept};
use crate::store::Store;

/// How long a transaction may stay open that holds only what the relay has too.
const LINGER: Duration = Duration::from_millis(250);
/// After this much silence views are stored and documents brought into order.
const IDLE: Duration = Duration::from_millis(1500);
/// How many frames are taken together at most before what they did is let out.
const BATCH: usize = 64;

/// The state of the engine's thread.
pub(super) struct Desk {
    core: ClientCore,
    store: Store,
    network: Network,
    clock: Clock,
    watchers: Vec<Sender<Event>>,
    /// What is done but not let out: it waits for the commit.
    held: Effects,
    /// When the open transaction must be committed.
    commit_by: Option<Instant>,
    /// Documents that changed since their view was stored.
    stale: BTreeSet<DocumentId>,
    /// When the loop last had work.
    last_work: Instant,
}

impl Desk {
    pub(super) fn new(core: ClientCore, store: Store, network: Network, clock: Clock) -> Self {
        Self {
            core,
            store,
            network,
            clock,
            watchers: Vec::new(),
            held: Effects::default(),
            commit_by: None,
            stale: BTreeSet::new(),
            last_work: Instant::now(),
        }
    }

    /// Works until told to stop.
    pub(super) fn run(mut self, inbox: &Receiver<Message>) {
        loop {
            let message = match inbox.recv_timeout(self.patience()) {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            let mut next = message;
            let mut taken = 0;
            while let Some(message) = next.take() {
                taken += 1;
                self.last_work = Instant::now();
                match message {
                    Message::Stop(done) => {
                        let _ = done.send(self.stop());
                        return;
                    }
                    Message::Job(job) => job(&mut self),
                    other => self.input(other),
                }
                if taken < BATCH {
                    next = inbox.try_recv().ok();
                }
            }
            self.tick();
            self.let_out(false);
            self.rest_if_idle();
        }
        let _ = self.stop();
    }

    /// How long nothing needs to be done if nothing comes.
    fn patience(&self) -> Duration {
        let tick = self.core.next_tick().map(|at| {
            let left = at.saturating_sub(self.clock.now_ms()).clamp(0, 60_000);
            Duration::from_millis(u64::try_from(left).unwrap_or(0))
        });
        let commit = self.commit_by.map(|at| at.saturating_duration_since(Instant::now()));
        let idle = (!self.stale.is_empty()).then(|| (self.last_work + IDLE).saturating_duration_since(Instant::now()));
        [tick, commit, idle].into_iter().flatten().min().unwrap_or(Duration::from_secs(60))
    }

    fn input(&mut self, message: Message) {
        match message {
            Message::Opened { line, relay, outgoing } => {
                self.network.opened(line, relay.clone(), outgoing);
                self.say(&Event::Relay { relay: relay.clone(), state: RelayState::Open });
                self.handle(Input::Opened { line, relay });
            }
            Message::Closed { line } => {
                // What the last frames of this line called for may be about the line itself.
                self.let_out(true);
                self.network.closed(line);
                self.handle(Input::Closed { line });
            }
            Message::Frame { line, bytes, permit } => {
                self.handle(Input::Frame { line, bytes });
                drop(permit);
            }
            Message::Relay { relay, state } => self.say(&Event::Relay { relay, state }),
            Message::Job(_) | Message::Stop(_) => {}
        }
    }

    fn tick(&mut self) {
        if self.core.next_tick().is_some_and(|at| at <= self.clock.now_ms()) {
            self.handle(Input::Tick);
        }
    }

    /// One step that the network or time asks for.
    fn handle(&mut self, input: Input) {
        let now_ms = self.clock.now_ms();
        let stepped = match self.store.begin() {
            Ok(()) => self.core.handle(&mut self.store, now_ms, input).map_err(EngineError::from),
            Err(error) => Err(error.into()),
        };
        let done = stepped.and_then(|effects| {
            let more = self.follow_up(&effects.notices);
            self.hold(effects);
            more
        });
        match done {
            Ok(()) => {
                self.commit_by.get_or_insert_with(|| Instant::now() + LINGER);
            }
            Err(error) => self.fail(&error),
        }
    }

    /// What news calls for, in the same transaction: commands that waited for an intent, and my name in what I joined.
    fn follow_up(&mut self, notices: &[Notice]) -> Result<(), EngineError> {
        for notice in notices {
            match notice {
                Notice::IntentDone { document, intent } => {
                    let commands = kept::take_follow_up(&mut self.store, document, *intent)?;
                    self.with_work(|work| {
                        // Who is in a summary, and by which link, stands in its working document.
                        let document = work.home(document)?;
                        for command in &commands {
                            // Somebody may have done the same meanwhile: then there is nothing to add.
                            match work.command(&document, command) {
                                Ok(_) | Err(EngineError::Refused(_)) => {}
                                Err(error) => return Err(error),
                            }
                        }
                        Ok(())
                    })?;
                }
                Notice::IntentFailed { document, intent, .. } => {
                    kept::take_follow_up(&mut self.store, document, *intent)?;
                }
                Notice::Joined { .. } => self.introduce()?,
                Notice::GuestItems { document, items, sent } => self.with_work(|work| {
                    work.take_in(document, items, *sent)?;
                    work.follow_answers(document)
                })?,
                Notice::Live { document } if self.is_record(document) => self.with_work(|work| {
                    work.refresh_links(document, true)?;
                    work.tend_record(document)?;
                    work.follow_answers(document)
                })?,
                // Another device of the holder, or the stand-in's, took something in.
                Notice::Changed { document } if self.is_record(document) => {
                    self.with_work(|work| work.follow_answers(document))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn is_record(&self, document: &DocumentId) -> bool {
        self.core.documents().iter().any(|one| one.id == *document && one.kind == DocumentKind::STRAND)
    }

    /// Says who I am wherever I was let in and have not said so.
    pub(super) fn introduce(&mut self) -> Result<(), EngineError> {
        for document in kept::introductions(&self.store)? {
            let Some(summary) = self.core.documents().into_iter().find(|summary| summary.id == document) else { continue };
            if summary.standing != Standing::Member {
                continue;
            }
            self.with_work(|work| match work.introduce_me(&document) {
                // A reader cannot write a name; the lead who let them in has confirmed it.
                Ok(()) | Err(EngineError::Refused(_) | EngineError::Client(ClientError::MayNotWrite(_))) => Ok(()),
                Err(error) => Err(error),
            })?;
            kept::delete_introduction(&mut self.store, &document)?;
        }
        Ok(())
    }

    /// Runs a part of a step, and holds what it wants let out.
    fn with_work<R>(&mut self, f: impl FnOnce(&mut Work<'_>) -> Result<R, EngineError>) -> Result<R, EngineError> {
        let now_ms = self.clock.now_ms();
        let before = self.store.writes();
        let mut work = Work { core: &mut self.core, store: &mut self.store, now_ms, out: Effects::default() };
        let done = f(&mut work)?;
        let out = std::mem::take(&mut work.out);
        self.held.durable |= self.store.writes() != before;
        self.hold(out);
        Ok(done)
    }

    /// One step that a person asks for: when this returns, what it did is on the disk, or nothing of it was done.
    pub(super) fn step<R>(&mut self, f: impl FnOnce(&mut Work<'_>) -> Result<R, EngineError>) -> Result<R, EngineError> {
        self.store.begin()?;
        self.commit_by.get_or_insert_with(|| Instant::now() + LINGER);
        let before = self.store.writes();
        match self.with_work(f) {
            Ok(done) => {
                if self.store.writes() != before {
                    self.stale.extend(self.core.documents().iter().map(|summary| summary.id));
                    self.commit()?;
                }
                Ok(done)
            }
            Err(error) => {
                // A refusal before anything was written leaves nothing to take back, and connections in peace.
                if self.store.writes() != before || !error.is_refusal() {
                    self.fail(&error);
                }
                Err(error)
            }
        }
    }

    /// Reads without a step: what is open stays open.
    pub(super) fn look<R>(&mut self, f: impl FnOnce(&mut Work<'_>) -> Result<R, EngineError>) -> Result<R, EngineError> {
        let now_ms = self.clock.now_ms();
        let mut work = Work { core: &mut self.core, store: &mut self.store, now_ms, out: Effects::default() };
        f(&mut work)
    }

    fn hold(&mut self, effects: Effects) {
        for notice in &effects.notices {
            if let Notice::Changed { document } | Notice::Joined { document, .. } = notice {
                self.stale.insert(*document);
            }
        }
        self.held.durable |= effects.durable;
        self.held.frames.extend(effects.frames);
        self.held.close.extend(effects.close);
        self.held.notices.extend(effects.notices);
    }

    /// Commits if something waits that must be on the disk first, or if the time is up; then lets out what may go.
    fn let_out(&mut self, now: bool) {
        let due = self.commit_by.is_some_and(|at| at <= Instant::now());
        if now || self.held.durable || due {
            if let Err(error) = self.commit() {
                self.say(&Event::Failed(error.to_string()));
            }
            return;
        }
        self.release();
    }

    /// Commits, then lets everything out. On an error all of it is taken back.
    fn commit(&mut self) -> Result<(), EngineError> {
        if let Err(error) = self.store.commit() {
            let error = EngineError::from(error);
            self.fail(&error);
            return Err(error);
        }
        self.commit_by = None;
        self.release();
        Ok(())
    }

    fn release(&mut self) {
        let Effects { frames, close, notices, .. } = std::mem::take(&mut self.held);
        for (line, frame) in frames {
            self.network.tell(line, Outgoing::Frame(frame));
        }
        for notice in notices {
            self.hear_of_lines(&notice);
            self.say(&Event::Notice(notice));
        }
        for (line, reason) in close {
            self.close(line, &reason);
        }
    }

    fn hear_of_lines(&mut self, notice: &Notice) {
        let Notice::SignedIn { line } = notice else { return };
        if let Some(relay) = self.network.relay_of(*line).map(str::to_owned) {
            self.say(&Event::Relay { relay, state: RelayState::SignedIn });
        }
    }

    fn close(&mut self, line: LineId, reason: &CloseReason) {
        use kith_sync::wire::Reason;
        let Some(relay) = self.network.relay_of(line).map(str::to_owned) else { return };
        let why = match reason {
            CloseReason::LostPlace | CloseReason::Malformed | CloseReason::Refused(Reason::Later | Reason::Stopping) => {
                self.network.tell(line, Outgoing::Reconnect);
                return;
            }
            CloseReason::OtherVersion(theirs) => format!(
                "The relay {relay} speaks version {theirs} of Kith's protocol, this Kith version {}. Update the older of the two; \
                 what you write is kept here meanwhile.",
                kith_sync::wire::VERSION
            ),
            CloseReason::Refused(Reason::NotEnrolled) => format!(
                "The relay {relay} does not know this profile. Ask your IT team for a token and give it with `kith relay {relay} \
                 --token -`; what you write is kept here meanwhile."
            ),
            CloseReason::Refused(Reason::CredentialUsed) => format!(
                "The token or link for the relay {relay} was used already, or is not one of its own. Ask for a new one; what you \
                 write is kept here meanwhile."
            ),
            CloseReason::Refused(Reason::Expired) => {
                format!(
                    "The link's or token's time at the relay {relay} is over. Ask for a new one; what you write is kept here meanwhile."
                )
            }
            CloseReason::Refused(_) => {
                format!("The relay {relay} did not accept this profile. Ask your IT team; what you write is kept here meanwhile.")
            }
        };
        self.network.give_up(&relay);
        self.network.closed(line);
        self.handle(Input::Closed { line });
        self.say(&Event::Relay { relay, state: RelayState::Refused { why } });
    }

    /// Takes the open transaction back and starts the protocol anew from the store.
    fn fail(&mut self, error: &EngineError) {
        self.store.rollback();
        self.commit_by = None;
        self.held = Effects::default();
        self.network.reconnect_all();
        let again = self.core.forget(&self.store);
        self.say(&Event::Failed(error.to_string()));
        if let Err(error) = again {
            self.say(&Event::Failed(error.to_string()));
        }
    }

    /// After a while without work: views are stored, so that the first screen is there at once next time.
    fn rest_if_idle(&mut self) {
        if self.stale.is_empty() || self.last_work.elapsed() < IDLE {
            return;
        }
        if let Err(error) = self.rest() {
            self.say(&Event::Failed(error.to_string()));
        }
    }

    /// Stores views and brings documents into order. Views are a cache: one that cannot be built is left out.
    fn rest(&mut self) -> Result<(), EngineError> {
        let stale = std::mem::take(&mut self.stale);
        self.store.begin()?;
        for document in stale {
            let current = self.look(|work| Ok(work.stored_view(&document)?.is_some_and(|(_, newer)| newer == 0)))?;
            if !current {
                let _ = self.look(|work| work.store_any_view(&document));
            }
        }
        let now_ms = self.clock.now_ms();
        if let Err(error) = self.core.rest(&mut self.store, now_ms) {
            let error = error.into();
            self.fail(&error);
            return Err(error);
        }
        self.commit()
    }

    fn stop(&mut self) -> Result<(), EngineError> {
        let now_ms = self.clock.now_ms();
        self.let_out(true);
        let rested = self.rest();
        self.store.begin()?;
        match self.core.farewell(&mut self.store, now_ms) {
            Ok(effects) => self.hold(effects),
            Err(error) => self.fail(&error.into()),
        }
        let committed = self.commit();
        self.network.hang_up(None);
        rested.and(committed)
    }

    pub(super) fn watch(&mut self, watcher: Sender<Event>) {
        self.watchers.push(watcher);
    }

    pub(super) fn network(&mut self) -> &mut Network {
        &mut self.network
    }

    fn say(&mut self, event: &Event) {
        self.watchers.retain(|watcher| watcher.send(event.clone()).is_ok());
    }
}
