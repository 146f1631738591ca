//! Goals and actions as a person sees them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::entry::Reader;
use crate::hints::{self, Hint};
use crate::record::{Kept, Record};
use crate::view::{Answered, DifferingView, Mark, NewerField, Who};
use crate::vocabulary::Status;
use crate::voices::Pointed;

/// What a measure gave on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Measured {
    /// What was so, in words.
    pub value: String,
    /// When.
    pub date: Option<String>,
    /// Who noted it.
    pub by: Who,
}

/// One goal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct GoalView {
    /// Who, when, what waits.
    #[serde(flatten)]
    pub kept: Kept,
    /// What there will be.
    pub text: Answered,
    /// Findings that it comes from.
    pub findings: Vec<Pointed>,
    /// Sides that it belongs to.
    pub sides: Vec<String>,
    /// How you will know.
    pub measure: Answered,
    /// What was so at first.
    pub then: Option<Measured>,
    /// What was so since, oldest first: the last is "now".
    pub now: Vec<Measured>,
    /// When to ask again.
    pub ask_again: Option<String>,
    /// Differing views on it, in their authors' words (R44).
    pub differing: Vec<DifferingView>,
    /// Questions about it, never blocks.
    pub hints: Vec<Hint>,
}

/// One action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ActionView {
    /// Who, when, what waits.
    #[serde(flatten)]
    pub kept: Kept,
    /// What is done.
    pub what: Answered,
    /// Why, in a sentence that a family can read.
    pub why: Answered,
    /// Sides at which it aims.
    pub sides: Vec<String>,
    /// Goals that it serves, by id.
    pub goals: Vec<String>,
    /// Which agency does it.
    pub owner: Option<String>,
    /// Who in it.
    pub person: Option<String>,
    /// By when. Of two dates that two people set, the one that Automerge chooses; both are in `two_versions`.
    pub due: Option<String>,
    /// How it stands.
    pub status: Status,
    /// The same in a few words.
    pub note: Option<String>,
    /// Since when.
    pub status_date: Option<String>,
    /// What young people think of it; `None`: not yet asked.
    pub young_people: Option<String>,
    /// Whether it keeps friends apart. Said by one and denied by another, it does, until somebody chooses.
    pub keeps_apart: bool,
    /// What would be lost.
    pub lost: Answered,
    /// Why it is needed all the same.
    pub apart_why: Option<String>,
    /// When to look at that again.
    pub apart_review: Option<String>,
    /// Differing views on it (R44).
    pub differing: Vec<DifferingView>,
    /// Questions about it, never blocks.
    pub hints: Vec<Hint>,
}

impl ActionView {
    /// Whether nothing more is to be done: done, stopped or taken back.
    pub fn is_settled(&self) -> bool {
        matches!(self.status, Status::Done | Status::Stopped) || self.kept.is_gone()
    }

    /// Whether its day has passed and it is neither done nor stopped (R39). `today` is "YYYY-MM-DD". Where two dates stand, the
    /// later one must have passed.
    pub fn is_overdue(&self, today: &str) -> bool {
        if self.is_settled() {
            return false;
        }
        let dates = self.kept.two_versions.iter().filter(|versions| versions.field.ends_with("/due"));
        let dates = dates.flat_map(|versions| versions.values.iter().map(|version| version.value.as_str()));
        let latest = dates.chain(self.due.as_deref()).max();
        latest.is_some_and(|due| !due.is_empty() && due < today)
    }
}

/// Goals and actions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
pub struct PlanView {
    /// Goals, in the order in which they were set.
    pub goals: Vec<GoalView>,
    /// Actions, in the order in which they were added.
    pub actions: Vec<ActionView>,
    /// Goals that were taken back.
    pub goals_taken_back: Vec<GoalView>,
    /// Actions that were taken back.
    pub actions_taken_back: Vec<ActionView>,
    /// Questions about the plan as a whole.
    pub hints: Vec<Hint>,
}

/// Differing views by what they are about.
type Findings = BTreeMap<String, Vec<DifferingView>>;

fn goal_label(key: &str) -> Option<&'static str> {
    match key {
        "text" | "measure" => Some("a goal"),
        "then" => Some("what was so at first"),
        "then-date" => Some("when that was"),
        "ask-again" => Some("when to ask again about a goal"),
        key if key.starts_with("side.") || key.starts_with("finding.") => Some("what a goal is tied to"),
        _ => None,
    }
}

fn action_label(key: &str) -> Option<&'static str> {
    match key {
        "what" | "why" | "lost" => Some("an action"),
        "owner" => Some("which agency does an action"),
        "person" => Some("who does an action"),
        "due" => Some("the day when an action is due"),
        "status" => Some("how an action stands"),
        "note" => Some("how an action stands, in words"),
        "status-date" => Some("since when an action stands so"),
        "young-people" => Some("what young people think of an action"),
        "keeps-apart" => Some("whether an action keeps friends apart"),
        "apart-why" => Some("why friends are kept apart"),
        "apart-review" => Some("when to look again at keeping friends apart"),
        key if key.starts_with("side.") || key.starts_with("goal.") => Some("what an action is tied to"),
        _ => None,
    }
}

fn measure_label(key: &str) -> Option<&'static str> {
    matches!(key, "goal" | "value" | "date").then_some("what a measure gave")
}

/// The plan. Labels of findings are filled in later, since a finding may be a goal.
pub(crate) fn plan(
    reader: &Reader<'_>,
    differing: &mut Findings,
    marks: &mut Vec<Mark>,
    newer: &mut Vec<NewerField>,
) -> PlanView {
    let mut measured: BTreeMap<String, Vec<Measured>> = BTreeMap::new();
    for record in Record::all(reader, "plan/measures") {
        let kept = record.kept(measure_label);
        kept.collect(marks, newer, "what a measure gave");
        let one = Measured { value: record.word("value").unwrap_or_default(), date: record.word("date"), by: kept.by };
        measured.entry(record.word("goal").unwrap_or_default()).or_default().push(one);
    }
    let mut plan = PlanView::default();
    for record in Record::all(reader, "plan/goals") {
        let kept = record.kept(goal_label);
        kept.collect(marks, newer, "a goal");
        let text = record.marked_prose("text", "a goal", marks);
        let measure = record.marked_prose("measure", "how you will know about a goal", marks);
        let findings: Vec<Pointed> = record.set("finding").into_iter().map(|to| Pointed { label: to.clone(), to }).collect();
        let mut now = measured.remove(&record.id).unwrap_or_default();
        now.sort_by(|a, b| a.date.cmp(&b.date));
        let then = record.word("then").map(|value| Measured { value, date: record.word("then-date"), by: kept.by.clone() });
        let gone = kept.is_gone();
        let hints = hints::of_goal(&text.text, &measure.text, findings.len());
        let goal = GoalView {
            differing: differing.remove(&record.id).unwrap_or_default(),
            sides: record.set("side"),
            ask_again: record.word("ask-again"),
            kept,
            text,
            findings,
            measure,
            then,
            now,
            hints,
        };
        if gone { plan.goals_taken_back.push(goal) } else { plan.goals.push(goal) }
    }
    for record in Record::all(reader, "plan/responses") {
        let action = action(&record, differing, marks, newer);
        if action.kept.is_gone() { plan.actions_taken_back.push(action) } else { plan.actions.push(action) }
    }
    plan.hints = hints::of_goals(plan.goals.len());
    plan
}

fn action(record: &Record<'_>, differing: &mut Findings, marks: &mut Vec<Mark>, newer: &mut Vec<NewerField>) -> ActionView {
    let kept = record.kept(action_label);
    kept.collect(marks, newer, "an action");
    let what = record.marked_prose("what", "an action", marks);
    let sides = record.set("side");
    let keeps_apart = record.any_yes("keeps-apart");
    let hints = hints::of_action(&what.text, &sides, keeps_apart);
    ActionView {
        kept,
        what,
        why: record.marked_prose("why", "why an action is done", marks),
        sides,
        goals: record.set("goal"),
        owner: record.word("owner"),
        person: record.word("person"),
        due: record.word("due"),
        status: record.choice("status").unwrap_or(Status::NotStarted),
        note: record.word("note"),
        status_date: record.word("status-date"),
        young_people: record.word("young-people"),
        keeps_apart,
        lost: record.marked_prose("lost", "what would be lost", marks),
        apart_why: record.word("apart-why"),
        apart_review: record.word("apart-review"),
        differing: differing.remove(&record.id).unwrap_or_default(),
        hints,
    }
}
