//! Everything that a person can see of an assessment: plain values, for the screen, the command line and tests (design 4).
//!
//! Ids are text, instants are Unix seconds (their author's claim), dates are "YYYY-MM-DD".

use serde::{Deserialize, Serialize};

use crate::families::FamiliesView;
use crate::framework::Heading;
use crate::hint_review::HintReviewView;
use crate::life::LifeView;
use crate::meetings::MeetingsView;
use crate::openness::OpennessView;
use crate::picture::PictureView;
use crate::plan::PlanView;
use crate::positions::Subject;
use crate::strands::StrandView;
use crate::vocabulary::{Agreed, Answer, Basis, Heard, Kind, Trigger};
use crate::voices::VoiceView;
use crate::weighting::WeightingView;

/// Somebody, as the document knows them. A name is believed only if their own device wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Who {
    /// Their id, if a device of theirs has said whose it is.
    pub person: Option<String>,
    /// The device that wrote, where something was written.
    pub device: Option<String>,
    /// Their name, or words that say why there is none.
    pub name: String,
    /// Their agency.
    pub agency: Option<String>,
    /// Their role in it.
    pub role: Option<String>,
}

/// One of several values, and who set it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Version {
    /// What to give to `Choose`.
    pub value: String,
    /// What to show.
    pub words: String,
    /// Who set it.
    pub by: Vec<Who>,
}

/// Two people set one thing at once: every value is kept until somebody chooses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct TwoVersions {
    /// What to give to `Choose`.
    pub field: String,
    /// What it is, in words.
    pub label: String,
    /// Every value.
    pub values: Vec<Version>,
}

/// Something that a newer Kith wrote: kept, and shown as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct NewerField {
    /// Where it stands.
    pub field: String,
    /// What it holds, in words.
    pub value: String,
}

/// Where a statement comes from (R12).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
pub struct Provenance {
    /// Who said it; `None`: whoever wrote the entry.
    pub said_by: Option<String>,
    /// Seen or heard, or passed on.
    pub first_hand_or_passed_on: Option<Heard>,
    /// Fact, observation, allegation or opinion.
    pub basis: Option<Basis>,
    /// When it was so.
    pub date: Option<String>,
    /// Whether those whose words these are agreed.
    pub agreed: Option<Agreed>,
}

/// An entry was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Retired {
    /// Why.
    pub why: String,
    /// By whom.
    pub by: Who,
    /// Somebody edited it without knowing, or since: it stays in its place until somebody takes it back again or restores it.
    pub edited_since: bool,
}

/// A strength, a worry or what is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct EntryView {
    /// Its id.
    pub id: String,
    /// Where it stands: a dimension or a side.
    pub dimension: String,
    /// What it is.
    pub kind: Kind,
    /// Its text.
    pub text: String,
    /// Texts that stand at the same place, which only a broken or newer Kith can cause.
    pub other_texts: Vec<String>,
    /// Who wrote it first.
    pub by: Who,
    /// When, by their clock.
    pub at: Option<i64>,
    /// The framework's version under which it was written (R26).
    pub framework: String,
    /// Where it comes from.
    pub provenance: Provenance,
    /// Whether it was taken back.
    pub retired: Option<Retired>,
    /// Who edited it apart, until somebody has looked: two people or more, or nobody.
    pub edited_apart: Vec<Who>,
    /// Fields with two versions.
    pub two_versions: Vec<TwoVersions>,
    /// Differing views beside it, oldest first.
    pub differing: Vec<DifferingView>,
    /// When to look at it again, if somebody said so: after that day it may be out of date (R31).
    pub look_again: Option<String>,
    /// Who invites others to write in it, letter by letter; `None`: nobody does.
    #[serde(default)]
    pub together: Option<Who>,
    /// Strands that it rests on, by id (R3). Those that were taken out are not among them.
    pub rests_on: Vec<String>,
    /// What a newer version wrote in it.
    pub newer: Vec<NewerField>,
}

/// A view that differs, in its author's words (R44).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct DifferingView {
    /// Its id.
    pub id: String,
    /// What it is about: an entry, or another view.
    pub about: String,
    /// Its author's words.
    pub text: String,
    /// What families read of it: that adults differ and on what, in words that its author confirmed (R44).
    pub for_families: Option<String>,
    /// Whose they are.
    pub by: Who,
    /// When they were first written.
    pub at: Option<i64>,
    /// Why its author took it back, if so.
    pub withdrawn: Option<String>,
    /// Versions that its author wrote apart, on two devices.
    pub two_versions: Vec<TwoVersions>,
    /// Somebody else changed it, against the rule: `text` is the author's own last words.
    pub changed_by_others: Vec<Who>,
    /// Views that answer it.
    pub answers: Vec<DifferingView>,
}

/// One dimension of a side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct DimensionView {
    /// "1.6".
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Questions that help to write.
    pub prompts: Vec<String>,
    /// Why nothing stands here, if somebody said so.
    pub state: Option<Answer>,
    /// Strengths above worries above what is not known; oldest first in each.
    pub entries: Vec<EntryView>,
    /// Taken back, not edited since.
    pub retired: Vec<EntryView>,
}

/// One side of the triangle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct SideView {
    /// "1".
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Its dimensions, in the framework's order.
    pub dimensions: Vec<DimensionView>,
    /// Entries under the side as a whole.
    pub entries: Vec<EntryView>,
    /// Of these, taken back.
    pub retired: Vec<EntryView>,
    /// The young people's view (R29).
    pub young_people: Answer,
    /// The parents' and carers' view (R29).
    pub parents: Answer,
    /// Worries stand here and no strength (R28).
    pub only_worries: bool,
    /// Nothing stands here.
    pub empty: bool,
}

/// One answer of the purpose.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
pub struct Answered {
    /// Its text; may be empty.
    pub text: String,
    /// Who edited it apart, until it is edited again.
    pub edited_apart: Vec<Who>,
}

/// Why this group (R16).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct PurposeView {
    /// What made somebody look.
    pub trigger: Option<Trigger>,
    /// The same in words.
    pub why_now: Answered,
    /// What should be better.
    pub better: Answered,
    /// How we find out.
    pub find_out: Answered,
    /// What could go wrong because we looked.
    pub could_go_wrong: Answered,
    /// What asks less of them.
    pub less_intrusive: Answered,
    /// Which agency leads.
    pub lead_agency: Option<String>,
    /// Opened under "someone must act today": since when.
    pub act_today: Option<i64>,
    /// What stands above every page: the purpose in one line, or "Why: not yet written".
    pub head: String,
    /// Why no version may go to families yet; `None`: nothing stands against it.
    pub no_version_for_families: Option<String>,
    /// Questions that nobody has answered, in words.
    pub not_yet_written: Vec<String>,
}

/// What the lead who let somebody in has checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Confirmed {
    /// The name.
    pub name: String,
    /// The agency.
    pub agency: String,
    /// Why they write here, where people like them read the summary by default.
    #[serde(default)]
    pub because: Option<String>,
    /// Who checked.
    pub by: Who,
}

/// Somebody who writes here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct PersonView {
    /// Their id.
    pub person: String,
    /// Their name, in their own words.
    pub name: Option<String>,
    /// Their agency, in their own words.
    pub agency: Option<String>,
    /// Their role, in their own words.
    pub role: Option<String>,
    /// Their devices.
    pub devices: Vec<String>,
    /// What a lead has checked.
    pub confirmed: Option<Confirmed>,
    /// The device that they say is theirs in the summary; leads have one.
    #[serde(default)]
    pub summary_device: Option<String>,
    /// What they wrote apart on two devices.
    pub two_versions: Vec<TwoVersions>,
    /// Somebody else wrote a name, agency or role for them; it is not shown as theirs.
    pub written_by_somebody_else: Vec<Who>,
}

/// Something that waits for a person to look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "mark", rename_all = "kebab-case")]
pub enum Mark {
    /// Two versions to choose from.
    TwoVersions(TwoVersions),
    /// Two people edited one text apart: it merged, and one of them should look.
    EditedApart {
        /// "entries/{id}/text", "purpose/better".
        field: String,
        /// Where, in words.
        label: String,
        /// Who.
        by: Vec<Who>,
    },
    /// Taken back by one and edited by another.
    RetiredAndEdited {
        /// The entry.
        id: String,
        /// Where, in words.
        label: String,
        /// Why it was taken back.
        why: String,
        /// By whom.
        by: Who,
    },
    /// Notes of a meeting were as agreed, and somebody wrote in them without knowing or since.
    AgreedAndEdited {
        /// The meeting.
        id: String,
        /// Which, in words.
        label: String,
        /// Who said that they are as agreed.
        by: Who,
    },
    /// A side with worries and no strength (R28).
    OnlyWorries {
        /// The side.
        side: String,
        /// Its title.
        label: String,
    },
    /// A view that nobody has asked for (R29).
    NotYetAsked {
        /// The side.
        side: String,
        /// What to show.
        label: String,
    },
    /// A person's name was written by somebody else.
    NotTheirOwn {
        /// The person.
        person: String,
        /// Who wrote it.
        by: Vec<Who>,
    },
    /// A differing view was changed by somebody else; its author's words are shown.
    ViewChangedByOthers {
        /// The view.
        id: String,
        /// Who changed it.
        by: Vec<Who>,
    },
    /// Somebody wrote over what somebody said; the words of whoever wrote them down are shown.
    WordsChangedByOthers {
        /// Which voice.
        id: String,
        /// Who.
        by: Vec<Who>,
    },
    /// Two strands were given one label, apart: one of them needs another.
    LabelTwice {
        /// The later strand.
        id: String,
        /// The label.
        label: String,
    },
    /// An entry rests on somebody alone who was taken out: does it stand as a theme (R4)?
    RestsOnOneTakenOut {
        /// The entry.
        id: String,
        /// Where, in words.
        label: String,
    },
    /// An invitation was used by two people.
    InviteUsedTwice {
        /// Which.
        invite: String,
    },
}

/// An invitation, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct InviteView {
    /// Its id.
    pub invite: String,
    /// What its holder may become.
    pub role: String,
    /// Until when.
    pub expires: i64,
    /// For whom it is meant.
    pub for_whom: Option<String>,
    /// Who made it.
    pub by: Who,
    /// Who used it.
    pub used: Vec<Who>,
    /// Whether it was stopped.
    pub stopped: bool,
}

/// An assessment as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct AssessmentView {
    /// Schema of the document; larger than ours if a newer Kith wrote it.
    pub schema: i64,
    /// Its name; `None` until somebody gives it one.
    pub title: Option<String>,
    /// The framework's version.
    pub framework: String,
    /// What the framework is called.
    pub framework_title: String,
    /// Why this group.
    pub purpose: PurposeView,
    /// The three sides.
    pub sides: Vec<SideView>,
    /// Entries whose dimension this framework does not have.
    pub elsewhere: Vec<EntryView>,
    /// Headings of the analysis, for what comes next.
    pub analysis: Vec<Heading>,
    /// Headings of the plan, for what comes next.
    pub plan: Vec<Heading>,
    /// What young people and parents said, oldest first (R29).
    pub voices: Vec<VoiceView>,
    /// Which side must change first, and why (R35).
    pub weighting: WeightingView,
    /// Three sentences that a family could read.
    pub summary: Answered,
    /// Goals and actions (R36 to R39).
    pub planned: PlanView,
    /// Meetings and their notes (R40).
    pub meetings: MeetingsView,
    /// The group in its places (R33).
    pub picture: PictureView,
    /// Who sees what the same way (R44).
    pub positions: Vec<Subject>,
    /// Young people's places, by label; never those that were taken out (R4).
    pub strands: Vec<StrandView>,
    /// Whether people were asked, and legal grounds (R7 to R9).
    pub openness: OpennessView,
    /// How long it holds, and whether it is closed (R31, R59).
    pub life: LifeView,
    /// Plain words, versions for families, and replies (R17).
    #[serde(default)]
    pub families: FamiliesView,
    /// What became of hints at each review before sharing, oldest first: counts, never words (R10).
    pub hint_reviews: Vec<HintReviewView>,
    /// Who writes here.
    pub people: Vec<PersonView>,
    /// Differing views whose entry cannot be found.
    pub loose_views: Vec<DifferingView>,
    /// Invitations that were made.
    pub invites: Vec<InviteView>,
    /// What waits for somebody to look.
    pub marks: Vec<Mark>,
    /// What a newer version wrote.
    pub newer: Vec<NewerField>,
}

impl AssessmentView {
    /// Every entry that is shown, wherever it stands; not those taken back.
    pub fn entries(&self) -> impl Iterator<Item = &EntryView> {
        let sides = self.sides.iter().flat_map(|side| side.dimensions.iter().flat_map(|d| &d.entries).chain(&side.entries));
        sides.chain(&self.elsewhere)
    }

    /// Every entry that was taken back and not edited since.
    pub fn retired(&self) -> impl Iterator<Item = &EntryView> {
        self.sides.iter().flat_map(|side| side.dimensions.iter().flat_map(|d| &d.retired).chain(&side.retired))
    }
}
