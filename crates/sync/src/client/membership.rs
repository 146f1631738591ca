//! What this device wants of a group: invitations, admissions, removals, roles, its own renewal.
//!
//! Each wish is a row until it is carried out, so that it survives a restart and a cut line. Commits go out one at a time; the
//! frame is kept and sent again byte for byte until the log shows it or another commit takes its epoch, when it is made anew.

use std::collections::BTreeSet;

use kith_group::{
    AdmitPack, AuthorRow as WireAuthor, BlobId, BlobKey, CommitAad, DeviceId, Digest, DocumentId, PersonId, Record, RecordHead,
    RecordKind, RequestId, Role, Rows, Seen, Snapshot, TailRecord, blob_digest, member, seal_blob,
};

use super::document::{Document, Phase};
use super::guests;
use super::overlay::Overlay;
use super::rows::{self, Intent, LogRow, PendingRow, Verdict};
use super::{ClientError, IntentId, Notice, Standing, Step};
use crate::wire::{Admission as WireAdmission, ClientMessage, Reason, WaitingRequest};

/// After how many seconds a device renews its leaf (a week), and how far that is spread among devices.
const RENEW_AFTER: i64 = 7 * 24 * 3600;
/// After joining, the first renewal comes this much later, in seconds, so that a lead's next admission is not in its way.
const FIRST_RENEWAL: i64 = 30;
/// No renewal while records arrived within this many milliseconds.
const QUIET_MS: i64 = 2_000;
/// How long to wait after the relay said "later", in milliseconds.
const LATER_MS: i64 = 1_100;

/// An admission under way (protocol 5): the blob first, then a hold, then the commit with everything else.
pub(super) enum Admission {
    /// The snapshot's chunks are on their way.
    Uploading { intent: u64, parcel: Parcel, missing: BTreeSet<u32> },
    /// Waiting for the relay to hold other appends.
    Holding { intent: u64, parcel: Parcel },
}

/// A snapshot at the relay.
pub(super) struct Parcel {
    blob: BlobId,
    key: BlobKey,
    digest: Digest,
    base: Seen,
}

/// The wishes of a document, in order.
pub(super) fn intents(rows: &dyn Rows, document: &DocumentId) -> Result<Vec<(IntentId, Intent)>, ClientError> {
    rows.scan_rows(rows::INTENT, &document.0, &[], usize::MAX)?
        .into_iter()
        .map(|(key, value)| Ok((IntentId(rows::number(&key)), rows::read(rows::INTENT, &value)?)))
        .collect()
}

/// Requests that wait, as the relay told them.
pub(super) fn waiting(rows: &dyn Rows, document: &DocumentId) -> Result<Vec<WaitingRequest>, ClientError> {
    rows.scan_rows(rows::WAITING, &document.0, &[], usize::MAX)?
        .into_iter()
        .map(|(_, value)| Ok(rows::read(rows::WAITING, &value)?))
        .collect()
}

impl Document {
    pub(super) fn add_intent(&mut self, step: &mut Step<'_>, intent: &Intent) -> Result<IntentId, ClientError> {
        if guests::is_about_guests(intent) {
            if !self.hosts_guests() {
                return Err(ClientError::NoGuestsHere);
            }
        } else if !self.state.roster.is_lead(&self.key.id()) && *intent != Intent::Refresh {
            return Err(ClientError::NotALead);
        }
        let last = intents(step.rows, &self.id)?.last().map_or(0, |(id, _)| id.0);
        // Numbers of intents that are done are not used again within a run of wishes: a number stands for one wish.
        let number = last.max(u64::try_from(step.now_ms).unwrap_or(0)) + 1;
        rows::put(step.rows, rows::INTENT, &rows::numbered(&self.id, number), intent)?;
        step.out.durable = true;
        Ok(IntentId(number))
    }

    pub(super) fn cancel_intent(&mut self, rows: &mut dyn Rows, intent: IntentId) -> Result<bool, ClientError> {
        let pending: Option<PendingRow> = rows::get(rows, rows::PENDING, &self.id.0)?;
        if pending.is_some_and(|pending| pending.intent == Some(intent.0)) {
            return Ok(false);
        }
        rows.delete_row(rows::INTENT, &rows::numbered(&self.id, intent.0))?;
        self.admission = None;
        Ok(true)
    }

    /// Takes the next step of whatever is wanted.
    pub(super) fn pump_membership(&mut self, step: &mut Step<'_>) -> Result<(), ClientError> {
        if self.committing || self.admission.is_some() {
            return Ok(());
        }
        if step.now_ms < self.retry_at {
            self.want_tick(self.retry_at);
            return Ok(());
        }
        if let Some(pending) = rows::get::<PendingRow>(step.rows, rows::PENDING, &self.id.0)? {
            self.committing = true;
            if let Some(line) = self.line {
                step.out.frames.push((line, pending.frame));
            }
            return Ok(());
        }
        for (id, intent) in intents(step.rows, &self.id)? {
            let message = match intent {
                Intent::Invite { invite, voucher, expires } => {
                    ClientMessage::PutInvite { document: self.id, invite, voucher, expires }
                }
                Intent::Reveal { request, nonce } => ClientMessage::Reveal { document: self.id, request, nonce },
                Intent::Decline { request } => ClientMessage::Decline { document: self.id, request },
                Intent::PutGuestLink { link, verifier, expires, card } => {
                    ClientMessage::PutGuestLink { document: self.id, link, verifier, expires, card }
                }
                Intent::StopGuestLink { link } => ClientMessage::StopGuestLink { document: self.id, link },
                Intent::DropGuestItem { link, item } => ClientMessage::DropGuestItem { document: self.id, link, item },
                Intent::PutGuestReading { link, verifier, until, sealed, renews } => {
                    ClientMessage::PutGuestReading { document: self.id, link, verifier, until, sealed, renews }
                }
                Intent::CloseGuestReading { link } => ClientMessage::CloseGuestReading { document: self.id, link },
                Intent::PutGuestCode { link, code, until, sealed } => {
                    ClientMessage::PutGuestCode { document: self.id, link, code, until, sealed }
                }
                Intent::Admit { .. } => return self.begin_admission(step, id.0),
                Intent::Remove { devices } => return self.commit_intent(step, Some(id.0), &member::Change::Remove(devices)),
                Intent::SetRole { person, role } => {
                    return self.commit_intent(step, Some(id.0), &member::Change::SetRole { person, role });
                }
                Intent::Refresh => return self.commit_intent(step, Some(id.0), &member::Change::Refresh),
            };
            if self.asked.insert(id.0) {
                self.send(step, &message);
            }
        }
        self.renew_by_age(step)
    }

    /// Renews this device's leaf once after joining and then by age, in a quiet moment; spread by device so that a team's
    /// renewals do not fall together.
    fn renew_by_age(&mut self, step: &mut Step<'_>) -> Result<(), ClientError> {
        let spread = i64::from(self.key.id().0.first().copied().unwrap_or(0));
        let joined = self.row.base.seq > 0 && self.row.refreshed < 0;
        let due = match joined {
            true => -self.row.refreshed + FIRST_RENEWAL + spread,
            false => self.row.refreshed.saturating_add(RENEW_AFTER + spread * 600),
        };
        if step.now() < due {
            self.want_tick(due.saturating_mul(1000));
            return Ok(());
        }
        let quiet = self.last_arrival + QUIET_MS;
        if step.now_ms < quiet || !self.in_flight.is_empty() || self.has_unsent {
            self.want_tick(quiet.max(step.now_ms + QUIET_MS));
            return Ok(());
        }
        self.commit_intent(step, None, &member::Change::Refresh)
    }

    /// Whether the pending commit renews this device's leaf.
    pub(super) fn is_refresh(&self, rows: &dyn Rows) -> Result<bool, ClientError> {
        let Some(pending) = rows::get::<PendingRow>(rows, rows::PENDING, &self.id.0)? else { return Ok(false) };
        let Some(number) = pending.intent else { return Ok(true) };
        let intent: Option<Intent> = rows::get(rows, rows::INTENT, &rows::numbered(&self.id, number))?;
        Ok(intent == Some(Intent::Refresh))
    }

    fn commit_intent(&mut self, step: &mut Step<'_>, intent: Option<u64>, change: &member::Change) -> Result<(), ClientError> {
        self.process(step)?;
        let aad = CommitAad { seen: self.hot.seen, pack: None }.encode();
        match self.stage(step, change, &aad)? {
            Ok(staged) => self.send_commit(step, intent, staged.commit, None),
            Err(error) => self.intent_failed(step, intent, error),
        }
    }

    /// Stages a commit; one that fails leaves no trace in the group's state.
    fn stage(
        &self,
        step: &mut Step<'_>,
        change: &member::Change,
        aad: &[u8],
    ) -> Result<Result<member::Staged, kith_group::GroupError>, ClientError> {
        let mut overlay = Overlay::new(step.rows);
        let staged = member::stage(&mut overlay, step.random, &self.key, self.state.name, change, aad);
        let written = overlay.into_written();
        if staged.is_ok() {
            written.write(step.rows)?;
        }
        Ok(staged)
    }

    fn send_commit(
        &mut self,
        step: &mut Step<'_>,
        intent: Option<u64>,
        commit: Vec<u8>,
        admission: Option<WireAdmission>,
    ) -> Result<(), ClientError> {
        let head = RecordHead {
            document: self.id,
            generation: self.state.name.generation,
            epoch: self.state.epoch,
            sender: self.key.id(),
            k: 0,
            kind: RecordKind::Commit,
        };
        let record = Record { head, body: commit }.encode();
        let message = ClientMessage::Commit { record, admission };
        let pending = PendingRow { intent, frame: message.to_frame() };
        rows::put(step.rows, rows::PENDING, &self.id.0, &pending)?;
        step.out.durable = true;
        self.committing = true;
        self.send(step, &message);
        Ok(())
    }

    /// What is wanted cannot be: it is dropped, and the person told. A failing store is not a failing wish.
    fn intent_failed(
        &mut self,
        step: &mut Step<'_>,
        intent: Option<u64>,
        error: kith_group::GroupError,
    ) -> Result<(), ClientError> {
        if let kith_group::GroupError::Rows(error) = error {
            return Err(error.into());
        }
        match intent {
            Some(number) => self.drop_intent(step, number, error.to_string()),
            None => {
                self.row.refreshed = step.now();
                self.save_row(step.rows)
            }
        }
    }

    fn drop_intent(&mut self, step: &mut Step<'_>, number: u64, why: String) -> Result<(), ClientError> {
        step.rows.delete_row(rows::INTENT, &rows::numbered(&self.id, number))?;
        self.asked.remove(&number);
        step.out.durable = true;
        step.out.notices.push(Notice::IntentFailed { document: self.id, intent: IntentId(number), why });
        Ok(())
    }

    fn finish_intent(&mut self, step: &mut Step<'_>, number: u64) -> Result<(), ClientError> {
        if let Some(Intent::Admit { request, .. } | Intent::Decline { request }) = self.wanted(step.rows, number)? {
            // A request that was answered waits no more.
            step.rows.delete_row(rows::WAITING, &rows::below(&self.id, &request.0))?;
        }
        step.rows.delete_row(rows::INTENT, &rows::numbered(&self.id, number))?;
        self.asked.remove(&number);
        step.out.durable = true;
        step.out.notices.push(Notice::IntentDone { document: self.id, intent: IntentId(number) });
        Ok(())
    }

    /// A commit is in the log and merged: mine, or another that took the epoch.
    pub(super) fn commit_landed(&mut self, step: &mut Step<'_>, mine: bool) -> Result<(), ClientError> {
        let pending: Option<PendingRow> = rows::get(step.rows, rows::PENDING, &self.id.0)?;
        step.rows.delete_row(rows::PENDING, &self.id.0)?;
        self.committing = false;
        // A parcel that was not sent yet is still good: its base is a place in the log, whatever the epoch.
        if let (true, Some(PendingRow { intent: Some(number), .. })) = (mine, pending) {
            self.finish_intent(step, number)?;
        }
        Ok(())
    }

    /// The relay refused my commit that would have ended `epoch`.
    pub(super) fn commit_refused(&mut self, step: &mut Step<'_>, epoch: u64, reason: Reason) -> Result<(), ClientError> {
        self.process(step)?;
        let Some(pending) = rows::get::<PendingRow>(step.rows, rows::PENDING, &self.id.0)? else {
            self.committing = false;
            return self.pump(step);
        };
        if epoch != self.state.epoch {
            // It is about a commit that another overtook in the log before this answer came. Taken for the answer to the pending
            // one it would drop secrets that are still needed: that one may be in the log already.
            return Ok(());
        }
        match reason {
            Reason::Later | Reason::StoreFailed | Reason::Stopping => {
                // Sent again as it is, a little later.
                self.committing = false;
                self.retry_at = step.now_ms + LATER_MS;
                self.want_tick(self.retry_at);
                Ok(())
            }
            Reason::EpochTaken | Reason::Moved => {
                // The winner is in the log and was just merged, or comes next; then what is wanted is made anew.
                member::clear_pending(step.rows, self.state.name)?;
                step.rows.delete_row(rows::PENDING, &self.id.0)?;
                self.committing = false;
                self.retry_at = step.now_ms + LATER_MS;
                self.want_tick(self.retry_at);
                Ok(())
            }
            other => {
                member::clear_pending(step.rows, self.state.name)?;
                step.rows.delete_row(rows::PENDING, &self.id.0)?;
                self.committing = false;
                match pending.intent {
                    Some(number) => self.drop_intent(step, number, format!("the relay refused it: {}", sentence(other)))?,
                    None => {
                        self.row.refreshed = step.now();
                        self.save_row(step.rows)?;
                    }
                }
                self.pump(step)
            }
        }
    }

    fn wanted(&self, rows: &dyn Rows, number: u64) -> Result<Option<Intent>, ClientError> {
        Ok(rows::get(rows, rows::INTENT, &rows::numbered(&self.id, number))?)
    }

    fn begin_admission(&mut self, step: &mut Step<'_>, intent: u64) -> Result<(), ClientError> {
        self.process(step)?;
        let Some(content) = self.rebase(step)? else {
            return self.drop_intent(
                step,
                intent,
                "this copy could not be saved soundly, so nobody can be let in from it".into(),
            );
        };
        let snapshot = self.snapshot(step, content)?;
        let bytes = snapshot.encode().map_err(|error| ClientError::Format(error.to_string()))?;
        let key = BlobKey::random(step.random);
        let chunks = seal_blob(&key, &bytes, step.random).map_err(|error| ClientError::Format(error.to_string()))?;
        let blob = BlobId::random(step.random);
        let total = u32::try_from(chunks.len()).map_err(|_| ClientError::Format("too many chunks".into()))?;
        let parcel = Parcel { blob, key, digest: blob_digest(&chunks), base: self.hot.seen };
        for (index, bytes) in (0..total).zip(chunks) {
            self.send(step, &ClientMessage::PutBlob { document: self.id, blob, index, total, bytes });
        }
        self.admission = Some(Admission::Uploading { intent, parcel, missing: (0..total).collect() });
        Ok(())
    }

    fn snapshot(&mut self, step: &mut Step<'_>, content: Vec<u8>) -> Result<Snapshot, ClientError> {
        let digest = self.load(step.rows)?.heads_digest();
        let mut quarantine = Vec::new();
        rows::each(step.rows, rows::LOG, &self.id, 0, |key, value| {
            let row: LogRow = rows::read(rows::LOG, &value)?;
            if matches!(row.verdict, Verdict::Refused(_)) {
                quarantine.push(rows::number(key));
            }
            Ok(())
        })?;
        let mut snapshot = Snapshot {
            document: self.id,
            generation: self.state.name.generation,
            seen: self.hot.seen,
            digest,
            content,
            authors: self.author_table(),
            quarantine,
            by: self.key.id(),
            signature: Snapshot::UNSIGNED,
        };
        snapshot.sign(&self.key);
        Ok(snapshot)
    }

    pub(super) fn author_table(&self) -> Vec<WireAuthor> {
        self.authors
            .iter()
            .map(|(device, author)| WireAuthor {
                device: *device,
                public: author.public,
                person: author.person,
                last: author.last(&self.id, device),
            })
            .collect()
    }

    /// A chunk of the snapshot is on the relay's disk; after the last one the log is held.
    pub(super) fn blob_stored(&mut self, step: &mut Step<'_>, blob: &BlobId, index: u32) {
        let done = match &mut self.admission {
            Some(Admission::Uploading { parcel, missing, .. }) if parcel.blob == *blob => {
                missing.remove(&index);
                missing.is_empty()
            }
            _ => false,
        };
        if done && let Some(Admission::Uploading { intent, parcel, .. }) = self.admission.take() {
            self.admission = Some(Admission::Holding { intent, parcel });
            self.send(step, &ClientMessage::Hold { document: self.id });
        }
    }

    /// Other appends wait, and everything up to `head` has come: the Add can cover it all.
    pub(super) fn held(&mut self, step: &mut Step<'_>, head: u64) -> Result<(), ClientError> {
        self.process(step)?;
        let Some(Admission::Holding { intent, parcel }) = self.admission.take() else {
            self.send(step, &ClientMessage::Release { document: self.id });
            return Ok(());
        };
        let wanted = self.wanted(step.rows, intent)?;
        let (Some(Intent::Admit { request, person, role, key_package }), true) = (wanted, self.hot.seen.seq == head) else {
            self.send(step, &ClientMessage::Release { document: self.id });
            return self.pump(step);
        };
        self.admit(step, intent, parcel, request, person, role, key_package)
    }

    #[allow(clippy::too_many_arguments)] // The parts of one intent; naming a struct for one call would say less.
    fn admit(
        &mut self,
        step: &mut Step<'_>,
        intent: u64,
        parcel: Parcel,
        request: RequestId,
        person: PersonId,
        role: Role,
        key_package: Vec<u8>,
    ) -> Result<(), ClientError> {
        let mut tail = Vec::new();
        rows::each(step.rows, rows::LOG, &self.id, parcel.base.seq + 1, |key, value| {
            let row: LogRow = rows::read(rows::LOG, &value)?;
            if row.kind == RecordKind::Change.number() && row.verdict == Verdict::Admitted {
                tail.push(TailRecord { seq: rows::number(key), sender: row.sender, bundle: row.body });
            }
            Ok(())
        })?;
        let pack = AdmitPack {
            document: self.id,
            blob: parcel.blob,
            blob_key: parcel.key,
            blob_digest: parcel.digest,
            base: parcel.base,
            tail,
            k_marks: self.authors.iter().filter(|(_, author)| author.k > 0).map(|(device, author)| (*device, author.k)).collect(),
            authors: self.author_table(),
        };
        let aad = CommitAad { seen: self.hot.seen, pack: Some(pack.digest()) }.encode();
        let change = member::Change::Admit(vec![member::NewMember { key_package, person, role }]);
        let staged = match self.stage(step, &change, &aad)? {
            Ok(staged) => staged,
            Err(error) => {
                self.send(step, &ClientMessage::Release { document: self.id });
                return self.intent_failed(step, Some(intent), error);
            }
        };
        let sealed = pack.seal(&staged.next, step.random).map_err(|error| ClientError::Format(error.to_string()))?;
        let welcome = staged.welcome.ok_or_else(|| ClientError::Format("the group made no welcome".into()))?;
        let admission = WireAdmission { welcome, pack: sealed, blob: parcel.blob, requests: vec![request] };
        self.send_commit(step, Some(intent), staged.commit, Some(admission))
    }

    /// The relay refused a hold or a blob: the admission starts again a little later, or fails for good.
    pub(super) fn admission_refused(&mut self, step: &mut Step<'_>, reason: Reason) -> Result<(), ClientError> {
        let Some(admission) = self.admission.take() else { return Ok(()) };
        let (Admission::Uploading { intent, .. } | Admission::Holding { intent, .. }) = admission;
        if reason == Reason::Later {
            self.retry_at = step.now_ms + LATER_MS;
            self.want_tick(self.retry_at);
            return Ok(());
        }
        self.drop_intent(step, intent, format!("the relay refused it: {}", sentence(reason)))
    }

    /// The relay stored an invitation or a lead's decision.
    pub(super) fn decided(&mut self, step: &mut Step<'_>, is_it: impl Fn(&Intent) -> bool) -> Result<(), ClientError> {
        for (id, intent) in intents(step.rows, &self.id)? {
            if !is_it(&intent) {
                continue;
            }
            if let Intent::Reveal { .. } = &intent {
                // The first nonce stands, and another lead's may have been first: ask which it is.
                self.send(step, &ClientMessage::Requests { document: self.id });
            }
            if let Intent::Invite { invite, .. } = &intent {
                step.out.notices.push(Notice::InviteReady { document: self.id, invite: *invite });
            }
            self.finish_intent(step, id.0)?;
        }
        self.pump(step)
    }

    /// The relay refused an invitation or a decision.
    pub(super) fn asked_refused(
        &mut self,
        step: &mut Step<'_>,
        reason: Reason,
        is_it: impl Fn(&Intent) -> bool,
    ) -> Result<(), ClientError> {
        for (id, intent) in intents(step.rows, &self.id)? {
            if !is_it(&intent) {
                continue;
            }
            if reason == Reason::Taken && matches!(intent, Intent::Reveal { .. }) {
                // Another nonce was first and stands: the relay tells which.
                self.finish_intent(step, id.0)?;
            } else if reason == Reason::Later {
                self.asked.remove(&id.0);
                self.retry_at = step.now_ms + LATER_MS;
                self.want_tick(self.retry_at);
            } else {
                self.drop_intent(step, id.0, format!("the relay refused it: {}", sentence(reason)))?;
            }
        }
        Ok(())
    }

    /// Who waits, as the relay tells it to leads; if these are all, whoever else was known has been answered by another lead.
    pub(super) fn requests(&mut self, step: &mut Step<'_>, waiting: Vec<WaitingRequest>, all: bool) -> Result<(), ClientError> {
        if all {
            self.knows_who_waits = true;
            for (key, _) in step.rows.scan_rows(rows::WAITING, &self.id.0, &[], usize::MAX)? {
                if !waiting.iter().any(|one| key == rows::below(&self.id, &one.request.0)) {
                    step.rows.delete_row(rows::WAITING, &key)?;
                    step.out.notices.push(Notice::Waiting { document: self.id });
                }
            }
        }
        for request in waiting {
            let key = rows::below(&self.id, &request.request.0);
            let before: Option<WaitingRequest> = rows::get(step.rows, rows::WAITING, &key)?;
            if before.as_ref() != Some(&request) {
                rows::put(step.rows, rows::WAITING, &key, &request)?;
                step.out.notices.push(Notice::Waiting { document: self.id });
            }
        }
        Ok(())
    }

    /// Whether nothing waits to go out or to be done here.
    pub(super) fn is_quiet(&self, rows: &dyn Rows) -> Result<bool, ClientError> {
        if self.line.is_none() || self.phase == Phase::Shut || self.row.standing != Standing::Member {
            return Ok(true);
        }
        Ok(self.phase == Phase::Live
            && self.received.is_empty()
            && self.in_flight.is_empty()
            && !self.has_unsent
            && self.hot.accepted_k + 1 == self.hot.next_k
            && self.admission.is_none()
            && !self.committing
            && !self.guests.asked
            && rows.scan_rows(rows::OUTBOX, &self.id.0, &[], 1)?.is_empty()
            && rows.row(rows::PENDING, &self.id.0)?.is_none()
            && rows.scan_rows(rows::INTENT, &self.id.0, &[], 1)?.is_empty())
    }

    /// Whose device it is, by the authors' table.
    pub(super) fn person_of(&self, device: &DeviceId) -> Option<PersonId> {
        self.authors.get(device).map(|author| author.person)
    }
}

/// What a relay's reason means to a person.
pub(super) fn sentence(reason: Reason) -> &'static str {
    match reason {
        Reason::Malformed => "it could not read the message",
        Reason::BadSignature => "a signature does not hold",
        Reason::NotEnrolled => "it does not know this profile; ask your agency for a token",
        Reason::CredentialUsed => "the token or link has been used already",
        Reason::Expired => "the link's time is over",
        Reason::Unknown => "it does not know what was asked for",
        Reason::NotMember => "this device is not a member",
        Reason::NotAllowed => "this role may not do that",
        Reason::TooLarge => "it is too large",
        Reason::Later => "it is busy; try again shortly",
        Reason::Gap => "earlier records are missing",
        Reason::EpochTaken => "another change of members came first",
        Reason::Taken => "that name is taken",
        Reason::StoreFailed => "it could not store it",
        Reason::Stopping => "it is stopping",
        Reason::Moved => "the log has grown meanwhile",
    }
}
