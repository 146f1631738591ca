//! What is passed on beside the log: receipts, of which the latest of each device is kept, and presence, which is not kept.

use bytes::Bytes;
use kith_group::{DocumentId, SignedReceipt};

use super::step::Step;
use super::store::{ReceiptRow, StoreError};
use super::{ConnId, MAX_PRESENCE};
use crate::wire::{About, Reason, ServerMessage};

impl Step<'_> {
    /// Keeps and passes on a receipt that does not go back. An older one is no error: it was overtaken.
    pub(super) fn receipt(&mut self, conn: ConnId, bytes: &Bytes) -> Result<(), StoreError> {
        let Ok(signed) = SignedReceipt::decode(bytes) else {
            self.refuse_and_close(conn, Reason::Malformed);
            return Ok(());
        };
        let document = signed.receipt.document;
        let about = About::Document(document);
        let Some(asker) = self.asker(conn, &document, about.clone())? else { return Ok(()) };
        let member = self
            .open(&document)?
            .and_then(|open| open.group.roster().member(&asker.device).map(|member| (member.public, open.head.seq)));
        let Some((public, head)) = member else { return Ok(()) };
        if signed.receipt.device != asker.device || !signed.verify(&public) {
            self.refuse(conn, about, Reason::BadSignature);
            return Ok(());
        }
        if signed.receipt.seen.seq > head {
            self.refuse(conn, about, Reason::NotAllowed);
            return Ok(());
        }
        let before = self.store.receipts(&document)?.into_iter().find(|row| row.device == asker.device);
        if before.is_some_and(|row| row.seq > signed.receipt.seen.seq || row.bytes == *bytes) {
            return Ok(());
        }
        let row = ReceiptRow { device: asker.device, seq: signed.receipt.seen.seq, bytes: bytes.clone() };
        self.store.put_receipt(&document, &row)?;
        let message = ServerMessage::Receipts { document, receipts: vec![bytes.to_vec().into()] };
        let frame = Bytes::from(message.to_frame());
        for other in self.others(conn, &document) {
            let room = self.has_room(other);
            let Some(attached) = self.attached(other, &document) else { continue };
            if attached.cursor.is_none() || !attached.live || attached.receipts_due {
                continue; // It is given all of them once it is live.
            }
            if room {
                self.send_frame(other, frame.clone());
            } else {
                attached.receipts_due = true;
                if let Some(connection) = self.core.connections.get_mut(&other) {
                    connection.mark_behind(document);
                }
            }
        }
        Ok(())
    }

    /// Everybody's latest receipt.
    pub(super) fn send_receipts(&mut self, conn: ConnId, document: DocumentId) -> Result<(), StoreError> {
        let receipts: Vec<_> = self.store.receipts(&document)?.into_iter().map(|row| row.bytes.to_vec().into()).collect();
        if !receipts.is_empty() {
            self.send(conn, &ServerMessage::Receipts { document, receipts });
        }
        Ok(())
    }

    /// Passes presence on to whoever is here and keeps up; never kept.
    pub(super) fn presence(&mut self, conn: ConnId, document: DocumentId, sealed: Vec<u8>) -> Result<(), StoreError> {
        let about = About::Document(document);
        let Some(asker) = self.asker(conn, &document, about.clone())? else { return Ok(()) };
        if sealed.len() > MAX_PRESENCE {
            self.refuse(conn, about, Reason::TooLarge);
            return Ok(());
        }
        let message = ServerMessage::Presence { document, device: asker.device, sealed };
        let frame = Bytes::from(message.to_frame());
        for other in self.others(conn, &document) {
            let Some(device) = self.attached(other, &document).filter(|a| a.live).map(|a| a.device) else { continue };
            let member = self.open(&document)?.is_some_and(|open| open.group.roster().member(&device).is_some());
            if member && self.has_room(other) {
                self.effects.counts.presence += 1;
                self.send_frame(other, frame.clone());
            }
        }
        Ok(())
    }

    /// Everybody else who is here.
    pub(super) fn others(&self, conn: ConnId, document: &DocumentId) -> Vec<ConnId> {
        let present = self.core.rooms.get(document).map(|room| room.present.iter().copied());
        present.into_iter().flatten().filter(|other| *other != conn).collect()
    }
}
