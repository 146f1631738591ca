//! Recordings of several people writing at once, replayed through real clients and a real relay over loopback sockets.
//!
//! Each writer of a recording is a device: a profile with its own encrypted store, its own engine, its own connection. A device
//! types a recorded transaction when its copy holds every transaction that this one was typed on (its *parents*), at the place
//! where it was typed. What a colleague wrote beside it may have come already; then the edit is made on the parents' version, as
//! an editor does that has not yet shown it ([`Command::SpliceEntry`]'s `heads`). Each transaction is one change of its own.
//!
//! Devices know of each other's typing only what the relay brings. The one thing they share in this process is the *names* of the
//! changes (their hashes), so that a parent's index can be looked up in one's own copy.

mod beginning;
mod company;
mod relay;

pub use beginning::{BEGINNING, beginning};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail, ensure};
use automerge::transaction::{CommitOptions, Transactable as _};
use automerge::{Automerge, ChangeHash, PatchLog, ReadDoc as _};
use kith::engine::{Engine, EngineError, Event, Work};
use kith_assessment::{Command, EntryId, Heads, Kind, Refusal, entry_text, text_object};
use kith_group::DocumentId;
use kith_sync::client::Notice;

use crate::traces::{Concurrent, Patch, Positions, Transaction};

pub use company::{Admission, does, heads, let_in, new_assessment, profile, until_same};
pub use relay::Relay;

/// How many transactions are typed in one step at most, so that what a colleague wrote is not kept waiting.
const TOGETHER: usize = 64;

/// How far a writer may be ahead of the first transaction, in the order of the recording, that nobody has typed yet. The people
/// sat at the same time; a writer who runs ahead would meet colleagues with text that is from their future.
const AHEAD: usize = 8;

/// When nobody types anything for so long, something is lost.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a replay ended. That every device holds the recorded text, and the same changes, has been checked.
#[derive(Debug, Clone)]
pub struct Replayed {
    /// How many devices wrote.
    pub devices: usize,
    /// How many transactions were typed.
    pub transactions: usize,
    /// How many of them joined two versions.
    pub merges: usize,
    /// How many were typed although something newer stood in the copy already.
    pub beside: usize,
    /// How many changes `verify` counts, signed by the devices that made them.
    pub changes: u64,
    /// How many records the log has.
    pub records: u64,
    /// From the first transaction to the last device's having all of it.
    pub took: Duration,
}

/// What the writers of one replay share.
struct Shared {
    trace: Arc<Concurrent>,
    document: DocumentId,
    entry: EntryId,
    /// The change of each transaction, once it is made.
    changes: Vec<OnceLock<ChangeHash>>,
    /// The first transaction that nobody has typed yet.
    first: AtomicUsize,
    /// Whether any character takes two UTF-16 code units: only then do positions need the text.
    wide: bool,
    beside: AtomicUsize,
}

/// Replays a recording at the relay `url`, with profiles below `folder`. `typed` counts transactions while it runs.
///
/// # Errors
/// When anything fails, stands still for a minute, or any device ends with another text than the recorded one.
pub fn replay(trace: &Arc<Concurrent>, url: &str, folder: &Path, typed: &AtomicUsize) -> anyhow::Result<Replayed> {
    let mut engines = Vec::new();
    for agent in 0..trace.agents {
        let name = format!("Writer {}", agent + 1);
        engines.push(profile(&folder.join(format!("writer-{}", agent + 1)), &name, "a recording", "writer", url)?);
    }
    let engines: Vec<&Engine> = engines.iter().collect();
    let (document, entry) = gather(&engines, url)?;
    let wide = trace.transactions.iter().flat_map(|t| &t.patches).flat_map(|p| p.inserted.chars()).any(|c| c.len_utf16() > 1);
    let shared = Arc::new(Shared {
        trace: Arc::clone(trace),
        document,
        entry,
        changes: trace.transactions.iter().map(|_| OnceLock::new()).collect(),
        first: AtomicUsize::new(0),
        wide,
        beside: AtomicUsize::new(0),
    });

    let began = Instant::now();
    std::thread::scope(|scope| {
        let writers: Vec<_> = engines
            .iter()
            .enumerate()
            .map(|(agent, engine)| {
                let shared = &shared;
                scope.spawn(move || write(agent, engine, shared, typed).with_context(|| format!("writer {}", agent + 1)))
            })
            .collect();
        writers.into_iter().try_for_each(|writer| writer.join().map_err(|_| anyhow!("a writer panicked"))?)
    })?;
    until_same(&engines, document)?;
    let took = began.elapsed();

    for (agent, engine) in engines.iter().enumerate() {
        let text = engine.look(move |work| Ok(entry_text(work.read(&document)?, &entry)))?;
        ensure!(text.as_ref() == Some(&trace.end_content), "writer {} ends with another text than the recorded one", agent + 1);
    }
    let host = engines.first().context("a recording without writers")?;
    let report = host.look(move |work| work.verify(&document))?;
    ensure!(report.ok, "what was written cannot be proved: {:?}", report.problems);
    Ok(Replayed {
        devices: engines.len(),
        transactions: trace.transactions.len(),
        merges: trace.transactions.iter().filter(|transaction| transaction.parents.len() > 1).count(),
        beside: shared.beside.load(Ordering::Relaxed),
        changes: report.authors.iter().map(|author| author.changes).sum(),
        records: report.records,
        took,
    })
}

/// The first device starts an assessment with one empty entry and lets the others in by links.
fn gather(engines: &[&Engine], url: &str) -> anyhow::Result<(DocumentId, EntryId)> {
    let (host, guests) = engines.split_first().context("a recording without writers")?;
    let document = new_assessment(host, url)?;
    host.command(document, Command::SetTitle { title: "Elm".to_owned() })?;
    let add = Command::AddEntry {
        dimension: "1".to_owned(),
        kind: Kind::NotKnown,
        text: ".".to_owned(),
        said_by: None,
        first_hand_or_passed_on: None,
        basis: None,
        date: None,
        agreed: None,
    };
    let entry = host.command(document, add)?.id.context("an entry without an id")?;
    // An entry cannot be added empty, and recordings start with an empty text.
    let clear = Command::SpliceEntry { id: entry, heads: None, at: 0, delete: 1, insert: String::new() };
    host.command(document, clear)?;
    host.connect(url)?;
    for (index, guest) in guests.iter().enumerate() {
        let_in(host, guest, &document, "contributor", &format!("writer {}", index + 2))?;
    }
    for engine in engines {
        engine.connect_all()?;
    }
    until_same(engines, document)?;
    Ok((document, entry))
}

/// Types everything that one writer typed.
fn write(agent: usize, engine: &Engine, shared: &Arc<Shared>, typed: &AtomicUsize) -> anyhow::Result<()> {
    let transactions = shared.trace.transactions.iter().enumerate();
    let mine: Arc<[usize]> = transactions.filter(|(_, t)| t.agent == agent).map(|(index, _)| index).collect();
    let events = engine.subscribe()?;
    let mut next = 0;
    // How much all of them have typed, and when that last grew.
    let mut last = (0, Instant::now());
    while next < mine.len() {
        let all_typed = typed.load(Ordering::Relaxed);
        if all_typed > last.0 {
            last = (all_typed, Instant::now());
        }
        if mine.get(next).is_some_and(|index| !shared.is_time_for(*index)) {
            ensure!(last.1.elapsed() < PATIENCE, "nobody typed anything for a minute");
            std::thread::sleep(Duration::from_millis(1));
            continue;
        }
        let (all, of) = (Arc::clone(shared), Arc::clone(&mine));
        let made = engine.step(move |work| all.type_on(work, of.get(next..).unwrap_or_default()))?;
        next += made;
        typed.fetch_add(made, Ordering::Relaxed);
        if made > 0 {
            continue;
        }
        let waits_for = mine.get(next).copied().unwrap_or_default();
        ensure!(
            last.1.elapsed() < PATIENCE,
            "for a minute nobody typed, and what transaction {waits_for} was typed on did not come"
        );
        loop {
            match events.recv_timeout(Duration::from_millis(500)) {
                Ok(Event::Notice(Notice::Changed { .. })) | Err(RecvTimeoutError::Timeout) => break,
                Ok(Event::Failed(why)) => bail!("a step was taken back: {why}"),
                Ok(Event::Notice(Notice::Finding { text, .. })) => bail!("something did not hold: {text}"),
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => bail!("the engine stopped"),
            }
        }
    }
    Ok(())
}

impl Shared {
    /// Whether the recording has come so far.
    fn is_time_for(&self, index: usize) -> bool {
        index <= self.first.load(Ordering::Acquire) + AHEAD
    }

    /// Moves [`Shared::first`] past everything that is typed.
    fn advance(&self) {
        loop {
            let first = self.first.load(Ordering::Acquire);
            if self.changes.get(first).is_none_or(|change| change.get().is_none()) {
                return;
            }
            let _ = self.first.compare_exchange(first, first + 1, Ordering::AcqRel, Ordering::Acquire);
        }
    }

    /// Types as many of these transactions as can be typed now; how many that were.
    fn type_on(&self, work: &mut Work<'_>, mine: &[usize]) -> Result<usize, EngineError> {
        let mut made = 0;
        for &index in mine.iter().take(TOGETHER) {
            let (Some(transaction), Some(change)) = (self.trace.transactions.get(index), self.changes.get(index)) else { break };
            if !self.is_time_for(index) {
                break;
            }
            let doc = work.read(&self.document)?;
            let Some(parents) = self.parents_in(doc, transaction) else { break };
            // Nothing but the parents is here: an ordinary edit. Something newer is: an edit on the parents' version.
            let mut present = doc.get_heads();
            present.sort_unstable();
            let at = (!parents.is_empty() && present != parents).then_some(parents);
            self.beside.fetch_add(usize::from(at.is_some()), Ordering::Relaxed);
            let hash = match transaction.patches.as_slice() {
                [patch] => self.keystroke(work, patch, at)?,
                patches => self.several(work, patches, at.as_deref())?,
            };
            let _ = change.set(hash);
            self.advance();
            made += 1;
        }
        Ok(made)
    }

    /// The changes that a transaction was typed on, in order of hashes; `None` unless all of them are in this copy.
    fn parents_in(&self, doc: &Automerge, transaction: &Transaction) -> Option<Vec<ChangeHash>> {
        let hash = |parent: &usize| {
            let hash = *self.changes.get(*parent)?.get()?;
            doc.get_change_meta_by_hash(&hash).map(|_| hash)
        };
        let mut parents = transaction.parents.iter().map(hash).collect::<Option<Vec<ChangeHash>>>()?;
        parents.sort_unstable();
        Some(parents)
    }

    /// One patch: the command that an editor gives for a keystroke.
    fn keystroke(&self, work: &mut Work<'_>, patch: &Patch, at: Option<Vec<ChangeHash>>) -> Result<ChangeHash, EngineError> {
        let doc = work.read(&self.document)?;
        let (position, delete) = self.positions(doc, at.as_deref())?.utf16_splice(patch);
        let insert = patch.inserted.clone();
        let splice = Command::SpliceEntry { id: self.entry, heads: at.map(Heads), at: position, delete, insert };
        Ok(work.command(&self.document, &splice)?.hash)
    }

    /// Several patches of one transaction: one change all the same.
    fn several(&self, work: &mut Work<'_>, patches: &[Patch], at: Option<&[ChangeHash]>) -> Result<ChangeHash, EngineError> {
        let now = work.now();
        work.edit(&self.document, |doc, _| {
            let missing = || Refusal::Document("the entry's text".to_owned());
            let mut positions = self.positions(doc, at)?;
            let text = text_object(doc, &self.entry).ok_or_else(missing)?;
            let mut tx = match at {
                Some(heads) => doc.transaction_at(PatchLog::inactive(), heads).map_err(|e| Refusal::Document(e.to_string()))?,
                None => doc.transaction(),
            };
            for patch in patches {
                let (position, delete) = positions.utf16_splice(patch);
                tx.splice_text(&text, position, delete.cast_signed(), &patch.inserted)?;
                positions.apply(patch);
            }
            let (hash, _) = tx.commit_with(CommitOptions::default().with_time(now));
            hash.ok_or_else(missing)
        })
    }

    /// How positions are counted in the text as it was typed on.
    fn positions(&self, doc: &Automerge, at: Option<&[ChangeHash]>) -> Result<Positions, Refusal> {
        if !self.wide {
            return Ok(Positions::default());
        }
        let text = text_object(doc, &self.entry).ok_or_else(|| Refusal::Document("the entry's text".to_owned()))?;
        let text = match at {
            Some(heads) => doc.text_at(&text, heads),
            None => doc.text(&text),
        };
        Ok(Positions::of(&text?))
    }
}
