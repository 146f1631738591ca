//! The profile behind the app: none yet, locked, or open. Locked means that the engine has stopped and its keys are gone.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kith_group::Digest;
use tokio::sync::broadcast;

use super::hinting::HintCache;
use super::news::{self, News};
use crate::engine::{Engine, Person, Profile};
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
    lock_after: Mutex<Duration>,
    /// Digests of the tokens with which other programs may read. They stay while it is locked, so that who asks hears that it is.
    programs: Mutex<Vec<Digest>>,
    opened: Mutex<Option<Opened>>,
    /// One passphrase is tried at a time.
    trying: Mutex<()>,
    touched: Mutex<Instant>,
    offline: Arc<AtomicBool>,
    news: broadcast::Sender<News>,
    pub(super) manner: Manner,
}

impl House {
    pub(super) fn new(folder: &Path, cost: KeyCost, lock_after: Duration) -> Self {
        Self {
            folder: folder.to_owned(),
            cost,
            lock_after: Mutex::new(lock_after),
            programs: Mutex::default(),
            opened: Mutex::new(None),
            trying: Mutex::new(()),
            touched: Mutex::new(Instant::now()),
            offline: Arc::new(AtomicBool::new(false)),
            news: broadcast::channel(BACKLOG).0,
            manner: Manner::of_this_computer(),
        }
    }

    fn opened(&self) -> MutexGuard<'_, Option<Opened>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn standing(&self) -> Standing {
        if self.opened().is_some() {
            Standing::Open
        } else if is_profile(&self.folder) {
            Standing::Locked
        } else {
            Standing::New
        }
    }

    /// The running engine, or why there is none.
    pub(super) fn engine(&self) -> Result<Engine, Failure> {
        match self.opened().as_ref() {
            Some(opened) => Ok(opened.engine.clone()),
            None if is_profile(&self.folder) => Err(locked()),
            None => Err(Failure::refused("no-profile", "Kith does not know yet who you are. Begin with \"About you\"")),
        }
    }

    /// What checks texts, for as long as the profile stays open.
    pub(super) fn hints(&self) -> Result<Arc<HintCache>, Failure> {
        self.opened().as_ref().map(|opened| Arc::clone(&opened.hints)).ok_or_else(locked)
    }

    /// Makes the profile and opens it.
    pub(super) fn set_up(&self, person: &Person, phone: Option<String>, passphrase: &str) -> Result<(), Failure> {
        let _one = self.trying.lock().unwrap_or_else(PoisonError::into_inner);
        let profile = Profile::create(&self.folder, passphrase, person, None, self.cost)?;
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
        self.open(Engine::start(Profile::open_locked(&self.folder, passphrase, lock)?)?)
    }

    /// Makes the profile from a backup and opens it.
    pub(super) fn restore(&self, backup: &[u8], passphrase: &str) -> Result<(), Failure> {
        let _one = self.trying.lock().unwrap_or_else(PoisonError::into_inner);
        let profile = Profile::restore(&self.folder, backup, passphrase, self.cost)?;
        self.open(Engine::start(profile)?)
    }

    fn open(&self, engine: Engine) -> Result<(), Failure> {
        if let Some(minutes) = engine.look(|work| work.lock_after())? {
            self.set_lock_after(Duration::from_secs(u64::from(minutes) * 60));
        }
        self.read_programs(&engine)?;
        let events = engine.subscribe()?;
        let ended = Arc::new(AtomicBool::new(false));
        news::start(news::Teller {
            engine: engine.clone(),
            events,
            news: self.news.clone(),
            ended: Arc::clone(&ended),
            offline: Arc::clone(&self.offline),
            zone: self.manner.zone.clone(),
        })?;
        #[cfg(unix)]
        let service = crate::holder::Service::start(&engine).ok();
        self.touch();
        *self.opened() = Some(Opened {
            engine,
            hints: Arc::default(),
            ended,
            #[cfg(unix)]
            _service: service,
        });
        Ok(())
    }

    /// Stops everything and forgets every key; every page is told to blank itself.
    pub(super) fn lock(&self) -> Result<(), Failure> {
        let opened = self.opened().take();
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
        if alone >= self.lock_after() && self.opened().is_some() {
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
