//! A colleague's edit in a big record (`record.rs`): from its frame's arrival to the text on the screen, beside what a plain
//! Automerge document takes that holds the same recording in one text.
//!
//! Ours is a real core over a real store, live at its log, that is handed the relay's frame and the tick after it: the record is
//! chained, opened, its signature verified, its change judged, applied and read back, its row written, and the entry's string
//! spliced by what [`ClientCore::touched`](kith_sync::client::ClientCore::touched) says. The store commits after every tenth edit, which is how often an engine does at this
//! pace. Measured without own work and with 200 own keystrokes on their way, which the change is then applied beside a second
//! time. The floor is one `apply_changes` of the same keystroke to the one text, and reading the text again. Both are medians of
//! the recording's last keystrokes, in turn.

use std::collections::HashMap;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use automerge::transaction::Transactable as _;
use automerge::{Automerge, AutomergeError, ObjId, ObjType, ROOT, ReadDoc as _, TextEncoding};
use kith_assessment::{entry_text, text_object};
use kith_group::Role;
use kith_sync::client::{Input, TICK_MS};
use kith_sync::replica::{Touched, TouchedKind};
use kith_sync::wire::ServerMessage;

use super::dealt::Keystroke;
use super::record::{AUTHOR, Record, in_one_text, splice};
use super::{Figure, median, ms};

/// How many edits are measured, without own work and with it.
const EDITS: usize = 300;

/// Own keystrokes that are on their way.
const OWN: usize = 200;

/// The most that ours may take, as a share of the floor.
const SHARE: f64 = 1.0 / 20.0;

pub(super) fn measure() -> anyhow::Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let Some(mut record) = Record::typed(folder.path(), 2 * EDITS)? else { return Ok(Vec::new()) };
    let reader = record.room.enter(&folder.path().join("reader"), "Owen Tasker")?;
    record.room.connect(reader)?;
    record.room.let_in(AUTHOR, reader, record.document, Role::Contributor)?;
    // Renewals after joining are over.
    record.room.pass(10 * 60_000)?;
    let mut naive = Naive::new(2 * EDITS)?;
    let mut screen = Screen::new(&mut record, reader)?;
    let last: Vec<Keystroke> = record.strokes.get(record.strokes.len() - 2 * EDITS..).unwrap_or_default().to_vec();
    let (without, with) = last.split_at(EDITS);

    let mut figures = Vec::new();
    for (strokes, of) in [(without, "nothing unsent here"), (with, "200 own keystrokes on their way")] {
        if !figures.is_empty() {
            own_work(&mut record, reader)?;
            screen = Screen::new(&mut record, reader)?;
        }
        let (mut floor, mut ours) = (Vec::new(), Vec::new());
        for (number, stroke) in strokes.iter().enumerate() {
            floor.push(naive.next()?);
            ours.push(arrives(&mut record, reader, &mut screen, stroke, number % 10 == 9)?);
        }
        screen.is_right(&mut record, reader)?;
        let what = format!("remote: a colleague's edit in 260,000, to the screen, p50; {of}");
        figures.push(Figure { what, unit: "ms", floor: Some(median(floor)), ours: median(ours), target: SHARE });
    }
    Ok(figures)
}

/// The author types one keystroke; how long the reader takes over it, in milliseconds.
fn arrives(record: &mut Record, reader: usize, screen: &mut Screen, stroke: &Keystroke, commits: bool) -> anyhow::Result<f64> {
    let Record { document, .. } = *record;
    let command = record.command(stroke);
    record.room.now_ms += 4 * TICK_MS;
    record.room.commands(AUTHOR, document, &[command])?;
    let line = record.room.line(reader).context("the reader is not connected")?;
    let mut frames = Vec::new();
    for (of, frame) in record.room.relay()? {
        // Receipts come too, once a minute.
        match of == line && matches!(ServerMessage::from_frame(&frame), Ok(ServerMessage::Records { .. })) {
            true => frames.push(frame),
            false => drop(record.room.hand(of, &frame)?),
        }
    }
    ensure!(frames.len() == 1, "one keystroke came in {} frames", frames.len());
    let now = record.room.now_ms;
    let device = &mut record.room.devices[reader];
    let began = Instant::now();
    for frame in frames {
        device.store.begin()?;
        let mut effects = device.core.handle(&mut device.store, now, Input::Frame { line, bytes: frame.to_vec() })?;
        let ticked = device.core.handle(&mut device.store, now + TICK_MS, Input::Tick)?;
        for touched in device.core.touched(&document) {
            screen.show(&touched)?;
        }
        if commits {
            device.store.commit()?;
        }
        effects.frames.extend(ticked.frames);
        // Receipts, once a minute: they need not arrive.
        drop(effects);
    }
    let took = ms(began);
    record.room.now_ms += TICK_MS;
    // The author hears its own record, too.
    record.room.step(AUTHOR, |core, store, now| core.handle(store, now, Input::Tick))?;
    Ok(took)
}

/// The reader types, and the relay does not hear of it.
fn own_work(record: &mut Record, reader: usize) -> anyhow::Result<()> {
    let document = record.document;
    let id = *record.entries.first().context("a record without entries")?;
    let stroke = Keystroke { field: 0, at: 0, delete: 0, insert: "k".to_owned() };
    record.room.settle()?;
    record.room.commands(reader, document, &vec![splice(id, &stroke); OWN])?;
    record.room.lose();
    Ok(())
}

/// The entries' texts as the reader's screen shows them.
struct Screen {
    texts: Vec<String>,
    /// Which text shows an object.
    of: HashMap<ObjId, usize>,
}

impl Screen {
    fn new(record: &mut Record, reader: usize) -> anyhow::Result<Self> {
        let device = &mut record.room.devices[reader];
        let doc = device.core.read(&device.store, &record.document)?;
        let texts = record.entries.iter().map(|id| entry_text(doc, id)).collect::<Option<Vec<_>>>();
        let objects = record.entries.iter().map(|id| text_object(doc, id)).collect::<Option<Vec<_>>>();
        let of = objects.context("an entry without a text")?.into_iter().enumerate().map(|(field, object)| (object, field));
        let screen = Self { texts: texts.context("an entry without a text")?, of: of.collect() };
        device.core.touched(&record.document);
        Ok(screen)
    }

    /// Splices what changed.
    fn show(&mut self, touched: &Touched) -> anyhow::Result<()> {
        let TouchedKind::Text { at, delete, insert } = &touched.kind else { return Ok(()) };
        let field = *self.of.get(&touched.object).context("a text that is on no screen")?;
        let text = self.texts.get_mut(field).context("a text that is on no screen")?;
        let start = byte_of(text, *at);
        let end = byte_of(text, at + delete);
        text.replace_range(start..end, insert);
        Ok(())
    }

    /// What was spliced is what the document holds.
    fn is_right(&self, record: &mut Record, reader: usize) -> anyhow::Result<()> {
        let device = &mut record.room.devices[reader];
        let doc = device.core.read(&device.store, &record.document)?;
        for (id, shown) in record.entries.iter().zip(&self.texts) {
            let text = entry_text(doc, id).context("an entry without a text")?;
            ensure!(text == *shown, "the screen shows another text than the document's");
        }
        Ok(())
    }
}

/// The byte at which the UTF-16 code unit `unit` starts.
fn byte_of(text: &str, unit: usize) -> usize {
    let mut units = 0;
    for (byte, character) in text.char_indices() {
        if units >= unit {
            return byte;
        }
        units += character.len_utf16();
    }
    text.len()
}

/// The same recording in one text of two plain documents: one that types and one that hears of it.
struct Naive {
    typist: Automerge,
    reader: Automerge,
    text: ObjId,
    rest: std::vec::IntoIter<Keystroke>,
    length: usize,
}

impl Naive {
    fn new(untyped: usize) -> anyhow::Result<Self> {
        let mut strokes = in_one_text()?.context("the recording is gone")?;
        let rest = strokes.split_off(strokes.len() - untyped);
        let mut typist = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit);
        let made = typist.transact::<_, _, AutomergeError>(|tx| tx.put_object(ROOT, "text", ObjType::Text));
        let text = made.map_err(|failure| failure.error)?.result;
        for stroke in &strokes {
            type_in(&mut typist, &text, stroke)?;
        }
        let reader = typist.clone();
        Ok(Self { typist, reader, text, rest: rest.into_iter(), length: 0 })
    }

    /// The next keystroke arrives; how long the reader takes over it, in milliseconds.
    fn next(&mut self) -> anyhow::Result<f64> {
        let stroke = self.rest.next().context("no keystroke is left")?;
        type_in(&mut self.typist, &self.text, &stroke)?;
        let change = self.typist.get_last_local_change().context("no change was made")?;
        let began = Instant::now();
        self.reader.apply_changes([change])?;
        self.length = self.reader.text(&self.text)?.len();
        Ok(ms(began))
    }
}

fn type_in(doc: &mut Automerge, text: &ObjId, stroke: &Keystroke) -> anyhow::Result<()> {
    let typed = doc.transact(|tx| tx.splice_text(text, stroke.at, stroke.delete.cast_signed(), &stroke.insert));
    typed.map(drop).map_err(|failure| failure.error.into())
}
