//! Taking records from the log: many at once where all is well, one at a time where it is not.

use std::collections::{BTreeMap, HashMap};

use automerge::{Automerge, Change, ChangeHash, PatchLog};
use kith_group::{DeviceId, Digest, actor_family};

use super::deterministic;
use super::guard::quietly;
use super::judge::{Arrival, Before, Checked, Mark, Refusal, Refusals, Stage, Verdict, mark_of, parse};
use super::{Brought, KeptRecord, LastChange, Replica, has, open};

/// One arrival that passed every check that needs no application.
struct Passed {
    index: usize,
    all: Vec<ChangeHash>,
    new: Vec<Checked>,
}

/// What one call learns about refused changes: the record that holds one, or that it is admitted after all.
type Since = HashMap<ChangeHash, Option<u64>>;

/// Applies changes and proves that the document now gives back exactly those bytes. Returns the patches if they were asked for.
///
/// # Errors
/// Why the document must be thrown away: after an error it is in no known state.
pub(super) fn apply(doc: &mut Automerge, changes: &[Change], patches: bool) -> Result<Vec<automerge::Patch>, Refusal> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let work = || {
        let before = doc.get_heads();
        let mut log = PatchLog::new(patches);
        doc.apply_changes_log_patches(changes.iter().cloned(), &mut log).map_err(|_| Refusal::Altered)?;
        // `Ok` proves nothing: Automerge holds a change with a missing dependency for ever, silently, and drops what it cannot place.
        let back = doc.get_changes(&before);
        let wanted: HashMap<ChangeHash, &[u8]> = changes.iter().map(|change| (change.hash(), change.raw_bytes())).collect();
        for hash in wanted.keys() {
            if !has(doc, hash) {
                return Err(Refusal::Orphaned);
            }
        }
        let same = back.iter().all(|change| wanted.get(&change.hash()).is_some_and(|raw| *raw == change.raw_bytes()));
        if !same || back.len() != wanted.len() {
            return Err(Refusal::Altered);
        }
        Ok(if patches { doc.make_patches(&mut log) } else { Vec::new() })
    };
    quietly(work).map_err(|_| Refusal::Panicked)?
}

impl Replica {
    /// Judges what the log brought, in log order, and takes what is admissible.
    ///
    /// The verdicts are the same however the log is cut into calls. Records that the caller knows of but that are not changes (commits,
    /// receipts) are not passed.
    pub fn admit(&mut self, arrivals: &[Arrival]) -> Vec<Verdict> {
        let risky = arrivals.iter().any(|arrival| self.distrusted.contains(&arrival.author));
        if !risky && let Some(verdicts) = self.admit_together(arrivals) {
            return verdicts;
        }
        arrivals.iter().map(|arrival| self.admit_alone(arrival)).collect()
    }

    /// All in one application. `None` when Automerge did not do what it was asked to: nothing has changed then, and the records have to
    /// be judged one at a time, because one bad record spoils a batch.
    fn admit_together(&mut self, arrivals: &[Arrival]) -> Option<Vec<Verdict>> {
        let mut stage = Stage::default();
        let mut passed = Vec::new();
        let mut verdicts = Vec::with_capacity(arrivals.len());
        let mut refused = HashMap::new();
        for (index, arrival) in arrivals.iter().enumerate() {
            let (verdict, ok) = self.examine(&stage, &mut refused, arrival, index);
            if let Some(ok) = ok {
                for checked in &ok.new {
                    stage.push(checked);
                }
                passed.push(ok);
            }
            verdicts.push(verdict);
        }
        let changes: Vec<Change> = passed.iter().flat_map(|ok| ok.new.iter().map(|checked| checked.change.clone())).collect();
        match apply(&mut self.admitted, &changes, self.working.is_none()) {
            Ok(patches) => {
                self.touched.patches(&self.admitted, patches);
                self.remember(refused);
                for ok in &passed {
                    self.take(arrivals, ok);
                }
                self.follow(&changes);
                self.forget_refused_own(arrivals, &verdicts);
                Some(verdicts)
            }
            Err(_) => {
                self.rebuild_admitted();
                None
            }
        }
    }

    /// One record on a clone, which replaces the replica only if all is well.
    fn admit_alone(&mut self, arrival: &Arrival) -> Verdict {
        let mut refused = HashMap::new();
        let (verdict, ok) = self.examine(&Stage::default(), &mut refused, arrival, 0);
        let Some(ok) = ok else {
            self.remember(refused);
            self.forget_refused_own(std::slice::from_ref(arrival), std::slice::from_ref(&verdict));
            return verdict;
        };
        let changes: Vec<Change> = ok.new.iter().map(|checked| checked.change.clone()).collect();
        let mut trial = self.admitted.clone();
        match apply(&mut trial, &changes, self.working.is_none()) {
            Ok(patches) => {
                self.admitted = trial;
                self.touched.patches(&self.admitted, patches);
                self.remember(refused);
                self.take(std::slice::from_ref(arrival), &ok);
                self.follow(&changes);
                verdict
            }
            Err(refusal) => {
                self.distrusted.insert(arrival.author);
                for change in &changes {
                    self.refused.insert(change.hash(), arrival.seq);
                }
                let verdict = Verdict::Refused(refusal);
                self.forget_refused_own(std::slice::from_ref(arrival), std::slice::from_ref(&verdict));
                verdict
            }
        }
    }

    /// Everything but applying. Changes of a refused record go into `refused`; those of an admitted one leave it.
    fn examine(&self, stage: &Stage, refused: &mut Since, arrival: &Arrival, index: usize) -> (Verdict, Option<Passed>) {
        let mut hashes = Vec::new();
        match self.checks(stage, refused, arrival, &mut hashes) {
            Ok(new) => {
                for checked in &new {
                    refused.insert(checked.change.hash(), None);
                }
                let verdict = Verdict::Admitted { new: new.iter().map(|checked| checked.change.hash()).collect() };
                (verdict, Some(Passed { index, all: hashes, new }))
            }
            Err(refusal) => {
                for hash in hashes {
                    // What is admitted already stays admitted, whatever else its record held.
                    if !stage.knows(&hash) && !has(&self.admitted, &hash) {
                        refused.insert(hash, Some(arrival.seq));
                    }
                }
                (Verdict::Refused(refusal), None)
            }
        }
    }

    fn checks(
        &self,
        stage: &Stage,
        refused: &Since,
        arrival: &Arrival,
        hashes: &mut Vec<ChangeHash>,
    ) -> Result<Vec<Checked>, Refusal> {
        let caps = &self.rules.caps;
        if arrival.changes.len() > caps.changes {
            return Err(Refusal::TooLarge);
        }
        // All are parsed first: dependents of any of them are refused by this record's name.
        let mut parsed = Vec::with_capacity(arrival.changes.len());
        let mut own_ends = Stage::default();
        let (mut bytes, mut operations) = (0u64, 0u64);
        for brought in &arrival.changes {
            let change = match brought {
                Brought::Raw(raw) => parse(raw, caps),
                Brought::Short(short) => self.whole([&own_ends, stage], &arrival.author, short).and_then(|raw| parse(&raw, caps)),
            };
            if let Ok(change) = &change {
                hashes.push(change.hash());
                own_ends.note_end(change);
                bytes = bytes.saturating_add(change.raw_bytes().len() as u64);
                operations = operations.saturating_add(change.len() as u64);
                if bytes > caps.unpacked {
                    break;
                }
            }
            parsed.push(change);
        }
        if bytes > caps.unpacked || operations > caps.operations {
            return Err(Refusal::TooLarge);
        }
        let before = Before {
            doc: &self.admitted,
            marks: &self.marks,
            max_op: self.max_op,
            refused: Refusals { before: &self.refused, since: refused },
            caps,
        };
        let mut own = Stage::default();
        let mut new = Vec::new();
        for change in parsed {
            let change = change?;
            if before.knows([&own, stage], &change.hash()) {
                continue;
            }
            let derived = |change: &Change| {
                let staged = own.genesis().or(stage.genesis()).map(<[u8]>::to_vec);
                staged.or_else(|| self.genesis()).is_some_and(|genesis| deterministic::is_derived(&genesis, &self.rules, change))
            };
            let checked = before.check([&own, stage], change, &arrival.author, derived)?;
            own.push(&checked);
            new.push(checked);
        }
        if let Some(signed) = arrival.lasts.as_ref().filter(|_| !new.is_empty())
            && self.lasts_after([&own, stage], &arrival.author) != *signed
        {
            return Err(Refusal::Uncovered);
        }
        Ok(new)
    }

    /// The last change of every actor of a device's family once `stages` are admitted.
    fn lasts_after(&self, stages: [&Stage; 2], device: &DeviceId) -> Vec<LastChange> {
        let mut lasts: BTreeMap<Vec<u8>, Mark> = BTreeMap::new();
        let [own, batch] = stages;
        for marks in [&self.marks, batch.marks(), own.marks()] {
            for (actor, mark) in marks.iter().filter(|(actor, _)| actor_family(actor.to_bytes()) == Some(*device)) {
                lasts.insert(actor.to_bytes().to_vec(), *mark);
            }
        }
        lasts.into_iter().map(|(actor, mark)| LastChange { actor, seq: mark.seq, hash: Digest(mark.hash.0) }).collect()
    }

    fn remember(&mut self, since: Since) {
        for (hash, record) in since {
            match record {
                Some(seq) => self.refused.insert(hash, seq),
                None => self.refused.remove(&hash),
            };
        }
    }

    /// Books an arrival whose changes are in `admitted` now.
    fn take(&mut self, arrivals: &[Arrival], ok: &Passed) {
        for checked in &ok.new {
            let mark = mark_of(&checked.change);
            self.max_op = self.max_op.max(mark.max_op);
            self.marks.insert(checked.change.actor_id().clone(), mark);
        }
        self.unsent.retain(|own| !ok.all.contains(&own.change.hash()));
        if !ok.new.is_empty() {
            let changes = ok.new.iter().map(|checked| checked.change.raw_bytes().to_vec()).collect();
            let seq = arrivals.get(ok.index).map_or(0, |arrival| arrival.seq);
            self.tail.push(KeptRecord { seq, changes });
        }
    }

    /// Brings the working copy after the replica.
    fn follow(&mut self, changes: &[Change]) {
        let Some(working) = self.working.as_mut() else { return };
        let foreign: Vec<Change> = changes.iter().filter(|change| !has(working, &change.hash())).cloned().collect();
        match apply(working, &foreign, true) {
            Ok(patches) => self.touched.patches(working, patches),
            Err(_) => {
                // The replica took them, so only their meeting with unsent work can be at fault.
                self.rebuild_working();
            }
        }
    }

    /// An own change that the log refused must not stay in what the person sees as if it were sent. The caller has its bytes.
    fn forget_refused_own(&mut self, arrivals: &[Arrival], verdicts: &[Verdict]) {
        let refused = arrivals.iter().zip(verdicts).any(|(_, verdict)| matches!(verdict, Verdict::Refused(_)));
        if refused && self.unsent.iter().any(|own| self.refused.contains_key(&own.change.hash())) {
            self.rebuild_working();
        }
    }

    /// The replica again from what it was made of, after Automerge broke it.
    pub(super) fn rebuild_admitted(&mut self) {
        let rebuilt = open(&self.base, &self.rules.caps).ok().and_then(|(admitted, marks)| {
            self.admitted = admitted;
            self.marks = marks;
            self.apply_tail().ok()
        });
        if rebuilt.is_none() {
            // Every part of it has been applied before in this very way; this arm is for a machine that fails.
            tracing::error!(document = %self.rules.document, "a document could not be rebuilt from its parts");
        }
    }
}
