//! What goes between the app's page and its API, beside the shapes of the command line ([`crate::json`]). The page's TypeScript
//! types are generated from these, from the views and from the commands ([`super::types`]).

mod families;
mod live;
mod pages;
mod people;
mod records;

use std::collections::BTreeMap;

use kith_assessment::{AssessmentView, Command, OnTheDay, Overview, Trigger};
use serde::{Deserialize, Deserializer, Serialize};
use ts_rs::TS;
use zeroize::Zeroizing;

use super::beside::Beside;
use super::drafts::Draft;
use crate::json::{StandingShown, StatusShown};
pub(crate) use families::{
    LevelShown, SaidInstead, ToMeasure, ToNoteHeard, ToOffer, ToPreviewVersion, ToPublish, ToSayInstead, ToSetBeside,
    ToShareVersion, ToTakeBackVersion,
};
pub(crate) use live::{Here, TextChanged, ToBeHere, ToHide, ToType, TypedOn};
pub(crate) use pages::{
    FindShown, FoundIn, PictureShown, PictureSince, SinceShown, TimelineShown, ToCompare, ToCopy, ToFind, WorkGroup, WorkShown,
    WorkTask,
};
pub(crate) use people::{ToAdmit, ToChangeRole, ToContinue, ToDecline, ToInvite, ToJoin, ToRemove};
pub(crate) use records::{
    ReferenceKept, ToAttach, ToCopyInDanger, ToDetach, ToHandOver, ToJoinWords, ToKeepReference, ToNameOnMap, ToNoteAgreement,
    ToSetNamesOnMaps, ToTell,
};

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
