//! `RelayStore` over SQLite.

use bytes::Bytes;
use kith_group::{
    BlobId, ChainHash, DeviceId, Digest, DocumentId, GuestCodeId, GuestItemId, GuestLinkId, InviteId, PublicKey, RelayId,
    RequestId,
};
use kith_sync::relay::{
    AdmissionRow, Appended, BlobRow, Decision, DocumentRow, GuestCodeRow, GuestItemRow, GuestLinkRow, GuestReadingRow, Head,
    InviteRow, NewRecord, Place, ReceiptRow, RelayEngine, RelayStore, RemovedRow, RequestRow, StoreError,
};
use rusqlite::{OptionalExtension as _, Params, Row, params};

use super::SqliteStore;
use super::rows::{failed, int, number, number_if_any};

type Result<T> = std::result::Result<T, StoreError>;

impl SqliteStore {
    fn one<T>(&self, sql: &str, params: impl Params, read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>) -> Result<Option<T>> {
        self.db.prepare_cached(sql).and_then(|mut statement| statement.query_row(params, read).optional()).map_err(failed)
    }

    fn all<T>(&self, sql: &str, params: impl Params, read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>) -> Result<Vec<T>> {
        let mut statement = self.db.prepare_cached(sql).map_err(failed)?;
        let rows = statement.query_map(params, read).map_err(failed)?;
        rows.collect::<rusqlite::Result<_>>().map_err(failed)
    }

    fn count(&self, sql: &str, params: impl Params) -> Result<u64> {
        Ok(self.one(sql, params, |row| number(row, 0))?.unwrap_or(0))
    }

    fn run(&self, sql: &str, params: impl Params) -> Result<usize> {
        self.db.prepare_cached(sql).and_then(|mut statement| statement.execute(params)).map_err(failed)
    }
}

impl RelayEngine for SqliteStore {
    fn begin(&mut self) -> Result<()> {
        // Immediate: whoever reads here will write, and two that upgrade later would fail.
        self.run("BEGIN IMMEDIATE", []).map(|_| ())
    }

    fn commit(&mut self) -> Result<()> {
        self.run("COMMIT", []).map(|_| ())
    }

    fn rollback(&mut self) -> Result<()> {
        // SQLite ends a transaction by itself on some errors.
        if self.db.is_autocommit() {
            return Ok(());
        }
        self.run("ROLLBACK", []).map(|_| ())
    }
}

fn bytes(row: &Row<'_>, column: usize) -> rusqlite::Result<Bytes> {
    row.get::<_, Vec<u8>>(column).map(Bytes::from)
}

fn request(row: &Row<'_>) -> rusqlite::Result<RequestRow> {
    let decision = match (row.get::<_, i64>(6)?, number_if_any(row, 7)?) {
        (2, Some(seq)) => Decision::Admitted { seq },
        (1, _) => Decision::Declined,
        _ => Decision::Waiting,
    };
    Ok(RequestRow {
        request: RequestId(row.get::<_, [u8; 16]>(0)?),
        invite: InviteId(row.get::<_, [u8; 16]>(1)?),
        document: DocumentId(row.get::<_, [u8; 16]>(2)?),
        enrolment: PublicKey(row.get::<_, [u8; 32]>(3)?),
        sealed: bytes(row, 4)?,
        nonce: row.get::<_, Option<[u8; 32]>>(5)?.map(Digest),
        decision,
    })
}

const REQUEST: &str = "SELECT id, invite, document, enrolment, sealed, nonce, decision, seq FROM request";

impl RelayStore for SqliteStore {
    fn relay_id(&self) -> Result<RelayId> {
        Ok(self.relay)
    }

    fn document(&self, document: &DocumentId) -> Result<Option<DocumentRow>> {
        self.one(
            "SELECT generation, epoch, seq, hash, creation, account, committed_ms, bytes FROM document WHERE id = ?1",
            [&document.0],
            |row| {
                Ok(DocumentRow {
                    head: Head {
                        generation: row.get(0)?,
                        epoch: number(row, 1)?,
                        seq: number(row, 2)?,
                        hash: ChainHash(row.get::<_, [u8; 32]>(3)?),
                    },
                    creation: Digest(row.get::<_, [u8; 32]>(4)?),
                    account: PublicKey(row.get::<_, [u8; 32]>(5)?),
                    committed_ms: row.get(6)?,
                    bytes: number(row, 7)?,
                })
            },
        )
    }

    fn create_document(&mut self, document: &DocumentId, row: &DocumentRow, group: &[u8]) -> Result<bool> {
        let made = self.run(
            "INSERT INTO document (id, generation, epoch, seq, hash, creation, account, committed_ms, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING",
            params![
                document.0,
                row.head.generation,
                int(row.head.epoch),
                int(row.head.seq),
                row.head.hash.0,
                row.creation.0,
                row.account.0,
                row.committed_ms,
                int(row.bytes)
            ],
        )?;
        if made == 1 {
            self.replace_group(document, group)?;
        }
        Ok(made == 1)
    }

    fn group(&self, document: &DocumentId) -> Result<Option<Vec<u8>>> {
        self.one("SELECT state FROM document_group WHERE document = ?1", [&document.0], |row| row.get(0))
    }

    fn replace_group(&mut self, document: &DocumentId, group: &[u8]) -> Result<()> {
        self.run("REPLACE INTO document_group (document, state) VALUES (?1, ?2)", params![document.0, group]).map(|_| ())
    }

    fn append(&mut self, document: &DocumentId, expected: &Head, next: &Head, record: &NewRecord) -> Result<Appended> {
        if next.seq != expected.seq + 1 {
            return Ok(Appended::Conflict);
        }
        let (k, committed_ms) = match record.place {
            Place::Numbered { k } => (Some(int(k)), None),
            Place::Commit => (None, Some(record.received_ms)),
        };
        let moved = self.run(
            "UPDATE document SET generation = ?1, epoch = ?2, seq = ?3, hash = ?4, bytes = bytes + ?5,
                    committed_ms = coalesce(?6, committed_ms)
             WHERE id = ?7 AND generation = ?8 AND epoch = ?9 AND seq = ?10 AND hash = ?11",
            params![
                next.generation,
                int(next.epoch),
                int(next.seq),
                next.hash.0,
                int(record.bytes.len() as u64),
                committed_ms,
                document.0,
                expected.generation,
                int(expected.epoch),
                int(expected.seq),
                expected.hash.0
            ],
        )?;
        if moved == 0 {
            return Ok(Appended::Conflict);
        }
        self.run(
            "INSERT INTO record (document, seq, sender, k, generation, epoch, received_ms, hash, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                document.0,
                int(next.seq),
                record.sender.0,
                k,
                expected.generation,
                int(expected.epoch),
                record.received_ms,
                next.hash.0,
                record.bytes.as_ref()
            ],
        )?;
        if let Some(k) = k {
            self.run(
                "INSERT INTO mark (document, sender, k) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET k = max(k, excluded.k)",
                params![document.0, record.sender.0, k],
            )?;
        }
        Ok(Appended::Stored)
    }

    fn records(&self, document: &DocumentId, after: u64, limit: usize) -> Result<Vec<Bytes>> {
        let sql = "SELECT bytes FROM record WHERE document = ?1 AND seq > ?2 ORDER BY seq";
        let mut statement = self.db.prepare_cached(sql).map_err(failed)?;
        let mut rows = statement.query(params![document.0, int(after)]).map_err(failed)?;
        let mut left = limit;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            let record = bytes(row, 0).map_err(failed)?;
            if record.len() > left && !found.is_empty() {
                break;
            }
            left = left.saturating_sub(record.len());
            found.push(record);
            if left == 0 {
                break;
            }
        }
        Ok(found)
    }

    fn mark(&self, document: &DocumentId, sender: &DeviceId) -> Result<u64> {
        self.count("SELECT k FROM mark WHERE document = ?1 AND sender = ?2", params![document.0, sender.0])
    }

    fn numbered(&self, document: &DocumentId, sender: &DeviceId, k: u64) -> Result<Option<u64>> {
        self.one(
            "SELECT seq FROM record WHERE document = ?1 AND sender = ?2 AND k = ?3",
            params![document.0, sender.0, int(k)],
            |row| number(row, 0),
        )
    }

    fn commit_at(&self, document: &DocumentId, generation: u32, epoch: u64) -> Result<Option<(u64, Bytes)>> {
        self.one(
            "SELECT seq, bytes FROM record WHERE document = ?1 AND generation = ?2 AND epoch = ?3 AND k IS NULL",
            params![document.0, generation, int(epoch)],
            |row| Ok((number(row, 0)?, bytes(row, 1)?)),
        )
    }

    fn put_removed(&mut self, document: &DocumentId, device: &DeviceId, row: Option<&RemovedRow>) -> Result<()> {
        match row {
            Some(row) => self.run(
                "REPLACE INTO removed (document, device, public, seq) VALUES (?1, ?2, ?3, ?4)",
                params![document.0, device.0, row.public.0, int(row.seq)],
            ),
            None => self.run("DELETE FROM removed WHERE document = ?1 AND device = ?2", params![document.0, device.0]),
        }
        .map(|_| ())
    }

    fn removed(&self, document: &DocumentId, device: &DeviceId) -> Result<Option<RemovedRow>> {
        self.one("SELECT public, seq FROM removed WHERE document = ?1 AND device = ?2", params![document.0, device.0], |row| {
            Ok(RemovedRow { public: PublicKey(row.get::<_, [u8; 32]>(0)?), seq: number(row, 1)? })
        })
    }

    fn put_receipt(&mut self, document: &DocumentId, row: &ReceiptRow) -> Result<()> {
        self.run(
            "REPLACE INTO receipt (document, device, seq, bytes) VALUES (?1, ?2, ?3, ?4)",
            params![document.0, row.device.0, int(row.seq), row.bytes.as_ref()],
        )
        .map(|_| ())
    }

    fn receipts(&self, document: &DocumentId) -> Result<Vec<ReceiptRow>> {
        self.all("SELECT device, seq, bytes FROM receipt WHERE document = ?1 ORDER BY device", [&document.0], |row| {
            Ok(ReceiptRow { device: DeviceId(row.get::<_, [u8; 16]>(0)?), seq: number(row, 1)?, bytes: bytes(row, 2)? })
        })
    }

    fn put_invite(&mut self, invite: &InviteId, row: &InviteRow) -> Result<()> {
        self.run(
            "INSERT INTO invite (id, document, voucher, expires, account, used_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO UPDATE SET document = excluded.document, voucher = excluded.voucher,
               expires = excluded.expires, account = excluded.account, used_by = excluded.used_by",
            params![invite.0, row.document.0, row.voucher.0, row.expires, row.account.0, row.used_by.map(|key| key.0)],
        )
        .map(|_| ())
    }

    fn invite(&self, invite: &InviteId) -> Result<Option<InviteRow>> {
        self.one("SELECT document, voucher, expires, account, used_by FROM invite WHERE id = ?1", [&invite.0], |row| {
            Ok(InviteRow {
                document: DocumentId(row.get::<_, [u8; 16]>(0)?),
                voucher: Digest(row.get::<_, [u8; 32]>(1)?),
                expires: row.get(2)?,
                account: PublicKey(row.get::<_, [u8; 32]>(3)?),
                used_by: row.get::<_, Option<[u8; 32]>>(4)?.map(PublicKey),
            })
        })
    }

    fn open_invites(&self, document: &DocumentId, now: i64) -> Result<u64> {
        self.count(
            "SELECT count(*) FROM invite WHERE document = ?1 AND used_by IS NULL AND expires >= ?2",
            params![document.0, now],
        )
    }

    fn put_request(&mut self, row: &RequestRow) -> Result<()> {
        let (decision, seq) = match row.decision {
            Decision::Waiting => (0, None),
            Decision::Declined => (1, None),
            Decision::Admitted { seq } => (2, Some(int(seq))),
        };
        self.run(
            "INSERT INTO request (id, invite, document, enrolment, sealed, nonce, decision, seq)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (id) DO UPDATE SET invite = excluded.invite, document = excluded.document,
               enrolment = excluded.enrolment, sealed = excluded.sealed, nonce = excluded.nonce,
               decision = excluded.decision, seq = excluded.seq",
            params![
                row.request.0,
                row.invite.0,
                row.document.0,
                row.enrolment.0,
                row.sealed.as_ref(),
                row.nonce.map(|nonce| nonce.0),
                decision,
                seq
            ],
        )
        .map(|_| ())
    }

    fn request(&self, id: &RequestId) -> Result<Option<RequestRow>> {
        self.one(&format!("{REQUEST} WHERE id = ?1"), [&id.0], request)
    }

    fn request_of(&self, invite: &InviteId) -> Result<Option<RequestRow>> {
        self.one(&format!("{REQUEST} WHERE invite = ?1"), [&invite.0], request)
    }

    fn waiting(&self, document: &DocumentId) -> Result<Vec<RequestRow>> {
        self.all(&format!("{REQUEST} WHERE document = ?1 AND decision = 0 ORDER BY id"), [&document.0], request)
    }

    fn may_read_blob(&self, document: &DocumentId, blob: &BlobId, enrolment: &PublicKey) -> Result<bool> {
        let found = self.count(
            "SELECT count(*) FROM request JOIN admission USING (document, seq)
             WHERE request.document = ?1 AND request.decision = 2 AND request.enrolment = ?2 AND admission.blob = ?3",
            params![document.0, enrolment.0, blob.0],
        )?;
        Ok(found > 0)
    }

    fn put_admission(&mut self, document: &DocumentId, seq: u64, row: &AdmissionRow) -> Result<()> {
        self.run(
            "INSERT INTO admission (document, seq, welcome, pack, blob) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![document.0, int(seq), row.welcome.as_ref(), row.pack.as_ref(), row.blob.0],
        )
        .map(|_| ())
    }

    fn admission(&self, document: &DocumentId, seq: u64) -> Result<Option<AdmissionRow>> {
        self.one(
            "SELECT welcome, pack, blob FROM admission WHERE document = ?1 AND seq = ?2",
            params![document.0, int(seq)],
            |row| Ok(AdmissionRow { welcome: bytes(row, 0)?, pack: bytes(row, 1)?, blob: BlobId(row.get::<_, [u8; 16]>(2)?) }),
        )
    }

    fn create_blob(&mut self, document: &DocumentId, blob: &BlobId, total: u32) -> Result<()> {
        self.run(
            "INSERT INTO blob (document, id, total, stored) VALUES (?1, ?2, ?3, 0) ON CONFLICT DO NOTHING",
            params![document.0, blob.0, total],
        )
        .map(|_| ())
    }

    fn blob(&self, document: &DocumentId, blob: &BlobId) -> Result<Option<BlobRow>> {
        self.one("SELECT total, stored FROM blob WHERE document = ?1 AND id = ?2", params![document.0, blob.0], |row| {
            Ok(BlobRow { total: row.get(0)?, stored: row.get(1)? })
        })
    }

    fn blobs(&self, document: &DocumentId) -> Result<u64> {
        self.count("SELECT count(*) FROM blob WHERE document = ?1", [&document.0])
    }

    fn put_chunk(&mut self, document: &DocumentId, blob: &BlobId, index: u32, bytes: &[u8]) -> Result<()> {
        let stored = self.run(
            "INSERT INTO chunk (document, blob, place, bytes) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
            params![document.0, blob.0, index, bytes],
        )?;
        if stored == 1 {
            self.run("UPDATE blob SET stored = stored + 1 WHERE document = ?1 AND id = ?2", params![document.0, blob.0])?;
        }
        Ok(())
    }

    fn chunk(&self, document: &DocumentId, blob: &BlobId, index: u32) -> Result<Option<Bytes>> {
        self.one(
            "SELECT bytes FROM chunk WHERE document = ?1 AND blob = ?2 AND place = ?3",
            params![document.0, blob.0, index],
            |row| bytes(row, 0),
        )
    }

    fn put_enrolment(&mut self, enrolment: &PublicKey, account: &PublicKey) -> Result<()> {
        self.run("REPLACE INTO enrolment (key, account) VALUES (?1, ?2)", params![enrolment.0, account.0]).map(|_| ())
    }

    fn account(&self, enrolment: &PublicKey) -> Result<Option<PublicKey>> {
        self.one("SELECT account FROM enrolment WHERE key = ?1", [&enrolment.0], |row| row.get::<_, [u8; 32]>(0).map(PublicKey))
    }

    fn usage(&self, account: &PublicKey) -> Result<(u64, u64)> {
        let enrolments = self.count("SELECT count(*) FROM enrolment WHERE account = ?1", [&account.0])?;
        let documents = self.count("SELECT count(*) FROM document WHERE account = ?1", [&account.0])?;
        Ok((enrolments, documents))
    }

    fn put_token(&mut self, token: &Digest, devices_left: u32) -> Result<()> {
        self.run("REPLACE INTO token (digest, devices_left) VALUES (?1, ?2)", params![token.0, devices_left]).map(|_| ())
    }

    fn token(&self, token: &Digest) -> Result<Option<u32>> {
        self.one("SELECT devices_left FROM token WHERE digest = ?1", [&token.0], |row| row.get(0))
    }

    fn put_guest_link(&mut self, link: &GuestLinkId, row: &GuestLinkRow) -> Result<()> {
        self.run(
            "INSERT INTO guest_link (id, document, verifier, expires, card) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO UPDATE SET document = excluded.document, verifier = excluded.verifier,
               expires = excluded.expires, card = excluded.card",
            params![link.0, row.document.0, row.verifier.0, row.expires, row.card.as_deref()],
        )
        .map(|_| ())
    }

    fn guest_link(&self, link: &GuestLinkId) -> Result<Option<GuestLinkRow>> {
        self.one("SELECT document, verifier, expires, card FROM guest_link WHERE id = ?1", [&link.0], |row| {
            Ok(GuestLinkRow {
                document: DocumentId(row.get::<_, [u8; 16]>(0)?),
                verifier: Digest(row.get::<_, [u8; 32]>(1)?),
                expires: row.get(2)?,
                card: row.get::<_, Option<Vec<u8>>>(3)?.map(Bytes::from),
            })
        })
    }

    fn open_guest_links(&self, document: &DocumentId, now: i64) -> Result<u64> {
        self.count(
            "SELECT count(*) FROM guest_link WHERE document = ?1 AND card IS NOT NULL AND expires >= ?2",
            params![document.0, now],
        )
    }

    fn put_guest_item(&mut self, row: &GuestItemRow) -> Result<()> {
        self.run(
            "REPLACE INTO guest_item (link, id, sealed) VALUES (?1, ?2, ?3)",
            params![row.link.0, row.item.0, row.sealed.as_ref()],
        )
        .map(|_| ())
    }

    fn guest_item(&self, link: &GuestLinkId, item: &GuestItemId) -> Result<Option<Bytes>> {
        self.one("SELECT sealed FROM guest_item WHERE link = ?1 AND id = ?2", params![link.0, item.0], |row| bytes(row, 0))
    }

    fn guest_items(
        &self,
        document: &DocumentId,
        after: Option<&(GuestLinkId, GuestItemId)>,
        limit: usize,
    ) -> Result<Vec<GuestItemRow>> {
        let mut statement = self
            .db
            .prepare_cached(
                "SELECT guest_item.link, guest_item.id, guest_item.sealed FROM guest_link JOIN guest_item ON guest_item.link = guest_link.id
                 WHERE guest_link.document = ?1 AND (guest_item.link, guest_item.id) > (?2, ?3)
                 ORDER BY guest_item.link, guest_item.id",
            )
            .map_err(failed)?;
        let (link, item) = after.map_or(([].as_slice(), [].as_slice()), |(link, item)| (link.as_bytes(), item.as_bytes()));
        let mut rows = statement.query(params![document.0, link, item]).map_err(failed)?;
        let (mut left, mut found) = (limit, Vec::new());
        while let Some(row) = rows.next().map_err(failed)? {
            let row = GuestItemRow {
                link: GuestLinkId(row.get::<_, [u8; 16]>(0).map_err(failed)?),
                item: GuestItemId(row.get::<_, [u8; 16]>(1).map_err(failed)?),
                sealed: bytes(row, 2).map_err(failed)?,
            };
            if row.sealed.len() > left && !found.is_empty() {
                break;
            }
            left = left.saturating_sub(row.sealed.len());
            found.push(row);
        }
        Ok(found)
    }

    fn guest_waiting(&self, link: &GuestLinkId) -> Result<(u64, u64)> {
        let items = self.count("SELECT count(*) FROM guest_item WHERE link = ?1", [&link.0])?;
        let bytes = self.count(
            "SELECT coalesce(sum(length(guest_item.sealed)), 0) FROM guest_link JOIN guest_item ON guest_item.link = guest_link.id
             WHERE guest_link.document = (SELECT document FROM guest_link WHERE id = ?1)",
            [&link.0],
        )?;
        Ok((items, bytes))
    }

    fn drop_guest_item(&mut self, link: &GuestLinkId, item: &GuestItemId) -> Result<()> {
        self.run("DELETE FROM guest_item WHERE link = ?1 AND id = ?2", params![link.0, item.0]).map(|_| ())
    }

    fn put_guest_reading(&mut self, link: &GuestLinkId, row: Option<&GuestReadingRow>) -> Result<()> {
        match row {
            Some(row) => self.run(
                "REPLACE INTO guest_reading (link, verifier, until, tries, sealed) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![link.0, row.verifier.0, row.until, row.tries, row.sealed.as_ref()],
            ),
            None => self.run("DELETE FROM guest_reading WHERE link = ?1", [&link.0]),
        }
        .map(|_| ())
    }

    fn guest_reading(&self, link: &GuestLinkId) -> Result<Option<GuestReadingRow>> {
        self.one("SELECT verifier, until, tries, sealed FROM guest_reading WHERE link = ?1", [&link.0], |row| {
            Ok(GuestReadingRow {
                verifier: Digest(row.get::<_, [u8; 32]>(0)?),
                until: row.get(1)?,
                tries: row.get(2)?,
                sealed: bytes(row, 3)?,
            })
        })
    }

    fn close_guest_readings(&mut self, now: i64) -> Result<()> {
        self.run("DELETE FROM guest_reading WHERE until <= ?1", [now]).map(|_| ())
    }

    fn put_guest_code(&mut self, link: &GuestLinkId, row: Option<&GuestCodeRow>) -> Result<()> {
        match row {
            Some(row) => self.run(
                "REPLACE INTO guest_code (link, code, until, sealed) VALUES (?1, ?2, ?3, ?4)",
                params![link.0, row.code.0, row.until, row.sealed.as_ref()],
            ),
            None => self.run("DELETE FROM guest_code WHERE link = ?1", [&link.0]),
        }
        .map(|_| ())
    }

    fn guest_code(&self, code: &GuestCodeId) -> Result<Option<(GuestLinkId, GuestCodeRow)>> {
        self.one("SELECT link, until, sealed FROM guest_code WHERE code = ?1", [&code.0], |row| {
            let link = GuestLinkId(row.get::<_, [u8; 16]>(0)?);
            Ok((link, GuestCodeRow { code: *code, until: row.get(1)?, sealed: bytes(row, 2)? }))
        })
    }

    fn drop_guest_codes(&mut self, now: i64) -> Result<()> {
        self.run("DELETE FROM guest_code WHERE until <= ?1", [now]).map(|_| ())
    }
}
