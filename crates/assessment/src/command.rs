//! Everything that a person can do to an assessment (design 4).

use std::fmt;

use automerge::ChangeHash;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::families::{AddReply, ConfirmTwin, PublishVersion, TakeBackVersion};
use crate::hint_review::NoteHintReview;
use crate::ids::{DeviceId, EntryId, InviteId, PersonId};
use crate::life::{ActToday, CloseAssessment, LookAgainAt, ReopenAssessment, SayStillTrue, SetReview};
use crate::meetings::{AddMeeting, AgreeNotes, ReopenNotes, UpdateMeeting};
use crate::openness::{SetAskedAll, SetLawfulBasis};
use crate::picture::{
    AddAdult, AddConduct, AddPart, AddPlace, AddTie, EndInPicture, GoesOnInPicture, MoveInPicture, SayOfPlace, UpdateAdult,
    UpdateConduct, UpdatePart, UpdatePlace, UpdateTie,
};
use crate::plan::{AddAction, AddGoal, MeasureGoal, PutBack, TakeBack, UpdateAction, UpdateGoal};
use crate::positions::{ConfirmForFamilies, DifferOnWeighting, TakePosition};
use crate::sharing::NoteShared;
use crate::strands::{
    AttachStrand, DecideAfterNo, DetachStrand, FollowAnswer, HandOverStrand, KeepAsTheme, RelabelStrand, RestEntryOn,
    SayHeardWaits, SetAgreement,
};
use crate::together::WriteTogether;
use crate::vocabulary::{Agreed, Answer, Basis, Heard, Kind, Trigger, Whose};
use crate::voices::{AddVoice, AnswerVoice, LetRead, RecordFair, TieVoice, UpdateAnswer, WithdrawVoice};
use crate::weighting::SetWeighting;

pub use crate::refusal::Refusal;

/// Who acts, on which device, when, and with which randomness: this crate has no clock and no random numbers of its own.
pub struct Context<'a> {
    /// The person.
    pub person: [u8; 16],
    /// Their device: the Automerge actor that writes.
    pub device: [u8; 16],
    /// Now, in Unix seconds, by their clock: a claim, not a proof.
    pub now: i64,
    /// Fills a buffer with random bytes; used for fresh ids only.
    pub random: &'a mut dyn FnMut(&mut [u8]),
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("now", &self.now).finish_non_exhaustive()
    }
}

/// Heads of the document as an editor last saw it, each 32 bytes, written as hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Default, ts_rs::TS)]
#[ts(type = "Array<string>")]
pub struct Heads(pub Vec<ChangeHash>);

impl Serialize for Heads {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(ToString::to_string))
    }
}

impl<'de> Deserialize<'de> for Heads {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let heads: Result<Vec<ChangeHash>, _> = texts.iter().map(|text| text.parse()).collect();
        heads.map(Self).map_err(serde::de::Error::custom)
    }
}

/// The secret of an invitation's link. Never printed by accident.
#[derive(Clone, Copy, PartialEq, Eq, ts_rs::TS)]
#[ts(type = "string")]
pub struct Secret(pub [u8; 32]);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&crate::ids::to_base32(&self.0))
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::ids::from_base32(&String::deserialize(deserializer)?)
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("a secret is 32 bytes in base32"))
    }
}

/// Something to do. In JSON: `{"do": "add-entry", "dimension": "1.6", …}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Command {
    /// Gives the assessment its name: a tree, not a place, school, street or person.
    SetTitle {
        /// One line.
        title: String,
    },
    /// Answers some or all of the questions of purpose (R16). What is `None` stays as it is.
    AnswerPurpose {
        /// What made somebody look at this group now.
        #[serde(default)]
        trigger: Option<Trigger>,
        /// The same in words.
        #[serde(default)]
        why_now: Option<String>,
        /// What should be better for these young people at the end.
        #[serde(default)]
        better: Option<String>,
        /// How we find out.
        #[serde(default)]
        find_out: Option<String>,
        /// What could go wrong for them because we looked.
        #[serde(default)]
        could_go_wrong: Option<String>,
        /// What was tried, or ruled out, that asks less of them.
        #[serde(default)]
        less_intrusive: Option<String>,
        /// Which agency leads.
        #[serde(default)]
        lead_agency: Option<String>,
    },
    /// Says who I am. Only a person's own devices can say that (protocol 8).
    IntroduceMyself {
        /// My name.
        name: String,
        /// My agency.
        agency: String,
        /// My role in it.
        role: String,
    },
    /// Stands beside a person's own words: a lead has checked who they are, when letting them in.
    ConfirmPerson {
        /// Who.
        person: PersonId,
        /// The name that was checked.
        name: String,
        /// The agency that was checked.
        agency: String,
        /// Why they write here, where people like them read the summary by default (R6). Everybody here sees it.
        #[serde(default)]
        because: Option<String>,
    },
    /// Says which document the summary is. Of two that leads made apart, the one with the smaller id is it.
    SetSummary {
        /// Its id.
        document: EntryId,
    },
    /// Says which device of mine asks to be let in to the summary, so that a lead's Kith can let exactly that one in.
    StateSummaryDevice {
        /// It.
        device: DeviceId,
    },
    /// Writes a strength, a worry or what is not known. Text alone suffices; the rest has defaults: from me, seen or heard
    /// first-hand, an observation, today; or passed on, if somebody else said it.
    AddEntry {
        /// A dimension ("1.6"), or a side ("1") if it is not clear where it goes.
        dimension: String,
        /// What it is.
        kind: Kind,
        /// In plain words, as if the young people and their families will read it.
        text: String,
        /// Who said it; `None` for myself.
        #[serde(default)]
        said_by: Option<String>,
        /// Seen or heard, or passed on.
        #[serde(default)]
        first_hand_or_passed_on: Option<Heard>,
        /// Fact, observation, allegation or opinion.
        #[serde(default)]
        basis: Option<Basis>,
        /// When it was so: "YYYY-MM-DD".
        #[serde(default)]
        date: Option<String>,
        /// Whether those whose words these are agreed to their being written.
        #[serde(default)]
        agreed: Option<Agreed>,
    },
    /// Replaces an entry's text; only what differs from the present text is touched, so that edits made apart merge.
    EditEntry {
        /// Which.
        id: EntryId,
        /// The whole new text.
        text: String,
    },
    /// Typing: one splice, at the heads that the editor stands on (`None`: the newest). Never refused because somebody took the
    /// entry back meanwhile. A position inside a character that takes two units means the place after it.
    SpliceEntry {
        /// Which.
        id: EntryId,
        /// What the editor shows. After each splice the editor stands on that splice's own hash.
        #[serde(default)]
        heads: Option<Heads>,
        /// Where, in UTF-16 code units.
        at: usize,
        /// How many UTF-16 code units go.
        delete: usize,
        /// What comes.
        insert: String,
    },
    /// Makes a worry a strength, or the like.
    SetEntryKind {
        /// Which.
        id: EntryId,
        /// What it is now.
        kind: Kind,
    },
    /// Puts an entry somewhere else.
    MoveEntry {
        /// Which.
        id: EntryId,
        /// A dimension or side.
        dimension: String,
    },
    /// Changes where a statement comes from. What is `None` stays; an empty `said_by` means its author.
    SetProvenance {
        /// Which.
        id: EntryId,
        /// Who said it.
        #[serde(default)]
        said_by: Option<String>,
        /// Seen or heard, or passed on.
        #[serde(default)]
        first_hand_or_passed_on: Option<Heard>,
        /// Fact, observation, allegation or opinion.
        #[serde(default)]
        basis: Option<Basis>,
        /// When it was so.
        #[serde(default)]
        date: Option<String>,
        /// Whether those whose words these are agreed.
        #[serde(default)]
        agreed: Option<Agreed>,
    },
    /// Settles two versions: `field` and `value` as the view shows them.
    Choose {
        /// `TwoVersions::field`.
        field: String,
        /// `Version::value` of the one to keep.
        value: String,
    },
    /// "I have looked": clears the mark of an entry that two people edited apart.
    LookedAt {
        /// Which.
        id: EntryId,
    },
    /// Takes an entry back. It stays in the document, with the reason, and can be restored.
    RetireEntry {
        /// Which.
        id: EntryId,
        /// Why.
        why: String,
    },
    /// Undoes that.
    RestoreEntry {
        /// Which.
        id: EntryId,
    },
    /// Sets a differing view beside an entry. Only its author can change it, and it is never merged (R44).
    AddDifferingView {
        /// The entry that it differs from, or the view that it answers.
        about: EntryId,
        /// In the author's words.
        text: String,
    },
    /// Changes one's own differing view.
    EditDifferingView {
        /// Which.
        id: EntryId,
        /// The whole new text.
        text: String,
    },
    /// Takes one's own differing view back, with a reason.
    WithdrawDifferingView {
        /// Which.
        id: EntryId,
        /// Why.
        why: String,
    },
    /// Says how things stand with the young people's or parents' view of a side (R29).
    SetAsked {
        /// The side.
        side: String,
        /// Whose view.
        whose: Whose,
        /// How it stands.
        answer: Answer,
    },
    /// Says why nothing stands under a dimension: three different answers (R30).
    SetDimension {
        /// The dimension.
        dimension: String,
        /// How it stands.
        answer: Answer,
    },
    /// Keeps an invitation in the document, so that any lead can let its holder in.
    RecordInvite {
        /// Its id, as in the link.
        invite: InviteId,
        /// The link's secret.
        secret: Secret,
        /// "lead", "contributor" or "reader".
        role: String,
        /// Until when, Unix seconds.
        expires: i64,
        /// For whom it is meant, in the inviter's words.
        #[serde(default)]
        for_whom: Option<String>,
    },
    /// Says that an invitation was used: it works once.
    UseInvite {
        /// Which.
        invite: InviteId,
        /// By whom.
        person: PersonId,
    },
    /// Stops a link that has not been used.
    StopInvite {
        /// Which.
        invite: InviteId,
    },
    /// Replaces any text that the view names by a field ("analysis/summary", "plan/goals/{id}/text"); only what differs is touched.
    EditText {
        /// Which text.
        field: String,
        /// The whole new text.
        text: String,
    },
    /// Updates a text from a private draft: what the draft changed since its author began is done to the text as it stands now. Whoever
    /// changed it meanwhile loses nothing; the paragraph is then marked until somebody has looked.
    UpdateText {
        /// Which text: "entries/{id}/text", "purpose/better".
        field: String,
        /// The whole new text.
        text: String,
        /// What the draft began from.
        base: Heads,
    },
    /// Typing in such a text, as [`Command::SpliceEntry`] does in an entry's.
    SpliceText {
        /// Which text.
        field: String,
        /// What the editor shows.
        #[serde(default)]
        heads: Option<Heads>,
        /// Where, in UTF-16 code units.
        at: usize,
        /// How many UTF-16 code units go.
        delete: usize,
        /// What comes.
        insert: String,
    },
    /// What became of the hints, at the review before sharing: counts, never words.
    NoteHintReview(NoteHintReview),
    /// "I have looked" at such a text, which two people edited apart.
    LookedAtText {
        /// Which text.
        field: String,
    },
    /// Invites others to write in an entry, letter by letter.
    WriteTogether(WriteTogether),
    /// Somebody's own words.
    AddVoice(AddVoice),
    /// What they are about.
    TieVoice(TieVoice),
    /// Out, at their wish.
    WithdrawVoice(WithdrawVoice),
    /// What was done with them.
    AnswerVoice(AnswerVoice),
    /// A change of that.
    UpdateAnswer(UpdateAnswer),
    /// Told, and "is that fair?".
    RecordFair(RecordFair),
    /// What must change first.
    SetWeighting(SetWeighting),
    /// A goal.
    AddGoal(AddGoal),
    /// What it is tied to.
    UpdateGoal(UpdateGoal),
    /// What its measure gives now.
    MeasureGoal(MeasureGoal),
    /// An action.
    AddAction(AddAction),
    /// How it stands.
    UpdateAction(UpdateAction),
    /// A goal or action goes.
    TakeBack(TakeBack),
    /// It comes again.
    PutBack(PutBack),
    /// A meeting.
    AddMeeting(AddMeeting),
    /// A change of what is said of it.
    UpdateMeeting(UpdateMeeting),
    /// Its notes are as agreed.
    AgreeNotes(AgreeNotes),
    /// They are opened again.
    ReopenNotes(ReopenNotes),
    /// How I see something.
    TakePosition(TakePosition),
    /// My differing view on the weighting.
    DifferOnWeighting(DifferOnWeighting),
    /// What families read of my differing view.
    ConfirmForFamilies(ConfirmForFamilies),
    /// A young person, under a neutral label.
    AttachStrand(AttachStrand),
    /// The next holder.
    HandOverStrand(HandOverStrand),
    /// Another label.
    RelabelStrand(RelabelStrand),
    /// Out.
    DetachStrand(DetachStrand),
    /// On whom an entry rests.
    RestEntryOn(RestEntryOn),
    /// It stands as a theme.
    KeepAsTheme(KeepAsTheme),
    /// How agreement stands.
    SetAgreement(SetAgreement),
    /// How it stands after an answer by a link.
    FollowAnswer(FollowAnswer),
    /// How much that came by a young person's links waits to be read, and since when.
    SayHeardWaits(SayHeardWaits),
    /// What follows from a no.
    DecideAfterNo(DecideAfterNo),
    /// Whether they were asked at all.
    SetAskedAll(SetAskedAll),
    /// An agency's legal ground.
    SetLawfulBasis(SetLawfulBasis),
    /// Someone must act today.
    ActToday(ActToday),
    /// When to look at the whole again.
    SetReview(SetReview),
    /// "Still true?"
    SayStillTrue(SayStillTrue),
    /// When to look at an entry again.
    LookAgainAt(LookAgainAt),
    /// The end.
    CloseAssessment(CloseAssessment),
    /// Again.
    ReopenAssessment(ReopenAssessment),
    /// A place in the picture.
    AddPlace(AddPlace),
    /// How it is there, said again.
    SayOfPlace(SayOfPlace),
    /// A change of a place.
    UpdatePlace(UpdatePlace),
    /// What people do at a place that harms young people.
    AddConduct(AddConduct),
    /// A change of that.
    UpdateConduct(UpdateConduct),
    /// A trusted adult, by role.
    AddAdult(AddAdult),
    /// A change of that.
    UpdateAdult(UpdateAdult),
    /// A part of the group.
    AddPart(AddPart),
    /// A change of that.
    UpdatePart(UpdatePart),
    /// A tie.
    AddTie(AddTie),
    /// A change of a tie.
    UpdateTie(UpdateTie),
    /// It is no longer so.
    EndInPicture(EndInPicture),
    /// It is so all the same.
    GoesOnInPicture(GoesOnInPicture),
    /// Elsewhere in the picture.
    MoveInPicture(MoveInPicture),
    /// What was shared outside.
    NoteShared(NoteShared),
    /// Plain words of a part, for families.
    ConfirmTwin(ConfirmTwin),
    /// A version for families.
    PublishVersion(PublishVersion),
    /// It is taken back.
    TakeBackVersion(TakeBackVersion),
    /// A reply beside one.
    AddReply(AddReply),
    /// Who else may read somebody's words.
    LetRead(LetRead),
}

impl Command {
    /// An answer to none of the questions of purpose: a start for those who answer some.
    pub fn nothing_of_the_purpose() -> Self {
        Self::AnswerPurpose {
            trigger: None,
            why_now: None,
            better: None,
            find_out: None,
            could_go_wrong: None,
            less_intrusive: None,
            lead_agency: None,
        }
    }
}

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What was made, or what was changed, if that has an id.
    pub id: Option<EntryId>,
    /// The raw bytes of the one Automerge change.
    pub change: Vec<u8>,
    /// Its hash: where an editor stands after a splice.
    pub hash: ChangeHash,
}
