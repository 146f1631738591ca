//! One connection: sign-in by challenge, one proof per document, and where each frame belongs.

use std::collections::BTreeMap;

use kith_group::{BlobId, DeviceKey, Digest, DocumentId, Random, RelayId, RequestId, Rows, sign_in_message, subscribe_message};

use super::document::{Document, Phase};
use super::guests;
use super::join::{self, Fetch};
use super::rows::{self, EnrolmentRow, Intent, JoinProgress};
use super::{ClientError, CloseReason, LineId, Notice, Standing, Step};
use crate::wire::{About, ClientMessage, Credential, Reason, ServerMessage, WireError};

/// How long after the relay did not know an invitation a request that uses it is offered again: the inviter may be offline.
const OFFER_AGAIN_MS: i64 = 5_000;

/// After how many connections in a row without a proof that the relay takes, this device takes itself for removed.
const UNPROVEN_AT_MOST: u32 = 8;

/// A connection.
pub(super) struct Line {
    relay: String,
    challenge: Option<(RelayId, Digest)>,
    signed_in: bool,
    /// When a request that the relay could not place yet is offered again, in Unix milliseconds.
    pub(super) offer_at: Option<i64>,
    /// Snapshots on their way for requests of mine that were granted.
    pub(super) fetches: BTreeMap<BlobId, Fetch>,
}

impl Line {
    pub(super) fn new(relay: String) -> Self {
        Self { relay, challenge: None, signed_in: false, offer_at: None, fetches: BTreeMap::new() }
    }
}

impl Line {
    /// Time has passed.
    pub(super) fn tick(&mut self, step: &mut Step<'_>, id: LineId) -> Result<(), ClientError> {
        if self.offer_at.is_some_and(|at| at <= step.now_ms) {
            self.offer_at = None;
            self.offer_all(step, id)?;
        }
        Ok(())
    }

    /// Documents of this relay that began after the line: made, or given the relay, while it stood.
    pub(super) fn plug_new(
        &self,
        documents: &mut BTreeMap<DocumentId, Document>,
        step: &mut Step<'_>,
        id: LineId,
    ) -> Result<(), ClientError> {
        let new = documents.values_mut().filter(|document| document.line.is_none() && self.serves(document));
        for document in new {
            document.plug(step, self, id)?;
        }
        Ok(())
    }

    fn serves(&self, document: &Document) -> bool {
        self.signed_in && document.row.relay.as_deref() == Some(self.relay.as_str())
    }

    /// Sends every open request that is for this relay.
    fn offer_all(&self, step: &mut Step<'_>, id: LineId) -> Result<(), ClientError> {
        for status in join::all(step.rows)? {
            if status.relay == self.relay && status.progress.is_open() {
                offer(step, id, &status.request)?;
            }
        }
        Ok(())
    }
}

/// My enrolment at a relay; a new key the first time.
pub(super) fn enrolment(rows: &dyn Rows, random: &mut dyn Random, relay: &str) -> Result<EnrolmentRow, ClientError> {
    Ok(match rows::get(rows, rows::ENROLMENT, relay.as_bytes())? {
        Some(row) => row,
        None => EnrolmentRow { seed: DeviceKey::generate(random).seed(), token: None, enrolled: false },
    })
}

/// A frame came on a line.
pub(super) fn frame(
    lines: &mut BTreeMap<LineId, Line>,
    documents: &mut BTreeMap<DocumentId, Document>,
    step: &mut Step<'_>,
    id: LineId,
    bytes: &[u8],
) -> Result<(), ClientError> {
    let Some(line) = lines.get_mut(&id) else { return Ok(()) };
    match ServerMessage::from_frame(bytes) {
        Ok(message) => heard(line, documents, step, id, message),
        Err(WireError::OtherVersion { theirs }) => {
            step.out.notices.push(Notice::OtherVersion { line: id, theirs });
            step.out.close.push((id, CloseReason::OtherVersion(theirs)));
            Ok(())
        }
        Err(_) => {
            step.out.close.push((id, CloseReason::Malformed));
            Ok(())
        }
    }
}

fn heard(
    line: &mut Line,
    documents: &mut BTreeMap<DocumentId, Document>,
    step: &mut Step<'_>,
    id: LineId,
    message: ServerMessage,
) -> Result<(), ClientError> {
    match message {
        ServerMessage::Challenge { relay, nonce } => sign_in(line, step, id, relay, nonce),
        ServerMessage::SignedIn => signed_in(line, documents, step, id),
        ServerMessage::Created { document } => match on_line(documents, id, &document) {
            Some(document) => {
                document.row.group_info = None;
                document.save_row(step.rows)?;
                step.out.durable = true;
                document.prove(step, line)
            }
            None => Ok(()),
        },
        ServerMessage::Proved { document, head, k, .. } => match on_line(documents, id, &document) {
            Some(document) => document.proved(step, head, k),
            None => Ok(()),
        },
        ServerMessage::Records { document, first, records } => {
            let Some(document) = on_line(documents, id, &document) else { return Ok(()) };
            let records = records.into_iter().map(Into::into).collect();
            if !document.receive(step, first, records)? {
                step.out.close.push((id, CloseReason::LostPlace));
            }
            Ok(())
        }
        ServerMessage::Live { document, head } => match on_line(documents, id, &document) {
            Some(document) => {
                if !document.live(step, head)? {
                    step.out.close.push((id, CloseReason::LostPlace));
                }
                Ok(())
            }
            None => Ok(()),
        },
        ServerMessage::Accepted { document, k, .. } => match on_line(documents, id, &document) {
            // A commit's acceptance (k 0) is the commit itself, coming through the log.
            Some(document) if k > 0 => document.accepted(step, k),
            _ => Ok(()),
        },
        ServerMessage::Stale { document, k, .. } => match on_line(documents, id, &document) {
            Some(document) => document.stale(step, k),
            None => Ok(()),
        },
        ServerMessage::Refused { about, reason, expected } => refused(line, documents, step, id, &about, reason, expected),
        ServerMessage::Held { document, head, .. } => match on_line(documents, id, &document) {
            Some(document) => document.held(step, head),
            None => Ok(()),
        },
        ServerMessage::BlobStored { blob, index } => {
            for document in documents.values_mut().filter(|document| document.line == Some(id)) {
                document.blob_stored(step, &blob, index);
            }
            Ok(())
        }
        ServerMessage::BlobChunk { blob, index, total, bytes } => {
            join::chunk(line, documents, step, id, blob, index, total, bytes)
        }
        ServerMessage::Receipts { document, receipts } => {
            let Some(document) = on_line(documents, id, &document) else { return Ok(()) };
            for receipt in receipts {
                document.receipt(step, &receipt)?;
            }
            Ok(())
        }
        ServerMessage::InviteStored { invite } => {
            decided(documents, step, id, |intent| matches!(intent, Intent::Invite { invite: wanted, .. } if *wanted == invite))
        }
        ServerMessage::Decided { request } => decided(documents, step, id, |intent| is_about(intent, &request)),
        ServerMessage::Requests { document, waiting, all } => match on_line(documents, id, &document) {
            Some(document) => document.requests(step, waiting, all == Some(true)),
            None => Ok(()),
        },
        ServerMessage::Request { request, state } => join::stands(line, step, id, &request, state),
        ServerMessage::Removed { document, seq, record } => match on_line(documents, id, &document) {
            Some(document) => document.told_removed(step, seq, record),
            None => Ok(()),
        },
        ServerMessage::Presence { document, device, sealed } => {
            if let Some(document) = on_line(documents, id, &document) {
                document.somebody_is_here(step, device, &sealed);
            }
            Ok(())
        }
        ServerMessage::Pong { .. } => Ok(()),
        ServerMessage::GuestItems { document, items, more } => {
            if let Some(document) = on_line(documents, id, &document) {
                document.guest_items(step, items, more);
            }
            Ok(())
        }
        ServerMessage::GuestLinkStored { link } => decided(documents, step, id, |intent| guests::puts(intent, &link)),
        ServerMessage::GuestLinkStopped { link } => decided(documents, step, id, |intent| guests::stops(intent, &link)),
        ServerMessage::GuestItemDropped { item } => decided(documents, step, id, |intent| guests::drops(intent, &item)),
        ServerMessage::GuestReadingStored { link } => decided(documents, step, id, |intent| guests::opens(intent, &link)),
        ServerMessage::GuestReadingClosed { link } => decided(documents, step, id, |intent| guests::closes(intent, &link)),
        ServerMessage::GuestCodeStored { code } => decided(documents, step, id, |intent| guests::lets_type(intent, &code)),
    }
}

/// The relay did what was wished for.
fn decided(
    documents: &mut BTreeMap<DocumentId, Document>,
    step: &mut Step<'_>,
    id: LineId,
    is_it: impl Fn(&Intent) -> bool,
) -> Result<(), ClientError> {
    for document in documents.values_mut().filter(|document| document.line == Some(id)) {
        document.decided(step, &is_it)?;
    }
    Ok(())
}

/// A document that is not on this line is none of this relay's business.
fn on_line<'d>(documents: &'d mut BTreeMap<DocumentId, Document>, id: LineId, document: &DocumentId) -> Option<&'d mut Document> {
    documents.get_mut(document).filter(|document| document.line == Some(id))
}

fn is_about(intent: &Intent, request: &RequestId) -> bool {
    matches!(intent, Intent::Reveal { request: wanted, .. } | Intent::Decline { request: wanted } if wanted == request)
}

fn sign_in(line: &mut Line, step: &mut Step<'_>, id: LineId, relay: RelayId, nonce: Digest) -> Result<(), ClientError> {
    line.challenge = Some((relay, nonce));
    let row = enrolment(step.rows, step.random, &line.relay)?;
    rows::put(step.rows, rows::ENROLMENT, line.relay.as_bytes(), &row)?;
    step.out.durable = true;
    let credential = match (&row.token, row.enrolled) {
        (_, true) => None,
        (Some(token), false) => Some(Credential::Token(token.clone())),
        (None, false) => Some(join::voucher(step.rows, &line.relay)?.unwrap_or(Credential::Open)),
    };
    let key = DeviceKey::from_seed(row.seed);
    let signature = key.sign(&sign_in_message(&relay, &nonce.0));
    let message = ClientMessage::SignIn { enrolment: key.public(), signature, credential };
    step.out.frames.push((id, message.to_frame()));
    Ok(())
}

fn signed_in(
    line: &mut Line,
    documents: &mut BTreeMap<DocumentId, Document>,
    step: &mut Step<'_>,
    id: LineId,
) -> Result<(), ClientError> {
    line.signed_in = true;
    let mut row = enrolment(step.rows, step.random, &line.relay)?;
    if !row.enrolled {
        row.enrolled = true;
        row.token = None;
        rows::put(step.rows, rows::ENROLMENT, line.relay.as_bytes(), &row)?;
        step.out.durable = true;
    }
    step.out.notices.push(Notice::SignedIn { line: id });
    for document in documents.values_mut().filter(|document| line.serves(document)) {
        document.plug(step, line, id)?;
    }
    line.offer_all(step, id)
}

/// Sends a request to join on a line that stands already.
pub(super) fn offer_join(
    lines: &mut BTreeMap<LineId, Line>,
    step: &mut Step<'_>,
    request: &RequestId,
) -> Result<(), ClientError> {
    let Some(relay) = join::all(step.rows)?.into_iter().find(|status| status.request == *request).map(|status| status.relay)
    else {
        return Ok(());
    };
    for (id, line) in lines.iter().filter(|(_, line)| line.signed_in && line.relay == relay) {
        let _ = line;
        offer(step, *id, request)?;
    }
    Ok(())
}

fn offer(step: &mut Step<'_>, id: LineId, request: &RequestId) -> Result<(), ClientError> {
    for message in join::messages(step.rows, request)? {
        step.out.frames.push((id, message.to_frame()));
    }
    Ok(())
}

#[allow(clippy::too_many_arguments)] // What a refusal says, and where it came from.
fn refused(
    line: &mut Line,
    documents: &mut BTreeMap<DocumentId, Document>,
    step: &mut Step<'_>,
    id: LineId,
    about: &About,
    reason: Reason,
    expected: Option<u64>,
) -> Result<(), ClientError> {
    match about {
        About::Connection => {
            step.out.notices.push(Notice::LineRefused { line: id, reason });
            step.out.close.push((id, CloseReason::Refused(reason)));
            if !line.signed_in && matches!(reason, Reason::NotEnrolled | Reason::CredentialUsed | Reason::Expired) {
                return join::line_refused(step, &line.relay, reason);
            }
            Ok(())
        }
        About::Document(document) => match on_line(documents, id, document) {
            Some(document) => document.document_refused(step, reason),
            None => Ok(()),
        },
        About::Record { document, k } => match on_line(documents, id, document) {
            Some(document) => document.record_refused(step, *k, reason, expected),
            None => Ok(()),
        },
        About::Commit { document, epoch } => match on_line(documents, id, document) {
            Some(document) => document.commit_refused(step, *epoch, reason),
            None => Ok(()),
        },
        About::Invite(invite) => {
            for document in documents.values_mut().filter(|document| document.line == Some(id)) {
                document.asked_refused(
                    step,
                    reason,
                    |intent| matches!(intent, Intent::Invite { invite: wanted, .. } if wanted == invite),
                )?;
            }
            Ok(())
        }
        About::Request(request) => {
            for document in documents.values_mut().filter(|document| document.line == Some(id)) {
                document.asked_refused(step, reason, |intent| is_about(intent, request))?;
            }
            if join::request_refused(step, request, reason)? {
                line.offer_at = Some(step.now_ms + OFFER_AGAIN_MS);
            }
            Ok(())
        }
        About::Blob(blob) => {
            if line.fetches.remove(blob).is_some() {
                step.out.close.push((id, CloseReason::LostPlace));
                return Ok(());
            }
            for document in documents.values_mut().filter(|document| document.line == Some(id)) {
                document.admission_refused(step, reason)?;
            }
            Ok(())
        }
        About::GuestLink(link) => {
            for document in documents.values_mut().filter(|document| document.line == Some(id)) {
                document.asked_refused(step, reason, |intent| {
                    guests::puts(intent, link)
                        || guests::stops(intent, link)
                        || guests::opens(intent, link)
                        || guests::closes(intent, link)
                })?;
            }
            Ok(())
        }
        About::GuestCode(code) => {
            for document in documents.values_mut().filter(|document| document.line == Some(id)) {
                document.asked_refused(step, reason, |intent| guests::lets_type(intent, code))?;
            }
            Ok(())
        }
        About::GuestItem(item) => {
            for document in documents.values_mut().filter(|document| document.line == Some(id)) {
                document.asked_refused(step, reason, |intent| guests::drops(intent, item))?;
            }
            Ok(())
        }
    }
}

impl Document {
    /// A connection to this document's relay stands.
    pub(super) fn plug(&mut self, step: &mut Step<'_>, line: &Line, id: LineId) -> Result<(), ClientError> {
        if !matches!(self.row.standing, Standing::Member | Standing::Forked) {
            return Ok(());
        }
        self.unplug();
        self.line = Some(id);
        match self.row.group_info.clone() {
            Some(group_info) => {
                self.phase = Phase::Creating;
                self.send(step, &ClientMessage::Create { document: self.id, group_info });
                Ok(())
            }
            None => self.prove(step, line),
        }
    }

    /// Proves the leaf key over this connection's challenge and asks for what came since: one round trip.
    fn prove(&mut self, step: &mut Step<'_>, line: &Line) -> Result<(), ClientError> {
        let Some((relay, nonce)) = &line.challenge else { return Ok(()) };
        self.phase = Phase::Proving;
        let signature = self.key.sign(&subscribe_message(relay, &nonce.0, &self.id));
        self.send(step, &ClientMessage::Prove { document: self.id, device: self.key.id(), signature });
        self.send(step, &ClientMessage::CatchUp { document: self.id, from: self.hot.seen.seq });
        Ok(())
    }

    /// The relay accepted the leaf key and says how the log stands.
    fn proved(&mut self, step: &mut Step<'_>, head: u64, k: u64) -> Result<(), ClientError> {
        if k >= self.hot.next_k {
            return self.rolled_back(step);
        }
        // The answer to the catch-up may have overtaken this one: what follows its log already goes on.
        if self.phase == Phase::Proving {
            self.phase = Phase::CatchingUp;
        }
        self.unproven = 0;
        if head < self.hot.seen.seq || k < self.hot.accepted_k {
            let text = format!(
                "the relay's log ends at record {head}, and this device has read record {}: it was set back or replaced",
                self.hot.seen.seq
            );
            return self.fork(step, None, &text);
        }
        if k > self.hot.accepted_k {
            self.hot.accepted_k = k;
            self.save_hot(step.rows)?;
        }
        Ok(())
    }

    /// Everything up to `head` was sent. False if some of it did not come.
    fn live(&mut self, step: &mut Step<'_>, head: u64) -> Result<bool, ClientError> {
        self.process(step)?;
        if self.phase == Phase::Shut {
            return Ok(true);
        }
        if self.hot.seen.seq < head && matches!(self.row.standing, Standing::Member | Standing::Forked) {
            return Ok(false);
        }
        self.phase = Phase::Live;
        step.out.notices.push(Notice::Live { document: self.id });
        if self.state.roster.is_lead(&self.key.id()) {
            self.send(step, &ClientMessage::Requests { document: self.id });
        }
        self.ask_guests(step);
        self.pump(step)?;
        Ok(true)
    }

    fn document_refused(&mut self, step: &mut Step<'_>, reason: Reason) -> Result<(), ClientError> {
        match reason {
            Reason::Later if self.admission.is_some() => self.admission_refused(step, reason),
            Reason::NotMember => self.not_proven(step),
            Reason::Unknown if self.phase != Phase::Live => {
                self.phase = Phase::Shut;
                self.fork(step, None, "the relay does not hold this document any more")
            }
            other if self.admission.is_some() => self.admission_refused(step, other),
            _ => Ok(()),
        }
    }

    /// The relay does not take this connection for a member's. That happens when frames overtake one another, so it is tried again
    /// on a new connection; a removed device is told so by a message of its own.
    fn not_proven(&mut self, step: &mut Step<'_>) -> Result<(), ClientError> {
        self.unproven += 1;
        if self.unproven > UNPROVEN_AT_MOST {
            return self.removed(step, false);
        }
        if let Some(line) = self.line {
            step.out.close.push((line, CloseReason::LostPlace));
        }
        Ok(())
    }

    fn record_refused(&mut self, step: &mut Step<'_>, k: u64, reason: Reason, expected: Option<u64>) -> Result<(), ClientError> {
        match (reason, expected) {
            (Reason::Gap, Some(expected)) => self.gap(step, expected),
            (Reason::Later | Reason::StoreFailed | Reason::Stopping, _) => {
                self.in_flight.retain(|sent, _| *sent < k);
                self.retry_at = step.now_ms + 500;
                self.want_tick(self.retry_at);
                Ok(())
            }
            (Reason::NotMember, _) => self.not_proven(step),
            (other, _) => {
                let text = format!("the relay does not take what was written here: {}", super::membership::sentence(other));
                self.phase = Phase::Shut;
                self.finding(step, None, Some(self.key.id()), text)
            }
        }
    }

    /// The relay says that this device was removed, and shows the commit if it can be read from here.
    fn told_removed(&mut self, step: &mut Step<'_>, seq: u64, record: Vec<u8>) -> Result<(), ClientError> {
        self.process(step)?;
        if seq == self.hot.seen.seq + 1 {
            self.received.push_back(record);
            self.process(step)?;
        }
        self.removed(step, false)
    }
}

impl JoinProgress {
    /// Whether an answer may still come.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Made | Self::Waiting | Self::Words { .. })
    }
}
