//! Shapes of links for young people and families, and of what arrives by them.

use kith_assessment::{AnsweredOut, ArrivedOnPoint, ArrivedView, Cover, GuestLinkView, Outcome};
use serde::Serialize;
use ts_rs::TS;

/// A link for a young person or their family.
#[derive(Debug, Serialize, TS)]
pub struct LinkMadeShown {
    /// Their strand record.
    pub record: String,
    /// The link, in the record.
    pub id: String,
    /// The address to send or to show.
    pub address: String,
    /// Until when, in Unix seconds.
    #[ts(type = "number")]
    pub expires: i64,
    /// It is shown in person, and not sent.
    pub in_person: bool,
    /// Whether the relay has it: it works now.
    pub ready: bool,
}

/// The links of a record.
#[derive(Debug, Serialize, TS)]
pub struct LinksShown {
    /// The record.
    pub record: String,
    /// The links.
    pub links: Vec<GuestLinkView>,
}

/// A code to type in the place of a link, in person.
#[derive(Debug, Serialize, TS)]
pub struct CodeShown {
    /// The record.
    pub record: String,
    /// The link, in the record.
    pub link: String,
    /// The code.
    pub code: String,
    /// The page on which it is typed.
    pub page: String,
    /// Until when it works, in Unix seconds: a quarter of an hour, and once.
    #[ts(type = "number")]
    pub until: i64,
    /// Whether the relay has it: it works now.
    pub ready: bool,
}

/// A link is stopped.
#[derive(Debug, Serialize, TS)]
pub struct LinkStopped {
    /// The record.
    pub record: String,
    /// The link, in the record.
    pub link: String,
    /// Whether the relay knows it: it opens nothing now.
    pub stopped: bool,
}

/// A window was opened, or closed.
#[derive(Debug, Serialize, TS)]
pub struct WindowShown {
    /// The record.
    pub record: String,
    /// The link, in the record.
    pub link: String,
    /// Until when it is open, in Unix seconds; `null`: it is closed.
    #[ts(type = "number | null")]
    pub until: Option<i64>,
    /// Whether the relay knows it.
    pub ready: bool,
}

/// One thing that was said, as whoever said it reads what was done with it.
#[derive(Debug, Serialize, TS)]
pub struct PointShown {
    /// What they had said.
    pub said: String,
    /// What was done.
    pub outcome: Outcome,
    /// The same, as it stands above the answer.
    pub outcome_words: String,
    /// Where and what, or why.
    pub words: String,
}

/// A part of the summary, as families read it.
#[derive(Debug, Serialize, TS)]
pub struct ReadPart {
    /// Its heading.
    pub heading: String,
    /// Its text.
    pub text: String,
}

/// Something that is going to be done, as families read it.
#[derive(Debug, Serialize, TS)]
pub struct ReadAction {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
}

/// The summary as families read it.
#[derive(Debug, Serialize, TS)]
pub struct ReadSummary {
    /// The day on which it was shared.
    pub shared_on: String,
    /// The parts.
    pub parts: Vec<ReadPart>,
    /// What is going to be done.
    pub actions: Vec<ReadAction>,
    /// Replies beside it: whose, and their words.
    pub replies: Vec<(String, String)>,
}

/// Exactly what somebody with link and code word would read now.
#[derive(Debug, Serialize, TS)]
pub struct ReadingShown {
    /// The record.
    pub record: String,
    /// The link, in the record.
    pub link: String,
    /// The day on which it was read; `null`: not read yet.
    pub read_on: Option<String>,
    /// Whether the page says that the holder is late.
    pub late: bool,
    /// What was done with each thing that was said.
    pub points: Vec<PointShown>,
    /// The summary, if a version for them is shared.
    pub summary: Option<ReadSummary>,
    /// What they have answered to what agreement asks, newest last.
    pub agreed: Vec<String>,
}

/// What arrived in a record.
#[derive(Debug, Serialize, TS)]
pub struct ArrivedShown {
    /// The record.
    pub record: String,
    /// What arrived: what is not read yet first, oldest first.
    pub arrived: Vec<ArrivedView>,
}

/// An answer, and what would be covered in it.
#[derive(Debug, Serialize, TS)]
pub struct CoveringShown {
    /// The question.
    pub question: String,
    /// What was said, as one text.
    pub said: String,
    /// What may lead to one person.
    pub covers: Vec<Cover>,
    /// The text with all of that covered which the rules are sure of: where to start from.
    pub covered: String,
    /// Why nothing was looked for, if so.
    pub not_looked: Option<String>,
    /// The side on which such an answer stands, as a rule.
    pub side: Option<String>,
}

/// An assessment to which it can be added.
#[derive(Debug, Serialize, TS)]
pub struct AddTo {
    /// The assessment.
    pub assessment: String,
    /// Its title.
    pub title: Option<String>,
    /// Their label there.
    pub label: String,
}

/// What they say of one of the team's answers.
#[derive(Debug, Serialize, TS)]
pub struct OnAnswerShown {
    /// What they say.
    #[serde(flatten)]
    pub on: ArrivedOnPoint,
    /// What they had said.
    pub said: String,
    /// The item in which they had said it.
    pub item: String,
    /// The question to which they had said it.
    pub question: String,
    /// The answer that they say it of; `null`: it stands in no assessment here, or nobody had answered.
    pub answer: Option<String>,
    /// What was done.
    pub outcome: Option<Outcome>,
    /// Their reason as it stands beside the answer, if it was added.
    pub added: Option<String>,
    /// What would be covered in their reason.
    pub covering: CoveringShown,
    /// What was answered, where they ask to have it taken out.
    pub out: Option<AnsweredOut>,
}

/// A reply to the summary, with what would be covered in each of its texts.
#[derive(Debug, Serialize, TS)]
pub struct OnSummaryShown {
    /// The assessment in which the version stands; `null`: it is in none on this computer.
    pub assessment: Option<String>,
    /// When that version was shared, "YYYY-MM-DD".
    pub shared_on: Option<String>,
    /// The version was taken back since.
    pub taken_back: bool,
    /// What they say part by part.
    pub parts: Vec<OnPartShown>,
    /// What they say was missed.
    pub missed: Option<CoveringShown>,
    /// Their reply.
    pub reply: Option<CoveringShown>,
    /// They agree that other families read it too.
    pub other_families: bool,
}

/// What they say of one part of the summary, or of one action in it.
#[derive(Debug, Serialize, TS)]
pub struct OnPartShown {
    /// Which part, or which action.
    pub part: String,
    /// What it is called in the version that they read.
    pub heading: String,
    /// Whether it is right, in words.
    pub right_words: String,
    /// Why, if they say why.
    pub why: Option<CoveringShown>,
}

/// One of what arrived, with what is needed to read it first.
#[derive(Debug, Serialize, TS)]
pub struct ItemShown {
    /// The record.
    pub record: String,
    /// What arrived.
    pub arrived: ArrivedView,
    /// Its answers, and what would be covered.
    pub covering: Vec<CoveringShown>,
    /// What they say of the team's answers.
    pub on_answers: Vec<OnAnswerShown>,
    /// Their reply to the summary, once somebody has read it.
    pub on_summary: Option<OnSummaryShown>,
    /// Assessments to which it can be added.
    pub add_to: Vec<AddTo>,
}

/// A voice note is in a file.
#[derive(Debug, Serialize, TS)]
pub struct SoundWritten {
    /// The record.
    pub record: String,
    /// What it came with.
    pub item: String,
    /// Where it is.
    pub file: String,
    /// How it is coded.
    pub media: String,
    /// How large it is.
    pub bytes: usize,
}

/// What an area says on its guests' pages.
#[derive(Debug, Serialize, TS)]
pub struct AreaShown {
    /// For pages in this language.
    pub language: String,
    /// In place of the page's own words for danger.
    pub danger: Option<String>,
    /// A free helpline.
    pub helpline: Option<String>,
    /// Whom to tell if we got it wrong.
    pub complain: Option<String>,
    /// Who checked them.
    pub checked_by: Option<String>,
    /// When.
    pub checked_on: Option<String>,
}
