//! Whether a record is admissible (protocol 1), judged on the replica and on what came before it in the log, never on how records
//! happened to arrive together.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

use automerge::legacy::{ElementId, Key, ObjectId, OpId, OpType};
use automerge::{ActorId, Automerge, Change, ChangeHash, ObjId, ObjType, ReadDoc};
use kith_group::{DeviceId, actor_family};

use super::caps::Caps;
use super::guard::quietly;
use super::shape::{self, ShapeError};
use super::{Brought, LastChange};

/// The changes of one change record, opened and its author's signature checked, as they go to [`super::Replica::admit`].
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The record's place in the log.
    pub seq: u64,
    /// Whose signature the bundle carries (not who sent it: protocol 3).
    pub author: DeviceId,
    /// The changes, in the author's order.
    pub changes: Vec<Brought>,
    /// What the author's statement signs as the last change of each of its actors, sorted. A statement that does not say exactly what
    /// stands after this record proves nothing, and a snapshot could not be proved with it; `None` where there is no statement.
    pub lasts: Option<Vec<LastChange>>,
}

/// What became of one arrival.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every change of it is in the replica now. `new` are those that were not there before.
    Admitted {
        /// Hashes of the changes that this arrival brought, in its order.
        new: Vec<ChangeHash>,
    },
    /// No change of it was taken: a record is admitted whole or not at all.
    Refused(Refusal),
}

/// Why an arrival is quarantined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Bytes that are not exactly one plain Automerge change with a right checksum.
    #[error("it holds something that is not a change")]
    NotAChange,
    /// A change by an actor that is not of the author's family, and not a deterministic one (protocol 7).
    #[error("it holds a change in somebody else's name")]
    WrongAuthor,
    /// The author's changes before it are missing.
    #[error("changes {expected} to {} of this author are missing before it", found.saturating_sub(1))]
    Gap {
        /// The number that should have come next from this actor.
        expected: u64,
        /// The number that came.
        found: u64,
    },
    /// It depends on a change that nobody has admitted.
    #[error("it depends on a change that is not in the log before it")]
    MissingDependency,
    /// It depends on a change of a record that was refused.
    #[error("it depends on record {seq}, which was refused")]
    DependsOnRefused {
        /// That record.
        seq: u64,
    },
    /// Its operations do not fit the document: unknown objects or places, used or absurd operation numbers.
    #[error("it refers to things that are not in the document before it")]
    Incoherent,
    /// Automerge panicked on it.
    #[error("it cannot be applied")]
    Panicked,
    /// The document gave back other bytes than went in, or would not load again.
    #[error("it does not read back as it was written")]
    Altered,
    /// Automerge put it aside instead of applying it.
    #[error("it was put aside and not applied")]
    Orphaned,
    /// Its author's signature is over other changes than it brings.
    #[error("its author signed other changes than it brings")]
    Uncovered,
    /// It is larger than any honest record, or would unfold so.
    #[error("it is too large")]
    TooLarge,
    /// Another change already has this actor's number: the device was restored from a copy, or lies.
    #[error("its author already used number {seq} for another change")]
    SeqReused {
        /// The number.
        seq: u64,
    },
}

/// The last change of one actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) seq: u64,
    pub(super) hash: ChangeHash,
    pub(super) max_op: u64,
}

/// One change that passed every check that needs no application.
#[derive(Debug, Clone)]
pub(super) struct Checked {
    pub(super) change: Change,
    objects: Vec<(u64, ObjType)>,
}

/// What the log has brought before the change at hand, beyond the replica's own document.
#[derive(Debug, Default)]
pub(super) struct Stage {
    marks: HashMap<ActorId, Mark>,
    max_ops: HashMap<ChangeHash, u64>,
    /// The last operation of each staged change, with its actor.
    ends: BTreeMap<(u64, ChangeHash), ActorId>,
    spans: HashMap<ActorId, Vec<RangeInclusive<u64>>>,
    objects: HashMap<(u64, ActorId), ObjType>,
    max_op: u64,
    genesis: Option<Vec<u8>>,
}

impl Stage {
    /// The genesis change, if it is among these.
    pub(super) fn genesis(&self) -> Option<&[u8]> {
        self.genesis.as_deref()
    }

    /// The last staged change of every actor.
    pub(super) fn marks(&self) -> &HashMap<ActorId, Mark> {
        &self.marks
    }

    /// Remembers what a change ends with, so that a change in short can name it.
    pub(super) fn note_end(&mut self, change: &Change) {
        self.ends.insert((mark_of(change).max_op, change.hash()), change.actor_id().clone());
    }

    /// The staged changes that end with this operation of an actor whose id begins so.
    pub(super) fn endings(&self, start: &[u8; 4], number: u64) -> impl Iterator<Item = ChangeHash> {
        let ends = self.ends.range((number, ChangeHash([0; 32]))..=(number, ChangeHash([0xff; 32])));
        ends.filter(|(_, actor)| actor.to_bytes().starts_with(start)).map(|((_, hash), _)| *hash)
    }

    pub(super) fn knows(&self, hash: &ChangeHash) -> bool {
        self.max_ops.contains_key(hash)
    }

    pub(super) fn push(&mut self, checked: &Checked) {
        let change = &checked.change;
        let actor = change.actor_id().clone();
        let mark = mark_of(change);
        if change.deps().is_empty() {
            self.genesis = Some(change.raw_bytes().to_vec());
        }
        self.max_ops.insert(change.hash(), mark.max_op);
        self.note_end(change);
        self.max_op = self.max_op.max(mark.max_op);
        self.marks.insert(actor.clone(), mark);
        for (number, kind) in &checked.objects {
            self.objects.insert((*number, actor.clone()), *kind);
        }
        let span = change.start_op().get()..=mark.max_op;
        let spans = self.spans.entry(actor).or_default();
        match spans.last_mut() {
            Some(last) if last.end().saturating_add(1) == *span.start() => *last = *last.start()..=*span.end(),
            _ => spans.push(span),
        }
    }
}

pub(super) fn mark_of(change: &Change) -> Mark {
    // Automerge's own `max_op` underflows nowhere: a change without operations ends one before it starts.
    let max_op = change.start_op().get().saturating_add(change.len() as u64).saturating_sub(1);
    Mark { seq: change.seq(), hash: change.hash(), max_op }
}

/// Changes of refused records: those of earlier calls, and what this call has added (`Some`) or taken back (`None`).
#[derive(Clone, Copy)]
pub(super) struct Refusals<'a> {
    pub(super) before: &'a HashMap<ChangeHash, u64>,
    pub(super) since: &'a HashMap<ChangeHash, Option<u64>>,
}

impl Refusals<'_> {
    fn record(&self, hash: &ChangeHash) -> Option<u64> {
        self.since.get(hash).copied().unwrap_or_else(|| self.before.get(hash).copied())
    }
}

/// What a change is judged against.
pub(super) struct Before<'a> {
    pub(super) doc: &'a Automerge,
    pub(super) marks: &'a HashMap<ActorId, Mark>,
    pub(super) max_op: u64,
    pub(super) refused: Refusals<'a>,
    pub(super) caps: &'a Caps,
}

/// Bytes to one change, or why not.
pub(super) fn parse(raw: &[u8], caps: &Caps) -> Result<Change, Refusal> {
    shape::change(raw, caps).map_err(|error| match error {
        ShapeError::Malformed => Refusal::NotAChange,
        ShapeError::TooLarge => Refusal::TooLarge,
    })?;
    let change = quietly(|| Change::try_from(raw)).map_err(|_| Refusal::Panicked)?.map_err(|_| Refusal::NotAChange)?;
    // Automerge parses a change without looking at its checksum, the first four bytes of its hash.
    if raw.get(4..8) != change.hash().0.get(..4) || change.raw_bytes() != raw {
        return Err(Refusal::NotAChange);
    }
    Ok(change)
}

impl Before<'_> {
    fn mark(&self, stages: [&Stage; 2], actor: &ActorId) -> Option<Mark> {
        stages.iter().find_map(|stage| stage.marks.get(actor)).or_else(|| self.marks.get(actor)).copied()
    }

    /// The last operation number of a known change.
    fn max_op_of(&self, stages: [&Stage; 2], hash: &ChangeHash) -> Option<u64> {
        stages
            .iter()
            .find_map(|stage| stage.max_ops.get(hash).copied())
            .or_else(|| self.doc.get_change_meta_by_hash(hash).map(|meta| meta.max_op))
    }

    /// Whether the change is in the log already, admitted.
    pub(super) fn knows(&self, stages: [&Stage; 2], hash: &ChangeHash) -> bool {
        stages.iter().any(|stage| stage.knows(hash)) || self.doc.get_change_meta_by_hash(hash).is_some()
    }

    /// Everything but applying. `stages`: this arrival's changes so far, and the batch's.
    pub(super) fn check(
        &self,
        stages: [&Stage; 2],
        change: Change,
        author: &DeviceId,
        derived: impl FnOnce(&Change) -> bool,
    ) -> Result<Checked, Refusal> {
        if actor_family(change.actor_id().to_bytes()) != Some(*author) && !derived(&change) {
            return Err(Refusal::WrongAuthor);
        }
        if let Some(seq) = change.deps().iter().find_map(|dep| self.refused.record(dep).filter(|_| !self.knows(stages, dep))) {
            return Err(Refusal::DependsOnRefused { seq });
        }
        // One root, the genesis change: everything honest is written on top of it (protocol 6).
        if change.deps().is_empty() && !(self.marks.is_empty() && stages.iter().all(|stage| stage.marks.is_empty())) {
            return Err(Refusal::MissingDependency);
        }
        let mut floor = 0;
        for dep in change.deps() {
            floor = floor.max(self.max_op_of(stages, dep).ok_or(Refusal::MissingDependency)?);
        }
        let last = self.mark(stages, change.actor_id());
        let expected = last.map_or(1, |mark| mark.seq.saturating_add(1));
        if change.seq() < expected {
            return Err(Refusal::SeqReused { seq: change.seq() });
        }
        if change.seq() > expected {
            return Err(Refusal::Gap { expected, found: change.seq() });
        }
        let start = change.start_op().get();
        // A saved document does not hold where a change's operation numbers start: Automerge 0.12 assumes that they start above its
        // dependencies and looks the actor's operations up by that. A change that does not stand on its actor's last one makes the
        // assumed ranges overlap, and the save does not load (the cases that notes 6.3 could not explain).
        let adrift = last.is_some_and(|mark| mark.max_op > floor);
        let highest = stages.iter().map(|stage| stage.max_op).max().unwrap_or(0).max(self.max_op);
        // Nobody may use up the 32 bits of the numbers. Editing at older heads leaves small gaps, so some room has to be left.
        let absurd = start <= floor || start > highest.saturating_add(self.caps.leap);
        // Kith never sets Automerge's own `author`; a second one for an actor makes it refuse a whole batch.
        if adrift || absurd || mark_of(&change).max_op > self.caps.last_operation || !change.extra_bytes().is_empty() {
            return Err(Refusal::Incoherent);
        }
        let objects = self.operations(stages, &change)?;
        Ok(Checked { change, objects })
    }

    /// Every operation refers only to what came before it: without this, a record could name things of a later one, and would be
    /// refused or admitted by the accident of their arriving together.
    fn operations(&self, stages: [&Stage; 2], change: &Change) -> Result<Vec<(u64, ObjType)>, Refusal> {
        let expanded = quietly(|| change.decode()).map_err(|_| Refusal::Panicked)?;
        let mut made: Vec<(u64, ObjType)> = Vec::new();
        let mut number = change.start_op().get();
        // Typing names one object many times over.
        let mut last_object: Option<(&OpId, ObjType)> = None;
        for operation in &expanded.operations {
            let known = |id: &OpId| self.has_operation(stages, change, number, id);
            let kind = match &operation.obj {
                ObjectId::Root => ObjType::Map,
                ObjectId::Id(id) => match last_object {
                    Some((last, kind)) if last == id => kind,
                    _ => {
                        let kind = self.object(stages, change, &made, id).ok_or(Refusal::Incoherent)?;
                        last_object = Some((id, kind));
                        kind
                    }
                },
            };
            let fits = match &operation.key {
                Key::Map(_) => matches!(kind, ObjType::Map | ObjType::Table) && !operation.insert,
                Key::Seq(ElementId::Head) => matches!(kind, ObjType::List | ObjType::Text) && operation.insert,
                Key::Seq(ElementId::Id(id)) => matches!(kind, ObjType::List | ObjType::Text) && known(id),
            };
            if !fits || !operation.pred.iter().all(known) {
                return Err(Refusal::Incoherent);
            }
            if let OpType::Make(kind) = operation.action {
                made.push((number, kind));
            }
            number = number.saturating_add(1);
        }
        Ok(made)
    }

    fn object(&self, stages: [&Stage; 2], change: &Change, made: &[(u64, ObjType)], id: &OpId) -> Option<ObjType> {
        if id.actor() == change.actor_id() && id.counter() >= change.start_op().get() {
            return made.iter().find(|(number, _)| *number == id.counter()).map(|(_, kind)| *kind);
        }
        let key = (id.counter(), id.actor().clone());
        stages
            .iter()
            .find_map(|stage| stage.objects.get(&key).copied())
            .or_else(|| self.doc.object_type(ObjId::Id(key.0, key.1, 0)).ok())
    }

    fn has_operation(&self, stages: [&Stage; 2], change: &Change, number: u64, id: &OpId) -> bool {
        let counter = id.counter();
        if id.actor() == change.actor_id() && counter >= change.start_op().get() {
            return counter < number;
        }
        let staged = |stage: &Stage| {
            // An actor's operation numbers only grow, so its spans are in order.
            let spans = stage.spans.get(id.actor()).map(Vec::as_slice).unwrap_or_default();
            let next = spans.partition_point(|span| *span.end() < counter);
            spans.get(next).is_some_and(|span| span.contains(&counter))
        };
        stages.iter().any(|stage| staged(stage)) || self.doc.hash_for_opid(&ObjId::Id(counter, id.actor().clone(), 0)).is_some()
    }
}
