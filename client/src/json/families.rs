//! Shapes of the verbs on versions for young people and families.

use kith_assessment::{AgreementView, FamilyPreview, PlainPart, ReplyView, VersionHints, VersionView};
use serde::Serialize;
use ts_rs::TS;

/// What an audience would read, before it is shared.
#[derive(Debug, Serialize, TS)]
pub struct VersionPreviewShown {
    /// The assessment.
    pub assessment: String,
    /// What they would read, and what stands against sharing it.
    pub preview: FamilyPreview,
    /// What has to be decided first. It stays on this computer.
    pub hints: VersionHints,
}

/// A version was shared.
#[derive(Debug, Serialize, TS)]
pub struct VersionShared {
    /// The assessment.
    pub assessment: String,
    /// The version.
    pub version: String,
    /// For whom, in words.
    pub for_words: String,
}

/// What was shared with young people and families.
#[derive(Debug, Serialize)]
pub struct VersionsShown {
    /// The assessment.
    pub assessment: String,
    /// Versions, newest first.
    pub versions: Vec<VersionView>,
    /// Replies, oldest first.
    pub replies: Vec<ReplyView>,
}

/// The parts in plain words.
#[derive(Debug, Serialize)]
pub struct PlainShown {
    /// The assessment.
    pub assessment: String,
    /// The parts.
    pub parts: Vec<PlainPart>,
}

/// A reply stands beside the text.
#[derive(Debug, Serialize, TS)]
pub struct RepliedShown {
    /// The strand record.
    pub record: String,
    /// The item in it.
    pub item: String,
    /// In which assessment.
    pub assessment: String,
    /// Beside which version.
    pub version: String,
}

/// What was answered about agreement, by hand and by links.
#[derive(Debug, Serialize)]
pub struct LedgerShown {
    /// The strand record.
    pub record: String,
    /// Every answer, oldest first.
    pub agreements: Vec<AgreementView>,
    /// After a no: what holds until it is decided.
    pub after_a_no: Option<String>,
}
