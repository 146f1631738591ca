//! `cargo xtask demo`: the app, opened on the sample assessment. A relay and everyone who writes in Larch, in a temporary folder; three of
//! them have their app open, each at an address of its own, and the first opens in the browser.

use std::io::{BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use jiff::Timestamp;
use kith::engine::on_interrupt;
use kith::store::KeyCost;
use kith::web::{Beside, Neighbour, Options, Server, Started, app_files, open_browser};
use kith_tests::processes::PASSPHRASE;
use kith_tests::replay::Relay;
use kith_tests::stage::{Stage, folder_of};
use zeroize::Zeroizing;

/// Whose app opens in the browser.
const FIRST: &str = "Priya Marsh";
/// Whose apps run beside it.
const BESIDE: [&str; 2] = ["Nadia Sorrell", "Delroy Finch"];
/// What shows a hint when it is typed.
const TO_TYPE: &str = "“Keziah was at 14 Brook Row”, “they put themselves at risk”, “B2C, nominal”";
/// How long an app may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// How to open it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Print the addresses instead of opening the browser
    #[arg(long)]
    no_browser: bool,
    /// Start everything, see that every app answers, and end: for machines that build and test
    #[arg(long)]
    check: bool,
    /// Keep the temporary folder and say where it is
    #[arg(long)]
    keep: bool,
}

/// The sample, with three apps that are open. Ends when dropped.
pub(crate) struct Opened {
    /// The first person's app; the others are known to it.
    pub(crate) first: Server,
    /// The apps beside it, by name.
    pub(crate) others: Vec<(&'static str, Arc<Server>)>,
    /// The working document's id.
    pub(crate) assessment: String,
    relay: Relay,
}

impl Opened {
    /// Plays the sample below `folder`, and opens the apps on it.
    ///
    /// # Errors
    /// When Kith was built without the app, or anything does not start.
    pub(crate) fn start(folder: &Path) -> anyhow::Result<Self> {
        ensure!(
            !app_files().is_empty(),
            "The demo opens the app, and this Kith was built without it. Install Node.js 20.19 or newer with npm (Debian: nodejs, npm), \
             unset KITH_WITHOUT_APP, and run `cargo xtask demo` again. `cargo xtask story` needs neither"
        );
        let relay = Relay::start_without_pauses(&folder.join("relay"))?;
        let stage = Stage::larch(folder, &relay.url(), Timestamp::now().as_second())?;
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

    /// Where the first app begins: the overview of Larch.
    fn overview(&self) -> String {
        format!("/a/{}/overview", self.assessment)
    }

    /// A new way into every app, the first one first.
    pub(crate) fn ways_in(&self) -> Vec<(String, String)> {
        let sides = format!("/a/{}/sides/2", self.assessment);
        let others = self.others.iter().map(|(name, server)| (first_name(name), server.way_in_to(&sides)));
        std::iter::once((first_name(FIRST), self.first.way_in_to(&self.overview()))).chain(others).collect()
    }

    /// Ends the apps, then the relay.
    ///
    /// # Errors
    /// When the relay's store failed.
    pub(crate) fn end(self) -> anyhow::Result<()> {
        let Self { first, others, relay, .. } = self;
        drop(first);
        drop(others);
        relay.stop()
    }
}

fn first_name(name: &str) -> String {
    name.split_whitespace().next().unwrap_or_default().to_owned()
}

fn profile_of(folder: &Path, name: &str) -> PathBuf {
    folder.join(folder_of(name)).join("profile")
}

fn app(folder: &Path, name: &str, beside: Option<Beside>) -> anyhow::Result<Server> {
    let options = Options {
        port: 0,
        browser: false,
        lock_after: Duration::from_secs(4 * 60 * 60),
        cost: KeyCost::TESTS,
        passphrase: Some(Zeroizing::new(PASSPHRASE.to_owned())),
        beside,
    };
    match Server::start(&profile_of(folder, name), options)? {
        Started::Here(server) => Ok(*server),
        Started::There(_) => bail!("the app of {name} is open already"),
    }
}

/// Opens the apps and stays until it is ended.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let folder = tempfile::Builder::new().prefix("kith-demo-").tempdir().context("there is no temporary folder")?;
    println!("Everyone who writes in Larch sets up Kith and writes their part, through a relay. Some seconds …");
    let shown = Opened::start(folder.path()).and_then(|opened| {
        let shown = if arguments.check { all_answer(&opened) } else { stay(&opened, folder.path(), arguments.no_browser) };
        shown.and(opened.end())
    });
    if arguments.keep {
        println!("Kept: {}", folder.keep().display());
    } else {
        folder.close().context("the temporary folder could not be removed")?;
    }
    shown
}

/// Everything starts and every app answers.
pub(crate) fn check() -> anyhow::Result<()> {
    run(&Arguments { no_browser: true, check: true, keep: false })
}

fn stay(opened: &Opened, folder: &Path, no_browser: bool) -> anyhow::Result<()> {
    let (end, ended) = mpsc::channel();
    let by_enter = end.clone();
    on_interrupt(move || {
        let _ = end.send(());
    })?;
    let in_browser = !no_browser && open_browser(&profile_of(folder, FIRST), &opened.first.way_in_to(&opened.overview()));
    println!(
        "\nThe app is open on the sample assessment Larch, as Priya. People, places and services are invented; all the rest is real."
    );
    println!("Two others are writing too: open Nadia · Delroy beside that window and type in 2.3.");
    println!("To see hints, type: {TO_TYPE}.");
    println!("Should a page be locked, the passphrase is: {PASSPHRASE}");
    if !in_browser {
        print_ways_in(opened);
    }
    println!("\nCtrl-C ends everything and takes the temporary folder away.");
    if std::io::stdin().is_terminal() {
        println!("Enter prints new addresses.");
        let (asked, wishes) = mpsc::channel();
        std::thread::Builder::new().name("demo-enter".to_owned()).spawn(move || {
            for _ in std::io::stdin().lock().lines().map_while(Result::ok) {
                let _ = asked.send(());
            }
            drop(by_enter);
        })?;
        while ended.try_recv().is_err() {
            if wishes.recv_timeout(Duration::from_millis(200)).is_ok() {
                print_ways_in(opened);
            }
        }
    } else {
        let _ = ended.recv();
    }
    println!("\nEnding …");
    Ok(())
}

fn print_ways_in(opened: &Opened) {
    println!("\nOpen these in your browser; each works once, within a minute:");
    for (name, address) in opened.ways_in() {
        println!("  {name:<8}{address}");
    }
}

/// Asks every app for its page.
fn all_answer(opened: &Opened) -> anyhow::Result<()> {
    let others = opened.others.iter().map(|(name, server)| (*name, server.as_ref()));
    for (name, server) in std::iter::once((FIRST, &opened.first)).chain(others) {
        ensure!(server.is_unlocked(), "the app of {name} is not open");
        let mut stream = TcpStream::connect(("127.0.0.1", server.port()))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "GET / HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nconnection: close\r\n\r\n", server.port())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        ensure!(answer.starts_with("HTTP/1.1 200"), "the app of {name} does not answer with its page");
        println!("{name}: the app is open on port {} of this computer.", server.port());
    }
    Ok(())
}
