//! A new base: the replica saved, loaded again, and only then believed.
//!
//! A malformed change can pass every check of `admit` and still leave a document whose save does not load (notes 6.3). So nothing is
//! stored as a base, and no snapshot is published, before its bytes have been loaded; if they do not load, the tail is searched for the
//! record at fault.

use std::collections::HashSet;

use automerge::ChangeHash;

use super::guard::quietly;
use super::judge::parse;
use super::{Caps, KeptRecord, Refusal, Replica, admit, open};

/// Fewer changes beside the base than this are never worth a save.
const FEWEST_BESIDE: u64 = 200;

/// One change in so many may lie beside the base. One there takes eight times as long to load as one in it (260,000 changes: 2.1
/// microseconds against 18), so that what lies beside adds at most about a tenth.
const ONE_BESIDE_IN: u64 = 100;

/// A saved replica that nobody has loaded yet. It can be checked on another thread while the replica goes on.
#[derive(Debug, Clone)]
pub struct CandidateBase {
    bytes: Vec<u8>,
    heads: Vec<ChangeHash>,
    /// Records of the tail that it covers.
    records: usize,
    caps: Caps,
}

/// A saved replica that has been loaded again, with the same heads.
#[derive(Debug, Clone)]
pub struct VerifiedBase {
    bytes: Vec<u8>,
    records: usize,
}

impl VerifiedBase {
    /// The saved document, to be stored or published in a snapshot.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl CandidateBase {
    /// Loads the bytes again. `None`: the replica cannot be saved as it is, and [`Replica::expel`] finds out why.
    pub fn verify(self) -> Option<VerifiedBase> {
        let (doc, _) = open(&self.bytes, &self.caps).ok()?;
        (doc.get_heads() == self.heads).then_some(VerifiedBase { bytes: self.bytes, records: self.records })
    }
}

/// What [`Replica::rebase`] did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rebased {
    /// The new base, which replaces the stored base and every stored tail change. `None` if there was nothing new.
    pub base: Option<Vec<u8>>,
    /// Records that had been admitted and are refused now, in log order: each is to be quarantined, and its stored changes removed.
    pub expelled: Vec<(u64, Refusal)>,
}

impl Replica {
    /// Whether so much lies beside the base that opening the document suffers. What counts is changes: a day offline comes back from
    /// the log as one record.
    pub fn wants_rebase(&self) -> bool {
        let beside: u64 = self.tail.iter().map(|record| record.changes.len() as u64).sum();
        let all: u64 = self.marks.values().map(|mark| mark.seq).sum();
        beside >= (all / ONE_BESIDE_IN).max(FEWEST_BESIDE)
    }

    /// Saves the replica for a check on any thread; give the result of the check to [`Replica::adopt`].
    pub fn candidate(&self) -> Option<CandidateBase> {
        let bytes = quietly(|| self.admitted.save()).ok()?;
        Some(CandidateBase { bytes, heads: self.admitted.get_heads(), records: self.tail.len(), caps: self.rules.caps.clone() })
    }

    /// Takes a checked base of this replica and drops the part of the tail that it covers. Returns the base's bytes.
    pub fn adopt(&mut self, base: VerifiedBase) -> Vec<u8> {
        self.tail.drain(..base.records.min(self.tail.len()));
        self.base.clone_from(&base.bytes);
        base.bytes
    }

    /// Saves, checks, and drops the tail; expels records that spoil the save until it loads. Costs a save and a load.
    pub fn rebase(&mut self) -> Rebased {
        let mut rebased = Rebased::default();
        while !self.tail.is_empty() {
            if let Some(verified) = self.candidate().and_then(CandidateBase::verify) {
                rebased.base = Some(self.adopt(verified));
                break;
            }
            let expelled = self.expel();
            if expelled.is_empty() {
                break;
            }
            rebased.expelled.extend(expelled);
        }
        rebased
    }

    /// Finds the first record of the tail with which the replica no longer loads, and takes it and what depends on it out again.
    /// Returns them in log order; empty if the whole tail is sound.
    pub fn expel(&mut self) -> Vec<(u64, Refusal)> {
        let mut sound = 0;
        let mut unsound = self.tail.len();
        if self.loads_with(unsound) {
            return Vec::new();
        }
        while unsound - sound > 1 {
            let middle = sound + (unsound - sound) / 2;
            if self.loads_with(middle) {
                sound = middle;
            } else {
                unsound = middle;
            }
        }
        let Some(culprit) = self.tail.get(sound).map(|record| record.seq) else { return Vec::new() };
        let mut gone: HashSet<ChangeHash> = HashSet::new();
        let mut expelled = Vec::new();
        let mut kept = Vec::new();
        for record in std::mem::take(&mut self.tail) {
            let changes: Vec<_> = record.changes.iter().filter_map(|raw| parse(raw, &self.rules.caps).ok()).collect();
            let depends = changes.iter().any(|change| change.deps().iter().any(|dep| gone.contains(dep)));
            if record.seq != culprit && !depends {
                kept.push(record);
                continue;
            }
            let refusal = if record.seq == culprit { Refusal::Altered } else { Refusal::DependsOnRefused { seq: culprit } };
            for change in &changes {
                gone.insert(change.hash());
                self.refused.insert(change.hash(), record.seq);
            }
            expelled.push((record.seq, refusal));
        }
        self.tail = kept;
        self.rebuild_admitted();
        self.touched.everything();
        if self.working.is_some() {
            self.rebuild_working();
        }
        expelled
    }

    /// Whether base and the first `records` of the tail, saved, load again with the same heads.
    fn loads_with(&self, records: usize) -> bool {
        let tail = self.tail.get(..records).unwrap_or_default();
        self.saved_with(tail)
            .is_some_and(|(bytes, heads)| open(&bytes, &self.rules.caps).is_ok_and(|(doc, _)| doc.get_heads() == heads))
    }

    fn saved_with(&self, tail: &[KeptRecord]) -> Option<(Vec<u8>, Vec<ChangeHash>)> {
        let caps = &self.rules.caps;
        let (mut doc, _) = open(&self.base, caps).ok()?;
        let changes: Option<Vec<_>> = tail.iter().flat_map(|record| &record.changes).map(|raw| parse(raw, caps).ok()).collect();
        admit::apply(&mut doc, &changes?, false).ok()?;
        let bytes = quietly(|| doc.save()).ok()?;
        Some((bytes, doc.get_heads()))
    }
}
