//! What grows a log: appends and commits (protocol 2, 3 and 5).

use bytes::Bytes;
use kith_group::{CommitAad, DeviceId, DocumentId, Judged, Record, RecordHead, RecordKind, RelayGroup, Seen, chain, may_append};

use super::connection::Deferred;
use super::rooms::HeldAppend;
use super::step::{Asker, Step, record_reason};
use super::store::{AdmissionRow, Appended, Decision, Head, NewRecord, Place, RemovedRow, RequestRow, StoreError};
use super::{ConnId, MAX_ADMISSION};
use crate::wire::{About, Admission, Reason, ServerMessage};

/// The most requests that one admission may answer.
const MAX_ADMITTED: usize = 64;

/// What came of judging a commit.
enum Verdict {
    /// It is lawful and everything that it needs is here.
    Take(Box<Judged>, Vec<RequestRow>),
    /// It is not, for this reason.
    Refuse(Reason),
    /// The log has grown since the admission was built.
    Moved,
}

impl Step<'_> {
    /// A record that is not a commit.
    pub(super) fn append(&mut self, conn: ConnId, bytes: Bytes) -> Result<(), StoreError> {
        match Record::decode(&bytes) {
            Ok(record) => self.append_record(conn, record.head, bytes),
            Err(error) => {
                self.refuse_and_close(conn, record_reason(&error));
                Ok(())
            }
        }
    }

    pub(super) fn append_record(&mut self, conn: ConnId, head: RecordHead, bytes: Bytes) -> Result<(), StoreError> {
        let RecordHead { document, k, sender, .. } = head;
        let about = About::Record { document, k };
        let Some(asker) = self.asker(conn, &document, about.clone())? else { return Ok(()) };
        if asker.device != sender {
            self.refuse(conn, about, Reason::NotMember);
            return Ok(());
        }
        let mark = self.mark(&document, &sender)?;
        if k <= mark && k > 0 {
            // Whatever the bytes: the first that came under this number stands (protocol 3). A record that was pruned since has
            // no place any more and answers 0.
            let seq = self.store.numbered(&document, &sender, k)?.unwrap_or(0);
            self.effects.counts.repeated += 1;
            self.send(conn, &ServerMessage::Accepted { document, k, seq });
            return Ok(());
        }
        let Some((now, lawful, full)) = self.open(&document)?.map(|open| {
            let lawful = may_append(open.group.roster(), &sender, head.kind).is_ok();
            (open.head, lawful, open.bytes)
        }) else {
            return Ok(());
        };
        // Commits consume an epoch and receipts are kept beside the log; both have their own message. A generation opens with a
        // group of its own, which this version cannot take yet: it must not stand in the log without one.
        let own_message = matches!(head.kind, RecordKind::Commit | RecordKind::Receipt | RecordKind::Generation);
        if !lawful || own_message {
            self.refuse(conn, about, Reason::NotAllowed);
            return Ok(());
        }
        if self.is_held(&document) {
            self.wait_for_release(conn, head, bytes);
            return Ok(());
        }
        if (head.generation, head.epoch) != (now.generation, now.epoch) {
            self.effects.counts.stale += 1;
            return self.defer(conn, document, Deferred::Stale { k });
        }
        if k != mark + 1 {
            self.refuse_expecting(conn, about, Reason::Gap, Some(mark + 1));
            return Ok(());
        }
        if full.saturating_add(bytes.len() as u64) > self.core.config.limits.log_bytes {
            self.refuse(conn, about, Reason::Later);
            return Ok(());
        }
        match self.store_record(&document, &now, now.epoch, sender, Place::Numbered { k }, &bytes)? {
            Some(seq) => {
                if let Some(open) = self.open(&document)? {
                    open.raise_mark(sender, k);
                }
                self.effects.counts.appended += 1;
                self.send(conn, &ServerMessage::Accepted { document, k, seq });
            }
            None => self.refuse(conn, about, Reason::Later),
        }
        Ok(())
    }

    fn mark(&mut self, document: &DocumentId, sender: &DeviceId) -> Result<u64, StoreError> {
        let Some(open) = self.core.groups.open(self.store, document)? else { return Ok(0) };
        open.mark(self.store, document, sender)
    }

    /// Puts an append at the end of those that wait for a hold to end, if its connection has not too many there.
    fn wait_for_release(&mut self, conn: ConnId, head: RecordHead, bytes: Bytes) {
        let limits = self.core.config.limits;
        let about = About::Record { document: head.document, k: head.k };
        let room = self.core.rooms.get_mut(&head.document);
        let connection = self.core.connections.get_mut(&conn);
        if let (Some(room), Some(connection)) = (room, connection) {
            let (count, size) = connection.held;
            if count < limits.held_appends && size.saturating_add(bytes.len()) <= limits.held_bytes {
                connection.held = (count + 1, size + bytes.len());
                room.waiting.push_back(HeldAppend { conn, head, bytes });
                return;
            }
        }
        self.refuse(conn, about, Reason::Later);
    }

    /// Appends to the log and remembers it for the next flush. `None`: another writer was first; what was in memory is dropped.
    fn store_record(
        &mut self,
        document: &DocumentId,
        expected: &Head,
        epoch: u64,
        sender: DeviceId,
        place: Place,
        bytes: &Bytes,
    ) -> Result<Option<u64>, StoreError> {
        let seq = expected.seq + 1;
        let next = Head { generation: expected.generation, epoch, seq, hash: chain(&expected.hash, bytes) };
        let record = NewRecord { sender, place, bytes: bytes.clone(), received_ms: self.now_ms };
        if self.store.append(document, expected, &next, &record)? == Appended::Conflict {
            self.core.groups.forget(document);
            if let Some(room) = self.core.rooms.get_mut(document) {
                room.fresh.clear();
            }
            return Ok(None);
        }
        if let Some(open) = self.open(document)? {
            open.head = next;
            open.bytes += bytes.len() as u64;
        }
        if let Some(room) = self.core.rooms.get_mut(document) {
            room.fresh.push_back((seq, bytes.clone()));
        }
        self.core.grown.insert(*document);
        Ok(Some(seq))
    }

    /// A commit, with an admission if it adds devices: one request, all or nothing.
    pub(super) fn commit(&mut self, conn: ConnId, bytes: &Bytes, admission: Option<Admission>) -> Result<(), StoreError> {
        let record = match Record::decode(bytes) {
            Ok(record) => record,
            Err(error) => {
                self.refuse_and_close(conn, record_reason(&error));
                return Ok(());
            }
        };
        let RecordHead { document, k, sender, generation, epoch, kind } = record.head;
        let about = About::Commit { document, epoch };
        let Some(asker) = self.asker(conn, &document, about.clone())? else { return Ok(()) };
        if asker.device != sender {
            self.refuse(conn, about, Reason::NotMember);
            return Ok(());
        }
        if kind != RecordKind::Commit {
            self.refuse(conn, about, Reason::NotAllowed);
            return Ok(());
        }
        let Some(now) = self.open(&document)?.map(|open| open.head) else { return Ok(()) };
        if (generation, epoch) < (now.generation, now.epoch) {
            return match self.store.commit_at(&document, generation, epoch)? {
                Some((seq, stored)) if stored == *bytes => {
                    self.effects.counts.repeated += 1;
                    self.send(conn, &ServerMessage::Accepted { document, k, seq });
                    Ok(())
                }
                _ => self.defer(conn, document, Deferred::EpochTaken { epoch }),
            };
        }
        if (generation, epoch) > (now.generation, now.epoch) {
            // Nobody can commit in an epoch that has not begun, unless this relay lost records: the client knows which it is.
            self.refuse(conn, about, Reason::NotAllowed);
            return Ok(());
        }
        match self.judge(&document, &asker, &record, admission.as_ref())? {
            Verdict::Refuse(reason) => {
                self.refuse(conn, about, reason);
                Ok(())
            }
            Verdict::Moved => self.defer(conn, document, Deferred::Moved { epoch }),
            Verdict::Take(judged, requests) => self.take_commit(conn, &record, bytes, *judged, admission, requests),
        }
    }

    /// Whether a commit of the current epoch is lawful, on time, and complete.
    fn judge(
        &mut self,
        document: &DocumentId,
        asker: &Asker,
        record: &Record,
        admission: Option<&Admission>,
    ) -> Result<Verdict, StoreError> {
        let every = self.core.config.commit_every_ms;
        let now_ms = self.now_ms;
        let Some(open) = self.open(document)? else { return Ok(Verdict::Refuse(Reason::Unknown)) };
        let Ok(judged) = open.group.judge(&record.body, &asker.device) else {
            return Ok(Verdict::Refuse(Reason::NotAllowed));
        };
        if judged.next.epoch() != open.head.epoch + 1 {
            return Ok(Verdict::Refuse(Reason::NotAllowed));
        }
        let since = now_ms.saturating_sub(open.committed_ms);
        if judged.removed.is_empty() && (0..every).contains(&since) {
            return Ok(Verdict::Refuse(Reason::Later));
        }
        let here = Seen { seq: open.head.seq, hash: open.head.hash };
        let admission = match (admission, judged.added.is_empty()) {
            (None, true) => return Ok(Verdict::Take(Box::new(judged), Vec::new())),
            (Some(admission), false) => admission,
            // Whoever is added must be able to read, and nothing is kept for nobody.
            (None, false) | (Some(_), true) => return Ok(Verdict::Refuse(Reason::NotAllowed)),
        };
        if record.body.len() + admission.welcome.len() + admission.pack.len() > MAX_ADMISSION
            || admission.requests.len() > MAX_ADMITTED
        {
            return Ok(Verdict::Refuse(Reason::TooLarge));
        }
        match CommitAad::decode(&judged.authenticated) {
            Err(_) => return Ok(Verdict::Refuse(Reason::NotAllowed)),
            // The joiner's cursor is this commit, so the admission must cover everything before it (notes 6.5).
            Ok(aad) if aad.seen != here => return Ok(Verdict::Moved),
            Ok(_) => {}
        }
        let complete = self.store.blob(document, &admission.blob)?.is_some_and(|blob| blob.stored == blob.total);
        if !complete {
            return Ok(Verdict::Refuse(Reason::Unknown));
        }
        let mut requests = Vec::new();
        for request in &admission.requests {
            match self.store.request(request)? {
                Some(row) if row.document == *document && row.decision == Decision::Waiting => requests.push(row),
                _ => return Ok(Verdict::Refuse(Reason::Unknown)),
            }
        }
        Ok(Verdict::Take(Box::new(judged), requests))
    }

    fn take_commit(
        &mut self,
        conn: ConnId,
        record: &Record,
        bytes: &Bytes,
        judged: Judged,
        admission: Option<Admission>,
        requests: Vec<RequestRow>,
    ) -> Result<(), StoreError> {
        let RecordHead { document, k, sender, epoch, .. } = record.head;
        let Some((now, before)) = self.open(&document)?.map(|open| (open.head, open.group.clone())) else {
            return Ok(());
        };
        let Some(seq) = self.store_record(&document, &now, now.epoch + 1, sender, Place::Commit, bytes)? else {
            self.refuse(conn, About::Commit { document, epoch }, Reason::Later);
            return Ok(());
        };
        self.store.replace_group(&document, &judged.next.to_bytes())?;
        let now_ms = self.now_ms;
        if let Some(open) = self.open(&document)? {
            open.group = judged.next;
            open.committed_ms = now_ms;
        }
        self.effects.counts.commits += 1;
        self.put_out(&document, &before, &judged.removed, seq, bytes)?;
        for device in &judged.added {
            self.store.put_removed(&document, device, None)?;
        }
        self.send(conn, &ServerMessage::Accepted { document, k, seq });
        if let Some(admission) = admission {
            let row = AdmissionRow { welcome: admission.welcome.into(), pack: admission.pack.into(), blob: admission.blob };
            self.store.put_admission(&document, seq, &row)?;
            for mut request in requests {
                request.decision = Decision::Admitted { seq };
                self.store.put_request(&request)?;
                self.tell_watchers(&request)?;
            }
            self.tell_leads_what_waits(&document, conn)?;
        }
        // Whatever waited was sealed under the epoch that is over now.
        self.end_hold(&document)
    }

    /// Removed devices read this commit and nothing newer: their cursors are dropped before the commit is acknowledged, so that
    /// nothing can be pumped to them any more.
    fn put_out(
        &mut self,
        document: &DocumentId,
        before: &RelayGroup,
        removed: &[DeviceId],
        seq: u64,
        bytes: &Bytes,
    ) -> Result<(), StoreError> {
        for device in removed {
            if let Some(member) = before.roster().member(device) {
                let row = RemovedRow { public: member.public, seq };
                self.store.put_removed(document, device, Some(&row))?;
            }
            let present: Vec<ConnId> =
                self.core.rooms.get(document).map(|room| room.present.iter().copied().collect()).unwrap_or_default();
            for conn in present {
                if self.attached(conn, document).is_some_and(|attached| attached.device == *device) {
                    self.detach(conn, document);
                    let message = ServerMessage::Removed { document: *document, seq, record: bytes.to_vec() };
                    self.send(conn, &message);
                }
            }
        }
        Ok(())
    }

    /// Takes one document away from a connection.
    pub(super) fn detach(&mut self, conn: ConnId, document: &DocumentId) {
        self.leave(conn, document);
        if let Some(connection) = self.core.connections.get_mut(&conn) {
            connection.documents.remove(document);
            connection.behind.retain(|behind| behind != document);
        }
    }
}
