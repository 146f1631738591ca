//! What was shared outside the document, with whom and why (R45): also the one line that is asked for on the next working day after
//! somebody was in danger (R46). What concerns one young person stands in their strand record, anything else in the assessment.

use automerge::transaction::{Transactable, Transaction};
use serde::{Deserialize, Serialize};

use crate::command::{Context, Refusal};
use crate::dates;
use crate::entry::Reader;
use crate::limits::{self, NAME_LIMIT, WHY_LIMIT};
use crate::record::{Kept, Record};
use crate::tasks::{ForWhom, Group, Task};
use crate::view::{Mark, NewerField};
use crate::working_days;
use crate::write::{Written, fresh_at, real_day};

/// Notes what was shared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
pub struct NoteShared {
    /// What, in a line. Colleagues of this document read it.
    pub what: String,
    /// With whom.
    pub with: String,
    /// Why.
    pub why: String,
    /// When; today if not given.
    pub date: Option<String>,
}

/// What was shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct SharedView {
    /// Who noted it, when.
    #[serde(flatten)]
    pub kept: Kept,
    /// What.
    pub what: String,
    /// With whom.
    pub with: String,
    /// Why.
    pub why: String,
    /// When.
    pub date: Option<String>,
}

pub(crate) fn note(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, path: &str, given: &NoteShared) -> Result<Written, Refusal> {
    let what = limits::prose("line on what was shared", &given.what, WHY_LIMIT)?;
    let with = limits::line("name of whom it was shared with", &given.with, NAME_LIMIT)?;
    let why = limits::prose("reason", &given.why, WHY_LIMIT)?;
    let date = given.date.clone().unwrap_or_else(|| dates::day(ctx.now));
    real_day(&date)?;
    let (id, object) = fresh_at(tx, ctx, path)?;
    for (key, words) in [("what", what), ("with", with), ("why", why), ("date", date)] {
        tx.put(&object, key, words)?;
    }
    Ok((Some(id), "shared".to_owned()))
}

/// Everything that was noted at a path, oldest first.
pub(crate) fn shared(reader: &Reader<'_>, path: &str, marks: &mut Vec<Mark>, newer: &mut Vec<NewerField>) -> Vec<SharedView> {
    let label = |key: &str| ["what", "with", "why", "date"].contains(&key).then_some("what was shared");
    let views = Record::all(reader, path).into_iter().map(|record| {
        let kept = record.kept(label);
        kept.collect(marks, newer, "what was shared");
        let word = |key: &str| record.word(key).unwrap_or_default();
        SharedView { kept, what: word("what"), with: word("with"), why: word("why"), date: record.word("date") }
    });
    views.collect()
}

/// By when the line is asked for, if names were shown or text was copied on a day: the next working day.
pub fn tell_by(day: &str) -> String {
    working_days::after(day, 1)
}

/// "What did you share, with whom, why?", after somebody was in danger (R46). `about` is what the screen calls it by.
pub fn task_to_tell(due: String, today: &str, about: String) -> Task {
    let kind = "told-in-danger";
    Task {
        kind: kind.to_owned(),
        group: Group::of(kind),
        what: "Someone was in danger. In one line: what did you share, with whom, why?".to_owned(),
        overdue: due.as_str() < today,
        due: Some(due),
        for_whom: ForWhom::Holder,
        mine: true,
        about,
        page: "danger".to_owned(),
        at: String::new(),
    }
}
