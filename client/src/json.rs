//! What `--json` prints: one value per verb on the output, kept stable. Fields are only ever added.
//!
//! Ids are 26 lower-case letters and digits; instants are Unix seconds by their author's clock; dates are "YYYY-MM-DD"; a field
//! whose value is absent is `null`, never left out. Control and bidirectional characters are escaped (`\u009b`).
//!
//! | verb | value |
//! | --- | --- |
//! | any, on a refusal | [`Refused`]: `{"error": {"code", "message"}}`, exit 1 or 2; the message is on the error output too |
//! | `open` | [`Opened`], when it can be reached; it goes on until it is ended |
//! | `setup`, `relay` | [`ProfileShown`] |
//! | `new` | [`Made`] |
//! | `list` | [`Listed`] |
//! | `show`, and the file of `export --format json` | [`Shown`]; `view` is `kith_assessment::AssessmentView` |
//! | `history` | [`HistoryShown`]; `lines` are `kith_assessment::HistoryLine` |
//! | `status`, `sync` | [`StatusShown`] |
//! | `write`, `edit`, `retire`, `unretire`, `differ`, `meeting`, `notes` | [`Written`] |
//! | `invite` | [`Invited`] |
//! | `join` | [`Asked`] |
//! | `requests` | [`RequestsShown`] |
//! | `admit`, `decline`, `role`, `remove` | [`Decided`] |
//! | `members` | [`MembersShown`] |
//! | `verify` | [`Verified`]; exit 1 unless `ok` |
//! | `export` | [`Exported`] |
//! | `show` of a summary that I read | [`SummaryShown`] |
//! | `publish` | [`PublishedShown`]; with `--for` [`VersionShared`], and with `--preview` too [`VersionPreviewShown`] |
//! | `versions` | [`VersionsShown`] |
//! | `plain` | [`PlainShown`]; with `--text` [`Written`] |
//! | `reply` | [`RepliedShown`] |
//! | `heard` | [`Written`] |
//! | `caseload` | `kith_assessment::Caseload` |
//! | `record`, and the file of `export --format json` of a record | [`RecordShown`] |
//! | `attach` | [`AttachedShown`] |
//! | `detach` | [`DetachedShown`] |
//! | `hand-over` | [`HandedOver`] |
//! | `agreement` | [`AgreementNoted`]; without `--said` [`LedgerShown`] |
//! | `join-words` | [`WordsJoined`] |
//! | `continue` | [`Continued`] |
//! | `map` | [`MapMade`] |
//! | `maps` | [`MapsShown`] |
//! | `names-on-maps` | [`NamesOnMapsShown`] |
//! | `link` | [`LinkMadeShown`] |
//! | `links` | [`LinksShown`] |
//! | `unlink` | [`LinkStopped`] |
//! | `code` | [`CodeShown`] |
//! | `window` | [`WindowShown`]; with `--preview` [`ReadingShown`] |
//! | `arrived` | [`ArrivedShown`]; of one [`ItemShown`]; with `--add` [`WordsJoined`], with `--sound` [`SoundWritten`] |
//! | `settings` | [`AreaShown`] |
//! | `danger` | `kith_assessment::InDanger`; with `--copy` [`CopyShown`] |
//! | `told` | [`ToldShown`] |
//! | `nudge` | a list of [`Hint`] |

mod families;
mod guests;
mod records;

use kith_assessment::{AssessmentView, HistoryLine, Published, SummaryView};
use serde::Serialize;
use ts_rs::TS;

pub use families::{LedgerShown, PlainShown, RepliedShown, VersionPreviewShown, VersionShared, VersionsShown};
pub use guests::{
    AddTo, AreaShown, ArrivedShown, CodeShown, CoveringShown, ItemShown, LinkMadeShown, LinkStopped, LinksShown, OnAnswerShown,
    OnPartShown, OnSummaryShown, PointShown, ReadAction, ReadPart, ReadSummary, ReadingShown, SoundWritten, WindowShown,
};
pub use records::{
    AgreementNoted, AttachedShown, CopyShown, DetachedShown, HandedOver, MapMade, MapShown, MapsShown, NameShown,
    NamesOnMapsShown, RecordShown, SeenByColleagues, ToldShown, WordsJoined,
};

/// A refusal.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Refused {
    /// What happened.
    pub error: RefusedError,
}

/// Its parts.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RefusedError {
    /// A short word that stays the same: "wrong-passphrase", "unknown-assessment", "relay", "refused", …
    pub code: String,
    /// One plain sentence and what to do.
    pub message: String,
}

/// Whose profile it is.
#[derive(Debug, Clone, Serialize)]
pub struct ProfileShown {
    /// The folder.
    pub profile: String,
    /// Name.
    pub name: String,
    /// Agency.
    pub agency: String,
    /// Role in it.
    pub role: String,
    /// Relay for new assessments.
    pub relay: Option<String>,
}

/// A new assessment.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Made {
    /// Its id.
    pub assessment: String,
    /// Its title.
    pub title: String,
}

/// An assessment goes on in a new one.
#[derive(Debug, Serialize, TS)]
pub struct Continued {
    /// The new one.
    pub assessment: String,
    /// Its name.
    pub title: String,
    /// The one that it goes on from.
    pub from: String,
}

/// How this device stands in an assessment.
#[derive(Debug, Clone, Serialize, TS)]
pub struct StandingShown {
    /// "member", "removed", "forked", "broken", "rolled-back", "update-needed".
    pub state: &'static str,
    /// When it was removed, as far as this device knows.
    pub at: Option<i64>,
    /// What that means and what to do; `null` for a member in order.
    pub words: Option<String>,
}

/// Everything here.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Listed {
    /// Assessments.
    pub assessments: Vec<ListedAssessment>,
    /// My requests to join that are not granted.
    pub requests: Vec<Asked>,
}

/// One assessment in a list.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ListedAssessment {
    /// Its id.
    pub assessment: String,
    /// Its title.
    pub title: Option<String>,
    /// My role: "lead", "contributor", "reader"; `null` after removal.
    pub role: Option<String>,
    /// Whether it is the summary of an assessment, which is all that a reader has.
    pub summary: bool,
    /// How this device stands.
    pub standing: StandingShown,
    /// Its relay.
    pub relay: Option<String>,
}

/// An assessment as a person sees it.
#[derive(Debug, Serialize)]
pub struct Shown {
    /// Its id.
    pub assessment: String,
    /// How this device stands.
    pub standing: StandingShown,
    /// How many changes were newer than the stored view; they are in `view`.
    pub newer: u64,
    /// The assessment.
    pub view: AssessmentView,
}

/// The summary of an assessment as its readers see it.
#[derive(Debug, Serialize, TS)]
pub struct SummaryShown {
    /// The summary's id.
    pub assessment: String,
    /// How this device stands.
    pub standing: StandingShown,
    /// What was shared.
    pub summary: SummaryView,
}

/// What would be shared with readers, or was.
#[derive(Debug, Serialize, TS)]
pub struct PublishedShown {
    /// The assessment.
    pub assessment: String,
    /// The summary's id; `null` for a preview before there is one.
    pub summary: Option<String>,
    /// Whether it was shared.
    pub shared: bool,
    /// What.
    pub content: Published,
}

/// One part of an assessment.
#[derive(Debug, Serialize)]
pub struct PartShown {
    /// Its id.
    pub assessment: String,
    /// Which part.
    pub part: String,
    /// The day on which it was computed.
    pub today: String,
    /// The part of the view; for tasks and life a list that was computed, for case notes the text.
    pub value: serde_json::Value,
}

/// History.
#[derive(Debug, Serialize, TS)]
pub struct HistoryShown {
    /// The assessment.
    pub assessment: String,
    /// Newest last.
    pub lines: Vec<HistoryLine>,
}

/// What is saved, sent and seen.
#[derive(Debug, Clone, Serialize, TS)]
pub struct StatusShown {
    /// Each assessment.
    pub assessments: Vec<AssessmentStatus>,
    /// Each strand record, under its labels; `assessment` is its id.
    pub records: Vec<AssessmentStatus>,
    /// My requests to join that are not granted.
    pub requests: Vec<Asked>,
    /// Relays that were asked just now; empty for `status` without a running `sync --watch`.
    pub relays: Vec<RelayShown>,
}

/// One relay.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RelayShown {
    /// Its address.
    pub relay: String,
    /// "connecting", "open", "signed-in", "down", "refused".
    pub state: &'static str,
    /// Why, if it is down or refused.
    pub why: Option<String>,
}

/// One assessment's standing.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AssessmentStatus {
    /// Its id.
    pub assessment: String,
    /// Its title.
    pub title: Option<String>,
    /// My role.
    pub role: Option<String>,
    /// How this device stands.
    pub standing: StandingShown,
    /// Its relay.
    pub relay: Option<String>,
    /// Always true: what was acknowledged is on this disk.
    pub saved: bool,
    /// Whether everything of mine is at the relay, by its word.
    pub sent: bool,
    /// Own changes that are not in a bundle yet.
    pub unsent: u64,
    /// Own bundles that the relay has not acknowledged.
    pub waiting: u64,
    /// What is still wanted of the group: invitations, admissions, removals.
    pub wanted: usize,
    /// Who has seen everything of mine that was sent, by their own signed receipts.
    pub seen_by: Vec<SeenByShown>,
    /// Four words of the log's head: the same on every device that has read the same log this far.
    pub words: Vec<String>,
    /// The last record read.
    pub record: u64,
    /// The group's epoch.
    pub epoch: u64,
    /// Whether this device follows the log now.
    pub live: bool,
    /// Records that were put aside.
    pub quarantined: u64,
    /// What did not hold, oldest first.
    pub findings: Vec<String>,
}

/// A colleague's receipt.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SeenByShown {
    /// Their person.
    pub person: String,
    /// Their name.
    pub name: String,
    /// Whether it covers everything of mine that was sent.
    pub all_mine: bool,
    /// When, by their clock.
    pub at: i64,
}

/// Something was written, and is on the disk.
#[derive(Debug, Clone, Serialize)]
pub struct Written {
    /// The assessment.
    pub assessment: String,
    /// The entry or differing view.
    pub entry: Option<String>,
    /// Always true.
    pub saved: bool,
}

/// An invitation.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Invited {
    /// The assessment.
    pub assessment: String,
    /// The invitation.
    pub invite: String,
    /// The link to send. Whoever has it can ask to be let in.
    pub link: String,
    /// "lead", "contributor".
    pub role: String,
    /// Until when.
    pub expires: i64,
    /// Whether the relay knows it already; if not, after the next `kith sync`.
    pub ready: bool,
}

/// A request of mine to join.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Asked {
    /// The request.
    pub request: String,
    /// The assessment.
    pub assessment: String,
    /// Where.
    pub relay: String,
    /// "made" (not at the relay yet), "waiting", "words", "joined", "declined", "failed".
    pub state: &'static str,
    /// The four words to compare, once a lead has looked.
    pub words: Option<Vec<String>>,
    /// Why it cannot succeed.
    pub why: Option<String>,
    /// Until when the link works.
    pub expires: i64,
}

/// Who asks to be let in.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RequestsShown {
    /// The assessment.
    pub assessment: String,
    /// Whether the relay was reached; if not, these are the requests known before.
    pub fresh: bool,
    /// They.
    pub requests: Vec<RequestShown>,
}

/// One who asks.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RequestShown {
    /// The request.
    pub request: String,
    /// The name that they give.
    pub name: String,
    /// The agency that they give.
    pub agency: String,
    /// The role that they give.
    pub role_words: String,
    /// What the link lets them become.
    pub role: String,
    /// For whom the link was meant.
    pub for_whom: Option<String>,
    /// The four words to compare; `null` until the relay has stored that you looked.
    pub words: Option<Vec<String>>,
    /// When they asked, by their clock.
    pub at: i64,
    /// The name of the member whose further device this says it is.
    pub another_device_of: Option<String>,
    /// Why it cannot be granted: expired, used, stopped.
    pub why_not: Option<String>,
    /// Whether people of their agency and role read the summary by default, while the link lets them write: then a reason is needed.
    pub reads_by_default: bool,
}

/// A decision about members.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Decided {
    /// The assessment.
    pub assessment: String,
    /// The request that was decided, if one was.
    pub request: Option<String>,
    /// The person, if known.
    pub person: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// Whether it is done; if not, it is kept and done at the next `kith sync`.
    pub done: bool,
}

/// Who is in.
#[derive(Debug, Clone, Serialize, TS)]
pub struct MembersShown {
    /// The assessment.
    pub assessment: String,
    /// They.
    pub members: Vec<MemberShown>,
}

/// One person.
#[derive(Debug, Clone, Serialize, TS)]
pub struct MemberShown {
    /// Their person.
    pub person: String,
    /// Their name, in their own words.
    pub name: Option<String>,
    /// Their agency.
    pub agency: Option<String>,
    /// Their role in it.
    pub role_words: Option<String>,
    /// "lead", "contributor", "reader".
    pub role: String,
    /// Their devices.
    pub devices: Vec<String>,
    /// The name that a lead checked when letting them in.
    pub confirmed: Option<String>,
    /// Why they write here, where people like them read the summary by default.
    pub because: Option<String>,
    /// Whether it is me.
    pub me: bool,
}

/// Who wrote what, proved.
#[derive(Debug, Clone, Serialize)]
pub struct Verified {
    /// The assessment.
    pub assessment: String,
    /// Whether everything holds.
    pub ok: bool,
    /// How many records were checked.
    pub records: u64,
    /// Every author.
    pub authors: Vec<AuthorShown>,
    /// What does not hold.
    pub problems: Vec<ProblemShown>,
    /// What cannot be checked from here, and why.
    pub notes: Vec<String>,
}

/// What is proved of one author's device.
#[derive(Debug, Clone, Serialize)]
pub struct AuthorShown {
    /// The device.
    pub device: String,
    /// Whose it is.
    pub person: String,
    /// Their name.
    pub name: String,
    /// How many changes.
    pub changes: u64,
    /// Whether a signature of theirs covers all of them.
    pub held: bool,
}

/// Something that does not hold.
#[derive(Debug, Clone, Serialize)]
pub struct ProblemShown {
    /// A sentence.
    pub text: String,
    /// The record's number, if it has one.
    pub record: Option<u64>,
    /// Whose.
    pub device: Option<String>,
}

/// A file was written.
#[derive(Debug, Clone, Serialize)]
pub struct Exported {
    /// The assessment.
    pub assessment: String,
    /// The file.
    pub file: String,
    /// "json", "automerge", "html".
    pub format: &'static str,
    /// Its size.
    pub bytes: usize,
}

/// A backup was written, read back and compared.
#[derive(Debug, Clone, Serialize)]
pub struct BackedUp {
    /// The file.
    pub file: String,
    /// Its size.
    pub bytes: usize,
    /// When it was made.
    pub made: i64,
    /// How many documents are in it.
    pub documents: usize,
}

/// A backup was read back into a new profile.
#[derive(Debug, Clone, Serialize)]
pub struct Restored {
    /// Whose profile it is.
    pub name: String,
    /// The assessments, as `list` shows them.
    pub assessments: Vec<serde_json::Value>,
}

/// A hint on a text.
#[derive(Debug, Clone, Serialize)]
pub struct Hint {
    /// "caseload-name", "identifier", "intelligence-marker", "victim-blaming", "adultifying" or "possible-name".
    pub kind: &'static str,
    /// Which identifier, if it is one: "nhs-number", "postcode", …
    pub what: Option<&'static str>,
    /// Where it begins, in Unicode characters.
    pub start: usize,
    /// Where it ends, in Unicode characters.
    pub end: usize,
    /// Why, in plain words.
    pub reason: String,
    /// What to do instead.
    pub suggestion: String,
    /// Words to put in its place, where some fit.
    pub instead: Option<String>,
}

/// The app is open.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Opened {
    /// Its address, with a way in that works once, for a minute.
    pub address: String,
    /// Whether it was open already, in another process.
    pub handed_over: bool,
}
