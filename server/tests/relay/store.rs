//! The SQLite store: the suite of all engines, and what only a disk can do.

use bytes::Bytes;
use kith_group::{ChainHash, DeviceId, Digest, DocumentId, GuestCodeId, PublicKey, chain};
use kith_relay::{FolderLock, RelayError, SqliteStore, store_file};
use kith_sync::relay::{Appended, DocumentRow, Head, NewRecord, Place, RelayEngine, RelayStore as _, StoreError, conformance};

const DOCUMENT: DocumentId = DocumentId([1; 16]);

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn start() -> Head {
    Head { generation: 0, epoch: 0, seq: 0, hash: ChainHash::START }
}

fn found(store: &mut SqliteStore) {
    let account = PublicKey([1; 32]);
    let row = DocumentRow { head: start(), creation: Digest([1; 32]), account, committed_ms: 0, bytes: 0 };
    assert!(store.create_document(&DOCUMENT, &row, b"group").unwrap());
}

fn append(store: &mut SqliteStore, from: Head, bytes: Vec<u8>) -> Result<Head, StoreError> {
    let next = Head { seq: from.seq + 1, hash: chain(&from.hash, &bytes), ..from };
    let place = Place::Numbered { k: next.seq };
    let record = NewRecord { sender: DeviceId([1; 16]), place, bytes: Bytes::from(bytes), received_ms: 1 };
    assert_eq!(store.append(&DOCUMENT, &from, &next, &record)?, Appended::Stored);
    Ok(next)
}

#[test]
fn sqlite_passes_the_suite_of_all_engines() {
    let mut folders = Vec::new();
    conformance::run(&mut || {
        let folder = folder();
        let store = SqliteStore::open(folder.path()).unwrap();
        folders.push(folder);
        Box::new(store) as Box<dyn RelayEngine>
    });
}

#[test]
fn what_was_committed_is_there_after_opening_again_and_what_was_not_is_gone() {
    let folder = folder();
    let mut store = SqliteStore::open(folder.path()).unwrap();
    let relay = store.relay_id().unwrap();
    store.begin().unwrap();
    found(&mut store);
    let head = append(&mut store, start(), b"kept".to_vec()).unwrap();
    store.commit().unwrap();
    store.begin().unwrap();
    append(&mut store, head, b"dropped".to_vec()).unwrap();
    drop(store);
    let store = SqliteStore::open_existing(folder.path()).unwrap();
    assert_eq!(store.relay_id().unwrap(), relay);
    assert_eq!(store.document(&DOCUMENT).unwrap().unwrap().head, head);
    assert_eq!(store.records(&DOCUMENT, 0, usize::MAX).unwrap(), [Bytes::from_static(b"kept")]);
}

#[test]
fn a_full_disk_says_so_and_loses_nothing_that_was_committed() {
    let folder = folder();
    // A file that may not grow is a disk without room: the setting is stored per connection, so the store is filled by hand.
    let mut store = SqliteStore::open(folder.path()).unwrap();
    store.begin().unwrap();
    found(&mut store);
    store.commit().unwrap();
    store.limit_pages_for_tests(80);
    let mut head = start();
    let full = loop {
        store.begin().unwrap();
        match append(&mut store, head, vec![7; 60_000]) {
            Ok(next) => head = next,
            Err(error) => break error,
        }
        store.commit().unwrap();
    };
    assert_eq!(full, StoreError::DiskFull);
    assert!(RelayError::from(full).to_string().starts_with("the disk is full: make room"));
    store.rollback().unwrap();
    assert!(head.seq > 0);
    assert_eq!(store.document(&DOCUMENT).unwrap().unwrap().head, head);
    assert_eq!(store.records(&DOCUMENT, 0, usize::MAX).unwrap().len() as u64, head.seq);
}

#[test]
fn a_folder_is_for_one_relay_at_a_time() {
    let folder = folder();
    let first = FolderLock::take(folder.path()).unwrap();
    assert!(matches!(FolderLock::take(folder.path()), Err(RelayError::InUse(_))));
    drop(first);
    FolderLock::take(folder.path()).unwrap();
}

#[test]
fn a_store_of_a_newer_version_another_program_or_with_a_torn_page_is_refused() {
    let newer = folder();
    drop(SqliteStore::open(newer.path()).unwrap());
    let db = rusqlite::Connection::open(store_file(newer.path())).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    assert!(matches!(SqliteStore::open(newer.path()), Err(RelayError::NewerStore { found: 99, .. })));

    let foreign = folder();
    let db = rusqlite::Connection::open(store_file(foreign.path())).unwrap();
    db.execute_batch("CREATE TABLE recipes (name TEXT)").unwrap();
    drop(db);
    assert!(matches!(SqliteStore::open(foreign.path()), Err(RelayError::Store(StoreError::Damaged(_)))));

    let garbage = folder();
    std::fs::write(store_file(garbage.path()), vec![0x5a; 8_192]).unwrap();
    let error = SqliteStore::open(garbage.path()).unwrap_err();
    assert!(error.to_string().contains("damaged"), "{error}");

    let nothing = folder();
    assert!(matches!(SqliteStore::open_existing(nothing.path()), Err(RelayError::NoStore(_))));
}

#[test]
fn a_data_folder_that_cannot_be_made_is_refused_with_its_name() {
    let folder = folder();
    let file = folder.path().join("a-file");
    std::fs::write(&file, b"").unwrap();
    let error = SqliteStore::open(&file.join("data")).unwrap_err();
    assert!(error.to_string().contains("a-file"), "{error}");
}

#[test]
fn the_tables_are_frozen_until_the_format_is_raised() {
    let folder = folder();
    drop(SqliteStore::open(folder.path()).unwrap());
    let db = rusqlite::Connection::open(store_file(folder.path())).unwrap();
    let format: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    let mut statement = db
        .prepare(
            "SELECT name, (SELECT group_concat(name, ' ') FROM pragma_table_info(sqlite_schema.name))
             FROM sqlite_schema WHERE type = 'table' ORDER BY name",
        )
        .unwrap();
    let tables = statement.query_map([], |row| Ok(format!("{}: {}", row.get::<_, String>(0)?, row.get::<_, String>(1)?)));
    let tables: Vec<String> = tables.unwrap().map(Result::unwrap).collect();
    let expected = [
        "admission: document seq welcome pack blob",
        "blob: document id total stored",
        "chunk: document blob place bytes",
        "document: id generation epoch seq hash creation account committed_ms bytes",
        "document_group: document state",
        "enrolment: key account",
        "guest_code: link code until sealed",
        "guest_item: link id sealed",
        "guest_link: id document verifier expires card",
        "guest_reading: link verifier until tries sealed",
        "invite: id document voucher expires account used_by",
        "mark: document sender k",
        "receipt: document device seq bytes",
        "record: document seq sender k generation epoch received_ms hash bytes",
        "relay: one id",
        "removed: document device public seq",
        "request: id invite document enrolment sealed nonce decision seq",
        "token: digest devices_left",
    ];
    assert_eq!((format, tables.iter().map(String::as_str).collect::<Vec<_>>()), (3, expected.to_vec()));
}

#[test]
fn a_store_of_the_first_format_gets_what_it_lacks_and_keeps_what_it_has() {
    let folder = folder();
    let db = rusqlite::Connection::open(store_file(folder.path())).unwrap();
    db.execute_batch(include_str!("../../src/store/schema.sql")).unwrap();
    db.execute("INSERT INTO relay (one, id) VALUES (1, ?1)", [[7_u8; 16]]).unwrap();
    db.pragma_update(None, "user_version", 1).unwrap();
    drop(db);
    for _ in 0..2 {
        let store = SqliteStore::open(folder.path()).unwrap();
        assert_eq!(store.relay_id().unwrap().0, [7; 16]);
        assert_eq!(store.open_guest_links(&DOCUMENT, 0).unwrap(), 0);
        assert_eq!(store.guest_code(&GuestCodeId([1; 16])).unwrap(), None);
    }
}
