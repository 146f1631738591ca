//! Where a device keeps what must survive: ordered rows inside one open transaction.
//!
//! MLS state, log cursors, document changes and the outbox all live in rows, so that one step of the protocol is one
//! transaction of the store whatever the store is: SQLCipher on a practitioner's machine, memory with injected faults in
//! simulation. Whoever calls opens the transaction before a step and commits it after; nothing here commits.

use std::collections::BTreeMap;

/// A part of the store. Numbers are part of the disk format and never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Space(pub u8);

/// The store could not do what was asked. The text comes from the engine and holds no content of rows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowsError {
    /// No room left on the disk.
    #[error("the disk is full")]
    DiskFull,
    /// The file or folder cannot be written.
    #[error("the store can only be read")]
    ReadOnly,
    /// The file is damaged.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// Anything else that the engine said.
    #[error("the store failed: {0}")]
    Failed(String),
}

/// A key and its value.
pub type Row = (Vec<u8>, Vec<u8>);

/// Ordered rows of one open transaction.
pub trait Rows {
    /// The value at `key`, if any.
    fn row(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, RowsError>;

    /// Sets the value at `key`.
    fn put_row(&mut self, space: Space, key: &[u8], value: &[u8]) -> Result<(), RowsError>;

    /// Removes `key`; nothing happens if it is absent.
    fn delete_row(&mut self, space: Space, key: &[u8]) -> Result<(), RowsError>;

    /// At most `limit` rows whose key starts with `prefix` and is at or after `from` (the whole key), in byte order of keys.
    fn scan_rows(&self, space: Space, prefix: &[u8], from: &[u8], limit: usize) -> Result<Vec<Row>, RowsError>;
}

/// Rows in memory: the relay's view of one group's four values, tests, and the floor of the simulated store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryRows(pub BTreeMap<(Space, Vec<u8>), Vec<u8>>);

impl Rows for MemoryRows {
    fn row(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, RowsError> {
        Ok(self.0.get(&(space, key.to_vec())).cloned())
    }

    fn put_row(&mut self, space: Space, key: &[u8], value: &[u8]) -> Result<(), RowsError> {
        self.0.insert((space, key.to_vec()), value.to_vec());
        Ok(())
    }

    fn delete_row(&mut self, space: Space, key: &[u8]) -> Result<(), RowsError> {
        self.0.remove(&(space, key.to_vec()));
        Ok(())
    }

    fn scan_rows(&self, space: Space, prefix: &[u8], from: &[u8], limit: usize) -> Result<Vec<Row>, RowsError> {
        let start = prefix.max(from).to_vec();
        Ok(self
            .0
            .range((space, start)..)
            .take_while(|((s, key), _)| *s == space && key.starts_with(prefix))
            .take(limit)
            .map(|((_, key), value)| (key.clone(), value.clone()))
            .collect())
    }
}
