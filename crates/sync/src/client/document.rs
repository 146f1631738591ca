//! One document on this device: its rows in memory, its replica, and where it stands on the line.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use automerge::Automerge;
use kith_group::{
    ChainHash, DeviceId, DeviceKey, DocumentId, DocumentKind, GroupState, Payload, RecordKind, Role, Rows, RowsError, Seen,
    may_append,
};

use super::guests::Guests;
use super::membership::Admission;
use super::rows::{self, AuthorRow, BaseRow, DocumentRow, HotRow, LogRow, Verdict};
use super::{ClientError, DocumentSummary, EditError, Identity, LineId, Standing, Step};
use crate::replica::{self, Brought, KeptRecord, Replica, Rules, Stored};

/// How many recent chain values are kept in memory.
const RECENT: usize = 512;

/// Where a document stands on its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Not connected.
    Offline,
    /// Waiting for the relay to open its log.
    Creating,
    /// Waiting for the relay to accept the leaf key.
    Proving,
    /// Reading what came since.
    CatchingUp,
    /// Following.
    Live,
    /// Connected, but there is nothing more to do for it here.
    Shut,
}

/// One document.
pub(super) struct Document {
    pub(super) id: DocumentId,
    pub(super) row: DocumentRow,
    pub(super) hot: HotRow,
    pub(super) state: GroupState,
    pub(super) key: DeviceKey,
    pub(super) replica: Option<Replica>,
    pub(super) authors: BTreeMap<DeviceId, AuthorRow>,
    pub(super) dirty: BTreeSet<DeviceId>,
    pub(super) authors_loaded: bool,
    pub(super) recent: BTreeMap<u64, ChainHash>,
    pub(super) has_unsent: bool,

    pub(super) line: Option<LineId>,
    pub(super) phase: Phase,
    /// Records that came and are not processed yet, consecutive after the cursor.
    pub(super) received: VecDeque<Vec<u8>>,
    /// Own bundles on their way: k, and the epoch they were sealed under.
    pub(super) in_flight: BTreeMap<u64, u64>,
    pub(super) last_freeze: i64,
    pub(super) tick_at: Option<i64>,
    pub(super) admission: Option<Admission>,
    /// Own commits and relay requests wait until then after the relay said "later".
    pub(super) retry_at: i64,
    /// Requests of this line that wait for the relay's word: intent numbers.
    pub(super) asked: BTreeSet<u64>,
    /// A commit of ours is on its way on this line.
    pub(super) committing: bool,
    /// Connections in a row on which the relay did not take this device for a member.
    pub(super) unproven: u32,
    /// When records were last processed.
    pub(super) last_process: i64,
    /// When the last record came, for quiet times.
    pub(super) last_arrival: i64,
    /// What guests sent.
    pub(super) guests: Guests,
    /// On this line the relay has told everybody who waits to be let in.
    pub(super) knows_who_waits: bool,
}

impl Document {
    pub(super) fn new(rows: &dyn Rows, id: DocumentId, row: DocumentRow, hot: HotRow) -> Result<Self, ClientError> {
        let state = GroupState::decode(&row.group).map_err(|_| RowsError::Damaged("the group's state cannot be read".into()))?;
        let key = DeviceKey::from_seed(row.seed);
        let has_unsent = !rows.scan_rows(rows::UNSENT, &id.0, &[], 1)?.is_empty();
        Ok(Self {
            id,
            row,
            hot,
            state,
            key,
            replica: None,
            authors: BTreeMap::new(),
            dirty: BTreeSet::new(),
            authors_loaded: false,
            recent: BTreeMap::new(),
            has_unsent,
            line: None,
            phase: Phase::Offline,
            received: VecDeque::new(),
            in_flight: BTreeMap::new(),
            last_freeze: i64::MIN / 2,
            tick_at: None,
            admission: None,
            retry_at: 0,
            asked: BTreeSet::new(),
            committing: false,
            unproven: 0,
            last_process: i64::MIN / 2,
            last_arrival: 0,
            guests: Guests::default(),
            knows_who_waits: false,
        })
    }

    pub(super) fn identity(&self) -> Identity {
        Identity { document: self.id, device: self.key.id(), person: self.row.person }
    }

    pub(super) fn summary(&self) -> DocumentSummary {
        DocumentSummary {
            id: self.id,
            kind: DocumentKind(self.row.kind),
            relay: self.row.relay.clone(),
            role: self.role(),
            standing: self.row.standing.clone(),
            edition: self.hot.edition,
        }
    }

    /// My role, while I am a member: after a removal that could not be read from here the roster still names this device.
    pub(super) fn role(&self) -> Option<Role> {
        let removed = matches!(self.row.standing, Standing::Removed { .. });
        self.state.roster.member(&self.key.id()).filter(|_| !removed).map(|member| member.role)
    }

    /// Reads the authors' table once.
    pub(super) fn load_authors(&mut self, rows: &dyn Rows) -> Result<(), ClientError> {
        if self.authors_loaded {
            return Ok(());
        }
        for (key, value) in rows.scan_rows(rows::AUTHOR, &self.id.0, &[], usize::MAX)? {
            let device =
                key.get(16..).and_then(DeviceId::from_slice).ok_or_else(|| RowsError::Damaged("an author's name".into()))?;
            // What is in memory is newer: it waits to be written.
            if !self.dirty.contains(&device) {
                self.authors.insert(device, rows::read(rows::AUTHOR, &value)?);
            }
        }
        self.authors_loaded = true;
        Ok(())
    }

    /// Writes what changed in the authors' table.
    pub(super) fn save_authors(&mut self, rows: &mut dyn Rows) -> Result<(), ClientError> {
        for device in std::mem::take(&mut self.dirty) {
            if let Some(author) = self.authors.get(&device) {
                rows::put(rows, rows::AUTHOR, &rows::below(&self.id, &device.0), author)?;
            }
        }
        Ok(())
    }

    pub(super) fn save_row(&mut self, rows: &mut dyn Rows) -> Result<(), ClientError> {
        self.row.group = self.state.encode();
        Ok(rows::put(rows, rows::DOCUMENT, &self.id.0, &self.row)?)
    }

    pub(super) fn save_hot(&self, rows: &mut dyn Rows) -> Result<(), ClientError> {
        Ok(rows::put(rows, rows::HOT, &self.id.0, &self.hot)?)
    }

    pub(super) fn stand(&mut self, rows: &mut dyn Rows, standing: Standing) -> Result<(), ClientError> {
        if self.row.standing != standing {
            self.row.standing = standing;
            self.save_row(rows)?;
        }
        Ok(())
    }

    /// Takes a new group state: everyone in its roster becomes a known author.
    pub(super) fn adopt(&mut self, rows: &mut dyn Rows, state: GroupState) -> Result<(), ClientError> {
        self.load_authors(rows)?;
        for (device, member) in &state.roster.members {
            if !self.authors.contains_key(device) {
                let author = AuthorRow { public: member.public, person: member.person, last: None, k: 0, seen: 0, said_in: None };
                self.authors.insert(*device, author);
                self.dirty.insert(*device);
            }
        }
        self.state = state;
        self.save_row(rows)
    }

    /// The replica, loaded from base, log and own unsent changes if it is not in memory.
    pub(super) fn load(&mut self, rows: &dyn Rows) -> Result<&mut Replica, ClientError> {
        self.load_authors(rows)?;
        if self.replica.is_none() {
            self.replica = Some(self.loaded(rows)?);
        }
        self.replica.as_mut().ok_or(ClientError::UnknownDocument)
    }

    fn loaded(&self, rows: &dyn Rows) -> Result<Replica, ClientError> {
        let base: Option<BaseRow> = rows::get(rows, rows::BASE, &self.id.0)?;
        let (base_seq, base) = base.map_or((0, Vec::new()), |base| (base.seq, base.bytes));
        let mut tail = Vec::new();
        rows::each(rows, rows::LOG, &self.id, base_seq + 1, |key, value| {
            let row: LogRow = rows::read(rows::LOG, &value)?;
            if row.kind == RecordKind::Change.number() && row.verdict == Verdict::Admitted {
                tail.push(KeptRecord { seq: rows::number(key), changes: self.changes_of(&row.sender, &row.body)? });
            }
            Ok(())
        })?;
        let mut unsent = Vec::new();
        rows::each(rows, rows::OUTBOX, &self.id, 0, |_, value| {
            unsent.extend(self.changes_of(&self.key.id(), &value)?);
            Ok(())
        })?;
        rows::each(rows, rows::UNSENT, &self.id, 0, |_, value| {
            unsent.push(value);
            Ok(())
        })?;
        let mut refused = Vec::new();
        for (key, value) in rows.scan_rows(rows::REFUSED, &self.id.0, &[], usize::MAX)? {
            let hash = key.get(16..).and_then(|bytes| bytes.try_into().ok()).map(automerge::ChangeHash);
            let seq = value.as_slice().try_into().ok().map(u64::from_be_bytes);
            if let (Some(hash), Some(seq)) = (hash, seq) {
                refused.push((hash, seq));
            }
        }
        let stored = Stored { base: &base, tail: &tail, unsent: &unsent, refused: &refused };
        match Replica::load(Rules::new(self.id), &stored) {
            // Own work that does not fit must not keep the rest from being read; its rows stay as they are.
            Err(replica::LoadError::Unsent) => Ok(Replica::load(Rules::new(self.id), &Stored { unsent: &[], ..stored })?),
            loaded => Ok(loaded?),
        }
    }

    /// The raw changes in a stored bundle.
    fn changes_of(&self, sender: &DeviceId, bundle: &[u8]) -> Result<Vec<Vec<u8>>, RowsError> {
        let damaged = || RowsError::Damaged("a stored bundle cannot be read".into());
        let bundle = kith_group::Bundle::decode_for(&self.id, sender, bundle).map_err(|_| damaged())?;
        match bundle.payload {
            Payload::Changes(changes) => Ok(changes),
            Payload::Bundled(bytes) => replica::unpack(&bytes, &replica::Caps::default()).map_err(|_| damaged()),
            // What is stored is stored whole.
            Payload::Short(_) => Err(damaged()),
        }
    }

    /// Changes the working copy and keeps the raw changes.
    pub(super) fn edit<R, E>(
        &mut self,
        step: &mut Step<'_>,
        f: impl FnOnce(&mut Automerge, &Identity) -> Result<R, E>,
    ) -> Result<R, EditError<E>> {
        self.may_write()?;
        let identity = self.identity();
        let replica = self.load(step.rows)?;
        let replica::Edited { result, changes } = match replica.edit(&identity.device, |doc| f(doc, &identity)) {
            Ok(edited) => edited,
            Err(replica::EditError::Refused(refusal)) => return Err(EditError::Refused(refusal)),
            Err(replica::EditError::TooLarge { bytes, limit }) => return Err(ClientError::TooLong { bytes, limit }.into()),
            Err(replica::EditError::WrongActor) => {
                return Err(ClientError::Format("the edit was written under another device's name".into()).into());
            }
        };
        for change in &changes {
            step.rows
                .put_row(rows::UNSENT, &rows::numbered(&self.id, self.hot.next_unsent), change)
                .map_err(ClientError::from)?;
            self.hot.next_unsent += 1;
            self.hot.edition += 1;
        }
        if !changes.is_empty() {
            self.has_unsent = true;
            self.save_hot(step.rows)?;
            step.out.durable = true;
        }
        Ok(result)
    }

    fn may_write(&self) -> Result<(), ClientError> {
        match &self.row.standing {
            Standing::Removed { .. } => Err(ClientError::MayNotWrite(
                "you were removed from this assessment: what you wrote stays readable here, and nothing new can be added".into(),
            )),
            Standing::RolledBack => Err(ClientError::MayNotWrite(
                "this profile is an older copy of one that has written since: ask a lead to let this device in anew".into(),
            )),
            Standing::Restored => Err(ClientError::MayNotWrite(
                "this is a copy from a backup: read and export it here, and ask a lead to let this computer in to go on writing"
                    .into(),
            )),
            _ => may_append(&self.state.roster, &self.key.id(), RecordKind::Change)
                .map_err(|refusal| ClientError::MayNotWrite(refusal.to_string())),
        }
    }

    /// The chain at a place of the log, if this device can know it.
    pub(super) fn hash_at(&self, rows: &dyn Rows, seq: u64) -> Result<Option<ChainHash>, ClientError> {
        if seq == self.row.base.seq {
            return Ok(Some(self.row.base.hash));
        }
        if let Some(hash) = self.recent.get(&seq) {
            return Ok(Some(*hash));
        }
        let row: Option<LogRow> = rows::get(rows, rows::LOG, &rows::numbered(&self.id, seq))?;
        Ok(row.map(|row| row.hash))
    }

    /// Moves the cursor.
    pub(super) fn advance(&mut self, seen: Seen) {
        self.hot.seen = seen;
        self.recent.insert(seen.seq, seen.hash);
        while self.recent.len() > RECENT {
            self.recent.pop_first();
        }
    }

    /// The connection is gone: what was on its way is sent again on the next one.
    pub(super) fn unplug(&mut self) {
        self.line = None;
        self.phase = Phase::Offline;
        self.received.clear();
        self.in_flight.clear();
        self.admission = None;
        self.asked.clear();
        self.committing = false;
        self.retry_at = 0;
        self.tick_at = None;
        self.guests = Guests::default();
        self.knows_who_waits = false;
    }

    /// Asks for a tick at `at` at the latest.
    pub(super) fn want_tick(&mut self, at: i64) {
        self.tick_at = Some(self.tick_at.map_or(at, |earlier| earlier.min(at)));
    }

    /// Time has passed.
    pub(super) fn tick(&mut self, step: &mut Step<'_>) -> Result<(), ClientError> {
        if self.tick_at.is_none_or(|at| at > step.now_ms) {
            return Ok(());
        }
        self.tick_at = None;
        self.process(step)?;
        self.pump(step)
    }

    /// Saves the replica anew if much came since it was last saved, and drops what is only needed while writing.
    pub(super) fn rest(&mut self, step: &mut Step<'_>) -> Result<(), ClientError> {
        self.process(step)?;
        let Some(replica) = self.replica.as_mut() else { return Ok(()) };
        replica.rest();
        if replica.wants_rebase() {
            self.rebase(step)?;
        }
        Ok(())
    }

    /// Saves the replica at the cursor and proves that it loads; returns the saved bytes. Records whose changes make the document
    /// unsound are put out and named (notes 6.3).
    pub(super) fn rebase(&mut self, step: &mut Step<'_>) -> Result<Option<Vec<u8>>, ClientError> {
        self.load(step.rows)?;
        let Some(replica) = self.replica.as_mut() else { return Ok(None) };
        let rebased = replica.rebase();
        let nothing_new = replica.tail().is_empty();
        for (seq, refusal) in &rebased.expelled {
            self.refuse_late(step, *seq, refusal)?;
        }
        if let Some(bytes) = rebased.base {
            let row = BaseRow { seq: self.hot.seen.seq, bytes: bytes.clone() };
            rows::put(step.rows, rows::BASE, &self.id.0, &row)?;
            return Ok(Some(bytes));
        }
        let stored: Option<BaseRow> = rows::get(step.rows, rows::BASE, &self.id.0)?;
        Ok(stored.filter(|_| nothing_new).map(|row| row.bytes))
    }

    /// A record that was admitted turned out to make the document unsound.
    fn refuse_late(&mut self, step: &mut Step<'_>, seq: u64, refusal: &replica::Refusal) -> Result<(), ClientError> {
        let key = rows::numbered(&self.id, seq);
        let Some(mut row) = rows::get::<LogRow>(step.rows, rows::LOG, &key)? else { return Ok(()) };
        row.verdict = Verdict::Refused(refusal.to_string());
        rows::put(step.rows, rows::LOG, &key, &row)?;
        self.finding(step, Some(seq), Some(row.sender), format!("record {seq} was put aside: {refusal}"))
    }
}

/// The changes in a payload, as the replica takes them.
pub(super) fn brought(payload: Payload, caps: &replica::Caps) -> Result<Vec<Brought>, replica::UnpackError> {
    Ok(match payload {
        Payload::Changes(changes) => changes.into_iter().map(Brought::Raw).collect(),
        Payload::Bundled(bytes) => replica::unpack(&bytes, caps)?.into_iter().map(Brought::Raw).collect(),
        Payload::Short(changes) => changes.into_iter().map(Brought::Short).collect(),
    })
}
