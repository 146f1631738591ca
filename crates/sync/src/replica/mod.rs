//! One document of one device: the *replica* and the *working copy* (protocol 1), without I/O and without keys.
//!
//! The replica holds exactly the admitted changes of the log so far, so that every device reaches the same verdict about the next
//! record and the same digest of heads. What this person has written and the log has not yet brought back lives in the working copy
//! (replica + own unsent), which exists only while there is such work.
//!
//! ```text
//!   edit() --> working copy --> raw changes --> (outbox, relay, log) --> admit() --> replica
//!                   ^                                                       |
//!                   +---------------- others' changes ---------------------+
//! ```
//!
//! Every byte from outside is hostile until Automerge has given it back unchanged: it is measured first (`shape`), parsed and judged
//! (`judge`), applied under `catch_unwind` and read back (`admit`), and before anything builds on a saved document, that document has
//! been loaded again (`rebase`). The caller stores what it is given: a base (a saved document), the admitted changes since, and the
//! own unsent changes.

mod admit;
mod caps;
pub mod deterministic;
mod edit;
mod guard;
mod judge;
mod pack;
mod proof;
mod rebase;
mod shape;
mod short;
mod touched;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]
mod tests;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use automerge::{ActorId, Automerge, Change, ChangeHash, LoadOptions, TextEncoding};
use kith_group::{DeviceId, DocumentId};

pub use caps::Caps;
pub use edit::{EditError, Edited};
pub use judge::{Arrival, Refusal, Verdict};
pub use pack::{Packed, UnpackError, unpack};
pub use proof::{Coverage, LastChange};
pub use rebase::{CandidateBase, Rebased, VerifiedBase};
pub use short::Brought;
pub use touched::{Touched, TouchedKind};

use guard::quietly;
use judge::{Mark, mark_of};
use touched::TouchedList;

/// What every device of a document must agree on to reach the same verdicts.
#[derive(Clone)]
pub struct Rules {
    /// The document, part of every deterministic actor (protocol 7).
    pub document: DocumentId,
    /// Limits.
    pub caps: Caps,
    /// The deterministic changes that are understood (protocol 7).
    pub mappings: Vec<Arc<dyn deterministic::Mapping>>,
}

impl Rules {
    /// The protocol's limits, and no deterministic changes.
    pub fn new(document: DocumentId) -> Self {
        Self { document, caps: Caps::default(), mappings: Vec::new() }
    }
}

/// The changes that one admitted record brought, as they are kept beside a base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRecord {
    /// The record's place in the log.
    pub seq: u64,
    /// Its new changes, raw, in order.
    pub changes: Vec<Vec<u8>>,
}

/// Everything a [`Replica`] is built from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stored<'a> {
    /// A saved document, as [`Replica::rebase`] gave it or a snapshot brought it; empty for none.
    pub base: &'a [u8],
    /// The admitted changes since.
    pub tail: &'a [KeptRecord],
    /// Own changes that the log has not brought back, in order.
    pub unsent: &'a [Vec<u8>],
    /// Changes of refused records, with the record: what depends on them is refused by that name.
    pub refused: &'a [(ChangeHash, u64)],
}

/// Why stored bytes do not make a replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The base is not one saved Automerge document.
    #[error("the saved document is damaged")]
    Base,
    /// It would unfold beyond the limits.
    #[error("the saved document is too large")]
    TooLarge,
    /// A change of the tail does not apply.
    #[error("the changes of record {seq} do not fit the saved document")]
    Tail {
        /// The record.
        seq: u64,
    },
    /// An own unsent change does not apply. Load without them, and keep their bytes.
    #[error("this device's unsent changes do not fit the saved document")]
    Unsent,
}

/// One own change that the log has not brought back.
#[derive(Debug, Clone)]
struct Unsent {
    change: Change,
}

/// One document on this device.
pub struct Replica {
    rules: Rules,
    /// The document of exactly the admitted changes.
    admitted: Automerge,
    /// `admitted` and `unsent`; there while something is unsent, and until [`Replica::rest`].
    working: Option<Automerge>,
    unsent: Vec<Unsent>,
    /// The last admitted change of every actor.
    marks: HashMap<ActorId, Mark>,
    /// The highest operation number in `admitted`.
    max_op: u64,
    refused: HashMap<ChangeHash, u64>,
    /// What `admitted` is rebuilt from after Automerge panicked inside it.
    base: Vec<u8>,
    tail: Vec<KeptRecord>,
    /// Authors whose record has broken a document in this run: theirs are tried on a clone first.
    distrusted: BTreeSet<DeviceId>,
    touched: TouchedList,
}

impl std::fmt::Debug for Replica {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replica")
            .field("document", &self.rules.document)
            .field("tail", &self.tail.len())
            .field("unsent", &self.unsent.len())
            .finish_non_exhaustive()
    }
}

impl Replica {
    /// A document with nothing in it. Its first change (genesis) is an ordinary own edit.
    pub fn empty(rules: Rules) -> Self {
        Self::around(rules, blank())
    }

    fn around(rules: Rules, admitted: Automerge) -> Self {
        Self {
            rules,
            admitted,
            working: None,
            unsent: Vec::new(),
            marks: HashMap::new(),
            max_op: 0,
            refused: HashMap::new(),
            base: Vec::new(),
            tail: Vec::new(),
            distrusted: BTreeSet::new(),
            touched: TouchedList::default(),
        }
    }

    /// Builds a document from what the store (or a snapshot) holds.
    ///
    /// # Errors
    /// [`LoadError`]; nothing here trusts the bytes, so a snapshot from a member may be passed as it came.
    pub fn load(rules: Rules, stored: &Stored<'_>) -> Result<Self, LoadError> {
        let (admitted, marks) = open(stored.base, &rules.caps)?;
        let mut replica = Self::around(rules, admitted);
        replica.marks = marks;
        replica.base = stored.base.to_vec();
        replica.refused = stored.refused.iter().copied().collect();
        replica.tail = stored.tail.to_vec();
        replica.apply_tail()?;
        for raw in stored.unsent {
            let change = judge::parse(raw, &replica.rules.caps).map_err(|_| LoadError::Unsent)?;
            // Admitted between two crashes: it is not unsent any more.
            if !has(&replica.admitted, &change.hash()) {
                replica.unsent.push(Unsent { change });
            }
        }
        if !replica.unsent.is_empty() {
            let lost = replica.rebuild_working();
            if !lost.is_empty() {
                return Err(LoadError::Unsent);
            }
        }
        replica.touched.everything();
        Ok(replica)
    }

    /// Applies the tail to the freshly opened base, in one batch. A record may bring again what the base or an earlier one has (carried
    /// changes, or a member's mischief): as when it was admitted, only what is new counts, or an author's last change would be an old one.
    fn apply_tail(&mut self) -> Result<(), LoadError> {
        let mut changes = Vec::new();
        let mut known = HashSet::new();
        for record in &mut self.tail {
            let mut new = Vec::with_capacity(record.changes.len());
            for raw in std::mem::take(&mut record.changes) {
                let change = judge::parse(&raw, &self.rules.caps).map_err(|_| LoadError::Tail { seq: record.seq })?;
                if !has(&self.admitted, &change.hash()) && known.insert(change.hash()) {
                    changes.push(change);
                    new.push(raw);
                }
            }
            record.changes = new;
        }
        let seq = self.tail.last().map_or(0, |record| record.seq);
        self.tail.retain(|record| !record.changes.is_empty());
        admit::apply(&mut self.admitted, &changes, false).map_err(|_| LoadError::Tail { seq })?;
        for change in &changes {
            self.marks.insert(change.actor_id().clone(), mark_of(change));
        }
        self.max_op = heads_max_op(&self.admitted);
        Ok(())
    }

    /// What the person sees: the working copy if there is one, else the replica.
    pub fn doc(&self) -> &Automerge {
        self.working.as_ref().unwrap_or(&self.admitted)
    }

    /// The replica alone: what every device has that has applied the log this far.
    pub fn admitted(&self) -> &Automerge {
        &self.admitted
    }

    /// The limits and mappings in force.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Own changes that the log has not brought back, raw, in order.
    pub fn unsent(&self) -> Vec<Vec<u8>> {
        self.unsent.iter().map(|own| own.change.raw_bytes().to_vec()).collect()
    }

    /// The admitted changes since the base. When they are many, [`Replica::wants_rebase`].
    pub fn tail(&self) -> &[KeptRecord] {
        &self.tail
    }

    /// Changes of refused records and the record of each, to be stored and given back to [`Replica::load`].
    pub fn refused(&self) -> Vec<(ChangeHash, u64)> {
        let mut refused: Vec<_> = self.refused.iter().map(|(hash, seq)| (*hash, *seq)).collect();
        refused.sort_unstable_by_key(|(hash, seq)| (*seq, *hash));
        refused
    }

    /// The changes of one refused record.
    pub fn refused_by(&self, record: u64) -> Vec<ChangeHash> {
        let mut refused: Vec<_> = self.refused.iter().filter(|(_, seq)| **seq == record).map(|(hash, _)| *hash).collect();
        refused.sort_unstable();
        refused
    }

    /// The raw changes that a record of the tail brought and the document did not have before.
    pub fn brought_by(&self, record: u64) -> Vec<Vec<u8>> {
        let found = self.tail.iter().rev().find(|kept| kept.seq == record);
        found.map(|kept| kept.changes.clone()).unwrap_or_default()
    }

    /// What the person's view must refresh since the last call, in order.
    pub fn touched(&mut self) -> Vec<Touched> {
        self.touched.take()
    }
}

/// An empty document. Positions are UTF-16 code units everywhere (protocol 6); Automerge does not store that choice.
fn blank() -> Automerge {
    Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit)
}

/// Whether `doc` has a change, applied (not merely waiting).
fn has(doc: &Automerge, hash: &ChangeHash) -> bool {
    doc.get_change_meta_by_hash(hash).is_some()
}

fn heads_max_op(doc: &Automerge) -> u64 {
    // Every change starts above its dependencies, so the highest operation is under a head.
    doc.get_heads().iter().filter_map(|head| doc.get_change_meta_by_hash(head)).map(|meta| meta.max_op).max().unwrap_or(0)
}

/// Opens a saved document from anywhere.
fn open(base: &[u8], caps: &Caps) -> Result<(Automerge, HashMap<ActorId, Mark>), LoadError> {
    if base.is_empty() {
        return Ok((blank(), HashMap::new()));
    }
    let actors = shape::document(base, caps).map_err(|error| match error {
        shape::ShapeError::Malformed => LoadError::Base,
        shape::ShapeError::TooLarge => LoadError::TooLarge,
    })?;
    let opened = quietly(|| {
        let options = LoadOptions::new().text_encoding(TextEncoding::Utf16CodeUnit);
        let mut doc = Automerge::load_with_options(base, options).map_err(|_| LoadError::Base)?;
        let marks = marks(&mut doc, &actors);
        Ok((doc, marks))
    });
    opened.map_err(|_| LoadError::Base)?
}

/// The last change of every actor that a document names.
///
/// Asking Automerge for all changes would cost a third of loading them; asking as each actor in turn for "its" last costs microseconds.
fn marks(doc: &mut Automerge, actors: &[Vec<u8>]) -> HashMap<ActorId, Mark> {
    let before = doc.get_actor().clone();
    let mut marks = HashMap::with_capacity(actors.len());
    for actor in actors {
        let actor = ActorId::from(actor.as_slice());
        doc.set_actor(actor.clone());
        if let Some(last) = doc.get_last_local_change() {
            marks.insert(actor, mark_of(&last));
        }
    }
    doc.set_actor(before);
    marks
}
