//! The relay and the floor, each in a process of its own, so that their cost can be told from everybody else's.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child as Process, ChildStdin, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use kith_relay::{Config, Server};
use kith_sync::relay::{Enrolment, RelayConfig};

use super::broadcast;

/// Which part this program plays when the bench starts it a second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// The real relay. Its store is in the folder; people come in one right after the other.
    Relay,
    /// A server that passes every frame to everybody.
    Broadcast,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Relay => "relay",
            Self::Broadcast => "broadcast",
        }
    }

    /// Plays the part until standard input ends.
    pub(in crate::bench) fn play(self, folder: PathBuf) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        match self {
            Self::Relay => {
                let mut config = Config::new(listen, folder, Enrolment::Open);
                // A team comes in over days; the bench has minutes.
                config.relay = RelayConfig { hold_every_ms: 0, commit_every_ms: 0, ..config.relay };
                let running = runtime.block_on(Server::start(config))?;
                println!("{}", running.url());
                until_input_ends();
                runtime.block_on(running.stop())?;
            }
            Self::Broadcast => {
                println!("{}", runtime.block_on(broadcast::serve(listen))?);
                until_input_ends();
            }
        }
        Ok(())
    }
}

fn until_input_ends() {
    let mut nothing = Vec::new();
    // An error is an end, too.
    let _ = std::io::stdin().read_to_end(&mut nothing);
}

/// A running part.
pub(super) struct Child {
    process: Process,
    stdin: Option<ChildStdin>,
    /// Where it listens.
    pub(super) url: String,
}

impl Child {
    /// Starts a part and waits until it listens.
    pub(super) fn start(part: Part, folder: &Path) -> anyhow::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["bench", "--part", part.name(), "--folder"])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the bench cannot start itself a second time")?;
        let stdin = process.stdin.take();
        let mut url = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut url)?;
        }
        ensure!(!url.trim().is_empty(), "the {} did not start", part.name());
        Ok(Self { process, stdin, url: url.trim().to_owned() })
    }

    /// Processor time that it has used so far, in all its threads.
    pub(super) fn busy(&self) -> anyhow::Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        // The program's name, in parentheses, may hold spaces: fields are counted after it.
        let (_, fields) = stat.rsplit_once(')').context("what the kernel says of a process cannot be read")?;
        let ticks = |field: usize| fields.split_whitespace().nth(field).and_then(|ticks| ticks.parse::<u64>().ok());
        let (user, system) = ticks(11).zip(ticks(12)).context("what the kernel says of a process cannot be read")?;
        // USER_HZ is 100 on every Linux that Rust runs on.
        Ok(Duration::from_millis((user + system) * 10))
    }

    /// Ends it in order.
    pub(super) fn stop(mut self) -> anyhow::Result<()> {
        drop(self.stdin.take());
        let status = self.process.wait()?;
        ensure!(status.success(), "a part of the bench did not end well ({status})");
        Ok(())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if self.stdin.take().is_some() {
            // The bench failed: nothing of it may stay behind.
            let _ = self.process.kill();
            let _ = self.process.wait();
        }
    }
}
