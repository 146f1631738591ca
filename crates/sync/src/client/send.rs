//! Own changes on their way: frozen and signed once, sealed at every attempt under the epoch of that moment (protocol 3).

use automerge::Change;
use kith_group::{ActorLast, Bundle, Digest, Payload, Record, RecordHead, RecordKind, Statement, seal};

use super::document::{Document, Phase};
use super::rows::{self, LastRow};
use super::{ClientError, CloseReason, Notice, Standing, Step, TICK_MS};
use crate::replica::{Packed, UnpackError};
use crate::wire::ClientMessage;

/// The most bytes of changes in one bundle: with statement, head and seal it fits a record.
const MAX_PAYLOAD: usize = kith_group::MAX_PLAIN - 2048;

/// How many own bundles may be on their way at once.
const WINDOW: usize = 32;

impl Document {
    pub(super) fn send(&self, step: &mut Step<'_>, message: &ClientMessage) {
        if let Some(line) = self.line {
            step.out.frames.push((line, message.to_frame()));
        }
    }

    /// Does whatever can be done now: freezes and sends own changes, asks for what is wanted of the group, tells what was seen.
    pub(super) fn pump(&mut self, step: &mut Step<'_>) -> Result<(), ClientError> {
        if self.phase != Phase::Live {
            return Ok(());
        }
        if self.row.standing == Standing::Member {
            self.freeze_in_time(step)?;
            self.send_outbox(step)?;
            self.pump_membership(step)?;
        }
        self.send_receipt(step, false)
    }

    /// Freezes at once after a pause, else at the next tick: a lone keystroke does not wait, a burst is gathered.
    fn freeze_in_time(&mut self, step: &mut Step<'_>) -> Result<(), ClientError> {
        if !self.has_unsent {
            return Ok(());
        }
        let due = self.last_freeze.saturating_add(TICK_MS);
        if step.now_ms < due {
            self.want_tick(due);
            return Ok(());
        }
        self.last_freeze = step.now_ms;
        self.freeze(step)
    }

    /// Makes bundles of all unsent changes, signs each, and gives each its `k`.
    pub(super) fn freeze(&mut self, step: &mut Step<'_>) -> Result<(), ClientError> {
        let mut raw = Vec::new();
        rows::each(step.rows, rows::UNSENT, &self.id, 0, |_, value| {
            raw.push(value);
            Ok(())
        })?;
        if raw.is_empty() {
            self.has_unsent = false;
            return Ok(());
        }
        let parts = self.load(step.rows)?.pack_within(&raw, MAX_PAYLOAD);
        for part in parts {
            let (changes, payload) = match part {
                Packed::Changes(changes) => (changes.clone(), Payload::Changes(changes)),
                Packed::Bundled(bytes) => {
                    let changes = crate::replica::unpack(&bytes, &crate::replica::Caps::default())
                        .map_err(|error: UnpackError| ClientError::Format(error.to_string()))?;
                    (changes, Payload::Bundled(bytes))
                }
            };
            self.remember_lasts(changes)?;
            let statement = Statement {
                document: self.id,
                author: self.key.id(),
                seen: self.hot.seen,
                lasts: self.hot.lasts.iter().map(ActorLast::from).collect(),
            };
            let bundle = Bundle { signed: statement.sign(&self.key), payload };
            step.rows.put_row(rows::OUTBOX, &rows::numbered(&self.id, self.hot.next_k), &bundle.encode_for(&self.key.id()))?;
            self.hot.next_k += 1;
        }
        rows::clear(step.rows, rows::UNSENT, &self.id)?;
        self.has_unsent = false;
        self.save_hot(step.rows)?;
        step.out.durable = true;
        Ok(())
    }

    /// Notes the last own change per actor: what the next statement signs.
    fn remember_lasts(&mut self, changes: Vec<Vec<u8>>) -> Result<(), ClientError> {
        for raw in changes {
            let change = Change::from_bytes(raw).map_err(|error| ClientError::Format(error.to_string()))?;
            let last = LastRow { actor: change.actor_id().to_bytes().to_vec(), seq: change.seq(), hash: Digest(change.hash().0) };
            match self.hot.lasts.iter_mut().find(|known| known.actor == last.actor) {
                Some(known) => *known = last,
                None => self.hot.lasts.push(last),
            }
        }
        self.hot.lasts.sort_by(|a, b| a.actor.cmp(&b.actor));
        Ok(())
    }

    /// Seals and sends frozen bundles that are not on their way, in order of `k`.
    fn send_outbox(&mut self, step: &mut Step<'_>) -> Result<(), ClientError> {
        let first = self.hot.accepted_k + 1;
        if first >= self.hot.next_k || self.in_flight.len() >= WINDOW || step.now_ms < self.retry_at {
            return Ok(());
        }
        let rows_left = step.rows.scan_rows(rows::OUTBOX, &self.id.0, &rows::numbered(&self.id, first), WINDOW)?;
        for (key, bundle) in rows_left {
            let k = rows::number(&key);
            if self.in_flight.contains_key(&k) {
                continue;
            }
            if self.in_flight.len() >= WINDOW {
                break;
            }
            let bundle = self.shortened(step, bundle)?;
            let record = self.sealed(step, k, &bundle)?;
            self.in_flight.insert(k, self.state.epoch);
            self.send(step, &ClientMessage::Append { record: record.encode() });
        }
        Ok(())
    }

    /// A frozen bundle as it travels: its changes in short where that is safe. What is signed stays the same.
    fn shortened(&mut self, step: &mut Step<'_>, frozen: Vec<u8>) -> Result<Vec<u8>, ClientError> {
        let me = self.key.id();
        let Ok(Bundle { signed, payload: Payload::Changes(changes) }) = Bundle::decode_for(&self.id, &me, &frozen) else {
            return Ok(frozen);
        };
        let short = self.load(step.rows)?.shorten(&signed.statement.author, &changes);
        let short = short.map(|short| Bundle { signed, payload: Payload::Short(short) }.encode_for(&me));
        Ok(short.filter(|short| short.len() < frozen.len()).unwrap_or(frozen))
    }

    fn sealed(&self, step: &mut Step<'_>, k: u64, bundle: &[u8]) -> Result<Record, ClientError> {
        let head = RecordHead {
            document: self.id,
            generation: self.state.name.generation,
            epoch: self.state.epoch,
            sender: self.key.id(),
            k,
            kind: RecordKind::Change,
        };
        seal(&self.state.key, &head, bundle, step.random).map_err(|error| ClientError::Format(error.to_string()))
    }

    /// The relay has record `k` on its disk.
    pub(super) fn accepted(&mut self, step: &mut Step<'_>, k: u64) -> Result<(), ClientError> {
        self.in_flight.remove(&k);
        if k > self.hot.accepted_k {
            self.hot.accepted_k = k;
            self.save_hot(step.rows)?;
        }
        step.out.notices.push(Notice::Sent { document: self.id, k });
        self.pump(step)?;
        self.ask_guests_again(step);
        Ok(())
    }

    /// Record `k` was sealed under an epoch that is over.
    pub(super) fn stale(&mut self, step: &mut Step<'_>, k: u64) -> Result<(), ClientError> {
        // The commit that ended the epoch came before this word.
        self.process(step)?;
        if self.in_flight.get(&k).is_some_and(|epoch| *epoch != self.state.epoch) {
            self.in_flight.remove(&k);
        }
        self.pump(step)
    }

    /// The relay wants `expected` before anything later.
    pub(super) fn gap(&mut self, step: &mut Step<'_>, expected: u64) -> Result<(), ClientError> {
        if expected >= self.hot.next_k {
            return self.rolled_back(step);
        }
        let first = step.rows.scan_rows(rows::OUTBOX, &self.id.0, &rows::numbered(&self.id, expected), 1)?;
        if first.first().map(|(key, _)| rows::number(key)) != Some(expected) {
            // It left the outbox because the log holds it. Either it came there after this answer was given (sealed anew after a
            // change of members, with a later one on its way already), or the relay was set back since: its word on a new line
            // of where the log ends says which ([`Document::proved`]).
            if let Some(line) = self.line {
                step.out.close.push((line, CloseReason::LostPlace));
            }
            return Ok(());
        }
        self.in_flight.retain(|k, _| *k < expected);
        self.hot.accepted_k = self.hot.accepted_k.min(expected.saturating_sub(1));
        self.pump(step)
    }

    /// The relay knows more of this device than the device itself (notes 6.7).
    pub(super) fn rolled_back(&mut self, step: &mut Step<'_>) -> Result<(), ClientError> {
        self.stand(step.rows, Standing::RolledBack)?;
        self.phase = Phase::Shut;
        step.out.durable = true;
        self.finding(
            step,
            None,
            Some(self.key.id()),
            "this profile is an older copy of one that has written since: it must not write under its key again. \
             What is on this machine is safe; ask a lead to let this device in anew"
                .into(),
        )
    }
}
