//! Everything that this process logs, kept in memory to be searched.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Registry, fmt, reload};

/// The log, from [`Log::capture`] on.
pub(super) struct Log {
    kept: Kept,
    level: reload::Handle<Targets, Registry>,
}

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Begins: every message of every level, from the relay and every library. Left out is Automerge, the library of documents: the
    /// clients in this process use it on what they have opened, and a relay opens nothing.
    pub(super) fn capture() -> anyhow::Result<Self> {
        let kept = Kept::default();
        let talkative = Targets::new().with_default(LevelFilter::TRACE).with_target("automerge", LevelFilter::OFF);
        let (filter, level) = reload::Layer::new(talkative);
        let writer = kept.clone();
        let lines = fmt::layer().with_ansi(false).with_writer(move || writer.clone());
        tracing_subscriber::registry().with(filter).with(lines).try_init().context("the log cannot be captured")?;
        Ok(Self { kept, level })
    }

    /// What was logged so far.
    pub(super) fn so_far(&self) -> Vec<u8> {
        self.kept.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends: nothing more is kept.
    pub(super) fn end(&self) -> anyhow::Result<()> {
        Ok(self.level.modify(|level| *level = Targets::new())?)
    }
}
