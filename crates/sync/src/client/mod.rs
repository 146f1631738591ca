//! The client's side of the protocol, without I/O.
//!
//! A [`ClientCore`] holds every document of one profile. Its driver opens a transaction of the store, calls one method, commits,
//! and only then lets the [`Effects`] out: frames to send, notices to show. One step is one transaction, so that MLS state, log
//! cursor, document and outbox never disagree, whenever the machine stops.
//!
//! The loop of one edit: [`ClientCore::edit`] changes the working copy and keeps the raw change (no network, no MLS). When the
//! document is live, the tick freezes what waits into a signed bundle with the next `k` (`send.rs`), seals it under the epoch of
//! that moment and sends it. The relay's answer says "sent"; the record comes back through the log like everybody else's
//! (`receive.rs`), is judged on the replica alone, and leaves the outbox. Others' receipts say "seen by" (`receipts.rs`).
//!
//! A step that fails is rolled back by the driver, which then calls [`ClientCore::forget`]: what is in memory never runs ahead of
//! what is on disk.

mod backup;
mod continued;
mod document;
mod guests;
mod join;
mod line;
mod membership;
mod overlay;
mod presence;
mod receipts;
mod receive;
mod rows;
mod send;
mod status;
mod verify;

use std::collections::BTreeMap;

use automerge::Automerge;
use kith_group::{
    AppendRule, DeviceId, DeviceKey, DocumentId, DocumentKind, GroupError, GroupName, InviteId, Link, Member, PersonId, Random,
    RequestId, Role, Rows, RowsError, Seen, member,
};

use crate::replica::{self, Replica};
use crate::wire::Reason;

pub use backup::{CopiedRow, rows_for_a_backup};
use document::{Document, Phase};
pub use join::{JoinDetails, JoinStatus};
use line::Line;
use rows::{DocumentRow, EnrolmentRow, HotRow};
pub use rows::{Intent, JoinProgress, Standing};
pub use status::{DocStatus, SeenBy};
pub use verify::{AuthorProof, Problem, Report};

/// How long changes are gathered before they are frozen and sent while colleagues are live, in milliseconds (protocol 10).
pub const TICK_MS: i64 = 25;

/// One connection to one relay, as the driver numbers them. A number is never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineId(pub u32);

/// The number of an [`Intent`] within its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IntentId(pub u64);

/// What happens to a core from outside.
#[derive(Debug, Clone)]
pub enum Input {
    /// A connection to a relay stands; the relay speaks first.
    Opened {
        /// The connection.
        line: LineId,
        /// The relay's address as documents and links name it.
        relay: String,
    },
    /// A frame came.
    Frame {
        /// The connection.
        line: LineId,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// The connection is gone.
    Closed {
        /// The connection.
        line: LineId,
    },
    /// Time has passed; see [`ClientCore::next_tick`].
    Tick,
}

/// Why a core wants a connection closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CloseReason {
    /// The relay sent something that is not of this protocol.
    Malformed,
    /// The relay speaks another version: `theirs`.
    OtherVersion(u8),
    /// The relay refused the connection.
    Refused(Reason),
    /// Records were missing between two frames: connect again and catch up.
    LostPlace,
}

/// What a step wants done, after its transaction is committed.
#[derive(Debug, Default)]
pub struct Effects {
    /// Frames to send, in order.
    pub frames: Vec<(LineId, Vec<u8>)>,
    /// Connections to close.
    pub close: Vec<(LineId, CloseReason)>,
    /// What a person may want to know.
    pub notices: Vec<Notice>,
    /// The step keeps something of this device's own: it must be synced to disk before frames leave or "saved" is shown.
    /// Otherwise the relay has all of it, and the transaction may stay open for up to 250 ms (protocol 10).
    pub durable: bool,
}

/// News of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The relay accepted this profile.
    SignedIn {
        /// The connection.
        line: LineId,
    },
    /// The relay did not accept this profile.
    LineRefused {
        /// The connection.
        line: LineId,
        /// Why.
        reason: Reason,
    },
    /// The relay speaks another version.
    OtherVersion {
        /// The connection.
        line: LineId,
        /// Its version.
        theirs: u8,
    },
    /// A document has caught up with its log.
    Live {
        /// Which.
        document: DocumentId,
    },
    /// A document's text changed by others.
    Changed {
        /// Which.
        document: DocumentId,
    },
    /// The relay has stored own bundle `k` on its disk.
    Sent {
        /// The document.
        document: DocumentId,
        /// The bundle's number.
        k: u64,
    },
    /// A colleague's receipt came.
    SeenBy {
        /// The document.
        document: DocumentId,
    },
    /// A member is somewhere in a document now. Shown while it is fresh, never kept and never logged.
    Here {
        /// The document.
        document: DocumentId,
        /// The member's device.
        device: DeviceId,
        /// When, by their clock, in Unix milliseconds: the later of two counts.
        at: i64,
        /// Where; empty: not there any more.
        place: String,
    },
    /// Somebody asks to be let in.
    Waiting {
        /// The document.
        document: DocumentId,
    },
    /// A lead has looked at my request: compare these four words with them.
    Words {
        /// My request.
        request: RequestId,
        /// Both sides must see the same.
        words: [&'static str; 4],
    },
    /// I was let in, and the document is readable.
    Joined {
        /// My request.
        request: RequestId,
        /// What I joined.
        document: DocumentId,
    },
    /// A lead said no.
    Declined {
        /// My request.
        request: RequestId,
    },
    /// My request cannot succeed.
    JoinFailed {
        /// My request.
        request: RequestId,
        /// A sentence.
        why: String,
    },
    /// This device was removed from a document.
    Removed {
        /// Which.
        document: DocumentId,
    },
    /// What was wanted of the group is done, and stored at the relay.
    IntentDone {
        /// The document.
        document: DocumentId,
        /// Which.
        intent: IntentId,
    },
    /// What was wanted of the group cannot be done.
    IntentFailed {
        /// The document.
        document: DocumentId,
        /// Which.
        intent: IntentId,
        /// A sentence.
        why: String,
    },
    /// Something did not hold; it is kept and `verify` names it.
    Finding {
        /// The document.
        document: DocumentId,
        /// A sentence.
        text: String,
    },
    /// What guests sent, as the relay holds it: to be taken in, or dropped there if the record has it already.
    GuestItems {
        /// The strand record.
        document: DocumentId,
        /// Sealed to those who made their links.
        items: Vec<crate::wire::GuestItem>,
        /// Whether all of this device's own work is at the relay: what the record holds now may be dropped.
        sent: bool,
    },
    /// An invitation can be used now.
    InviteReady {
        /// The document.
        document: DocumentId,
        /// Which.
        invite: InviteId,
    },
}

/// Why a step of the client failed. The driver rolls back and calls [`ClientCore::forget`].
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The store.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// The group.
    #[error(transparent)]
    Group(#[from] GroupError),
    /// The stored document.
    #[error("the stored document cannot be opened: {0}")]
    Load(#[from] replica::LoadError),
    /// No such document here.
    #[error("this profile holds no such document")]
    UnknownDocument,
    /// Only leads may do this.
    #[error("only a lead can do this")]
    NotALead,
    /// Links for guests belong to strand records, and to those who may write in them.
    #[error("links for young people and families are made in the record of a young person that you hold or stand in for")]
    NoGuestsHere,
    /// Readers and removed devices cannot write.
    #[error("{0}")]
    MayNotWrite(String),
    /// A single change that no record could hold.
    #[error("that is too long to send in one piece ({bytes} bytes, at most {limit}): add it in parts")]
    TooLong {
        /// Its size.
        bytes: usize,
        /// The most.
        limit: usize,
    },
    /// A link or what came with it.
    #[error("{0}")]
    Join(String),
    /// Own changes could not be packed or a format could not be written; nothing was changed.
    #[error("this step could not be written down: {0}")]
    Format(String),
}

/// Why an edit was not made.
#[derive(Debug, thiserror::Error)]
pub enum EditError<E> {
    /// What the caller's closure said; the document is unchanged.
    #[error("{0}")]
    Refused(E),
    /// The step failed.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// Who this device is in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The document.
    pub document: DocumentId,
    /// The device, and its Automerge actor.
    pub device: DeviceId,
    /// The person whose it is, in this document.
    pub person: PersonId,
}

/// A line of the list of documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentSummary {
    /// The document.
    pub id: DocumentId,
    /// Its kind.
    pub kind: DocumentKind,
    /// The relay that keeps its log, if any yet.
    pub relay: Option<String>,
    /// My role by the roster as this device last saw it; `None` after removal.
    pub role: Option<Role>,
    /// How this device stands.
    pub standing: Standing,
    /// See [`ClientCore::edition`].
    pub edition: u64,
}

/// What a step works with.
struct Step<'a> {
    rows: &'a mut dyn Rows,
    random: &'a mut dyn Random,
    now_ms: i64,
    out: &'a mut Effects,
}

impl Step<'_> {
    /// Unix seconds.
    fn now(&self) -> i64 {
        self.now_ms.div_euclid(1000)
    }
}

/// Every document of one profile, and its connections.
pub struct ClientCore {
    random: Box<dyn Random>,
    documents: BTreeMap<DocumentId, Document>,
    lines: BTreeMap<LineId, Line>,
}

impl ClientCore {
    /// Reads what the store holds about documents. Loads no document and no MLS state.
    pub fn open(rows: &dyn Rows, random: Box<dyn Random>) -> Result<Self, ClientError> {
        let mut core = Self { random, documents: BTreeMap::new(), lines: BTreeMap::new() };
        core.read_documents(rows)?;
        Ok(core)
    }

    /// After a rollback: throws away what is in memory and reads the store again. Connections must be made anew.
    pub fn forget(&mut self, rows: &dyn Rows) -> Result<(), ClientError> {
        self.lines.clear();
        self.read_documents(rows)
    }

    fn read_documents(&mut self, rows: &dyn Rows) -> Result<(), ClientError> {
        self.documents.clear();
        for (key, value) in rows.scan_rows(rows::DOCUMENT, &[], &[], usize::MAX)? {
            let id = DocumentId::from_slice(&key).ok_or_else(|| RowsError::Damaged("a document's name".into()))?;
            let row: DocumentRow = rows::read(rows::DOCUMENT, &value)?;
            let hot: HotRow =
                rows::get(rows, rows::HOT, &key)?.ok_or_else(|| RowsError::Damaged("a document's cursor is missing".into()))?;
            self.documents.insert(id, Document::new(rows, id, row, hot)?);
        }
        Ok(())
    }

    /// Does what an input asks for.
    pub fn handle(&mut self, rows: &mut dyn Rows, now_ms: i64, input: Input) -> Result<Effects, ClientError> {
        let mut out = Effects::default();
        {
            let mut step = Step { rows, random: self.random.as_mut(), now_ms, out: &mut out };
            match input {
                Input::Opened { line, relay } => {
                    self.lines.insert(line, Line::new(relay));
                }
                Input::Frame { line, bytes } => line::frame(&mut self.lines, &mut self.documents, &mut step, line, &bytes)?,
                Input::Closed { line } => {
                    self.lines.remove(&line);
                    for document in self.documents.values_mut().filter(|document| document.line == Some(line)) {
                        document.unplug();
                    }
                }
                Input::Tick => {
                    for (id, line) in &mut self.lines {
                        line.tick(&mut step, *id)?;
                        line.plug_new(&mut self.documents, &mut step, *id)?;
                    }
                    for document in self.documents.values_mut() {
                        document.tick(&mut step)?;
                    }
                }
            }
        }
        Ok(out)
    }

    /// When [`Input::Tick`] is wanted next, in Unix milliseconds.
    pub fn next_tick(&self) -> Option<i64> {
        let documents = self.documents.values().filter_map(|document| document.tick_at);
        documents.chain(self.lines.values().filter_map(|line| line.offer_at)).min()
    }

    /// Creates a document with this device as its only member, its lead. `genesis` makes the one raw change that everything
    /// stands on, under the device's actor (protocol 6).
    pub fn create_document(
        &mut self,
        rows: &mut dyn Rows,
        now_ms: i64,
        kind: DocumentKind,
        rule: AppendRule,
        relay: Option<&str>,
        genesis: &mut dyn FnMut(&Identity) -> Vec<u8>,
    ) -> Result<Identity, ClientError> {
        self.create_with(rows, now_ms, kind, rule, relay, &mut |me| vec![genesis(me)])
    }

    /// Makes a document that never goes anywhere: an example, with what made-up people wrote in it. `changes` gives raw changes, the
    /// first of which begins it. They need not be this device's, so no colleague would take them: it is given no relay.
    pub fn create_example(
        &mut self,
        rows: &mut dyn Rows,
        now_ms: i64,
        kind: DocumentKind,
        changes: &mut dyn FnMut(&Identity) -> Vec<Vec<u8>>,
    ) -> Result<Identity, ClientError> {
        self.create_with(rows, now_ms, kind, AppendRule::Everyone, None, changes)
    }

    fn create_with(
        &mut self,
        rows: &mut dyn Rows,
        now_ms: i64,
        kind: DocumentKind,
        rule: AppendRule,
        relay: Option<&str>,
        changes: &mut dyn FnMut(&Identity) -> Vec<Vec<u8>>,
    ) -> Result<Identity, ClientError> {
        let id = DocumentId::random(self.random.as_mut());
        let key = DeviceKey::generate(self.random.as_mut());
        let person = PersonId::random(self.random.as_mut());
        let identity = Identity { document: id, device: key.id(), person };
        let name = GroupName { document: id, generation: 0 };
        let (state, group_info) = member::create(rows, self.random.as_mut(), &key, name, kind, rule, person)?;
        let row = DocumentRow {
            kind: kind.0,
            relay: relay.map(str::to_owned),
            person,
            seed: key.seed(),
            standing: Standing::Member,
            group_info: Some(group_info),
            group: state.encode(),
            base: Seen::START,
            refreshed: now_ms.div_euclid(1000),
        };
        let mut next_unsent = 0;
        for change in changes(&identity) {
            rows.put_row(rows::UNSENT, &rows::numbered(&id, next_unsent), &change)?;
            next_unsent += 1;
        }
        let hot = HotRow {
            seen: Seen::START,
            next_k: 1,
            accepted_k: 0,
            edition: next_unsent,
            next_unsent,
            receipt_seq: 0,
            receipt_at: 0,
            lasts: Vec::new(),
        };
        rows::put(rows, rows::DOCUMENT, &id.0, &row)?;
        rows::put(rows, rows::HOT, &id.0, &hot)?;
        let mut document = Document::new(rows, id, row, hot)?;
        document.adopt(rows, state)?;
        document.save_authors(rows)?;
        document.want_tick(now_ms);
        self.documents.insert(id, document);
        Ok(identity)
    }

    /// Every document, in order of ids.
    pub fn documents(&self) -> Vec<DocumentSummary> {
        self.documents.values().map(Document::summary).collect()
    }

    /// Who this device is in a document.
    pub fn identity(&self, document: &DocumentId) -> Option<Identity> {
        self.documents.get(document).map(Document::identity)
    }

    /// Changes a document on this machine: `f` gets the working copy, and every change that it makes is kept for sending.
    /// Nothing happens to the document if `f` fails. Works without a network.
    pub fn edit<R, E>(
        &mut self,
        rows: &mut dyn Rows,
        now_ms: i64,
        document: &DocumentId,
        f: impl FnOnce(&mut Automerge, &Identity) -> Result<R, E>,
    ) -> Result<(R, Effects), EditError<E>> {
        let mut out = Effects::default();
        let document = self.documents.get_mut(document).ok_or(ClientError::UnknownDocument)?;
        let mut step = Step { rows, random: self.random.as_mut(), now_ms, out: &mut out };
        let made = document.edit(&mut step, f)?;
        document.pump(&mut step)?;
        Ok((made, out))
    }

    /// The document as its reader sees it: the log's prefix and own unsent changes. Loads it if need be.
    pub fn read(&mut self, rows: &dyn Rows, document: &DocumentId) -> Result<&Automerge, ClientError> {
        let document = self.documents.get_mut(document).ok_or(ClientError::UnknownDocument)?;
        Ok(document.load(rows)?.doc())
    }

    /// What changed in a loaded document since this was last asked.
    pub fn touched(&mut self, document: &DocumentId) -> Vec<replica::Touched> {
        self.documents.get_mut(document).and_then(|document| document.replica.as_mut()).map_or_else(Vec::new, Replica::touched)
    }

    /// Counts the changes in this device's copy: a stored view remembers the edition that it shows.
    pub fn edition(&self, document: &DocumentId) -> u64 {
        self.documents.get(document).map_or(0, |document| document.hot.edition)
    }

    /// When idle and before exit: brings what arrived into the stored documents, so that the next opening is quick.
    pub fn rest(&mut self, rows: &mut dyn Rows, now_ms: i64) -> Result<(), ClientError> {
        let mut out = Effects::default();
        let mut step = Step { rows, random: self.random.as_mut(), now_ms, out: &mut out };
        for document in self.documents.values_mut() {
            document.rest(&mut step)?;
        }
        Ok(())
    }

    #[allow(clippy::needless_pass_by_value)] // A wish is handed over.
    /// Wants something of a document's group. It is done when there is a connection, and survives restarts.
    pub fn add_intent(
        &mut self,
        rows: &mut dyn Rows,
        now_ms: i64,
        document: &DocumentId,
        intent: Intent,
    ) -> Result<(IntentId, Effects), ClientError> {
        let mut out = Effects::default();
        let document = self.documents.get_mut(document).ok_or(ClientError::UnknownDocument)?;
        let mut step = Step { rows, random: self.random.as_mut(), now_ms, out: &mut out };
        let id = document.add_intent(&mut step, &intent)?;
        document.pump(&mut step)?;
        Ok((id, out))
    }

    /// What is still wanted of a document's group.
    pub fn intents(&self, rows: &dyn Rows, document: &DocumentId) -> Result<Vec<(IntentId, Intent)>, ClientError> {
        membership::intents(rows, document)
    }

    /// Wants it no more. One whose commit is already on its way is carried out all the same: then this returns false.
    pub fn cancel_intent(&mut self, rows: &mut dyn Rows, document: &DocumentId, intent: IntentId) -> Result<bool, ClientError> {
        let document = self.documents.get_mut(document).ok_or(ClientError::UnknownDocument)?;
        document.cancel_intent(rows, intent)
    }

    /// Makes a request to join from a link; it is sent when a connection to the link's relay stands.
    pub fn begin_join(
        &mut self,
        rows: &mut dyn Rows,
        now_ms: i64,
        link: &Link,
        details: &JoinDetails,
    ) -> Result<(RequestId, Effects), ClientError> {
        let mut out = Effects::default();
        let mut step = Step { rows, random: self.random.as_mut(), now_ms, out: &mut out };
        if self.documents.get(&link.document).is_some_and(|document| document.row.standing == Standing::Member) {
            return Err(ClientError::Join("you are in this assessment already".into()));
        }
        let request = join::begin(&mut step, link, details)?;
        line::offer_join(&mut self.lines, &mut step, &request)?;
        Ok((request, out))
    }

    /// Forgets a request of mine that was refused or declined; false for one that is open or was granted.
    pub fn forget_join(&mut self, rows: &mut dyn Rows, request: &RequestId) -> Result<bool, ClientError> {
        join::forget(rows, request)
    }

    /// My requests to join and how they stand.
    pub fn joins(&self, rows: &dyn Rows) -> Result<Vec<JoinStatus>, ClientError> {
        join::all(rows)
    }

    /// Requests that wait for a lead of this document.
    pub fn waiting(&self, rows: &dyn Rows, document: &DocumentId) -> Result<Vec<crate::wire::WaitingRequest>, ClientError> {
        membership::waiting(rows, document)
    }

    /// Whether the relay has told, on this connection, everybody who waits; it tells leads alone.
    pub fn knows_who_waits(&self, document: &DocumentId) -> bool {
        self.documents.get(document).is_some_and(|document| document.knows_who_waits)
    }

    /// Who is in, by the roster as this device last saw it.
    pub fn members(&self, document: &DocumentId) -> Vec<Member> {
        self.documents.get(document).map_or_else(Vec::new, |document| document.state.roster.members.values().copied().collect())
    }

    /// How a document stands.
    pub fn status(&mut self, rows: &dyn Rows, document: &DocumentId) -> Result<DocStatus, ClientError> {
        self.documents.get_mut(document).ok_or(ClientError::UnknownDocument)?.status(rows)
    }

    /// Proves who wrote what, and names what does not hold.
    pub fn verify(&mut self, rows: &dyn Rows, document: &DocumentId) -> Result<Report, ClientError> {
        self.documents.get_mut(document).ok_or(ClientError::UnknownDocument)?.verify(rows)
    }

    /// Whether nothing is left to be sent, received or done on any connected document.
    pub fn is_quiet(&self, rows: &dyn Rows) -> Result<bool, ClientError> {
        for document in self.documents.values() {
            if !document.is_quiet(rows)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Before leaving: sends receipts for what was read, without waiting for their minute.
    pub fn farewell(&mut self, rows: &mut dyn Rows, now_ms: i64) -> Result<Effects, ClientError> {
        let mut out = Effects::default();
        let mut step = Step { rows, random: self.random.as_mut(), now_ms, out: &mut out };
        for document in self.documents.values_mut() {
            document.send_receipt(&mut step, true)?;
        }
        Ok(out)
    }

    /// Remembers an agency's token for a relay, used at the next sign-in there.
    pub fn set_enrolment(&mut self, rows: &mut dyn Rows, relay: &str, token: Option<Vec<u8>>) -> Result<(), ClientError> {
        let mut row = line::enrolment(rows, self.random.as_mut(), relay)?;
        row.token = token;
        row.enrolled = false;
        rows::put::<EnrolmentRow>(rows, rows::ENROLMENT, relay.as_bytes(), &row)?;
        Ok(())
    }

    /// Gives documents that have no relay yet their first one.
    pub fn set_relay(&mut self, rows: &mut dyn Rows, document: &DocumentId, relay: &str) -> Result<(), ClientError> {
        let document = self.documents.get_mut(document).ok_or(ClientError::UnknownDocument)?;
        if document.row.relay.is_none() {
            document.row.relay = Some(relay.to_owned());
            document.save_row(rows)?;
            document.want_tick(0);
        }
        Ok(())
    }

    /// Whether a document follows its log now.
    pub fn is_live(&self, document: &DocumentId) -> bool {
        self.documents.get(document).is_some_and(|document| document.phase == Phase::Live)
    }
}
