//! What travels about versions for families, readers and what both said.

use kith_assessment::{PublishVersion, ReadingLevel, VersionFor};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

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
