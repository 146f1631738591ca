//! What travels about the pages that are about no single thing of an assessment: work, finding, history, the picture.

use kith_assessment::{Drawing, Found, Group, HistoryLine, PictureThenAndNow, Sitting, Task};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

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
