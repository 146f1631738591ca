//! The relay's store in one SQLite file: WAL, every commit synced to the disk.

mod engine;
mod rows;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use kith_group::{Random, RelayId, SystemRandom};
use kith_sync::relay::StoreError;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use crate::RelayError;
pub(crate) use rows::{failed, number, number_if_any};

/// The version of the schema: raised with every file that adds to it.
const FORMAT: i64 = 3;

/// "KiRe": says that a file is a relay's store.
const APPLICATION: i64 = 0x4b69_5265;

/// A relay's store.
#[derive(Debug)]
pub struct SqliteStore {
    pub(crate) db: Connection,
    relay: RelayId,
}

impl SqliteStore {
    /// Opens the store in `folder`, making both if they are not there.
    pub fn open(folder: &Path) -> Result<Self, RelayError> {
        make_folder(folder)?;
        Self::open_with(folder, OpenFlags::SQLITE_OPEN_CREATE)
    }

    /// Opens the store in `folder`, which must be there.
    pub fn open_existing(folder: &Path) -> Result<Self, RelayError> {
        if !file(folder).is_file() {
            return Err(RelayError::NoStore(folder.to_owned()));
        }
        Self::open_with(folder, OpenFlags::empty())
    }

    fn open_with(folder: &Path, create: OpenFlags) -> Result<Self, RelayError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | create;
        let mut db = Connection::open_with_flags(file(folder), flags).map_err(failed)?;
        db.set_prepared_statement_cache_capacity(128);
        db.busy_timeout(std::time::Duration::from_secs(10)).map_err(failed)?;
        settings(&db)?;
        migrate(&mut db, folder)?;
        let relay: Option<Vec<u8>> = db.query_row("SELECT id FROM relay", [], |row| row.get(0)).optional().map_err(failed)?;
        let relay = relay
            .as_deref()
            .and_then(RelayId::from_slice)
            .ok_or_else(|| StoreError::Damaged("it does not say which relay it is".into()))?;
        Ok(Self { db, relay })
    }

    /// Lets the file grow to so many pages and no further, like a full disk. For tests.
    #[doc(hidden)]
    pub fn limit_pages_for_tests(&self, pages: u32) {
        // The pragma answers with the limit; that it holds is what the test is about.
        let _ = self.db.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()));
    }
}

/// The store's file in a data folder.
pub fn file(folder: &Path) -> PathBuf {
    folder.join("relay.sqlite")
}

/// Holds a data folder for one relay, as long as the value lives.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the folder, or says that another relay has it.
    pub fn take(folder: &Path) -> Result<Self, RelayError> {
        make_folder(folder)?;
        let unusable = |source| RelayError::Folder { folder: folder.to_owned(), source };
        let file = File::options().create(true).truncate(false).write(true).open(folder.join("relay.lock")).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(RelayError::InUse(folder.to_owned())),
            Err(TryLockError::Error(source)) => Err(unusable(source)),
        }
    }
}

/// Makes the folder, for this user only.
fn make_folder(folder: &Path) -> Result<(), RelayError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|source| RelayError::Folder { folder: folder.to_owned(), source })
}

/// Sets what durability and erasure rest on, and reads each back: a setting that an engine ignores is not a setting.
fn settings(db: &Connection) -> Result<(), RelayError> {
    let text = |sql: &str| db.query_row(sql, [], |row| row.get::<_, String>(0)).map_err(failed);
    let number = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(failed);
    if text("PRAGMA journal_mode = WAL")? != "wal" {
        return Err(RelayError::Unsafe("journal_mode = WAL"));
    }
    db.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;").map_err(failed)?;
    if number("PRAGMA synchronous")? != 2 {
        return Err(RelayError::Unsafe("synchronous = FULL"));
    }
    if number("PRAGMA foreign_keys")? != 1 {
        return Err(RelayError::Unsafe("foreign_keys = ON"));
    }
    if number("PRAGMA secure_delete = ON")? != 1 {
        return Err(RelayError::Unsafe("secure_delete = ON"));
    }
    Ok(())
}

/// Makes the tables in a new file, adds to an older one what it lacks; refuses a file of a later version or of another program.
fn migrate(db: &mut Connection, folder: &Path) -> Result<(), RelayError> {
    let number = |db: &Connection, sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(failed);
    let format = number(db, "PRAGMA user_version")?;
    if format > FORMAT {
        return Err(RelayError::NewerStore { folder: folder.to_owned(), found: format });
    }
    if format == FORMAT {
        return Ok(());
    }
    let transaction = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(failed)?;
    // Another process may have been first.
    let format = number(&transaction, "PRAGMA user_version")?;
    if format == 0 {
        if number(&transaction, "SELECT count(*) FROM sqlite_schema")? != 0 {
            return Err(StoreError::Damaged("its file is of another program".into()).into());
        }
        transaction.execute_batch(include_str!("schema.sql")).map_err(failed)?;
        let relay = fresh_id(&mut SystemRandom);
        transaction.execute("INSERT INTO relay (one, id) VALUES (1, ?1)", [relay.as_bytes()]).map_err(failed)?;
        transaction.execute_batch(&format!("PRAGMA application_id = {APPLICATION};")).map_err(failed)?;
    }
    if format < 2 {
        transaction.execute_batch(include_str!("guests.sql")).map_err(failed)?;
    }
    if format < 3 {
        transaction.execute_batch(include_str!("codes.sql")).map_err(failed)?;
    }
    transaction.execute_batch(&format!("PRAGMA user_version = {FORMAT};")).map_err(failed)?;
    transaction.commit().map_err(failed)?;
    Ok(())
}

fn fresh_id(random: &mut dyn Random) -> RelayId {
    RelayId::random(random)
}
