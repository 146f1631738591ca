//! The holder's side.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use super::{LONGEST_QUESTION, Question, Reply, SOCKET, VERSION, frames};
use crate::cli::{self, Verb};
use crate::engine::Engine;
use crate::failure::Failure;
use crate::verbs::{self, Answer, Manner};

/// How many others may ask at once.
const AT_ONCE: usize = 16;
/// A question is sent whole at once; one that is not is not a question.
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves verbs until dropped.
#[derive(Debug)]
pub struct Service {
    path: PathBuf,
    open: Arc<AtomicBool>,
}

impl Service {
    /// Begins to listen in the engine's profile folder. The caller holds the profile's lock, so that a socket that is there is
    /// left over from a process that was killed.
    pub fn start(engine: &Engine) -> std::io::Result<Self> {
        let path = engine.folder().join(SOCKET);
        let _ = std::fs::remove_file(&path);
        let listener = super::asking::at_folder(engine.folder(), SOCKET, |path| UnixListener::bind(path))?;
        std::fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        let open = Arc::new(AtomicBool::new(true));
        let (still_open, engine) = (Arc::clone(&open), engine.clone());
        let guests = Arc::new(AtomicUsize::new(0));
        std::thread::Builder::new().name("kith-holder".to_owned()).spawn(move || {
            for guest in listener.incoming() {
                if !still_open.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(guest) = guest else { continue };
                if guests.fetch_add(1, Ordering::Relaxed) >= AT_ONCE {
                    guests.fetch_sub(1, Ordering::Relaxed);
                    continue;
                }
                let (engine, leaving) = (engine.clone(), Arc::clone(&guests));
                let served = std::thread::Builder::new().name("kith-guest".to_owned()).spawn(move || {
                    // A guest that hangs up half-way is no trouble of ours.
                    let _ = serve(&engine, guest);
                    leaving.fetch_sub(1, Ordering::Relaxed);
                });
                if served.is_err() {
                    guests.fetch_sub(1, Ordering::Relaxed);
                }
            }
        })?;
        Ok(Self { path, open })
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.open.store(false, Ordering::Relaxed);
        // One last guest wakes the thread, which then leaves and lets go of the engine.
        if let Some(folder) = self.path.parent() {
            let _ = super::asking::at_folder(folder, SOCKET, |path| UnixStream::connect(path));
        }
        let _ = std::fs::remove_file(&self.path);
    }
}

fn serve(engine: &Engine, mut guest: UnixStream) -> std::io::Result<()> {
    guest.set_read_timeout(Some(PATIENCE))?;
    guest.set_write_timeout(Some(PATIENCE))?;
    let question: Question = match frames::read(&mut guest, LONGEST_QUESTION) {
        Ok(question) => question,
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            return frames::write(&mut guest, &Reply::Refused(other_version()), &[]);
        }
        Err(error) => return Err(error),
    };
    let reply = answer(engine, &question);
    let bytes = match &reply {
        Reply::Answer(answer) => answer.bytes.as_slice(),
        Reply::Refused(_) => &[],
    };
    frames::write(&mut guest, &reply, bytes)
}

fn other_version() -> Failure {
    Failure::refused(
        "other-version",
        "Another version of Kith holds this profile (the app, or kith sync --watch). Nothing was done; end it, start it anew, and try again",
    )
}

fn answer(engine: &Engine, question: &Question) -> Reply {
    if question.version != VERSION {
        return Reply::Refused(other_version());
    }
    let done: Result<Answer, Failure> = match &question.verb {
        Verb::Sync(cli::Sync { watch: true, .. }) => Err(Failure::refused(
            "in-use",
            "Kith is open in this profile already (the app, or `kith sync --watch`), and stays connected; one is enough",
        )),
        Verb::Setup(_) => Err(Failure::from(crate::store::StoreError::ProfileExists(engine.folder().to_owned()))),
        verb => verbs::run(engine, verb, &Manner::of_this_computer()),
    };
    match done {
        Ok(answer) => Reply::Answer(Box::new(answer)),
        Err(failure) => Reply::Refused(failure),
    }
}
