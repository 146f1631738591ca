//! Own work: written into the working copy, kept there until the log brings it back.

use automerge::legacy::{Key, ObjectId};
use automerge::{ActorId, Automerge, Change, ChangeHash, ObjId, ObjType, ROOT, ReadDoc};
use kith_group::{DeviceId, actor_family};

use super::admit::apply;
use super::deterministic::{self, DeriveError, Mapping};
use super::guard::quietly;
use super::touched::{Touched, TouchedKind};
use super::{Replica, Unsent, has};

/// What an edit made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited<R> {
    /// What the closure returned.
    pub result: R,
    /// The new raw changes, in order: to be stored before the person is told that they are saved. Empty if nothing changed.
    pub changes: Vec<Vec<u8>>,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum EditError<E> {
    /// The closure refused.
    #[error(transparent)]
    Refused(E),
    /// The closure wrote under another actor than its own.
    #[error("this edit was written in another device's name")]
    WrongActor,
    /// A change would not fit into a record.
    #[error("this edit is too large ({bytes} bytes; the limit is {limit}): make it in several steps")]
    TooLarge {
        /// Bytes of the change.
        bytes: usize,
        /// The most that one may have.
        limit: usize,
    },
}

impl Replica {
    /// Writes as this device. The document is unchanged unless this returns `Ok`.
    ///
    /// The closure may open any transactions; each becomes one change. It should not hold on to positions across calls: others' changes
    /// come in between.
    ///
    /// # Errors
    /// [`EditError`].
    pub fn edit<R, E>(
        &mut self,
        actor: &DeviceId,
        write: impl FnOnce(&mut Automerge) -> Result<R, E>,
    ) -> Result<Edited<R>, EditError<E>> {
        let working = self.working.get_or_insert_with(|| self.admitted.clone());
        working.set_actor(ActorId::from(actor.as_bytes()));
        let before = working.get_heads();
        let outcome = write(working).map_err(EditError::Refused);
        if working.get_heads() == before {
            self.rest();
            return outcome.map(|result| Edited { result, changes: Vec::new() });
        }
        let new = working.get_changes(&before);
        let outcome = outcome.and_then(|result| {
            let limit = self.rules.caps.own_change;
            if new.iter().any(|change| actor_family(change.actor_id().to_bytes()) != Some(*actor)) {
                return Err(EditError::WrongActor);
            }
            match new.iter().map(|change| change.raw_bytes().len()).find(|bytes| *bytes > limit) {
                Some(bytes) => Err(EditError::TooLarge { bytes, limit }),
                None => Ok(result),
            }
        });
        match outcome {
            Ok(result) => {
                let changes = new.iter().map(|change| change.raw_bytes().to_vec()).collect();
                for change in new {
                    self.touch(&change);
                    self.unsent.push(Unsent { change });
                }
                Ok(Edited { result, changes })
            }
            Err(error) => {
                // Automerge cannot take changes back, and a clone before every keystroke would cost more than this rare rebuild.
                self.rebuild_working();
                Err(error)
            }
        }
    }

    /// Makes a deterministic change (protocol 7) from `source`, unless it is there already. Returns its raw bytes, to be stored and sent
    /// like an own change.
    ///
    /// # Errors
    /// [`DeriveError`]; the document is unchanged then.
    pub fn derive(&mut self, mapping: &dyn Mapping, source: &[u8]) -> Result<Option<Vec<u8>>, DeriveError> {
        let genesis = self.genesis().ok_or(DeriveError::NoGenesis)?;
        let raw = deterministic::derive(&self.rules.document, &genesis, mapping, source)?;
        let change = super::judge::parse(&raw, &self.rules.caps).map_err(|_| DeriveError::Refused)?;
        if has(self.doc(), &change.hash()) {
            return Ok(None);
        }
        let working = self.working.get_or_insert_with(|| self.admitted.clone());
        match apply(working, std::slice::from_ref(&change), true) {
            Ok(patches) => {
                self.touched.patches(working, patches);
                self.unsent.push(Unsent { change });
                Ok(Some(raw))
            }
            Err(_) => {
                self.rebuild_working();
                Err(DeriveError::Refused)
            }
        }
    }

    /// Drops the working copy if nothing is unsent: worth its memory only while the person writes.
    pub fn rest(&mut self) {
        if self.unsent.is_empty() {
            self.working = None;
        }
    }

    /// The working copy again from the replica and what is unsent. Returns those of the unsent changes that no longer fit (they depend
    /// on a refused one) and are dropped from it.
    pub(super) fn rebuild_working(&mut self) -> Vec<ChangeHash> {
        self.touched.everything();
        let mut lost = Vec::new();
        let mut kept: Vec<Unsent> = Vec::new();
        for own in std::mem::take(&mut self.unsent) {
            let here = |hash: &ChangeHash| has(&self.admitted, hash) || kept.iter().any(|own| own.change.hash() == *hash);
            if own.change.deps().iter().all(here) && !self.refused.contains_key(&own.change.hash()) {
                kept.push(own);
            } else {
                lost.push(own.change.hash());
            }
        }
        self.unsent = kept;
        let changes: Vec<_> = self.unsent.iter().map(|own| own.change.clone()).collect();
        let mut working = self.admitted.clone();
        if apply(&mut working, &changes, false).is_err() {
            lost.extend(changes.iter().map(Change::hash));
            self.unsent.clear();
        }
        self.working = if self.unsent.is_empty() { None } else { Some(working) };
        lost
    }

    /// What an own change touched. Only its operations are known (the closure made its own transactions), so text is named whole.
    fn touch(&mut self, change: &Change) {
        let Ok(expanded) = quietly(|| change.decode()) else {
            self.touched.everything();
            return;
        };
        let mut last = None;
        for operation in &expanded.operations {
            let object = match &operation.obj {
                ObjectId::Root => ROOT,
                ObjectId::Id(id) => ObjId::Id(id.counter(), id.actor().clone(), 0),
            };
            let kind = match &operation.key {
                Key::Map(key) => TouchedKind::Key(key.to_string()),
                Key::Seq(_) => TouchedKind::Object,
            };
            let touched = Touched { object, kind };
            if last.as_ref() != Some(&touched) {
                self.touched.push(touched.clone());
                last = Some(touched);
            }
        }
    }

    /// The kind of an object in what the person sees.
    pub fn object_type(&self, object: &ObjId) -> Option<ObjType> {
        self.doc().object_type(object).ok()
    }
}
