//! An assessment on a day: what waits, what may be out of date, what is overdue, and which day comes next. Rules that ask a calendar
//! stand here, so that a page asks none.

use serde::{Deserialize, Serialize};

use crate::dates::long_day;
use crate::ids::PersonId;
use crate::life::{Stale, stale};
use crate::strand_record::HeardWaits;
use crate::tasks::{Task, tasks};
use crate::view::{AssessmentView, Who};

/// How it stands on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct OnTheDay {
    /// "YYYY-MM-DD".
    pub today: String,
    /// What waits, in the order of *My work*.
    pub tasks: Vec<Task>,
    /// What may be out of date, in words.
    pub stale: Vec<Stale>,
    /// Actions that are overdue, by id (R39).
    pub overdue: Vec<String>,
    /// What young people and parents said that nobody has answered in time, by id (R50).
    pub unanswered: Vec<String>,
    /// What came by links and waits to be read, by who is to read it, whoever has waited longest first: how much and since when, never
    /// what. For leads (R48).
    pub to_read: Vec<WaitsToRead>,
    /// The next day for which something is set, today or later, in words: "24 December 2026: look at the whole again".
    pub next: Option<String>,
}

/// How much waits for one holder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct WaitsToRead {
    /// Who is to read it.
    pub holder: Who,
    /// How much, and since when.
    pub waits: HeardWaits,
    /// By when the oldest is to be read, "YYYY-MM-DD".
    pub due: Option<String>,
    /// Whether that day is over.
    pub late: bool,
}

/// The assessment on a day, as one person sees it; `leads` if they lead here.
pub fn on_the_day(view: &AssessmentView, me: Option<&PersonId>, leads: bool, today: &str) -> OnTheDay {
    let overdue = view.planned.actions.iter().filter(|action| action.is_overdue(today));
    let mut tasks = tasks(view, me, today);
    tasks.retain(|task| task.is_for(leads));
    let unanswered = tasks.iter().filter(|task| task.kind == "voice-not-answered" && task.overdue);
    OnTheDay {
        today: today.to_owned(),
        unanswered: unanswered.map(|task| task.about.clone()).collect(),
        tasks,
        stale: stale(view, today),
        overdue: overdue.map(|action| action.kept.id.clone()).collect(),
        to_read: if leads { waits_to_read(view, today) } else { Vec::new() },
        next: next(view, today),
    }
}

/// What waits to be read, by holder: the sum of what waits by the links of each young person whom they hold.
fn waits_to_read(view: &AssessmentView, today: &str) -> Vec<WaitsToRead> {
    let mut all: Vec<WaitsToRead> = Vec::new();
    for strand in view.strands.iter().filter(|strand| strand.heard_waits.count > 0) {
        let here = &strand.heard_waits;
        let waits = match all.iter_mut().find(|one| one.holder.person == strand.holder.person) {
            Some(one) => {
                one.waits.count += here.count;
                one.waits.since = [one.waits.since.take(), here.since.clone()].into_iter().flatten().min();
                continue;
            }
            None => here.clone(),
        };
        all.push(WaitsToRead { holder: strand.holder.clone(), waits, due: None, late: false });
    }
    for one in &mut all {
        one.due = one.waits.due();
        one.late = one.waits.is_late(today);
    }
    all.sort_by(|a, b| (&a.waits.since, &a.holder.name).cmp(&(&b.waits.since, &b.holder.name)));
    all
}

fn next(view: &AssessmentView, today: &str) -> Option<String> {
    let mut days: Vec<(String, String)> = Vec::new();
    let mut add = |day: Option<&String>, words: String| days.extend(day.map(|day| (day.clone(), words)));
    add(view.life.review.as_ref(), "look at the whole again".to_owned());
    for action in view.planned.actions.iter().filter(|action| !action.is_settled()) {
        let what = crate::voices::first_words(&action.what.text);
        add(action.due.as_ref(), format!("due: {what}"));
        add(action.apart_review.as_ref().filter(|_| action.keeps_apart), format!("look again at keeping friends apart: {what}"));
    }
    for (number, goal) in view.planned.goals.iter().enumerate() {
        add(goal.ask_again.as_ref(), format!("ask again about goal {}", number + 1));
    }
    for strand in &view.strands {
        add(strand.review.as_ref(), format!("look at agreement again with {}", strand.label));
    }
    let next = days.into_iter().filter(|(day, _)| day.as_str() >= today).min();
    next.map(|(day, words)| format!("{}: {words}", long_day(&day)))
}
