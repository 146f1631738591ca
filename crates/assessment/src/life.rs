//! How long what was written holds (R31), "someone must act today" (R16), and closing and reopening (R59).

use automerge::transaction::Transaction;
use automerge::{ReadDoc, ScalarValue};
use serde::{Deserialize, Serialize};

use crate::choose::{self, ChosenView, ResolverView};
use crate::command::{Context, Refusal};
use crate::dates::{self, long_day};
use crate::entry::Reader;
use crate::ids::EntryId;
use crate::limits::{self, NAME_LIMIT, TITLE_LIMIT, WHY_LIMIT};
use crate::read::{self, objects};
use crate::record::Record;
use crate::sharing::{self, SharedView};
use crate::strands;
use crate::view::{AssessmentView, Mark, NewerField, Who};
use crate::vocabulary::{StillTrue, Told};
use crate::write::{Written, day, known, line, object_at, real_day, sentences, settle, short, standing_map, under};

/// After how many days without a look a side may be out of date (R31; our proposal, after the twelve weeks of practice 2.6).
pub const STALE_AFTER_DAYS: i64 = 84;
/// What the name of an assessment that goes on from another ends with.
const CONTINUED: &str = ", continued";

/// "Someone must act today": opens the assessment at once; why is answered by the end of the next working day (R16).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
pub struct ActToday {}

/// Sets the day on which to look at the whole assessment again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct SetReview {
    /// "YYYY-MM-DD"; empty for no day.
    pub date: String,
}

/// "Still true?", once per side (R31).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct SayStillTrue {
    /// Which side.
    pub side: String,
    /// Yes, partly, no.
    pub answer: StillTrue,
    /// When it was looked at; today if not given.
    #[serde(default)]
    pub date: Option<String>,
}

/// Sets the day after which an entry may be out of date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct LookAgainAt {
    /// Which entry.
    pub id: EntryId,
    /// "YYYY-MM-DD"; empty for no day.
    pub date: String,
}

/// Closes the assessment (R59). Refused while a strand is attached: the people leave first, the themes stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct CloseAssessment {
    /// What has changed for the young people.
    pub outcomes: String,
    /// What is kept.
    pub kept: String,
    /// Why it is kept.
    pub kept_why: String,
    /// Whether families were told.
    pub families: Told,
    /// If they were not: why.
    #[serde(default)]
    pub families_why: Option<String>,
    /// Who looks after it from now on.
    pub next_owner: String,
}

/// Opens it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct ReopenAssessment {
    /// Why.
    pub why: String,
}

/// "Still true?" of one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct StillTrueView {
    /// Which side.
    pub side: String,
    /// Yes, partly, no.
    pub answer: StillTrue,
    /// When it was looked at.
    pub date: Option<String>,
}

/// The assessment was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ClosedView {
    /// When.
    pub date: String,
    /// By whom.
    pub by: Who,
    /// What has changed for the young people.
    pub outcomes: Option<String>,
    /// What is kept.
    pub kept: Option<String>,
    /// Why.
    pub kept_why: Option<String>,
    /// Whether families were told.
    pub families: Option<Told>,
    /// If not, why.
    pub families_why: Option<String>,
    /// Who looks after it.
    pub next_owner: Option<String>,
}

/// How long what was written holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
pub struct LifeView {
    /// When to look at the whole again.
    pub review: Option<String>,
    /// "Still true?", by side.
    pub still_true: Vec<StillTrueView>,
    /// Closed, if so. Closed by one and reopened by another apart, it is open until somebody chooses.
    pub closed: Option<ClosedView>,
    /// Why it was opened again, if it was.
    pub reopened_why: Option<String>,
    /// What was shared outside, with whom and why, oldest first (R45).
    #[serde(default)]
    pub shared: Vec<SharedView>,
    /// The summary's document, if there is one: readers are in its group and no other.
    #[serde(default)]
    pub summary: Option<String>,
    /// It goes on from an earlier assessment.
    #[serde(default)]
    pub continued: Option<ContinuedView>,
    /// Who is asked to choose, where there are two versions.
    #[serde(default)]
    pub resolvers: Vec<ResolverView>,
    /// What was chosen where there had been two, and by whom.
    #[serde(default)]
    pub chosen: Vec<ChosenView>,
}

/// An assessment goes on from an earlier one, in a group of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ContinuedView {
    /// The earlier one's document.
    pub from: String,
    /// Why it could not go on there.
    pub because: String,
    /// Since when.
    pub date: String,
    /// Who went on.
    pub by: Who,
    /// What stands above every page: "Continued from … because …".
    pub words: String,
}

pub(crate) fn act_today(tx: &mut Transaction<'_>, ctx: &Context<'_>) -> Result<Written, Refusal> {
    let map = standing_map(tx, "purpose")?;
    if read::number(tx, &map, "act-today").is_some() {
        return Err(Refusal::AlreadySo("this assessment was opened under \"someone must act today\" already"));
    }
    settle(tx, &map, "act-today", ctx.now.into())?;
    Ok((None, "act-today".to_owned()))
}

pub(crate) fn note_continued(
    tx: &mut Transaction<'_>,
    ctx: &Context<'_>,
    from: &EntryId,
    because: &str,
) -> Result<Written, Refusal> {
    let map = standing_map(tx, "life")?;
    let because = limits::prose("reason", because, WHY_LIMIT)?;
    settle(tx, &map, "continued-from", ScalarValue::Bytes(from.0.to_vec()))?;
    settle(tx, &map, "continued-because", because.as_str().into())?;
    settle(tx, &map, "continued", dates::day(ctx.now).as_str().into())?;
    settle(tx, &map, "summary", ScalarValue::Null)?;
    // Two of one name would be taken for each other in every list.
    if let Some(title) = read::text_scalar(tx, &automerge::ROOT, "title").filter(|title| !title.ends_with(CONTINUED)) {
        let room = TITLE_LIMIT - CONTINUED.len();
        let title: String = title
            .chars()
            .scan(0, |units, c| {
                *units += c.len_utf16();
                (*units <= room).then_some(c)
            })
            .collect();
        settle(tx, &automerge::ROOT, "title", format!("{title}{CONTINUED}").as_str().into())?;
    }
    Ok((None, "continued".to_owned()))
}

fn continued(reader: &Reader<'_>, record: &Record<'_>) -> Option<ContinuedView> {
    let held = read::scalars(reader.doc, &record.object, "continued").pop()?;
    let (from, because, by) = (record.word("continued-from")?, record.word("continued-because")?, reader.people.who(held.by));
    let date = held.shown();
    let words = format!("Continued by {} on {} from an earlier assessment, because: {because}", by.name, long_day(&date));
    Some(ContinuedView { from, because, date, by, words })
}

pub(crate) fn set_review(tx: &mut Transaction<'_>, given: &SetReview) -> Result<Written, Refusal> {
    let map = standing_map(tx, "life")?;
    day(tx, &map, "review", Some(&given.date))?;
    Ok((None, "review".to_owned()))
}

pub(crate) fn still_true(tx: &mut Transaction<'_>, ctx: &Context<'_>, given: &SayStillTrue) -> Result<Written, Refusal> {
    under(tx, "sides", &given.side)?;
    known(given.answer.is_known(), "answer", given.answer.as_str(), StillTrue::CHOICES)?;
    let map = standing_map(tx, "life")?;
    let date = given.date.clone().unwrap_or_else(|| dates::day(ctx.now));
    settle(tx, &map, &format!("still-true.{}", given.side), given.answer.as_str().into())?;
    settle(tx, &map, &format!("looked.{}.date", given.side), real_day(&date)?.into())?;
    Ok((None, format!("still-true:{}", given.side)))
}

pub(crate) fn look_again_at(tx: &mut Transaction<'_>, given: &LookAgainAt) -> Result<Written, Refusal> {
    let entry = object_at(tx, "entries", "entry", &given.id)?;
    day(tx, &entry, "look-again", Some(&given.date))?;
    Ok((Some(given.id), format!("look-again:{}", short(&given.id))))
}

pub(crate) fn close(tx: &mut Transaction<'_>, ctx: &Context<'_>, given: &CloseAssessment) -> Result<Written, Refusal> {
    let map = standing_map(tx, "life")?;
    known(given.families.is_known(), "answer", given.families.as_str(), Told::CHOICES)?;
    let strand_map = standing_map(tx, "strands")?;
    let attached = tx.keys(&strand_map).filter_map(|id| id.parse().ok()).filter(|id| strands::attached(tx, id).is_ok()).count();
    if attached > 0 {
        return Err(Refusal::Rule("young people are still attached: their holders take them out first. The themes stay"));
    }
    let untold = given.families == Told::NotTold;
    if untold && given.families_why.as_deref().unwrap_or_default().trim().is_empty() {
        return Err(Refusal::Rule("say why families are not told that this work has ended"));
    }
    for (key, what, words) in [
        ("outcomes", "statement of what has changed", &given.outcomes),
        ("kept", "statement of what is kept", &given.kept),
        ("kept-why", "reason for keeping it", &given.kept_why),
    ] {
        let words = limits::prose(what, words, WHY_LIMIT)?;
        settle(tx, &map, key, words.as_str().into())?;
    }
    settle(tx, &map, "families", given.families.as_str().into())?;
    sentences(tx, &map, "families-why", "reason", given.families_why.as_deref())?;
    let owner = limits::line("next owner", &given.next_owner, NAME_LIMIT)?;
    line(tx, &map, "next-owner", "next owner", Some(&owner))?;
    settle(tx, &map, "closed", dates::day(ctx.now).as_str().into())?;
    Ok((None, "close".to_owned()))
}

pub(crate) fn reopen(tx: &mut Transaction<'_>, given: &ReopenAssessment) -> Result<Written, Refusal> {
    let why = limits::prose("reason", &given.why, WHY_LIMIT)?;
    let map = standing_map(tx, "life")?;
    if read::scalars(tx, &map, "closed").iter().all(|held| held.value == ScalarValue::Null) {
        return Err(Refusal::AlreadySo("this assessment is not closed"));
    }
    settle(tx, &map, "closed", ScalarValue::Null)?;
    settle(tx, &map, "reopened-why", why.as_str().into())?;
    Ok((None, "reopen".to_owned()))
}

fn label(key: &str) -> Option<&'static str> {
    match key {
        "review" => Some("when to look at the whole again"),
        "closed" => Some("whether this is closed"),
        "outcomes" | "kept" | "kept-why" | "families" | "families-why" | "next-owner" => Some("what was said at closing"),
        "summary" => Some("which document the summary is"),
        "continued" | "continued-from" | "continued-because" => Some("from what this goes on"),
        "reopened-why" => Some("why it was opened again"),
        key if key.starts_with(crate::hint_review::PREFIX) => Some("what became of hints"),
        key if key.starts_with(choose::RESOLVER) || key.starts_with(choose::CHOSE) => Some("who chooses between two versions"),
        key if key.starts_with("still-true.") => Some("whether a side is still true"),
        key if key.starts_with("looked.") => Some("when a side was looked at"),
        key if key.parse::<EntryId>().is_ok() => Some("what was shared"),
        _ => None,
    }
}

pub(crate) fn life(reader: &Reader<'_>, marks: &mut Vec<Mark>, newer: &mut Vec<NewerField>) -> LifeView {
    let Some(record) = Record::standing(reader, "life") else { return LifeView::default() };
    let (mut two_versions, unknown) = record.two_versions_and_newer(&label);
    // Which summary it is, nobody has to choose; nor who is to choose.
    two_versions.retain(|two| {
        two.field != "life/summary" && !two.field.starts_with("life/resolver.") && !two.field.starts_with("life/chose.")
    });
    marks.extend(two_versions.into_iter().map(Mark::TwoVersions));
    newer.extend(unknown);
    let held = read::scalars(reader.doc, &record.object, "closed");
    let open = held.is_empty() || held.iter().any(|held| held.value == ScalarValue::Null);
    let closed = held.last().filter(|_| !open).map(|held| ClosedView {
        date: held.shown(),
        by: reader.people.who(held.by),
        outcomes: record.word("outcomes"),
        kept: record.word("kept"),
        kept_why: record.word("kept-why"),
        families: record.choice("families"),
        families_why: record.word("families-why"),
        next_owner: record.word("next-owner"),
    });
    let sides = record.set("still-true").into_iter().filter_map(|side| {
        let answer = record.choice(&format!("still-true.{side}"))?;
        let date = record.word(&format!("looked.{side}.date"));
        Some(StillTrueView { side, answer, date })
    });
    let still_true = sides.collect();
    let shared = sharing::shared(reader, "life", marks, newer);
    LifeView {
        review: record.word("review"),
        still_true,
        closed,
        reopened_why: record.word("reopened-why"),
        shared,
        summary: record.words("summary").into_iter().filter(|word| !word.is_empty()).min(),
        continued: continued(reader, &record),
        // Known when every mark is.
        resolvers: Vec::new(),
        chosen: Vec::new(),
    }
}

/// A part that may be out of date, in words (R31). Nothing is hidden or greyed by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Stale {
    /// A side, or an entry's id.
    pub part: String,
    /// "Group functioning may be out of date: nobody has looked at it since 3 February 2026".
    pub words: String,
}

/// What may be out of date on a day, "YYYY-MM-DD".
pub fn stale(view: &AssessmentView, today: &str) -> Vec<Stale> {
    let mut stale = Vec::new();
    for side in &view.sides {
        let looked = view.life.still_true.iter().find(|looked| looked.side == side.id);
        let entries = || side.dimensions.iter().flat_map(|dimension| &dimension.entries).chain(&side.entries);
        let written = entries().filter_map(|entry| entry.at.map(dates::day)).max();
        let last = looked.and_then(|looked| looked.date.clone()).max(written);
        if let Some(last) = &last
            && dates::plus(last, STALE_AFTER_DAYS).is_some_and(|until| until.as_str() < today)
        {
            let words = format!("{} may be out of date: nobody has looked at it since {}", side.title, long_day(last));
            stale.push(Stale { part: side.id.clone(), words });
        }
        if let Some(looked) = looked.filter(|looked| looked.answer != StillTrue::Yes) {
            let when = looked.date.as_deref().map(|date| format!(" on {}", long_day(date))).unwrap_or_default();
            let words = format!("{}: somebody who looked{when} said \"{}\"", side.title, looked.answer.words());
            stale.push(Stale { part: side.id.clone(), words });
        }
        for entry in entries() {
            if let Some(date) = entry.look_again.as_deref().filter(|date| *date < today) {
                let place = side.dimensions.iter().find(|dimension| dimension.id == entry.dimension);
                let place = place.map_or(side.title.clone(), |place| format!("{} {}", place.id, place.title));
                let words = format!("{place}: this may be out of date; it was to be looked at again by {}", long_day(date));
                stale.push(Stale { part: entry.id.clone(), words });
            }
        }
    }
    stale
}

/// Since when an assessment stands under "someone must act today" without its purpose, if it does.
pub(crate) fn act_today_since(reader: &Reader<'_>) -> Option<i64> {
    let maps = objects(reader.doc, &automerge::ROOT, "purpose", automerge::ObjType::Map);
    maps.iter().find_map(|map| read::number(reader.doc, map, "act-today"))
}
