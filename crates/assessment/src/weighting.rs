//! Weighting: which side must change first for safety to rise, and why (R35; practice 1.5). Words, never numbers or thickness of
//! our own: a line's thickness on screen comes from "first", "next", "then".

use std::collections::BTreeMap;

use automerge::ScalarValue;
use automerge::transaction::Transaction;
use serde::{Deserialize, Serialize};

use crate::command::{Context, Refusal};
use crate::entry::Reader;
use crate::record::Record;
use crate::view::{Answered, DifferingView, Mark, NewerField};
use crate::vocabulary::Turn;
use crate::write::{Written, day, known, refer, sentences, settle, sides, standing_map, text, unrefer};

/// Says which side must change first, next and then, why, and who took part in deciding it (R35). What is not given stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
pub struct SetWeighting {
    /// Side to turn: `{"3": "first", "2": "next", "1": "then"}`.
    pub places: BTreeMap<String, Turn>,
    /// Why. A text of its own, in which several can write at once: "analysis/weighting".
    pub reason: Option<String>,
    /// When it was talked over.
    pub date: Option<String>,
    /// Who took part, by name or role.
    pub took_part: Vec<String>,
    /// Who did not after all.
    pub took_no_part: Vec<String>,
    /// What young people think of it, in their words.
    pub young_people: Option<String>,
    /// When they were asked.
    pub young_people_asked: Option<String>,
}

/// One side's turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Placed {
    /// The side.
    pub side: String,
    /// First, next, then.
    pub turn: Turn,
}

/// Which side must change first, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
pub struct WeightingView {
    /// Sides that have a turn: first, next, then.
    pub places: Vec<Placed>,
    /// Why.
    pub reason: Answered,
    /// When it was talked over.
    pub date: Option<String>,
    /// Who took part.
    pub took_part: Vec<String>,
    /// What young people think of it; `None`: not yet asked.
    pub young_people: Option<String>,
    /// When they were asked.
    pub young_people_asked: Option<String>,
    /// Differing views on it, in their authors' words (R44).
    pub differing: Vec<DifferingView>,
}

impl WeightingView {
    /// Whether nobody has written anything of it.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty() && self.reason.text.trim().is_empty()
    }
}

pub(crate) fn set(tx: &mut Transaction<'_>, ctx: &Context<'_>, given: &SetWeighting) -> Result<Written, Refusal> {
    if *given == SetWeighting::default() {
        return Err(Refusal::Empty { what: "weighting" });
    }
    let map = standing_map(tx, "analysis")?;
    let named: Vec<String> = given.places.keys().cloned().collect();
    sides(tx, &named)?;
    for (side, turn) in &given.places {
        known(turn.is_known(), "turn", turn.as_str(), Turn::CHOICES)?;
        settle(tx, &map, &format!("weighting.place.{side}"), ScalarValue::from(turn.as_str()))?;
    }
    text(tx, &map, "weighting", "reason", given.reason.as_deref(), ctx.now)?;
    day(tx, &map, "weighting.date", given.date.as_deref())?;
    refer(tx, &map, "weighting.took-part", &given.took_part)?;
    unrefer(tx, &map, "weighting.took-part", &given.took_no_part)?;
    sentences(tx, &map, "weighting.young-people", "young people's view", given.young_people.as_deref())?;
    day(tx, &map, "weighting.asked.date", given.young_people_asked.as_deref())?;
    Ok((None, "weighting".to_owned()))
}

/// The weighting and the summary, with what waits for somebody to look.
pub(crate) fn analysis(
    reader: &Reader<'_>,
    headings: &[String],
    differing: Vec<DifferingView>,
    marks: &mut Vec<Mark>,
    newer: &mut Vec<NewerField>,
) -> (WeightingView, Answered) {
    let Some(record) = Record::standing(reader, "analysis") else { return (WeightingView::default(), Answered::default()) };
    let label = |key: &str| match key {
        "weighting.date" => Some("when the weighting was talked over"),
        "weighting.young-people" => Some("what young people think of the weighting"),
        "weighting.asked.date" => Some("when young people were asked about the weighting"),
        key if key.starts_with("weighting.place.") => Some("when a side must change"),
        key if key.starts_with("weighting.took-part.") => Some("who took part in the weighting"),
        key if headings.iter().any(|heading| heading == key) => Some("the analysis"),
        _ => None,
    };
    let (two_versions, unknown) = record.two_versions_and_newer(&label);
    marks.extend(two_versions.into_iter().map(Mark::TwoVersions));
    newer.extend(unknown);
    let mut places: Vec<Placed> = record
        .set("weighting.place")
        .into_iter()
        .filter_map(|side| record.choice(&format!("weighting.place.{side}")).map(|turn| Placed { side, turn }))
        .collect();
    places.sort_by(|a, b| (&a.turn, &a.side).cmp(&(&b.turn, &b.side)));
    let weighting = WeightingView {
        places,
        reason: record.marked_prose("weighting", "the reason of the weighting", marks),
        date: record.word("weighting.date"),
        took_part: record.set("weighting.took-part"),
        young_people: record.word("weighting.young-people"),
        young_people_asked: record.word("weighting.asked.date"),
        differing,
    };
    (weighting, record.marked_prose("summary", "the summary", marks))
}
