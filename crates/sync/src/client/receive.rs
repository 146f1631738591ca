//! Records from the log: opened, checked, judged on the replica, in log order and nothing else (protocol 1 and 2).

use kith_group::{
    Bundle, ChainHash, CommitAad, DeviceId, GroupError, Payload, Record, RecordKind, Seen, SignedStatement, actor_family, chain,
    may_append, member, open,
};

use super::document::{Document, Phase, brought};
use super::join::last_change;
use super::overlay::Overlay;
use super::rows::{self, FindingRow, LogRow, Verdict};
use super::{ClientError, Notice, Standing, Step, TICK_MS};
use crate::replica::{self, Arrival, Brought, Caps};

/// How many records may wait for a tick before they are processed at once.
const MOST_WAITING: usize = 256;

/// One record of a batch, on its way into the log's rows.
struct Reading {
    seq: u64,
    row: LogRow,
    /// A change whose author and signature hold: judged together with the others of the batch.
    change: Option<(Arrival, SignedStatement)>,
}

/// How somebody's `seen` compares with this device's own chain.
enum SeenCheck {
    Holds,
    /// Below this device's base: it cannot be checked from here.
    BelowBase,
    Differs,
    /// It names a place after the record itself.
    Impossible,
}

impl Document {
    /// Records `first..` came. False if some before them are missing.
    pub(super) fn receive(&mut self, step: &mut Step<'_>, first: u64, records: Vec<Vec<u8>>) -> Result<bool, ClientError> {
        let next = self.hot.seen.seq + self.received.len() as u64 + 1;
        if first > next {
            return Ok(false);
        }
        let known = usize::try_from(next - first).unwrap_or(usize::MAX);
        self.received.extend(records.into_iter().skip(known));
        self.last_arrival = step.now_ms;
        if self.phase != Phase::Live || self.received.len() >= MOST_WAITING {
            self.process(step)?;
        } else {
            // A lone record does not wait; a burst is gathered.
            self.want_tick(step.now_ms.max(self.last_process.saturating_add(TICK_MS)));
        }
        Ok(true)
    }

    /// Applies everything that waits, in log order, in one batch.
    pub(super) fn process(&mut self, step: &mut Step<'_>) -> Result<(), ClientError> {
        if self.received.is_empty() {
            return Ok(());
        }
        self.last_process = step.now_ms;
        self.load(step.rows)?;
        let mut readings = Vec::new();
        for bytes in std::mem::take(&mut self.received) {
            if !matches!(self.row.standing, Standing::Member | Standing::Forked) {
                break;
            }
            let seen = Seen { seq: self.hot.seen.seq + 1, hash: chain(&self.hot.seen.hash, &bytes) };
            let Some(reading) = self.read_record(step, seen, bytes)? else { break };
            self.advance(seen);
            readings.push(reading);
        }
        self.judge(step, readings)?;
        self.save_authors(step.rows)?;
        self.save_hot(step.rows)
    }

    /// Reads one record. `None`: nothing after it can be read (a commit that cannot be applied, a newer format).
    fn read_record(&mut self, step: &mut Step<'_>, at: Seen, bytes: Vec<u8>) -> Result<Option<Reading>, ClientError> {
        let row = |kind: RecordKind, sender: DeviceId, k: u64, verdict: Verdict, body: Vec<u8>, now: i64| LogRow {
            hash: at.hash,
            kind: kind.number(),
            sender,
            k,
            seen: None,
            verdict,
            body,
            at: now,
        };
        let now = step.now();
        let record = match Record::decode(&bytes) {
            Ok(record) if record.head.document == self.id => record,
            Err(kith_group::RecordError::UnknownVersion { .. }) => {
                self.stand(step.rows, Standing::TooOld)?;
                let text = format!("record {} was written by a newer Kith: update Kith; what you write is kept here", at.seq);
                self.finding(step, Some(at.seq), None, text)?;
                return Ok(None);
            }
            _ => {
                let text = format!("record {} is not a record of this document", at.seq);
                self.finding(step, Some(at.seq), None, text.clone())?;
                let row = row(RecordKind::Unknown(0), DeviceId([0; 16]), 0, Verdict::Refused(text), bytes, now);
                return Ok(Some(Reading { seq: at.seq, row, change: None }));
            }
        };
        let head = record.head;
        match head.kind {
            RecordKind::Commit => {
                let seen = self.commit(step, at, &record)?;
                let Some(seen) = seen else { return Ok(None) };
                let mut row = row(head.kind, head.sender, head.k, Verdict::Admitted, Vec::new(), now);
                row.seen = Some(seen);
                Ok(Some(Reading { seq: at.seq, row, change: None }))
            }
            RecordKind::Change => match self.read_change(step, at, &record) {
                Ok((change, body)) => {
                    let mut row = row(head.kind, head.sender, head.k, Verdict::Admitted, body, now);
                    row.seen = Some(change.1.statement.seen);
                    Ok(Some(Reading { seq: at.seq, row, change: Some(change) }))
                }
                Err(ReadError::Refused { text, body }) => {
                    self.finding(step, Some(at.seq), Some(head.sender), format!("record {} was put aside: {text}", at.seq))?;
                    let row = row(head.kind, head.sender, head.k, Verdict::Refused(text), body, now);
                    Ok(Some(Reading { seq: at.seq, row, change: None }))
                }
                Err(ReadError::Failed(error)) => Err(error),
            },
            // Kinds that come with later versions are kept and counted, and the cursor moves on.
            kind => {
                Ok(Some(Reading { seq: at.seq, row: row(kind, head.sender, head.k, Verdict::Unknown, bytes, now), change: None }))
            }
        }
    }

    /// Opens a change record and checks everything but its changes.
    fn read_change(
        &mut self,
        step: &mut Step<'_>,
        at: Seen,
        record: &Record,
    ) -> Result<((Arrival, SignedStatement), Vec<u8>), ReadError> {
        let head = &record.head;
        let refuse = |text: &str| ReadError::Refused { text: text.into(), body: record.encode() };
        if head.generation != self.state.name.generation || head.epoch != self.state.epoch {
            return Err(refuse("it is sealed for another time of the group"));
        }
        may_append(&self.state.roster, &head.sender, head.kind).map_err(|refusal| refuse(&refusal.to_string()))?;
        self.count_k(step, at.seq, head.sender, head.k)?;
        let plain = open(&self.state.key, record).map_err(|_| refuse("it does not open with the group's key"))?;
        // From here on it is kept opened: its epoch's key will be gone (protocol 4).
        let refuse = |text: &str| ReadError::Refused { text: text.into(), body: plain.clone() };
        let bundle = Bundle::decode(head, &plain).map_err(|error| refuse(&error.to_string()))?;
        let statement = &bundle.signed.statement;
        let author = self.authors.get(&statement.author).ok_or_else(|| refuse("its author was never let in"))?;
        if !bundle.signed.verify(&author.public) {
            return Err(refuse("it is not signed by the one in whose name it is"));
        }
        if statement.lasts.iter().any(|last| actor_family(&last.actor) != Some(statement.author)) {
            return Err(refuse("it speaks for another device's changes"));
        }
        if statement.seen.seq < author.seen && statement.author == head.sender {
            return Err(refuse("its author says to have seen less than before"));
        }
        match self.check_seen(step, &statement.seen, at.seq)? {
            SeenCheck::Holds | SeenCheck::BelowBase => {}
            SeenCheck::Impossible => return Err(refuse("it says to have seen what came after it")),
            SeenCheck::Differs => {
                let author = statement.author;
                let text = format!(
                    "the author of record {} had seen another log than this one up to record {}",
                    at.seq, statement.seen.seq
                );
                self.fork(step, Some(author), &text)?;
            }
        }
        let changes = brought(bundle.payload, &Caps::default()).map_err(|error| refuse(&error.to_string()))?;
        let mut lasts: Vec<_> = bundle.signed.statement.lasts.iter().map(last_change).collect();
        lasts.sort_unstable();
        let arrival = Arrival { seq: at.seq, author: bundle.signed.statement.author, changes, lasts: Some(lasts) };
        Ok(((arrival, bundle.signed), plain))
    }

    /// A sender's `k` follows its last one: a gap is a record that somebody withholds, a repetition is a replay.
    fn count_k(&mut self, step: &mut Step<'_>, seq: u64, sender: DeviceId, k: u64) -> Result<(), ReadError> {
        let Some(author) = self.authors.get_mut(&sender) else { return Ok(()) };
        let expected = author.k + 1;
        if k < expected {
            return Err(ReadError::Refused { text: format!("it repeats number {k} of its sender"), body: Vec::new() });
        }
        author.k = k;
        self.dirty.insert(sender);
        if k > expected {
            let text = format!(
                "before record {seq}, {} of its sender's records are missing (numbers {expected} to {})",
                k - expected,
                k - 1
            );
            self.finding(step, Some(seq), Some(sender), text)?;
        }
        Ok(())
    }

    fn check_seen(&self, step: &Step<'_>, seen: &Seen, at: u64) -> Result<SeenCheck, ClientError> {
        if seen.seq >= at {
            return Ok(SeenCheck::Impossible);
        }
        Ok(match self.hash_at(step.rows, seen.seq)? {
            Some(hash) if hash == seen.hash => SeenCheck::Holds,
            Some(_) => SeenCheck::Differs,
            None if seen.seq < self.row.base.seq => SeenCheck::BelowBase,
            None if seen.seq == 0 && seen.hash == ChainHash::START => SeenCheck::Holds,
            None => SeenCheck::Differs,
        })
    }

    /// Judges the changes of a batch on the replica, together, and writes the log's rows.
    fn judge(&mut self, step: &mut Step<'_>, readings: Vec<Reading>) -> Result<(), ClientError> {
        let arrivals: Vec<Arrival> =
            readings.iter().filter_map(|reading| reading.change.as_ref().map(|(arrival, _)| arrival.clone())).collect();
        let mut verdicts = match arrivals.is_empty() {
            true => Vec::new(),
            false => self.load(step.rows)?.admit(&arrivals),
        }
        .into_iter();
        let mut changed = false;
        for mut reading in readings {
            if let Some((arrival, signed)) = reading.change {
                match verdicts.next() {
                    Some(replica::Verdict::Admitted { new }) => {
                        if arrival.changes.iter().any(|change| matches!(change, Brought::Short(_))) {
                            // It is stored whole: what its names lead to would have to be found again at every opening.
                            let changes = self.load(step.rows)?.brought_by(reading.seq);
                            let bundle = Bundle { signed: signed.clone(), payload: Payload::Changes(changes) };
                            reading.row.body = bundle.encode_for(&reading.row.sender);
                        }
                        // A record that brings nothing new is admitted for nothing: its statement may be older than the last.
                        if !new.is_empty()
                            && let Some(author) = self.authors.get_mut(&arrival.author)
                        {
                            author.seen = author.seen.max(signed.statement.seen.seq);
                            author.set_last(&self.id, &signed);
                            self.dirty.insert(arrival.author);
                        }
                        if reading.row.sender != self.key.id() {
                            self.hot.edition += new.len() as u64;
                            changed |= !new.is_empty();
                        }
                    }
                    Some(replica::Verdict::Refused(refusal)) => {
                        let refused = self.load(step.rows)?.refused_by(reading.seq);
                        for hash in refused {
                            let key = rows::below(&self.id, &hash.0);
                            step.rows.put_row(rows::REFUSED, &key, &reading.seq.to_be_bytes())?;
                        }
                        let text = format!("record {} was put aside: {refusal}", reading.seq);
                        self.finding(step, Some(reading.seq), Some(arrival.author), text)?;
                        reading.row.verdict = Verdict::Refused(refusal.to_string());
                    }
                    None => return Err(ClientError::Format("a record was not judged".into())),
                }
            }
            if reading.row.sender == self.key.id() && reading.row.kind == RecordKind::Change.number() {
                step.rows.delete_row(rows::OUTBOX, &rows::numbered(&self.id, reading.row.k))?;
                self.in_flight.remove(&reading.row.k);
                self.hot.accepted_k = self.hot.accepted_k.max(reading.row.k);
            }
            rows::put(step.rows, rows::LOG, &rows::numbered(&self.id, reading.seq), &reading.row)?;
        }
        if changed {
            step.out.notices.push(Notice::Changed { document: self.id });
        }
        Ok(())
    }

    /// Applies a commit. `None` if the group cannot go on from here.
    fn commit(&mut self, step: &mut Step<'_>, at: Seen, record: &Record) -> Result<Option<Seen>, ClientError> {
        let name = self.state.name;
        let processed = if record.head.epoch == self.state.epoch && record.head.generation == name.generation {
            // On top, not in: what fails half-way must leave no trace in the group's state.
            let mut overlay = Overlay::new(step.rows);
            let processed = member::process(&mut overlay, step.random, &self.key, name, &record.body);
            let written = overlay.into_written();
            match processed {
                Ok(processed) => {
                    written.write(step.rows)?;
                    Ok(processed)
                }
                Err(GroupError::Rows(error)) => return Err(error.into()),
                Err(error) => Err(error.to_string()),
            }
        } else {
            Err("it is for another time of the group".into())
        };
        let processed = match processed {
            Ok(processed) if processed.sender == record.head.sender => processed,
            Ok(_) => return self.broken(step, at.seq, "its sender is not its maker").map(|()| None),
            Err(why) => return self.broken(step, at.seq, &why).map(|()| None),
        };
        step.out.durable = true;
        let Ok(aad) = CommitAad::decode(&processed.authenticated) else {
            return self.broken(step, at.seq, "it does not say what its maker had seen").map(|()| None);
        };
        if let SeenCheck::Differs | SeenCheck::Impossible = self.check_seen(step, &aad.seen, at.seq)? {
            let text = format!("the maker of commit {} had seen another log than this one up to record {}", at.seq, aad.seen.seq);
            self.fork(step, Some(processed.sender), &text)?;
        }
        match processed.outcome {
            member::Outcome::Member(state) => {
                if processed.was_mine && self.is_refresh(step.rows)? {
                    self.row.refreshed = step.now();
                }
                self.adopt(step.rows, state)?;
                self.commit_landed(step, processed.was_mine)?;
            }
            member::Outcome::Removed => self.removed(step, true)?,
        }
        Ok(Some(aad.seen))
    }

    /// This device is out.
    pub(super) fn removed(&mut self, step: &mut Step<'_>, proved: bool) -> Result<(), ClientError> {
        if !matches!(self.row.standing, Standing::Removed { proved: true, .. }) {
            let at = step.now();
            self.stand(step.rows, Standing::Removed { at, proved })?;
            self.phase = Phase::Shut;
            self.in_flight.clear();
            step.out.durable = true;
            step.out.notices.push(Notice::Removed { document: self.id });
        }
        Ok(())
    }

    fn broken(&mut self, step: &mut Step<'_>, seq: u64, why: &str) -> Result<(), ClientError> {
        self.stand(step.rows, Standing::Broken)?;
        self.phase = Phase::Shut;
        step.out.durable = true;
        let text = format!(
            "commit {seq} of the group cannot be applied ({why}). What you write is kept here; a lead must re-form the group"
        );
        self.finding(step, Some(seq), None, text)
    }

    /// The log is not what colleagues signed: nothing more is sent until a person has looked.
    pub(super) fn fork(&mut self, step: &mut Step<'_>, device: Option<DeviceId>, text: &str) -> Result<(), ClientError> {
        if self.row.standing == Standing::Member {
            self.stand(step.rows, Standing::Forked)?;
        }
        step.out.durable = true;
        let text = format!("{text}. Nothing more is sent; what you write is kept here. Compare the four words of `kith status`");
        self.finding(step, None, device, text)
    }

    /// Keeps and tells what did not hold.
    pub(super) fn finding(
        &mut self,
        step: &mut Step<'_>,
        seq: Option<u64>,
        device: Option<DeviceId>,
        text: String,
    ) -> Result<(), ClientError> {
        let known = step.rows.scan_rows(rows::FINDING, &self.id.0, &[], usize::MAX)?;
        for (_, value) in &known {
            let before: FindingRow = rows::read(rows::FINDING, value)?;
            if before.text == text {
                return Ok(());
            }
        }
        let number = known.last().map_or(0, |(key, _)| rows::number(key) + 1);
        let row = FindingRow { seq, device, text: text.clone(), at: step.now() };
        rows::put(step.rows, rows::FINDING, &rows::numbered(&self.id, number), &row)?;
        step.out.notices.push(Notice::Finding { document: self.id, text });
        Ok(())
    }
}

/// Why a change record does not go on to be judged.
enum ReadError {
    /// Quarantined, with what is kept of it.
    Refused {
        text: String,
        body: Vec<u8>,
    },
    Failed(ClientError),
}

impl From<ClientError> for ReadError {
    fn from(error: ClientError) -> Self {
        Self::Failed(error)
    }
}
