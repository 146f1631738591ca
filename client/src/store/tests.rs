//! What the store promises to everyone above it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;

use kith_group::{MemoryRows, SeededRandom};

use super::*;

const WORDS: &str = "otter lantern maple spoon";
const SPACE: Space = Space(10);

fn made(folder: &Path) -> Store {
    Store::create(folder, WORDS, KeyCost::TESTS, &mut SeededRandom::new(1)).unwrap()
}

fn saved(store: &mut Store, key: &[u8], value: &[u8]) {
    store.begin().unwrap();
    store.put_row(SPACE, key, value).unwrap();
    store.commit().unwrap();
}

/// The same steps on the store and on rows in memory, which every other crate is tested with.
fn contract(rows: &mut dyn Rows) -> Vec<Vec<Row>> {
    let keys: [&[u8]; 7] = [b"", b"a", b"ab", b"ab\xff", b"ab\xff\xff", b"b", b"\xff\xff"];
    for (number, key) in keys.iter().enumerate() {
        rows.put_row(SPACE, key, &[u8::try_from(number).unwrap()]).unwrap();
        rows.put_row(Space(11), key, b"other space").unwrap();
    }
    rows.put_row(SPACE, b"a", b"again").unwrap();
    rows.put_row(SPACE, b"b", b"").unwrap();
    rows.delete_row(SPACE, b"absent").unwrap();
    rows.delete_row(SPACE, b"ab").unwrap();
    assert_eq!(rows.row(SPACE, b"a").unwrap().as_deref(), Some(&b"again"[..]));
    assert_eq!(rows.row(SPACE, b"b").unwrap().as_deref(), Some(&b""[..]));
    assert_eq!(rows.row(SPACE, b"ab").unwrap(), None);
    let questions: [(&[u8], &[u8], usize); 8] = [
        (b"", b"", 100),
        (b"a", b"", 100),
        (b"ab\xff", b"", 100),
        (b"a", b"ab\xff\x00", 100),
        (b"a", b"b", 100),
        (b"\xff\xff", b"", 100),
        (b"", b"", 2),
        (b"", b"a", 0),
    ];
    questions.iter().map(|(prefix, from, limit)| rows.scan_rows(SPACE, prefix, from, *limit).unwrap()).collect()
}

#[test]
fn rows_on_disk_behave_as_rows_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = made(folder.path());
    store.begin().unwrap();
    let disk = contract(&mut store);
    store.commit().unwrap();
    assert_eq!(disk, contract(&mut MemoryRows::default()));
}

#[test]
fn what_is_committed_is_there_after_reopening_and_what_is_not_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = made(folder.path());
    saved(&mut store, b"kept", b"1");
    store.begin().unwrap();
    store.put_row(SPACE, b"kept", b"2").unwrap();
    store.put_row(SPACE, b"dropped", b"2").unwrap();
    store.rollback();
    assert_eq!(store.row(SPACE, b"kept").unwrap().as_deref(), Some(&b"1"[..]));
    store.begin().unwrap();
    store.put_row(SPACE, b"open", b"3").unwrap();
    drop(store);
    let store = Store::open(folder.path(), WORDS).unwrap();
    assert_eq!(store.row(SPACE, b"kept").unwrap().as_deref(), Some(&b"1"[..]));
    assert_eq!(store.row(SPACE, b"dropped").unwrap(), None);
    assert_eq!(store.row(SPACE, b"open").unwrap(), None);
}

#[test]
fn a_commit_waits_for_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let store = made(folder.path());
    store.assert_durable().unwrap();
    // The check itself must be able to fail.
    store.connection.execute_batch("PRAGMA synchronous = NORMAL").unwrap();
    assert!(store.assert_durable().is_err());
}

#[test]
fn one_process_at_a_time_holds_a_profile() {
    let folder = tempfile::tempdir().unwrap();
    let store = made(folder.path());
    assert!(matches!(Store::open(folder.path(), WORDS), Err(StoreError::InUse)));
    drop(store);
    assert!(Store::open(folder.path(), WORDS).is_ok());
}

#[test]
fn a_wrong_passphrase_is_told_in_one_sentence_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    saved(&mut made(folder.path()), b"kept", b"1");
    let before = contents(folder.path());
    let refused = Store::open(folder.path(), "another passphrase").unwrap_err();
    assert_eq!(refused.to_string(), "That passphrase does not open this profile. Nothing was changed; try again.");
    assert_eq!(contents(folder.path()), before);
}

#[test]
fn the_passphrase_can_be_changed_without_losing_a_row() {
    let folder = tempfile::tempdir().unwrap();
    saved(&mut made(folder.path()), b"kept", b"1");
    let new = "a different set of words";
    Store::change_passphrase(folder.path(), WORDS, new, KeyCost::TESTS, &mut SeededRandom::new(2)).unwrap();
    assert!(matches!(Store::open(folder.path(), WORDS), Err(StoreError::WrongPassphrase)));
    let store = Store::open(folder.path(), new).unwrap();
    assert_eq!(store.row(SPACE, b"kept").unwrap().as_deref(), Some(&b"1"[..]));
}

#[test]
fn a_second_setup_in_a_profile_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    saved(&mut made(folder.path()), b"kept", b"1");
    let again = Store::create(folder.path(), WORDS, KeyCost::TESTS, &mut SeededRandom::new(3));
    assert!(matches!(again, Err(StoreError::ProfileExists(_))));
    assert!(Store::open(folder.path(), WORDS).unwrap().row(SPACE, b"kept").unwrap().is_some());
}

#[test]
fn a_damaged_page_is_told_and_no_byte_of_the_file_changes() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = made(folder.path());
    store.begin().unwrap();
    for number in 0..200_u8 {
        store.put_row(SPACE, &[number], &[number; 900]).unwrap();
    }
    store.commit().unwrap();
    drop(store);
    let path = folder.path().join(STORE_FILE);
    let whole = fs::read(&path).unwrap();
    for place in [100, 5000, whole.len() / 2, whole.len() - 10] {
        let mut damaged = whole.clone();
        *damaged.get_mut(place).unwrap() ^= 0x40;
        fs::write(&path, &damaged).unwrap();
        let error = match Store::open(folder.path(), WORDS) {
            Err(error) => error,
            Ok(store) => {
                let read = store.scan_rows(SPACE, b"", b"", 1000);
                StoreError::from_rows(folder.path(), &read.expect_err("a damaged page was read as if it were whole"))
            }
        };
        assert!(matches!(error, StoreError::Damaged), "byte {place}: {error}");
        assert_eq!(fs::read(&path).unwrap(), damaged);
    }
}

#[test]
fn a_store_of_a_newer_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = made(folder.path());
    store.connection.execute_batch("UPDATE store SET version = 7").unwrap();
    drop(store);
    assert!(matches!(Store::open(folder.path(), WORDS), Err(StoreError::Newer { found: 7, known: VERSION })));
}

#[test]
fn nothing_in_a_profile_folder_can_be_read_without_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = made(folder.path());
    let canary = b"Keziah waits by the kiosk";
    for number in 0..100_u8 {
        saved(&mut store, &[b"canary-key-".as_slice(), &[number]].concat(), canary);
    }
    // Once with the write-ahead log in use, once after it was folded in.
    for store in [Some(store), None] {
        for (name, bytes) in contents(folder.path()) {
            for needle in [&canary[..], b"canary-key-", b"SQLite format", b"CREATE TABLE", WORDS.as_bytes()] {
                assert!(!bytes.windows(needle.len()).any(|window| window == needle), "{name} holds {needle:?}");
            }
        }
        drop(store);
    }
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_enter_a_profile_folder() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("new").join("profile");
    let _store = made(&inner);
    assert_eq!(fs::metadata(&inner).unwrap().permissions().mode() & 0o777, 0o700);
    for file in fs::read_dir(&inner).unwrap() {
        assert_eq!(file.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}

fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}
