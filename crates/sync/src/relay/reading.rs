//! Reading a log: proving membership, catching up, and following live. A reader is a cursor, never a queue.

use bytes::Bytes;
use kith_group::{DeviceId, DocumentId, Signature, subscribe_message, verify_signature};

use super::ConnId;
use super::connection::{Attached, Deferred};
use super::step::Step;
use super::store::StoreError;
use crate::wire::{About, MAX_RECORDS_BYTES, Reason, ServerMessage};

/// Answers that one reader may have waiting for records before them.
const MAX_DEFERRED: usize = 256;

impl Step<'_> {
    /// Verifies a device's key over this connection's challenge.
    pub(super) fn prove(
        &mut self,
        conn: ConnId,
        document: DocumentId,
        device: DeviceId,
        signature: &Signature,
    ) -> Result<(), StoreError> {
        let about = About::Document(document);
        let relay = self.relay()?;
        let most = self.core.config.limits.per_connection;
        let Some(connection) = self.core.connections.get(&conn) else { return Ok(()) };
        let again = connection.documents.get(&document).is_some_and(|attached| attached.device == device);
        if !connection.documents.contains_key(&document) && connection.documents.len() >= most {
            self.refuse(conn, about, Reason::Later);
            return Ok(());
        }
        let message = subscribe_message(&relay, &connection.nonce.0, &document);
        let Some((head, member)) = self.open(&document)?.map(|open| (open.head, open.group.roster().member(&device).copied()))
        else {
            self.refuse(conn, about, Reason::Unknown);
            return Ok(());
        };
        let Some(member) = member else { return self.prove_removed(conn, document, device, &message, signature) };
        if !verify_signature(&member.public, &message, signature) {
            self.refuse(conn, about, Reason::BadSignature);
            return Ok(());
        }
        if !again {
            self.detach(conn, &document);
            if let Some(connection) = self.core.connections.get_mut(&conn) {
                connection.documents.insert(document, Attached::new(device));
                self.core.rooms.entry(document).or_default().present.insert(conn);
            }
        }
        let k = self.store.mark(&document, &device)?;
        let proved = ServerMessage::Proved { document, generation: head.generation, epoch: head.epoch, head: head.seq, k };
        self.send(conn, &proved);
        Ok(())
    }

    /// A device that was removed is given the commit that did it, once it has shown that it is that device.
    fn prove_removed(
        &mut self,
        conn: ConnId,
        document: DocumentId,
        device: DeviceId,
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), StoreError> {
        let about = About::Document(document);
        let Some(row) = self.store.removed(&document, &device)? else {
            self.refuse(conn, about, Reason::NotMember);
            return Ok(());
        };
        if !verify_signature(&row.public, message, signature) {
            self.refuse(conn, about, Reason::BadSignature);
            return Ok(());
        }
        let record = self.record(&document, row.seq)?;
        self.send(conn, &ServerMessage::Removed { document, seq: row.seq, record: record.to_vec() });
        Ok(())
    }

    /// One record of a log.
    pub(super) fn record(&self, document: &DocumentId, seq: u64) -> Result<Bytes, StoreError> {
        let mut found = self.store.records(document, seq.saturating_sub(1), 0)?;
        found.pop().ok_or_else(|| StoreError::Damaged("a commit that must be kept is not there".into()))
    }

    /// Sets a reader's cursor. A client that has more than the relay is told the relay's head at once and draws its conclusion
    /// (protocol 2: a relay restored from its backup).
    pub(super) fn catch_up(&mut self, conn: ConnId, document: DocumentId, from: u64) -> Result<(), StoreError> {
        if self.asker(conn, &document, About::Document(document))?.is_none() {
            return Ok(());
        }
        let Some(head) = self.open(&document)?.map(|open| open.head.seq) else { return Ok(()) };
        if let Some(attached) = self.attached(conn, &document) {
            attached.cursor = Some(from.min(head));
            attached.live = false;
            attached.receipts_due = true;
        }
        self.pump_document(conn, document)
    }

    /// Sends what was appended since the last flush to everybody who has the log up to there and has room.
    pub(super) fn fan_out(&mut self) -> Result<(), StoreError> {
        for document in std::mem::take(&mut self.core.grown) {
            let present: Vec<ConnId> =
                self.core.rooms.get(&document).map(|room| room.present.iter().copied().collect()).unwrap_or_default();
            for conn in present {
                self.pump_document(conn, document)?;
            }
            if let Some(room) = self.core.rooms.get_mut(&document) {
                room.fresh.clear();
            }
        }
        self.core.frames.clear();
        Ok(())
    }

    /// Sends to one connection what waits for room, document by document in turn, blobs last.
    pub(super) fn pump(&mut self, conn: ConnId) -> Result<(), StoreError> {
        while self.has_room(conn) {
            let next = self.core.connections.get_mut(&conn).and_then(|connection| connection.behind.pop_front());
            match next {
                Some(document) => self.pump_document(conn, document)?,
                None => break,
            }
        }
        self.pump_blobs(conn)
    }

    /// Moves one reader's cursor as far as its window allows, then sends what had to come after.
    pub(super) fn pump_document(&mut self, conn: ConnId, document: DocumentId) -> Result<(), StoreError> {
        loop {
            let Some(attached) = self.attached(conn, &document) else { return Ok(()) };
            let (device, live) = (attached.device, attached.live);
            let Some(cursor) = attached.cursor else { return Ok(()) };
            let Some((head, member)) =
                self.open(&document)?.map(|open| (open.head.seq, open.group.roster().member(&device).is_some()))
            else {
                return Ok(());
            };
            if !member {
                return self.put_out_late(conn, document, device);
            }
            let due = self
                .attached(conn, &document)
                .is_some_and(|attached| !attached.deferred.is_empty() || attached.receipts_due || attached.requests_due);
            if cursor >= head && live && !due {
                return Ok(());
            }
            if !self.has_room(conn) {
                if let Some(connection) = self.core.connections.get_mut(&conn) {
                    connection.mark_behind(document);
                }
                return Ok(());
            }
            if cursor < head {
                let (frame, reached) = self.records_frame(&document, cursor)?;
                self.effects.counts.delivered += reached - cursor;
                if let Some(attached) = self.attached(conn, &document) {
                    attached.cursor = Some(reached);
                }
                self.send_frame(conn, frame);
            } else if !live {
                if let Some(attached) = self.attached(conn, &document) {
                    attached.live = true;
                }
                self.send(conn, &ServerMessage::Live { document, head });
            } else {
                return self.send_due(conn, document);
            }
        }
    }

    /// Sends what had to wait until the reader was at the head.
    fn send_due(&mut self, conn: ConnId, document: DocumentId) -> Result<(), StoreError> {
        let Some(attached) = self.attached(conn, &document) else { return Ok(()) };
        let deferred = std::mem::take(&mut attached.deferred);
        let receipts = std::mem::take(&mut attached.receipts_due);
        let requests = std::mem::take(&mut attached.requests_due);
        for answer in deferred {
            self.answer(conn, document, &answer)?;
        }
        if receipts {
            self.send_receipts(conn, document)?;
        }
        if requests {
            self.send_requests(conn, document)?;
        }
        Ok(())
    }

    /// Answers once the reader has the log up to the head; at once if it does not follow the log on this connection.
    pub(super) fn defer(&mut self, conn: ConnId, document: DocumentId, answer: Deferred) -> Result<(), StoreError> {
        let Some(attached) = self.attached(conn, &document) else { return Ok(()) };
        if attached.cursor.is_none() {
            return self.answer(conn, document, &answer);
        }
        if attached.deferred.len() >= MAX_DEFERRED {
            let about = match answer {
                Deferred::Stale { k } => About::Record { document, k },
                Deferred::EpochTaken { epoch } | Deferred::Moved { epoch } => About::Commit { document, epoch },
                Deferred::Held => About::Document(document),
            };
            self.refuse(conn, about, Reason::Later);
            return Ok(());
        }
        attached.deferred.push_back(answer);
        self.pump_document(conn, document)
    }

    fn answer(&mut self, conn: ConnId, document: DocumentId, answer: &Deferred) -> Result<(), StoreError> {
        let Some(head) = self.open(&document)?.map(|open| open.head) else { return Ok(()) };
        match answer {
            Deferred::Stale { k } => {
                let stale = ServerMessage::Stale { document, k: *k, generation: head.generation, epoch: head.epoch };
                self.send(conn, &stale);
            }
            Deferred::EpochTaken { epoch } => self.refuse(conn, About::Commit { document, epoch: *epoch }, Reason::EpochTaken),
            Deferred::Moved { epoch } => self.refuse(conn, About::Commit { document, epoch: *epoch }, Reason::Moved),
            Deferred::Held => {
                let now_ms = self.now_ms;
                let own = self.core.rooms.get(&document).and_then(|room| room.hold.as_ref()).filter(|hold| hold.by == conn);
                match own.map(|hold| hold.until_ms.saturating_sub(now_ms)) {
                    Some(left) if left > 0 => {
                        let left = u32::try_from(left).unwrap_or(u32::MAX);
                        self.send(conn, &ServerMessage::Held { document, head: head.seq, left });
                    }
                    _ => self.refuse(conn, About::Document(document), Reason::Later),
                }
            }
        }
        Ok(())
    }

    /// A frame of records after `cursor`, and the cursor after it. Encoded once in a batch for all readers at the same place.
    fn records_frame(&mut self, document: &DocumentId, cursor: u64) -> Result<(Bytes, u64), StoreError> {
        let key = (*document, cursor);
        if let Some((frame, reached)) = self.core.frames.get(&key) {
            return Ok((frame.clone(), *reached));
        }
        let first = cursor + 1;
        let fresh = self.core.rooms.get(document).map(|room| &room.fresh);
        let records = match fresh.and_then(|fresh| fresh.front().map(|(seq, _)| (fresh, *seq))) {
            Some((fresh, start)) if start <= first => {
                let mut left = MAX_RECORDS_BYTES;
                let mut records = Vec::new();
                for (_, bytes) in fresh.iter().filter(|(seq, _)| *seq >= first) {
                    if bytes.len() > left && !records.is_empty() {
                        break;
                    }
                    left = left.saturating_sub(bytes.len());
                    records.push(bytes.clone());
                }
                records
            }
            _ => self.store.records(document, cursor, MAX_RECORDS_BYTES)?,
        };
        if records.is_empty() {
            return Err(StoreError::Damaged("a log ends before its head".into()));
        }
        let reached = cursor + records.len() as u64;
        let records = records.iter().map(|bytes| bytes.to_vec().into()).collect();
        let frame = Bytes::from(ServerMessage::Records { document: *document, first, records }.to_frame());
        self.core.frames.insert(key, (frame.clone(), reached));
        Ok((frame, reached))
    }

    /// A reader whose device another relay on the same store has removed.
    fn put_out_late(&mut self, conn: ConnId, document: DocumentId, device: DeviceId) -> Result<(), StoreError> {
        self.detach(conn, &document);
        match self.store.removed(&document, &device)? {
            Some(row) => {
                let record = self.record(&document, row.seq)?;
                self.send(conn, &ServerMessage::Removed { document, seq: row.seq, record: record.to_vec() });
            }
            None => self.refuse(conn, About::Document(document), Reason::NotMember),
        }
        Ok(())
    }
}
