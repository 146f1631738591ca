//! Sealed blobs: a snapshot's bytes in chunks, behind all other traffic (protocol 4).

use kith_group::{BlobId, DocumentId, PublicKey, Role};

use super::connection::BlobRead;
use super::step::Step;
use super::store::StoreError;
use super::{ConnId, MAX_CHUNKS};
use crate::wire::{About, MAX_CHUNK, Reason, ServerMessage};

impl Step<'_> {
    /// Stores a chunk. The same chunk again is no error; other bytes in its place are.
    pub(super) fn put_blob(
        &mut self,
        conn: ConnId,
        document: DocumentId,
        blob: BlobId,
        index: u32,
        total: u32,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        let about = About::Blob(blob);
        let Some(asker) = self.asker(conn, &document, about.clone())? else { return Ok(()) };
        let role = self.open(&document)?.and_then(|open| open.group.roster().member(&asker.device).map(|m| m.role));
        let reason = if role.is_none_or(|role| role == Role::Reader) {
            Some(Reason::NotAllowed)
        } else if bytes.len() > MAX_CHUNK || total > MAX_CHUNKS {
            Some(Reason::TooLarge)
        } else if bytes.is_empty() || index >= total {
            Some(Reason::Malformed)
        } else {
            match self.store.blob(&document, &blob)? {
                Some(row) if row.total != total => Some(Reason::Taken),
                Some(_) => match self.store.chunk(&document, &blob, index)? {
                    Some(stored) if stored != bytes => Some(Reason::Taken),
                    Some(_) | None => None,
                },
                None if self.store.blobs(&document)? >= self.core.config.limits.blobs => Some(Reason::Later),
                None => {
                    self.store.create_blob(&document, &blob, total)?;
                    None
                }
            }
        };
        if let Some(reason) = reason {
            self.refuse(conn, about, reason);
            return Ok(());
        }
        if self.store.chunk(&document, &blob, index)?.is_none() {
            self.store.put_chunk(&document, &blob, index, bytes)?;
        }
        self.send(conn, &ServerMessage::BlobStored { blob, index });
        Ok(())
    }

    /// Begins to send a blob: to members, and to whoever was admitted with it.
    pub(super) fn read_blob(
        &mut self,
        conn: ConnId,
        enrolment: PublicKey,
        document: DocumentId,
        blob: BlobId,
        index: u32,
    ) -> Result<(), StoreError> {
        let about = About::Blob(blob);
        let device = self.attached(conn, &document).map(|attached| attached.device);
        let member = match (device, self.open(&document)?) {
            (Some(device), Some(open)) => open.group.roster().member(&device).is_some(),
            _ => false,
        };
        // Who may not read it is not told whether it exists.
        if !member && !self.store.may_read_blob(&document, &blob, &enrolment)? {
            self.refuse(conn, about, Reason::Unknown);
            return Ok(());
        }
        let total = match self.store.blob(&document, &blob)? {
            Some(row) if row.stored == row.total && index < row.total => row.total,
            _ => {
                self.refuse(conn, about, Reason::Unknown);
                return Ok(());
            }
        };
        let most = self.core.config.limits.blob_reads;
        let Some(connection) = self.core.connections.get_mut(&conn) else { return Ok(()) };
        connection.reads.retain(|read| read.blob != blob);
        if connection.reads.len() >= most {
            self.refuse(conn, about, Reason::Later);
            return Ok(());
        }
        connection.reads.push_back(BlobRead { document, blob, next: index, total });
        self.pump_blobs(conn)
    }

    /// Sends chunks while half of the window is free: records never wait behind a blob.
    pub(super) fn pump_blobs(&mut self, conn: ConnId) -> Result<(), StoreError> {
        let half = self.core.config.limits.window / 2;
        loop {
            let Some(connection) = self.core.connections.get_mut(&conn) else { return Ok(()) };
            if connection.in_flight >= half.max(1) {
                return Ok(());
            }
            let Some(read) = connection.reads.front_mut() else { return Ok(()) };
            let (document, blob, index, total) = (read.document, read.blob, read.next, read.total);
            read.next += 1;
            if read.next >= total {
                connection.reads.pop_front();
            }
            match self.store.chunk(&document, &blob, index)? {
                Some(bytes) => {
                    self.send(conn, &ServerMessage::BlobChunk { blob, index, total, bytes: bytes.to_vec() });
                }
                None => return Err(StoreError::Damaged("a chunk of a complete blob is not there".into())),
            }
        }
    }
}
