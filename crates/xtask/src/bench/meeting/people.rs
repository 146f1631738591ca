//! The people of the meeting: each with an engine of their own, a field of their own, and a view of everybody's.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail, ensure};
use automerge::ObjId;
use kith::engine::{Engine, Event};
use kith_assessment::{Command, EntryId, text_object};
use kith_group::DocumentId;
use kith_sync::client::Notice;
use kith_sync::replica::{Touched, TouchedKind};
use kith_tests::replay::{let_in, new_assessment, profile, until_same};

use super::notes::Key;
use crate::bench::record::{emptied, new_entry};

/// How long after the last key everybody may take to see everything.
const PATIENCE: Duration = Duration::from_secs(60);

/// The people, let in and connected.
pub(super) struct People {
    engines: Vec<Engine>,
    document: DocumentId,
    fields: Vec<EntryId>,
}

/// What the meeting showed.
pub(super) struct Seen {
    /// For each keystroke after the warm-up: from when it was due to the last of the others' views, in milliseconds.
    pub(super) latencies_ms: Vec<f64>,
    first_record: u64,
}

/// The place in the log after everybody had come in.
pub(super) fn first_record(seen: &Seen) -> u64 {
    seen.first_record
}

/// Starts everybody, lets them in one by one, and gives each an entry.
pub(super) fn gather(people: usize, url: &str, folder: &Path) -> anyhow::Result<People> {
    let mut engines = Vec::new();
    for number in 0..people {
        let name = format!("Person {}", number + 1);
        engines.push(profile(&folder.join(format!("person-{number}")), &name, "a bench", "writer", url)?);
    }
    let (host, guests) = engines.split_first().context("a meeting of nobody")?;
    let document = new_assessment(host, url)?;
    host.connect(url)?;
    let mut fields = Vec::new();
    for _ in 0..people {
        // They begin empty, so that their length counts keys.
        let id = host.command(document, new_entry())?.id.context("an entry without an id")?;
        host.command(document, emptied(id))?;
        fields.push(id);
    }
    for (number, guest) in guests.iter().enumerate() {
        let_in(host, guest, &document, "contributor", &format!("person {}", number + 2))?;
        guest.connect_all()?;
    }
    let all: Vec<&Engine> = engines.iter().collect();
    until_same(&all, document)?;
    Ok(People { engines, document, fields })
}

/// One keystroke: when it was due, and how many of the others have it in their view, both written by many threads.
#[derive(Default)]
struct Stroke {
    views: AtomicU32,
    /// From the meeting's beginning to the last view, in nanoseconds; 0 until then.
    last_view: AtomicU64,
}

impl People {
    /// Everybody types their part; keys of the warm-up are not counted.
    pub(super) fn write(&self, parts: &[Vec<Key>], warm_up: Duration) -> anyhow::Result<Seen> {
        let host = self.engines.first().context("a meeting of nobody")?;
        let document = self.document;
        let first_record = host.look(move |work| Ok(work.status(&document)?.cursor + 1))?;
        let strokes: Vec<Vec<Stroke>> = parts.iter().map(|part| part.iter().map(|_| Stroke::default()).collect()).collect();
        let began = Instant::now() + Duration::from_secs(1);
        std::thread::scope(|scope| {
            let mut threads = Vec::new();
            for (number, engine) in self.engines.iter().enumerate() {
                let events = engine.subscribe()?;
                let (strokes, part) = (&strokes, parts.get(number).map(Vec::as_slice).unwrap_or_default());
                threads.push(scope.spawn(move || self.watch(number, engine, &events, strokes, began)));
                threads.push(scope.spawn(move || self.type_part(number, engine, part, began)));
            }
            threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| anyhow!("somebody panicked"))?)
        })?;
        let mut latencies_ms = Vec::new();
        for (part, strokes) in parts.iter().zip(&strokes) {
            for (key, stroke) in part.iter().zip(strokes).filter(|(key, _)| key.at >= warm_up) {
                let seen = Duration::from_nanos(stroke.last_view.load(Ordering::Acquire));
                latencies_ms.push(seen.saturating_sub(key.at).as_secs_f64() * 1e3);
            }
        }
        Ok(Seen { latencies_ms, first_record })
    }

    /// Presses one person's keys when they are due.
    fn type_part(&self, number: usize, engine: &Engine, part: &[Key], began: Instant) -> anyhow::Result<()> {
        let id = *self.fields.get(number).context("a person without a field")?;
        for (length, key) in part.iter().enumerate() {
            std::thread::sleep((began + key.at).saturating_duration_since(Instant::now()));
            let at = key.position.min(length);
            let splice = Command::SpliceEntry { id, heads: None, at, delete: 0, insert: key.inserted.to_string() };
            engine.command(self.document, splice)?;
        }
        Ok(())
    }

    /// Keeps one person's view of every field and notes when each of the others' keys came into it.
    fn watch(
        &self,
        number: usize,
        engine: &Engine,
        events: &Receiver<Event>,
        strokes: &[Vec<Stroke>],
        began: Instant,
    ) -> anyhow::Result<()> {
        let document = self.document;
        let fields = self.fields.clone();
        let objects: Vec<ObjId> = engine.look(move |work| {
            work.touched(&document);
            let doc = work.read(&document)?;
            Ok(fields.iter().filter_map(|id| text_object(doc, id)).collect())
        })?;
        ensure!(objects.len() == strokes.len(), "somebody does not see every field");
        let places: HashMap<ObjId, usize> = objects.iter().cloned().zip(0..).collect();
        let mut view: Vec<Vec<u16>> = vec![Vec::new(); objects.len()];
        let everything: usize = strokes.iter().enumerate().filter(|(field, _)| *field != number).map(|(_, s)| s.len()).sum();
        let mut last_news = Instant::now();
        let mut seen = 0;
        while seen < everything {
            match events.recv_timeout(Duration::from_secs(1)) {
                Ok(Event::Notice(Notice::Changed { .. })) => last_news = Instant::now(),
                Ok(Event::Failed(why)) => bail!("a step was taken back: {why}"),
                Ok(Event::Notice(Notice::Finding { text, .. })) => bail!("something did not hold: {text}"),
                Ok(_) => continue,
                Err(RecvTimeoutError::Timeout) if last_news.max(began).elapsed() < PATIENCE => continue,
                Err(_) => bail!("person {} saw {seen} of {everything} keys", number + 1),
            }
            let touched = engine.look(move |work| Ok(work.touched(&document)))?;
            let before: Vec<usize> = view.iter().map(Vec::len).collect();
            for one in touched {
                self.refresh(engine, &places, &mut view, one)?;
            }
            let now = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
            for (field, (text, before)) in view.iter().zip(before).enumerate().filter(|(field, _)| *field != number) {
                for stroke in strokes.get(field).and_then(|strokes| strokes.get(before..text.len())).unwrap_or_default() {
                    seen += 1;
                    if stroke.views.fetch_add(1, Ordering::AcqRel) + 2 == u32::try_from(strokes.len()).unwrap_or(0) {
                        stroke.last_view.store(now, Ordering::Release);
                    }
                }
            }
        }
        Ok(())
    }

    /// Brings one change into a view.
    fn refresh(
        &self,
        engine: &Engine,
        places: &HashMap<ObjId, usize>,
        view: &mut [Vec<u16>],
        touched: Touched,
    ) -> anyhow::Result<()> {
        let Some(text) = places.get(&touched.object).and_then(|place| view.get_mut(*place)) else {
            ensure!(touched.kind != TouchedKind::Everything, "a view had to be built anew in the middle of a meeting");
            return Ok(());
        };
        match touched.kind {
            TouchedKind::Text { at, delete, insert } => {
                let end = (at + delete).min(text.len());
                text.splice(at.min(end)..end, insert.encode_utf16());
            }
            TouchedKind::Key(_) => {}
            TouchedKind::Object | TouchedKind::Everything => {
                // An own change says only which field it was in.
                let (document, object) = (self.document, touched.object);
                let whole =
                    engine.look(move |work| Ok(automerge::ReadDoc::text(work.read(&document)?, &object).unwrap_or_default()))?;
                *text = whole.encode_utf16().collect();
            }
        }
        Ok(())
    }

    /// Ends everybody's engine.
    pub(super) fn leave(self) -> anyhow::Result<()> {
        self.engines.into_iter().try_for_each(|engine| Ok(engine.stop()?))
    }
}
