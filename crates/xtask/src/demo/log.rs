//! Everything that this process logs, kept in memory to be searched.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Registry, fmt, reload};

/// The log, from [`Log::capture`] on.
pub(super) struct Log {
    kept: Kept,
    level: reload::Handle<LevelFilter, Registry>,
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
    /// Begins: every message of every level, from the relay, from the clients beside it and from every library.
    pub(super) fn capture() -> anyhow::Result<Self> {
        let kept = Kept::default();
        let (filter, level) = reload::Layer::new(LevelFilter::TRACE);
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
        Ok(self.level.modify(|level| *level = LevelFilter::OFF)?)
    }
}
