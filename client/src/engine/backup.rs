//! A copy of everything that can be read here, for another computer one day; and what the profile remembers of the last one.

use kith_group::{MemoryRows, Rows, Space, SystemRandom};
use kith_sync::client::{ClientCore, rows_for_a_backup};
use minicbor::{Decode, Encode};

use super::kept::{self, LAST_BACKUP, OF_THIS_COMPUTER};
use super::{EngineError, Work};
use crate::store::{Contents, RowCopy, StoreError};

/// The client's own rows ([`kept`]), below the protocol's in none.
const OWN: std::ops::RangeInclusive<u8> = 100..=u8::MAX;

/// A backup, made and proved to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The file.
    pub bytes: Vec<u8>,
    /// When it was made, in Unix seconds.
    pub made: i64,
    /// How many documents are in it.
    pub documents: usize,
}

/// The last backup that was kept, as the profile remembers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct LastBackup {
    /// When it was made, in Unix seconds.
    #[n(0)]
    pub made: i64,
    /// How large it was, in bytes.
    #[n(1)]
    pub bytes: u64,
}

impl Work<'_> {
    /// Makes a backup of everything that can be read here, opens it again, and compares every document in it with the one here.
    ///
    /// # Errors
    /// When a row cannot be read, or the backup does not read back as what it was made from: then it must not be kept.
    pub fn backup(&mut self) -> Result<Backup, EngineError> {
        let mut rows = rows_for_a_backup(self.store, &mut SystemRandom)?;
        for space in OWN.map(Space).filter(|space| !OF_THIS_COMPUTER.contains(space)) {
            rows.extend(self.store.scan_rows(space, &[], &[], usize::MAX)?.into_iter().map(|(key, value)| (space, key, value)));
        }
        let made = self.now();
        let rows = rows.into_iter().map(|(space, key, value)| RowCopy { space: space.0, key, value }).collect();
        let bytes = self.store.backup(&Contents { made, rows }, &mut SystemRandom)?;
        let documents = self.compare(&self.store.reopen(&bytes)?)?;
        Ok(Backup { bytes, made, documents })
    }

    /// Reads a copy as a new computer would; how many documents are in it.
    fn compare(&mut self, copy: &Contents) -> Result<usize, EngineError> {
        let differs = || StoreError::Failed("the backup does not read back as what it was made from".to_owned());
        let mut rows = MemoryRows::default();
        for row in &copy.rows {
            rows.put_row(Space(row.space), &row.key, &row.value)?;
        }
        if kept::profile(&rows)? != self.profile()? {
            return Err(differs().into());
        }
        let mut there = ClientCore::open(&rows, Box::new(SystemRandom))?;
        let documents = self.documents();
        for document in &documents {
            let (mut here, mut read) = (self.read(&document.id)?.get_heads(), there.read(&rows, &document.id)?.get_heads());
            here.sort_unstable();
            read.sort_unstable();
            if here != read {
                return Err(differs().into());
            }
        }
        Ok(documents.len())
    }

    /// Remembers that a backup was kept.
    ///
    /// # Errors
    /// When the store fails.
    pub fn backup_was_kept(&mut self, last: LastBackup) -> Result<(), EngineError> {
        self.put(LAST_BACKUP, b"last", &kept::written(&last))
    }

    /// The last backup that was kept, if any was.
    ///
    /// # Errors
    /// When the store fails.
    pub fn last_backup(&self) -> Result<Option<LastBackup>, EngineError> {
        Ok(self.rows().row(LAST_BACKUP, b"last")?.and_then(|bytes| kept::read(&bytes)))
    }
}
