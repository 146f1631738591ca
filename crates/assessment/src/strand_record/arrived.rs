//! What arrived by a link, opened: the record's own words for it. Every device of one version writes the same for the same item.

use serde::{Deserialize, Serialize};

use crate::command::Secret;
use crate::ids::EntryId;
use crate::vocabulary::{Fair, Whose};

/// One card that was pressed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ArrivedChoice {
    /// Its name in every language.
    pub code: String,
    /// What stood on it.
    pub words: String,
}

/// What was said to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ArrivedAnswer {
    /// The question's name.
    pub question: String,
    /// The cards that were pressed.
    pub choices: Vec<ArrivedChoice>,
    /// In their own words.
    pub words: String,
    /// They pressed Skip: not the same as choosing nothing.
    pub skipped: bool,
    /// They let the team see it, without their name.
    pub team: bool,
}

/// What they say of one answer of the team (R50).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ArrivedOnPoint {
    /// The point's name, as the reading gave it.
    pub point: String,
    /// Whether it is fair.
    pub fair: Option<Fair>,
    /// Why.
    pub why: String,
    /// They ask to have what they had said taken out.
    pub take_out: bool,
}

/// "Is that right?"
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "kebab-case")]
pub enum RightOrNot {
    /// "That is right."
    Right,
    /// "Partly."
    Partly,
    /// "Not right."
    NotRight,
    /// "I do not know."
    NotKnown,
}

/// What they say of one part of the summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ArrivedOnPart {
    /// The part's name.
    pub part: String,
    /// Whether it is right.
    pub right: RightOrNot,
    /// Why.
    pub why: String,
}

/// Their reply to the summary (R17).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ArrivedOnSummary {
    /// Which version they read.
    pub version: String,
    /// Part by part.
    pub parts: Vec<ArrivedOnPart>,
    /// What was missed.
    pub missed: String,
    /// The reply, in their words.
    pub reply: String,
    /// They agree that other families read it too.
    pub other_families: bool,
}

/// What they answer to "Are you happy to take part?".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "kebab-case")]
pub enum ArrivedTakingPart {
    /// Yes.
    Yes,
    /// Yes, but not all.
    InPart,
    /// No, or a yes that is taken back.
    No,
    /// "I want to talk first."
    TalkFirst,
    /// "Ask me later."
    Later,
}

/// What they answer to what agreement asks (R7 to R9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ArrivedAgreement {
    /// "I have read this": openness.
    pub read: bool,
    /// Taking part.
    pub taking_part: Option<ArrivedTakingPart>,
    /// What they do not want.
    pub but_not: Vec<ArrivedChoice>,
    /// They object to being in the picture.
    pub object: bool,
    /// In their words.
    pub words: String,
    /// Every word that they were shown.
    pub shown: String,
}

/// A mark on a drawing; 0 to 1,000 from the left and from the top.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ArrivedMark {
    /// From the left.
    pub x: u16,
    /// From the top.
    pub y: u16,
    /// What it is.
    pub sign: String,
    /// Words beside it.
    pub words: String,
}

/// Marks with words, and lines drawn by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ArrivedDrawing {
    /// The marks.
    pub marks: Vec<ArrivedMark>,
    /// Each line's points.
    pub lines: Vec<Vec<(u16, u16)>>,
    /// What they say to it.
    pub words: String,
}

/// A voice note or a drawing. It stays in the strand record: only typed words join an assessment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ArrivedAttachment {
    /// A voice note.
    Voice {
        /// The question that it answers.
        question: String,
        /// How it is coded.
        media: String,
        /// How long it is, in seconds.
        seconds: u16,
        /// How many bytes the recording has. It stands beside ([`super::arrived_sound`]), so that nothing carries it about but who plays it.
        bytes: u32,
    },
    /// A drawing.
    Drawing {
        /// The question that it answers.
        question: String,
        /// What is on it.
        drawing: ArrivedDrawing,
    },
}

/// Something other than answers to the questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ArrivedOther {
    /// They would like to read what there is for them.
    WantsToRead,
    /// What they say of the team's answers.
    OnPoints {
        /// Point by point.
        points: Vec<ArrivedOnPoint>,
    },
    /// What they say of the summary.
    OnSummary(ArrivedOnSummary),
    /// What they answer to what agreement asks.
    OnAgreement(ArrivedAgreement),
    /// Who matters to them. For this record only.
    Circle(ArrivedDrawing),
}

impl ArrivedOther {
    /// What is shown of it before somebody has read it: what it is, and nothing that was said. What they answer to agreement is theirs in
    /// the ledger at once (R8), and is shown there.
    pub(super) fn before_it_is_read(self) -> Self {
        match self {
            Self::OnPoints { .. } => Self::OnPoints { points: Vec::new() },
            Self::OnSummary(on) => {
                let (parts, missed, reply) = (Vec::new(), String::new(), String::new());
                Self::OnSummary(ArrivedOnSummary { version: on.version, parts, missed, reply, other_families: false })
            }
            Self::Circle(_) => Self::Circle(ArrivedDrawing { marks: Vec::new(), lines: Vec::new(), words: String::new() }),
            shown @ (Self::WantsToRead | Self::OnAgreement(_)) => shown,
        }
    }
}

/// What arrived, opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Arrived {
    /// The link by which it came.
    pub link: EntryId,
    /// The language in which it was said.
    pub language: String,
    /// An item of the same link in whose place this one stands, or which it takes back.
    pub replaces: Option<EntryId>,
    /// It takes that one back, and says nothing itself.
    pub withdraws: bool,
    /// What was said.
    pub answers: Vec<ArrivedAnswer>,
    /// Something other than answers to the questions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<ArrivedOther>,
    /// Voice notes and drawings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attached: Vec<ArrivedAttachment>,
    /// What is needed to answer whoever has link and code word: verifier and key. Only if they chose a code word.
    pub code: Option<(String, Secret)>,
    /// It came by no link: it was said on the holder's computer, with the holder beside them, by a young person or a parent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub together: Option<Whose>,
}
