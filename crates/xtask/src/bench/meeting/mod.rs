//! The meeting: 20 people in 20 fields, everything on, all on this machine.
//!
//! Twenty real engines (own encrypted store, own connection) in this process write through the real relay in a process of its own.
//! Each person types into an entry of their own a stretch of the recording *clownschool* at its own speed (longer pauses
//! shortened to two seconds), and each person's view of every entry is kept up to date: a keystroke counts as seen when it
//! stands in the view of the last of the nineteen others. Time runs from the moment at which the key was due, so that a computer
//! that is behind is not forgiven.
//!
//! The floor for the relay's cost is an axum WebSocket server that does nothing but pass each frame to everybody: it is given the
//! very records that the meeting left in the relay's log, at the times at which they came, over as many sockets.

mod broadcast;
mod child;
mod notes;
mod people;

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use kith_group::{Record, RecordKind};
use kith_sync::wire::ClientMessage;
use kith_tests::traces::concurrent;

pub(crate) use child::Part;

use self::child::Child;
use super::Figure;

/// How many people write.
const PEOPLE: usize = 20;

/// How long they write before anything is counted.
const WARM_UP: Duration = Duration::from_secs(5);

/// How long what is counted lasts.
const COUNTED: Duration = Duration::from_secs(60);

/// A record as the relay stored it: whose, when (Unix milliseconds), and its bytes.
struct Stored {
    sender: [u8; 16],
    received_ms: i64,
    bytes: Vec<u8>,
}

/// Measures the meeting; nothing where the recording is not on this machine.
pub(super) fn measure() -> anyhow::Result<Vec<Figure>> {
    let Some(trace) = concurrent("clownschool")? else { return Ok(Vec::new()) };
    let parts = notes::deal(&trace, PEOPLE, WARM_UP + COUNTED)?;
    let keys: usize = parts.iter().map(Vec::len).sum();
    eprintln!(
        "meeting: {PEOPLE} people come in, then type {keys} keys, {:.1} a second each; this takes some minutes",
        keys as f64 / PEOPLE as f64 / (WARM_UP + COUNTED).as_secs_f64()
    );
    let folder = tempfile::tempdir()?;
    let relay_folder = folder.path().join("relay");
    let relay = Child::start(Part::Relay, &relay_folder)?;
    let people = people::gather(PEOPLE, &relay.url, folder.path())?;

    let busy = relay.busy()?;
    let seen = people.write(&parts, WARM_UP)?;
    let relay_busy = relay.busy()? - busy;
    people.leave()?;
    relay.stop()?;

    let stored = records(&relay_folder, people::first_record(&seen))?;
    let deliveries = stored.len() * PEOPLE;
    let ours_us = relay_busy.as_secs_f64() * 1e6 / deliveries as f64;
    let floor_us = broadcast::measure(&stored, PEOPLE, folder.path())?;

    let mut latencies = seen.latencies_ms;
    ensure!(!latencies.is_empty(), "no keystroke was counted");
    latencies.sort_by(f64::total_cmp);
    let mut frames: Vec<f64> =
        stored.iter().map(|record| ClientMessage::Append { record: record.bytes.clone() }.to_frame().len() as f64).collect();
    frames.sort_by(f64::total_cmp);
    Ok(vec![
        figure("meeting: keystroke to the 19th view, p50", "ms", None, share(&latencies, 0.5), 60.0),
        figure("meeting: keystroke to the 19th view, p99", "ms", None, share(&latencies, 0.99), 150.0),
        figure("meeting: the relay's CPU per delivery", "us", Some(floor_us), ours_us, 2.0),
        figure("meeting: bytes of a writer's tick, one frame, p95", "bytes", None, share(&frames, 0.95), 512.0),
    ])
}

fn figure(what: &str, unit: &'static str, floor: Option<f64>, ours: f64, target: f64) -> Figure {
    Figure { what: what.to_owned(), unit, floor, ours, target }
}

/// The value below which this share of sorted measurements lies.
fn share(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * share).round() as usize).copied().unwrap_or(0.0)
}

/// The change records in the relay's log from `first` (a place in it) on.
fn records(folder: &Path, first: u64) -> anyhow::Result<Vec<Stored>> {
    let store = rusqlite::Connection::open(kith_relay::store_file(folder))?;
    let mut all = store.prepare("SELECT sender, received_ms, bytes FROM record WHERE seq >= ?1 ORDER BY seq")?;
    let rows =
        all.query_map([i64::try_from(first)?], |row| Ok((row.get::<_, [u8; 16]>(0)?, row.get(1)?, row.get::<_, Vec<u8>>(2)?)))?;
    let mut stored = Vec::new();
    for row in rows {
        let (sender, received_ms, bytes) = row?;
        let record = Record::decode(&bytes).ok().context("the relay's log holds something that is no record")?;
        if record.head.kind == RecordKind::Change {
            stored.push(Stored { sender, received_ms, bytes });
        }
    }
    Ok(stored)
}
