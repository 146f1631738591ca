//! A relay's store in memory, for simulation and tests: real transactions, and crashes that lose what was not synced.

use std::collections::BTreeMap;

use bytes::Bytes;
use kith_group::{
    BlobId, DeviceId, Digest, DocumentId, GuestCodeId, GuestItemId, GuestLinkId, InviteId, PublicKey, RelayId, RequestId,
};

use super::store::{
    AdmissionRow, Appended, BlobRow, Decision, DocumentRow, GuestCodeRow, GuestItemRow, GuestLinkRow, GuestReadingRow, Head,
    InviteRow, NewRecord, Place, ReceiptRow, RelayEngine, RelayStore, RemovedRow, RequestRow, StoreError,
};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Document(DocumentId),
    Group(DocumentId),
    Record(DocumentId, u64),
    Mark(DocumentId, DeviceId),
    Numbered(DocumentId, DeviceId, u64),
    Commit(DocumentId, u32, u64),
    Removed(DocumentId, DeviceId),
    Receipt(DocumentId, DeviceId),
    Invite(InviteId),
    Request(RequestId),
    RequestOf(InviteId),
    Admission(DocumentId, u64),
    Blob(DocumentId, BlobId),
    Chunk(DocumentId, BlobId, u32),
    Enrolment(PublicKey),
    Token(Digest),
    GuestLink(GuestLinkId),
    GuestItem(GuestLinkId, GuestItemId),
    GuestReading(GuestLinkId),
    GuestCode(GuestLinkId),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Document(DocumentRow),
    Bytes(Bytes),
    Number(u64),
    Removed(RemovedRow),
    Receipt(ReceiptRow),
    Invite(InviteRow),
    Request(RequestRow),
    RequestId(RequestId),
    Admission(AdmissionRow),
    Blob(BlobRow),
    Account(PublicKey),
    GuestLink(GuestLinkRow),
    GuestReading(GuestReadingRow),
    GuestCode(GuestCodeRow),
}

/// What a key held before a write.
type Undo = Vec<(Key, Option<Value>)>;

/// A store in memory whose history can be undone to the last commit, or to the last synced one.
#[derive(Debug, Clone)]
pub struct MemoryStore {
    relay: RelayId,
    rows: BTreeMap<Key, Value>,
    open: Option<Undo>,
    unsynced: Vec<Undo>,
}

/// The row at a key, as the type that is stored under it.
macro_rules! row {
    ($self:ident, $key:expr, $kind:ident) => {
        match $self.rows.get(&$key) {
            Some(Value::$kind(row)) => Some(row.clone()),
            _ => None,
        }
    };
}

impl MemoryStore {
    /// An empty store of the relay `relay`.
    pub fn new(relay: RelayId) -> Self {
        Self { relay, rows: BTreeMap::new(), open: None, unsynced: Vec::new() }
    }

    /// Ends the open transaction. When `synced` it, and every commit before it, survives [`MemoryStore::crash`].
    pub fn commit_as(&mut self, synced: bool) {
        if let Some(undo) = self.open.take() {
            self.unsynced.push(undo);
        }
        if synced {
            self.unsynced.clear();
        }
    }

    /// The machine loses power: the open transaction and all commits after the last synced one are gone.
    pub fn crash(&mut self) {
        self.roll_back_open();
        while let Some(undo) = self.unsynced.pop() {
            self.undo(undo);
        }
    }

    /// Every byte string that this relay holds about `document` or at all: for tests that look for words in it.
    pub fn every_byte(&self) -> Vec<Bytes> {
        let mut all = Vec::new();
        for value in self.rows.values() {
            match value {
                Value::Bytes(bytes) => all.push(bytes.clone()),
                Value::Receipt(row) => all.push(row.bytes.clone()),
                Value::Request(row) => all.push(row.sealed.clone()),
                Value::Admission(row) => all.extend([row.welcome.clone(), row.pack.clone()]),
                Value::GuestLink(row) => all.extend(row.card.clone()),
                Value::GuestReading(row) => all.push(row.sealed.clone()),
                Value::GuestCode(row) => all.push(row.sealed.clone()),
                Value::Document(_)
                | Value::Number(_)
                | Value::Removed(_)
                | Value::Invite(_)
                | Value::RequestId(_)
                | Value::Blob(_)
                | Value::Account(_) => {}
            }
        }
        all
    }

    fn undo(&mut self, undo: Undo) {
        for (key, before) in undo.into_iter().rev() {
            match before {
                Some(value) => self.rows.insert(key, value),
                None => self.rows.remove(&key),
            };
        }
    }

    fn roll_back_open(&mut self) {
        if let Some(undo) = self.open.take() {
            self.undo(undo);
        }
    }

    fn put(&mut self, key: Key, value: Option<Value>) -> Result<(), StoreError> {
        let Some(undo) = &mut self.open else {
            return Err(StoreError::Failed("a write outside of a transaction".into()));
        };
        let before = match value {
            Some(value) => self.rows.insert(key.clone(), value),
            None => self.rows.remove(&key),
        };
        undo.push((key, before));
        Ok(())
    }

    fn all_guest_items(&self) -> impl Iterator<Item = GuestItemRow> + '_ {
        self.scan(Key::GuestItem(GuestLinkId([0; 16]), GuestItemId([0; 16])), |key, value| match (key, value) {
            (Key::GuestItem(link, item), Value::Bytes(sealed)) => {
                Some(GuestItemRow { link: *link, item: *item, sealed: sealed.clone() })
            }
            _ => None,
        })
    }

    fn all_guest_codes(&self) -> impl Iterator<Item = (GuestLinkId, GuestCodeRow)> + '_ {
        self.scan(Key::GuestCode(GuestLinkId([0; 16])), |key, value| match (key, value) {
            (Key::GuestCode(link), Value::GuestCode(row)) => Some((*link, row.clone())),
            _ => None,
        })
    }

    fn guest_document(&self, link: &GuestLinkId) -> Option<DocumentId> {
        row!(self, Key::GuestLink(*link), GuestLink).map(|row| row.document)
    }

    /// All rows from `from` while `keep` finds something in them.
    fn scan<'a, T>(&'a self, from: Key, keep: impl Fn(&'a Key, &'a Value) -> Option<T> + 'a) -> impl Iterator<Item = T> + 'a {
        self.rows.range(from..).map_while(move |(key, value)| keep(key, value))
    }
}

impl RelayEngine for MemoryStore {
    fn begin(&mut self) -> Result<(), StoreError> {
        if self.open.is_some() {
            return Err(StoreError::Failed("a transaction is open already".into()));
        }
        self.open = Some(Undo::new());
        Ok(())
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.commit_as(true);
        Ok(())
    }

    fn rollback(&mut self) -> Result<(), StoreError> {
        self.roll_back_open();
        Ok(())
    }
}

impl RelayStore for MemoryStore {
    fn relay_id(&self) -> Result<RelayId, StoreError> {
        Ok(self.relay)
    }

    fn document(&self, document: &DocumentId) -> Result<Option<DocumentRow>, StoreError> {
        Ok(row!(self, Key::Document(*document), Document))
    }

    fn create_document(&mut self, document: &DocumentId, row: &DocumentRow, group: &[u8]) -> Result<bool, StoreError> {
        if self.rows.contains_key(&Key::Document(*document)) {
            return Ok(false);
        }
        self.put(Key::Document(*document), Some(Value::Document(row.clone())))?;
        self.replace_group(document, group)?;
        Ok(true)
    }

    fn group(&self, document: &DocumentId) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(row!(self, Key::Group(*document), Bytes).map(|bytes| bytes.to_vec()))
    }

    fn replace_group(&mut self, document: &DocumentId, group: &[u8]) -> Result<(), StoreError> {
        self.put(Key::Group(*document), Some(Value::Bytes(Bytes::copy_from_slice(group))))
    }

    fn append(
        &mut self,
        document: &DocumentId,
        expected: &Head,
        next: &Head,
        record: &NewRecord,
    ) -> Result<Appended, StoreError> {
        let Some(mut row) = self.document(document)? else { return Ok(Appended::Conflict) };
        if row.head != *expected || next.seq != expected.seq + 1 {
            return Ok(Appended::Conflict);
        }
        row.head = *next;
        row.bytes += record.bytes.len() as u64;
        match record.place {
            Place::Numbered { k } => {
                let high = self.mark(document, &record.sender)?.max(k);
                self.put(Key::Mark(*document, record.sender), Some(Value::Number(high)))?;
                self.put(Key::Numbered(*document, record.sender, k), Some(Value::Number(next.seq)))?;
            }
            Place::Commit => {
                row.committed_ms = record.received_ms;
                let key = Key::Commit(*document, expected.generation, expected.epoch);
                self.put(key, Some(Value::Number(next.seq)))?;
            }
        }
        self.put(Key::Document(*document), Some(Value::Document(row)))?;
        self.put(Key::Record(*document, next.seq), Some(Value::Bytes(record.bytes.clone())))?;
        Ok(Appended::Stored)
    }

    fn records(&self, document: &DocumentId, after: u64, limit: usize) -> Result<Vec<Bytes>, StoreError> {
        let mut left = limit;
        let mut found = Vec::new();
        let rows = self.scan(Key::Record(*document, after.saturating_add(1)), |key, value| match (key, value) {
            (Key::Record(of, _), Value::Bytes(bytes)) if of == document => Some(bytes),
            _ => None,
        });
        for bytes in rows {
            if bytes.len() > left && !found.is_empty() {
                break;
            }
            left = left.saturating_sub(bytes.len());
            found.push(bytes.clone());
        }
        Ok(found)
    }

    fn mark(&self, document: &DocumentId, sender: &DeviceId) -> Result<u64, StoreError> {
        Ok(row!(self, Key::Mark(*document, *sender), Number).unwrap_or(0))
    }

    fn numbered(&self, document: &DocumentId, sender: &DeviceId, k: u64) -> Result<Option<u64>, StoreError> {
        Ok(row!(self, Key::Numbered(*document, *sender, k), Number))
    }

    fn commit_at(&self, document: &DocumentId, generation: u32, epoch: u64) -> Result<Option<(u64, Bytes)>, StoreError> {
        let Some(seq) = row!(self, Key::Commit(*document, generation, epoch), Number) else { return Ok(None) };
        Ok(row!(self, Key::Record(*document, seq), Bytes).map(|bytes| (seq, bytes)))
    }

    fn put_removed(&mut self, document: &DocumentId, device: &DeviceId, row: Option<&RemovedRow>) -> Result<(), StoreError> {
        self.put(Key::Removed(*document, *device), row.map(|row| Value::Removed(*row)))
    }

    fn removed(&self, document: &DocumentId, device: &DeviceId) -> Result<Option<RemovedRow>, StoreError> {
        Ok(row!(self, Key::Removed(*document, *device), Removed))
    }

    fn put_receipt(&mut self, document: &DocumentId, row: &ReceiptRow) -> Result<(), StoreError> {
        self.put(Key::Receipt(*document, row.device), Some(Value::Receipt(row.clone())))
    }

    fn receipts(&self, document: &DocumentId) -> Result<Vec<ReceiptRow>, StoreError> {
        let from = Key::Receipt(*document, DeviceId([0; 16]));
        Ok(self
            .scan(from, |key, value| match (key, value) {
                (Key::Receipt(of, _), Value::Receipt(row)) if of == document => Some(row.clone()),
                _ => None,
            })
            .collect())
    }

    fn put_invite(&mut self, invite: &InviteId, row: &InviteRow) -> Result<(), StoreError> {
        self.put(Key::Invite(*invite), Some(Value::Invite(*row)))
    }

    fn invite(&self, invite: &InviteId) -> Result<Option<InviteRow>, StoreError> {
        Ok(row!(self, Key::Invite(*invite), Invite))
    }

    fn open_invites(&self, document: &DocumentId, now: i64) -> Result<u64, StoreError> {
        let all = self.scan(Key::Invite(InviteId([0; 16])), |key, value| match (key, value) {
            (Key::Invite(_), Value::Invite(row)) => Some(row),
            _ => None,
        });
        Ok(all.filter(|row| row.document == *document && row.used_by.is_none() && row.expires >= now).count() as u64)
    }

    fn put_request(&mut self, row: &RequestRow) -> Result<(), StoreError> {
        self.put(Key::RequestOf(row.invite), Some(Value::RequestId(row.request)))?;
        self.put(Key::Request(row.request), Some(Value::Request(row.clone())))
    }

    fn request(&self, request: &RequestId) -> Result<Option<RequestRow>, StoreError> {
        Ok(row!(self, Key::Request(*request), Request))
    }

    fn request_of(&self, invite: &InviteId) -> Result<Option<RequestRow>, StoreError> {
        match row!(self, Key::RequestOf(*invite), RequestId) {
            Some(request) => self.request(&request),
            None => Ok(None),
        }
    }

    fn waiting(&self, document: &DocumentId) -> Result<Vec<RequestRow>, StoreError> {
        let all = self.scan(Key::Request(RequestId([0; 16])), |key, value| match (key, value) {
            (Key::Request(_), Value::Request(row)) => Some(row),
            _ => None,
        });
        Ok(all.filter(|row| row.document == *document && row.decision == Decision::Waiting).cloned().collect())
    }

    fn may_read_blob(&self, document: &DocumentId, blob: &BlobId, enrolment: &PublicKey) -> Result<bool, StoreError> {
        let mut all = self.scan(Key::Request(RequestId([0; 16])), |key, value| match (key, value) {
            (Key::Request(_), Value::Request(row)) => Some(row),
            _ => None,
        });
        Ok(all.any(|row| {
            let Decision::Admitted { seq } = row.decision else { return false };
            row.document == *document
                && row.enrolment == *enrolment
                && row!(self, Key::Admission(*document, seq), Admission).is_some_and(|admission| admission.blob == *blob)
        }))
    }

    fn put_admission(&mut self, document: &DocumentId, seq: u64, row: &AdmissionRow) -> Result<(), StoreError> {
        self.put(Key::Admission(*document, seq), Some(Value::Admission(row.clone())))
    }

    fn admission(&self, document: &DocumentId, seq: u64) -> Result<Option<AdmissionRow>, StoreError> {
        Ok(row!(self, Key::Admission(*document, seq), Admission))
    }

    fn create_blob(&mut self, document: &DocumentId, blob: &BlobId, total: u32) -> Result<(), StoreError> {
        let key = Key::Blob(*document, *blob);
        if self.rows.contains_key(&key) {
            return Ok(());
        }
        self.put(key, Some(Value::Blob(BlobRow { total, stored: 0 })))
    }

    fn blob(&self, document: &DocumentId, blob: &BlobId) -> Result<Option<BlobRow>, StoreError> {
        Ok(row!(self, Key::Blob(*document, *blob), Blob))
    }

    fn blobs(&self, document: &DocumentId) -> Result<u64, StoreError> {
        let from = Key::Blob(*document, BlobId([0; 16]));
        Ok(self.scan(from, |key, _| matches!(key, Key::Blob(of, _) if of == document).then_some(())).count() as u64)
    }

    fn put_chunk(&mut self, document: &DocumentId, blob: &BlobId, index: u32, bytes: &[u8]) -> Result<(), StoreError> {
        let Some(mut row) = self.blob(document, blob)? else {
            return Err(StoreError::Failed("a chunk of a blob that was not announced".into()));
        };
        let key = Key::Chunk(*document, *blob, index);
        if self.rows.contains_key(&key) {
            return Ok(());
        }
        row.stored += 1;
        self.put(Key::Blob(*document, *blob), Some(Value::Blob(row)))?;
        self.put(key, Some(Value::Bytes(Bytes::copy_from_slice(bytes))))
    }

    fn chunk(&self, document: &DocumentId, blob: &BlobId, index: u32) -> Result<Option<Bytes>, StoreError> {
        Ok(row!(self, Key::Chunk(*document, *blob, index), Bytes))
    }

    fn put_enrolment(&mut self, enrolment: &PublicKey, account: &PublicKey) -> Result<(), StoreError> {
        self.put(Key::Enrolment(*enrolment), Some(Value::Account(*account)))
    }

    fn account(&self, enrolment: &PublicKey) -> Result<Option<PublicKey>, StoreError> {
        Ok(row!(self, Key::Enrolment(*enrolment), Account))
    }

    fn usage(&self, account: &PublicKey) -> Result<(u64, u64), StoreError> {
        let enrolments = self
            .scan(Key::Enrolment(PublicKey([0; 32])), |key, value| match (key, value) {
                (Key::Enrolment(_), Value::Account(of)) => Some(of),
                _ => None,
            })
            .filter(|of| *of == account)
            .count();
        let documents = self
            .scan(Key::Document(DocumentId([0; 16])), |key, value| match (key, value) {
                (Key::Document(_), Value::Document(row)) => Some(&row.account),
                _ => None,
            })
            .filter(|of| *of == account)
            .count();
        Ok((enrolments as u64, documents as u64))
    }

    fn put_token(&mut self, token: &Digest, devices_left: u32) -> Result<(), StoreError> {
        self.put(Key::Token(*token), Some(Value::Number(devices_left.into())))
    }

    fn token(&self, token: &Digest) -> Result<Option<u32>, StoreError> {
        Ok(row!(self, Key::Token(*token), Number).and_then(|left| u32::try_from(left).ok()))
    }

    fn put_guest_link(&mut self, link: &GuestLinkId, row: &GuestLinkRow) -> Result<(), StoreError> {
        self.put(Key::GuestLink(*link), Some(Value::GuestLink(row.clone())))
    }

    fn guest_link(&self, link: &GuestLinkId) -> Result<Option<GuestLinkRow>, StoreError> {
        Ok(row!(self, Key::GuestLink(*link), GuestLink))
    }

    fn open_guest_links(&self, document: &DocumentId, now: i64) -> Result<u64, StoreError> {
        let all = self.scan(Key::GuestLink(GuestLinkId([0; 16])), |key, value| match (key, value) {
            (Key::GuestLink(_), Value::GuestLink(row)) => Some(row),
            _ => None,
        });
        Ok(all.filter(|row| row.document == *document && row.card.is_some() && row.expires >= now).count() as u64)
    }

    fn put_guest_item(&mut self, row: &GuestItemRow) -> Result<(), StoreError> {
        self.put(Key::GuestItem(row.link, row.item), Some(Value::Bytes(row.sealed.clone())))
    }

    fn guest_item(&self, link: &GuestLinkId, item: &GuestItemId) -> Result<Option<Bytes>, StoreError> {
        Ok(row!(self, Key::GuestItem(*link, *item), Bytes))
    }

    fn guest_items(
        &self,
        document: &DocumentId,
        after: Option<&(GuestLinkId, GuestItemId)>,
        limit: usize,
    ) -> Result<Vec<GuestItemRow>, StoreError> {
        let mut left = limit;
        let mut found = Vec::new();
        for row in self.all_guest_items() {
            if after.is_some_and(|after| (row.link, row.item) <= *after) || self.guest_document(&row.link) != Some(*document) {
                continue;
            }
            if row.sealed.len() > left && !found.is_empty() {
                break;
            }
            left = left.saturating_sub(row.sealed.len());
            found.push(row);
        }
        Ok(found)
    }

    fn guest_waiting(&self, link: &GuestLinkId) -> Result<(u64, u64), StoreError> {
        let document = self.guest_document(link);
        let (mut items, mut bytes) = (0, 0);
        for row in self.all_guest_items() {
            items += u64::from(row.link == *link);
            if self.guest_document(&row.link) == document {
                bytes += row.sealed.len() as u64;
            }
        }
        Ok((items, bytes))
    }

    fn drop_guest_item(&mut self, link: &GuestLinkId, item: &GuestItemId) -> Result<(), StoreError> {
        self.put(Key::GuestItem(*link, *item), None)
    }

    fn put_guest_reading(&mut self, link: &GuestLinkId, row: Option<&GuestReadingRow>) -> Result<(), StoreError> {
        self.put(Key::GuestReading(*link), row.map(|row| Value::GuestReading(row.clone())))
    }

    fn guest_reading(&self, link: &GuestLinkId) -> Result<Option<GuestReadingRow>, StoreError> {
        Ok(row!(self, Key::GuestReading(*link), GuestReading))
    }

    fn close_guest_readings(&mut self, now: i64) -> Result<(), StoreError> {
        let over: Vec<GuestLinkId> = self
            .scan(Key::GuestReading(GuestLinkId([0; 16])), |key, value| match (key, value) {
                (Key::GuestReading(link), Value::GuestReading(row)) => Some((*link, row.until)),
                _ => None,
            })
            .filter(|(_, until)| *until <= now)
            .map(|(link, _)| link)
            .collect();
        for link in over {
            self.put_guest_reading(&link, None)?;
        }
        Ok(())
    }

    fn put_guest_code(&mut self, link: &GuestLinkId, row: Option<&GuestCodeRow>) -> Result<(), StoreError> {
        self.put(Key::GuestCode(*link), row.map(|row| Value::GuestCode(row.clone())))
    }

    fn guest_code(&self, code: &GuestCodeId) -> Result<Option<(GuestLinkId, GuestCodeRow)>, StoreError> {
        Ok(self.all_guest_codes().find(|(_, row)| row.code == *code))
    }

    fn drop_guest_codes(&mut self, now: i64) -> Result<(), StoreError> {
        let over: Vec<_> = self.all_guest_codes().filter(|(_, row)| row.until <= now).collect();
        for (link, _) in over {
            self.put_guest_code(&link, None)?;
        }
        Ok(())
    }
}
