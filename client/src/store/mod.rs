//! The store: one SQLCipher file in the profile folder, opened by one process at a time.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `kith.key` | the store's key, wrapped under the passphrase ([`key`](self)); the only file in the clear |
//! | `kith.db`, `kith.db-wal` | everything else, encrypted page by page: keys, MLS state, documents, log, outbox, cached views |
//! | `kith.lock` | empty; locked while a process holds the profile |
//! | `kith.sock` | where `kith sync --watch` serves other verbs ([`crate::holder`]) |
//!
//! One step of the protocol is one transaction: [`Store::begin`], the step, [`Store::commit`]. `synchronous=FULL` in WAL mode means
//! that a commit that has returned is on the disk; it is read back at every open, because a store that silently runs without it
//! would break the promise "saved" (protocol 10).

mod backup;
mod error;
mod key;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use kith_group::{Random, Row, Rows, RowsError, Space};
use rusqlite::{Connection, OptionalExtension, params};

pub use backup::{Contents, RowCopy};
pub use error::StoreError;
use error::rows_error;
pub use key::{KeyCost, SHORTEST_PASSPHRASE, StoreKey};

/// The version of the tables; rows carry versions of their own.
const VERSION: u32 = 1;

const KEY_FILE: &str = "kith.key";
const STORE_FILE: &str = "kith.db";
const LOCK_FILE: &str = "kith.lock";
/// Held by the one app that is open on a profile, also while it is locked.
const APP_LOCK_FILE: &str = "kith-open.lock";

/// An opened profile's rows. Holds the profile's lock until dropped.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    folder: PathBuf,
    within: bool,
    writes: u64,
    key: StoreKey,
    /// `kith.key` as it was when it opened this store.
    key_file: Vec<u8>,
    _lock: Lock,
}

/// The right to be the one process that works in a profile folder; released when dropped or when the process ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes it, or says [`StoreError::InUse`] at once.
    pub fn take(folder: &Path) -> Result<Self, StoreError> {
        Self::take_file(folder, LOCK_FILE)
    }

    /// The right to be the one app that is open on a profile folder, which is made if it is not there yet.
    pub(crate) fn of_the_app(folder: &Path) -> Result<Self, StoreError> {
        make_folder(folder)?;
        Self::take_file(folder, APP_LOCK_FILE)
    }

    fn take_file(folder: &Path, name: &str) -> Result<Self, StoreError> {
        let path = folder.join(name);
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        only_mine(&mut options);
        let file = options.open(&path).map_err(|error| StoreError::from_io(folder, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
            Err(TryLockError::Error(error)) => Err(StoreError::from_io(folder, &error)),
        }
    }
}

/// Whether a folder holds a profile.
pub fn is_profile(folder: &Path) -> bool {
    folder.join(KEY_FILE).exists() && fs::metadata(folder.join(STORE_FILE)).is_ok_and(|data| data.len() > 0)
}

/// A file that is made is readable by its owner alone, whatever the folder lets others do.
pub(crate) fn only_mine(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}

/// Makes the folder (only its owner may enter) and its parents.
fn make_folder(folder: &Path) -> Result<(), StoreError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| StoreError::from_io(folder, &error))?;
    #[cfg(unix)]
    {
        // A folder that was there already may let others in.
        let closed = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        fs::set_permissions(folder, closed).map_err(|error| StoreError::from_io(folder, &error))?;
    }
    Ok(())
}

/// Writes a small file so that after any crash either the old or the new one is there, whole.
fn write_whole(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
    let at = |error: std::io::Error| StoreError::from_io(folder, &error);
    let draft = folder.join(format!("{name}.new"));
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    only_mine(&mut options);
    let mut file = options.open(&draft).map_err(at)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&draft, folder.join(name)));
    if let Err(error) = written {
        let _ = fs::remove_file(&draft);
        return Err(at(error));
    }
    #[cfg(unix)]
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at)?;
    Ok(())
}

/// Takes a profile's files away again, and its folder unless that was there before or holds anything else. For a profile that the
/// same process has just made and that nothing was written in yet.
pub(crate) fn take_away(folder: &Path, was_there: bool) {
    for name in [KEY_FILE, STORE_FILE, "kith.db-wal", "kith.db-shm", LOCK_FILE] {
        let _ = fs::remove_file(folder.join(name));
    }
    if !was_there {
        let _ = fs::remove_dir(folder);
    }
}

impl Store {
    /// Makes a profile's files in `folder` and opens the store. On any error what was made is taken away again.
    pub fn create(folder: &Path, passphrase: &str, cost: KeyCost, random: &mut dyn Random) -> Result<Self, StoreError> {
        if is_profile(folder) {
            return Err(StoreError::ProfileExists(folder.to_owned()));
        }
        let key = StoreKey::random(random);
        let key_file = key::wrap(&key, passphrase, cost, random)?;
        let was_there = folder.exists();
        make_folder(folder)?;
        let lock = Lock::take(folder)?;
        if is_profile(folder) {
            return Err(StoreError::ProfileExists(folder.to_owned()));
        }
        // An empty file is an empty store to SQLite, and so it has its rights from the start.
        let made = write_whole(folder, KEY_FILE, &key_file)
            .and_then(|()| write_whole(folder, STORE_FILE, &[]))
            .and_then(|()| Self::connect(folder, (key, key_file), lock, true));
        if made.is_err() {
            take_away(folder, was_there);
        }
        made
    }

    /// Opens a profile's store with its passphrase. Fails at once where another process holds the profile.
    pub fn open(folder: &Path, passphrase: &str) -> Result<Self, StoreError> {
        let lock = Self::lock_of(folder)?;
        let key = Self::unlock(folder, passphrase)?;
        Self::connect(folder, key, lock, false)
    }

    /// Takes the lock of an existing profile: so that nobody is asked for a passphrase that cannot be used now.
    pub fn lock_of(folder: &Path) -> Result<Lock, StoreError> {
        if !is_profile(folder) {
            return Err(StoreError::NoProfile(folder.to_owned()));
        }
        Lock::take(folder)
    }

    /// Opens with a lock that the caller took before it asked for the passphrase.
    pub fn open_locked(folder: &Path, passphrase: &str, lock: Lock) -> Result<Self, StoreError> {
        let key = Self::unlock(folder, passphrase)?;
        Self::connect(folder, key, lock, false)
    }

    /// Whether a passphrase is this profile's, without opening anything.
    pub(crate) fn check(folder: &Path, passphrase: &str) -> Result<(), StoreError> {
        Self::unlock(folder, passphrase).map(drop)
    }

    /// The store's key, and the file that it was in.
    fn unlock(folder: &Path, passphrase: &str) -> Result<(StoreKey, Vec<u8>), StoreError> {
        let file = fs::read(folder.join(KEY_FILE)).map_err(|error| StoreError::from_io(folder, &error))?;
        let key = key::unwrap(&file, passphrase).map_err(|error| match error {
            key::KeyFileError::Wrong => StoreError::WrongPassphrase,
            key::KeyFileError::Damaged => StoreError::KeyFileDamaged(folder.to_owned()),
            key::KeyFileError::Newer(found) => StoreError::Newer { found: found.into(), known: VERSION },
        })?;
        Ok((key, file))
    }

    /// Wraps the store's key under another passphrase.
    pub fn change_passphrase(
        folder: &Path,
        old: &str,
        new: &str,
        cost: KeyCost,
        random: &mut dyn Random,
    ) -> Result<(), StoreError> {
        let (key, _) = Self::unlock(folder, old)?;
        write_whole(folder, KEY_FILE, &key::wrap(&key, new, cost, random)?)
    }

    fn connect(folder: &Path, key: (StoreKey, Vec<u8>), lock: Lock, create: bool) -> Result<Self, StoreError> {
        let store = Self::connect_rows(folder, key, lock, create).map_err(|error| StoreError::from_rows(folder, &error))?;
        let found = store.version().map_err(|error| StoreError::from_rows(folder, &error))?;
        if found > VERSION {
            return Err(StoreError::Newer { found, known: VERSION });
        }
        Ok(store)
    }

    fn connect_rows(folder: &Path, (key, key_file): (StoreKey, Vec<u8>), lock: Lock, create: bool) -> Result<Self, RowsError> {
        use rusqlite::OpenFlags;
        let said = |error: rusqlite::Error| rows_error(&error);
        let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        flags.set(OpenFlags::SQLITE_OPEN_CREATE, create);
        let connection = Connection::open_with_flags(folder.join(STORE_FILE), flags).map_err(said)?;
        // SQLCipher would otherwise complain on stderr, beside our own sentence, about what cannot be decrypted.
        connection.execute_batch("PRAGMA cipher_log_level = NONE").map_err(said)?;
        connection.execute_batch(&key.pragma()).map_err(said)?;
        // One process holds the profile: without shared memory there is one file less, and a step costs fewer system calls.
        connection
            .execute_batch(
                "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                 PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = OFF;",
            )
            .map_err(said)?;
        if create {
            connection
                .execute_batch(
                    "BEGIN IMMEDIATE;
                     CREATE TABLE rows (space INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY (space, key))
                         WITHOUT ROWID, STRICT;
                     CREATE TABLE store (version INTEGER NOT NULL) STRICT;",
                )
                .and_then(|()| connection.execute("INSERT INTO store (version) VALUES (?1)", [VERSION]))
                .and_then(|_| connection.execute_batch("COMMIT"))
                .map_err(said)?;
        }
        let store = Self { connection, folder: folder.to_owned(), within: false, writes: 0, key, key_file, _lock: lock };
        store.assert_durable()?;
        Ok(store)
    }

    /// Reads the settings back on which "saved" rests.
    fn assert_durable(&self) -> Result<(), RowsError> {
        let number =
            |pragma: &str| self.connection.query_row(pragma, [], |row| row.get::<_, i64>(0)).map_err(|error| rows_error(&error));
        let mode: String =
            self.connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).map_err(|error| rows_error(&error))?;
        let settings =
            (mode.as_str(), number("PRAGMA synchronous")?, number("PRAGMA secure_delete")?, number("PRAGMA temp_store")?);
        if settings == ("wal", 2, 1, 2) {
            Ok(())
        } else {
            Err(RowsError::Failed(format!("the store does not keep its settings: {settings:?}")))
        }
    }

    fn version(&self) -> Result<u32, RowsError> {
        self.connection.query_row("SELECT version FROM store", [], |row| row.get(0)).map_err(|error| rows_error(&error))
    }

    /// Rows as a backup: one file, sealed under this store's key, that the passphrase opens with which this store was opened.
    ///
    /// # Errors
    /// When it could not be written down.
    pub fn backup(&self, contents: &Contents, random: &mut dyn Random) -> Result<Vec<u8>, StoreError> {
        backup::seal(&self.key, &self.key_file, contents, random)
    }

    /// Opens a backup that this very store has just made.
    pub(crate) fn reopen(&self, file: &[u8]) -> Result<Contents, StoreError> {
        backup::open_with(&self.key, file)
    }

    /// Makes a profile from a backup, under the passphrase that opens it. The new store has a key of its own.
    ///
    /// # Errors
    /// When the folder holds a profile, the file is no backup or damaged, or the passphrase is another; then nothing is left behind.
    pub fn restore(
        folder: &Path,
        file: &[u8],
        passphrase: &str,
        cost: KeyCost,
        random: &mut dyn Random,
    ) -> Result<(Self, Contents), StoreError> {
        if is_profile(folder) {
            return Err(StoreError::ProfileExists(folder.to_owned()));
        }
        let contents = backup::open(file, passphrase)?;
        let was_there = folder.exists();
        let mut store = Self::create(folder, passphrase, cost, random)?;
        let filled = store.fill(&contents).map_err(|error| StoreError::from_rows(folder, &error));
        match filled {
            Ok(()) => Ok((store, contents)),
            Err(error) => {
                drop(store);
                take_away(folder, was_there);
                Err(error)
            }
        }
    }

    fn fill(&mut self, contents: &Contents) -> Result<(), RowsError> {
        self.begin()?;
        for row in &contents.rows {
            self.put_row(Space(row.space), &row.key, &row.value)?;
        }
        self.commit()
    }

    /// The profile folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether a transaction is open.
    pub fn is_within(&self) -> bool {
        self.within
    }

    /// Counts rows that were set or removed since opening, whatever became of their transaction: a step that did not move it wrote
    /// nothing.
    pub fn writes(&self) -> u64 {
        self.writes
    }

    fn run(&self, sql: &str) -> Result<(), RowsError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute([]))
            .map_err(|error| rows_error(&error))?;
        Ok(())
    }

    /// Opens a transaction, unless one is open.
    pub fn begin(&mut self) -> Result<(), RowsError> {
        if !self.within {
            self.run("BEGIN IMMEDIATE")?;
            self.within = true;
        }
        Ok(())
    }

    /// Commits what is open. When this returns, it is on the disk. On an error nothing of it is kept.
    pub fn commit(&mut self) -> Result<(), RowsError> {
        if !self.within {
            return Ok(());
        }
        match self.run("COMMIT") {
            Ok(()) => {
                self.within = false;
                Ok(())
            }
            Err(error) => {
                self.rollback();
                Err(error)
            }
        }
    }

    /// Forgets what is open.
    pub fn rollback(&mut self) {
        if self.within {
            // Some errors end the transaction by themselves; then there is nothing to roll back and the error says so.
            let _ = self.run("ROLLBACK");
            self.within = false;
        }
    }
}

impl Rows for Store {
    fn row(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, RowsError> {
        self.connection
            .prepare_cached("SELECT value FROM rows WHERE space = ?1 AND key = ?2")
            .and_then(|mut statement| statement.query_row(params![space.0, key], |row| row.get(0)).optional())
            .map_err(|error| rows_error(&error))
    }

    fn put_row(&mut self, space: Space, key: &[u8], value: &[u8]) -> Result<(), RowsError> {
        self.writes += 1;
        self.connection
            .prepare_cached(
                "INSERT INTO rows (space, key, value) VALUES (?1, ?2, ?3) ON CONFLICT (space, key) DO UPDATE SET value = ?3",
            )
            .and_then(|mut statement| statement.execute(params![space.0, key, value]))
            .map_err(|error| rows_error(&error))?;
        Ok(())
    }

    fn delete_row(&mut self, space: Space, key: &[u8]) -> Result<(), RowsError> {
        self.writes += 1;
        self.connection
            .prepare_cached("DELETE FROM rows WHERE space = ?1 AND key = ?2")
            .and_then(|mut statement| statement.execute(params![space.0, key]))
            .map_err(|error| rows_error(&error))?;
        Ok(())
    }

    fn scan_rows(&self, space: Space, prefix: &[u8], from: &[u8], limit: usize) -> Result<Vec<Row>, RowsError> {
        let start = prefix.max(from);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let rows = match after_prefix(prefix) {
            Some(end) => self
                .connection
                .prepare_cached("SELECT key, value FROM rows WHERE space = ?1 AND key >= ?2 AND key < ?3 ORDER BY key LIMIT ?4")
                .and_then(|mut statement| statement.query_map(params![space.0, start, end, limit], read)?.collect()),
            None => self
                .connection
                .prepare_cached("SELECT key, value FROM rows WHERE space = ?1 AND key >= ?2 ORDER BY key LIMIT ?3")
                .and_then(|mut statement| statement.query_map(params![space.0, start, limit], read)?.collect()),
        };
        rows.map_err(|error| rows_error(&error))
    }
}

/// The first key that no longer starts with `prefix`; `None` where there is none.
fn after_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return Some(end);
        }
    }
    None
}

#[cfg(test)]
mod tests;
