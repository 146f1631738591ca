//! The profile behind the app: none yet, locked, or open. Locked means that the engine has stopped and its keys are gone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kith_group::Digest;
use tokio::sync::broadcast;

use super::company::Company;
use super::hinting::HintCache;
use super::news::{self, News};
use super::together::Together;
use crate::engine::{Clock, Engine, Person, Profile};
use crate::failure::Failure;
use crate::store::{KeyCost, Store, StoreError, is_profile};
use crate::verbs::Manner;

/// How long opening waits for a command-line verb that is at work in the profile.
const PATIENCE: Duration = Duration::from_secs(8);
/// News that a slow page may have waiting before it is told to read everything anew.
const BACKLOG: usize = 256;

/// How the profile stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// There is none yet.
    New,
    /// There is one, and nothing of it is in memory.
    Locked,
    /// It is open.
    Open,
}

/// A made-up example to look round in: a profile that nobody can open again, thrown away on leaving.
struct Away {
    opened: Opened,
    /// Takes the folder away when dropped.
    _folder: tempfile::TempDir,
}

struct Opened {
    engine: Engine,
    /// Checks texts for hints, with the names of the caseload: gone with everything else when locked.
    hints: Arc<HintCache>,
    /// Ends the thread that tells news.
    ended: Arc<AtomicBool>,
    #[cfg(unix)]
    _service: Option<crate::holder::Service>,
}

/// The profile behind the app.
pub(super) struct House {
    folder: PathBuf,
    cost: KeyCost,
    clock: Clock,
    lock_after: Mutex<Duration>,
    /// Digests of the tokens with which other programs may read. They stay while it is locked, so that who asks hears that it is.
    programs: Mutex<Vec<Digest>>,
    opened: Mutex<Option<Opened>>,
    /// While somebody looks round the example, everything happens there.
    away: Mutex<Option<Away>>,
    /// One passphrase is tried at a time.
    trying: Mutex<()>,
    touched: Mutex<Instant>,
    offline: Arc<AtomicBool>,
    news: broadcast::Sender<News>,
    pub(super) manner: Manner,
    /// Whether somebody writes here together with the holder.
    pub(super) together: Together,
}

impl House {
    pub(super) fn new(folder: &Path, cost: KeyCost, lock_after: Duration, clock: Clock) -> Self {
        Self {
            folder: folder.to_owned(),
            cost,
            clock,
            lock_after: Mutex::new(lock_after),
            programs: Mutex::default(),
            opened: Mutex::new(None),
            away: Mutex::new(None),
            trying: Mutex::new(()),
            touched: Mutex::new(Instant::now()),
            offline: Arc::new(AtomicBool::new(false)),
            news: broadcast::channel(BACKLOG).0,
            manner: Manner::of_this_computer(),
            together: Together::default(),
        }
    }

    fn opened(&self) -> MutexGuard<'_, Option<Opened>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn away(&self) -> MutexGuard<'_, Option<Away>> {
        self.away.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether somebody looks round the example.
    pub(super) fn is_example(&self) -> bool {
        self.away().is_some()
    }

    pub(super) fn standing(&self) -> Standing {
        if self.is_example() || self.opened().is_some() {
            Standing::Open
        } else if is_profile(&self.folder) {
            Standing::Locked
        } else {
            Standing::New
        }
    }

    /// The running engine, or why there is none.
    pub(super) fn engine(&self) -> Result<Engine, Failure> {
        if let Some(away) = self.away().as_ref() {
            return Ok(away.opened.engine.clone());
        }
        match self.opened().as_ref() {
            Some(opened) => Ok(opened.engine.clone()),
            None if is_profile(&self.folder) => Err(locked()),
            None => Err(Failure::refused("no-profile", "Kith does not know yet who you are. Begin with \"About you\"")),
        }
    }

    /// What checks texts, for as long as the profile stays open.
    pub(super) fn hints(&self) -> Result<Arc<HintCache>, Failure> {
        if let Some(away) = self.away().as_ref() {
            return Ok(Arc::clone(&away.opened.hints));
        }
        self.opened().as_ref().map(|opened| Arc::clone(&opened.hints)).ok_or_else(locked)
    }

    /// Opens the made-up example; its assessment's id. Nothing of one's own profile is touched, and nothing goes anywhere.
    pub(super) fn look_round(&self) -> Result<String, Failure> {
        let _one = self.trying.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_example() {
            return Err(Failure::refused("example", "The example is open already. Leave it first"));
        }
        let no_room = |error: std::io::Error| {
            Failure::refused("example", format!("The example could not be made on this computer ({error}). Nothing was changed"))
        };
        let folder = tempfile::Builder::new().prefix("kith-example-").tempdir().map_err(no_room)?;
        let sample = kith_assessment::sample_larch();
        let Some(first) = sample.people.first() else { return Err(Failure::refused("example", "The example is empty")) };
        let person = Person { name: first.name.clone(), agency: first.agency.clone(), role: first.role.clone() };
        // 256 random bits that nobody is told: a costly key would protect nothing more.
        let passphrase = data_encoding::HEXLOWER.encode(&Digest::random(&mut kith_group::SystemRandom).0);
        let profile =
            Profile::create(&folder.path().join("profile"), &passphrase, &person, None, KeyCost::TESTS)?.with_clock(self.clock);
        let engine = Engine::start(profile)?;
        let me = engine.step(move |work| work.create_example(&sample))?;
        if let Some(own) = self.opened().as_ref() {
            own.ended.store(true, Ordering::Relaxed);
        }
        let opened = self.begin(engine, false)?;
        *self.away() = Some(Away { opened, _folder: folder });
        self.tell(News::Look);
        Ok(me.document.to_string())
    }

    /// Leaves the example: all of it is thrown away.
    pub(super) fn leave_example(&self) -> Result<(), Failure> {
        let away = self.away().take();
        let Some(Away { opened: Opened { engine, ended, .. }, _folder }) = away else { return Ok(()) };
        ended.store(true, Ordering::Relaxed);
        engine.stop()?;
        // One's own profile was open all the time; its news are told again.
        let own = self.opened().take();
        if let Some(own) = own {
            let ended = self.tell_news(&own.engine)?;
            *self.opened() = Some(Opened { ended, ..own });
        }
        self.tell(News::Look);
        Ok(())
    }

    /// Makes the profile and opens it.
    pub(super) fn set_up(&self, person: &Person, phone: Option<String>, passphrase: &str) -> Result<(), Failure> {
        let _one = self.trying.lock().unwrap_or_else(PoisonError::into_inner);
        let profile = Profile::create(&self.folder, passphrase, person, None, self.cost)?.with_clock(self.clock);
        let engine = Engine::start(profile)?;
        engine.step(move |work| work.set_phone(phone))?;
        self.open(engine)
    }

    /// Opens the profile with its passphrase; says only whether it is the right one where it is open already.
    pub(super) fn unlock(&self, passphrase: &str) -> Result<(), Failure> {
        let _one = self.trying.lock().unwrap_or_else(PoisonError::into_inner);
        if self.opened().is_some() {
            return Ok(Store::check(&self.folder, passphrase)?);
        }
        let end = Instant::now() + PATIENCE;
        let lock = loop {
            match Store::lock_of(&self.folder) {
                Ok(lock) => break lock,
                Err(StoreError::InUse) if Instant::now() < end => std::thread::sleep(Duration::from_millis(50)),
                Err(StoreError::InUse) => {
                    return Err(Failure::refused(
                        "in-use",
                        "Another Kith works in this profile, on the command line. End it there, then open Kith here again",
                    ));
                }
                Err(error) => return Err(error.into()),
            }
        };
        self.open(Engine::start(Profile::open_locked(&self.folder, passphrase, lock)?.with_clock(self.clock))?)
    }

    /// Makes the profile from a backup and opens it.
    pub(super) fn restore(&self, backup: &[u8], passphrase: &str) -> Result<(), Failure> {
        let _one = self.trying.lock().unwrap_or_else(PoisonError::into_inner);
        let profile = Profile::restore(&self.folder, backup, passphrase, self.cost)?.with_clock(self.clock);
        self.open(Engine::start(profile)?)
    }

    fn open(&self, engine: Engine) -> Result<(), Failure> {
        if let Some(minutes) = engine.look(|work| work.lock_after())? {
            self.set_lock_after(Duration::from_secs(u64::from(minutes) * 60));
        }
        self.read_programs(&engine)?;
        let opened = self.begin(engine, true)?;
        *self.opened() = Some(opened);
        Ok(())
    }

    /// Tells every page what happens in a profile, until it is told to end.
    fn tell_news(&self, engine: &Engine) -> Result<Arc<AtomicBool>, Failure> {
        let events = engine.subscribe()?;
        let ended = Arc::new(AtomicBool::new(false));
        news::start(news::Teller {
            engine: engine.clone(),
            events,
            news: self.news.clone(),
            ended: Arc::clone(&ended),
            offline: Arc::clone(&self.offline),
            zone: self.manner.zone.clone(),
            company: Company::default(),
            told: BTreeMap::new(),
            failed: None,
        })?;
        Ok(ended)
    }

    /// `served`: whether the command line may work through it.
    fn begin(&self, engine: Engine, served: bool) -> Result<Opened, Failure> {
        let ended = self.tell_news(&engine)?;
        #[cfg(unix)]
        let service = if served { crate::holder::Service::start(&engine).ok() } else { None };
        self.touch();
        Ok(Opened {
            engine,
            hints: Arc::default(),
            ended,
            #[cfg(unix)]
            _service: service,
        })
    }

    /// Stops everything and forgets every key; every page is told to blank itself.
    pub(super) fn lock(&self) -> Result<(), Failure> {
        self.leave_example()?;
        let opened = self.opened().take();
        self.together.end();
        let Some(Opened { engine, ended, .. }) = opened else { return Ok(()) };
        ended.store(true, Ordering::Relaxed);
        let _ = self.news.send(News::Locked);
        Ok(engine.stop()?)
    }

    /// A person did something.
    pub(super) fn touch(&self) {
        *self.touched.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Locks if nobody has done anything for as long as was agreed.
    pub(super) fn lock_if_left_alone(&self) {
        let alone = self.touched.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
        if alone >= self.lock_after() && self.standing() == Standing::Open {
            let _ = self.lock();
        }
    }

    /// After how much time without a key or a press the app locks itself.
    pub(super) fn lock_after(&self) -> Duration {
        *self.lock_after.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes that from now on.
    pub(super) fn set_lock_after(&self, after: Duration) {
        *self.lock_after.lock().unwrap_or_else(PoisonError::into_inner) = after;
    }

    /// Reads which programs may read.
    pub(super) fn read_programs(&self, engine: &Engine) -> Result<(), Failure> {
        let programs = engine.look(|work| work.programs())?;
        let digests = programs.into_iter().map(|program| program.digest).collect();
        *self.programs.lock().unwrap_or_else(PoisonError::into_inner) = digests;
        Ok(())
    }

    /// Whether a program with this token may read.
    pub(super) fn knows_program(&self, digest: &Digest) -> bool {
        self.programs.lock().unwrap_or_else(PoisonError::into_inner).contains(digest)
    }

    /// Connects to nobody until told otherwise, or connects again.
    pub(super) fn set_offline(&self, offline: bool) -> Result<(), Failure> {
        let engine = self.engine()?;
        self.offline.store(offline, Ordering::Relaxed);
        if offline {
            engine.disconnect(None)?;
        } else {
            engine.connect_all()?;
        }
        self.tell(News::Look);
        Ok(())
    }

    /// Whether a person chose to work offline.
    pub(super) fn is_offline(&self) -> bool {
        self.offline.load(Ordering::Relaxed)
    }

    /// News from now on.
    pub(super) fn listen(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    /// Tells every page. That nobody listens is no error.
    pub(super) fn tell(&self, news: News) {
        let _ = self.news.send(news);
    }
}

/// What every call hears while the profile is locked.
pub(super) fn locked() -> Failure {
    Failure::refused("locked", "Kith is locked. Type your passphrase to go on; what you wrote is safe")
}
