//! The plain-language twin of each part: drafted from what is there, edited and confirmed by its author.

use automerge::transaction::{Transactable, Transaction};
use serde::{Deserialize, Serialize};

use super::draft::{Draft, drafts};
use super::level::{ReadingLevel, reading_level};
use crate::command::{Context, Refusal};
use crate::entry::Reader;
use crate::limits::{self, TEXT_LIMIT};
use crate::record::Record;
use crate::view::{AssessmentView, Mark, NewerField, Who};
use crate::write::{Written, fresh_at};

/// Confirms the plain words of a part (R17). Whoever confirms them is their author; confirming again puts new words in their place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct ConfirmTwin {
    /// Which part: "summary", "side/1", "action/{id}".
    pub part: String,
    /// The words. Of an action, the first line says what, and the rest why.
    pub text: String,
}

/// Plain words that somebody confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct TwinView {
    /// Of which part.
    #[serde(skip)]
    #[ts(skip)]
    pub(crate) part: String,
    /// What it was made from, as a digest.
    #[serde(skip)]
    #[ts(skip)]
    pub(crate) of: String,
    /// The words.
    pub text: String,
    /// Who confirmed them.
    pub by: Who,
    /// When, by their clock.
    pub at: Option<i64>,
    /// The part reads otherwise now: its plain words are looked at again before they go to anybody.
    pub out_of_date: bool,
}

/// A part of the summary with its twin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct PlainPart {
    /// "summary", "side/1", "action/{id}".
    pub part: String,
    /// Its heading, as families read it.
    pub heading: String,
    /// What it is called among professionals.
    pub place: String,
    /// What professionals read; what a twin is drafted from.
    pub draft: String,
    /// How hard the draft is to read.
    pub draft_reading: Option<ReadingLevel>,
    /// The plain words, if somebody confirmed some.
    pub twin: Option<TwinView>,
    /// How hard they are to read.
    pub reading: Option<ReadingLevel>,
}

pub(crate) fn confirm(
    tx: &mut Transaction<'_>,
    ctx: &mut Context<'_>,
    view: &AssessmentView,
    given: &ConfirmTwin,
) -> Result<Written, Refusal> {
    let Some(draft) = drafts(view).into_iter().find(|draft| draft.part == given.part) else {
        return Err(Refusal::Unknown { what: "part with a text", id: given.part.chars().take(60).collect() });
    };
    let text = limits::prose("text in plain words", given.text.trim(), TEXT_LIMIT / 10)?;
    limits::at_once(std::iter::once(text.as_str()))?;
    let (id, object) = fresh_at(tx, ctx, "families/twins")?;
    for (key, value) in [("part", given.part.as_str()), ("text", &text), ("of", &super::digest(&draft.text))] {
        tx.put(&object, key, value)?;
    }
    Ok((Some(id), "twin".to_owned()))
}

/// Every confirmation, in the order in which they were written. Words that somebody else wrote over them, against the rule, are not shown.
pub(super) fn all(reader: &Reader<'_>, marks: &mut Vec<Mark>, newer: &mut Vec<NewerField>) -> Vec<TwinView> {
    let twins = Record::as_written(reader, "families/twins").into_iter().map(|record| {
        let kept = record.kept(|key| ["part", "text", "of"].contains(&key).then_some("plain words"));
        kept.collect(marks, newer, "plain words");
        let own = |key: &str| reader.own(&record.object, key).0.unwrap_or_default();
        TwinView { part: own("part"), of: own("of"), text: own("text"), by: kept.by, at: kept.at, out_of_date: false }
    });
    twins.filter(|twin| !twin.text.is_empty()).collect()
}

/// The parts as they stand, each with the newest confirmation.
pub(super) fn parts(view: &AssessmentView, twins: &[TwinView]) -> Vec<PlainPart> {
    let part = |draft: Draft| {
        let twin = twins.iter().rev().find(|twin| twin.part == draft.part).cloned();
        let twin = twin.map(|twin| TwinView { out_of_date: twin.of != super::digest(&draft.text), ..twin });
        PlainPart {
            reading: twin.as_ref().and_then(|twin| reading_level(&twin.text)),
            draft_reading: reading_level(&draft.text),
            part: draft.part,
            heading: draft.heading,
            place: draft.place,
            draft: draft.text,
            twin,
        }
    };
    drafts(view).into_iter().map(part).collect()
}
