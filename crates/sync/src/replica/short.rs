//! Changes in short (payload 2): dependencies are named by the operation that they end with, not by their hashes.
//!
//! A name is looked up in what the log has brought before the change, like everything else that a verdict rests on, so every device
//! finds the same change or none.

use automerge::{ActorId, Automerge, ChangeHash, ObjId};
use kith_group::{Dependency, DeviceId, Digest, ShortChange};

use super::Replica;
use super::judge::{Refusal, Stage};
use super::shape;

/// A change as a record brings it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Brought {
    /// Whole.
    Raw(Vec<u8>),
    /// In short.
    Short(ShortChange),
}

impl From<Vec<u8>> for Brought {
    fn from(raw: Vec<u8>) -> Self {
        Self::Raw(raw)
    }
}

impl Replica {
    /// Changes in short, if each of them comes back byte for byte on every device that has this document: few changes of `author`
    /// that are in it. `None`: they have to go whole.
    pub fn shorten(&self, author: &DeviceId, raw: &[Vec<u8>]) -> Option<Vec<ShortChange>> {
        let doc = self.doc();
        raw.iter().map(|raw| self.short(doc, author, raw)).collect()
    }

    fn short(&self, doc: &Automerge, author: &DeviceId, raw: &[u8]) -> Option<ShortChange> {
        let shape::Parts { deps, actor, rest } = shape::parts(raw).ok()?;
        let first = shape::first_operation(rest).ok()?;
        let (hashes, []) = deps.as_chunks::<32>() else { return None };
        if shape::joined(hashes, actor, rest) != raw {
            return None;
        }
        let deps = hashes.iter().map(|hash| self.named(doc, hash, first)).collect();
        let actor = if actor == author.as_bytes() { Vec::new() } else { actor.to_vec() };
        Some(ShortChange { deps, actor, rest: rest.to_vec() })
    }

    /// The name of a dependency, or its hash where a name would not lead back to it.
    fn named(&self, doc: &Automerge, hash: &[u8; 32], first: u64) -> Dependency {
        let by_name = || {
            let wanted = ChangeHash(*hash);
            let meta = doc.get_change_meta_by_hash(&wanted)?;
            let start = *meta.actor.to_bytes().first_chunk::<4>()?;
            let below = first.checked_sub(meta.max_op)?;
            let alike = self.marks.keys().filter(|actor| actor.to_bytes().starts_with(&start));
            let alone = alike.into_iter().all(|actor| *actor == *meta.actor);
            (alone && ends_with(doc, meta.max_op, &meta.actor) == Some(wanted)).then_some(Dependency::Last(start, below))
        };
        by_name().unwrap_or(Dependency::Hash(Digest(*hash)))
    }

    /// The raw bytes of a change that came in short. `stages`: this arrival's changes so far, and the batch's.
    pub(super) fn whole(&self, stages: [&Stage; 2], author: &DeviceId, short: &ShortChange) -> Result<Vec<u8>, Refusal> {
        let first = shape::first_operation(&short.rest).map_err(|_| Refusal::NotAChange)?;
        let deps = short.deps.iter().map(|dep| match dep {
            Dependency::Hash(hash) => Ok(hash.0),
            Dependency::Last(start, below) => {
                let number = first.checked_sub(*below).ok_or(Refusal::NotAChange)?;
                self.ending(stages, start, number).ok_or(Refusal::MissingDependency)
            }
        });
        let deps = deps.collect::<Result<Vec<[u8; 32]>, Refusal>>()?;
        let actor = if short.actor.is_empty() { author.as_bytes() } else { &short.actor };
        Ok(shape::joined(&deps, actor, &short.rest))
    }

    /// The change that ends with this operation of an actor whose id begins so; none where several do.
    fn ending(&self, stages: [&Stage; 2], start: &[u8; 4], number: u64) -> Option<[u8; 32]> {
        let staged = stages.iter().flat_map(|stage| stage.endings(start, number));
        let actors = self.marks.keys().filter(|actor| actor.to_bytes().starts_with(start));
        let admitted = actors.filter_map(|actor| ends_with(&self.admitted, number, actor));
        let mut found = staged.chain(admitted);
        let one = found.next()?;
        found.all(|other| other == one).then_some(one.0)
    }
}

/// The change that ends with an operation.
fn ends_with(doc: &Automerge, number: u64, actor: &ActorId) -> Option<ChangeHash> {
    let hash = doc.hash_for_opid(&ObjId::Id(number, actor.clone(), 0))?;
    doc.get_change_meta_by_hash(&hash).filter(|meta| meta.max_op == number).map(|_| hash)
}
