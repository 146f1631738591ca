//! `cargo xtask story`: three people, one relay, one assessment; then two recordings of people who wrote at once.
//!
//! Everything is real but the people: a relay on a loopback socket with its store on the disk, encrypted profiles, sealed records.
//! Every claim that is printed has been checked just before; the first that does not hold ends it with exit 1.

mod larch;
mod log;
mod recordings;
mod search;
mod telling;

use anyhow::Context as _;
use kith_tests::replay::Relay;

use log::Log;
use telling::Teller;

/// How to show it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Without the two recordings at the end
    #[arg(long)]
    fast: bool,
    /// Only the beginnings of the recordings: seconds instead of minutes
    #[arg(long, conflicts_with = "fast")]
    beginnings: bool,
    /// Keep the temporary folder and say where it is
    #[arg(long)]
    keep: bool,
}

impl Arguments {
    /// The story alone.
    pub(crate) fn fast() -> Self {
        Self { fast: true, beginnings: false, keep: false }
    }
}

/// Tells the story, then replays the recordings.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let folder = tempfile::Builder::new().prefix("kith-story-").tempdir().context("there is no temporary folder")?;
    let shown = tell(arguments, folder.path());
    if arguments.keep {
        println!("\nKept: {}", folder.keep().display());
    }
    shown.context("The story stopped: something does not hold")
}

fn tell(arguments: &Arguments, folder: &std::path::Path) -> anyhow::Result<()> {
    let log = Log::capture()?;
    let mut teller = Teller::new();
    println!("Three people from three agencies know the same group of friends. They write one assessment together.");
    println!("People, places and services are invented. All the rest is real: relay, sockets, encryption, disk.");
    let relay = Relay::start(&folder.join("relay"))?;
    larch::tell(&mut teller, &relay, folder, &log)?;
    log.end()?;
    if arguments.fast {
        println!("\nSkipped with --fast: the recordings of people who wrote at once.");
    } else {
        recordings::show(&mut teller, &relay, folder, !arguments.beginnings)?;
    }
    relay.stop()?;
    println!("\nAll of it held. It took {:.0} seconds.", teller.seconds());
    Ok(())
}
