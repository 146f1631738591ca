//! Receipts: "seen by", and a bound on what a forking relay can hide (protocol 2).

use kith_group::{Receipt, SignedReceipt};

use super::document::{Document, Phase};
use super::rows;
use super::{ClientError, Notice, Step};
use crate::wire::ClientMessage;

/// At most one receipt a minute, in seconds.
const PACE: i64 = 60;

impl Document {
    /// Says what this device has applied, if that is news and its minute has come (or `now`, before leaving).
    pub(super) fn send_receipt(&mut self, step: &mut Step<'_>, now: bool) -> Result<(), ClientError> {
        if self.phase != Phase::Live || self.hot.seen.seq <= self.hot.receipt_seq {
            return Ok(());
        }
        let due = self.hot.receipt_at.saturating_add(PACE);
        // A clock that was set back must not silence receipts for ever.
        if !now && step.now() < due && self.hot.receipt_at <= step.now() {
            self.want_tick(due.saturating_mul(1000));
            return Ok(());
        }
        let digest = self.load(step.rows)?.heads_digest();
        let receipt =
            Receipt { document: self.id, device: self.key.id(), seen: self.hot.seen, digest, at: step.now() }.sign(&self.key);
        self.hot.receipt_seq = self.hot.seen.seq;
        self.hot.receipt_at = step.now();
        self.save_hot(step.rows)?;
        // A receipt may not say more than is on this disk.
        step.out.durable = true;
        self.send(step, &ClientMessage::Receipt { receipt: receipt.encode() });
        Ok(())
    }

    /// Somebody's receipt came. A false one is named and not kept.
    pub(super) fn receipt(&mut self, step: &mut Step<'_>, bytes: &[u8]) -> Result<(), ClientError> {
        self.process(step)?;
        self.load_authors(step.rows)?;
        let Ok(signed) = SignedReceipt::decode(bytes) else { return Ok(()) };
        let Receipt { document, device, seen, digest, .. } = signed.receipt;
        if document != self.id || device == self.key.id() {
            return Ok(());
        }
        let Some(author) = self.authors.get(&device) else { return Ok(()) };
        if !signed.verify(&author.public) {
            return self.finding(step, None, Some(device), "a receipt in somebody's name is not signed by them".into());
        }
        let key = rows::below(&self.id, &device.0);
        if let Some(before) = step.rows.row(rows::RECEIPT, &key)?.and_then(|bytes| SignedReceipt::decode(&bytes).ok())
            && before.receipt.seen.seq > seen.seq
        {
            return Ok(());
        }
        step.rows.put_row(rows::RECEIPT, &key, bytes)?;
        if let Some(hash) = self.hash_at(step.rows, seen.seq)?
            && hash != seen.hash
        {
            self.fork(step, Some(device), &format!("a colleague has seen another log than this one up to record {}", seen.seq))?;
        } else if seen.seq == self.hot.seen.seq {
            let own = self.load(step.rows)?.heads_digest();
            if own != digest {
                let text = format!(
                    "this copy and a colleague's differ after the same record {}: ask a lead to re-form the group",
                    seen.seq
                );
                self.finding(step, Some(seen.seq), Some(device), text)?;
            }
        }
        step.out.notices.push(Notice::SeenBy { document: self.id });
        Ok(())
    }
}
