//! `check` names what is wrong.

use super::common::{Member, open_relay};
use kith_group::{ChainHash, DocumentId, Role, Seen};
use kith_relay::check::{Report, check};
use kith_relay::store_file;
use rusqlite::Connection;
use tempfile::TempDir;

const DOCUMENT: DocumentId = DocumentId([1; 16]);

/// A relay's folder with one log: a commit, then ten changes.
async fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let relay = open_relay(folder.path()).await;
    let url = relay.url();
    let (mut alice, mut alices) = Member::found(&url, DOCUMENT, 1).await;
    let seen = Seen { seq: 0, hash: ChainHash::START };
    let (_bob, _bobs) = alice.admit(&mut alices, &url, seen, 2, Role::Reader).await;
    for number in 0..10_u8 {
        alice.write(&mut alices, &[b'a' + number; 300]).await;
    }
    relay.stop().await.unwrap();
    let report = check(folder.path()).unwrap();
    assert!(report.ok, "{report:?}");
    folder
}

fn with(folder: &TempDir, sql: &str) -> Report {
    let db = Connection::open(store_file(folder.path())).unwrap();
    db.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    db.execute_batch(sql).unwrap();
    drop(db);
    let report = check(folder.path()).unwrap();
    assert!(!report.ok);
    report
}

fn places(report: &Report) -> Vec<Option<u64>> {
    report.problems.iter().map(|problem| problem.seq).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_byte_in_the_file_is_named_by_document_and_record() {
    let folder = folder().await;
    let path = store_file(folder.path());
    // Everything into the main file, then one byte of record 6 ("eeee...") on the disk itself.
    Connection::open(&path).unwrap().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(300).position(|window| window == [b'e'; 300]).unwrap();
    bytes[at + 150] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let report = check(folder.path()).unwrap();
    assert_eq!(places(&report), [Some(6)]);
    let sentence = report.problems[0].to_string();
    assert!(sentence.starts_with(&format!("document {DOCUMENT}, record 6: altered or moved")), "{sentence}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_row_is_named() {
    let folder = folder().await;
    let report = with(&folder, "DELETE FROM record WHERE seq = 4");
    assert!(report.problems[0].to_string().contains("record 4: missing"), "{report:?}");
    let last = with(&folder, "DELETE FROM record WHERE seq = 11");
    assert!(places(&last).contains(&Some(11)), "{last:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn swapped_rows_are_named() {
    let folder = folder().await;
    let report = with(
        &folder,
        "UPDATE record SET seq = 100 WHERE seq = 5; UPDATE record SET seq = 5 WHERE seq = 7; UPDATE record SET seq = 7 WHERE seq = 100;",
    );
    assert!(places(&report).contains(&Some(5)) && places(&report).contains(&Some(7)), "{report:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_head_a_lost_group_and_a_lost_chunk_are_named() {
    let wrong = [
        ("UPDATE document SET hash = zeroblob(32)", "the chain there is not the one"),
        ("UPDATE document SET epoch = 5", "its log has 1 commits"),
        ("UPDATE document_group SET state = zeroblob(100)", "its group cannot be read"),
        ("DELETE FROM chunk", "has not the chunks"),
        ("UPDATE mark SET k = 3", "another number is remembered"),
    ];
    let folder = folder().await;
    for (sql, expected) in wrong {
        let copy = tempfile::tempdir().unwrap();
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
        let report = with(&copy, sql);
        let found = report.problems.iter().any(|problem| problem.to_string().contains(expected));
        assert!(found, "{sql}: {report:?}");
    }
}
