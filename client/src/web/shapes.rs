//! What goes between the app's page and its API, beside the shapes of the command line ([`crate::json`]). The page's TypeScript
//! types are generated from these, from the views and from the commands ([`super::types`]).

use std::collections::BTreeMap;

use kith_assessment::{
    Agreement, AssessmentView, Command, Drawing, Found, Group, Heads, HistoryLine, NamesOnMaps, OnTheDay, Overview,
    PictureThenAndNow, PublishVersion, ReadingLevel, Sitting, Splice, StrandCommand, Task, TheirWords, Trigger, VersionFor,
};
use serde::{Deserialize, Deserializer, Serialize};
use ts_rs::TS;
use zeroize::Zeroizing;

use super::beside::Beside;
use super::drafts::Draft;
use crate::json::{StandingShown, StatusShown};

/// A page shows its launch token.
#[derive(Deserialize, TS)]
pub(crate) struct ToLaunch {
    /// From the address.
    pub(crate) launch: String,
}

/// A page was let in.
#[derive(Serialize, TS)]
pub(crate) struct LetInShown {
    /// The page's own token, for every call; kept in its memory only.
    pub(crate) page: String,
}

/// A passphrase: wiped when dropped, and not to be printed.
#[derive(TS)]
#[ts(type = "string")]
pub(crate) struct Passphrase(pub(crate) Zeroizing<String>);

impl<'de> Deserialize<'de> for Passphrase {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Zeroizing::new(text)))
    }
}

/// Opens the profile.
#[derive(Deserialize, TS)]
pub(crate) struct ToUnlock {
    pub(crate) passphrase: Passphrase,
    /// Leaves what is being written together, whatever was typed there and is not kept. Without it a page that was loaded anew goes on
    /// there if something was.
    #[serde(default)]
    pub(crate) leave: bool,
}

/// The answers of "About you" and "Lock it".
#[derive(Deserialize, TS)]
pub(crate) struct NewProfile {
    pub(crate) name: String,
    pub(crate) agency: String,
    pub(crate) role: String,
    #[serde(default)]
    pub(crate) phone: Option<String>,
    pub(crate) passphrase: Passphrase,
}

/// The duty team's telephone.
#[derive(Deserialize, TS)]
pub(crate) struct ToSetPhone {
    /// Empty: none.
    pub(crate) phone: String,
}

/// How the app stands, before anything else.
#[derive(Serialize, TS)]
pub(crate) struct AppState {
    /// Whether there is a profile, and whether it is open.
    #[ts(type = "\"new\" | \"locked\" | \"open\" | \"together\"")]
    pub(crate) state: &'static str,
    /// Whose it is, once it is open.
    pub(crate) profile: Option<AppProfile>,
    /// After how long without a key or a press it locks itself.
    pub(crate) lock_after_seconds: u64,
    /// Whether somebody chose to work offline.
    pub(crate) offline: bool,
    /// Whether this is the made-up example, which is thrown away on leaving.
    pub(crate) example: bool,
    /// Whether this person does not want to be seen where they are.
    pub(crate) hidden: bool,
    /// A suggestion for a passphrase.
    pub(crate) passphrase: String,
    /// A suggestion for the next assessment's name.
    pub(crate) tree: String,
    /// Every fixed choice, with the words to show.
    pub(crate) choices: BTreeMap<String, Vec<Choice>>,
    /// Others whose apps run on this computer too.
    pub(crate) beside: Option<BesideShown>,
    /// Somebody writes here together with the holder: then this is all that there is to see.
    pub(crate) together: Option<TogetherShown>,
}

impl AppState {
    /// While somebody writes together with the holder: nothing of the profile.
    pub(crate) fn while_together(together: TogetherShown, lock_after: std::time::Duration, offline: bool) -> Self {
        Self {
            state: "together",
            profile: None,
            lock_after_seconds: lock_after.as_secs(),
            offline,
            example: false,
            hidden: false,
            passphrase: String::new(),
            tree: String::new(),
            choices: BTreeMap::new(),
            beside: None,
            together: Some(together),
        }
    }
}

/// Who is there while somebody writes together with the holder. No name but first names, and nothing of any record.
#[derive(Serialize, TS)]
pub(crate) struct TogetherShown {
    /// The first name of whose computer it is.
    pub(crate) holder: String,
    /// Their role.
    pub(crate) role: String,
    /// The first name of who reads it too.
    pub(crate) stand_in: Option<String>,
    /// "There is a school nurse and a youth worker."
    pub(crate) team: String,
    /// 0: no police; 1: they see the plan; 2: they are in the team.
    pub(crate) police: u8,
    /// A parent or carer writes.
    pub(crate) adult: bool,
    /// What they said is kept.
    pub(crate) kept: bool,
}

/// Begins to write together.
#[derive(Deserialize, TS)]
pub(crate) struct ToWriteTogether {
    /// In whose record.
    pub(crate) record: String,
    /// A young person, or a parent or carer.
    pub(crate) whose: kith_assessment::Whose,
}

/// What they said, with who can see each answer.
#[derive(Deserialize, TS)]
pub(crate) struct ToKeepSaid {
    /// The language in which it was said.
    pub(crate) language: String,
    /// Each answer.
    pub(crate) answers: Vec<kith_assessment::ArrivedAnswer>,
    /// Voice notes and drawings of answers.
    pub(crate) attached: Vec<UnwordedTogether>,
}

/// What is not words.
#[derive(Deserialize, TS)]
pub(crate) struct UnwordedTogether {
    /// The question that it answers.
    pub(crate) question: String,
    pub(crate) voice: Option<VoiceTogether>,
    pub(crate) drawing: Option<kith_assessment::ArrivedDrawing>,
}

/// A recording.
#[derive(Clone, Serialize, Deserialize, TS)]
pub(crate) struct VoiceTogether {
    /// How it is coded.
    pub(crate) media: String,
    /// How long it is.
    pub(crate) seconds: u16,
    /// In base 64.
    pub(crate) sound: String,
}

/// What is typed and not kept yet, as the page has it.
#[derive(Clone, Default, Serialize, Deserialize, TS)]
pub(crate) struct TypedTogether {
    /// The language of the screen.
    pub(crate) language: String,
    /// Which screen: "before", "step", "check".
    pub(crate) screen: String,
    /// Which step.
    pub(crate) step: u8,
    /// Each question that was begun; when the page tells the program, those that changed.
    pub(crate) answers: Vec<TypedAnswer>,
}

/// One question, as it stands on the page.
#[derive(Clone, Serialize, Deserialize, TS)]
pub(crate) struct TypedAnswer {
    pub(crate) question: String,
    /// Cards that are pressed.
    pub(crate) chosen: Vec<String>,
    pub(crate) words: String,
    pub(crate) skipped: bool,
    /// Who can see it: "only", "team", "out".
    pub(crate) audience: String,
    pub(crate) voice: Option<VoiceTogether>,
    pub(crate) drawing: Option<kith_assessment::ArrivedDrawing>,
}

impl TypedAnswer {
    /// Something would be lost with it.
    pub(crate) fn says_something(&self) -> bool {
        !self.chosen.is_empty() || !self.words.trim().is_empty() || self.voice.is_some() || self.drawing.is_some()
    }
}

/// Others whose apps run on this computer too, and what to say of them ([`Beside`]).
#[derive(Serialize, TS)]
pub(crate) struct BesideShown {
    pub(crate) before: String,
    /// Their names.
    pub(crate) others: Vec<String>,
    pub(crate) between: String,
    pub(crate) place: String,
    /// The page of the place.
    pub(crate) route: String,
    pub(crate) after: String,
}

impl BesideShown {
    pub(crate) fn of(beside: &Beside) -> Self {
        Self {
            before: beside.before.clone(),
            others: beside.others.iter().map(|other| other.name.clone()).collect(),
            between: beside.between.clone(),
            place: beside.place.clone(),
            route: beside.route.clone(),
            after: beside.after.clone(),
        }
    }
}

/// Opens the app of somebody beside.
#[derive(Deserialize, TS)]
pub(crate) struct ToOpenBeside {
    pub(crate) name: String,
}

/// One of several fixed choices.
#[derive(Serialize, TS)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) words: String,
}

/// Whose profile it is.
#[derive(Serialize, TS)]
pub(crate) struct AppProfile {
    pub(crate) name: String,
    pub(crate) agency: String,
    pub(crate) role: String,
    /// The duty team's telephone.
    pub(crate) phone: Option<String>,
    /// The relay for new assessments.
    pub(crate) relay: Option<String>,
    /// The profile's folder on this computer.
    pub(crate) folder: String,
}

/// Starts an assessment. Nothing but a name is needed when somebody must act today.
#[derive(Deserialize, TS)]
pub(crate) struct NewAssessment {
    pub(crate) title: String,
    /// Someone must act today: why is answered later.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub(crate) act_today: bool,
    #[serde(default)]
    #[ts(optional, as = "Option<Trigger>")]
    pub(crate) trigger: Option<Trigger>,
    #[serde(default)]
    #[ts(optional)]
    pub(crate) better: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub(crate) find_out: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub(crate) could_go_wrong: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub(crate) less_intrusive: Option<String>,
}

impl NewAssessment {
    /// The command that answers what was answered; a blank text is no answer.
    pub(crate) fn purpose(&self) -> Command {
        let written = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        Command::AnswerPurpose {
            trigger: self.trigger.clone(),
            why_now: None,
            better: written(&self.better),
            find_out: written(&self.find_out),
            could_go_wrong: written(&self.could_go_wrong),
            less_intrusive: written(&self.less_intrusive),
            lead_agency: None,
        }
    }
}

/// The made-up example is open.
#[derive(Serialize, TS)]
pub(crate) struct ExampleShown {
    /// Its assessment.
    pub(crate) assessment: String,
}

/// An assessment as the app shows it.
#[derive(Serialize, TS)]
pub(crate) struct AssessmentShown {
    pub(crate) assessment: String,
    /// How this device stands.
    pub(crate) standing: StandingShown,
    pub(crate) view: AssessmentView,
    pub(crate) overview: Overview,
    /// What waits for me today, and what may be out of date.
    pub(crate) day: OnTheDay,
    /// My person.
    pub(crate) me: Option<String>,
    /// "lead", "contributor", "reader".
    pub(crate) role: Option<String>,
    /// What is typed and not added yet, by its place on the pages.
    pub(crate) drafts: BTreeMap<String, Draft>,
}

/// A command was done, and is on the disk.
#[derive(Serialize, TS)]
pub(crate) struct CommandDone {
    /// What was made or changed.
    pub(crate) id: Option<String>,
    /// Where an editor stands after a splice.
    pub(crate) hash: Option<String>,
}

/// A link for a colleague.
#[derive(Deserialize, TS)]
pub(crate) struct ToInvite {
    pub(crate) role: String,
    pub(crate) expires: String,
    #[serde(default)]
    pub(crate) for_whom: Option<String>,
}

/// Lets somebody in.
#[derive(Deserialize, TS)]
pub(crate) struct ToAdmit {
    pub(crate) request: String,
    /// The four words that both have compared.
    pub(crate) words: String,
    /// Why they write here: for police, businesses and residents.
    #[serde(default)]
    #[ts(optional)]
    pub(crate) why: Option<String>,
}

/// Says no to somebody.
#[derive(Deserialize, TS)]
pub(crate) struct ToDecline {
    pub(crate) request: String,
}

/// Makes somebody a lead, or a contributor again.
#[derive(Deserialize, TS)]
pub(crate) struct ToChangeRole {
    pub(crate) member: String,
    pub(crate) role: String,
}

/// Takes somebody out.
#[derive(Deserialize, TS)]
pub(crate) struct ToRemove {
    pub(crate) member: String,
    pub(crate) why: String,
}

/// Goes on in a new assessment.
#[derive(Deserialize, TS)]
pub(crate) struct ToContinue {
    pub(crate) why: String,
}

/// A colleague's link.
#[derive(Deserialize, TS)]
pub(crate) struct ToJoin {
    pub(crate) link: String,
}

/// Something that was taken out of a text goes into a strand record, or out of it again.
#[derive(Deserialize, TS)]
pub(crate) struct ToKeepReference {
    /// What it is: "NHS number".
    pub(crate) system: String,
    /// As it was written.
    pub(crate) value: String,
    /// Out of the record again.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub(crate) take_out: bool,
}

/// Whether that changed anything.
#[derive(Serialize, TS)]
pub(crate) struct ReferenceKept {
    pub(crate) changed: bool,
}

/// Whether names may stand on a young person's own map.
#[derive(Deserialize, TS)]
pub(crate) struct ToNameOnMap {
    /// The map.
    pub(crate) map: String,
    /// By what the agency decided; or initials alone again.
    pub(crate) allow: bool,
}

/// What an agency decided about names on young people's own maps.
#[derive(Deserialize, TS)]
pub(crate) struct ToSetNamesOnMaps {
    /// Nothing: initials alone.
    pub(crate) policy: Option<NamesOnMaps>,
}

/// The connection's address.
#[derive(Deserialize, TS)]
pub(crate) struct ToRelay {
    pub(crate) url: String,
    #[serde(default)]
    pub(crate) token: Option<String>,
}

/// Connects to nobody, or connects again.
#[derive(Deserialize, TS)]
pub(crate) struct ToWorkOffline {
    pub(crate) offline: bool,
}

/// How everything stands, for the page.
#[derive(Debug, Clone, Serialize, TS)]
pub(crate) struct AppStatus {
    /// As `kith status --json` says it.
    pub(crate) status: StatusShown,
    /// The one line of each assessment that a person reads, by its id.
    pub(crate) lines: BTreeMap<String, String>,
    /// The line where there is no assessment.
    pub(crate) nobody: String,
    /// Assessments in which somebody waits to be let in.
    pub(crate) someone_waits: Vec<String>,
    /// Whether somebody chose to work offline.
    pub(crate) offline: bool,
}

/// A change in a text, as others made it.
#[derive(Debug, Clone, Serialize, TS)]
pub(crate) struct TextChanged {
    /// The text: "entries/{id}/text", "analysis/summary".
    pub(crate) field: String,
    /// What went and what came.
    pub(crate) splice: Splice,
}

/// What an editor typed, and where it stands. Without splices it asks what others wrote.
#[derive(Deserialize, TS)]
pub(crate) struct ToType {
    /// The text.
    pub(crate) field: String,
    /// Names this editor while it is open, so that what is sent again after a lost answer is done once.
    pub(crate) sitting: String,
    /// Counts what this editor asks.
    pub(crate) turn: u64,
    /// Where the editor stands; none: it opens.
    pub(crate) heads: Option<Heads>,
    /// What was typed there, in order.
    pub(crate) splices: Vec<Splice>,
}

/// Where an editor stands now, and how it gets there from what it typed.
#[derive(Debug, Clone, Serialize, TS)]
pub(crate) struct TypedOn {
    /// Where it stands.
    pub(crate) heads: Heads,
    /// What others wrote, to be applied in order after the editor's own splices.
    pub(crate) splices: Vec<Splice>,
    /// The whole text, for an editor that opens or has lost its place. The splices that came with the question were not taken then.
    pub(crate) text: Option<String>,
}

/// Where somebody is in an assessment.
#[derive(Deserialize, TS)]
pub(crate) struct ToBeHere {
    /// "2.3", "summary", "overview"; none: not there any more.
    pub(crate) place: Option<String>,
}

/// Whether somebody wants to be seen where they are.
#[derive(Deserialize, TS)]
pub(crate) struct ToHide {
    pub(crate) hidden: bool,
}

/// An agency that is in an assessment now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub(crate) struct Here {
    /// Which agency.
    pub(crate) agency: String,
    /// Where: "2.3", "summary".
    pub(crate) place: String,
}

/// What waits for the person whose profile this is, over all assessments.
#[derive(Serialize, TS)]
pub(crate) struct WorkShown {
    /// Groups that have something, in the order of the page.
    pub(crate) groups: Vec<WorkGroup>,
}

/// Tasks of one kind.
#[derive(Serialize, TS)]
pub(crate) struct WorkGroup {
    pub(crate) group: Group,
    /// Its heading.
    pub(crate) words: &'static str,
    pub(crate) tasks: Vec<WorkTask>,
}

/// One task, and where it is.
#[derive(Serialize, TS)]
pub(crate) struct WorkTask {
    /// None: it is in my caseload.
    pub(crate) assessment: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) task: Task,
}

/// Words to look for.
#[derive(Deserialize, TS)]
pub(crate) struct ToFind {
    pub(crate) words: String,
}

/// What was found, by assessment.
#[derive(Serialize, TS)]
pub(crate) struct FindShown {
    pub(crate) assessments: Vec<FoundIn>,
}

/// What was found in one assessment.
#[derive(Serialize, TS)]
pub(crate) struct FoundIn {
    pub(crate) assessment: String,
    pub(crate) title: Option<String>,
    pub(crate) found: Vec<Found>,
}

/// What others did since the person last said that they have looked.
#[derive(Serialize, TS)]
pub(crate) struct SinceShown {
    /// When that was; `None`: this is the first look.
    pub(crate) since: Option<i64>,
    /// What was done since, oldest first; none of it by the person.
    pub(crate) lines: Vec<HistoryLine>,
}

/// History by sitting and person, oldest first.
#[derive(Serialize, TS)]
pub(crate) struct TimelineShown {
    pub(crate) sittings: Vec<Sitting>,
}

/// Two moments to compare.
#[derive(Deserialize, TS)]
pub(crate) struct ToCompare {
    /// The change after which the first moment is.
    pub(crate) then: String,
    /// The same of the second; none: now.
    #[serde(default)]
    pub(crate) now: Option<String>,
}

/// A copy for case notes.
#[derive(Deserialize, TS)]
pub(crate) struct ToCopy {
    /// A strand of one's own to take with it, by id.
    #[serde(default)]
    pub(crate) strand: Option<String>,
}

/// The picture as it is drawn. The table and the sentences are in the view.
#[derive(Serialize, TS)]
pub(crate) struct PictureShown {
    /// The day on which it was drawn.
    pub(crate) today: String,
    /// The group in its places.
    pub(crate) places: Drawing,
    /// Ties, as they described them.
    pub(crate) ties: Drawing,
    /// What changed since an earlier day, if one was asked for.
    pub(crate) compared: Option<PictureThenAndNow>,
}

/// Since which day.
#[derive(Deserialize)]
pub(crate) struct PictureSince {
    /// "YYYY-MM-DD"; not given, or empty: the picture of now.
    #[serde(default)]
    pub(crate) then: Option<String>,
}

/// Attaches a young person. Either a name, for a new strand record, or somebody who is in my caseload already.
#[derive(Deserialize, TS)]
pub(crate) struct ToAttach {
    #[serde(default)]
    #[ts(optional)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub(crate) known_as: Option<String>,
    /// The duty team's; the profile's if not given.
    #[serde(default)]
    #[ts(optional)]
    pub(crate) phone: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub(crate) label: Option<String>,
    /// A strand record.
    #[serde(default)]
    #[ts(optional)]
    pub(crate) person: Option<String>,
    /// A label that I hold already and that has no record.
    #[serde(default)]
    #[ts(optional)]
    pub(crate) strand: Option<String>,
}

/// Takes a young person out of an assessment.
#[derive(Deserialize, TS)]
pub(crate) struct ToDetach {
    pub(crate) assessment: String,
    pub(crate) why: String,
    pub(crate) their_words: TheirWords,
    #[serde(default)]
    #[ts(optional)]
    pub(crate) date: Option<String>,
}

/// Gives a young person to their next holder.
#[derive(Deserialize, TS)]
pub(crate) struct ToHandOver {
    /// A person's id in the record, their name, or "me".
    pub(crate) to: String,
    #[serde(default)]
    #[ts(optional)]
    pub(crate) phone: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub(crate) why: Option<String>,
    #[serde(default)]
    pub(crate) stay: bool,
}

/// Notes what somebody said when asked, and sets what colleagues see.
#[derive(Deserialize, TS)]
pub(crate) struct ToNoteAgreement {
    /// `record-agreement`.
    pub(crate) said: StrandCommand,
    /// What colleagues see, if not what follows from the record.
    #[serde(default)]
    #[ts(optional, as = "Option<Agreement>")]
    pub(crate) show: Option<Agreement>,
    /// When to look at it again.
    #[serde(default)]
    #[ts(optional)]
    pub(crate) review: Option<String>,
}

/// Lets words join an assessment.
#[derive(Deserialize, TS)]
pub(crate) struct ToJoinWords {
    pub(crate) words: String,
    pub(crate) assessment: String,
    pub(crate) side: String,
    #[serde(default)]
    pub(crate) about: Vec<String>,
}

/// All that is known of an assessment, as text, for somebody in danger.
#[derive(Deserialize, TS)]
pub(crate) struct ToCopyInDanger {
    pub(crate) assessment: String,
}

/// What was shared when somebody was in danger; nothing, without an id.
#[derive(Deserialize, TS)]
pub(crate) struct ToTell {
    /// An assessment or a strand record.
    #[serde(default)]
    #[ts(optional)]
    pub(crate) id: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub(crate) what: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub(crate) with: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub(crate) why: Option<String>,
}

/// A version for young people or a family, to look at.
#[derive(Deserialize, TS)]
pub(crate) struct ToPreviewVersion {
    pub(crate) for_whom: VersionFor,
    #[serde(default)]
    pub(crate) leave_out: Vec<String>,
}

/// The same, to share.
#[derive(Deserialize, TS)]
pub(crate) struct ToShareVersion {
    pub(crate) publish: PublishVersion,
    /// What was found and may stay, by key.
    #[serde(default)]
    pub(crate) keep: Vec<String>,
}

/// A text of which somebody asks how hard it is to read.
#[derive(Deserialize, TS)]
pub(crate) struct ToMeasure {
    pub(crate) text: String,
}

/// How hard it is; nothing of an empty one.
#[derive(Serialize, TS)]
pub(crate) struct LevelShown {
    pub(crate) reading: Option<ReadingLevel>,
}

/// Other words in the place of what was found, in every part.
#[derive(Deserialize, TS)]
pub(crate) struct ToSayInstead {
    pub(crate) key: String,
    pub(crate) instead: String,
}

/// In how many parts it is said otherwise now.
#[derive(Serialize, TS)]
pub(crate) struct SaidInstead {
    pub(crate) parts: usize,
}

/// Why a version is taken back.
#[derive(Deserialize, TS)]
pub(crate) struct ToTakeBackVersion {
    pub(crate) why: String,
}

/// A reply, with what identifies covered.
#[derive(Deserialize, TS)]
pub(crate) struct ToSetBeside {
    #[serde(default)]
    #[ts(optional)]
    pub(crate) reply: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub(crate) missed: Option<String>,
    /// The part, and why it is right or not.
    #[serde(default)]
    pub(crate) whys: Vec<(String, String)>,
}

/// Shares the summary and the plan with readers.
#[derive(Deserialize, TS)]
pub(crate) struct ToPublish {
    #[serde(default)]
    #[ts(optional)]
    pub(crate) why: Option<String>,
}

/// What a reader said.
#[derive(Deserialize, TS)]
pub(crate) struct ToNoteHeard {
    pub(crate) from: String,
    #[serde(default)]
    #[ts(optional)]
    pub(crate) agency: Option<String>,
    pub(crate) text: String,
}

/// What somebody is offered by default.
#[derive(Deserialize, TS)]
pub(crate) struct ToOffer {
    pub(crate) agency: String,
    pub(crate) role: String,
}
