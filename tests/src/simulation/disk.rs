//! A device's disk in memory: transactions, and crashes that lose what was not synced.

use std::collections::BTreeMap;

use kith_group::{MemoryRows, Row, Rows, RowsError, Space};

/// What a key held before a write.
type Undo = Vec<((Space, Vec<u8>), Option<Vec<u8>>)>;

/// Rows whose history can be undone to the last commit, or to the last synced one.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    rows: MemoryRows,
    open: Option<Undo>,
    unsynced: Vec<Undo>,
}

impl Disk {
    /// Opens a transaction; one that was open is rolled back first.
    pub fn begin(&mut self) {
        self.rollback();
        self.open = Some(Vec::new());
    }

    /// Ends the open transaction. When `synced` it, and every commit before it, survives a crash.
    pub fn commit(&mut self, synced: bool) {
        self.unsynced.extend(self.open.take());
        if synced {
            self.unsynced.clear();
        }
    }

    /// Undoes the open transaction.
    pub fn rollback(&mut self) {
        if let Some(undo) = self.open.take() {
            Self::undo(&mut self.rows.0, undo);
        }
    }

    /// How many commits a crash may take.
    pub fn at_risk(&self) -> usize {
        self.unsynced.len()
    }

    /// Power is lost: the open transaction and the last `lost` unsynced commits are gone; earlier ones happened to reach the disk.
    pub fn crash(&mut self, lost: usize) {
        self.rollback();
        for _ in 0..lost.min(self.unsynced.len()) {
            if let Some(undo) = self.unsynced.pop() {
                Self::undo(&mut self.rows.0, undo);
            }
        }
        self.unsynced.clear();
    }

    /// All bytes of all values.
    pub fn values(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.rows.0.values()
    }

    fn undo(rows: &mut BTreeMap<(Space, Vec<u8>), Vec<u8>>, undo: Undo) {
        for (key, before) in undo.into_iter().rev() {
            match before {
                Some(value) => rows.insert(key, value),
                None => rows.remove(&key),
            };
        }
    }

    fn note(&mut self, space: Space, key: &[u8], before: Option<Vec<u8>>) {
        if let Some(undo) = &mut self.open {
            undo.push(((space, key.to_vec()), before));
        }
    }
}

impl Rows for Disk {
    fn row(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, RowsError> {
        self.rows.row(space, key)
    }

    fn put_row(&mut self, space: Space, key: &[u8], value: &[u8]) -> Result<(), RowsError> {
        let before = self.rows.0.insert((space, key.to_vec()), value.to_vec());
        self.note(space, key, before);
        Ok(())
    }

    fn delete_row(&mut self, space: Space, key: &[u8]) -> Result<(), RowsError> {
        let before = self.rows.0.remove(&(space, key.to_vec()));
        self.note(space, key, before);
        Ok(())
    }

    fn scan_rows(&self, space: Space, prefix: &[u8], from: &[u8], limit: usize) -> Result<Vec<Row>, RowsError> {
        self.rows.scan_rows(space, prefix, from, limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_loses_unsynced_commits_from_the_last_backwards_and_never_a_synced_one() -> Result<(), RowsError> {
        let mut disk = Disk::default();
        for (number, synced) in [(1u8, true), (2, false), (3, false)] {
            disk.begin();
            disk.put_row(Space(1), b"a", &[number])?;
            disk.commit(synced);
        }
        disk.begin();
        disk.put_row(Space(1), b"a", &[4])?;
        let mut other = disk.clone();
        disk.crash(1);
        assert_eq!(disk.row(Space(1), b"a")?, Some(vec![2]));
        other.crash(9);
        assert_eq!(other.row(Space(1), b"a")?, Some(vec![1]));
        Ok(())
    }
}
