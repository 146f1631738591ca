//! One edit, durable on disk, beside the same number of bytes written as one row of an equal SQLCipher table.

use std::cell::Cell;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use kith::engine::{Engine, Person, Profile};
use kith::store::KeyCost;
use kith_assessment::{Command, Context, Framework};
use kith_group::{AppendRule, DocumentKind, MemoryRows, Random, Row, Rows, RowsError, Space, SystemRandom};
use kith_sync::client::ClientCore;

use super::{Figure, median};

const EDITS: usize = 300;
/// About what one keystroke's raw change takes.
const ROW_BYTES: usize = 130;
/// Where MLS keeps its state.
const MLS: Space = Space(1);

pub(super) fn measure() -> anyhow::Result<Vec<Figure>> {
    no_mls_state_is_read()?;
    let folder = tempfile::tempdir()?;
    let person = Person { name: "Priya Marsh".into(), agency: "children's social care".into(), role: "social worker".into() };
    let profile = Profile::create(&folder.path().join("profile"), "otter lantern maple spoon", &person, None, KeyCost::TESTS)?;
    let engine = Engine::start(profile)?;
    let document = engine.step(|work| work.create_assessment(None))?.document;
    let entry = Command::AddEntry {
        dimension: "1.6".into(),
        kind: "strength".into(),
        text: "They look out for each other.".into(),
        said_by: None,
        first_hand_or_passed_on: None,
        basis: None,
        date: None,
        agreed: None,
    };
    let id = engine.command(document, entry)?.id.context("a new entry has an id")?;
    let raw = raw_store(&folder.path().join("raw.db"))?;
    let (mut floor, mut ours) = (Vec::new(), Vec::new());
    // In turn, so that whatever else the machine does meets both alike.
    for number in 0..EDITS {
        let began = Instant::now();
        raw.execute_batch("BEGIN IMMEDIATE")?;
        let mut row = vec![0; ROW_BYTES];
        SystemRandom.fill(&mut row);
        raw.prepare_cached("INSERT INTO rows (space, key, value) VALUES (14, ?1, ?2)")?
            .execute(rusqlite::params![number.to_be_bytes().as_slice(), row])?;
        raw.execute_batch("COMMIT")?;
        floor.push(began.elapsed().as_secs_f64() * 1e3);
        let splice = Command::SpliceEntry { id, heads: None, at: number, delete: 0, insert: "k".into() };
        let began = Instant::now();
        engine.command(document, splice)?;
        ours.push(began.elapsed().as_secs_f64() * 1e3);
    }
    engine.stop()?;
    let what = "save: one edit on the disk, p50".to_owned();
    Ok(vec![Figure { what, unit: "ms", floor: Some(median(floor)), ours: median(ours), target: 2.0 }])
}

/// A store with Kith's own settings and table.
fn raw_store(path: &Path) -> anyhow::Result<rusqlite::Connection> {
    let raw = rusqlite::Connection::open(path)?;
    raw.execute_batch(&format!("PRAGMA key = \"x'{}'\"", "5a".repeat(32)))?;
    raw.execute_batch(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;
         CREATE TABLE rows (space INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY (space, key))
             WITHOUT ROWID, STRICT;",
    )?;
    Ok(raw)
}

/// Rows that count how often MLS state is read.
struct Counting {
    rows: MemoryRows,
    mls: Cell<usize>,
}

impl Counting {
    fn count(&self, space: Space) {
        self.mls.set(self.mls.get() + usize::from(space == MLS));
    }
}

impl Rows for Counting {
    fn row(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, RowsError> {
        self.count(space);
        self.rows.row(space, key)
    }

    fn put_row(&mut self, space: Space, key: &[u8], value: &[u8]) -> Result<(), RowsError> {
        self.rows.put_row(space, key, value)
    }

    fn delete_row(&mut self, space: Space, key: &[u8]) -> Result<(), RowsError> {
        self.rows.delete_row(space, key)
    }

    fn scan_rows(&self, space: Space, prefix: &[u8], from: &[u8], limit: usize) -> Result<Vec<Row>, RowsError> {
        self.count(space);
        self.rows.scan_rows(space, prefix, from, limit)
    }
}

/// Opens a store that was left, edits, and counts: the edit path must not touch the group's state.
fn no_mls_state_is_read() -> anyhow::Result<()> {
    let mut rows = Counting { rows: MemoryRows::default(), mls: Cell::new(0) };
    let mut core = ClientCore::open(&rows, Box::new(SystemRandom))?;
    let framework = Framework::peer_default();
    let mut genesis = |me: &kith_sync::client::Identity| {
        let mut random = |bytes: &mut [u8]| SystemRandom.fill(bytes);
        let context = Context { person: me.person.0, device: me.device.0, now: 0, random: &mut random };
        kith_assessment::genesis(&framework, me.document.0, &context).1
    };
    let me = core.create_document(&mut rows, 0, DocumentKind::WORKING, AppendRule::Everyone, None, &mut genesis)?;
    ensure!(rows.mls.get() > 0, "MLS keeps its state elsewhere now: this count would prove nothing");
    rows.mls.set(0);
    let mut core = ClientCore::open(&rows, Box::new(SystemRandom))?;
    let titled = Command::SetTitle { title: "Larch".into() };
    core.edit(&mut rows, 1, &me.document, |doc, me| {
        let mut random = |bytes: &mut [u8]| SystemRandom.fill(bytes);
        let mut context = Context { person: me.person.0, device: me.device.0, now: 0, random: &mut random };
        kith_assessment::apply(doc, &titled, &mut context)
    })?;
    ensure!(rows.mls.get() == 0, "the edit path read MLS state {} times", rows.mls.get());
    Ok(())
}
