//! A relay of its own, in this process: a real loopback socket, and SQLite on the disk.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use kith_relay::{Config, Running, Server};
use kith_sync::relay::{Enrolment, RelayConfig};
use tokio::runtime::Runtime;

/// A running relay, with the runtime that it runs on.
#[derive(Debug)]
pub struct Relay {
    runtime: Runtime,
    running: Running,
    folder: PathBuf,
}

impl Relay {
    /// Starts one whose data is in `folder`, on a free port of this machine.
    ///
    /// # Errors
    /// When the folder or the socket cannot be used.
    pub fn start(folder: &Path) -> anyhow::Result<Self> {
        Self::start_as(folder, |config| config)
    }

    /// The same, without the pauses that a relay makes between one person's being let in and the next one's.
    ///
    /// # Errors
    /// When the folder or the socket cannot be used.
    pub fn start_without_pauses(folder: &Path) -> anyhow::Result<Self> {
        Self::start_as(folder, |config| RelayConfig { hold_every_ms: 0, commit_every_ms: 0, ..config })
    }

    fn start_as(folder: &Path, with: impl FnOnce(RelayConfig) -> RelayConfig) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_name("relay").enable_all().build()?;
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mut config = Config::new(listen, folder.to_owned(), Enrolment::Open);
        config.relay = with(config.relay);
        let running = runtime.block_on(Server::start(config)).context("the relay did not start")?;
        Ok(Self { runtime, running, folder: folder.to_owned() })
    }

    /// Its address for clients.
    pub fn url(&self) -> String {
        self.running.url()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.running.addr()
    }

    /// Its data folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Stops it as a running relay is stopped: everybody is told and closed.
    ///
    /// # Errors
    /// When its store failed.
    pub fn stop(self) -> anyhow::Result<()> {
        self.runtime.block_on(self.running.stop()).context("the relay did not stop well")
    }
}
