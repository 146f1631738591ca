//! Rows that can be thrown away: what a step tries, before it is known whether it holds.
//!
//! OpenMLS writes while it works (notes 6.8: a failed join has consumed its KeyPackage). What fails for good must leave no trace,
//! and yet the failure itself must be written down; so the attempt runs on top of the transaction, not in it.

use std::collections::BTreeMap;

use kith_group::{Row, Rows, RowsError, Space};

/// Writes on top of other rows.
pub(super) struct Overlay<'a> {
    below: &'a dyn Rows,
    /// `None` is a deletion.
    written: BTreeMap<(Space, Vec<u8>), Option<Vec<u8>>>,
}

/// What an [`Overlay`] wants written.
pub(super) struct Written(BTreeMap<(Space, Vec<u8>), Option<Vec<u8>>>);

impl<'a> Overlay<'a> {
    pub(super) fn new(below: &'a dyn Rows) -> Self {
        Self { below, written: BTreeMap::new() }
    }

    pub(super) fn into_written(self) -> Written {
        Written(self.written)
    }
}

impl Written {
    /// Writes it all for real.
    pub(super) fn write(self, rows: &mut dyn Rows) -> Result<(), RowsError> {
        for ((space, key), value) in self.0 {
            match value {
                Some(value) => rows.put_row(space, &key, &value)?,
                None => rows.delete_row(space, &key)?,
            }
        }
        Ok(())
    }
}

impl Rows for Overlay<'_> {
    fn row(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, RowsError> {
        match self.written.get(&(space, key.to_vec())) {
            Some(value) => Ok(value.clone()),
            None => self.below.row(space, key),
        }
    }

    fn put_row(&mut self, space: Space, key: &[u8], value: &[u8]) -> Result<(), RowsError> {
        self.written.insert((space, key.to_vec()), Some(value.to_vec()));
        Ok(())
    }

    fn delete_row(&mut self, space: Space, key: &[u8]) -> Result<(), RowsError> {
        self.written.insert((space, key.to_vec()), None);
        Ok(())
    }

    fn scan_rows(&self, space: Space, prefix: &[u8], from: &[u8], limit: usize) -> Result<Vec<Row>, RowsError> {
        let start = prefix.max(from).to_vec();
        // Deleted rows below may hide as many as were deleted; ask for those on top of the limit.
        let hidden = self.written.values().filter(|value| value.is_none()).count();
        let mut rows: BTreeMap<_, _> =
            self.below.scan_rows(space, prefix, from, limit.saturating_add(hidden))?.into_iter().collect();
        for ((_, key), value) in
            self.written.range((space, start)..).take_while(|((s, key), _)| *s == space && key.starts_with(prefix))
        {
            match value {
                Some(value) => rows.insert(key.clone(), value.clone()),
                None => rows.remove(key),
            };
        }
        Ok(rows.into_iter().take(limit).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kith_group::MemoryRows;

    #[test]
    fn what_is_thrown_away_leaves_no_trace_and_what_is_written_is_all_there() -> Result<(), RowsError> {
        let mut rows = MemoryRows::default();
        rows.put_row(Space(1), b"a", b"1")?;
        rows.put_row(Space(1), b"b", b"2")?;
        let before = rows.clone();
        let mut overlay = Overlay::new(&rows);
        overlay.delete_row(Space(1), b"a")?;
        overlay.put_row(Space(1), b"c", b"3")?;
        let seen = vec![(b"b".to_vec(), b"2".to_vec()), (b"c".to_vec(), b"3".to_vec())];
        assert_eq!(overlay.scan_rows(Space(1), b"", b"", 2)?, seen);
        assert_eq!(overlay.row(Space(1), b"a")?, None);
        let written = overlay.into_written();
        assert_eq!(rows, before);
        written.write(&mut rows)?;
        assert_eq!(rows.scan_rows(Space(1), b"", b"", 9)?, seen);
        Ok(())
    }
}
