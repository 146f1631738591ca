//! Joining by a link (protocol 5 and 9): a request, four words, and on admission one download that makes the document readable.

use std::collections::BTreeMap;

use kith_group::{
    AdmitPack, AuthorRow as WireAuthor, BlobId, Bundle, CommitAad, DeviceId, DeviceKey, DocumentId, GroupName, GroupState,
    JoinRequest, Link, PersonId, Record, RequestId, Rows, Seen, Snapshot, actor_family, blob_digest, chain, four_words, member,
    open_blob, open_request, request_digest, seal_request,
};

use super::document::{Document, brought};
use super::line::Line;
use super::overlay::Overlay;
use super::rows::{self, AuthorRow, BaseRow, DocumentRow, FindingRow, HotRow, JoinProgress, JoinRow, LogRow, Verdict};
use super::{ClientError, CloseReason, LineId, Notice, Standing, Step};
use crate::replica::{self, Arrival, Caps, Coverage, LastChange, Replica, Rules, Stored};
use crate::wire::{ClientMessage, Credential, Reason, RequestState};

/// No snapshot has more chunks than this.
const MOST_CHUNKS: usize = kith_group::MAX_SNAPSHOT / (kith_group::MAX_CHUNK / 2);

/// What a lead is shown of whoever asks to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinDetails {
    /// Their name.
    pub name: String,
    /// Their agency.
    pub agency: String,
    /// Their role in their own words ("school nurse").
    pub role_words: String,
}

/// One of my requests to join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinStatus {
    /// The request.
    pub request: RequestId,
    /// The document that it is for.
    pub document: DocumentId,
    /// The device that asks: its key was made for this request.
    pub device: DeviceId,
    /// Where.
    pub relay: String,
    /// Until when the link works, in Unix seconds.
    pub expires: i64,
    /// How far it is.
    pub progress: JoinProgress,
    /// The four words, once a lead has looked.
    pub words: Option<[&'static str; 4]>,
}

/// A snapshot on its way for a request that was granted.
pub(super) struct Fetch {
    request: RequestId,
    seq: u64,
    record: Vec<u8>,
    welcome: Vec<u8>,
    pack: Vec<u8>,
    chunks: BTreeMap<u32, Vec<u8>>,
}

/// Makes a request from a link.
pub(super) fn begin(step: &mut Step<'_>, link: &Link, details: &JoinDetails) -> Result<RequestId, ClientError> {
    if link.expires < step.now() {
        return Err(ClientError::Join("this link's time is over; ask for a new one".into()));
    }
    for status in all(step.rows)? {
        if status.document == link.document && status.progress.is_open() {
            return Err(ClientError::Join("you have asked to join this already; `kith status` shows how it stands".into()));
        }
    }
    let request = RequestId::random(step.random);
    let person = PersonId::random(step.random);
    let key = DeviceKey::generate(step.random);
    let package = member::key_package(step.rows, step.random, &key)?;
    let asked = JoinRequest {
        person,
        name: details.name.clone(),
        agency: details.agency.clone(),
        role_words: details.role_words.clone(),
        packages: vec![(link.document, package)],
        at: step.now(),
    };
    let sealed = seal_request(&link.secret, &link.invite, &request, &asked, step.random)
        .map_err(|error| ClientError::Join(error.to_string()))?;
    let row = JoinRow {
        link: link.to_string(),
        document: link.document,
        person,
        seed: key.seed(),
        digest: request_digest(&sealed),
        sealed,
        progress: JoinProgress::Made,
    };
    rows::put(step.rows, rows::JOIN, &request.0, &row)?;
    step.out.durable = true;
    Ok(request)
}

fn stored(rows: &dyn Rows, request: &RequestId) -> Result<Option<(JoinRow, Link)>, ClientError> {
    let Some(row) = rows::get::<JoinRow>(rows, rows::JOIN, &request.0)? else { return Ok(None) };
    Ok(row.link.parse::<Link>().ok().map(|link| (row, link)))
}

/// Forgets a request that came to nothing, with the key that was made for it. One that is still open, or was granted, stays.
pub(super) fn forget(rows: &mut dyn Rows, request: &RequestId) -> Result<bool, ClientError> {
    let Some((row, link)) = stored(rows, request)? else { return Ok(false) };
    if row.progress.is_open() || row.progress == JoinProgress::Joined {
        return Ok(false);
    }
    if let Ok(asked) = open_request(&link.secret, &link.invite, request, &row.sealed) {
        for (_, package) in &asked.packages {
            member::forget_key_package(rows, package)?;
        }
    }
    rows.delete_row(rows::JOIN, &request.0)?;
    Ok(true)
}

/// All my requests.
pub(super) fn all(rows: &dyn Rows) -> Result<Vec<JoinStatus>, ClientError> {
    let mut found = Vec::new();
    for (key, _) in rows.scan_rows(rows::JOIN, &[], &[], usize::MAX)? {
        let Some(request) = RequestId::from_slice(&key) else { continue };
        let Some((row, link)) = stored(rows, &request)? else { continue };
        let words = match &row.progress {
            JoinProgress::Words { nonce } => Some(four_words(&link.secret, &row.digest, &nonce.0)),
            _ => None,
        };
        found.push(JoinStatus {
            request,
            document: row.document,
            device: DeviceKey::from_seed(row.seed).id(),
            relay: link.relay.clone(),
            expires: link.expires,
            progress: row.progress,
            words,
        });
    }
    Ok(found)
}

/// The voucher of an open request at this relay: it enrols a profile that the relay does not know.
pub(super) fn voucher(rows: &dyn Rows, relay: &str) -> Result<Option<Credential>, ClientError> {
    for status in all(rows)? {
        if status.relay == relay
            && status.progress.is_open()
            && let Some((_, link)) = stored(rows, &status.request)?
        {
            return Ok(Some(Credential::Voucher { invite: link.invite, voucher: link.voucher.to_vec() }));
        }
    }
    Ok(None)
}

/// What to send for a request: itself (again, byte for byte) and the wish to hear how it stands.
pub(super) fn messages(rows: &dyn Rows, request: &RequestId) -> Result<Vec<ClientMessage>, ClientError> {
    let Some((row, link)) = stored(rows, request)? else { return Ok(Vec::new()) };
    let mut messages = Vec::new();
    if row.progress == JoinProgress::Made {
        messages.push(ClientMessage::Request { invite: link.invite, request: *request, sealed: row.sealed });
    }
    messages.push(ClientMessage::Watch { request: *request });
    Ok(messages)
}

fn set_progress(step: &mut Step<'_>, request: &RequestId, progress: JoinProgress) -> Result<(), ClientError> {
    if let Some((mut row, _)) = stored(step.rows, request)?
        && row.progress != progress
    {
        row.progress = progress;
        rows::put(step.rows, rows::JOIN, &request.0, &row)?;
        step.out.durable = true;
    }
    Ok(())
}

fn failed(step: &mut Step<'_>, request: &RequestId, why: String) -> Result<(), ClientError> {
    set_progress(step, request, JoinProgress::Failed(why.clone()))?;
    step.out.notices.push(Notice::JoinFailed { request: *request, why });
    Ok(())
}

/// The relay does not enrol this profile: requests whose voucher it was cannot succeed.
pub(super) fn line_refused(step: &mut Step<'_>, relay: &str, reason: Reason) -> Result<(), ClientError> {
    for status in all(step.rows)? {
        if status.relay == relay && status.progress == JoinProgress::Made {
            failed(step, &status.request, refusal(reason))?;
        }
    }
    Ok(())
}

/// The relay refused a request of mine. True if it may take it later: the invitation may not have reached it yet.
pub(super) fn request_refused(step: &mut Step<'_>, request: &RequestId, reason: Reason) -> Result<bool, ClientError> {
    let Some((row, _)) = stored(step.rows, request)? else { return Ok(false) };
    match reason {
        _ if !row.progress.is_open() => Ok(false),
        Reason::Later | Reason::StoreFailed | Reason::Stopping => Ok(true),
        Reason::Unknown if row.progress == JoinProgress::Made => Ok(true),
        _ => failed(step, request, refusal(reason)).map(|()| false),
    }
}

fn refusal(reason: Reason) -> String {
    match reason {
        Reason::Expired => "this link's time is over; ask for a new one".into(),
        Reason::CredentialUsed | Reason::Taken => "this link has been used already; each link is for one person, once".into(),
        // Here the link's voucher was what should have enrolled this profile.
        Reason::NotEnrolled => {
            "the relay does not know this link: its time is over, or your colleague's Kith has not told the relay \
                                of it yet; ask them to run `kith sync`, or for a new link"
                .into()
        }
        Reason::Unknown => "the relay does not know this request any more; ask for a new link".into(),
        other => format!("the relay refused the request: {}", super::membership::sentence(other)),
    }
}

/// How a request of mine stands, as the relay tells it.
pub(super) fn stands(
    line: &mut Line,
    step: &mut Step<'_>,
    id: LineId,
    request: &RequestId,
    state: RequestState,
) -> Result<(), ClientError> {
    let Some((row, link)) = stored(step.rows, request)? else { return Ok(()) };
    if !row.progress.is_open() {
        return Ok(());
    }
    match state {
        RequestState::Waiting => set_progress(step, request, JoinProgress::Waiting),
        RequestState::Revealed { nonce } => {
            // The first nonce stands: a relay that could choose among several could steer the words.
            if !matches!(row.progress, JoinProgress::Words { .. }) {
                set_progress(step, request, JoinProgress::Words { nonce })?;
                let words = four_words(&link.secret, &row.digest, &nonce.0);
                step.out.notices.push(Notice::Words { request: *request, words });
            }
            Ok(())
        }
        RequestState::Declined => {
            set_progress(step, request, JoinProgress::Declined)?;
            step.out.notices.push(Notice::Declined { request: *request });
            Ok(())
        }
        RequestState::Admitted { seq, record, welcome, pack, blob } => {
            let fetch = Fetch { request: *request, seq, record, welcome, pack, chunks: BTreeMap::new() };
            line.fetches.insert(blob, fetch);
            step.out.frames.push((id, ClientMessage::ReadBlob { document: link.document, blob, index: 0 }.to_frame()));
            Ok(())
        }
        // Answered beside the refusal of the request itself: the invitation may not have reached the relay yet.
        RequestState::Unknown if row.progress == JoinProgress::Made => Ok(()),
        RequestState::Unknown => failed(step, request, refusal(Reason::Unknown)),
    }
}

/// A chunk of the snapshot came; after the last one the document is opened.
#[allow(clippy::too_many_arguments)] // One message's fields, and where it came from.
pub(super) fn chunk(
    line: &mut Line,
    documents: &mut BTreeMap<DocumentId, Document>,
    step: &mut Step<'_>,
    id: LineId,
    blob: BlobId,
    index: u32,
    total: u32,
    bytes: Vec<u8>,
) -> Result<(), ClientError> {
    let Some(fetch) = line.fetches.get_mut(&blob) else { return Ok(()) };
    if index >= total || total as usize > MOST_CHUNKS || bytes.len() > kith_group::MAX_CHUNK {
        step.out.close.push((id, CloseReason::Malformed));
        return Ok(());
    }
    fetch.chunks.insert(index, bytes);
    if fetch.chunks.len() < total as usize {
        return Ok(());
    }
    let Some(fetch) = line.fetches.remove(&blob) else { return Ok(()) };
    let request = fetch.request;
    let mut overlay = Overlay::new(step.rows);
    let outcome = open_admission(&mut overlay, step.random, step.now_ms, fetch);
    let written = overlay.into_written();
    match outcome {
        Ok((document, replica)) => {
            written.write(step.rows)?;
            let row: Option<DocumentRow> = rows::get(step.rows, rows::DOCUMENT, &document.0)?;
            let hot: Option<HotRow> = rows::get(step.rows, rows::HOT, &document.0)?;
            if let (Some(row), Some(hot)) = (row, hot) {
                let mut opened = Document::new(step.rows, document, row, hot)?;
                // What was just proved is what is stored: reading it again would cost most of what joining costs.
                opened.replica = Some(replica);
                let state = opened.state.clone();
                opened.adopt(step.rows, state)?;
                opened.save_authors(step.rows)?;
                opened.plug(step, line, id)?;
                documents.insert(document, opened);
            }
            set_progress(step, &request, JoinProgress::Joined)?;
            step.out.durable = true;
            step.out.notices.push(Notice::Joined { request, document });
            Ok(())
        }
        Err(ClientError::Rows(error)) => Err(error.into()),
        Err(error) => failed(step, &request, error.to_string()),
    }
}

fn wrong(what: &str) -> ClientError {
    ClientError::Join(format!("what came with the admission does not hold together ({what}): ask to be let in again"))
}

/// Opens Welcome, pack and snapshot, proves what they say, and writes the document's rows. The replica is what a load of those rows
/// would give.
fn open_admission(
    rows: &mut dyn Rows,
    random: &mut dyn kith_group::Random,
    now_ms: i64,
    fetch: Fetch,
) -> Result<(DocumentId, Replica), ClientError> {
    let (join, link) = stored(rows, &fetch.request)?.ok_or_else(|| wrong("no such request"))?;
    let document = join.document;
    let key = DeviceKey::from_seed(join.seed);
    let record = Record::decode(&fetch.record).map_err(|_| wrong("its commit"))?;
    if record.head.document != document {
        return Err(wrong("another document"));
    }
    let (_, authenticated) = member::peek(&record.body)?;
    let aad = CommitAad::decode(&authenticated).map_err(|_| wrong("what its maker had seen"))?;
    if fetch.seq != aad.seen.seq + 1 {
        return Err(wrong("its place in the log"));
    }
    let name = GroupName { document, generation: record.head.generation };
    let state = member::join(rows, random, &key, &fetch.welcome, name)?;
    if state.epoch != record.head.epoch + 1 || state.roster.member(&key.id()).is_none_or(|me| me.person != join.person) {
        return Err(wrong("the group"));
    }
    let pack = AdmitPack::open(&state, &fetch.pack).map_err(|error| ClientError::Join(error.to_string()))?;
    if aad.pack != Some(pack.digest()) || pack.document != document {
        return Err(wrong("the pack is not the one that its maker signed"));
    }
    let snapshot = open_snapshot(&state, &pack, &fetch.chunks.into_values().collect::<Vec<_>>())?;
    let mut replica = replay(&pack, &snapshot)?;
    let seen = Seen { seq: fetch.seq, hash: chain(&aad.seen.hash, &fetch.record) };
    let content = saved(&mut replica, snapshot.content)?;
    write_document(rows, now_ms, &link, &join, &state, &pack, seen, content)?;
    let row = LogRow {
        hash: seen.hash,
        kind: record.head.kind.number(),
        sender: record.head.sender,
        k: 0,
        seen: Some(aad.seen),
        verdict: Verdict::Admitted,
        body: Vec::new(),
        at: now_ms.div_euclid(1000),
    };
    rows::put(rows, rows::LOG, &rows::numbered(&document, seen.seq), &row)?;
    Ok((document, replica))
}

fn open_snapshot(state: &GroupState, pack: &AdmitPack, chunks: &[Vec<u8>]) -> Result<Snapshot, ClientError> {
    if blob_digest(chunks) != pack.blob_digest {
        return Err(wrong("the snapshot is not the one that was sealed"));
    }
    let bytes = open_blob(&pack.blob_key, chunks).map_err(|error| ClientError::Join(error.to_string()))?;
    let snapshot = Snapshot::decode(&bytes).map_err(|error| ClientError::Join(error.to_string()))?;
    let maker = state.roster.member(&snapshot.by).ok_or_else(|| wrong("the snapshot's maker is not a member"))?;
    if !state.roster.is_lead(&snapshot.by) || !snapshot.verify(&maker.public) {
        return Err(wrong("the snapshot is not signed by a lead"));
    }
    if snapshot.document != pack.document || snapshot.seen != pack.base {
        return Err(wrong("the snapshot is of another place"));
    }
    Ok(snapshot)
}

/// Loads the snapshot and applies the tail, and proves that everything in the result is signed by who wrote it.
fn replay(pack: &AdmitPack, snapshot: &Snapshot) -> Result<Replica, ClientError> {
    let stored = Stored { base: &snapshot.content, ..Stored::default() };
    let mut replica = Replica::load(Rules::new(pack.document), &stored)?;
    if replica.heads_digest() != snapshot.digest {
        return Err(wrong("the snapshot's heads"));
    }
    let mut arrivals = Vec::new();
    for record in &pack.tail {
        let bundle =
            Bundle::decode_for(&pack.document, &record.sender, &record.bundle).map_err(|_| wrong("a record of the tail"))?;
        let author = bundle.signed.statement.author;
        let known = pack.authors.iter().find(|row| row.device == author).ok_or_else(|| wrong("an unknown author"))?;
        if !bundle.signed.verify(&known.public) {
            return Err(wrong("a record of the tail is not signed by its author"));
        }
        let changes = brought(bundle.payload, &Caps::default()).map_err(|_| wrong("a record of the tail"))?;
        arrivals.push(Arrival { seq: record.seq, author, changes, lasts: None });
    }
    if replica.admit(&arrivals).iter().any(|verdict| matches!(verdict, replica::Verdict::Refused(_))) {
        return Err(wrong("a record of the tail does not apply"));
    }
    all_signed(&replica, &pack.authors).map_err(wrong)?;
    Ok(replica)
}

/// Everything in a document is signed by who wrote it; else what is not.
pub(super) fn all_signed(replica: &Replica, authors: &[WireAuthor]) -> Result<(), &'static str> {
    for (actor, device) in replica.authors() {
        let device = device.ok_or("a change by nobody's device")?;
        let author = authors.iter().find(|row| row.device == device).ok_or("an unknown author")?;
        let signed = author.last.as_ref().filter(|last| last.verify(&author.public)).ok_or("an unsigned author")?;
        let lasts: Vec<_> = signed.statement.lasts.iter().map(last_change).collect();
        if actor_family(&actor) != Some(device) || replica.coverage(&device, &lasts) != Coverage::Whole {
            return Err("a change that its author did not sign");
        }
    }
    Ok(())
}

/// The document as it is stored: the snapshot with the tail in it, proved to load.
fn saved(replica: &mut Replica, content: Vec<u8>) -> Result<Vec<u8>, ClientError> {
    if replica.tail().is_empty() {
        return Ok(content);
    }
    let rebased = replica.rebase();
    rebased.base.filter(|_| rebased.expelled.is_empty()).ok_or_else(|| wrong("the document cannot be saved soundly"))
}

/// Whoever was in here before comes in as a new device, with a log that begins at its base. What the earlier one had not sent no signature
/// of the new one may cover: it is kept, out of the way. What it had read and wanted goes; what it found wrong with others stays.
fn begin_anew(rows: &mut dyn Rows, document: &DocumentId) -> Result<(), ClientError> {
    let Some(before) = rows::get::<DocumentRow>(rows, rows::DOCUMENT, &document.0)? else { return Ok(()) };
    let mut number = rows.scan_rows(rows::LEFT, &document.0, &[], usize::MAX)?.len() as u64;
    for space in [rows::OUTBOX, rows::UNSENT] {
        for (key, value) in rows.scan_rows(space, &document.0, &[], usize::MAX)? {
            rows.put_row(rows::LEFT, &rows::numbered(document, number), &value)?;
            rows.delete_row(space, &key)?;
            number += 1;
        }
    }
    for space in [rows::LOG, rows::RECEIPT, rows::REFUSED, rows::INTENT, rows::PENDING, rows::WAITING] {
        rows::clear(rows, space, document)?;
    }
    let own = DeviceKey::from_seed(before.seed).id();
    for (key, value) in rows.scan_rows(rows::FINDING, &document.0, &[], usize::MAX)? {
        if rows::read::<FindingRow>(rows::FINDING, &value)?.device == Some(own) {
            rows.delete_row(rows::FINDING, &key)?;
        }
    }
    Ok(())
}

/// A signed last change as the replica compares it.
pub(super) fn last_change(last: &kith_group::ActorLast) -> LastChange {
    LastChange { actor: last.actor.clone(), seq: last.seq, hash: last.hash }
}

#[allow(clippy::too_many_arguments)] // Everything that a new document's rows are made of.
fn write_document(
    rows: &mut dyn Rows,
    now_ms: i64,
    link: &Link,
    join: &JoinRow,
    state: &GroupState,
    pack: &AdmitPack,
    seen: Seen,
    content: Vec<u8>,
) -> Result<(), ClientError> {
    let document = &pack.document;
    let row = DocumentRow {
        kind: state.roster.kind.0,
        relay: Some(link.relay.clone()),
        person: join.person,
        seed: join.seed,
        standing: Standing::Member,
        group_info: None,
        group: state.encode(),
        base: seen,
        // Negative until the first own renewal, which comes soon after joining.
        refreshed: -now_ms.div_euclid(1000),
    };
    // Whoever was here before has views stored of that copy: counting goes on, so that they are not taken for the newest.
    let before: Option<HotRow> = rows::get(rows, rows::HOT, &document.0)?;
    let edition = before.map_or(1, |before| before.edition + 1);
    let hot =
        HotRow { seen, next_k: 1, accepted_k: 0, edition, next_unsent: 1, receipt_seq: 0, receipt_at: 0, lasts: Vec::new() };
    begin_anew(rows, document)?;
    rows::put(rows, rows::DOCUMENT, &document.0, &row)?;
    rows::put(rows, rows::HOT, &document.0, &hot)?;
    rows::put(rows, rows::BASE, &document.0, &BaseRow { seq: seen.seq, bytes: content })?;
    let k_marks: BTreeMap<DeviceId, u64> = pack.k_marks.iter().copied().collect();
    for author in &pack.authors {
        let mut row = AuthorRow {
            public: author.public,
            person: author.person,
            last: None,
            k: k_marks.get(&author.device).copied().unwrap_or(0),
            seen: author.last.as_ref().map_or(0, |last| last.statement.seen.seq),
            said_in: None,
        };
        if let Some(last) = &author.last {
            row.set_last(document, last);
        }
        rows::put(rows, rows::AUTHOR, &rows::below(document, &author.device.0), &row)?;
    }
    Ok(())
}
