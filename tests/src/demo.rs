//! The sample with apps open on it: what `cargo xtask demo` shows, the screenshots are taken of, and browser tests walk through.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{bail, ensure};
use jiff::Timestamp;
use kith::engine::Clock;
use kith::store::KeyCost;
use kith::web::{Beside, Neighbour, Options, Server, Started, app_files};
use zeroize::Zeroizing;

use crate::processes::PASSPHRASE;
use crate::replay::Relay;
use crate::stage::{Stage, folder_of};

/// Whose app opens in the browser.
pub const FIRST: &str = "Priya Marsh";
/// Whose apps run beside it.
pub const BESIDE: [&str; 2] = ["Nadia Sorrell", "Delroy Finch"];
/// What shows a hint when it is typed.
pub const TO_TYPE: &str = "“Keziah was at 14 Brook Row”, “they put themselves at risk”, “B2C, nominal”";
/// Longer than anybody looks at a demo without touching it.
const LOCK_AFTER: Duration = Duration::from_secs(4 * 60 * 60);

/// The sample, with three apps that are open.
#[derive(Debug)]
pub struct Demo {
    /// The first person's app; the others are known to it.
    pub first: Server,
    /// The apps beside it, by name.
    pub others: Vec<(&'static str, Arc<Server>)>,
    /// The working document's id.
    pub assessment: String,
    relay: Relay,
}

impl Demo {
    /// Plays the sample below `folder`, and opens the apps on it.
    ///
    /// # Errors
    /// When Kith was built without the app, or anything does not start.
    pub fn start(folder: &Path) -> anyhow::Result<Self> {
        ensure!(
            !app_files().is_empty(),
            "The demo opens the app, and this Kith was built without it. Install Node.js 20.19 or newer with npm (Debian: nodejs, npm), \
             unset KITH_WITHOUT_APP, and run this again. `cargo xtask story` needs neither"
        );
        let relay = Relay::start_without_pauses(&folder.join("relay"))?;
        let now = Timestamp::now().as_second();
        let stage = Stage::larch(folder, &relay.url(), now)?;
        stage.keep_records(now)?;
        let assessment = stage.document.to_string();
        stage.leave()?;
        let mut others = Vec::new();
        for name in BESIDE {
            others.push((name, Arc::new(app(folder, name, None)?)));
        }
        let where_to_write = format!("/a/{assessment}/sides/2");
        let neighbours = others.iter().map(|(name, server)| {
            let (server, route) = (Arc::clone(server), where_to_write.clone());
            Neighbour { name: first_name(name), way_in: Box::new(move || server.way_in_to(&route)) }
        });
        let beside = Beside {
            before: "Two others are writing too: open".to_owned(),
            others: neighbours.collect(),
            between: "beside this window and type in".to_owned(),
            place: "2.3".to_owned(),
            route: where_to_write.clone(),
            after: format!(". To see hints, type {TO_TYPE}."),
        };
        let first = app(folder, FIRST, Some(beside))?;
        Ok(Self { first, others, assessment, relay })
    }

    /// A new way into the first app: to the overview of Larch.
    pub fn way_in(&self) -> String {
        self.first.way_in_to(&format!("/a/{}/overview", self.assessment))
    }

    /// A new way into every app, by first name, the first app first.
    pub fn ways_in(&self) -> Vec<(String, String)> {
        let sides = format!("/a/{}/sides/2", self.assessment);
        let others = self.others.iter().map(|(name, server)| (first_name(name), server.way_in_to(&sides)));
        std::iter::once((first_name(FIRST), self.way_in())).chain(others).collect()
    }

    /// Every app, by name.
    pub fn apps(&self) -> impl Iterator<Item = (&'static str, &Server)> {
        std::iter::once((FIRST, &self.first)).chain(self.others.iter().map(|(name, server)| (*name, server.as_ref())))
    }

    /// The relay's address.
    pub fn relay(&self) -> String {
        self.relay.url()
    }

    /// Ends the apps, then the relay.
    ///
    /// # Errors
    /// When the relay's store failed.
    pub fn end(self) -> anyhow::Result<()> {
        let Self { first, others, relay, .. } = self;
        drop(first);
        drop(others);
        relay.stop()
    }
}

fn first_name(name: &str) -> String {
    name.split_whitespace().next().unwrap_or_default().to_owned()
}

/// Where somebody's profile is.
pub fn profile_of(folder: &Path, name: &str) -> PathBuf {
    folder.join(folder_of(name)).join("profile")
}

/// The app of one of the sample's people, in this process, so many days later than it is.
///
/// # Errors
/// When it does not start.
pub fn app_days_later(folder: &Path, name: &str, days: i64) -> anyhow::Result<Server> {
    started(folder, name, None, Clock { offset_ms: days * 24 * 60 * 60 * 1000 })
}

fn app(folder: &Path, name: &str, beside: Option<Beside>) -> anyhow::Result<Server> {
    started(folder, name, beside, Clock::default())
}

fn started(folder: &Path, name: &str, beside: Option<Beside>, clock: Clock) -> anyhow::Result<Server> {
    let options = Options {
        port: 0,
        browser: false,
        lock_after: LOCK_AFTER,
        cost: KeyCost::TESTS,
        passphrase: Some(Zeroizing::new(PASSPHRASE.to_owned())),
        beside,
        clock,
    };
    match Server::start(&profile_of(folder, name), options)? {
        Started::Here(server) => Ok(*server),
        Started::There(_) => bail!("the app of {name} is open already"),
    }
}
