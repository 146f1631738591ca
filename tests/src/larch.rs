//! The sample assessment as a team has it after a month, each in their own program: where tests in a browser begin.
//!
//! Everything here is for tests: what does not go as it must ends the test with a sentence.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use crate::apps::App;
use crate::processes::Practitioner;
use crate::replay::Relay;
use crate::stage::{Stage, folder_of};
use crate::tap::Tap;

/// Larch, played and left: nobody's profile is open.
#[derive(Debug)]
pub struct Larch {
    /// All profiles are below it, and the relay's own folder.
    pub folder: tempfile::TempDir,
    /// The relay.
    pub relay: Relay,
    /// What everybody's programs and phones speak to in its place.
    pub tap: Tap,
    /// The assessment.
    pub id: String,
}

impl Larch {
    /// As the sample has it.
    ///
    /// # Panics
    /// If anything fails.
    pub fn played() -> Self {
        Self::after(|_, _| {})
    }

    /// The same, and each holder has the records of whom they hold.
    ///
    /// # Panics
    /// If anything fails.
    pub fn with_records() -> Self {
        Self::after(|stage, now| {
            stage.keep_records(now).unwrap();
        })
    }

    /// The same, and something more that is done while all their profiles are open; it is told the day from which the sample counts.
    ///
    /// # Panics
    /// If anything fails.
    pub fn after(more: impl FnOnce(&Stage, i64)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let relay = Relay::start_without_pauses(&folder.path().join("relay")).unwrap();
        let tap = Tap::before(relay.address());
        let now = jiff::Timestamp::now().as_second();
        let stage = Stage::larch(folder.path(), &tap.url(), now).unwrap();
        more(&stage, now);
        let id = stage.document.to_string();
        stage.leave().unwrap();
        Self { folder, relay, tap, id }
    }

    /// Somebody's own folder.
    pub fn home(&self, name: &str) -> PathBuf {
        self.folder.path().join(folder_of(name))
    }

    /// Somebody at the command line.
    pub fn person(&self, name: &str) -> Practitioner {
        Practitioner::new(&self.home(name))
    }

    /// Somebody's app, unlocked.
    pub fn open(&self, name: &str) -> App {
        App::open_unlocked(&self.home(name))
    }
}
