//! Whether everything that the relay keeps is whole: every log, every chain, every group, every blob.

use std::collections::BTreeMap;
use std::path::Path;

use kith_group::{ChainHash, DeviceId, DocumentId, Record, RecordKind, RelayGroup, chain, to_base32};
use kith_sync::relay::{DocumentRow, RelayEngine as _, RelayStore as _, StoreError};
use rusqlite::params;
use serde::Serialize;

use crate::store::{failed, number, number_if_any};
use crate::{RelayError, SqliteStore};

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether nothing is wrong.
    pub ok: bool,
    /// How many documents were looked at.
    pub documents: u64,
    /// How many records.
    pub records: u64,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The document, in base32; none if it is the store as a whole.
    pub document: Option<String>,
    /// The record's number, if it is one record.
    pub seq: Option<u64>,
    /// A sentence.
    pub problem: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.document, self.seq) {
            (Some(document), Some(seq)) => write!(f, "document {document}, record {seq}: {}", self.problem),
            (Some(document), None) => write!(f, "document {document}: {}", self.problem),
            (None, _) => write!(f, "the store: {}", self.problem),
        }
    }
}

/// Checks the store in `folder`. A relay may be running there: one moment of it is looked at.
pub fn check(folder: &Path) -> Result<Report, RelayError> {
    let mut store = SqliteStore::open_existing(folder)?;
    store.begin()?;
    let mut report = Report::default();
    let looked = look(&store, &mut report);
    if let Err(error) = looked {
        // A page that cannot be read ends the look, but it is an answer.
        report.add(None, None, error.to_string());
    }
    store.rollback()?;
    report.ok = report.problems.is_empty();
    Ok(report)
}

impl Report {
    fn add(&mut self, document: Option<&DocumentId>, seq: Option<u64>, problem: impl Into<String>) {
        self.problems.push(Problem { document: document.map(ToString::to_string), seq, problem: problem.into() });
    }
}

fn look(store: &SqliteStore, report: &mut Report) -> Result<(), StoreError> {
    let mut pages = store.db.prepare("PRAGMA integrity_check(20)").map_err(failed)?;
    let sentences = pages.query_map([], |row| row.get::<_, String>(0)).map_err(failed)?;
    for sentence in sentences {
        let sentence = sentence.map_err(failed)?;
        if sentence != "ok" {
            report.add(None, None, sentence);
        }
    }
    let orphans: i64 =
        store.db.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0)).map_err(failed)?;
    if orphans > 0 {
        report.add(None, None, format!("{orphans} rows belong to something that is not there"));
    }
    let mut documents = store.db.prepare("SELECT id FROM document ORDER BY id").map_err(failed)?;
    let ids = documents.query_map([], |row| row.get::<_, [u8; 16]>(0).map(DocumentId)).map_err(failed)?;
    for id in ids {
        let id = id.map_err(failed)?;
        report.documents += 1;
        if let Some(row) = store.document(&id)? {
            let commits = look_at_log(store, report, &id, &row)?;
            look_at_group(store, report, &id, &row, commits)?;
            look_at_blobs(store, report, &id)?;
        }
    }
    Ok(())
}

/// One record as it lies there.
struct Lying {
    seq: u64,
    sender: DeviceId,
    k: Option<u64>,
    hash: ChainHash,
    bytes: Vec<u8>,
}

/// Recomputes the chain and the numbers of one log. How many commits it has.
fn look_at_log(store: &SqliteStore, report: &mut Report, id: &DocumentId, row: &DocumentRow) -> Result<u64, StoreError> {
    let mut statement =
        store.db.prepare("SELECT seq, sender, k, hash, bytes FROM record WHERE document = ?1 ORDER BY seq").map_err(failed)?;
    let records = statement
        .query_map([&id.0], |row| {
            Ok(Lying {
                seq: number(row, 0)?,
                sender: DeviceId(row.get(1)?),
                k: number_if_any(row, 2)?,
                hash: ChainHash(row.get(3)?),
                bytes: row.get(4)?,
            })
        })
        .map_err(failed)?;
    let (mut last, mut hash, mut bytes, mut commits) = (0, ChainHash::START, 0, 0);
    let mut marks: BTreeMap<DeviceId, u64> = BTreeMap::new();
    for record in records {
        let record = record.map_err(failed)?;
        report.records += 1;
        let whole = record.seq == last + 1;
        if !whole {
            report.add(Some(id), Some(last + 1), format!("missing: the log goes on with record {}", record.seq));
        }
        // After a gap the chain cannot be computed; it is taken up again from what is stored with the record.
        if whole && chain(&hash, &record.bytes) != record.hash {
            report.add(Some(id), Some(record.seq), "altered or moved: its bytes do not fit the chain of this log");
        }
        look_at_record(report, id, &record, &mut marks, &mut commits);
        (last, hash) = (record.seq, record.hash);
        bytes += record.bytes.len() as u64;
    }
    if last != row.head.seq {
        let next = last + 1;
        report.add(Some(id), Some(next), format!("missing: the log should reach record {}", row.head.seq));
    } else if hash != row.head.hash {
        report.add(Some(id), Some(last), "the chain there is not the one at which the log is said to end");
    }
    if bytes != row.bytes {
        report.add(Some(id), None, format!("its records have {bytes} bytes, but {} were accepted", row.bytes));
    }
    for (sender, high) in marks {
        if store.mark(id, &sender)? != high {
            report.add(
                Some(id),
                None,
                format!("device {} sent records up to number {high}, but another number is remembered", short(&sender)),
            );
        }
    }
    Ok(commits)
}

fn look_at_record(report: &mut Report, id: &DocumentId, record: &Lying, marks: &mut BTreeMap<DeviceId, u64>, commits: &mut u64) {
    let Ok(head) = Record::decode(&record.bytes).map(|read| read.head) else {
        report.add(Some(id), Some(record.seq), "its bytes are no record");
        return;
    };
    if head.document != *id || head.sender != record.sender {
        report.add(Some(id), Some(record.seq), "it is of another document or device than it is stored under");
    }
    match (head.kind, record.k) {
        (RecordKind::Commit, None) => *commits += 1,
        (RecordKind::Commit, Some(_)) | (_, None) => {
            report.add(Some(id), Some(record.seq), "a commit is stored as something else, or something else as a commit");
        }
        (_, Some(k)) => {
            if head.k != k {
                report.add(Some(id), Some(record.seq), format!("it is stored as its device's number {k}, but says {}", head.k));
            }
            let mark = marks.entry(record.sender).or_insert(0);
            if k != *mark + 1 {
                let expected = *mark + 1;
                report.add(
                    Some(id),
                    Some(record.seq),
                    format!("its device's number is {k}, but {expected} would follow the one before"),
                );
            }
            *mark = (*mark).max(k);
        }
    }
}

fn look_at_group(
    store: &SqliteStore,
    report: &mut Report,
    id: &DocumentId,
    row: &DocumentRow,
    commits: u64,
) -> Result<(), StoreError> {
    if commits != row.head.epoch {
        report.add(Some(id), None, format!("it is at epoch {}, but its log has {commits} commits", row.head.epoch));
    }
    match store.group(id)?.map(|bytes| RelayGroup::from_bytes(&bytes)) {
        None => report.add(Some(id), None, "its group is missing"),
        Some(Err(_)) => report.add(Some(id), None, "its group cannot be read"),
        Some(Ok(group)) => {
            if (group.name().document, group.name().generation) != (*id, row.head.generation) {
                report.add(Some(id), None, "its group is another document's");
            }
            if group.epoch() != row.head.epoch {
                report.add(Some(id), None, format!("its group is at epoch {}, its log at {}", group.epoch(), row.head.epoch));
            }
        }
    }
    Ok(())
}

fn look_at_blobs(store: &SqliteStore, report: &mut Report, id: &DocumentId) -> Result<(), StoreError> {
    let mut statement = store
        .db
        .prepare(
            "SELECT lower(hex(id)), (SELECT count(*) FROM chunk WHERE chunk.document = blob.document AND blob = id
                                      AND place < total) <> stored
             FROM blob WHERE document = ?1",
        )
        .map_err(failed)?;
    let blobs = statement.query_map([&id.0], |row| Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?))).map_err(failed)?;
    for blob in blobs {
        let (blob, broken) = blob.map_err(failed)?;
        if broken {
            report.add(Some(id), None, format!("blob {blob} has not the chunks that were stored"));
        }
    }
    let mut statement = store
        .db
        .prepare(
            "SELECT seq, record.k IS NULL AND record.seq IS NOT NULL, coalesce(stored = total, 0)
             FROM admission LEFT JOIN record USING (document, seq)
             LEFT JOIN blob ON blob.document = admission.document AND blob.id = admission.blob
             WHERE admission.document = ?1",
        )
        .map_err(failed)?;
    let admissions = statement
        .query_map(params![id.0], |row| Ok((number(row, 0)?, row.get::<_, bool>(1)?, row.get::<_, bool>(2)?)))
        .map_err(failed)?;
    for admission in admissions {
        let (seq, commit, complete) = admission.map_err(failed)?;
        if !commit {
            report.add(Some(id), Some(seq), "an admission belongs to it, but it is no commit");
        }
        if !complete {
            report.add(Some(id), Some(seq), "the snapshot of this admission is not complete");
        }
    }
    let lost: i64 = store
        .db
        .query_row(
            "SELECT count(*) FROM request LEFT JOIN admission USING (document, seq)
             WHERE request.document = ?1 AND decision = 2 AND admission.seq IS NULL",
            [&id.0],
            |row| row.get(0),
        )
        .map_err(failed)?;
    if lost > 0 {
        report.add(Some(id), None, format!("{lost} admitted requests have no admission"));
    }
    Ok(())
}

/// The beginning of a device's id.
fn short(device: &DeviceId) -> String {
    to_base32(device.as_bytes()).chars().take(8).collect()
}
