//! Groups and heads in memory, for the documents in use: what the store holds, read once.
//!
//! A copy, never the truth: every append is conditional on the head in the store, and after a failed commit all of it is dropped.

use std::collections::BTreeMap;

use kith_group::{DeviceId, DocumentId, RelayGroup};

use super::store::{Head, RelayStore, StoreError};

/// A document in use.
pub(super) struct Open {
    /// Where its log ends.
    pub(super) head: Head,
    /// Its group at that head.
    pub(super) group: RelayGroup,
    /// When the last commit was accepted.
    pub(super) committed_ms: i64,
    /// Bytes of its log.
    pub(super) bytes: u64,
    marks: BTreeMap<DeviceId, u64>,
    used: u64,
}

impl Open {
    /// The highest `k` accepted from `sender`.
    pub(super) fn mark(&mut self, store: &dyn RelayStore, document: &DocumentId, sender: &DeviceId) -> Result<u64, StoreError> {
        if let Some(mark) = self.marks.get(sender) {
            return Ok(*mark);
        }
        let mark = store.mark(document, sender)?;
        self.marks.insert(*sender, mark);
        Ok(mark)
    }

    fn used_at(&mut self, clock: u64) -> &mut Self {
        self.used = clock;
        self
    }

    /// A record of `sender` was stored.
    pub(super) fn raise_mark(&mut self, sender: DeviceId, k: u64) {
        self.marks.insert(sender, k);
    }
}

/// Documents in use, at most so many.
pub(super) struct Groups {
    open: BTreeMap<DocumentId, Open>,
    most: usize,
    clock: u64,
}

impl Groups {
    pub(super) fn new(most: usize) -> Self {
        Self { open: BTreeMap::new(), most: most.max(1), clock: 0 }
    }

    /// A document, read from the store if it is not in use yet.
    pub(super) fn open(&mut self, store: &dyn RelayStore, document: &DocumentId) -> Result<Option<&mut Open>, StoreError> {
        self.clock += 1;
        if !self.open.contains_key(document) {
            let Some(row) = store.document(document)? else { return Ok(None) };
            let bytes = store.group(document)?.ok_or_else(|| damaged("a log has no group"))?;
            let group = RelayGroup::from_bytes(&bytes).map_err(|_| damaged("a group cannot be read"))?;
            self.make_room();
            let open =
                Open { head: row.head, group, committed_ms: row.committed_ms, bytes: row.bytes, marks: BTreeMap::new(), used: 0 };
            self.open.insert(*document, open);
        }
        let clock = self.clock;
        Ok(self.open.get_mut(document).map(|open| open.used_at(clock)))
    }

    /// How many are in memory.
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    /// Drops one copy.
    pub(super) fn forget(&mut self, document: &DocumentId) {
        self.open.remove(document);
    }

    /// Drops all copies.
    pub(super) fn forget_all(&mut self) {
        self.open.clear();
    }

    fn make_room(&mut self) {
        while self.open.len() >= self.most {
            let Some(oldest) = self.open.iter().min_by_key(|(_, open)| open.used).map(|(id, _)| *id) else { return };
            self.open.remove(&oldest);
        }
    }
}

fn damaged(what: &str) -> StoreError {
    StoreError::Damaged(what.into())
}
