//! An assessment on a day: what waits, what may be out of date, what is overdue, and which day comes next. Rules that ask a calendar
//! stand here, so that a page asks none.

use serde::{Deserialize, Serialize};

use crate::dates::long_day;
use crate::ids::PersonId;
use crate::life::{Stale, stale};
use crate::tasks::{Task, tasks};
use crate::view::AssessmentView;

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
    /// The next day for which something is set, today or later, in words: "24 December 2026: look at the whole again".
    pub next: Option<String>,
}

/// The assessment on a day, as one person sees it.
pub fn on_the_day(view: &AssessmentView, me: Option<&PersonId>, today: &str) -> OnTheDay {
    let overdue = view.planned.actions.iter().filter(|action| action.is_overdue(today));
    let tasks = tasks(view, me, today);
    let unanswered = tasks.iter().filter(|task| task.kind == "voice-not-answered" && task.overdue);
    OnTheDay {
        today: today.to_owned(),
        unanswered: unanswered.map(|task| task.about.clone()).collect(),
        tasks,
        stale: stale(view, today),
        overdue: overdue.map(|action| action.kept.id.clone()).collect(),
        next: next(view, today),
    }
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
