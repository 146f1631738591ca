//! Goals and actions (R36 to R39; practice 9): few positive goals tied to findings, with a measure of change; actions with a reason
//! that a family can read. Keeping friends together is an action like any other; keeping them apart asks what would be lost.

use automerge::transaction::{Transactable, Transaction};
use automerge::{ObjId, ScalarValue};
use serde::{Deserialize, Serialize};

use crate::command::{Context, Refusal};
use crate::ids::EntryId;
use crate::limits::{self, NAME_LIMIT, TEXT_LIMIT};
use crate::vocabulary::Status;
use crate::write::{
    Written, day, find_at, fresh_at, known, line, new_text, object_at, real_day, refer, refuse_unknown_finding, sentences,
    settle, short, sides, text, unrefer,
};
use crate::{dates, digest, read};

mod look;

pub(crate) use look::plan;
pub use look::{ActionView, GoalView, Measured, PlanView};

/// Sets a goal: what there will be, in positive words (R36). Its text and measure are edited as "plan/goals/{id}/text", "…/measure".
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
pub struct AddGoal {
    /// What there will be.
    pub text: String,
    /// Findings that it comes from: dimensions, entries, voices.
    pub findings: Vec<String>,
    /// Sides that it belongs to.
    pub sides: Vec<String>,
    /// How you will know: the same way of asking, then and again (R37).
    pub measure: String,
    /// What was so at first.
    pub then: Option<String>,
    /// When that was.
    pub then_date: Option<String>,
    /// When to ask again.
    pub ask_again: Option<String>,
}

/// Changes what a goal is tied to, or when to ask again. What is not given stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateGoal {
    /// Which.
    pub id: EntryId,
    /// Findings to tie it to.
    #[serde(default)]
    pub findings: Vec<String>,
    /// Findings to untie it from.
    #[serde(default)]
    pub not_findings: Vec<String>,
    /// Sides to add.
    #[serde(default)]
    pub sides: Vec<String>,
    /// Sides to take away.
    #[serde(default)]
    pub not_sides: Vec<String>,
    /// When to ask again; empty for no date.
    #[serde(default)]
    pub ask_again: Option<String>,
}

/// Says what a goal's measure gives now. What was so before stays beside it (R37).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct MeasureGoal {
    /// Which goal.
    pub goal: EntryId,
    /// What is so now, in words.
    pub value: String,
    /// When; today if not given.
    #[serde(default)]
    pub date: Option<String>,
    /// When to ask again.
    #[serde(default)]
    pub ask_again: Option<String>,
}

/// What can be said of an action besides its texts. What is not given stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(default)]
pub struct ActionFields {
    /// Sides at which it aims.
    pub sides: Vec<String>,
    /// Goals that it serves.
    pub goals: Vec<EntryId>,
    /// Which agency does it.
    pub owner: Option<String>,
    /// Who in it, if that is settled.
    pub person: Option<String>,
    /// By when.
    pub due: Option<String>,
    /// How it stands.
    pub status: Option<Status>,
    /// The same in a few words: "home found".
    pub note: Option<String>,
    /// Since when it stands so.
    pub status_date: Option<String>,
    /// What young people think of it.
    pub young_people: Option<String>,
    /// Whether it keeps friends apart (R38).
    pub keeps_apart: Option<bool>,
    /// If so: why all the same.
    pub apart_why: Option<String>,
    /// If so: when to look at it again.
    pub apart_review: Option<String>,
}

/// Adds an action. Its texts are edited as "plan/responses/{id}/what", "…/why", "…/lost".
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(default)]
pub struct AddAction {
    /// What is done.
    pub what: String,
    /// Why, in a sentence that a family can read.
    pub why: String,
    /// If it keeps friends apart: what would be lost (R38).
    pub lost: Option<String>,
    /// The rest.
    #[serde(flatten)]
    pub fields: ActionFields,
}

/// Changes an action. What is not given stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct UpdateAction {
    /// Which.
    pub id: EntryId,
    /// What would be lost, if it keeps friends apart.
    #[serde(default)]
    pub lost: Option<String>,
    /// Sides at which it does not aim after all.
    #[serde(default)]
    pub not_sides: Vec<String>,
    /// Goals that it does not serve after all.
    #[serde(default)]
    pub not_goals: Vec<EntryId>,
    /// The rest.
    #[serde(flatten)]
    pub fields: ActionFields,
}

/// Takes a goal, an action, a meeting or something in the picture back, with a reason. It stays in the document and can be put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct TakeBack {
    /// Which.
    pub id: EntryId,
    /// Why.
    pub why: String,
}

/// Puts it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct PutBack {
    /// Which.
    pub id: EntryId,
}

pub(crate) fn add_goal(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, goal: &AddGoal) -> Result<Written, Refusal> {
    let words = limits::prose("goal", &goal.text, TEXT_LIMIT / 5)?;
    limits::at_once([words.as_str(), goal.measure.as_str()].into_iter())?;
    sides(tx, &goal.sides)?;
    refuse_unknown_finding(tx, &goal.findings)?;
    let (id, object) = fresh_at(tx, ctx, "plan/goals")?;
    new_text(tx, &object, "text", "goal", &words)?;
    new_text(tx, &object, "measure", "measure", &goal.measure)?;
    refer(tx, &object, "side", &goal.sides)?;
    refer(tx, &object, "finding", &goal.findings)?;
    sentences(tx, &object, "then", "state at first", goal.then.as_deref())?;
    day(tx, &object, "then-date", goal.then_date.as_deref())?;
    day(tx, &object, "ask-again", goal.ask_again.as_deref())?;
    Ok((Some(id), "goal".to_owned()))
}

pub(crate) fn update_goal(tx: &mut Transaction<'_>, update: &UpdateGoal) -> Result<Written, Refusal> {
    let object = object_at(tx, "plan/goals", "goal", &update.id)?;
    sides(tx, &update.sides)?;
    refuse_unknown_finding(tx, &update.findings)?;
    refer(tx, &object, "side", &update.sides)?;
    unrefer(tx, &object, "side", &update.not_sides)?;
    refer(tx, &object, "finding", &update.findings)?;
    unrefer(tx, &object, "finding", &update.not_findings)?;
    day(tx, &object, "ask-again", update.ask_again.as_deref())?;
    Ok((Some(update.id), "goal-edit".to_owned()))
}

pub(crate) fn measure(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, given: &MeasureGoal) -> Result<Written, Refusal> {
    let goal = object_at(tx, "plan/goals", "goal", &given.goal)?;
    let value = limits::prose("measure", &given.value, limits::WHY_LIMIT)?;
    let date = given.date.clone().unwrap_or_else(|| dates::day(ctx.now));
    real_day(&date)?;
    day(tx, &goal, "ask-again", given.ask_again.as_deref())?;
    let (id, object) = fresh_at(tx, ctx, "plan/measures")?;
    tx.put(&object, "goal", ScalarValue::Bytes(given.goal.0.to_vec()))?;
    tx.put(&object, "value", value)?;
    tx.put(&object, "date", date)?;
    Ok((Some(id), "measure".to_owned()))
}

pub(crate) fn add_action(tx: &mut Transaction<'_>, ctx: &mut Context<'_>, action: &AddAction) -> Result<Written, Refusal> {
    let what = limits::prose("action", &action.what, TEXT_LIMIT / 5)?;
    let why = limits::prose("reason, in a sentence that a family can read,", &action.why, TEXT_LIMIT / 5)?;
    let lost = action.lost.clone().unwrap_or_default();
    limits::at_once([what.as_str(), why.as_str(), lost.as_str()].into_iter())?;
    limits::line("agency that does it", action.fields.owner.as_deref().unwrap_or_default(), NAME_LIMIT)?;
    let (id, object) = fresh_at(tx, ctx, "plan/responses")?;
    new_text(tx, &object, "what", "action", &what)?;
    new_text(tx, &object, "why", "reason", &why)?;
    new_text(tx, &object, "lost", "answer to \"what would be lost?\"", &lost)?;
    put_fields(tx, &object, &action.fields)?;
    refuse_apart_without_reason(tx, &object)?;
    Ok((Some(id), "action".to_owned()))
}

pub(crate) fn update_action(tx: &mut Transaction<'_>, ctx: &Context<'_>, update: &UpdateAction) -> Result<Written, Refusal> {
    let object = object_at(tx, "plan/responses", "action", &update.id)?;
    text(tx, &object, "lost", "answer to \"what would be lost?\"", update.lost.as_deref(), ctx.now)?;
    unrefer(tx, &object, "side", &update.not_sides)?;
    unrefer(tx, &object, "goal", &ids(&update.not_goals))?;
    put_fields(tx, &object, &update.fields)?;
    let apart = &update.fields;
    if apart.keeps_apart.is_some() || apart.apart_why.is_some() || apart.apart_review.is_some() || update.lost.is_some() {
        refuse_apart_without_reason(tx, &object)?;
    }
    Ok((Some(update.id), format!("action-edit:{}", short(&update.id))))
}

fn ids(ids: &[EntryId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

fn put_fields(tx: &mut Transaction<'_>, object: &ObjId, fields: &ActionFields) -> Result<(), Refusal> {
    sides(tx, &fields.sides)?;
    for goal in &fields.goals {
        object_at(tx, "plan/goals", "goal", goal)?;
    }
    refer(tx, object, "side", &fields.sides)?;
    refer(tx, object, "goal", &ids(&fields.goals))?;
    line(tx, object, "owner", "agency that does it", fields.owner.as_deref())?;
    line(tx, object, "person", "person who does it", fields.person.as_deref())?;
    day(tx, object, "due", fields.due.as_deref())?;
    if let Some(status) = &fields.status {
        known(status.is_known(), "way in which an action stands", status.as_str(), Status::CHOICES)?;
        settle(tx, object, "status", status.as_str().into())?;
    }
    line(tx, object, "note", "note", fields.note.as_deref())?;
    day(tx, object, "status-date", fields.status_date.as_deref())?;
    sentences(tx, object, "young-people", "young people's view", fields.young_people.as_deref())?;
    if let Some(apart) = fields.keeps_apart {
        settle(tx, object, "keeps-apart", apart.into())?;
    }
    sentences(tx, object, "apart-why", "reason", fields.apart_why.as_deref())?;
    day(tx, object, "apart-review", fields.apart_review.as_deref())
}

/// Before anything that keeps friends apart: what would be lost, why all the same, and when to look again (R38).
fn refuse_apart_without_reason(tx: &Transaction<'_>, object: &ObjId) -> Result<(), Refusal> {
    if read::scalar(tx, object, "keeps-apart") != Some(ScalarValue::Boolean(true)) {
        return Ok(());
    }
    let lost = read::objects(tx, object, "lost", automerge::ObjType::Text).pop();
    let lost = lost.and_then(|text| automerge::ReadDoc::text(tx, &text).ok()).unwrap_or_default();
    let said = |key: &str| read::text_scalar(tx, object, key).is_some();
    if lost.trim().is_empty() || !said("apart-why") || !said("apart-review") {
        return Err(Refusal::Rule(
            "this keeps friends apart: first say what would be lost, why it is needed all the same, and on which day you will look at it again",
        ));
    }
    Ok(())
}

/// The object of a goal, of an action, of a meeting or of something in the picture.
fn part(tx: &Transaction<'_>, id: &EntryId) -> Result<ObjId, Refusal> {
    if let Some(object) = crate::picture::object_of(tx, id) {
        return Ok(object);
    }
    let paths = ["plan/goals", "plan/responses", crate::meetings::PATH];
    let found = paths.iter().find_map(|path| find_at(tx, path, id));
    found.ok_or_else(|| Refusal::Unknown { what: "goal, action or meeting", id: id.to_string() })
}

/// The words' code for history: of the plan, or of the picture.
fn back(tx: &Transaction<'_>, id: &EntryId, of_plan: &str, of_picture: &str) -> String {
    if crate::picture::object_of(tx, id).is_some() {
        return format!("{of_picture}:{}", short(id));
    }
    let of_meetings = find_at(tx, crate::meetings::PATH, id).is_some();
    if of_meetings { format!("meeting-{of_plan}") } else { of_plan.to_owned() }
}

pub(crate) fn take_back(tx: &mut Transaction<'_>, TakeBack { id, why }: &TakeBack) -> Result<Written, Refusal> {
    let why = limits::prose("reason", why, limits::WHY_LIMIT)?;
    let object = part(tx, id)?;
    let saw = digest::of_entry(tx, &object);
    settle(tx, &object, "retired", why.as_str().into())?;
    settle(tx, &object, "retired-saw", saw)?;
    Ok((Some(*id), back(tx, id, "plan-back", "pic-back")))
}

pub(crate) fn put_back(tx: &mut Transaction<'_>, PutBack { id }: &PutBack) -> Result<Written, Refusal> {
    let object = part(tx, id)?;
    if read::scalars(tx, &object, "retired").iter().all(|held| held.value == ScalarValue::Null) {
        return Err(Refusal::AlreadySo("this has not been taken back"));
    }
    settle(tx, &object, "retired", ScalarValue::Null)?;
    Ok((Some(*id), back(tx, id, "plan-restore", "pic-restore")))
}
