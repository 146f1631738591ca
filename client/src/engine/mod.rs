//! The engine: one thread that owns a profile's store and its side of the protocol, and the connections that feed it.
//!
//! ```text
//!   verbs, app, benches ── step, look ──▶ ┌────────────┐ ──▶ store (one transaction a step)
//!                                         │   desk     │
//!   relays ◀── network tasks ── frames ──▶└────────────┘ ──▶ events
//! ```
//!
//! [`Engine::step`] runs a closure on the desk's thread inside one transaction and answers when that is on the disk.
//! [`Engine::look`] reads without touching what is open. Everything else here is made of these two.

mod address;
mod area;
mod arrived;
mod backup;
mod desk;
mod error;
mod event;
mod families;
mod guests;
mod hearing;
mod kept;
mod network;
mod programs;
mod reading;
mod records;
mod summaries;
mod together;
mod work;

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use automerge::Automerge;
use kith_assessment::{AssessmentView, Command, Done, EntryId};
use kith_group::{CODE_SECONDS, DocumentId, GuestCode, SystemRandom, seal_code};
use kith_sync::client::{ClientCore, Identity, Intent, JoinProgress, LineId, Notice, Standing};
use tokio::sync::{OwnedSemaphorePermit, mpsc as queue};

pub use address::{AddressError, normalised};
pub use area::AreaWords;
pub use backup::{Backup, LastBackup};
use desk::Desk;
pub use error::EngineError;
pub use event::{Event, RelayState};
pub use families::{Replied, ToReply};
pub use guests::{CodeToType, LinkMade, ToLink};
pub use hearing::{OnAnswer, ToAdd};
pub(crate) use kept::{ASKED_TO_TELL, DRAFT, HINT, NONCE, REMOVAL};
pub use kept::{ProfileRow, ViewRow};
pub use network::on_interrupt;
use network::{Network, Outgoing};
pub use programs::Program;
pub use reading::{WhichCode, WindowOpened};
pub use records::{Attached, ColleaguesSee, ToAttach, ToDetach, ToHandOver, ToJoinWords};
pub use summaries::Tending;
pub use together::Sitting;
pub use work::Work;

use crate::store::{KeyCost, Lock, Store};

/// Where "now" comes from. The system's clock, except in tests, which may set it off.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    /// Added to the system's time, in milliseconds.
    pub offset_ms: i64,
}

impl Clock {
    /// Unix milliseconds.
    pub fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX).saturating_add(self.offset_ms)
    }

    /// Unix seconds.
    pub fn now(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }
}

/// What goes to the desk's thread.
enum Message {
    Job(Box<dyn FnOnce(&mut Desk) + Send>),
    Opened { line: LineId, relay: String, outgoing: queue::UnboundedSender<Outgoing> },
    Frame { line: LineId, bytes: Vec<u8>, permit: OwnedSemaphorePermit },
    Closed { line: LineId },
    Relay { relay: String, state: RelayState },
    Stop(mpsc::Sender<Result<(), EngineError>>),
}

/// What became of a wish within the time that was given to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Done, and stored at the relay.
    Done,
    /// It cannot be done: a sentence.
    Failed(String),
    /// It is kept and done when the relay can be reached.
    Waits,
}

/// A person's own words about themselves, given at setup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// Their agency.
    pub agency: String,
    /// Their role in it.
    pub role: String,
}

/// An opened profile folder: its store, with nothing running.
#[derive(Debug)]
pub struct Profile {
    store: Store,
    clock: Clock,
}

impl Profile {
    /// Makes a profile. `cost` is [`KeyCost::FULL`] for real ones.
    pub fn create(
        folder: &Path,
        passphrase: &str,
        person: &Person,
        relay: Option<&str>,
        cost: KeyCost,
    ) -> Result<Self, EngineError> {
        let relay = relay.map(normalised).transpose()?;
        let Person { name, agency, role } = person.clone();
        let mut store = Store::create(folder, passphrase, cost, &mut SystemRandom)?;
        store.begin()?;
        kept::put_profile(&mut store, &ProfileRow { name, agency, role, relay, phone: None })?;
        store.commit()?;
        Ok(Self { store, clock: Clock::default() })
    }

    /// Opens a profile.
    pub fn open(folder: &Path, passphrase: &str) -> Result<Self, EngineError> {
        Ok(Self { store: Store::open(folder, passphrase)?, clock: Clock::default() })
    }

    /// Opens with a lock that was taken before the passphrase was asked for.
    pub fn open_locked(folder: &Path, passphrase: &str, lock: Lock) -> Result<Self, EngineError> {
        Ok(Self { store: Store::open_locked(folder, passphrase, lock)?, clock: Clock::default() })
    }

    /// Makes a profile from a backup, under the passphrase that opens it; all of it can be read, and nothing written.
    pub fn restore(folder: &Path, backup: &[u8], passphrase: &str, cost: KeyCost) -> Result<Self, EngineError> {
        let (store, _) = Store::restore(folder, backup, passphrase, cost, &mut SystemRandom)?;
        Ok(Self { store, clock: Clock::default() })
    }

    /// The same profile with another clock.
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Whose it is.
    pub fn person(&self) -> Result<ProfileRow, EngineError> {
        kept::profile(&self.store)
    }
}

/// A running profile. Clones are handles to the same one; it stops with [`Engine::stop`], or when the last handle is dropped.
#[derive(Clone)]
pub struct Engine {
    inbox: mpsc::Sender<Message>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
    folder: PathBuf,
    clock: Clock,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Engine {
    /// Starts the desk's thread. Nothing is loaded and nothing is connected yet.
    pub fn start(profile: Profile) -> Result<Self, EngineError> {
        let Profile { store, clock } = profile;
        let folder = store.folder().to_owned();
        let core = ClientCore::open(&store, Box::new(SystemRandom))?;
        let (inbox, messages) = mpsc::channel();
        // The thread holds a sender through its network, so it must be told to stop: see `Drop`.
        let network = Network::new(inbox.clone());
        let mut desk = Desk::new(core, store, network, clock);
        desk.step(|_| Ok(()))?;
        desk.introduce()?;
        let thread = std::thread::Builder::new()
            .name("kith-engine".to_owned())
            .spawn(move || desk.run(&messages))
            .map_err(|error| EngineError::Store(crate::store::StoreError::Failed(error.to_string())))?;
        Ok(Self { inbox, thread: Arc::new(Mutex::new(Some(thread))), folder, clock })
    }

    /// The profile folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The clock that this profile goes by.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    fn ask<R: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Desk) -> Result<R, EngineError> + Send + 'static,
    ) -> Result<R, EngineError> {
        let (answer, wait) = mpsc::channel();
        let job = Box::new(move |desk: &mut Desk| {
            let _ = answer.send(f(desk));
        });
        self.inbox.send(Message::Job(job)).map_err(|_| EngineError::Stopped)?;
        wait.recv().map_err(|_| EngineError::Stopped)?
    }

    /// One step in one transaction. When this returns `Ok`, what it did is on the disk; when it fails, nothing of it was done.
    pub fn step<R: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Work<'_>) -> Result<R, EngineError> + Send + 'static,
    ) -> Result<R, EngineError> {
        self.ask(move |desk| desk.step(f))
    }

    /// Reads. `f` must not write: what it wrote could be lost.
    pub fn look<R: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Work<'_>) -> Result<R, EngineError> + Send + 'static,
    ) -> Result<R, EngineError> {
        self.ask(move |desk| desk.look(f))
    }

    /// Lets leads into summaries, and asks for what this device lacks of them; whether anything was done ([`Work::tend_summaries`]).
    // A method of a `Work` of one lifetime is no function of every lifetime: the closure is needed.
    #[allow(clippy::redundant_closure_for_method_calls)]
    pub fn tend_summaries(&self) -> Result<bool, EngineError> {
        self.step(|work| work.tend_summaries())
    }

    /// Lets a code be typed in the place of a link, for a quarter of an hour and once. It replaces the link's code before.
    pub fn code_to_type(&self, record: DocumentId, link: EntryId) -> Result<CodeToType, EngineError> {
        let guest = self.look(move |work| work.guest_link(&record, &link))?;
        let code = GuestCode::random(&mut SystemRandom);
        // Slow by design, and away from the engine's thread.
        let (id, sealed) = seal_code(&guest, &code, &mut SystemRandom);
        self.step(move |work| {
            let until = work.now().saturating_add(CODE_SECONDS);
            let wanted = work.intend(&record, Intent::PutGuestCode { link: guest.id(), code: id, until, sealed })?;
            Ok(CodeToType { code: code.to_string(), page: format!("{}/g/", guest.origin), until, wanted })
        })
    }

    /// Makes a backup of everything that can be read here ([`Work::backup`]).
    #[allow(clippy::redundant_closure_for_method_calls)] // As above.
    pub fn backup(&self) -> Result<Backup, EngineError> {
        self.look(|work| work.backup())
    }

    /// Changes a document; the answer comes when the change is on the disk.
    pub fn edit<R: Send + 'static>(
        &self,
        document: DocumentId,
        f: impl FnOnce(&mut Automerge, &Identity) -> Result<R, EngineError> + Send + 'static,
    ) -> Result<R, EngineError> {
        self.step(move |work| work.edit(&document, f))
    }

    /// Does a command of practice; the answer comes when it is on the disk.
    pub fn command(&self, document: DocumentId, command: Command) -> Result<Done, EngineError> {
        self.step(move |work| work.command(&document, &command))
    }

    /// What a person sees of an assessment now.
    pub fn view(&self, document: DocumentId) -> Result<AssessmentView, EngineError> {
        self.look(move |work| work.view(&document))
    }

    /// News from now on. The receiver must be read or dropped.
    pub fn subscribe(&self) -> Result<mpsc::Receiver<Event>, EngineError> {
        let (watcher, events) = mpsc::channel();
        self.ask(move |desk| {
            desk.watch(watcher);
            Ok(())
        })?;
        Ok(events)
    }

    /// Keeps a connection to a relay, made again whenever it is cut.
    pub fn connect(&self, relay: &str) -> Result<(), EngineError> {
        let relay = normalised(relay)?;
        self.ask(move |desk| {
            desk.network().connect(&relay).map_err(|error| EngineError::TooLate(format!("The network cannot be used ({error}).")))
        })
    }

    /// Keeps connections to every relay that something of this profile lives at; returns their addresses.
    pub fn connect_all(&self) -> Result<Vec<String>, EngineError> {
        let relays = self.look(|work| work.relays())?;
        for relay in &relays {
            self.connect(relay)?;
        }
        Ok(relays)
    }

    /// Ends the connection to one relay, or to all, and makes no other: "offline".
    pub fn disconnect(&self, relay: Option<&str>) -> Result<(), EngineError> {
        let relay = relay.map(str::to_owned);
        self.ask(move |desk| {
            desk.network().hang_up(relay.as_deref());
            Ok(())
        })
    }

    /// Relays that connections are kept to.
    pub fn relays(&self) -> Result<Vec<String>, EngineError> {
        self.ask(|desk| Ok(desk.network().relays().cloned().collect()))
    }

    /// Asks again and again, whenever there is news, until `f` gives an answer or the time is up (`None`).
    pub fn wait_for<R: Send + 'static>(
        &self,
        within: Duration,
        f: impl Fn(&mut Work<'_>) -> Result<Option<R>, EngineError> + Send + Sync + 'static,
    ) -> Result<Option<R>, EngineError> {
        let events = self.subscribe()?;
        let end = Instant::now() + within;
        let question = Arc::new(f);
        loop {
            let asked = Arc::clone(&question);
            if let Some(found) = self.look(move |work| asked(work))? {
                return Ok(Some(found));
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            // Not all that matters is news: what was asked is asked again before long in any case.
            match events.recv_timeout(left.min(Duration::from_millis(100))) {
                Ok(_) => while events.try_recv().is_ok() {},
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => return Err(EngineError::Stopped),
            }
        }
    }

    /// Wants something of a document's group, with commands to do once it is done, and waits for the relay to carry it out.
    pub fn carry_out(
        &self,
        document: DocumentId,
        intent: Intent,
        then: Vec<Command>,
        within: Duration,
    ) -> Result<Outcome, EngineError> {
        let events = self.subscribe()?;
        let wanted = self.step(move |work| work.intend_then(&document, intent, &then))?;
        let end = Instant::now() + within;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match events.recv_timeout(left) {
                Ok(Event::Notice(Notice::IntentDone { document: d, intent })) if (d, intent) == (document, wanted) => {
                    return Ok(Outcome::Done);
                }
                Ok(Event::Notice(Notice::IntentFailed { document: d, intent, why })) if (d, intent) == (document, wanted) => {
                    return Ok(Outcome::Failed(why));
                }
                Ok(_) => {}
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    // News may have been lost with a step that was taken back; what is kept is the truth.
                    let open = self.look(move |work| work.is_wanted(&document, wanted))?;
                    return Ok(if open { Outcome::Waits } else { Outcome::Done });
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => return Err(EngineError::Stopped),
            }
        }
    }

    /// Waits until every connected document is live and nothing is left to send, receive or do. False if the time is up first.
    pub fn until_quiet(&self, within: Duration) -> Result<bool, EngineError> {
        let relays = self.relays()?;
        let quiet = self.wait_for(within, move |work| {
            let follows = |relay: &Option<String>| relay.as_ref().is_some_and(|relay| relays.contains(relay));
            let here = work.documents().into_iter().filter(|document| follows(&document.relay));
            let live =
                here.filter(|document| document.standing == Standing::Member).all(|document| work.core().is_live(&document.id));
            let asked = work.core().joins(work.rows())?.iter().all(|join| join.progress != JoinProgress::Made);
            Ok((live && asked && work.core().is_quiet(work.rows())?).then_some(()))
        })?;
        Ok(quiet.is_some())
    }

    /// Stores views, says what was read, closes connections, closes the store. Waits until all of it is done.
    pub fn stop(self) -> Result<(), EngineError> {
        let (done, wait) = mpsc::channel();
        self.inbox.send(Message::Stop(done)).map_err(|_| EngineError::Stopped)?;
        let stopped = wait.recv().map_err(|_| EngineError::Stopped)?;
        if let Some(thread) = self.thread.lock().ok().and_then(|mut thread| thread.take()) {
            let _ = thread.join();
        }
        stopped
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // Other handles keep it running.
        if Arc::strong_count(&self.thread) > 1 {
            return;
        }
        let (done, _) = mpsc::channel();
        let _ = self.inbox.send(Message::Stop(done));
        if let Some(thread) = self.thread.lock().ok().and_then(|mut thread| thread.take()) {
            let _ = thread.join();
        }
    }
}
